//! A frame as Linux keeps it (LINKTYPE_CAN_SOCKETCAN).
//!
//! | 0 flags 3 bits, identifier 29 bits | 4 length 1 | 5 flags of CAN FD 1 | 6 reserved 2 | 8 data |; CAN XL:
//! | 0 network 8 bits, priority 11 bits | 4 flags 1 | 5 service data type 1 | 6 length 2 | 8 acceptance 4 | 12 data |.

use crate::bytes::{be32, le16, u8_at};

const EXTENDED: u32 = 0x8000_0000;
const REMOTE: u32 = 0x4000_0000;
const ERROR: u32 = 0x2000_0000;
/// Length of CAN XL frames.
const XL: u8 = 0x80;
const FD: u8 = 0x04;
/// Flags of CAN FD that there are. Old kernels left whatever stood there in the byte of classic frames.
const FD_FLAGS: u8 = 0x07;
pub const HEADER: usize = 8;
const XL_HEADER: usize = 12;
const CLASSIC: usize = 8;

/// One frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub id: u32,
    /// The identifier has 29 bits, not 11.
    pub extended: bool,
    pub remote: bool,
    /// No frame of the bus but a word of the controller about it; the identifier is a set of error classes.
    pub error: bool,
    /// More than a classic frame: CAN FD or CAN XL.
    pub flexible: bool,
    pub data: &'a [u8],
    /// Bytes that the frame has, or that a remote frame asks for.
    pub length: usize,
}

impl<'a> Frame<'a> {
    /// The frame at the head of `data`, and the bytes that it takes.
    pub fn read(data: &'a [u8]) -> Option<(Self, usize)> {
        let (word, length, flags) = (be32(data, 0)?, u8_at(data, 4)?, u8_at(data, 5)?);
        if length & XL != 0 {
            let end = XL_HEADER + usize::from(le16(data, 6)?);
            let content = data.get(XL_HEADER..end.min(data.len()))?;
            let frame = Self {
                id: word & 0x7ff,
                extended: false,
                remote: false,
                error: false,
                flexible: true,
                data: content,
                length: end - XL_HEADER,
            };
            return Some((frame, end));
        }
        let length = usize::from(length);
        let extended = word & EXTENDED != 0;
        let remote = word & REMOTE != 0;
        let content = data.get(HEADER..(HEADER + length).min(data.len()))?;
        let frame = Self {
            id: if extended || word & ERROR != 0 { word & 0x1fff_ffff } else { word & 0x7ff },
            extended,
            remote,
            error: word & ERROR != 0,
            flexible: flags & FD != 0 && flags & !FD_FLAGS == 0 || length > CLASSIC,
            data: if remote { &[] } else { content },
            length,
        };
        Some((frame, if remote { data.len().min(HEADER + length) } else { HEADER + length }))
    }

    /// Whether all its bytes are there.
    pub fn whole(&self) -> bool {
        self.remote || self.data.len() == self.length
    }

    /// An 11-bit identifier of a classic data frame.
    pub fn standard(&self) -> Option<u16> {
        let plain = !(self.extended || self.remote || self.error || self.flexible);
        u16::try_from(self.id).ok().filter(|_| plain)
    }
}

/// Frames that stand one behind another.
pub struct Frames<'a> {
    rest: &'a [u8],
}

impl<'a> Frames<'a> {
    pub fn of(data: &'a [u8]) -> Self {
        Self { rest: data }
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        let (frame, length) = Frame::read(self.rest)?;
        self.rest = self.rest.get(length.max(HEADER)..).unwrap_or_default();
        Some(frame)
    }
}
