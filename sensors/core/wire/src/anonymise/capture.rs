//! A whole capture file, as the ring gives it.

use super::frame::Frame;
use super::names::Names;
use crate::evidence::records::{self, HEADER, Records};

/// What becomes of what packets carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// It stays, with all addresses and names in it.
    Keep,
    /// Frames end behind their headers; times and lengths on the wire stay.
    Cut,
}

/// A capture with other addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anonymised {
    /// Classic pcap with nanoseconds.
    pub file: Vec<u8>,
    pub frames: u64,
    /// Frames of a link layer whose addresses are not known.
    pub left_out: u64,
    /// Octets that were cut off.
    pub cut: u64,
}

/// Replaces addresses in a classic pcap with nanoseconds, little-endian; `None` for any other file.
pub fn anonymised(file: &[u8], names: &mut Names, payload: Payload) -> Option<Anonymised> {
    let link = records::link_of(file)?;
    let mut made = Anonymised { file: records::header(link), ..Anonymised::default() };
    let mut octets = Vec::new();
    for record in Records::of(file.get(HEADER..)?) {
        octets.clear();
        octets.extend_from_slice(record.data);
        let mut frame = Frame { names, octets: &mut octets, keeps: payload == Payload::Keep, sure: 0 };
        let Some(end) = frame.rewrite(link) else {
            made.left_out = made.left_out.saturating_add(1);
            continue;
        };
        made.frames = made.frames.saturating_add(1);
        made.cut = made.cut.saturating_add(u64::try_from(octets.len().saturating_sub(end)).unwrap_or(0));
        let kept = octets.get(..end).unwrap_or_default();
        records::push(&mut made.file, record.time, record.wire_length, kept);
    }
    Some(made)
}
