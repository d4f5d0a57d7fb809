//! What is said of a command with its reply.

use super::command::{self, COMMAND_REJECTED};
use super::frame::{self, Frame, Packet};
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Exchange, Function, Item, Outcome, Talk};
use crate::text::Details;

/// How it ended.
#[derive(Clone, Copy, Default)]
struct End {
    outcome: Outcome,
    status: Option<(u32, &'static str)>,
}

impl End {
    /// Of a command: what the controller replied.
    fn of_reply(packet: &Packet<'_>) -> Self {
        if packet.code == COMMAND_REJECTED {
            let status = packet.data.first().map(|code| (u32::from(*code), command::reason(*code)));
            return Self { outcome: Outcome::Failure, status };
        }
        let status = command::reply(packet.code).map(|name| (u32::from(packet.code), name));
        Self { outcome: if status.is_some() { Outcome::Success } else { Outcome::Unknown }, status }
    }

    /// Of what was asked of the communication module itself, or what it did not pass on.
    fn of_frame(kind: u16) -> Self {
        let done = matches!(kind, frame::CONNECTION_RESPONSE | frame::DISCONNECTION_RESPONSE | frame::PING);
        let outcome = if done { Outcome::Success } else { Outcome::Failure };
        Self { outcome, status: frame::name(kind).map(|name| (u32::from(kind), name)) }
    }
}

pub fn tell(turns: &Turns<'_, u16>, talk: &mut Talk<'_>) {
    let (asked, told) = (turns.request.and_then(Frame::read), turns.answer.and_then(Frame::read));
    let Some(first) = asked.or(told) else { return };
    let end = match (&told, told.and_then(|told| told.packet())) {
        (_, Some(reply)) => End::of_reply(&reply),
        (Some(told), None) => End::of_frame(told.kind),
        (None, None) => End::default(),
    };
    if first.kind == frame::EXECUTION_COMMAND || first.kind == frame::NOT_CONNECTED {
        return executed(turns, asked.and_then(|asked| asked.packet()), end, talk);
    }
    let operation = match first.kind {
        frame::PING => Operation::SessionKeepalive,
        frame::DISCONNECTION_REQUEST | frame::DISCONNECTION_RESPONSE => Operation::SessionClose,
        _ => Operation::SessionOpen,
    };
    if operation != Operation::SessionKeepalive {
        session(turns, operation, end, talk);
    }
    let function = Function { code: Some(u32::from(first.kind)), name: frame::name(first.kind) };
    hand(turns, function, &Item::new(operation), end, talk);
}

fn executed(turns: &Turns<'_, u16>, asked: Option<Packet<'_>>, end: End, talk: &mut Talk<'_>) {
    let known = asked.and_then(|asked| command::of(asked.code));
    let implant = asked.and_then(|asked| command::implant(asked.code, asked.data));
    let operation = known.map_or(Operation::Unknown, |known| known.operation);
    let operation = implant.map_or(operation, |(_, operation)| operation);
    let mut details = Details::default();
    if let Some(asked) = asked {
        details.number("size", i64::try_from(asked.data.len()).unwrap_or(i64::MAX));
    }
    if let Some((does, _)) = implant {
        details.text("implant", does);
    }
    let details = details.finish();
    let item = Item { details: details.as_deref(), ..Item::new(operation) };
    let function = Function { code: asked.map(|asked| u32::from(asked.code)), name: known.map(|known| known.name) };
    hand(turns, function, &item, end, talk);
}

fn hand(turns: &Turns<'_, u16>, function: Function, item: &Item<'_>, end: End, talk: &mut Talk<'_>) {
    talk.exchange(&Exchange {
        function,
        outcome: end.outcome,
        status: end.status,
        flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
        ..turns.exchange(std::slice::from_ref(item))
    });
}

fn session(turns: &Turns<'_, u16>, operation: Operation, end: End, talk: &mut Talk<'_>) {
    let row = SessionRow {
        ot_session_kind: Some("tristation"),
        ot_operation: Some(operation.name()),
        event_outcome: Some(end.outcome.name()),
        ot_status_code: end.status.map(|status| status.0),
        ot_status_name: end.status.map(|status| status.1),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        ot_secret_kind: Some("none"),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
}
