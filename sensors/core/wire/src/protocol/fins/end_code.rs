//! End codes of responses (W342 5-1-3): main code, and a sub-code whose two high bits tell of errors of the CPU unit.

use crate::bytes::be16;
use crate::protocol::Outcome;

/// A network relay error: where it occurred stands behind the end code.
const RELAY: u16 = 0x8000;
/// A fatal and a non-fatal error of the CPU unit, whatever the command came to.
const FATAL: u16 = 0x0080;
const NON_FATAL: u16 = 0x0040;

/// The end code of one response.
#[derive(Clone, Copy, Debug)]
pub struct EndCode {
    /// Without the three bits.
    pub code: u16,
    pub relay: bool,
    pub fatal: bool,
    pub non_fatal: bool,
}

impl EndCode {
    pub fn read(text: &[u8]) -> Option<Self> {
        let word = be16(text, 0)?;
        let bit = |mask| word & mask != 0;
        Some(Self {
            code: word & !(RELAY | FATAL | NON_FATAL),
            relay: bit(RELAY),
            fatal: bit(FATAL),
            non_fatal: bit(NON_FATAL),
        })
    }

    pub fn outcome(self) -> Outcome {
        if self.code == 0 && !self.relay { Outcome::Success } else { Outcome::Failure }
    }

    /// Code and name of a failure.
    pub fn status(self) -> Option<(u32, &'static str)> {
        (self.outcome() == Outcome::Failure)
            .then(|| (u32::from(self.code), name(self.code).unwrap_or("unknown end code")))
    }
}

pub fn name(code: u16) -> Option<&'static str> {
    NAMES.binary_search_by_key(&code, |(known, _)| *known).ok().and_then(|at| NAMES.get(at)).map(|(_, name)| *name)
}

static NAMES: [(u16, &str); 89] = [
    (0x0000, "normal completion"),
    (0x0001, "service canceled"),
    (0x0101, "local node not in network"),
    (0x0102, "token timeout"),
    (0x0103, "retries failed"),
    (0x0104, "too many send frames"),
    (0x0105, "node address range error"),
    (0x0106, "node address duplication"),
    (0x0201, "destination node not in network"),
    (0x0202, "unit missing"),
    (0x0203, "third node missing"),
    (0x0204, "destination node busy"),
    (0x0205, "response timeout"),
    (0x0301, "communications controller error"),
    (0x0302, "CPU unit error"),
    (0x0303, "controller error"),
    (0x0304, "unit number error"),
    (0x0401, "undefined command"),
    (0x0402, "not supported by model/version"),
    (0x0501, "destination address setting error"),
    (0x0502, "no routing tables"),
    (0x0503, "routing table error"),
    (0x0504, "too many relays"),
    (0x1001, "command too long"),
    (0x1002, "command too short"),
    (0x1003, "elements/data don't match"),
    (0x1004, "command format error"),
    (0x1005, "header error"),
    (0x1101, "area classification missing"),
    (0x1102, "access size error"),
    (0x1103, "address range error"),
    (0x1104, "address range exceeded"),
    (0x1106, "program missing"),
    (0x1109, "relational error"),
    (0x110a, "duplicate data access"),
    (0x110b, "response too long"),
    (0x110c, "parameter error"),
    (0x2002, "protected"),
    (0x2003, "table missing"),
    (0x2004, "data missing"),
    (0x2005, "program missing"),
    (0x2006, "file missing"),
    (0x2007, "data mismatch"),
    (0x2101, "read-only"),
    (0x2102, "protected, cannot write data link table"),
    (0x2103, "cannot register"),
    (0x2105, "program missing"),
    (0x2106, "file missing"),
    (0x2107, "file name already exists"),
    (0x2108, "cannot change"),
    (0x2201, "not possible during execution"),
    (0x2202, "not possible while running"),
    (0x2203, "wrong PLC mode: PROGRAM"),
    (0x2204, "wrong PLC mode: DEBUG"),
    (0x2205, "wrong PLC mode: MONITOR"),
    (0x2206, "wrong PLC mode: RUN"),
    (0x2207, "specified node not polling node"),
    (0x2208, "step cannot be executed"),
    (0x2301, "file device missing"),
    (0x2302, "memory missing"),
    (0x2303, "clock missing"),
    (0x2401, "table missing"),
    (0x2502, "memory error"),
    (0x2503, "I/O setting error"),
    (0x2504, "too many I/O points"),
    (0x2505, "CPU bus error"),
    (0x2506, "I/O duplication"),
    (0x2507, "I/O bus error"),
    (0x2509, "SYSMAC BUS/2 error"),
    (0x250a, "CPU bus unit error"),
    (0x250d, "SYSMAC BUS number duplication"),
    (0x250f, "memory error"),
    (0x2510, "SYSMAC BUS terminator missing"),
    (0x2601, "no protection"),
    (0x2602, "incorrect password"),
    (0x2604, "protected"),
    (0x2605, "service already executing"),
    (0x2606, "service stopped"),
    (0x2607, "no execution right"),
    (0x2608, "settings not complete"),
    (0x2609, "necessary items not set"),
    (0x260a, "number already defined"),
    (0x260b, "error will not clear"),
    (0x3001, "no access right"),
    (0x4001, "service aborted"),
    (0x4101, "remote service stopped"),
    (0x4102, "remote service refused"),
    (0x4103, "remote service missing"),
    (0x4104, "remote service error"),
];

#[cfg(test)]
mod tests {
    use super::{EndCode, NAMES, name};
    use crate::protocol::Outcome;

    #[test]
    fn a_fault_of_the_unit_is_no_failure_of_the_command() {
        let code = EndCode::read(&[0x00, 0x40]).unwrap();
        assert_eq!((code.outcome(), code.non_fatal, code.fatal), (Outcome::Success, true, false));
        let code = EndCode::read(&[0x22, 0x86]).unwrap();
        assert_eq!(code.status(), Some((0x2206, "wrong PLC mode: RUN")));
        assert!(code.fatal && !code.relay);
        assert_eq!(EndCode::read(&[0x82, 0x05]).unwrap().status(), Some((0x0205, "response timeout")));
    }

    #[test]
    fn names_are_in_order() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(name(0x1199 & 0x3f3f), None);
    }
}
