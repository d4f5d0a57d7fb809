//! From a request and its reply to events.

use super::header::{self, Header};
use super::identity;
use super::message;
use super::open::Opened;
use super::packet;
use super::reading::Reading;
use super::service::{self, Target};
use super::state::{Frame, Waiting, session_key};
use crate::bytes::{le16, u8_at};
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::{Exchange, Function, Item, Outcome, Reply, Talk, Unit};
use crate::text::{self, Details};

/// Session and route of a message.
pub type Way<'a> = (&'a str, Option<i64>);

/// How sure an identity is: the device says it of itself.
const CONFIDENCE: f32 = 0.95;

fn command_function(code: u16) -> (Function, Operation) {
    let (name, operation) = header::command(code).unwrap_or(("Unknown command", Operation::Unknown));
    (Function { code: Some(u32::from(code)), name: Some(name) }, operation)
}

/// Outcome and status of the encapsulation.
fn outer(header: &Header) -> (Outcome, Option<(u32, &'static str)>) {
    match header.status {
        0 => (Outcome::Success, None),
        code => (Outcome::Failure, Some((code, header::status(code).unwrap_or("Undefined status")))),
    }
}

/// A request with its reply.
pub fn answered(
    request: &Waiting,
    frame: &Frame<'_>,
    cip: Option<&[u8]>,
    (route, session): Way<'_>,
    out: &mut Reading,
    talk: &mut Talk<'_>,
) {
    let span = Span { first: request.span.first, last: talk.span().last };
    let duration = talk.span().first.time.saturating_sub(request.span.last.time).max(0);
    out.clear();
    let (mut outcome, mut status) = outer(&frame.header);
    if request.cip.is_empty() {
        let told = listed(request.command, frame, out);
        let (function, operation) = command_function(request.command);
        let mut item = Item::new(operation);
        item.details = told.as_deref();
        let session = if request.command == header::REGISTER_SESSION && outcome == Outcome::Success {
            Some(session_key(frame.header.session, talk))
        } else {
            session
        };
        let items = [item];
        let exchange = Exchange {
            function,
            outcome,
            status,
            reply: Reply::Answered,
            duration: Some(duration),
            bytes: request.bytes.saturating_add(frame.bytes),
            session,
            flagged: request.flagged || talk.flagged(),
            ..Exchange::new(span, request.side, request.ordinal, &items)
        };
        talk.exchange(&exchange);
        identities(out, frame.side, "", talk);
        if request.command == header::REGISTER_SESSION {
            let end = (outcome, status);
            registered(request, span, Some(duration), Reply::Answered, session, end, talk);
        }
        return;
    }
    message::read(&request.cip, cip, 0, out);
    oddities(out, talk);
    if let Some((whole, code)) = out.outcome {
        (outcome, status) = (whole, code);
    } else if out.drafts.list.iter().any(|draft| draft.outcome == Some(Outcome::Failure)) {
        outcome = Outcome::Failure;
    }
    let route = if out.route.is_empty() { route } else { out.route.as_str() };
    let exchange = Exchange {
        function: first_function(out),
        unit: unit(route),
        outcome,
        status,
        reply: Reply::Answered,
        duration: Some(duration),
        bytes: request.bytes.saturating_add(frame.bytes),
        session,
        flagged: request.flagged || talk.flagged(),
        ..Exchange::new(span, request.side, request.ordinal, &[])
    };
    out.drafts.hand(|items| talk.exchange(&Exchange { items, ..exchange }));
    identities(out, frame.side, route, talk);
    if let Some(opened) = &out.opened {
        connected(request, opened, span, Some(duration), Reply::Answered, out, talk);
    }
}

/// A request whose reply never came, or may have been among lost packets.
pub fn silent(request: &Waiting, reply: Reply, (route, session): Way<'_>, out: &mut Reading, talk: &mut Talk<'_>) {
    out.clear();
    if request.cip.is_empty() {
        let (function, operation) = command_function(request.command);
        let items = [Item::new(operation)];
        let exchange = Exchange {
            function,
            reply,
            bytes: request.bytes,
            flagged: request.flagged,
            ..Exchange::new(request.span, request.side, request.ordinal, &items)
        };
        talk.exchange(&exchange);
        if request.command == header::REGISTER_SESSION {
            registered(request, request.span, None, reply, None, (Outcome::Unknown, None), talk);
        }
        return;
    }
    message::read(&request.cip, None, 0, out);
    // The message is long past: the flags stand at its own packets. Who crashed over it never answered.
    for flag in &out.oddities {
        talk.ledger.flag(talk.facts, *flag, request.span, None, None);
    }
    let odd = !out.oddities.is_empty();
    let route = if out.route.is_empty() { route } else { out.route.as_str() };
    let exchange = Exchange {
        function: first_function(out),
        unit: unit(route),
        reply,
        bytes: request.bytes,
        session,
        flagged: request.flagged || odd,
        ..Exchange::new(request.span, request.side, request.ordinal, &[])
    };
    out.drafts.hand(|items| talk.exchange(&Exchange { items, ..exchange }));
    if let Some(opened) = &out.opened {
        connected(request, opened, request.span, None, reply, out, talk);
    }
}

/// A reply without a request: what it says of itself. The addresses stood in the request.
pub fn lone(
    frame: &Frame<'_>,
    cip: Option<&[u8]>,
    reply: Reply,
    session: Option<i64>,
    out: &mut Reading,
    talk: &mut Talk<'_>,
) {
    out.clear();
    let (mut outcome, mut status) = outer(&frame.header);
    let (mut function, operation) = command_function(frame.header.command);
    let mut items = vec![Item::new(operation)];
    let details = if cip.is_none() { listed(frame.header.command, frame, out) } else { None };
    if let Some(cip) = cip {
        let answer = message::Answer::read(cip);
        (outcome, status) = answer.map_or((Outcome::Unknown, None), |answer| answer.end(Target::default()));
        let code = u8_at(cip, 0).unwrap_or(0) & !service::REPLY;
        let (name, operation) = service::service(code, Target::default());
        function = Function { code: Some(u32::from(code)), name: Some(name) };
        items = vec![Item::new(operation)];
        if let Some(answer) = answer.filter(|_| code == service::MULTIPLE_SERVICE_PACKET) {
            items = message::replies(answer.data).map(|reply| of_reply(&reply)).collect();
        }
    }
    if let Some(item) = items.first_mut() {
        item.details = details.as_deref();
    }
    let exchange = Exchange {
        function,
        outcome,
        status,
        reply,
        bytes: frame.bytes,
        session,
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), frame.side.other(), talk.ordinal(), &items)
    };
    talk.exchange(&exchange);
    identities(out, frame.side, "", talk);
}

fn of_reply(answer: &message::Answer<'_>) -> Item<'static> {
    let code = answer.service & !service::REPLY;
    let (name, operation) = service::service(code, Target::default());
    let mut item = Item::new(operation);
    let (outcome, status) = answer.end(Target::default());
    item.functions = Some((Function { code: Some(u32::from(code)), name: Some(name) }, Function::default()));
    (item.outcome, item.status) = (Some(outcome), status);
    item
}

/// A message that nobody answers.
pub fn single(frame: &Frame<'_>, session: Option<i64>, talk: &mut Talk<'_>) {
    let (function, operation) = command_function(frame.header.command);
    let mut item = Item::new(operation);
    let mut details = Details::default();
    if header::command(frame.header.command).is_none() && !frame.data.is_empty() {
        details.text("data", &text::hex(frame.data, 64));
    }
    let details = details.finish();
    item.details = details.as_deref();
    let items = [item];
    let exchange = Exchange {
        function,
        bytes: frame.bytes,
        session,
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), frame.side, talk.ordinal(), &items)
    };
    talk.exchange(&exchange);
}

/// What a message is counted as: its first service.
fn first_function(out: &Reading) -> Function {
    out.drafts.list.first().and_then(|draft| draft.functions).unwrap_or_default().0
}

fn unit(route: &str) -> Unit<'_> {
    if route.is_empty() { Unit::None } else { Unit::Text(route) }
}

fn oddities(out: &Reading, talk: &mut Talk<'_>) {
    for flag in &out.oddities {
        talk.flag(*flag, None, None);
    }
}

/// Identity facts: of the device itself, or of a module behind the route.
fn identities(out: &Reading, about: Side, route: &str, talk: &mut Talk<'_>) {
    if route.is_empty() {
        for fact in &out.identities {
            talk.identity(about, fact.attribute, &fact.value, CONFIDENCE, fact.evidence);
        }
        return;
    }
    let told = |attribute: &str| out.identities.iter().find(|fact| fact.attribute == attribute);
    let Some(model) = told("model") else { return };
    let rest = ["firmware", "serial"].map(|name| told(name).map_or(String::new(), |fact| format!(" {}", fact.value)));
    let value = format!("{route} {}{}", model.value, rest.concat());
    talk.identity(about, "module", &value, CONFIDENCE, model.evidence);
}

/// What the items of a list reply say: details, and identity facts.
fn listed(command: u16, frame: &Frame<'_>, out: &mut Reading) -> Option<String> {
    if frame.data.is_empty() {
        return None;
    }
    let mut details = Details::default();
    for (kind, item) in packet::items(frame.data) {
        match (command, kind) {
            (header::LIST_IDENTITY, packet::LIST_IDENTITY) => return identity::listed(item, out),
            // | version 2 | capability 2 | name 16 |
            (header::LIST_SERVICES, packet::LIST_SERVICES) => {
                let name = item.get(4..).unwrap_or_default().split(|b| *b == 0).next().unwrap_or_default();
                details.text("service_name", &text::bounded(name, 16).0);
                details.number("capability", le16(item, 2).unwrap_or(0));
                break;
            }
            _ => {}
        }
    }
    details.finish()
}

/// Key of a connection: who opened it, and its serial number.
pub fn connection_key(opened: &Opened, talk: &Talk<'_>) -> i64 {
    let id = talk.facts.id.to_be_bytes();
    let parts = [&id[..], &opened.serial.to_be_bytes(), &opened.vendor.to_be_bytes(), &opened.originator.to_be_bytes()];
    hash::key(&[b"cip_connection", parts.concat().as_slice()])
}

/// The session row of RegisterSession.
fn registered(
    request: &Waiting,
    span: Span,
    duration: Option<i64>,
    reply: Reply,
    session: Option<i64>,
    (outcome, status): (Outcome, Option<(u32, &'static str)>),
    talk: &mut Talk<'_>,
) {
    let row = SessionRow {
        ot_session_kind: Some("cip_register"),
        ot_session: session,
        ot_operation: Some(Operation::SessionOpen.name()),
        event_outcome: Some(outcome.name()),
        ot_status_code: status.map(|s| s.0),
        ot_status_name: status.map(|s| s.1),
        ot_reply: Some(reply.name()),
        event_duration: duration,
        ..SessionRow::default()
    };
    talk.session(request.side, span, request.ordinal, row);
}

/// The session row of Forward_Open and Forward_Close.
fn connected(
    request: &Waiting,
    opened: &Opened,
    span: Span,
    duration: Option<i64>,
    reply: Reply,
    out: &Reading,
    talk: &mut Talk<'_>,
) {
    let draft = out.drafts.list.first();
    let (outcome, status) = draft.map_or((None, None), |draft| (draft.outcome, draft.status));
    let operation = if opened.close { Operation::SessionClose } else { Operation::SessionOpen };
    let details = opened.details();
    let name = opened.originator_name();
    let row = SessionRow {
        ot_session_kind: Some("cip_connection"),
        ot_session: Some(connection_key(opened, talk)),
        ot_operation: Some(operation.name()),
        event_outcome: Some(outcome.unwrap_or_default().name()),
        ot_status_code: status.map(|s| s.0),
        ot_status_name: status.map(|s| s.1),
        ot_reply: Some(reply.name()),
        event_duration: duration,
        ot_client_name: Some(&name),
        ot_details: details.as_deref(),
        ..SessionRow::default()
    };
    talk.session(request.side, span, request.ordinal, row);
}
