//! What a command's data hold, part by part: values with their units, codes with their names, texts, times.

use super::response::{Bits, bits};
use super::{ascii, names, unit};
use crate::bytes::{be16, be32, u8_at};
use crate::dataset::Operation;
use crate::protocol::draft::{Draft, Drafts, Told};
use std::fmt::Write as _;
use std::ops::Range;

/// One part.
#[derive(Clone, Copy)]
pub enum Part {
    Skip(usize),
    /// An object without a value.
    Mark(&'static str),
    /// Device variable code: names what follows up to the next one.
    Variable,
    /// Analog channel number: the same.
    Channel,
    /// Unit code of the values that follow.
    Unit,
    /// The same, and a setting of its own.
    UnitOf(&'static str),
    /// IEEE 754; not a number says that there is none.
    Float(&'static str),
    /// The same, in a unit that is always this.
    In(&'static str, &'static str),
    Byte(&'static str),
    Word(&'static str),
    /// Three bytes.
    Triple(&'static str),
    Long(&'static str),
    /// A byte whose values have names.
    Code(&'static str, fn(u8) -> Option<&'static str>),
    Flags(&'static str, &'static Bits),
    Packed(&'static str, usize),
    Latin(&'static str, usize),
    Date(&'static str),
    /// Milliseconds since midnight in 1/32 ms.
    Time(&'static str),
}

impl Part {
    const fn size(self) -> usize {
        match self {
            Self::Mark(_) => 0,
            Self::Skip(size) | Self::Packed(_, size) | Self::Latin(_, size) => size,
            Self::Variable | Self::Channel | Self::Unit | Self::UnitOf(_) => 1,
            Self::Byte(_) | Self::Code(..) | Self::Flags(..) => 1,
            Self::Word(_) => 2,
            Self::Triple(_) | Self::Date(_) => 3,
            Self::Float(_) | Self::In(..) | Self::Long(_) | Self::Time(_) => 4,
        }
    }
}

/// Parts that stand once, then parts that stand as often as there is room, at most so many times.
#[derive(Clone, Copy)]
pub struct Layout {
    pub head: &'static [Part],
    pub slots: &'static [Part],
    pub most: usize,
    /// Bytes that are the least; what is behind them may be left out.
    pub least: usize,
}

pub const fn once(head: &'static [Part], least: usize) -> Layout {
    Layout { head, slots: &[], most: 0, least }
}

pub const fn repeated(head: &'static [Part], slots: &'static [Part], most: usize, least: usize) -> Layout {
    Layout { head, slots, most, least }
}

/// Not used: a slot without a variable.
const NOT_USED: u8 = 250;

/// Writes what the parts say as drafts.
pub struct Reading<'a> {
    pub drafts: &'a mut Drafts,
    pub operation: Operation,
    /// What precedes every name: a variable or a channel.
    owner: String,
    unit: Option<u8>,
}

impl<'a> Reading<'a> {
    pub fn new(drafts: &'a mut Drafts, operation: Operation) -> Self {
        Self { drafts, operation, owner: String::new(), unit: None }
    }

    /// Reads as much as there is. False where it is less than the least.
    pub fn read(&mut self, layout: &Layout, data: &[u8]) -> bool {
        let mut rest = data;
        for part in layout.head {
            if !self.take(*part, &mut rest) {
                return data.len() >= layout.least;
            }
        }
        let width: usize = layout.slots.iter().map(|part| part.size()).sum();
        for _ in 0..layout.most {
            if rest.len() < width {
                break;
            }
            self.unit = None;
            for part in layout.slots {
                if !self.take(*part, &mut rest) {
                    break;
                }
            }
        }
        data.len() >= layout.least
    }

    fn take(&mut self, part: Part, rest: &mut &[u8]) -> bool {
        let Some((own, behind)) = rest.split_at_checked(part.size()) else { return false };
        *rest = behind;
        self.part(part, own);
        true
    }

    fn part(&mut self, part: Part, own: &[u8]) {
        let byte = u8_at(own, 0).unwrap_or(0);
        match part {
            Part::Skip(_) => {}
            Part::Mark(name) => self.mark(name),
            Part::Variable => {
                self.owner.clear();
                match names::variable(byte) {
                    Some(name) => self.owner.push_str(name),
                    None => {
                        let _ = write!(self.owner, "variable:{byte}");
                    }
                }
                if byte == NOT_USED {
                    self.owner.clear();
                    self.owner.push('-');
                }
            }
            Part::Channel => {
                self.owner.clear();
                let _ = write!(self.owner, "channel:{byte}");
            }
            Part::Unit => self.unit = Some(byte),
            Part::UnitOf(name) => {
                self.unit = Some(byte);
                self.number(name, "uint8", f64::from(byte), unit::name(byte).map(|unit| ("unit", unit)));
            }
            Part::Float(name) => {
                let value = f32::from_bits(be32(own, 0).unwrap_or(0));
                let unit = self.unit.and_then(unit::name).map(|unit| ("unit", unit));
                self.number(name, "float32", f64::from(value), unit);
            }
            Part::In(name, unit) => {
                let value = f32::from_bits(be32(own, 0).unwrap_or(0));
                self.number(name, "float32", f64::from(value), Some(("unit", unit)));
            }
            Part::Byte(name) => self.number(name, "uint8", f64::from(byte), None),
            Part::Word(name) => self.number(name, "uint16", f64::from(be16(own, 0).unwrap_or(0)), None),
            Part::Triple(name) => {
                let value = own.iter().fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
                self.number(name, "uint24", f64::from(value), None);
            }
            Part::Long(name) => self.number(name, "uint32", f64::from(be32(own, 0).unwrap_or(0)), None),
            Part::Code(name, of) => self.number(name, "uint8", f64::from(byte), of(byte).map(|text| ("meaning", text))),
            Part::Flags(name, names) => self.flags(name, names, byte),
            Part::Packed(name, _) => self.text(name, ascii::packed(own)),
            Part::Latin(name, _) => self.text(name, ascii::latin(own)),
            Part::Date(name) => self.text(name, ascii::date(own).unwrap_or_default()),
            Part::Time(name) => {
                let ticks = be32(own, 0).unwrap_or(0) / 32;
                let (seconds, thousandths) = (ticks / 1000, ticks % 1000);
                let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
                self.text(name, format!("{hour:02}:{minute:02}:{second:02}.{thousandths:03}"));
            }
        }
    }

    /// Name of an object: with its variable or channel before, which stands alone for its own value.
    fn name(&mut self, name: &str) -> Range<usize> {
        let owner = &self.owner;
        self.drafts.texts(|out| {
            out.push_str(owner);
            if !owner.is_empty() && !name.is_empty() {
                out.push('.');
            }
            out.push_str(name);
        })
    }

    fn push(&mut self, address: Range<usize>, told: Told, details: Range<usize>) {
        let draft = Draft { kind: Some("variable"), address, told, details, ..Draft::new(self.operation) };
        self.drafts.list.push(draft);
    }

    fn number(&mut self, name: &str, kind: &'static str, value: f64, said: Option<(&str, &str)>) {
        // A slot that is not used, and a value that there is not.
        if self.owner == "-" {
            return;
        }
        let address = self.name(name);
        let from = self.drafts.numbers.len();
        let mut told = Told::None;
        if value.is_finite() {
            self.drafts.numbers.push(value);
            told = Told::Numbers(kind, from..from + 1);
        }
        let details = self.drafts.texts(|out| {
            if let Some((key, text)) = said {
                let _ = write!(out, "\"{key}\":\"{text}\"");
            }
        });
        self.push(address, told, details);
    }

    fn mark(&mut self, name: &str) {
        if self.owner != "-" {
            let address = self.name(name);
            self.push(address, Told::None, 0..0);
        }
    }

    pub fn flags(&mut self, name: &str, names: &Bits, byte: u8) {
        let address = self.name(name);
        let from = self.drafts.numbers.len();
        self.drafts.numbers.push(f64::from(byte));
        let details = self.drafts.texts(|out| {
            let before = out.len();
            out.push_str("\"bits\":\"");
            let empty = out.len();
            bits(names, byte, out);
            if out.len() == empty {
                out.truncate(before);
            } else {
                out.push('"');
            }
        });
        self.push(address, Told::Numbers("uint8", from..from + 1), details);
    }

    fn text(&mut self, name: &str, text: String) {
        let address = self.name(name);
        let range = self.drafts.texts(|out| out.push_str(&text));
        self.push(address, Told::Text("text", range), 0..0);
    }
}
