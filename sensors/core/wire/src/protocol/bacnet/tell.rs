//! Finished messages as exchanges, with the session row of a password and the facts about devices.

use super::apdu::{Apdu, Kind};
use super::bvlc::{self, Frame};
use super::npdu::{Npdu, Place};
use super::pairing::{Key, Waiting};
use super::reading::{Answer, Reading};
use super::service as svc;
use super::{access, alarm, device, discovery, file, network};
use crate::bytes::be16;
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::protocol::{Exchange, Function, Outcome, Reply, Talk, Unit};
use crate::text::{self, Details};

/// Confidence in what a device says of itself.
const CONFIDENCE: f32 = 0.9;
/// Bytes of an unknown service that are shown.
const SHOWN: usize = 64;

/// One datagram with its headers read.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    pub side: Side,
    pub frame: &'a Frame<'a>,
    pub npdu: &'a Npdu<'a>,
    pub bytes: u32,
}

/// How a request ended.
pub struct Ended<'a> {
    pub answer: Answer<'a>,
    pub kind: Kind,
    pub bytes: u32,
    pub segments: u32,
}

fn named(kind: Kind, choice: u8) -> (Function, Function) {
    let known = if kind == Kind::Unconfirmed { svc::unconfirmed(choice) } else { svc::confirmed(choice) };
    let function = Function { code: Some(u32::from(choice)), name: Some(known.map_or("unknown service", |k| k.0)) };
    let asked = if kind == Kind::Unconfirmed { kind } else { Kind::Confirmed };
    (function, Function { code: Some(asked.code()), name: Some(asked.name()) })
}

const LINK: Function = Function { code: None, name: Some("BVLC") };
const NETWORK: Function = Function { code: None, name: Some("network message") };

/// Reads a confirmed service into `out`.
fn confirmed(choice: u8, asked: Option<&[u8]>, answer: Answer<'_>, out: &mut Reading) {
    match choice {
        svc::READ_PROPERTY => access::read_property(asked, answer, out),
        svc::READ_PROPERTY_MULTIPLE => access::read_multiple(asked, answer, out),
        svc::WRITE_PROPERTY | svc::ADD_LIST_ELEMENT | svc::REMOVE_LIST_ELEMENT => {
            access::write_property(asked, choice, out);
        }
        svc::WRITE_PROPERTY_MULTIPLE => access::write_multiple(asked, answer, out),
        svc::READ_RANGE => access::read_range(asked, answer, out),
        svc::SUBSCRIBE_COV | svc::SUBSCRIBE_COV_PROPERTY => access::subscribe(asked, choice, out),
        svc::SUBSCRIBE_COV_PROPERTY_MULTIPLE => access::subscribe_multiple(asked, out),
        svc::ACKNOWLEDGE_ALARM => alarm::acknowledge(asked, out),
        svc::GET_ALARM_SUMMARY => alarm::summary(answer, out),
        svc::GET_EVENT_INFORMATION => alarm::information(answer, out),
        svc::LIFE_SAFETY_OPERATION => alarm::life_safety(asked, out),
        svc::ATOMIC_READ_FILE => file::read(asked, answer, out),
        svc::ATOMIC_WRITE_FILE => file::write(asked, answer, out),
        svc::DEVICE_COMMUNICATION_CONTROL => device::communication(asked, out),
        svc::REINITIALIZE_DEVICE => device::reinitialize(asked, out),
        svc::CREATE_OBJECT => device::create(asked, answer, out),
        svc::DELETE_OBJECT => device::delete(asked, out),
        svc::VT_OPEN => device::terminal_open(asked, out),
        svc::VT_DATA => device::terminal_data(asked, out),
        _ => match (asked, choice) {
            (Some(asked), svc::CONFIRMED_COV_NOTIFICATION) => access::notified(asked, out),
            (Some(asked), svc::CONFIRMED_COV_NOTIFICATION_MULTIPLE) => access::notified_multiple(asked, out),
            (Some(asked), svc::CONFIRMED_EVENT_NOTIFICATION) => alarm::notified(asked, out),
            (Some(asked), svc::CONFIRMED_PRIVATE_TRANSFER) => device::private_transfer(asked, out),
            (Some(asked), svc::CONFIRMED_TEXT_MESSAGE) => device::text_message(asked, out),
            _ => {}
        },
    }
    let operation = svc::confirmed(choice).map_or(Operation::Unknown, |known| known.1);
    filled(operation, svc::confirmed(choice).is_none(), asked, out);
}

/// A service always has an item; of an unknown one its parameters are shown.
fn filled(operation: Operation, unknown: bool, data: Option<&[u8]>, out: &mut Reading) {
    if out.drafts.list.is_empty() {
        out.item(operation);
    }
    if let Some(data) = data.filter(|data| unknown && !data.is_empty()) {
        out.details(|d| {
            d.text("data", &text::hex(data, SHOWN));
        });
    }
}

fn announced(choice: u8, data: &[u8], out: &mut Reading) {
    match choice {
        svc::I_AM => discovery::i_am(data, out),
        svc::I_HAVE => discovery::i_have(data, out),
        svc::WHO_IS => discovery::who_is(data, out),
        svc::WHO_HAS => discovery::who_has(data, out),
        svc::WHO_AM_I => discovery::who_am_i(data, Operation::Notify, out),
        svc::YOU_ARE => discovery::who_am_i(data, Operation::ConfigureNetwork, out),
        svc::UNCONFIRMED_COV_NOTIFICATION => access::notified(data, out),
        svc::UNCONFIRMED_COV_NOTIFICATION_MULTIPLE => access::notified_multiple(data, out),
        svc::UNCONFIRMED_EVENT_NOTIFICATION => alarm::notified(data, out),
        svc::UNCONFIRMED_PRIVATE_TRANSFER => device::private_transfer(data, out),
        svc::UNCONFIRMED_TEXT_MESSAGE => device::text_message(data, out),
        svc::TIME_SYNCHRONIZATION | svc::UTC_TIME_SYNCHRONIZATION => device::clock(data, out),
        svc::WRITE_GROUP => device::write_group(data, out),
        _ => {}
    }
    let known = svc::unconfirmed(choice);
    filled(known.map_or(Operation::Unknown, |known| known.1), known.is_none(), Some(data), out);
}

/// The first item says what the message as a whole was.
fn first(out: &mut Reading, say: impl FnOnce(&mut Details)) {
    if let Some(draft) = out.drafts.list.first_mut() {
        say(&mut draft.details);
    }
}

fn written(place: Option<Place>) -> String {
    let mut text = String::new();
    if let Some(place) = place {
        place.write(&mut text);
    }
    text
}

fn unit(text: &str) -> Unit<'_> {
    if text.is_empty() { Unit::None } else { Unit::Text(text) }
}

/// Details of the network layer, on the first item.
fn enveloped(said: &Said<'_>, other: Option<Place>, out: &mut Reading) {
    let (npdu, origin) = (said.npdu, said.frame.origin);
    first(out, |d| {
        if let Some(origin) = origin {
            let mut text = String::new();
            network::address(origin, &mut text);
            d.text("origin", &text);
        }
        if let Some(other) = other {
            d.text("other_address", &written(Some(other)));
        }
        if let Some(hops) = npdu.hops {
            d.number("hops", hops);
        }
        if npdu.priority() > 0 {
            d.number("message_priority", npdu.priority());
        }
    });
}

fn oddities(out: &Reading, talk: &mut Talk<'_>) {
    for flag in &out.oddities {
        talk.flag(*flag, None, None);
    }
}

/// Facts a device tells of itself, or of what stands behind the router `unit`.
fn identities(out: &Reading, about: Side, unit: &str, talk: &mut Talk<'_>) {
    for fact in &out.identities {
        if unit.is_empty() {
            talk.identity(about, fact.attribute, &fact.value, CONFIDENCE, "bacnet");
        } else {
            talk.identity(about, "module", &format!("{unit} {} {}", fact.attribute, fact.value), CONFIDENCE, "bacnet");
        }
    }
}

fn refusal(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Error => Some("error"),
        Kind::Reject => Some("reject"),
        Kind::Abort => Some("abort"),
        _ => None,
    }
}

pub fn answered(request: &Waiting, ended: &Ended<'_>, out: &mut Reading, talk: &mut Talk<'_>) {
    let Key::Invoke(_, Some(choice)) = request.key else { return };
    confirmed(choice, Some(&request.data), ended.answer, out);
    oddities(out, talk);
    let (mut outcome, status, class) = ended.answer.end();
    if out.drafts.list.iter().any(|draft| draft.outcome == Some(Outcome::Failure)) {
        outcome = Outcome::Failure;
        // What was read beside what failed was read.
        out.drafts.list.iter_mut().filter(|d| d.outcome.is_none()).for_each(|d| d.outcome = Some(Outcome::Success));
    }
    first(out, |d| {
        if let Some(refusal) = refusal(ended.kind) {
            d.text("refusal", refusal);
        }
        if let Some(class) = class {
            d.text("error_class", class);
        }
        let segments = request.segments.saturating_add(ended.segments);
        if segments > 0 {
            d.number("segments", segments);
        }
    });
    let span = Span { first: request.span.first, last: talk.span().last };
    let duration = talk.now().saturating_sub(request.span.last.time);
    let (function, subfunction) = named(Kind::Confirmed, choice);
    let place = written(server_place(choice, request));
    asked(request, out);
    let exchange = Exchange {
        function,
        subfunction,
        unit: unit(&place),
        outcome,
        status,
        reply: Reply::Answered,
        duration: Some(duration),
        bytes: request.bytes.saturating_add(ended.bytes),
        flagged: request.flagged || talk.flagged(),
        ..Exchange::new(span, request.side, request.ordinal, &[])
    };
    finish(&exchange, out, talk);
    identities(out, request.side.other(), &place, talk);
    secret(request, span, &exchange, out, talk);
}

/// The device behind a router that offers the service: who is asked, or who notifies.
fn server_place(choice: u8, request: &Waiting) -> Option<Place> {
    if svc::notifies(choice) { request.asker } else { request.asked }
}

/// What the request's own headers said, on the first item.
fn asked(request: &Waiting, out: &mut Reading) {
    let Key::Invoke(invoke, choice) = request.key else { return };
    let other = if choice.is_some_and(svc::notifies) { request.asked } else { request.asker };
    first(out, |d| {
        d.number("invoke", invoke);
        if let Some(other) = other {
            d.text("other_address", &written(Some(other)));
        }
        if let Some(hops) = request.hops {
            d.number("hops", hops);
        }
        if request.repeats > 0 {
            d.number("repeats", request.repeats);
        }
    });
}

fn finish(exchange: &Exchange<'_>, out: &mut Reading, talk: &mut Talk<'_>) {
    out.drafts.hand(|items| talk.exchange(&Exchange { items, ..*exchange }));
}

/// The session row of a password, which is sent as it is and never kept.
fn secret(request: &Waiting, span: Span, exchange: &Exchange<'_>, out: &Reading, talk: &mut Talk<'_>) {
    let Some(known) = out.secret else { return };
    let row = SessionRow {
        ot_session_kind: Some("bacnet_password"),
        ot_operation: Some(Operation::SecurityLogin.name()),
        event_outcome: Some(exchange.outcome.name()),
        ot_status_code: exchange.status.map(|s| s.0),
        ot_status_name: exchange.status.map(|s| s.1),
        ot_reply: Some(exchange.reply.name()),
        event_duration: exchange.duration,
        ot_secret_kind: Some("password"),
        ot_secret_encrypted: Some(false),
        ot_secret_known: Some(known),
        ..SessionRow::default()
    };
    talk.session(request.side, span, request.ordinal, row);
    if exchange.outcome == Outcome::Failure {
        talk.refused_login();
    }
}

/// A request whose reply never came, or may have been among lost packets.
pub fn silent(request: &Waiting, reply: Reply, out: &mut Reading, talk: &mut Talk<'_>) {
    let Key::Invoke(_, Some(choice)) = request.key else { return };
    confirmed(choice, Some(&request.data), Answer::None, out);
    late(request, out, talk);
    let (function, subfunction) = named(Kind::Confirmed, choice);
    let place = written(server_place(choice, request));
    asked(request, out);
    if request.segments > 0 {
        first(out, |d| {
            d.number("segments", request.segments);
        });
    }
    let exchange = Exchange {
        function,
        subfunction,
        unit: unit(&place),
        reply,
        bytes: request.bytes,
        flagged: request.flagged || !out.oddities.is_empty(),
        ..Exchange::new(request.span, request.side, request.ordinal, &[])
    };
    finish(&exchange, out, talk);
    secret(request, request.span, &exchange, out, talk);
}

/// The message is long past: the flags stand at its own packets.
fn late(request: &Waiting, out: &Reading, talk: &mut Talk<'_>) {
    for flag in &out.oddities {
        talk.ledger.flag(talk.facts, *flag, request.span, None, None);
    }
}

/// A reply without a request: what it says of itself.
pub fn lone(
    said: &Said<'_>,
    apdu: &Apdu<'_>,
    answer: Answer<'_>,
    reply: Reply,
    out: &mut Reading,
    talk: &mut Talk<'_>,
) {
    let bare = matches!(apdu.kind, Kind::Reject | Kind::Abort);
    if bare {
        out.item(Operation::Unknown);
    } else {
        confirmed(apdu.choice, None, answer, out);
    }
    oddities(out, talk);
    let (outcome, status, class) = answer.end();
    let (function, subfunction) = match refusal(apdu.kind) {
        Some(_) if bare => {
            (Function::default(), Function { code: Some(apdu.kind.code()), name: Some(apdu.kind.name()) })
        }
        _ => named(Kind::Confirmed, apdu.choice),
    };
    let by_client = apdu.kind == Kind::Abort && !apdu.by_server;
    first(out, |d| {
        d.number("invoke", apdu.invoke);
        if let Some(refusal) = refusal(apdu.kind) {
            d.text("refusal", refusal);
        }
        if let Some(class) = class {
            d.text("error_class", class);
        }
    });
    enveloped(said, None, out);
    let place = written(if by_client { said.npdu.destination } else { said.npdu.source });
    let exchange = Exchange {
        function,
        subfunction,
        unit: unit(&place),
        outcome,
        status,
        reply,
        bytes: said.bytes,
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), if by_client { said.side } else { said.side.other() }, talk.ordinal(), &[])
    };
    finish(&exchange, out, talk);
    identities(out, said.side, &place, talk);
}

pub fn unconfirmed(said: &Said<'_>, apdu: &Apdu<'_>, out: &mut Reading, talk: &mut Talk<'_>) {
    announced(apdu.choice, apdu.data, out);
    oddities(out, talk);
    let (npdu, own) = (said.npdu, svc::announces(apdu.choice));
    let (place, other) = if own { (npdu.source, npdu.destination) } else { (npdu.destination, npdu.source) };
    enveloped(said, other, out);
    let place = written(place);
    let (function, subfunction) = named(Kind::Unconfirmed, apdu.choice);
    let exchange = Exchange {
        function,
        subfunction,
        unit: unit(&place),
        bytes: said.bytes,
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), said.side, talk.ordinal(), &[])
    };
    finish(&exchange, out, talk);
    // What was forwarded speaks of its origin, not of the one that forwards it.
    if said.frame.origin.is_none() {
        identities(out, said.side, &place, talk);
    }
}

/// A message between routers that is answered by no other.
pub fn routing(said: &Said<'_>, out: &mut Reading, talk: &mut Talk<'_>) {
    let Some((kind, vendor)) = said.npdu.message else { return };
    network::read(kind, vendor, said.npdu.data, out);
    oddities(out, talk);
    enveloped(said, said.npdu.source, out);
    let place = written(said.npdu.destination);
    let exchange = Exchange {
        function: network::function(kind),
        subfunction: NETWORK,
        unit: unit(&place),
        bytes: said.bytes,
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), said.side, talk.ordinal(), &[])
    };
    finish(&exchange, out, talk);
}

/// A routing table that was set or asked for.
pub fn routed(request: &Waiting, answer: Option<&Said<'_>>, reply: Reply, out: &mut Reading, talk: &mut Talk<'_>) {
    network::read(network::INITIALIZE_ROUTING_TABLE, None, &request.data, out);
    let span = answer.map_or(request.span, |_| Span { first: request.span.first, last: talk.span().last });
    let place = written(request.asked);
    if let Some(said) = answer {
        oddities(out, talk);
        if out.drafts.list.first().is_some_and(|d| d.operation == Operation::IdentifyNetwork) {
            out.drafts.list.clear();
            network::read(network::INITIALIZE_ROUTING_TABLE_ACK, None, said.npdu.data, out);
            out.drafts.list.iter_mut().for_each(|draft| draft.operation = Operation::IdentifyNetwork);
        }
    } else {
        late(request, out, talk);
    }
    let exchange = Exchange {
        function: network::function(network::INITIALIZE_ROUTING_TABLE),
        subfunction: NETWORK,
        unit: unit(&place),
        outcome: if answer.is_some() { Outcome::Success } else { Outcome::Unknown },
        reply,
        duration: answer.map(|_| talk.now().saturating_sub(request.span.last.time)),
        bytes: request.bytes.saturating_add(answer.map_or(0, |said| said.bytes)),
        flagged: request.flagged || !out.oddities.is_empty(),
        ..Exchange::new(span, request.side, request.ordinal, &[])
    };
    finish(&exchange, out, talk);
}

fn link_function(function: u8) -> Function {
    Function { code: Some(u32::from(function)), name: Some(bvlc::name(function).unwrap_or("reserved BVLC function")) }
}

/// Outcome of a result of the virtual link.
fn result(function: u8, rest: &[u8]) -> (Outcome, Option<(u32, &'static str)>) {
    match be16(rest, 0).filter(|_| function == bvlc::RESULT) {
        Some(0) => (Outcome::Success, None),
        Some(code) => (Outcome::Failure, Some((u32::from(code), bvlc::result(code).unwrap_or("reserved")))),
        None if function == bvlc::RESULT => (Outcome::Unknown, None),
        None => (Outcome::Success, None),
    }
}

/// A message of the virtual link that stands alone.
pub fn link(side: Side, function: u8, rest: &[u8], bytes: u32, out: &mut Reading, talk: &mut Talk<'_>) {
    network::link(function, rest, None, false, out);
    oddities(out, talk);
    let answers = matches!(
        function,
        bvlc::RESULT | bvlc::READ_BROADCAST_DISTRIBUTION_TABLE_ACK | bvlc::READ_FOREIGN_DEVICE_TABLE_ACK
    );
    let (outcome, status) = if answers { result(function, rest) } else { (Outcome::Unknown, None) };
    let exchange = Exchange {
        function: link_function(function),
        subfunction: LINK,
        outcome,
        status,
        reply: if answers { Reply::Unexpected } else { Reply::None },
        bytes,
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), if answers { side.other() } else { side }, talk.ordinal(), &[])
    };
    finish(&exchange, out, talk);
}

/// A request of the virtual link, with its answer if there is one.
pub fn linked(
    request: &Waiting,
    answer: Option<(u8, &[u8], u32)>,
    reply: Reply,
    again: bool,
    out: &mut Reading,
    talk: &mut Talk<'_>,
) {
    let Key::Link(function) = request.key else { return };
    network::link(function, &request.data, answer.map(|(f, data, _)| (f, data)), again, out);
    let span = answer.map_or(request.span, |_| Span { first: request.span.first, last: talk.span().last });
    match answer {
        Some(_) => oddities(out, talk),
        None => late(request, out, talk),
    }
    let (outcome, status) = answer.map_or((Outcome::Unknown, None), |(f, data, _)| result(f, data));
    let exchange = Exchange {
        function: link_function(function),
        subfunction: LINK,
        outcome,
        status,
        reply,
        duration: answer.map(|_| talk.now().saturating_sub(request.span.last.time)),
        bytes: request.bytes.saturating_add(answer.map_or(0, |a| a.2)),
        flagged: request.flagged || talk.flagged() || !out.oddities.is_empty(),
        ..Exchange::new(span, request.side, request.ordinal, &[])
    };
    finish(&exchange, out, talk);
}
