//! Items of an exchange under construction: texts and numbers of all of them in two buffers, so that a poll costs no
//! allocation per item.

use crate::dataset::Operation;
use crate::protocol::{Address, Function, Item, Object, Outcome, Values};
use std::ops::Range;

/// Values of a draft, as places in the buffers.
#[derive(Clone, Debug, Default)]
pub enum Told {
    #[default]
    None,
    Numbers(&'static str, Range<usize>),
    Exact(&'static str, Range<usize>, Range<usize>),
    Text(&'static str, Range<usize>),
}

/// One item under construction.
#[derive(Clone, Debug)]
pub struct Draft {
    pub operation: Operation,
    /// Where a message carries several services.
    pub functions: Option<(Function, Function)>,
    pub kind: Option<&'static str>,
    pub address: Range<usize>,
    pub told: Told,
    pub outcome: Option<Outcome>,
    pub status: Option<(u32, &'static str)>,
    pub details: Range<usize>,
}

/// All items of one exchange.
#[derive(Default)]
pub struct Drafts {
    pub text: String,
    pub numbers: Vec<f64>,
    pub list: Vec<Draft>,
}

/// Room the buffers keep between exchanges: bytes, numbers, items.
const KEPT: (usize, usize, usize) = (1024, 128, 16);

impl Draft {
    pub const fn new(operation: Operation) -> Self {
        Self {
            operation,
            functions: None,
            kind: None,
            address: 0..0,
            told: Told::None,
            outcome: None,
            status: None,
            details: 0..0,
        }
    }
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

    fn text_of(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn item(&self, draft: &Draft) -> Item<'_> {
        let address = self.text_of(&draft.address);
        let numbers = |range: &Range<usize>| self.numbers.get(range.clone()).unwrap_or_default();
        let mut item = Item::new(draft.operation);
        item.functions = draft.functions;
        item.object = Object {
            kind: draft.kind,
            address: if address.is_empty() { Address::None } else { Address::Text(address) },
            start: 0,
            count: 0,
        };
        item.values = match &draft.told {
            Told::None => Values::None,
            Told::Numbers(kind, range) => Values::Numbers { kind, numbers: numbers(range), exact: None },
            Told::Exact(kind, range, exact) => {
                Values::Numbers { kind, numbers: numbers(range), exact: Some(self.text_of(exact)) }
            }
            Told::Text(kind, range) => Values::Text { kind, text: self.text_of(range) },
        };
        (item.outcome, item.status) = (draft.outcome, draft.status);
        item.details = Some(self.text_of(&draft.details)).filter(|d| !d.is_empty());
        item
    }

    /// Hands the finished items on.
    pub fn hand(&self, take: impl FnOnce(&[Item<'_>])) {
        match self.list.as_slice() {
            [one] => take(&[self.item(one)]),
            many => take(&many.iter().map(|draft| self.item(draft)).collect::<Vec<_>>()),
        }
    }
}
