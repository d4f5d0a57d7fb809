//! Modbus RTU frames inside TCP, as serial gateways send them (MODBUS over Serial Line V1.02, 2.5.1).
//!
//! | 0 unit id 1 | 1 function 1 | 2 data | CRC 2, low byte first |. There is no length: it follows from the function.

use super::function as fc;
use super::identification;
use super::state::{Adu, Carrier, State};
use crate::bytes::{be16, le16, u8_at};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Parser, Probe, Protocol, Talk};

/// Longest frame (2.5.1.1).
pub(super) const LONGEST: usize = 256;
/// Shortest frame: unit, function, CRC.
pub(super) const SHORTEST: usize = 4;

pub const PROTOCOL: Protocol = Protocol {
    name: "modbus",
    // Gateways use any port; none is registered for it.
    ports: &[],
    transports: &[Transport::Tcp, Transport::Udp],
    probe,
    parser: || Box::<Rtu>::default(),
};

/// Modbus RTU frames on one flow.
#[derive(Default)]
pub struct Rtu {
    state: State,
}

/// CRC-16 of a frame without its last two bytes (2.5.1.2: polynomial 0xA001 reflected, initial value 0xFFFF).
fn crc(data: &[u8]) -> u16 {
    data.iter().fold(0xffff, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 })
    })
}

pub(super) fn crc_fits(frame: &[u8]) -> bool {
    let end = frame.len().saturating_sub(2);
    frame.len() >= SHORTEST && le16(frame, end) == Some(crc(frame.get(..end).unwrap_or_default()))
}

/// Length of a frame by its function. None: too few bytes; Some(None): a function without a known layout.
pub(super) fn length(side: Side, data: &[u8]) -> Option<Option<usize>> {
    let code = u8_at(data, 1)?;
    let counted = |at: usize, fixed: usize| u8_at(data, at).map(|count| Some(fixed + usize::from(count)));
    if side == Side::Client {
        return match code {
            1..=6 | fc::DIAGNOSTICS => Some(Some(8)),
            fc::READ_EXCEPTION_STATUS | fc::GET_COMM_EVENT_COUNTER | fc::GET_COMM_EVENT_LOG | fc::REPORT_SERVER_ID => {
                Some(Some(4))
            }
            fc::WRITE_MULTIPLE_COILS | fc::WRITE_MULTIPLE_REGISTERS => counted(6, 9),
            fc::READ_FILE_RECORD | fc::WRITE_FILE_RECORD => counted(2, 5),
            fc::MASK_WRITE_REGISTER => Some(Some(10)),
            fc::READ_WRITE_MULTIPLE_REGISTERS => counted(10, 13),
            fc::READ_FIFO_QUEUE => Some(Some(6)),
            fc::ENCAPSULATED_INTERFACE_TRANSPORT => Some(Some(7)),
            _ => Some(None),
        };
    }
    match code {
        fc::EXCEPTION.. => Some(Some(5)),
        1..=4 | fc::READ_WRITE_MULTIPLE_REGISTERS | fc::REPORT_SERVER_ID | fc::GET_COMM_EVENT_LOG => counted(2, 5),
        fc::READ_FILE_RECORD | fc::WRITE_FILE_RECORD => counted(2, 5),
        5 | 6 | fc::WRITE_MULTIPLE_COILS | fc::WRITE_MULTIPLE_REGISTERS => Some(Some(8)),
        fc::DIAGNOSTICS | fc::GET_COMM_EVENT_COUNTER => Some(Some(8)),
        fc::READ_EXCEPTION_STATUS => Some(Some(5)),
        fc::MASK_WRITE_REGISTER => Some(Some(10)),
        fc::READ_FIFO_QUEUE => be16(data, 2).map(|count| Some(6 + usize::from(count))),
        fc::ENCAPSULATED_INTERFACE_TRANSPORT => identification::length(data.get(1..)?).map(|n| Some(n + 3)),
        _ => Some(None),
    }
}

impl Parser for Rtu {
    fn framing(&self, side: Side, data: &[u8]) -> Framing {
        match length(side, data) {
            None => Framing::Need,
            Some(Some(n)) if n > LONGEST => Framing::Bad(Flag::ModbusLengthIllegal),
            Some(Some(n)) if data.len() < n => Framing::Message(n),
            Some(Some(n)) if data.get(..n).is_some_and(crc_fits) => Framing::Message(n),
            Some(Some(_)) => Framing::Bad(Flag::ModbusCrc),
            // A function without a known layout ends where a CRC fits.
            Some(None) => {
                let fits = |n: &usize| data.get(..*n).is_some_and(crc_fits);
                match (SHORTEST..=LONGEST.min(data.len())).find(fits) {
                    Some(n) => Framing::Message(n),
                    None if data.len() < LONGEST => Framing::Need,
                    None => Framing::Bad(Flag::ModbusCrc),
                }
            }
        }
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let (Some(unit), Some(pdu)) = (u8_at(data, 0), data.get(1..data.len().saturating_sub(2))) else { return };
        let adu = Adu { transaction: 0, protocol: 0, unit, pdu, length: data.len(), carrier: Carrier::Rtu };
        match side {
            Side::Client => self.state.request(&adu, talk),
            Side::Server => self.state.reply(&adu, talk),
        }
    }

    fn resynchronise(&self, side: Side, data: &[u8]) -> (usize, bool) {
        for at in 0..data.len() {
            let rest = data.get(at..).unwrap_or_default();
            match length(side, rest) {
                None => return (at, false),
                Some(Some(n)) if n <= LONGEST && rest.len() < n => return (at, false),
                Some(Some(n)) if n <= LONGEST && rest.get(..n).is_some_and(crc_fits) => return (at, true),
                Some(_) => {}
            }
        }
        (data.len(), false)
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.state.gap(side);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.state.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.state.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        self.state.weight()
    }
}

/// A whole payload that is frames of known functions with right CRCs. Sixteen bits of CRC and the layout together make a
/// chance hit rarer than one in a million payloads.
fn probe(probe: &Probe<'_>) -> Guess {
    let whole = |side: Side| {
        let mut rest = probe.data;
        while !rest.is_empty() {
            match length(side, rest) {
                Some(Some(n)) if rest.get(..n).is_some_and(crc_fits) => rest = rest.get(n..).unwrap_or_default(),
                _ => return false,
            }
        }
        !probe.data.is_empty()
    };
    match (whole(Side::Client), whole(Side::Server)) {
        (false, false) => Guess::No,
        (true, true) => Guess::Yes { confidence: 0.85, sender: None },
        (client, _) => Guess::Yes { confidence: 0.85, sender: Some(if client { Side::Client } else { Side::Server }) },
    }
}
