//! Which devices a 1E frame names, and its values (SH-080008 18.4 to 18.6).
//!
//! | device, binary | number 4 | code 2, little-endian | block 2 |, ASCII | code 4 | number 8 | block 4 |
//! A device has the code that 3E frames have for it from here on, so that an address is the same in both.
//!
//! An address of extension file registers: `start` is the register's number, `part` its block.

use super::command::{self, Body};
use super::frame::{Request, points};
use crate::protocol::slmp::device;
use crate::protocol::slmp::items::{Cut, Objects};
use crate::protocol::slmp::reader::Reader;
use crate::protocol::{Address, Notation, Object};
use std::fmt::Write as _;

/// Codes of 1E frames with those of 3E frames (FX3U-ENET User's Manual 9.2; QnUCPU User's Manual 5.1.2).
static CODES: [(u16, u16); 15] = [
    (0x4220, 0xa0),
    (0x4343, 0xc3),
    (0x434e, 0xc5),
    (0x4353, 0xc4),
    (0x4420, 0xa8),
    (0x4620, 0x93),
    (0x4d20, 0x90),
    (0x5220, REGISTER),
    (0x5320, 0x98),
    (0x5443, 0xc0),
    (0x544e, 0xc2),
    (0x5453, 0xc1),
    (0x5720, 0xb4),
    (0x5820, 0x9c),
    (0x5920, 0x9d),
];
const REGISTER: u16 = 0xaf;
/// File registers numbered on over all blocks.
const REGISTER_ON: u16 = 0xb0;

/// Code of a 3E frame.
fn code_of(code: u16) -> Option<u16> {
    let found = CODES.binary_search_by_key(&code, |(known, _)| *known).ok().and_then(|at| CODES.get(at));
    found.map(|(_, code)| *code)
}

struct Device {
    /// As it is written.
    letters: u16,
    /// None: there is no such device.
    code: Option<u16>,
    number: u32,
    block: Option<u16>,
}

fn device(reader: &mut Reader<'_>, block: bool) -> Option<Device> {
    let (code, number) = if reader.ascii {
        let code = reader.u16()?;
        (code, reader.u32()?)
    } else {
        let number = reader.u32()?;
        (reader.u16()?, number)
    };
    let block = if block { Some(reader.u16()?) } else { None };
    Some(Device { letters: code, code: code_of(code), number, block })
}

impl Device {
    fn object(&self, command: u8, count: u32, in_words: bool) -> Object<'static> {
        let notation = match (self.block, self.code) {
            (Some(block), _) => Notation { part: u64::from(block), step: 1, write: write_in_block },
            (None, None) => Notation { part: u64::from(self.letters), step: 1, write: write_unknown },
            (None, Some(code)) => {
                let direct = matches!(command, command::DIRECT_READ | command::DIRECT_WRITE) && code == REGISTER;
                return device::object(if direct { REGISTER_ON } else { code }, self.number, count, in_words);
            }
        };
        let address = Address::Placed(notation);
        Object { kind: Some("device"), address, start: i64::from(self.number), count }
    }
}

/// `block2.R70`, `block2.R70-72`.
fn write_in_block(out: &mut String, part: u64, start: i64, count: u32) {
    let last = start.saturating_add(i64::from(count.max(1)) - 1);
    let _ = write!(out, "block{part}.R{start}");
    if last > start {
        let _ = write!(out, "-{last}");
    }
}

/// `0x5120:0`: what no device is.
fn write_unknown(out: &mut String, part: u64, start: i64, _count: u32) {
    let _ = write!(out, "{part:#06x}:{start}");
}

/// Reads what a request names into `objects`. None where a digit is none.
pub fn read(request: &Request<'_>, body: Body, objects: &mut Objects) -> Option<()> {
    objects.clear();
    let mut reader = request.body;
    let objects_of = |device: &Device, count: usize, cut: Cut| {
        device.object(request.command, u32::try_from(count).unwrap_or(0), cut != Cut::Bits)
    };
    match body {
        Body::Range { cut, block, write } => {
            let device = device(&mut reader, block)?;
            let count = points(reader.u8()?);
            reader.u8()?;
            let at = objects.push(objects_of(&device, count, cut), count, cut);
            if write {
                objects.fill(at, &mut reader)?;
            }
        }
        Body::Random { cut, block } => {
            let count = points(reader.u8()?);
            reader.u8()?;
            for _ in 0..count {
                let device = device(&mut reader, block)?;
                let at = objects.push(objects_of(&device, 1, cut), 1, cut);
                match cut {
                    Cut::Bits => objects.value(at, reader.u8()?),
                    _ => objects.fill(at, &mut reader)?,
                }
            }
        }
        Body::Entry { cut, block, .. } => {
            let count = points(reader.u8()?);
            reader.u8()?;
            for _ in 0..count {
                let device = device(&mut reader, block)?;
                objects.push(objects_of(&device, 1, cut), 1, cut);
            }
        }
        Body::Buffer { write } => {
            let (start, count) = buffer(&mut reader)?;
            reader.u16()?;
            let at = objects.buffer_memory(start, u32::try_from(count).unwrap_or(0));
            if write {
                objects.fill(at, &mut reader)?;
            }
        }
        Body::None | Body::Monitor { .. } | Body::Echo | Body::Open => {}
    }
    Some(())
}

/// Start address and bytes: in binary the low byte first.
fn buffer(reader: &mut Reader<'_>) -> Option<(u32, usize)> {
    let start = if reader.ascii { u32::from(reader.u8()?) << 16 | u32::from(reader.u16()?) } else { reader.u24()? };
    Some((start, points(reader.u8()?)))
}

/// Takes the values of a response. None where one is missing.
pub fn answer(objects: &mut Objects, body: Body, mut reader: Reader<'_>) -> Option<()> {
    // Bits that were entered one by one are packed like those of a range.
    if body == (Body::Monitor { slot: 0 }) {
        let mut packed = None;
        for at in 0..objects.list.len() {
            let bit = match packed.take() {
                Some(low) => low,
                None if reader.ascii => u8::from(reader.take(1)? == b"1"),
                None => {
                    let byte = reader.u8()?;
                    packed = Some(byte & 1);
                    byte >> 4 & 1
                }
            };
            objects.value(at, bit);
        }
        return Some(());
    }
    (0..objects.list.len()).try_for_each(|at| objects.fill(at, &mut reader))
}

/// Number of the special function module whose buffer is meant.
pub fn module(request: &Request<'_>) -> Option<u8> {
    let mut reader = request.body;
    buffer(&mut reader)?;
    reader.u8()
}

/// Whether the fixed zero stands where it has to.
pub fn fixed(request: &Request<'_>, body: Body) -> bool {
    let mut reader = request.body;
    let before = match body {
        Body::Range { block, .. } => device(&mut reader, block).is_some() && reader.u8().is_some(),
        Body::Random { .. } | Body::Entry { .. } => reader.u8().is_some(),
        Body::Buffer { .. } => buffer(&mut reader).is_some() && reader.u8().is_some(),
        Body::None | Body::Monitor { .. } | Body::Echo | Body::Open => return true,
    };
    before && reader.u8() == Some(0)
}

/// Whether devices exist, numbers have two bytes, modules are possible and the zero is one.
pub fn sound(request: &Request<'_>, body: Body) -> bool {
    let mut reader = request.body;
    let block = match body {
        Body::Range { block, .. } => block,
        Body::Random { block, .. } | Body::Entry { block, .. } => {
            reader.take(reader.size(2));
            block
        }
        _ => return fixed(request, body),
    };
    let exists = device(&mut reader, block).is_some_and(|device| device.code.is_some() && device.number <= 0xffff);
    exists && fixed(request, body)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_in_order() {
        assert!(super::CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
