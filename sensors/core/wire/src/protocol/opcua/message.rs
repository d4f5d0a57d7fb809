//! Requests with their items: address, value, status and details of each.

use super::login::Activation;
use super::monitored::Wish;
use super::reader::{Read, Reader};
use super::service::Service;
use super::session::Session;
use super::tell::News;
use super::value::Value;
use crate::dataset::{Flag, Operation};
use crate::flow::Span;
use crate::protocol::Talk;
use crate::text::Details;

/// Items of one message told; a server's own limit is 1,000 to 10,000 in practice.
pub const ITEMS: usize = 4096;

/// One object of a message.
pub struct Entry {
    pub operation: Operation,
    pub kind: Option<&'static str>,
    /// "" without an address.
    pub address: String,
    pub value: Value,
    pub status: Option<u32>,
    pub details: Details,
}

impl Entry {
    pub fn new(operation: Operation) -> Self {
        Self {
            operation,
            kind: None,
            address: String::new(),
            value: Value::None,
            status: None,
            details: Details::default(),
        }
    }

    pub fn node(&mut self, address: String) {
        (self.kind, self.address) = (Some("node"), address);
    }

    /// A text of `ot.details`, unless empty.
    pub fn note(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.details.text(key, text);
        }
    }
}

/// What a request leaves behind for its reply.
#[derive(Default)]
pub enum Memo {
    #[default]
    None,
    Session(Box<Session>),
    Activation(Box<Activation>),
    /// Subscription and its monitored items, in the order of the entries.
    Monitored(u32, Vec<Wish>),
    Subscriptions(Vec<u32>),
}

/// A request waiting for its reply.
pub struct Request {
    pub service: &'static Service,
    /// Type of a service that the standard does not know.
    pub type_id: u32,
    pub id: u32,
    pub entries: Vec<Entry>,
    /// Items asked for, also those beyond `ITEMS`.
    pub asked: usize,
    pub session: Option<i64>,
    /// User of this very request, where the session has none yet.
    pub user: Option<String>,
    pub memo: Memo,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub flagged: bool,
    /// Bytes of the reply's direction were lost since: silence then proves nothing.
    pub blind: bool,
    /// How long (ns) the client itself would wait.
    pub patience: i64,
}

impl Request {
    /// The message being read, as a request of this service.
    pub fn new(service: &'static Service, talk: &Talk<'_>) -> Self {
        Self {
            service,
            type_id: 0,
            id: 0,
            entries: Vec::new(),
            asked: 0,
            session: None,
            user: None,
            memo: Memo::None,
            span: talk.span(),
            ordinal: talk.ordinal(),
            bytes: 0,
            flagged: talk.flagged(),
            blind: false,
            patience: crate::protocol::TIMEOUT,
        }
    }

    /// Reads an array, a further entry for each element.
    pub fn items<'a>(
        &mut self,
        r: &mut Reader<'a>,
        mut each: impl FnMut(&mut Reader<'a>, &mut Entry) -> Read<()>,
    ) -> Read<()> {
        let count = r.array()?;
        self.asked = self.asked.saturating_add(count);
        for _ in 0..count {
            let mut entry = Entry::new(self.service.operation);
            let read = each(r, &mut entry);
            if self.entries.len() < ITEMS {
                self.entries.push(entry);
            } else {
                r.cut = true;
            }
            read?;
        }
        Ok(())
    }

    /// Reads an array of results, one for each entry (Part 4, 7.38: size and order match the request).
    pub fn results<'a>(
        &mut self,
        r: &mut Reader<'a>,
        news: &mut News,
        mut each: impl FnMut(&mut Reader<'a>, &mut Entry) -> Read<()>,
    ) -> Read<()> {
        let count = r.array()?;
        if count != self.asked {
            news.flags.push((Flag::OpcuaResultCount, r.at()));
        }
        let mut spare = Entry::new(Operation::Unknown);
        for i in 0..count {
            each(r, self.entries.get_mut(i).unwrap_or(&mut spare))?;
        }
        Ok(())
    }

    /// Reads an array of StatusCodes, one for each entry.
    pub fn statuses(&mut self, r: &mut Reader<'_>, news: &mut News) -> Read<()> {
        self.results(r, news, |r, entry| {
            entry.status = Some(r.u32()?);
            Ok(())
        })
    }

    /// Fills the first entry, made when there is none.
    pub fn first(&mut self, fill: impl FnOnce(&mut Entry)) {
        if self.entries.is_empty() {
            self.entries.push(Entry::new(self.service.operation));
        }
        if let Some(entry) = self.entries.first_mut() {
            fill(entry);
        }
    }

    /// Bytes of memory, estimated by what it was on the wire: hexadecimal doubles it.
    pub fn weight(&self) -> usize {
        let wire = usize::try_from(self.bytes).unwrap_or(usize::MAX);
        size_of::<Self>() + self.entries.len().saturating_mul(size_of::<Entry>()) + wire.saturating_mul(2)
    }
}
