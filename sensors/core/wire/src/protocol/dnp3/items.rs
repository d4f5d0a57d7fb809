//! What a fragment says of objects, collected part by part and handed on as the items of an exchange.

use super::function as fc;
use super::header::{Header, Headers, Range};
use super::object::{self, Layout};
use super::{attribute, authentication, control, file, indication, point, time};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Item, Object, Outcome, Talk, Values};
use crate::text::{self, Details};
use std::ops;

/// Bytes of data without a known layout that are kept.
const KEPT: usize = 64;
/// Parts of one fragment: the longest (2048 bytes) holds fewer objects with an index.
const PARTS: usize = 2048;

/// Address of a part.
#[derive(Default)]
pub enum Place {
    #[default]
    None,
    Range,
    Static(&'static str),
    Text(String),
}

/// Values of a part; numbers stand in the fragment's own list.
#[derive(Default)]
pub enum Held {
    #[default]
    None,
    Numbers(&'static str, ops::Range<usize>),
    Text(&'static str, String),
}

/// One object or range of objects.
pub struct Part {
    pub operation: Operation,
    pub kind: Option<&'static str>,
    pub place: Place,
    pub start: i64,
    pub count: u32,
    pub held: Held,
    pub outcome: Option<Outcome>,
    pub status: Option<(u32, &'static str)>,
    pub details: Details,
    /// A command whose status the response tells.
    pub control: bool,
}

impl Part {
    pub fn new(operation: Operation) -> Self {
        Self {
            operation,
            kind: None,
            place: Place::None,
            start: 0,
            count: 0,
            held: Held::None,
            outcome: None,
            status: None,
            details: Details::default(),
            control: false,
        }
    }

    /// Of objects with one header, which its details name.
    pub fn of(operation: Operation, header: &Header<'_>) -> Self {
        let mut part = Self::new(operation);
        part.kind = object::kind(header.group);
        part.details.number("group", header.group).number("variation", header.variation);
        part
    }

    pub fn at(mut self, start: u32, count: u32) -> Self {
        (self.place, self.start, self.count) = (Place::Range, i64::from(start), count);
        self
    }

    pub fn named(mut self, address: String) -> Self {
        self.place = Place::Text(address);
        self
    }
}

/// Parts of the fragment being read; kept between fragments for its room.
#[derive(Default)]
pub struct Parts {
    pub parts: Vec<Part>,
    pub numbers: Vec<f64>,
    /// Common time of occurrence, ms since 1970.
    pub common_time: Option<u64>,
    /// What the outstation said of itself: word of `ot.attribute`, value.
    pub identity: Vec<(&'static str, String)>,
    details: Vec<Option<String>>,
}

impl Parts {
    pub fn clear(&mut self) {
        self.parts.clear();
        self.numbers.clear();
        self.details.clear();
        self.identity.clear();
        self.common_time = None;
    }

    pub fn push(&mut self, part: Part) {
        self.parts.push(part);
    }

    pub fn full(&self) -> bool {
        self.parts.len() >= PARTS
    }

    /// Hands the parts on as items.
    pub fn hand(&mut self, talk: &mut Talk<'_>, hand: impl FnOnce(&[Item<'_>], &mut Talk<'_>)) {
        self.details.clear();
        self.details.extend(self.parts.iter_mut().map(|part| std::mem::take(&mut part.details).finish()));
        let items: Vec<Item<'_>> =
            self.parts.iter().zip(&self.details).map(|(part, details)| self.item(part, details.as_deref())).collect();
        hand(&items, talk);
    }

    fn item<'a>(&'a self, part: &'a Part, details: Option<&'a str>) -> Item<'a> {
        let address = match &part.place {
            Place::None => Address::None,
            Place::Range => Address::Range,
            Place::Static(text) => Address::Text(text),
            Place::Text(text) => Address::Text(text),
        };
        let values = match &part.held {
            Held::None => Values::None,
            Held::Numbers(kind, range) => {
                Values::Numbers { kind, numbers: self.numbers.get(range.clone()).unwrap_or_default(), exact: None }
            }
            Held::Text(kind, text) => Values::Text { kind, text },
        };
        Item {
            operation: part.operation,
            object: Object { kind: part.kind, address, start: part.start, count: part.count },
            values,
            outcome: part.outcome,
            status: part.status,
            details,
            functions: None,
        }
    }

    /// Reads the objects of a fragment. `asked`: the function of the request it is or answers.
    pub fn read(&mut self, function: u8, asked: u8, data: &[u8], talk: &mut Talk<'_>) {
        let mut headers = Headers::of(function, data);
        let mut classes = Classes::default();
        for header in headers.by_ref() {
            if self.full() {
                talk.flag(Flag::ParserLimit, None, None);
                break;
            }
            if header.group == 60 {
                classes.note(&header);
            } else if header.with_data {
                self.objects(&header, asked);
            } else {
                self.names(&header, asked, &classes);
            }
        }
        if let (Some((flag, at)), false) = (headers.oddity, talk.flagged()) {
            talk.flag(flag, u32::try_from(at).ok(), None);
        }
        if asked != fc::ASSIGN_CLASS && classes.mask != 0 {
            self.parts.insert(0, classes.part(operation(asked, 60)));
        }
    }

    /// Headers without objects: what is read, frozen or assigned.
    fn names(&mut self, header: &Header<'_>, asked: u8, classes: &Classes) {
        let operation = operation(asked, header.group);
        let dress = |mut part: Part| {
            if asked == fc::ASSIGN_CLASS
                && let Some(class) = classes.last
            {
                part.details.number("class", class);
            }
            part
        };
        let kind = object::kind(header.group).unwrap_or("object");
        if header.group == 0 {
            let set = if let Range::Span(first, _) = header.range { first } else { 0 };
            let address = attribute::address(set, header.variation);
            return self.push(dress(Part::of(operation, header).named(address)));
        }
        match header.range {
            Range::Span(first, count) if count > 0 && object::kind(header.group).is_some() => {
                self.push(dress(Part::of(operation, header).at(first, count)));
            }
            _ if header.listed() => {
                for each in header.objects().take(PARTS.saturating_sub(self.parts.len())) {
                    self.push(dress(Part::of(operation, header).at(each.index, 1)));
                }
            }
            _ => self.push(dress(Part::of(operation, header).named(format!("{kind}:*")))),
        }
    }

    fn objects(&mut self, header: &Header<'_>, asked: u8) {
        let operation = operation(asked, header.group);
        match (header.group, header.layout) {
            (12, Some(Layout::Packed(_))) => {
                let mut part = Part::of(operation, header);
                part.details.text("mask", &text::hex(header.data, KEPT));
                self.push(part);
            }
            (12 | 41, Some(Layout::Bytes(_))) => control::read(header, operation, self),
            (50, _) => self.times(header, operation),
            (51, _) => self.common_time = time::milliseconds(header.data, 0),
            (70, _) => file::read(header, asked, self),
            (0, _) => attribute::read(header, operation, self),
            (120, _) => authentication::read(header, self),
            (121 | 122, Some(Layout::Bytes(_))) => self.statistics(header, operation),
            (110..=113, _) => self.strings(header, operation),
            (_, Some(Layout::Packed(bits))) => point::packed(header, bits, operation, self),
            (_, Some(Layout::Point { flags, value, stamp })) => {
                point::read(header, (flags, value, stamp), operation, self);
            }
            _ => self.unknown(header, operation),
        }
    }

    fn unknown(&mut self, header: &Header<'_>, operation: Operation) {
        let mut part = Part::of(operation, header);
        if !header.data.is_empty() {
            part.details.text("data", &text::hex(header.data, KEPT));
        }
        self.push(part);
    }

    /// Time and date: | 0 time 6 | 6 interval 4 | 10 units 1 |
    fn times(&mut self, header: &Header<'_>, operation: Operation) {
        for each in header.objects() {
            let Some(at) = time::milliseconds(each.data, 0) else { continue };
            let mut part = Part::of(operation, header).at(each.index, 1);
            part.held = Held::Text("time", time::text(at));
            if let Some(interval) = le32(each.data, 6) {
                part.details.number("interval", interval);
            }
            self.push(part);
        }
    }

    /// Security statistics: | 0 flags 1 | 1 association 2 | 3 count 4 | 7 time 6 |
    fn statistics(&mut self, header: &Header<'_>, operation: Operation) {
        for each in header.objects() {
            let Some(count) = le32(each.data, 3) else { continue };
            let mut part = Part::of(operation, header).at(each.index, 1);
            if let Some(association) = le16(each.data, 1) {
                part.details.number("association", association);
            }
            point::quality(header.group, u8_at(each.data, 0).unwrap_or(0), &mut part.details);
            if let Some(at) = time::milliseconds(each.data, 7) {
                part.details.text("time", &time::text(at));
            }
            self.numbers.push(f64::from(count));
            part.held = Held::Numbers("uint32", self.numbers.len() - 1..self.numbers.len());
            self.push(part);
        }
    }

    /// Octet strings and virtual terminals: printable ones as text, others in hexadecimal.
    fn strings(&mut self, header: &Header<'_>, operation: Operation) {
        if header.variation == 0 {
            return self.push(Part::of(operation, header).at(0, header.count()));
        }
        for each in header.objects().take(PARTS.saturating_sub(self.parts.len())) {
            let mut part = Part::of(operation, header).at(each.index, 1);
            let plain = each.data.iter().all(|byte| matches!(byte, 0x20..=0x7e | b'\r' | b'\n' | b'\t'));
            part.held = if plain {
                Held::Text("text", text::bounded(each.data, text::TEXT_LIMIT).0)
            } else {
                Held::Text("bytes", text::hex(each.data, text::TEXT_LIMIT / 2))
            };
            self.push(part);
        }
    }

    /// An item for an indication that came up.
    pub fn alarm(&mut self, bits: u16) {
        for name in indication::names(bits) {
            let mut part = Part::new(Operation::AlarmRaise).named(format!("indication:{name}"));
            part.kind = Some("indication");
            self.push(part);
        }
    }
}

/// What is done to objects of a group by a function.
pub fn operation(function: u8, group: u8) -> Operation {
    match (function, group) {
        (fc::WRITE, 80) => Operation::DiagnoseClear,
        (fc::WRITE, 50) => Operation::TimeSet,
        (fc::WRITE, 0 | 34) => Operation::WriteParameter,
        (fc::WRITE, 70) => Operation::FileWrite,
        (fc::READ, 70) => Operation::FileRead,
        (fc::READ, 50..=52) => Operation::TimeRead,
        (fc::READ, 0) => Operation::IdentifyDevice,
        (fc::READ, 80 | 121 | 122) => Operation::DiagnoseRead,
        _ => fc::named(function).1,
    }
}

/// Classes that a fragment names, together.
#[derive(Default)]
pub struct Classes {
    /// Bit 0 is class 0.
    pub mask: u8,
    last: Option<u8>,
}

impl Classes {
    fn note(&mut self, header: &Header<'_>) {
        self.last = header.variation.checked_sub(1).filter(|class| *class < 4);
        self.mask |= self.last.map_or(0, |class| 1 << class);
    }

    fn part(&self, operation: Operation) -> Part {
        let mut part = Part::new(operation);
        part.kind = Some("class");
        part.place = Place::Static(class_text(self.mask));
        part
    }
}

/// Classes that a read asks for, as a mask.
pub fn classes(data: &[u8]) -> u8 {
    let mut classes = Classes::default();
    Headers::of(fc::READ, data).filter(|header| header.group == 60).for_each(|header| classes.note(&header));
    classes.mask
}

const fn class_text(mask: u8) -> &'static str {
    match mask & 0x0f {
        1 => "class:0",
        2 => "class:1",
        3 => "class:0,1",
        4 => "class:2",
        5 => "class:0,2",
        6 => "class:1,2",
        7 => "class:0,1,2",
        8 => "class:3",
        9 => "class:0,3",
        10 => "class:1,3",
        11 => "class:0,1,3",
        12 => "class:2,3",
        13 => "class:0,2,3",
        14 => "class:1,2,3",
        _ => "class:0,1,2,3",
    }
}
