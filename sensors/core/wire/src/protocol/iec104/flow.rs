//! State of one connection, and what becomes of each message.

use super::frame::{self, Control, HEADER};
use super::monitor::Point;
use super::sequence::Sequence;
use super::transfer::Transfers;
use super::waiting::Request;
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::protocol::iec60870::words::Words;
use crate::protocol::iec60870::{Asdu, asdu, cause, kind};
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

/// An object that was selected and not yet operated.
#[derive(Clone, Copy, Debug)]
pub struct Selected {
    pub common: u32,
    pub object: u32,
    /// Type without time tag.
    pub code: u8,
    pub number: f64,
    pub time: i64,
}

/// One connection.
#[derive(Default)]
pub struct Flow {
    pub sequence: Sequence,
    pub words: Words,
    pub points: Vec<Point>,
    pub waiting: Vec<Request>,
    pub selected: Vec<Selected>,
    pub services: Vec<Service>,
    /// Type, common address and object of what was refused last.
    pub refused: Option<(u8, u32, u32)>,
    pub transfers: Transfers,
    /// A request was answered and nothing was lost since: a lone answer is then odd.
    pub in_step: bool,
    /// Common addresses that were told.
    pub stations: Vec<u32>,
    /// What goes the wrong way was told, by side.
    pub wrong_way: [bool; 2],
    /// Whether a whole message of the side was read.
    spoke: [bool; 2],
    /// A sequence of elements where none is allowed was told: it is a habit of some stacks.
    pub odd_form: bool,
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
                    Some(asdu) => self.unit(side, &asdu, talk),
                    None => talk.flag(Flag::Iec104LengthMismatch, Some(1), None),
                }
            }
        }
    }

    pub fn spoke(&self, side: Side) -> bool {
        let [client, server] = self.spoke;
        if side == Side::Client { client } else { server }
    }

    fn unit(&mut self, side: Side, asdu: &Asdu<'_>, talk: &mut Talk<'_>) {
        self.check(side, asdu, talk);
        self.station(side, asdu, talk);
        let monitor = asdu.kind.is_some_and(|kind| {
            kind.monitor() || (kind.parameter() && (cause::INTERROGATED..=cause::COUNTERS_LAST).contains(&asdu.cause))
        });
        if monitor {
            self.publication(side, asdu, talk);
        } else if asdu.kind.is_some_and(kind::Kind::file) {
            self.file(side, asdu, talk);
        } else {
            self.control(side, asdu, talk);
        }
    }

    /// What is odd about a data unit whatever its elements say. Offsets are those of the APDU.
    fn check(&mut self, side: Side, asdu: &Asdu<'_>, talk: &mut Talk<'_>) {
        let Some(kind) = asdu.kind else {
            talk.flag(Flag::Iec104TypeUnknown, Some(6), None);
            return;
        };
        let broadcast = matches!(kind.code, kind::C_IC_NA_1 | kind::C_CI_NA_1 | kind::C_CS_NA_1 | kind::C_RP_NA_1);
        let address = asdu.first_address();
        let of_process = kind.code < kind::M_EI_NA_1 || kind.code == kind::C_RD_NA_1;
        let of_station = kind.code == kind::M_EI_NA_1 || (kind.system() && kind.code != kind::C_RD_NA_1);
        let common = asdu.common_address;
        for (odd, flag, offset) in [
            (asdu.count == 0, Flag::Iec104ObjectCount, 7),
            (asdu.count > 0 && asdu.fits() == Some(false), Flag::Iec104LengthMismatch, 1),
            (asdu.sequence && !kind.sequence && !self.odd_form, Flag::Iec104SequenceForm, 7),
            (!cause::allowed(kind, asdu.cause) && asdu.cause < 48, Flag::Iec104CauseIllegal, 8),
            (common == 0 || (common == asdu.layout.broadcast() && !broadcast), Flag::Iec104CommonAddress, 10),
            (of_process && address == Some(0), Flag::Iec104IoaZero, 12),
            (of_station && address.is_some_and(|address| address != 0), Flag::Iec104IoaNotZero, 12),
        ] {
            if odd {
                talk.flag(flag, Some(offset), None);
            }
        }
        self.odd_form |= asdu.sequence && !kind.sequence;
        let wrong = match side {
            Side::Client => kind.monitor() || (!kind.file() && cause::answers(asdu.cause)),
            Side::Server => !kind.file() && !kind.monitor() && cause::asks(asdu.cause),
        };
        let [client, server] = &mut self.wrong_way;
        let told = if side == Side::Client { client } else { server };
        if wrong && !*told {
            *told = true;
            talk.flag(Flag::Iec104Direction, Some(6), None);
        }
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
            if self.in_step {
                talk.flag(Flag::PairingUnexpectedReply, Some(2), None);
            }
            service.flagged = talk.flagged();
            service.tell(Reply::Unexpected, Some(talk.span()), talk);
            return;
        };
        self.in_step = true;
        self.services.remove(at).tell(Reply::Answered, Some(talk.span()), talk);
    }

    /// Bytes of one side are missing.
    pub fn gap(&mut self, side: Side) {
        self.sequence.gap(side);
        self.transfers.gap();
        self.in_step = false;
        self.refused = None;
        for request in self.waiting.iter_mut().filter(|request| request.sender != side) {
            request.blind = true;
        }
        for service in self.services.iter_mut().filter(|service| service.sender != side) {
            service.blind = true;
        }
    }

    /// Tells what waited too long at `now`.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while let Some(at) = self.waiting.iter().position(|request| request.expired(now)) {
            self.waiting.remove(at).give_up(talk);
        }
        while let Some(at) = self.services.iter().position(|s| now.saturating_sub(s.span.last.time) >= TIMEOUT) {
            let service = self.services.remove(at);
            let reply = if service.blind { Reply::None } else { Reply::Unanswered };
            service.tell(reply, None, talk);
        }
        self.transfers.expire(now, talk);
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + self.words.weight()
            + self.points.capacity() * size_of::<Point>()
            + self.waiting.iter().map(Request::weight).sum::<usize>()
            + self.selected.len() * size_of::<Selected>()
            + self.services.len() * size_of::<Service>()
            + self.stations.len() * 4
            + self.transfers.weight()
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
