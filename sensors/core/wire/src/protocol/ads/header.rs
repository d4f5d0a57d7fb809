//! AMS/TCP and AMS headers (Beckhoff Information System, "AMS/TCP packet" and "AMS header"), little-endian.
//!
//! | 0 reserved 2 (0) | 2 length 4, of what follows |
//! | 6 target NetId 6 | 12 target port 2 | 14 source NetId 6 | 20 source port 2 | 22 command 2 | 24 state flags 2 |
//! | 26 length of the data 4 | 30 error 4 | 34 invoke id 4 | 38 data |

use super::command;
use crate::bytes::{le16, le32};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::{Framing, Guess, Probe};

pub const PORT: u16 = 48898;
/// AMS/TCP header.
pub const TCP_HEADER: usize = 6;
/// AMS header.
pub const HEADER: usize = 32;
/// Longest packet taken: a symbol table that is longer in one piece is passed over.
const LIMIT: usize = 512 * 1024;
/// No length that can be right.
const IMPOSSIBLE: usize = 1 << 26;

pub const RESPONSE: u16 = 0x0001;
pub const NO_RETURN: u16 = 0x0002;
pub const ADS_COMMAND: u16 = 0x0004;
pub const BROADCAST: u16 = 0x8000;
/// Bits that have a meaning: those above and system command, high priority, time stamp added, UDP, init command.
const KNOWN_FLAGS: u16 = RESPONSE | NO_RETURN | ADS_COMMAND | BROADCAST | 0x00f8;

/// NetId and port of a partner: | NetId 6 | port 2 |, as a number whose upper six bytes are the NetId.
pub type Ams = u64;

/// The NetId of an address, its port left out.
pub const fn net_id(ams: Ams) -> Ams {
    ams & !0xffff
}

/// The port of an address.
pub fn port(ams: Ams) -> u16 {
    u16::try_from(ams & 0xffff).unwrap_or(0)
}

/// Reads NetId and port.
pub fn ams(data: &[u8], at: usize) -> Option<Ams> {
    let net = data.get(at..)?.first_chunk::<6>()?;
    let high = net.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    Some(high << 16 | u64::from(le16(data, at + 6)?))
}

/// AMS header of one packet.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub target: Ams,
    pub source: Ams,
    pub command: u16,
    pub flags: u16,
    pub length: u32,
    pub error: u32,
    pub invoke: u32,
}

impl Header {
    /// `packet` begins with the AMS header.
    pub fn read(packet: &[u8]) -> Option<Self> {
        Some(Self {
            target: ams(packet, 0)?,
            source: ams(packet, 8)?,
            command: le16(packet, 16)?,
            flags: le16(packet, 18)?,
            length: le32(packet, 20)?,
            error: le32(packet, 24)?,
            invoke: le32(packet, 28)?,
        })
    }

    pub const fn answers(&self) -> bool {
        self.flags & RESPONSE != 0
    }
}

fn length(data: &[u8]) -> Option<usize> {
    le32(data, 2).map(|length| usize::try_from(length).unwrap_or(usize::MAX))
}

pub fn framing(data: &[u8]) -> Framing {
    if data.iter().take(2).any(|byte| *byte != 0) {
        return Framing::Bad(Flag::AdsHeader);
    }
    match length(data) {
        None => Framing::Need,
        Some(length) if !(HEADER..=IMPOSSIBLE).contains(&length) => Framing::Bad(Flag::AdsHeader),
        Some(length) if length > LIMIT => Framing::Oversize(TCP_HEADER + length),
        Some(length) => Framing::Message(TCP_HEADER + length),
    }
}

/// What speaks for a packet that begins here: a known command, two lengths that agree. None when there are too few bytes.
fn begins(data: &[u8]) -> Option<(bool, bool)> {
    match framing(data) {
        Framing::Bad(_) => return Some((false, false)),
        Framing::Need => return None,
        _ => {}
    }
    let (outer, command, flags) = (length(data)?, le16(data, 22)?, le16(data, 24)?);
    if flags & ADS_COMMAND == 0 || flags & !KNOWN_FLAGS != 0 {
        return Some((false, false));
    }
    let inner = usize::try_from(le32(data, 26)?).unwrap_or(usize::MAX);
    Some((command::known(command), inner.checked_add(HEADER) == Some(outer)))
}

/// On a connection that speaks ADS either is enough, so that odd packets are found again too.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        match begins(data.get(at..).unwrap_or_default()) {
            Some((known, even)) if known || even => return (at, true),
            Some(_) => {}
            None => return (at, false),
        }
    }
    (data.len(), false)
}

/// A header whose two lengths agree. A notification comes from the server, unasked.
pub fn probe(probe: &Probe<'_>) -> Guess {
    match begins(probe.data) {
        Some((true, true)) => {
            let header = probe.data.get(TCP_HEADER..).and_then(Header::read);
            let server = header.map(|h| h.answers() || h.command == command::DEVICE_NOTIFICATION);
            let sender = server.map(|server| if server { Side::Server } else { Side::Client });
            Guess::Yes { confidence: 0.97, sender }
        }
        Some(_) => Guess::No,
        None if probe.ended => Guess::No,
        None => Guess::Need,
    }
}
