//! Items of an exchange under construction: texts and numbers of all of them in two buffers, so that a poll costs no
//! allocation per item.

use super::properties::property;
use super::tag::Object;
use crate::dataset::Operation;
use crate::protocol::{Address, Item, Notation, Object as Named, Outcome, Values};
use crate::text::Details;
use std::fmt::Write as _;
use std::ops::Range;

/// No array index.
const WHOLE: u32 = u32::MAX;
/// Room the buffers keep between exchanges: bytes, numbers, items.
const KEPT: (usize, usize, usize) = (1024, 128, 16);

/// Values of a draft, as places in the buffers.
#[derive(Clone, Debug, Default)]
pub enum Told {
    #[default]
    None,
    Numbers(&'static str, Range<usize>),
    Exact(&'static str, Range<usize>, Range<usize>),
    Text(&'static str, Range<usize>),
}

/// A property of an object, or one element of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Property {
    pub object: Object,
    pub id: u32,
    pub index: Option<u32>,
}

impl Property {
    /// The number of type, property and element that `write` makes the address of.
    fn part(&self) -> u64 {
        let index = self.index.unwrap_or(WHOLE);
        u64::from(self.object.kind) << 54 | u64::from(self.id & 0x3f_ffff) << 32 | u64::from(index)
    }
}

/// `analog-value,3.present-value`, `analog-output,1.priority-array[8]`.
fn write(out: &mut String, part: u64, start: i64, _count: u32) {
    let number = |shift: u32, mask: u64| u32::try_from(part >> shift & mask).unwrap_or(0);
    let (kind, id, index) = (number(54, 0x3ff), number(32, 0x3f_ffff), number(0, 0xffff_ffff));
    Object { kind, instance: u32::try_from(start).unwrap_or(0) }.write(out);
    let _ = match property(id) {
        Some(name) => write!(out, ".{name}"),
        None => write!(out, ".{id}"),
    };
    if index != WHOLE {
        let _ = write!(out, "[{index}]");
    }
}

/// What an item is about.
#[derive(Clone, Debug, Default)]
pub enum About {
    #[default]
    Nothing,
    Property(Property),
    /// Kind and address, out of the text buffer.
    Text(&'static str, Range<usize>),
}

/// One item under construction.
pub struct Draft {
    pub operation: Operation,
    pub about: About,
    pub told: Told,
    pub outcome: Option<Outcome>,
    pub status: Option<(u32, &'static str)>,
    pub details: Details,
}

/// All items of one exchange.
#[derive(Default)]
pub struct Drafts {
    pub text: String,
    pub numbers: Vec<f64>,
    pub list: Vec<Draft>,
}

impl Drafts {
    pub fn clear(&mut self) {
        self.text.clear();
        self.numbers.clear();
        self.list.clear();
        self.text.shrink_to(KEPT.0);
        self.numbers.shrink_to(KEPT.1);
        self.list.shrink_to(KEPT.2);
    }

    pub fn weight(&self) -> usize {
        self.text.capacity() + self.numbers.capacity() * size_of::<f64>() + self.list.capacity() * size_of::<Draft>()
    }

    /// Appends to the text buffer; returns where it stands.
    pub fn texts(&mut self, write: impl FnOnce(&mut String)) -> Range<usize> {
        let from = self.text.len();
        write(&mut self.text);
        from..self.text.len()
    }

    pub fn text_of(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn item<'a>(&'a self, draft: &'a Draft, details: Option<&'a str>) -> Item<'a> {
        let mut item = Item::new(draft.operation);
        item.object = match &draft.about {
            About::Nothing => Named::default(),
            About::Text(kind, range) => {
                Named { kind: Some(kind), address: Address::Text(self.text_of(range)), start: 0, count: 0 }
            }
            About::Property(property) => Named {
                kind: Some("property"),
                address: Address::Placed(Notation { part: property.part(), step: 1, write }),
                start: i64::from(property.object.instance),
                count: 1,
            },
        };
        let numbers = |range: &Range<usize>| self.numbers.get(range.clone()).unwrap_or_default();
        item.values = match &draft.told {
            Told::None => Values::None,
            Told::Numbers(kind, range) => Values::Numbers { kind, numbers: numbers(range), exact: None },
            Told::Exact(kind, range, exact) => {
                Values::Numbers { kind, numbers: numbers(range), exact: Some(self.text_of(exact)) }
            }
            Told::Text(kind, range) => Values::Text { kind, text: self.text_of(range) },
        };
        (item.outcome, item.status, item.details) = (draft.outcome, draft.status, details);
        item
    }

    /// Hands the finished items on. Several numbers of one property are no points of their own: its address is a text.
    pub fn hand(&mut self, take: impl FnOnce(&[Item<'_>])) {
        let mut drafts = std::mem::take(&mut self.list);
        for draft in &mut drafts {
            if let (About::Property(p), Told::Numbers(_, range)) = (&draft.about, &draft.told)
                && range.len() > 1
            {
                let (part, start) = (p.part(), i64::from(p.object.instance));
                draft.about = About::Text("property", self.texts(|out| write(out, part, start, 1)));
            }
        }
        let finished = |draft: &mut Draft| std::mem::take(&mut draft.details).finish();
        if let [one] = drafts.as_mut_slice() {
            let details = finished(one);
            take(&[self.item(one, details.as_deref())]);
        } else {
            let details: Vec<Option<String>> = drafts.iter_mut().map(finished).collect();
            let items = drafts.iter().zip(&details).map(|(draft, details)| self.item(draft, details.as_deref()));
            take(&items.collect::<Vec<_>>());
        }
        self.list = drafts;
        self.list.clear();
    }
}
