//! The command layer of service data objects (DS 301, 6.3.2.4). | 0 reserved 1 | 1 transaction 1 | 2 response 1 bit,
//! abort 1 bit, segmentation 2 bits, reserved 4 bits | 3 command 1 | 4 segment size 2 | 6 reserved 2 | 8 data |; the first of
//! several segments has the size of all in front of its data.

use crate::bytes::{le16, le32, u8_at};
use crate::protocol::Function;

pub const HEADER: usize = 8;
const RESPONSE: u8 = 0x80;
const ABORT: u8 = 0x40;

pub const NIL: u8 = 0;
pub const WRITE: u8 = 1;
pub const READ: u8 = 2;
pub const WRITE_ALL: u8 = 3;
pub const READ_ALL: u8 = 4;
pub const WRITE_BY_NAME: u8 = 5;
pub const READ_BY_NAME: u8 = 6;
pub const FILE_WRITE: u8 = 0x20;
pub const FILE_READ: u8 = 0x21;
pub const WRITE_MULTIPLE: u8 = 0x31;
pub const READ_MULTIPLE: u8 = 0x32;
const MAX_SEGMENT_SIZE: u8 = 0x70;
const LINK_NAME: u8 = 0x71;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Segment {
    Expedited,
    First,
    Further,
    Last,
}

/// One message of the command layer.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    pub transaction: u8,
    pub response: bool,
    pub abort: bool,
    pub segment: Segment,
    pub id: u8,
    /// Size of all segments, in the first one.
    pub size: Option<u32>,
    pub data: &'a [u8],
    /// The frame ends before the segment does, or it is none.
    pub cut: bool,
}

pub fn function(id: u8) -> Function {
    let name = match id {
        NIL => Some("NIL"),
        WRITE => Some("WriteByIndex"),
        READ => Some("ReadByIndex"),
        WRITE_ALL => Some("WriteAllByIndex"),
        READ_ALL => Some("ReadAllByIndex"),
        WRITE_BY_NAME => Some("WriteByName"),
        READ_BY_NAME => Some("ReadByName"),
        FILE_WRITE => Some("FileWrite"),
        FILE_READ => Some("FileRead"),
        WRITE_MULTIPLE => Some("WriteMultipleParamByIndex"),
        READ_MULTIPLE => Some("ReadMultipleParamByIndex"),
        MAX_SEGMENT_SIZE => Some("MaxSegmentSize"),
        LINK_NAME => Some("LinkNameToIndex"),
        _ => None,
    };
    Function { code: Some(u32::from(id)), name }
}

/// Whether there is a command: a frame that only acknowledges is filled with noughts.
pub fn is_any(bytes: &[u8]) -> bool {
    bytes.get(..HEADER).is_some_and(|head| head.iter().any(|byte| *byte != 0))
}

/// Whether bytes have the form of a command that there is.
pub fn likely(bytes: &[u8]) -> bool {
    let size = le16(bytes, 4).map(usize::from);
    let fits = size.is_some_and(|size| bytes.len() >= HEADER.saturating_add(size));
    let flags = u8_at(bytes, 2).unwrap_or(0xff);
    let known = u8_at(bytes, 3).is_some_and(|id| function(id).name.is_some());
    fits && known && flags & 0x0f == 0 && u8_at(bytes, 0) == Some(0) && le16(bytes, 6) == Some(0)
}

impl<'a> Command<'a> {
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let flags = u8_at(bytes, 2)?;
        let segment = match flags >> 4 & 3 {
            0 => Segment::Expedited,
            1 => Segment::First,
            2 => Segment::Further,
            _ => Segment::Last,
        };
        let size = usize::from(le16(bytes, 4)?);
        let behind = bytes.get(HEADER..)?;
        let whole = behind.get(..size);
        let mut data = whole.unwrap_or(behind);
        let mut total = None;
        if segment == Segment::First {
            total = le32(data, 0);
            data = data.get(4..).unwrap_or_default();
        }
        Some(Self {
            transaction: u8_at(bytes, 1)?,
            response: flags & RESPONSE != 0,
            abort: flags & ABORT != 0,
            segment,
            id: u8_at(bytes, 3)?,
            size: total,
            data,
            cut: whole.is_none() || (segment == Segment::First && total.is_none()),
        })
    }
}
