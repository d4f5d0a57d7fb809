//! Which devices a request names, and where their values stand in it and in the response (SH-080956 5-2 to 5-4).
//!
//! | 0401, 1401 | device | points 2 | 1401: values |
//! | 0403, 0801 | words 1 | double words 1 | devices |; 1402 in words the same, each with its value; in bits | points 1 | device,
//! value 1 (iQ-R: 2) |
//! | 0406, 1406 | word blocks 1 | bit blocks 1 | device, points 2, 1406: values |
//! | 0613, 1613 | address 4 | words 2 | values |; 0601, 1601 | address 4 | bytes 2 | module 2 | values |
//!
//! Subcommand: bit 0 in bits, bit 1 long devices (iQ-R), bit 7 with an extension, which is not read.

use super::command as fc;
use super::device;
use super::frame::Frame;
use super::reader::Reader;
use crate::protocol::{Address, Form, Item, Object, Values};
use std::ops::Range;

/// Devices of one message that are told.
const MOST: usize = 960;

/// How the values of an object are cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cut {
    Bits,
    Words,
    Doubles,
    Bytes,
}

/// One object of a request.
#[derive(Clone, Debug)]
pub struct Named {
    pub object: Object<'static>,
    pub cut: Cut,
    pub count: usize,
    /// Where its values stand in the buffer.
    pub values: Range<usize>,
}

/// Objects and values of a message, used again and again.
#[derive(Default)]
pub struct Objects {
    pub list: Vec<Named>,
    /// Values as big-endian numbers, bits as a byte each.
    pub buffer: Vec<u8>,
}

impl Objects {
    /// Reads what a request names. None where it is cut or cannot be; what was read until then stays.
    pub fn request(&mut self, frame: &Frame<'_>) -> Option<()> {
        self.clear();
        if frame.subcommand & 0x0080 != 0 {
            return Some(());
        }
        let (bits, long) = (frame.subcommand & 1 != 0, frame.subcommand & 2 != 0);
        let mut body = frame.body;
        match frame.command {
            fc::READ | fc::WRITE => {
                let (code, number) = device::read(&mut body, long)?;
                let points = body.u16()?;
                let cut = if bits { Cut::Bits } else { Cut::Words };
                self.name((code, number), u32::from(points), cut);
                if frame.command == fc::WRITE {
                    self.fill(0, &mut body)?;
                }
            }
            fc::WRITE_RANDOM if bits => {
                for _ in 0..body.u8()? {
                    let device = device::read(&mut body, long)?;
                    let at = self.name(device, 1, Cut::Bits);
                    let value = if long { body.u16()? & 0xff } else { u16::from(body.u8()?) };
                    self.value(at, u8::try_from(value).unwrap_or(0));
                }
            }
            fc::READ_RANDOM | fc::WRITE_RANDOM | fc::ENTRY_MONITOR => {
                let (words, doubles) = (body.u8()?, body.u8()?);
                for number in 0..u16::from(words) + u16::from(doubles) {
                    let cut = if number < u16::from(words) { Cut::Words } else { Cut::Doubles };
                    let device = device::read(&mut body, long)?;
                    let at = self.name(device, 1, cut);
                    if frame.command == fc::WRITE_RANDOM {
                        self.fill(at, &mut body)?;
                    }
                }
            }
            fc::READ_BLOCK | fc::WRITE_BLOCK => {
                let blocks = u16::from(body.u8()?) + u16::from(body.u8()?);
                for _ in 0..blocks {
                    let device = device::read(&mut body, long)?;
                    let points = body.u16()?;
                    let at = self.name(device, u32::from(points), Cut::Words);
                    if frame.command == fc::WRITE_BLOCK {
                        self.fill(at, &mut body)?;
                    }
                }
            }
            fc::MEMORY_READ | fc::MEMORY_WRITE => {
                let (address, words) = (body.u32()?, body.u16()?);
                self.memory(address, u32::from(words), Cut::Words);
                if frame.command == fc::MEMORY_WRITE {
                    self.fill(0, &mut body)?;
                }
            }
            fc::EXTEND_UNIT_READ | fc::EXTEND_UNIT_WRITE => {
                let (address, bytes, _module) = (body.u32()?, body.u16()?, body.u16()?);
                self.memory(address, u32::from(bytes), Cut::Bytes);
                if frame.command == fc::EXTEND_UNIT_WRITE {
                    self.fill(0, &mut body)?;
                }
            }
            // What follows is not read.
            _ => return Some(()),
        }
        body.data.is_empty().then_some(())
    }

    /// Reads the values of a response for what the request named. None where there are more or fewer.
    pub fn response(&mut self, mut body: Reader<'_>) -> Option<()> {
        for at in 0..self.list.len() {
            self.fill(at, &mut body)?;
        }
        body.data.is_empty().then_some(())
    }

    pub fn clear(&mut self) {
        self.list.clear();
        self.buffer.clear();
    }

    /// Bytes of a module's buffer memory.
    pub fn buffer_memory(&mut self, address: u32, bytes: u32) -> usize {
        self.memory(address, bytes, Cut::Bytes)
    }

    fn name(&mut self, (code, number): (u16, u32), points: u32, cut: Cut) -> usize {
        let count = usize::try_from(points).unwrap_or(0);
        self.push(device::object(code, number, points, cut != Cut::Bits), count, cut)
    }

    fn memory(&mut self, address: u32, count: u32, cut: Cut) -> usize {
        let object = Object { kind: Some("buffer"), address: Address::Range, start: i64::from(address), count };
        self.push(object, usize::try_from(count).unwrap_or(0), cut)
    }

    /// Names an object of so many values; returns its number.
    pub fn push(&mut self, object: Object<'static>, count: usize, cut: Cut) -> usize {
        let end = self.buffer.len();
        if self.list.len() < MOST {
            self.list.push(Named { object, cut, count, values: end..end });
        }
        self.list.len().saturating_sub(1)
    }

    /// The one value of an object.
    pub fn value(&mut self, at: usize, value: u8) {
        let begin = self.buffer.len();
        self.buffer.push(value);
        if let Some(named) = self.list.get_mut(at) {
            named.values = begin..begin + 1;
        }
    }

    /// Takes the values of an object into the buffer.
    pub fn fill(&mut self, at: usize, body: &mut Reader<'_>) -> Option<()> {
        let named = self.list.get_mut(at)?;
        let begin = self.buffer.len();
        match named.cut {
            Cut::Bits if body.ascii => {
                let bits = body.take(named.count)?;
                self.buffer.extend(bits.iter().map(|digit| u8::from(*digit == b'1')));
            }
            // Two points a byte, the first in the high half.
            Cut::Bits => {
                let bytes = body.take(named.count.div_ceil(2))?;
                let halves = bytes.iter().flat_map(|byte| [byte >> 4 & 1, byte & 1]);
                self.buffer.extend(halves.take(named.count));
            }
            Cut::Words => {
                for _ in 0..named.count {
                    self.buffer.extend(body.u16()?.to_be_bytes());
                }
            }
            Cut::Doubles => {
                for _ in 0..named.count {
                    self.buffer.extend(body.u32()?.to_be_bytes());
                }
            }
            Cut::Bytes => {
                for _ in 0..named.count {
                    let byte = body.u8()?;
                    self.buffer.push(byte);
                }
            }
        }
        named.values = begin..self.buffer.len();
        Some(())
    }

    /// One item of what was named.
    pub fn item<'a>(&'a self, named: &Named, item: Item<'a>) -> Item<'a> {
        let bytes = self.buffer.get(named.values.clone()).unwrap_or_default();
        let values = match named.cut {
            _ if bytes.is_empty() => Values::None,
            Cut::Bits => Values::Packed { kind: "bool", form: Form::Uint8, bytes },
            Cut::Words => Values::Registers(bytes),
            Cut::Doubles => Values::Packed { kind: "uint32", form: Form::Uint32, bytes },
            Cut::Bytes => Values::Packed { kind: "byte", form: Form::Uint8, bytes },
        };
        Item { object: named.object, values, ..item }
    }
}

/// Whether a response carries the values of what was asked for.
pub const fn reads(command: u16) -> bool {
    matches!(
        command,
        fc::READ | fc::READ_RANDOM | fc::READ_BLOCK | fc::MEMORY_READ | fc::EXTEND_UNIT_READ | fc::EXECUTE_MONITOR
    )
}
