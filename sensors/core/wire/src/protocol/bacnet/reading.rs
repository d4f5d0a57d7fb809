//! What is gathered while a request and its reply are read: items, facts about the device, oddities, a password's trace.

use super::draft::{About, Draft, Drafts, Property, Told};
use super::names;
use super::tag::{Object, Tags, unsigned};
use super::value::{self, ENUMERATED};
use crate::dataset::{Flag, Operation};
use crate::protocol::{Outcome, defaults};
use crate::text::Details;

/// Oddities and facts told of one message; more say nothing new.
const ODDITIES: usize = 8;
const IDENTITIES: usize = 16;
/// Items of one message.
const ITEMS: usize = 1024;
/// The list of passwords that makers ship goes by user; BACnet has none.
const USER: &str = "bacnet";

/// A fact about the device that speaks.
pub struct Identity {
    pub attribute: &'static str,
    pub value: String,
}

/// Part of a file that was moved.
pub struct Step {
    pub file: Object,
    pub start: i64,
    pub bytes: Vec<u8>,
    pub write: bool,
    /// Nothing comes behind it.
    pub last: bool,
    /// Counted in records, not bytes.
    pub records: bool,
}

/// Everything one message said.
#[derive(Default)]
pub struct Reading {
    pub drafts: Drafts,
    pub identities: Vec<Identity>,
    pub oddities: Vec<Flag>,
    pub step: Option<Step>,
    /// A password was given; whether makers ship it.
    pub secret: Option<bool>,
}

/// How a request was answered.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'a> {
    None,
    Simple,
    Complex(&'a [u8]),
    Error(&'a [u8]),
    Reject(u8),
    Abort(u8),
}

impl Answer<'_> {
    /// Outcome, and status with the class of an error.
    pub fn end(&self) -> (Outcome, Option<(u32, &'static str)>, Option<&'static str>) {
        match self {
            Self::None => (Outcome::Unknown, None, None),
            Self::Simple | Self::Complex(_) => (Outcome::Success, None, None),
            Self::Error(data) => {
                let (class, status) = error(data);
                (Outcome::Failure, status, class)
            }
            Self::Reject(reason) => {
                let name = names::reject_reason(*reason).unwrap_or("reserved");
                (Outcome::Failure, Some((u32::from(*reason), name)), None)
            }
            Self::Abort(reason) => {
                let name = names::abort_reason(*reason).unwrap_or("reserved");
                (Outcome::Failure, Some((u32::from(*reason), name)), None)
            }
        }
    }
}

/// Class and code of an error: bare, or in the tag 0 of services that say more (clause 21, BACnet-Error).
pub fn error(data: &[u8]) -> (Option<&'static str>, Option<(u32, &'static str)>) {
    let mut tags = Tags { left: data };
    if let Some(inner) = tags.enclosed(0) {
        tags = Tags { left: inner };
    }
    let mut number = || tags.application(ENUMERATED).and_then(unsigned).and_then(|n| u32::try_from(n).ok());
    let class = number().and_then(names::error_class);
    (class, number().map(|code| (code, names::error_code(code).unwrap_or("reserved"))))
}

impl Reading {
    pub fn clear(&mut self) {
        self.drafts.clear();
        self.identities.clear();
        self.oddities.clear();
        (self.step, self.secret) = (None, None);
    }

    pub fn odd(&mut self, flag: Flag) {
        if self.oddities.len() < ODDITIES && !self.oddities.contains(&flag) {
            self.oddities.push(flag);
        }
    }

    /// A parameter that must be there is not, or cannot be read.
    pub fn broken(&mut self) {
        self.odd(Flag::BacnetParameters);
    }

    pub fn identity(&mut self, attribute: &'static str, value: String) {
        if self.identities.len() < IDENTITIES && !value.trim().is_empty() {
            self.identities.push(Identity { attribute, value });
        }
    }

    /// Appends an item about nothing yet.
    pub fn item(&mut self, operation: Operation) {
        if self.drafts.list.len() >= ITEMS {
            return self.odd(Flag::Truncated);
        }
        self.drafts.list.push(Draft {
            operation,
            about: About::Nothing,
            told: Told::None,
            outcome: None,
            status: None,
            details: Details::default(),
        });
    }

    /// Appends an item about a property.
    pub fn property(&mut self, operation: Operation, property: Property) {
        self.item(operation);
        self.about(About::Property(property));
    }

    /// Appends an item about a whole object.
    pub fn object(&mut self, operation: Operation, object: Object) {
        self.item(operation);
        let address = self.drafts.texts(|out| object.write(out));
        self.about(About::Text(if object.kind == Object::FILE { "file" } else { "object" }, address));
    }

    /// Puts the address to the item written last.
    pub fn about(&mut self, about: About) {
        if let Some(draft) = self.drafts.list.last_mut() {
            draft.about = about;
        }
    }

    /// Puts the value to the item written last.
    pub fn value(&mut self, contents: &[u8]) {
        match value::read(contents, &mut self.drafts) {
            Some(told) => self.told(told),
            None => self.odd(Flag::BacnetValue),
        }
    }

    pub fn told(&mut self, told: Told) {
        if let Some(draft) = self.drafts.list.last_mut() {
            draft.told = told;
        }
    }

    /// Text as the value of the item written last.
    pub fn text(&mut self, kind: &'static str, text: &str) {
        let range = self.drafts.texts(|out| out.push_str(text));
        self.told(Told::Text(kind, range));
    }

    pub fn details(&mut self, say: impl FnOnce(&mut Details)) {
        if let Some(draft) = self.drafts.list.last_mut() {
            say(&mut draft.details);
        }
    }

    pub fn failed(&mut self, status: Option<(u32, &'static str)>) {
        if let Some(draft) = self.drafts.list.last_mut() {
            (draft.outcome, draft.status) = (Some(Outcome::Failure), status);
        }
    }

    /// A password: only that there is one, and whether makers ship it.
    pub fn password(&mut self, contents: &[u8]) {
        let text = value::characters(contents);
        self.secret = Some(defaults::known(USER, text.as_bytes()));
    }
}
