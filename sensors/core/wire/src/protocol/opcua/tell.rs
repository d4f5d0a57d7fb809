//! From requests and replies to the ledger: the exchange, and what a message says beside it.

use super::certificate::Certificate;
use super::message::{Entry, Request};
use super::service;
use super::session::Session;
use super::status;
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::protocol::{Address, Exchange, Item, Object, Outcome, Reply, Talk};

/// What a message says beside its own exchange.
#[derive(Default)]
pub struct News {
    pub identities: Vec<Identity>,
    pub flags: Vec<(Flag, usize)>,
}

/// A fact about the client or the server application.
pub struct Identity {
    pub about: Side,
    pub attribute: &'static str,
    pub value: String,
    pub confidence: f32,
    pub evidence: &'static str,
}

impl News {
    pub fn identity(&mut self, about: Side, attribute: &'static str, value: &str, evidence: &'static str) {
        if !value.trim().is_empty() {
            let value = value.trim().to_owned();
            self.identities.push(Identity { about, attribute, value, confidence: 0.9, evidence });
        }
    }

    /// Who a certificate says an application is.
    pub fn certificate(&mut self, about: Side, certificate: &Certificate) {
        self.identity(about, "certificate", &certificate.subject, "opcua certificate");
        self.identity(about, "certificate_names", &certificate.names, "opcua certificate");
    }

    /// Hands the facts on. `reversed`: the server opened the connection.
    pub fn hand(&self, reversed: bool, talk: &mut Talk<'_>) {
        for told in &self.identities {
            let about = if reversed { told.about.other() } else { told.about };
            talk.identity(about, told.attribute, &told.value, told.confidence, told.evidence);
        }
    }
}

/// How an exchange ended.
pub struct Ending {
    pub reply: Reply,
    pub outcome: Outcome,
    pub status: Option<u32>,
    pub duration: Option<i64>,
    pub span: Span,
    /// Bytes of the reply.
    pub bytes: u32,
}

impl Ending {
    /// Without a reply.
    pub const fn silent(reply: Reply, span: Span) -> Self {
        Self { reply, outcome: Outcome::Unknown, status: None, duration: None, span, bytes: 0 }
    }

    /// With a reply, of which `talk` reads the last part.
    pub fn answered(request: &Request, status: u32, first: Span, bytes: u32) -> Self {
        Self {
            reply: Reply::Answered,
            outcome: status::outcome(status),
            status: Some(status),
            duration: Some(first.first.time.saturating_sub(request.span.last.time).max(0)),
            span: Span { first: request.span.first, last: first.last },
            bytes,
        }
    }
}

/// Hands an exchange to the ledger.
pub fn tell(request: &mut Request, sender: Side, ending: &Ending, who: Option<&Session>, talk: &mut Talk<'_>) {
    let details: Vec<Option<String>> =
        request.entries.iter_mut().map(|entry| std::mem::take(&mut entry.details).finish()).collect();
    let mut items: Vec<Item<'_>> = request.entries.iter().zip(&details).map(|(e, d)| item(e, d.as_deref())).collect();
    if items.is_empty() {
        items.push(Item::new(request.service.operation));
    }
    let mut exchange = Exchange::new(ending.span, sender, request.ordinal, &items);
    exchange.function = request.service.function();
    if std::ptr::eq(request.service, &raw const service::UNKNOWN) {
        exchange.function.code = Some(request.type_id).filter(|code| *code != 0);
    }
    (exchange.outcome, exchange.reply, exchange.duration) = (ending.outcome, ending.reply, ending.duration);
    exchange.status = ending.status.map(status::told);
    exchange.bytes = request.bytes.saturating_add(ending.bytes);
    exchange.session = request.session;
    exchange.client_name = who.map(|s| s.client_name.as_str()).filter(|name| !name.is_empty());
    exchange.user = request.user.as_deref().or_else(|| who.and_then(|s| s.user.as_deref()));
    exchange.flagged = request.flagged || talk.flagged();
    talk.exchange(&exchange);
}

fn item<'a>(entry: &'a Entry, details: Option<&'a str>) -> Item<'a> {
    let mut item = Item::new(entry.operation);
    let address = if entry.address.is_empty() { Address::None } else { Address::Text(&entry.address) };
    item.object = Object { kind: entry.kind, address, start: 0, count: 0 };
    item.values = entry.value.borrow();
    item.outcome = entry.status.map(status::outcome);
    item.status = entry.status.map(status::told);
    item.details = details;
    item
}
