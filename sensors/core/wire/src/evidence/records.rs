//! Records of a classic pcap file with nanoseconds, as the ring writes them (draft-ietf-opsawg-pcap §4 and §5).

use crate::bytes::le32;
use crate::capture::LinkType;

/// | 0 magic 0xA1B23C4D 4 | 4 version 2.4 2+2 | 8 reserved 8 | 16 snap length 4 | 20 link type 4 |, little-endian.
pub const HEADER: usize = 24;
/// | 0 seconds 4 | 4 nanoseconds 4 | 8 captured length 4 | 12 length on the wire 4 | bytes |
pub const RECORD: usize = 16;
const MAGIC: u32 = 0xa1b2_3c4d;
const SNAP_LENGTH: u32 = 262_144;
const SECOND: i64 = 1_000_000_000;

/// A frame as the file has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    pub time: i64,
    pub wire_length: u32,
    pub data: &'a [u8],
    /// The record with its head.
    pub whole: &'a [u8],
}

/// The head of a file.
pub fn header(link: LinkType) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEADER);
    head.extend_from_slice(&MAGIC.to_le_bytes());
    head.extend_from_slice(&2u16.to_le_bytes());
    head.extend_from_slice(&4u16.to_le_bytes());
    head.extend_from_slice(&[0; 8]);
    head.extend_from_slice(&SNAP_LENGTH.to_le_bytes());
    head.extend_from_slice(&link.0.to_le_bytes());
    head
}

/// The link type of a file with such a head; `None` for any other.
pub fn link_of(file: &[u8]) -> Option<LinkType> {
    (le32(file, 0)? == MAGIC).then(|| le32(file, 20).map(LinkType)).flatten()
}

/// Appends a record.
pub fn push(out: &mut Vec<u8>, time: i64, wire_length: u32, data: &[u8]) {
    let part = |value: i64| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&part(time.div_euclid(SECOND)));
    out.extend_from_slice(&part(time.rem_euclid(SECOND)));
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&wire_length.to_le_bytes());
    out.extend_from_slice(data);
}

/// Reads records one after the other; ends before one that is cut off or that no sensor wrote.
pub struct Records<'a> {
    data: &'a [u8],
    /// Where the next record begins.
    pub at: usize,
}

impl<'a> Records<'a> {
    /// `data` begins with a record.
    pub fn of(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let rest = self.data.get(self.at..)?;
        let (seconds, fraction) = (i64::from(le32(rest, 0)?), i64::from(le32(rest, 4)?));
        let (length, wire_length) = (le32(rest, 8)?, le32(rest, 12)?);
        // A page that a power cut left empty is no frame.
        if length > SNAP_LENGTH || fraction >= SECOND || (length == 0 && wire_length == 0) {
            return None;
        }
        let end = RECORD.saturating_add(usize::try_from(length).ok()?);
        let whole = rest.get(..end)?;
        self.at = self.at.saturating_add(end);
        Some(Record { time: seconds * SECOND + fraction, wire_length, data: whole.get(RECORD..)?, whole })
    }
}
