//! A service of the link with its answer as rows.

use super::link;
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::protocol::{Exchange, Function, Item, Outcome, Reply, Talk, Unit};
use crate::text::Details;

/// A service that waits for its answer.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    pub function: u8,
    pub sender: Side,
    pub address: Option<u32>,
    pub span: Span,
    pub ordinal: i64,
    pub octets: u32,
    pub repeats: u32,
    pub flagged: bool,
    /// Octets of the answers' direction were lost since.
    pub blind: bool,
}

/// Its answer: the function of a secondary station, None for a single character.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    pub function: Option<u8>,
    pub span: Span,
    pub octets: u32,
}

impl Service {
    /// Hands it on. User data is told by what it carries.
    pub fn tell(&self, answer: Option<Answer>, talk: &mut Talk<'_>) {
        let Some((name, operation)) = link::service(self.function) else { return };
        if matches!(self.function, link::USER_DATA | link::NO_REPLY) {
            return;
        }
        let mut details = Details::default();
        if self.repeats > 0 {
            details.number("repeats", self.repeats);
        }
        let details = details.finish();
        let mut item = Item::new(operation);
        item.details = details.as_deref();
        let items = [item];
        let span = Span { first: self.span.first, last: answer.map_or(self.span.last, |answer| answer.span.last) };
        let refused = answer.and_then(|answer| answer.function).filter(|function| link::refuses(*function));
        let code = answer.and_then(|answer| answer.function).filter(|function| *function != link::RESPOND);
        let status = code.and_then(|code| Some((u32::from(code), link::answer(code)?)));
        let outcome = match (answer, refused) {
            (None, _) => Outcome::Unknown,
            (Some(_), Some(_)) => Outcome::Failure,
            (Some(_), None) => Outcome::Success,
        };
        let reply = match answer {
            Some(_) => Reply::Answered,
            None if self.blind => Reply::None,
            None => Reply::Unanswered,
        };
        let duration = answer.map(|answer| answer.span.first.time.saturating_sub(self.span.last.time).max(0));
        talk.exchange(&Exchange {
            function: Function { code: None, name: Some(name) },
            unit: self.address.map_or(Unit::None, Unit::Number),
            outcome,
            status,
            reply,
            duration,
            bytes: self.octets.saturating_add(answer.map_or(0, |answer| answer.octets)),
            flagged: self.flagged || talk.flagged(),
            ..Exchange::new(span, self.sender, self.ordinal, &items)
        });
        if operation == Operation::SessionOpen {
            let unit = self.address.map(|address| address.to_string());
            let row = SessionRow {
                ot_session_kind: Some("iec101_link"),
                ot_operation: Some(operation.name()),
                event_outcome: Some(outcome.name()),
                ot_status_code: status.map(|status| status.0),
                ot_status_name: status.map(|status| status.1),
                ot_reply: Some(reply.name()),
                event_duration: duration,
                ot_unit: unit.as_deref(),
                ot_secret_kind: Some("none"),
                ..SessionRow::default()
            };
            talk.session(self.sender, span, self.ordinal, row);
        }
    }
}
