//! Facts of a dissector as the ledger takes them.

use super::fact::{Ending, Heading, Session, Told, Values as Kept};
use super::pairing::Request;
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::protocol::{Address, Exchange, Item, Object, Outcome, Reply, Talk, Unit, Values};

/// A request with its reply. An object is told by the request; values, outcome and status come from the reply where it
/// gives them.
pub fn answered(request: &Request, ending: Ending, items: &[Told], bytes: usize, talk: &mut Talk<'_>) {
    let count = request.items.len().max(items.len());
    let (empty, nothing) = (Told::default(), Told::default());
    let merged: Vec<Item<'_>> =
        (0..count).map(|i| merge(request.items.get(i).unwrap_or(&empty), items.get(i).unwrap_or(&nothing))).collect();
    let flagged = request.flagged || talk.flagged();
    let duration = talk.now().saturating_sub(request.span.last.time);
    tell(
        &Frame {
            span: Span { first: request.span.first, last: talk.span().last },
            side: request.side,
            ordinal: request.ordinal,
            reply: Reply::Answered,
            duration: Some(duration),
            bytes: request.bytes.saturating_add(bytes),
            flagged,
        },
        &request.heading,
        ending,
        &merged,
        talk,
    );
}

/// A request whose reply did not come.
pub fn silent(request: &Request, reply: Reply, talk: &mut Talk<'_>) {
    let items: Vec<Item<'_>> = request.items.iter().map(item).collect();
    let frame = Frame {
        span: request.span,
        side: request.side,
        ordinal: request.ordinal,
        reply,
        duration: None,
        bytes: request.bytes,
        flagged: request.flagged,
    };
    tell(&frame, &request.heading, Ending::default(), &items, talk);
}

/// A reply whose request was not seen: told as the one that asked would have been.
pub fn lone(
    side: Side,
    heading: &Heading,
    ending: Ending,
    items: &[Told],
    reply: Reply,
    bytes: usize,
    talk: &mut Talk<'_>,
) {
    let items: Vec<Item<'_>> = items.iter().map(item).collect();
    let frame = Frame::now(side.other(), reply, bytes, talk);
    tell(&frame, heading, ending, &items, talk);
}

/// What waits for no reply.
pub fn publication(side: Side, heading: &Heading, ending: Ending, items: &[Told], bytes: usize, talk: &mut Talk<'_>) {
    let items: Vec<Item<'_>> = items.iter().map(item).collect();
    let frame = Frame::now(side, Reply::None, bytes, talk);
    tell(&frame, heading, ending, &items, talk);
}

/// A login or the like, told by the message that settles it.
pub fn session(side: Side, session: &Session, talk: &mut Talk<'_>) {
    let refused = session.ending.outcome == Outcome::Failure && session.operation == Operation::SecurityLogin;
    let row = SessionRow {
        ot_session_kind: Some(session.kind),
        ot_operation: Some(session.operation.name()),
        event_outcome: Some(session.ending.outcome.name()),
        ot_status_code: session.ending.status.map(|s| s.0),
        ot_status_name: session.ending.status.map(|s| s.1),
        user_name: session.user.as_deref(),
        ot_secret_kind: session.secret_kind,
        ot_client_name: session.client_name.as_deref(),
        ot_server_name: session.server_name.as_deref(),
        ot_details: session.details.as_deref(),
        ..SessionRow::default()
    };
    // The server's word settles what the client asked for.
    let source = if side == Side::Server { Side::Client } else { side };
    talk.session(source, talk.span(), talk.ordinal(), row);
    if refused {
        talk.refused_login();
    }
}

/// Where and how an exchange was.
struct Frame {
    span: Span,
    side: Side,
    ordinal: i64,
    reply: Reply,
    duration: Option<i64>,
    bytes: usize,
    flagged: bool,
}

impl Frame {
    fn now(side: Side, reply: Reply, bytes: usize, talk: &Talk<'_>) -> Self {
        let (span, ordinal, flagged) = (talk.span(), talk.ordinal(), talk.flagged());
        Self { span, side, ordinal, reply, duration: None, bytes, flagged }
    }
}

fn tell(frame: &Frame, heading: &Heading, ending: Ending, items: &[Item<'_>], talk: &mut Talk<'_>) {
    let unknown = [Item::new(Operation::Unknown)];
    let exchange = Exchange {
        function: heading.function,
        subfunction: heading.subfunction,
        unit: heading.unit.as_deref().map_or(Unit::None, Unit::Text),
        outcome: ending.outcome,
        status: ending.status,
        reply: frame.reply,
        duration: frame.duration,
        bytes: u32::try_from(frame.bytes).unwrap_or(u32::MAX),
        client_name: heading.client_name.as_deref(),
        user: heading.user.as_deref(),
        flagged: frame.flagged,
        ..Exchange::new(frame.span, frame.side, frame.ordinal, if items.is_empty() { &unknown } else { items })
    };
    talk.exchange(&exchange);
}

fn item(told: &Told) -> Item<'_> {
    let address = match (&told.address, told.start) {
        (Some(text), _) => Address::Text(text),
        (None, Some(_)) => Address::Range,
        (None, None) => Address::None,
    };
    Item {
        object: Object { kind: told.kind, address, start: told.start.unwrap_or(0), count: told.count },
        values: values(&told.values),
        outcome: told.outcome,
        status: told.status,
        details: told.details.as_deref(),
        ..Item::new(told.operation.unwrap_or(Operation::Unknown))
    }
}

fn merge<'a>(request: &'a Told, reply: &'a Told) -> Item<'a> {
    let (asked, got) = (item(request), item(reply));
    let named = request.kind.is_some() || request.address.is_some() || request.start.is_some();
    Item {
        operation: request.operation.or(reply.operation).unwrap_or(Operation::Unknown),
        object: if named { asked.object } else { got.object },
        values: if matches!(reply.values, Kept::None) { asked.values } else { got.values },
        outcome: got.outcome.or(asked.outcome),
        status: got.status.or(asked.status),
        details: got.details.or(asked.details),
        ..asked
    }
}

fn values(kept: &Kept) -> Values<'_> {
    match kept {
        Kept::None => Values::None,
        Kept::Numbers { kind, numbers, exact } => Values::Numbers { kind, numbers, exact: exact.as_deref() },
        Kept::Text { kind, text } => Values::Text { kind, text },
    }
}
