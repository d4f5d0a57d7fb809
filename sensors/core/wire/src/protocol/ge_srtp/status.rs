//! Status of a reply, and the state of the controller that each reply carries.
//!
//! | 50 control program logged in to 1, FF none | 51 privilege level 1 | 52 last sweep 2 | 54 PLC status word 2 |
//! (Denton 2017, table 4; GFK-0529 tables 3-8, 3-12 to 3-14.)

use crate::bytes::{le16, u8_at};

/// State of the CPU, bits 12 to 15 of the status word; what a request to set it asks for is of the same list.
pub fn state(code: u16) -> Option<&'static str> {
    let names = [
        "run, I/O enabled",
        "run, I/O disabled",
        "stop, I/O disabled",
        "CPU stop faulted",
        "CPU halted",
        "CPU suspended",
        "stop, I/O enabled",
    ];
    names.get(usize::from(code)).copied()
}

/// Whether the program runs in this state.
pub const fn runs(code: u16) -> bool {
    code <= 1
}

/// What a reply tells besides what was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Piggyback {
    pub control_program: u8,
    pub privilege: u8,
    pub sweep: u16,
    pub word: u16,
}

impl Piggyback {
    pub fn read(data: &[u8]) -> Option<Self> {
        Some(Self {
            control_program: u8_at(data, 0)?,
            privilege: u8_at(data, 1)?,
            sweep: le16(data, 2)?,
            word: le16(data, 4)?,
        })
    }

    /// State of the CPU by its code, where it is one.
    pub fn state(&self) -> Option<u16> {
        Some(self.word >> 12).filter(|code| state(*code).is_some())
    }

    /// Bits of the status word that are set, by name.
    pub fn conditions(&self) -> impl Iterator<Item = &'static str> {
        let names = [
            "constant sweep exceeded",
            "constant sweep mode",
            "PLC fault table changed",
            "I/O fault table changed",
            "PLC faults",
            "I/O faults",
            "programmer attached",
            "outputs disabled by switch",
            "switch on run",
            "OEM protected",
        ];
        let word = self.word;
        names.into_iter().enumerate().filter(move |(bit, _)| word >> bit & 1 == 1).map(|(_, name)| name)
    }
}

/// Major status, with the minor one where it says more.
pub fn name(major: u8, minor: u8) -> &'static str {
    match major {
        0 => "refused without a code",
        1 | 0x0b => "illegal service request",
        2 => "insufficient privilege",
        4 => "protocol sequence error",
        5 => service_request(minor),
        6 => "illegal mailbox type",
        7 => "service request queue full",
        0x0c => "local SNP error",
        0x0d => "remote SNP error",
        0x11 => "SRTP error at the server",
        _ => "unknown status",
    }
}

/// Minor status of a service request error.
fn service_request(minor: u8) -> &'static str {
    match minor {
        0xff => "service request aborted",
        0xfe => "no privilege for the operation",
        0xfd => "automatic configuration failed",
        0xfc => "I/O configuration invalid",
        0xfb => "I/O configuration cannot be cleared",
        0xfa => "I/O module cannot be replaced",
        0xf9 => "task address out of range",
        0xf8 => "invalid task name",
        0xf7 => "logon to a task required",
        0xf6 => "state cannot be set",
        0xf5 => "invalid password",
        0xf4 => "invalid parameter",
        0xf3 => "I/O configuration mismatch",
        0xf2 => "program invalid, no logon",
        0xf1 => "valid from a programmer only",
        0xf0 => "valid in stop mode only",
        0xef => "programmer already attached",
        0xee => "block sizes not available",
        0xed => "VME bus error",
        0xec => "task cannot be created",
        0xeb => "task cannot be deleted",
        0xea => "not logged on",
        0xe9 => "segment selector not valid here",
        0xe8 => "no user memory",
        0xe7 => "configuration not valid",
        0xe6 => "CPU model mismatch",
        0xe5 => "file area not formatted",
        0xe4 => "segment does not exist",
        0xe3 => "CPU revision mismatch",
        0xe1 | 0xe2 => "no I/O configuration",
        0xe0 => "logon not possible while in process",
        0xd5..=0xdf => "datagram error",
        0xd4 => "configuration checksum mismatch",
        0xd3 => "block end exceeded",
        0xd2 => "invalid write mode",
        0xd1 => "program size mismatch",
        0xd0 => "module revision not supported",
        0xca => "device write-protected",
        0xc7 | 0xc8 => "passwords cannot be changed",
        0xc4 => "verification failed",
        0xc3 => "text length disagrees",
        0xc2 => "OEM key inactive",
        0xc1 => "invalid block state transition",
        _ => "service request error",
    }
}

#[cfg(test)]
mod tests {
    use super::{Piggyback, name};

    #[test]
    fn a_status_word_of_a_robot_controller() {
        let told = Piggyback::read(&[0xff, 4, 0, 0, 0x7c, 0x21]).unwrap();
        assert_eq!((told.control_program, told.privilege, told.state()), (0xff, 4, Some(2)));
        let set: Vec<_> = told.conditions().collect();
        let expected = [
            "PLC fault table changed",
            "I/O fault table changed",
            "PLC faults",
            "I/O faults",
            "programmer attached",
            "switch on run",
        ];
        assert_eq!(set, expected);
        assert_eq!(Piggyback { word: 0x9000, ..told }.state(), None);
    }

    #[test]
    fn statuses_are_named() {
        assert_eq!(name(5, 0xf5), "invalid password");
        assert_eq!(name(5, 0), "service request error");
        assert_eq!(name(2, 3), "insufficient privilege");
    }
}
