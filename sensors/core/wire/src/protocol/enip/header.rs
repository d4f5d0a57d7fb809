//! Encapsulation header, framing and recognition (CIP Networks Library Volume 2, 2-3).
//!
//! | 0 command 2 | 2 length 2 (of what follows the header) | 4 session handle 4 | 8 status 4 | 12 sender context 8 |
//! 20 options 4 | 24 data |, low byte first.

use crate::bytes::{le16, le32, le64};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Probe};

pub const HEADER: usize = 24;
pub const PORT: u16 = 44818;

pub const NOP: u16 = 0x00;
pub const LIST_TARGETS: u16 = 0x01;
pub const LIST_SERVICES: u16 = 0x04;
pub const LIST_IDENTITY: u16 = 0x63;
pub const LIST_INTERFACES: u16 = 0x64;
pub const REGISTER_SESSION: u16 = 0x65;
pub const UNREGISTER_SESSION: u16 = 0x66;
pub const SEND_RR_DATA: u16 = 0x6f;
pub const SEND_UNIT_DATA: u16 = 0x70;
pub const INDICATE_STATUS: u16 = 0x72;
pub const CANCEL: u16 = 0x73;

/// Longest data of a message (2-3.1).
const LONGEST: u16 = 65511;
/// Interface handle and timeout before the items of SendRRData and SendUnitData.
pub const ITEMS: usize = 6;

/// The header's fields.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub command: u16,
    pub session: u32,
    pub status: u32,
    pub context: u64,
    pub options: u32,
}

impl Header {
    pub fn read(data: &[u8]) -> Option<Self> {
        Some(Self {
            command: le16(data, 0)?,
            session: le32(data, 4)?,
            status: le32(data, 8)?,
            context: le64(data, 12)?,
            options: le32(data, 20)?,
        })
    }
}

/// Name of a command; None for one that is not assigned. 0x01 is a legacy command that RSLinx still sends.
pub const fn command(code: u16) -> Option<(&'static str, Operation)> {
    Some(match code {
        NOP => ("NOP", Operation::SessionKeepalive),
        LIST_TARGETS => ("ListTargets", Operation::IdentifyNetwork),
        LIST_SERVICES => ("ListServices", Operation::IdentifyServices),
        LIST_IDENTITY => ("ListIdentity", Operation::IdentifyDevice),
        LIST_INTERFACES => ("ListInterfaces", Operation::IdentifyNetwork),
        REGISTER_SESSION => ("RegisterSession", Operation::SessionOpen),
        UNREGISTER_SESSION => ("UnRegisterSession", Operation::SessionClose),
        SEND_RR_DATA => ("SendRRData", Operation::Unknown),
        SEND_UNIT_DATA => ("SendUnitData", Operation::Unknown),
        INDICATE_STATUS => ("IndicateStatus", Operation::DiagnoseRead),
        CANCEL => ("Cancel", Operation::Unknown),
        _ => return None,
    })
}

/// Commands that ask without data and are answered with items.
pub const fn is_list(code: u16) -> bool {
    matches!(code, LIST_TARGETS | LIST_SERVICES | LIST_IDENTITY | LIST_INTERFACES)
}

/// Encapsulation status (2-3.4).
pub const fn status(code: u32) -> Option<&'static str> {
    Some(match code {
        0x00 => "Success",
        0x01 => "Invalid or unsupported command",
        0x02 => "Insufficient memory",
        0x03 => "Poorly formed or incorrect data",
        0x64 => "Invalid session handle",
        0x65 => "Invalid length",
        0x69 => "Unsupported encapsulation protocol revision",
        0x6a => "Encapsulated CIP service not allowed on this port",
        _ => return None,
    })
}

/// Length of the message at the head of `data`.
pub fn framing(data: &[u8]) -> Framing {
    let Some(length) = le16(data, 2) else { return Framing::Need };
    if length > LONGEST {
        return Framing::Bad(Flag::EnipLength);
    }
    let Some(code) = le16(data, 0) else { return Framing::Need };
    if command(code).is_none() {
        // Another command keeps the step only where the rest of the header is one.
        match (le32(data, 8), le32(data, 20)) {
            (Some(known), Some(0)) if status(known).is_some() => {}
            (Some(known), None) if status(known).is_some() => return Framing::Need,
            (None, _) => return Framing::Need,
            _ => return Framing::Bad(Flag::EnipCommand),
        }
    }
    Framing::Message(HEADER + usize::from(length))
}

/// Whether a header stands at the head of `data`, by structure alone, with the length of its message. None: too few bytes.
pub fn plausible(data: &[u8]) -> Option<Option<usize>> {
    let code = le16(data, 0)?;
    if command(code).is_none() {
        return Some(None);
    }
    let length = le16(data, 2)?;
    let data_fits = match code {
        code if is_list(code) => length == 0 || length >= 2,
        REGISTER_SESSION => length == 4,
        UNREGISTER_SESSION => length == 0,
        SEND_RR_DATA => length >= 8 + 2 * 4 || length == 0,
        SEND_UNIT_DATA => length >= 8 + 2 * 4 + 4 || length == 0,
        _ => true,
    };
    if !data_fits || length > LONGEST {
        return Some(None);
    }
    let known = status(le32(data, 8)?).is_some();
    let empty = length == 0 && matches!(code, SEND_RR_DATA | SEND_UNIT_DATA);
    if !known || le32(data, 20)? != 0 || (empty && le32(data, 8)? == 0) {
        return Some(None);
    }
    let whole = Some(HEADER + usize::from(length));
    Some(match code {
        SEND_RR_DATA | SEND_UNIT_DATA if length > 0 => {
            // Interface handle 0 is CIP; then two to four items.
            let items = le16(data, HEADER + ITEMS)?;
            whole.filter(|_| le32(data, HEADER) == Some(0) && (1..=4).contains(&items))
        }
        REGISTER_SESSION => whole.filter(|_| le16(data, HEADER).is_none_or(|version| version == 1)),
        // A run of zeroes is no protocol's.
        NOP => {
            whole.filter(|_| length > 0 || le32(data, 4) != Some(0) || le16(data, HEADER).is_some_and(|next| next != 0))
        }
        _ => whole,
    })
}

/// Looks for the next header.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        match plausible(data.get(at..).unwrap_or_default()) {
            Some(Some(_)) => return (at, true),
            Some(None) => {}
            None => return (at, false),
        }
    }
    (data.len(), false)
}

/// What the first payload of a direction looks like: whole messages, the last of which may go on in the next segment.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let by_port = match (probe.destination_port == PORT, probe.source_port == PORT) {
        (true, false) => Some(Side::Client),
        (false, true) => Some(Side::Server),
        _ => None,
    };
    let udp = probe.transport == Transport::Udp;
    let (mut rest, mut sender, mut telling) = (probe.data, None, false);
    while !rest.is_empty() {
        match plausible(rest) {
            Some(Some(length)) => {
                let whole = rest.get(..length);
                if udp && whole.is_none() {
                    return Guess::No;
                }
                sender = sender.or(said_by(rest));
                telling |= !matches!(le16(rest, 0), Some(NOP | LIST_TARGETS));
                rest = rest.get(length..).unwrap_or_default();
            }
            Some(None) => return Guess::No,
            None if udp => return Guess::No,
            // A header begun: as sure as what came before it.
            None if rest.len() < probe.data.len() => break,
            None => return Guess::Need,
        }
    }
    // An idle message, or one that the standard keeps for what nobody sends any more, is 24 bytes without much structure.
    if !telling && by_port.is_none() {
        return Guess::No;
    }
    let confidence = if by_port.is_some() { 0.98 } else { 0.92 };
    Guess::Yes { confidence, sender: sender.or(by_port) }
}

/// Who sends a message, where its content tells.
fn said_by(data: &[u8]) -> Option<Side> {
    let code = le16(data, 0)?;
    let length = le16(data, 2)?;
    match code {
        code if is_list(code) => Some(if length == 0 { Side::Client } else { Side::Server }),
        REGISTER_SESSION => Some(if le32(data, 4)? == 0 && le32(data, 8)? == 0 { Side::Client } else { Side::Server }),
        UNREGISTER_SESSION => Some(Side::Client),
        SEND_RR_DATA | SEND_UNIT_DATA => {
            let items = super::packet::Packet::read(data.get(HEADER + ITEMS..)?)?;
            let service = items.message()?.first()?;
            Some(if service & super::service::REPLY == 0 { Side::Client } else { Side::Server })
        }
        _ => None,
    }
}
