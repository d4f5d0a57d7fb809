//! What is said of a request with its reply, and of what one side sends of itself.

use super::control::Control;
use super::request::{Asked, Ending, Request};
use super::status::Status;
use super::tase2::Tase2;
use super::transfer::Transfers;
use super::{file, list, report, service, variable};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::iec61850::{self, Value};
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Reply, Talk, Values};

/// Rows that one message may give, and values of one variable: more are told as a hash of all.
const ENTRIES: usize = 256;
const LEAVES: usize = 64;

/// One object of a message.
#[derive(Debug)]
pub struct Entry {
    pub operation: Operation,
    pub kind: Option<&'static str>,
    pub address: String,
    pub value: Option<Value>,
    pub outcome: Option<Outcome>,
    pub status: Option<Status>,
    pub details: Option<String>,
}

impl Entry {
    pub const fn new(operation: Operation) -> Self {
        Self { operation, kind: None, address: String::new(), value: None, outcome: None, status: None, details: None }
    }

    pub fn at(operation: Operation, kind: &'static str, address: String) -> Self {
        Self { kind: Some(kind), address, ..Self::new(operation) }
    }

    fn again(&self, address: String, value: Value) -> Self {
        let details = self.details.clone();
        Self { address, value: Some(value), details, ..*self }
    }
}

/// Entries of one message.
#[derive(Debug, Default)]
pub struct Entries {
    pub list: Vec<Entry>,
    scratch: Vec<Value>,
    /// Some did not find room.
    pub cut: bool,
}

impl Entries {
    pub fn push(&mut self, entry: Entry) {
        if self.list.len() < ENTRIES {
            self.list.push(entry);
        } else {
            self.cut = true;
        }
    }

    /// An entry with the value of one Data element; structures and arrays are taken apart: `address[n]`.
    pub fn value(&mut self, mut entry: Entry, datum: &[u8]) {
        let mut values = std::mem::take(&mut self.scratch);
        let whole = iec61850::values(datum, LEAVES, &mut values);
        let simple = datum.first().is_some_and(|tag| tag & 0x20 == 0);
        if simple && whole {
            entry.value = values.pop();
            self.push(entry);
        } else {
            for (at, value) in values.drain(..).enumerate() {
                self.push(entry.again(format!("{}[{at}]", entry.address), value));
            }
            if !whole || datum.len() <= 2 {
                // More than is taken apart, deeper, or nothing at all: any change in it is still seen.
                let text = format!("{} bytes #{:016x}", datum.len(), hash::quick(datum));
                entry.value = Some(Value::Text { kind: "structure", text });
                self.push(entry);
            }
        }
        values.clear();
        self.scratch = values;
    }
}

/// State that a message may change.
#[derive(Debug, Default)]
pub struct Known {
    pub control: Control,
    pub tase2: Tase2,
    pub transfers: Transfers,
    entries: Entries,
}

impl Known {
    /// A request with how it ended.
    pub fn tell(&mut self, request: &Request, ending: &Ending<'_>, talk: &mut Talk<'_>) {
        let mut entries = std::mem::take(&mut self.entries);
        let mut function = Function::default();
        match request.asked {
            Asked::Service(number) => {
                function = service::function(number);
                self.confirmed(number, request, ending, &mut entries, talk);
            }
            Asked::Cancel => {
                function.name = Some("cancel");
                entries.push(Entry::new(Operation::MethodCall));
            }
            Asked::Conclude => {
                function.name = Some("conclude");
                entries.push(Entry::new(Operation::SessionClose));
            }
        }
        let out = Exchange {
            function,
            outcome: ending.outcome,
            status: ending.status,
            reply: ending.reply,
            duration: ending.duration,
            bytes: ending.bytes,
            flagged: ending.flagged,
            ..Exchange::new(ending.span, request.side, request.ordinal, &[])
        };
        self.emit(entries, out, talk);
    }

    fn confirmed(
        &mut self,
        number: u32,
        request: &Request,
        ending: &Ending<'_>,
        entries: &mut Entries,
        talk: &mut Talk<'_>,
    ) {
        match number {
            service::READ => variable::read(request, ending, (&mut self.control, &mut self.tase2), entries, talk),
            service::WRITE => variable::write(request, ending, (&mut self.control, &mut self.tase2), entries, talk),
            service::OBTAIN_FILE | service::FILE_OPEN..=service::FILE_DIRECTORY => {
                file::tell(number, request, ending, &mut self.transfers, entries, talk);
            }
            service::INITIATE_DOWNLOAD_SEQUENCE..=service::TERMINATE_UPLOAD_SEQUENCE => {
                file::domain(number, request, ending, &mut self.transfers, entries, talk);
            }
            _ => {
                list::tell(number, request, ending, entries, talk);
                self.tase2.label(entries);
            }
        }
    }

    /// What one side sends of itself.
    pub fn unconfirmed(
        &mut self,
        side: Side,
        number: u32,
        body: &[u8],
        (length, span): (usize, Span),
        talk: &mut Talk<'_>,
    ) {
        let (function, operation) = service::unconfirmed(number);
        if function.name.is_none() {
            talk.flag(Flag::MmsServiceUnknown, Some(7), None);
        }
        let mut entries = std::mem::take(&mut self.entries);
        let mut outcome = Outcome::Success;
        match number {
            service::INFORMATION_REPORT => {
                outcome = report::tell(body, (&mut self.control, &mut self.tase2), &mut entries, talk)
            }
            service::UNSOLICITED_STATUS => list::status(body, operation, &mut entries),
            _ => entries.push(Entry::new(operation)),
        }
        let out = Exchange {
            function,
            outcome,
            reply: Reply::None,
            bytes: u32::try_from(length).unwrap_or(u32::MAX),
            ..Exchange::new(span, side, talk.ordinal(), &[])
        };
        self.emit(entries, out, talk);
    }

    fn emit(&mut self, mut entries: Entries, out: Exchange<'_>, talk: &mut Talk<'_>) {
        if entries.cut {
            talk.flag(Flag::Truncated, None, None);
        }
        let items: Vec<Item<'_>> = entries.list.iter().map(item).collect();
        let flagged = out.flagged || talk.flagged();
        talk.exchange(&Exchange { flagged, items: &items, ..out });
        entries.list.clear();
        entries.cut = false;
        self.entries = entries;
    }

    pub fn gap(&mut self) {
        self.transfers.gap();
    }

    pub fn close(&mut self, talk: &mut Talk<'_>) {
        self.transfers.close(talk);
    }

    pub fn weight(&self) -> usize {
        self.entries.list.capacity() * size_of::<Entry>()
            + self.transfers.weight()
            + self.control.weight()
            + self.tase2.weight()
    }
}

fn item(entry: &Entry) -> Item<'_> {
    let mut item = Item::new(entry.operation);
    item.object.kind = entry.kind;
    if !entry.address.is_empty() {
        item.object = Object { kind: entry.kind, address: Address::Text(&entry.address), start: 0, count: 0 };
    }
    item.values = entry.value.as_ref().map_or(Values::None, Value::values);
    (item.outcome, item.status) = (entry.outcome, entry.status);
    item.details = entry.details.as_deref();
    item
}
