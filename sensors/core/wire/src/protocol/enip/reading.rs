//! What is gathered while a request and its reply are read: items, the route, identity facts, connections, oddities.

use super::message::{Answer, Ask};
use super::open::Opened;
use super::service;
use super::status;
use super::symbols::Symbols;
use super::transfer::Step;
use crate::dataset::{Flag, Operation};
use crate::protocol::draft::{Draft, Drafts, Told};
use crate::protocol::{Function, Outcome};
use crate::text::Details;

/// Oddities told of one message; more say nothing new.
const ODDITIES: usize = 8;
/// Identity facts taken from one message.
const IDENTITIES: usize = 16;

/// A fact about the device, or about a module behind it.
pub struct Identity {
    pub attribute: &'static str,
    pub value: String,
    pub evidence: &'static str,
}

/// Everything one message said.
#[derive(Default)]
pub struct Reading {
    pub drafts: Drafts,
    /// Where an unconnected request is sent on to.
    pub route: String,
    pub identities: Vec<Identity>,
    pub opened: Option<Opened>,
    /// Part of a file that was moved.
    pub step: Option<Step>,
    /// Tags by number, over the life of the flow.
    pub symbols: Symbols,
    pub oddities: Vec<Flag>,
    /// How the whole request ended, where the items do not say it each.
    pub outcome: Option<(Outcome, Option<(u32, &'static str)>)>,
}

impl Reading {
    pub fn clear(&mut self) {
        self.drafts.clear();
        self.route.clear();
        self.identities.clear();
        self.oddities.clear();
        (self.opened, self.step, self.outcome) = (None, None, None);
    }

    pub fn odd(&mut self, flag: Flag) {
        if self.oddities.len() < ODDITIES && !self.oddities.contains(&flag) {
            self.oddities.push(flag);
        }
    }

    pub fn identity(&mut self, attribute: &'static str, value: String, evidence: &'static str) {
        if self.identities.len() < IDENTITIES && !value.is_empty() {
            self.identities.push(Identity { attribute, value, evidence });
        }
    }

    /// Appends an item for a request: what its service is called and does, its address, how it ended.
    pub fn item(&mut self, ask: &Ask<'_>, answer: Option<&Answer<'_>>) {
        let (name, operation) = service::service(ask.service, ask.target());
        let address = self.drafts.texts(|out| ask.path.write(out));
        let function = Function { code: Some(u32::from(ask.service)), name: Some(name) };
        let (outcome, status) = answer.map_or((None, None), |answer| {
            let (outcome, status) = answer.end(ask.target());
            (Some(outcome), status)
        });
        if answer.is_some_and(|answer| status::general(answer.status).is_none()) {
            self.odd(Flag::EnipGeneralStatus);
        }
        self.drafts.list.push(Draft {
            operation,
            functions: Some((function, Function::default())),
            kind: ask.path.kind(),
            address,
            told: Told::None,
            outcome,
            status,
            details: 0..0,
        });
    }

    /// The item written last.
    pub fn last(&mut self) -> Option<&mut Draft> {
        self.drafts.list.last_mut()
    }

    pub fn values(&mut self, told: Told) {
        if let Some(draft) = self.last() {
            draft.told = told;
        }
    }

    pub fn operation(&mut self, operation: Operation) {
        if let Some(draft) = self.last() {
            draft.operation = operation;
        }
    }

    /// Puts details to the item written last.
    pub fn details(&mut self, details: Details) {
        let Some(told) = details.finish() else { return };
        let range = self.drafts.texts(|out| out.push_str(&told));
        if let Some(draft) = self.last() {
            draft.details = range;
        }
    }
}
