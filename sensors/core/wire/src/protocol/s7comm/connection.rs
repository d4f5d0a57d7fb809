//! The transport connection under S7: who called what, and what came of it.

use super::request::Ending;
use crate::bytes::be16;
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::protocol::iso::cotp::{self, Connect};
use crate::protocol::{Outcome, Reply, Talk};
use crate::text::Details;

/// Connection resource in the first byte of a called TSAP.
const PG: u8 = 1;
const OP: u8 = 2;
const BASIC: u8 = 3;

/// What is known of the connection.
#[derive(Debug, Default)]
pub struct Connection {
    calling: Option<String>,
    called: Option<String>,
    place: Option<Place>,
    /// Request not told yet: neither a set-up nor a refusal came.
    open: Option<Open>,
    /// Bytes of the PDU size agreed.
    pub pdu_size: Option<u16>,
}

#[derive(Debug)]
struct Open {
    span: Span,
    ordinal: i64,
    confirmed: bool,
    blind: bool,
}

/// What a called TSAP says: resource, rack and slot.
#[derive(Clone, Copy, Debug)]
struct Place {
    resource: &'static str,
    rack: u8,
    slot: u8,
}

/// Whether TSAPs have the form that S7 connections use: two bytes each, the called one | resource | rack 3 bits, slot 5
/// bits |. Other users of the transport call by names or count from 1 (00 01).
pub fn siemens(connect: &Connect<'_>) -> bool {
    place(connect.called).is_some() && cotp::short(connect.calling).is_some()
}

fn place(called: Option<&[u8]>) -> Option<Place> {
    let [resource, at] = cotp::short(called)?.to_be_bytes();
    let resource = match resource {
        PG => "PG",
        OP => "OP",
        BASIC => "basic",
        _ => return None,
    };
    Some(Place { resource, rack: at >> 5, slot: at & 31 })
}

impl Connection {
    /// Somebody calls.
    pub fn request(&mut self, connect: &Connect<'_>, talk: &mut Talk<'_>) {
        self.tell_open(Outcome::Unknown, None, Reply::Unanswered, talk);
        let (span, ordinal) = (talk.span(), talk.ordinal());
        *self = Self { open: Some(Open { span, ordinal, confirmed: false, blind: false }), ..Self::default() };
        self.name(connect);
    }

    fn name(&mut self, connect: &Connect<'_>) {
        self.calling = connect.calling.map(cotp::tsap).or(self.calling.take());
        self.called = connect.called.map(cotp::tsap).or(self.called.take());
        self.place = place(connect.called).or(self.place);
    }

    pub fn confirm(&mut self, connect: &Connect<'_>) {
        self.name(connect);
        if let Some(open) = &mut self.open {
            open.confirmed = true;
        }
    }

    /// The connection was refused, or released before anybody set up communication.
    pub fn refused(&mut self, status: (u32, &'static str), talk: &mut Talk<'_>) {
        self.tell_open(Outcome::Failure, Some(status), Reply::Answered, talk);
    }

    pub fn gap(&mut self) {
        if let Some(open) = &mut self.open {
            open.blind = true;
        }
    }

    /// The flow is over.
    pub fn close(&mut self, talk: &mut Talk<'_>) {
        let (confirmed, blind) = self.open.as_ref().map_or((false, false), |open| (open.confirmed, open.blind));
        let reply = match (confirmed, blind) {
            (true, _) => Reply::Answered,
            (_, true) => Reply::None,
            _ => Reply::Unanswered,
        };
        self.tell_open(Outcome::Unknown, None, reply, talk);
    }

    fn tell_open(&mut self, outcome: Outcome, status: Option<(u32, &str)>, reply: Reply, talk: &mut Talk<'_>) {
        let Some(open) = self.open.take() else { return };
        let mut details = Details::default();
        self.describe(&mut details);
        if let Some((_, reason)) = status {
            details.text("reason", reason);
        }
        let details = details.finish();
        let span =
            if reply == Reply::Answered { Span { first: open.span.first, last: talk.span().last } } else { open.span };
        let unit = self.unit();
        let row = SessionRow { ot_unit: unit.as_deref(), ..row(outcome, status, reply, None, details.as_deref()) };
        talk.session(Side::Client, span, open.ordinal, row);
    }

    fn describe(&self, details: &mut Details) {
        for (key, tsap) in [("calling_tsap", &self.calling), ("called_tsap", &self.called)] {
            if let Some(tsap) = tsap {
                details.text(key, tsap);
            }
        }
        if let Some(place) = self.place {
            details.text("connection_type", place.resource);
            details.number("rack", place.rack).number("slot", place.slot);
        }
    }

    /// Rack and slot, `0/2`.
    pub fn unit(&self) -> Option<String> {
        self.place.map(|place| format!("{}/{}", place.rack, place.slot))
    }

    /// Communication was set up, or that was refused: the session row.
    ///
    /// | 0 function 1 | 1 reserved 1 | 2 parallel jobs calling 2 | 4 parallel jobs called 2 | 6 PDU size 2 |
    pub fn set_up(&mut self, request: &[u8], ending: &Ending<'_>, at: (Side, Span, i64), talk: &mut Talk<'_>) {
        let agreed = if ending.outcome == Outcome::Success { ending.parameter } else { request };
        let mut details = Details::default();
        self.describe(&mut details);
        for (key, from) in [("jobs_calling", 2), ("jobs_called", 4), ("pdu_size", 6)] {
            if let Some(number) = be16(agreed, from) {
                details.number(key, number);
            }
        }
        if ending.outcome == Outcome::Success {
            self.pdu_size = be16(ending.parameter, 6).filter(|size| *size > 0);
        }
        let (side, span, ordinal) = at;
        let (first, ordinal) = self.open.take().map_or((span.first, ordinal), |open| (open.span.first, open.ordinal));
        let span = Span { first, last: span.last };
        let text = details.finish();
        let unit = self.unit();
        let row = row(ending.outcome, ending.status, ending.reply, ending.duration, text.as_deref());
        let row = SessionRow { ot_unit: unit.as_deref(), ..row };
        talk.session(side, span, ordinal, row);
    }
}

fn row<'a>(
    outcome: Outcome,
    status: Option<(u32, &'a str)>,
    reply: Reply,
    duration: Option<i64>,
    details: Option<&'a str>,
) -> SessionRow<'a> {
    SessionRow {
        ot_session_kind: Some("s7_setup"),
        ot_operation: Some(Operation::SessionOpen.name()),
        event_outcome: Some(outcome.name()),
        ot_status_code: status.map(|s| s.0),
        ot_status_name: status.map(|s| s.1),
        ot_reply: Some(reply.name()),
        event_duration: duration,
        ot_secret_kind: Some("none"),
        ot_details: details,
        ..SessionRow::default()
    }
}
