//! State of one connection, and what becomes of each message.

use super::frame::{self, Control, HEADER};
use super::sequence::Sequence;
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::protocol::iec60870::application::Application;
use crate::protocol::iec60870::{Asdu, asdu, companion};
use crate::protocol::{Exchange, Function, Item, Outcome, Reply, TIMEOUT, Talk};

/// A U function that waits for its confirmation.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    name: &'static str,
    sender: Side,
    span: Span,
    ordinal: i64,
    flagged: bool,
    blind: bool,
}

/// U functions that may wait; each station has three.
const SERVICES: usize = 6;

/// One connection.
pub struct Flow {
    sequence: Sequence,
    application: Application,
    services: Vec<Service>,
    /// Whether a whole message of the side was read.
    spoke: [bool; 2],
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            sequence: Sequence::default(),
            application: Application::new(&companion::TCP),
            services: Vec::new(),
            spoke: [false; 2],
        }
    }
}

impl Flow {
    pub fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let Some((control, exact)) = frame::control(data) else { return };
        self.sequence.begin(talk);
        let [client, server] = &mut self.spoke;
        *(if side == Side::Client { client } else { server }) = true;
        if !exact {
            talk.flag(Flag::Iec104ControlIllegal, Some(2), None);
        }
        match control {
            Control::Supervisory { received } => {
                longer(data, talk);
                self.sequence.received(side, received, talk);
            }
            Control::Unnumbered(function) => {
                longer(data, talk);
                self.function(side, function, talk);
            }
            Control::Information { sent, received } => {
                self.sequence.sent(side, sent, talk);
                self.sequence.received(side, received, talk);
                match Asdu::read(asdu::TCP, data.get(HEADER..).unwrap_or_default()) {
                    Some(asdu) => self.application.unit(side, &asdu, talk),
                    None => talk.flag(Flag::Iec104LengthMismatch, Some(1), None),
                }
            }
        }
    }

    pub fn spoke(&self, side: Side) -> bool {
        let [client, server] = self.spoke;
        if side == Side::Client { client } else { server }
    }

    /// STARTDT, STOPDT and TESTFR (5.3).
    fn function(&mut self, side: Side, function: u8, talk: &mut Talk<'_>) {
        let Some((name, confirmation)) = frame::service(function) else { return };
        let asker = if confirmation { side.other() } else { side };
        let mut service =
            Service { name, sender: asker, span: talk.span(), ordinal: talk.ordinal(), flagged: false, blind: false };
        if name != "TESTFR" && asker == Side::Server {
            talk.flag(Flag::Iec104Direction, Some(2), None);
        }
        service.flagged = talk.flagged();
        if !confirmation {
            if self.services.len() >= SERVICES {
                self.services.remove(0).tell(Reply::None, None, talk);
            }
            self.services.push(service);
            return;
        }
        self.sequence.function(function);
        let Some(at) = self.services.iter().position(|s| s.name == name && s.sender == asker) else {
            if self.application.in_step {
                talk.flag(Flag::PairingUnexpectedReply, Some(2), None);
            }
            service.flagged = talk.flagged();
            service.tell(Reply::Unexpected, Some(talk.span()), talk);
            return;
        };
        self.application.in_step = true;
        self.services.remove(at).tell(Reply::Answered, Some(talk.span()), talk);
    }

    /// Bytes of one side are missing.
    pub fn gap(&mut self, side: Side) {
        self.sequence.gap(side);
        self.application.gap(side);
        for service in self.services.iter_mut().filter(|service| service.sender != side) {
            service.blind = true;
        }
    }

    /// Tells what waited too long at `now`.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.application.expire(now, talk);
        while let Some(at) = self.services.iter().position(|s| now.saturating_sub(s.span.last.time) >= TIMEOUT) {
            let service = self.services.remove(at);
            let reply = if service.blind { Reply::None } else { Reply::Unanswered };
            service.tell(reply, None, talk);
        }
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.application.weight() + self.services.len() * size_of::<Service>()
    }
}

/// S and U formats have no data unit.
fn longer(data: &[u8], talk: &mut Talk<'_>) {
    if data.len() != HEADER {
        talk.flag(Flag::Iec104LengthMismatch, Some(1), None);
    }
}

impl Service {
    fn operation(&self) -> Operation {
        match self.name {
            "STARTDT" => Operation::SessionOpen,
            "STOPDT" => Operation::SessionClose,
            _ => Operation::SessionKeepalive,
        }
    }

    fn tell(&self, reply: Reply, answer: Option<Span>, talk: &mut Talk<'_>) {
        let operation = self.operation();
        let items = [Item::new(operation)];
        let last = answer.map_or(self.span.last, |answer| answer.last);
        let span = Span { first: self.span.first, last };
        let mut exchange = Exchange::new(span, self.sender, self.ordinal, &items);
        exchange.function = Function { code: None, name: Some(self.name) };
        exchange.outcome = if answer.is_some() { Outcome::Success } else { Outcome::Unknown };
        exchange.reply = reply;
        exchange.duration = answer.map(|answer| answer.first.time.saturating_sub(self.span.last.time).max(0));
        exchange.bytes = if reply == Reply::Answered { 12 } else { 6 };
        exchange.flagged = self.flagged;
        talk.exchange(&exchange);
        if operation != Operation::SessionKeepalive {
            let row = SessionRow {
                ot_session_kind: Some("iec104_data_transfer"),
                ot_operation: Some(operation.name()),
                event_outcome: Some(exchange.outcome.name()),
                ot_reply: Some(reply.name()),
                event_duration: exchange.duration,
                ot_secret_kind: Some("none"),
                ..SessionRow::default()
            };
            talk.session(self.sender, span, self.ordinal, row);
        }
    }
}
