//! One call as it is read, and what is told of it.

use super::interface::Interface;
use super::names::Names;
use super::status;
use super::variant::Value;
use crate::dataset::Operation;
use crate::protocol::Outcome;
use crate::protocol::dcerpc::ndr::Ndr;
use crate::protocol::dcerpc::orpc;
use crate::protocol::draft::{Draft, Drafts, Told};
use crate::text::{Details, TEXT_LIMIT};

/// Items told of one call; those beyond are counted.
const ITEMS: usize = 256;

/// A call whose stubs are plain and whole; those that were not seen are None.
pub struct Call<'a> {
    pub interface: &'static Interface,
    pub name: &'static str,
    pub operation: u16,
    pub little: bool,
    pub request: Option<&'a [u8]>,
    pub response: Option<&'a [u8]>,
}

impl<'a> Call<'a> {
    /// Arguments that go in.
    pub fn asked(&self) -> Option<Ndr<'a>> {
        orpc::this(self.request?, self.little)
    }

    /// Arguments that come out.
    pub fn told(&self) -> Option<Ndr<'a>> {
        orpc::that(self.response?, self.little)
    }
}

pub struct Account<'a> {
    pub drafts: &'a mut Drafts,
    pub details: Details,
    pub operation: Operation,
    /// Items by the server's numbers, and groups.
    pub items: &'a mut Names,
    pub groups: &'a mut Names,
    pub untold: u32,
    /// What the client calls itself.
    pub client: Option<String>,
    /// Who logs on with a password or acknowledges.
    pub user: Option<String>,
    pub login: Option<Login>,
    /// What the server says of itself: attribute, value.
    pub identity: Vec<(&'static str, String)>,
}

/// A logon of OPC Security: whether a password came with it and whether makers ship it, never which.
pub struct Login {
    pub password: bool,
    pub known: bool,
}

impl Account<'_> {
    /// One more object; None: no more are told.
    pub fn object(&mut self, kind: &'static str, address: &str) -> Option<&mut Draft> {
        if self.drafts.list.len() >= ITEMS {
            self.untold = self.untold.saturating_add(1);
            return None;
        }
        let cut: usize = address
            .char_indices()
            .map(|(at, c)| at + c.len_utf8())
            .take_while(|end| *end <= TEXT_LIMIT)
            .last()
            .unwrap_or(0);
        let address = self.drafts.texts(|out| out.push_str(address.get(..cut).unwrap_or_default()));
        self.drafts.list.push(Draft { kind: Some(kind), address, ..Draft::new(self.operation) });
        self.drafts.list.last_mut()
    }

    /// Gives the value of the object at a place.
    pub fn value(&mut self, at: usize, value: &Value) {
        let told = match value {
            Value::None => return,
            Value::Numbers { kind, numbers, exact } => {
                let from = self.drafts.numbers.len();
                self.drafts.numbers.extend_from_slice(numbers);
                let range = from..self.drafts.numbers.len();
                match exact {
                    Some(exact) => Told::Exact(kind, range, self.drafts.texts(|out| out.push_str(exact))),
                    None => Told::Numbers(kind, range),
                }
            }
            Value::Text { kind, text } => Told::Text(kind, self.drafts.texts(|out| out.push_str(text))),
        };
        if let Some(draft) = self.drafts.list.get_mut(at) {
            draft.told = told;
        }
    }

    /// How it ended for the object at a place.
    pub fn ended(&mut self, at: usize, code: u32) {
        if let Some(draft) = self.drafts.list.get_mut(at) {
            draft.outcome = Some(if status::fails(code) { Outcome::Failure } else { Outcome::Success });
            draft.status = Some((code, status::name(code)));
        }
    }

    /// Further facts of the object at a place.
    pub fn describe(&mut self, at: usize, details: Details) {
        let Some(text) = details.finish() else { return };
        let range = self.drafts.texts(|out| out.push_str(&text));
        if let Some(draft) = self.drafts.list.get_mut(at) {
            draft.details = range;
        }
    }

    /// Results of the objects from a place on: | pointer to | count 4 | results | |.
    pub fn results(&mut self, from: usize, count: usize, stub: &mut Ndr<'_>) -> Option<()> {
        if !stub.pointer()? {
            return Some(());
        }
        let results = stub.count(4)?;
        for at in 0..results {
            let code = stub.u32()?;
            if at < count {
                self.ended(from.saturating_add(at), code);
            }
        }
        Some(())
    }
}
