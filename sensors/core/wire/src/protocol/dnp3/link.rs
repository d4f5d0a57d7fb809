//! Link frames (IEEE 1815-2012 clause 9): framing, recognition, resynchronisation.
//!
//! | 0 start 0x05 0x64 | 2 length 1 (from control on, without CRCs) | 3 control 1 | 4 destination 2 | 6 source 2 | 8 CRC 2 |
//! then blocks of up to 16 bytes of user data, each with its CRC 2. Numbers are little-endian.
//! Control: | 7 DIR (from the master) | 6 PRM | 5 FCB | 4 FCV, DFC | 3-0 function |

use super::crc;
use super::function as fc;
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Probe, next_message};

pub const PORT: u16 = 20000;
const START: [u8; 2] = [0x05, 0x64];
/// Bytes of the header with its CRC.
pub const HEADER: usize = 10;
/// Bytes of user data under one CRC.
const BLOCK: usize = 16;
/// Control, destination and source are counted by the length.
const LENGTH_LEAST: u8 = 5;
pub const DIR: u8 = 0x80;
pub const PRM: u8 = 0x40;
const FUNCTION: u8 = 0x0f;

pub const RESET_LINK_STATES: u8 = 0;
pub const RESET_USER_PROCESS: u8 = 1;
pub const TEST_LINK_STATES: u8 = 2;
pub const CONFIRMED_USER_DATA: u8 = 3;
pub const UNCONFIRMED_USER_DATA: u8 = 4;
pub const REQUEST_LINK_STATUS: u8 = 9;
pub const ACK: u8 = 0;
pub const NACK: u8 = 1;
pub const LINK_STATUS: u8 = 11;
pub const NOT_SUPPORTED: u8 = 15;

/// Broadcast addresses: no confirmation, confirmation demanded, optional (9.2.4.2).
pub const BROADCAST: std::ops::RangeInclusive<u16> = 0xfffd..=0xffff;

/// One frame with its header taken off.
#[derive(Clone, Copy)]
pub struct Frame {
    pub control: u8,
    pub destination: u16,
    pub source: u16,
}

impl Frame {
    pub fn read(data: &[u8]) -> Option<Self> {
        Some(Self { control: u8_at(data, 3)?, destination: le16(data, 4)?, source: le16(data, 6)? })
    }

    pub const fn function(self) -> u8 {
        self.control & FUNCTION
    }

    pub const fn primary(self) -> bool {
        self.control & PRM != 0
    }

    /// Sent by a master, by its own word.
    pub const fn by_master(self) -> bool {
        self.control & DIR != 0
    }

    pub const fn carries_data(self) -> bool {
        self.primary() && matches!(self.function(), CONFIRMED_USER_DATA | UNCONFIRMED_USER_DATA)
    }
}

/// Name and `ot.operation` of a primary frame's function without user data.
pub const fn primary(code: u8) -> Option<(&'static str, Operation)> {
    Some(match code {
        RESET_LINK_STATES => ("RESET_LINK_STATES", Operation::SessionOpen),
        RESET_USER_PROCESS => ("RESET_USER_PROCESS", Operation::RestartCommunication),
        TEST_LINK_STATES => ("TEST_LINK_STATES", Operation::SessionKeepalive),
        REQUEST_LINK_STATUS => ("REQUEST_LINK_STATUS", Operation::SessionKeepalive),
        _ => return None,
    })
}

/// Name of a secondary frame's function.
pub const fn secondary(code: u8) -> Option<&'static str> {
    Some(match code {
        ACK => "ACK",
        NACK => "NACK",
        LINK_STATUS => "LINK_STATUS",
        NOT_SUPPORTED => "NOT_SUPPORTED",
        _ => return None,
    })
}

/// Length of the frame at the head of `data`. The length is believed only under the right CRC.
pub fn framing(data: &[u8]) -> Framing {
    if data.iter().zip(START).any(|(a, b)| *a != b) {
        return Framing::Bad(Flag::Dnp3Start);
    }
    let (Some(header), Some(length)) = (data.get(..HEADER), u8_at(data, 2)) else { return Framing::Need };
    if !crc::right(header) {
        return Framing::Bad(Flag::Dnp3HeaderCrc);
    }
    match length.checked_sub(LENGTH_LEAST) {
        None => Framing::Bad(Flag::Dnp3LinkLength),
        Some(user) => Framing::Message(HEADER + on_wire(usize::from(user))),
    }
}

/// Bytes that so much user data take with their CRCs.
fn on_wire(user: usize) -> usize {
    user + user.div_ceil(BLOCK) * 2
}

/// User data without CRCs, appended to `out`; false when a block's CRC is wrong.
pub fn user_data(frame: &[u8], out: &mut Vec<u8>) -> bool {
    for block in frame.get(HEADER..).unwrap_or_default().chunks(BLOCK + 2) {
        if !crc::right(block) {
            return false;
        }
        out.extend_from_slice(block.get(..block.len() - 2).unwrap_or_default());
    }
    true
}

/// Looks for the next header under a right CRC.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    next_message(data, framing)
}

/// A header under a right CRC is DNP3 on whatever port: 48 bits must fit.
pub fn probe(probe: &Probe<'_>) -> Guess {
    match framing(probe.data) {
        Framing::Message(_) => {}
        Framing::Need if probe.transport == Transport::Tcp => return Guess::Need,
        _ => return Guess::No,
    }
    let Some(frame) = Frame::read(probe.data) else { return Guess::No };
    // First byte of an application fragment's function, behind transport and application control.
    let told = u8_at(probe.data, HEADER + 2).filter(|_| frame.carries_data());
    let from_master = told.map_or(frame.by_master(), |code| code < fc::RESPONSE);
    let to_port = probe.destination_port == PORT && probe.source_port != PORT;
    if !from_master && to_port && probe.transport == Transport::Tcp {
        return Guess::Reversed { confidence: 0.99 };
    }
    let sender = if from_master { Side::Client } else { Side::Server };
    Guess::Yes { confidence: 0.99, sender: Some(sender) }
}

/// The same on a serial line, where the tap may have begun within a frame.
pub fn probe_line(probe: &Probe<'_>) -> Guess {
    let (passed, found) = resynchronise(probe.data);
    let rest = probe.data.get(passed..).unwrap_or_default();
    match Frame::read(rest).filter(|_| found) {
        Some(frame) => {
            let sender = if frame.by_master() { Side::Client } else { Side::Server };
            Guess::Yes { confidence: 0.99, sender: Some(sender) }
        }
        None if probe.ended => Guess::No,
        None => Guess::Need,
    }
}
