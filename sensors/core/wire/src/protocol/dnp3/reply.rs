//! The exchanges that come of requests, responses and link frames.

use super::control;
use super::file::{self, Fact};
use super::function as fc;
use super::indication;
use super::items::{self, Part, Parts, Place};
use super::link;
use super::station::{Asked, Fragment, Request};
use crate::bytes::le16;
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::protocol::defaults;
use crate::protocol::{Exchange, Function, Item, Outcome, Reply, Talk, Unit};
use crate::text::Details;

/// A response or unsolicited response.
pub struct Answer<'a> {
    pub function: u8,
    pub control: u8,
    pub indications: u16,
    pub objects: &'a [u8],
    pub fragment: &'a Fragment<'a>,
    /// Alarms that were not set in the response before.
    pub raised: u16,
}

const FIR: u8 = 0x80;
/// Bits that say something of one response: events that wait are said at every poll.
const TOLD: u16 = !0x000e;

impl Answer<'_> {
    /// The first fragment of a response.
    pub fn first(&self) -> bool {
        self.control & FIR != 0
    }

    pub fn both(&self, request: &Request) -> Span {
        Span { first: request.span.first, last: self.fragment.span.last }
    }

    fn outcome(&self) -> (Outcome, Option<(u32, &'static str)>) {
        match indication::error(self.indications) {
            Some(status) => (Outcome::Failure, Some(status)),
            None => (Outcome::Success, None),
        }
    }
}

fn function(code: u8) -> Function {
    Function { code: Some(u32::from(code)), name: Some(fc::named(code).0) }
}

/// The classes a poll asks for, as sub-function.
fn classes(request: &Request) -> Function {
    let mask = if request.function == fc::READ { items::classes(&request.objects) } else { 0 };
    let name = match mask {
        0 => return Function::default(),
        1 => "Class 0",
        14 => "Event Poll",
        15 => "Integrity Poll",
        _ if mask & 1 != 0 => "Class 0 and Events",
        _ => "Event Classes",
    };
    Function { code: Some(u32::from(mask)), name: Some(name) }
}

/// A request with a fragment of its response.
pub fn answered(request: &Request, answer: &Answer<'_>, parts: &mut Parts, talk: &mut Talk<'_>) {
    let (outcome, status) = answer.outcome();
    let first = answer.first();
    if first {
        asked(request, answer.objects.is_empty(), parts, talk);
    }
    merge(request, answer, outcome, parts, talk);
    name_file(request, parts);
    dress(parts, request.master, Some(answer.indications));
    if !first && let Some(part) = parts.parts.first_mut() {
        part.details.number("fragment", request.fragments);
    }
    let flagged = request.flagged || talk.flagged();
    parts.hand(talk, |items, talk| {
        let (span, ordinal) =
            if first { (answer.both(request), request.ordinal) } else { (answer.fragment.span, talk.ordinal()) };
        let mut exchange = Exchange::new(span, request.sender, ordinal, items);
        (exchange.function, exchange.subfunction) = (function(request.function), classes(request));
        exchange.unit = Unit::Number(u32::from(request.unit));
        (exchange.outcome, exchange.status, exchange.reply) = (outcome, status, Reply::Answered);
        exchange.duration =
            first.then(|| answer.fragment.span.first.time.saturating_sub(request.span.last.time).max(0));
        exchange.bytes = if first { request.bytes } else { 0 }.saturating_add(answer.fragment.bytes);
        exchange.flagged = flagged;
        let user = user(request);
        exchange.user = user.as_deref();
        talk.exchange(&exchange);
    });
    identify(answer.fragment.side, parts, talk);
    raise(answer, parts, talk);
}

/// Parts of the request. Of a read with points in its answer only the classes are told: the points stand there.
fn asked(request: &Request, empty: bool, parts: &mut Parts, talk: &mut Talk<'_>) {
    let read = request.function == fc::READ;
    if !read || empty || items::classes(&request.objects) != 0 {
        parts.read(request.function, request.function, &request.objects, talk);
    }
    if read && !empty {
        parts.parts.retain(|part| part.kind == Some("class"));
    }
    if parts.parts.is_empty() && (!read || empty) {
        parts.push(Part::new(fc::named(request.function).1));
    }
}

/// What the response adds: points of a read, statuses of commands, files, delays.
fn merge(request: &Request, answer: &Answer<'_>, outcome: Outcome, parts: &mut Parts, talk: &mut Talk<'_>) {
    match request.function {
        fc::READ => parts.read(answer.function, fc::READ, answer.objects, talk),
        code if fc::controls(code) => statuses(request, answer, outcome, parts),
        fc::AUTHENTICATE_REQ => parts.read(answer.function, request.function, answer.objects, talk),
        fc::OPEN_FILE..=fc::ABORT_FILE | fc::WRITE => {
            let Some(fact) = Fact::first(answer.function, answer.objects) else { return };
            if let Some(part) = parts.parts.first_mut() {
                (part.outcome, part.status) = file::ended(&fact);
                // A login is refused by the key 0.
                if request.function == fc::AUTHENTICATE_FILE && fact.key == Some(0) {
                    part.outcome = Some(Outcome::Failure);
                }
                if let Some(handle) = fact.handle.filter(|_| request.function == fc::OPEN_FILE) {
                    part.details.number("handle", handle);
                }
            }
        }
        _ => delay(answer, parts),
    }
    if parts.parts.is_empty() {
        parts.push(Part::new(fc::named(request.function).1));
    }
}

fn statuses(request: &Request, answer: &Answer<'_>, outcome: Outcome, parts: &mut Parts) {
    let told = control::statuses(answer.function, answer.objects);
    for (part, code) in parts.parts.iter_mut().filter(|part| part.control).zip(&told) {
        let success = code & 0x7f == 0 && outcome == Outcome::Success;
        part.outcome = Some(if success { Outcome::Success } else { Outcome::Failure });
        part.status = Some((u32::from(code & 0x7f), control::status(*code)));
        if let Some(selected) = request.selected {
            part.details.truth("selected", selected);
        }
    }
}

/// Time delay: group 52, variation 1 in seconds, 2 in milliseconds.
fn delay(answer: &Answer<'_>, parts: &mut Parts) {
    let mut headers = super::header::Headers::of(answer.function, answer.objects);
    let Some(header) = headers.find(|header| header.group == 52) else { return };
    let unit = if header.variation == 1 { 1_000 } else { 1 };
    if let (Some(delay), Some(part)) = (le16(header.data, 0), parts.parts.first_mut()) {
        part.details.number("delay", i64::from(delay) * unit);
    }
}

/// Objects about an open file know its handle alone: gives them its path, and a close what the file was open for.
fn name_file(request: &Request, parts: &mut Parts) {
    let Some((path, written)) = &request.file else { return };
    for part in parts.parts.iter_mut().filter(|part| part.kind == Some("file")) {
        if matches!(part.place, Place::None) {
            part.place = Place::Text(format!("file:{path}"));
        }
        if *written && part.operation == Operation::FileRead {
            part.operation = Operation::FileWrite;
        }
    }
}

/// Puts into the first part what is true of the whole fragment.
fn dress(parts: &mut Parts, master: u16, indications: Option<u16>) {
    let Some(part) = parts.parts.first_mut() else { return };
    part.details.number("master", master);
    if let Some(bits) = indications.filter(|bits| bits & TOLD != 0) {
        part.details.texts("iin", indication::names(bits));
    }
}

fn identify(side: Side, parts: &Parts, talk: &mut Talk<'_>) {
    for (attribute, value) in parts.identity.iter().filter(|(_, value)| !value.is_empty()) {
        talk.identity(side, attribute, value, 0.95, "dnp3 device attributes");
    }
}

/// Alarms that came up, said by the outstation.
fn raise(answer: &Answer<'_>, parts: &mut Parts, talk: &mut Talk<'_>) {
    if answer.raised == 0 {
        return;
    }
    parts.clear();
    parts.alarm(answer.raised);
    dress(parts, answer.fragment.frame.destination, None);
    outstation(answer, Reply::None, parts, talk);
}

/// A request without a response: none is due, it never came, or it may be among lost packets.
pub fn silent(request: &Request, reply: Reply, parts: &mut Parts, talk: &mut Talk<'_>) {
    parts.clear();
    parts.read(request.function, request.function, &request.objects, talk);
    if parts.parts.is_empty() {
        parts.push(Part::new(fc::named(request.function).1));
    }
    name_file(request, parts);
    dress(parts, request.master, None);
    if let Some(part) = parts.parts.first_mut() {
        if link::BROADCAST.contains(&request.unit) {
            part.details.truth("broadcast", true);
        }
        if fc::silent(request.function) {
            part.details.truth("no_ack", true);
        }
        if let Some(selected) = request.selected {
            part.details.truth("selected", selected);
        }
    }
    let user = user(request);
    parts.hand(talk, |items, talk| {
        let mut exchange = Exchange::new(request.span, request.sender, request.ordinal, items);
        (exchange.function, exchange.subfunction) = (function(request.function), classes(request));
        exchange.unit = Unit::Number(u32::from(request.unit));
        exchange.reply = reply;
        exchange.bytes = request.bytes;
        exchange.flagged = request.flagged;
        exchange.user = user.as_deref();
        talk.exchange(&exchange);
    });
}

/// A response without its request.
pub fn lone(answer: &Answer<'_>, reply: Reply, parts: &mut Parts, talk: &mut Talk<'_>) {
    parts.read(answer.function, fc::READ, answer.objects, talk);
    if parts.parts.is_empty() {
        parts.push(Part::new(Operation::Read));
    }
    dress(parts, answer.fragment.frame.destination, Some(answer.indications));
    let (outcome, status) = answer.outcome();
    parts.hand(talk, |items, talk| {
        let fragment = answer.fragment;
        let mut exchange = Exchange::new(fragment.span, fragment.side.other(), talk.ordinal(), items);
        exchange.function = function(answer.function);
        exchange.unit = Unit::Number(u32::from(fragment.frame.source));
        (exchange.outcome, exchange.status, exchange.reply) = (outcome, status, reply);
        exchange.bytes = fragment.bytes;
        exchange.flagged = talk.flagged();
        talk.exchange(&exchange);
    });
    raise(answer, parts, talk);
}

/// What an outstation says by itself: events, a null response, a challenge.
pub fn by_outstation(answer: &Answer<'_>, reply: Reply, parts: &mut Parts, talk: &mut Talk<'_>) {
    parts.read(answer.function, answer.function, answer.objects, talk);
    if parts.parts.is_empty() {
        parts.push(Part::new(Operation::Notify));
    }
    dress(parts, answer.fragment.frame.destination, Some(answer.indications));
    parts.alarm(answer.raised);
    outstation(answer, reply, parts, talk);
}

fn outstation(answer: &Answer<'_>, reply: Reply, parts: &mut Parts, talk: &mut Talk<'_>) {
    parts.hand(talk, |items, talk| {
        let fragment = answer.fragment;
        let mut exchange = Exchange::new(fragment.span, fragment.side, talk.ordinal(), items);
        exchange.function = function(answer.function);
        exchange.unit = Unit::Number(u32::from(fragment.frame.source));
        exchange.reply = reply;
        exchange.bytes = fragment.bytes;
        exchange.flagged = talk.flagged();
        talk.exchange(&exchange);
    });
}

/// A confirm that was not due.
pub fn confirm(fragment: &Fragment<'_>, talk: &mut Talk<'_>) {
    let items = [Item::new(fc::named(fc::CONFIRM).1)];
    let mut exchange = Exchange::new(fragment.span, fragment.side, talk.ordinal(), &items);
    exchange.function = function(fc::CONFIRM);
    exchange.unit = Unit::Number(u32::from(fragment.frame.destination));
    exchange.bytes = fragment.bytes;
    exchange.flagged = talk.flagged();
    talk.exchange(&exchange);
}

/// A link frame with its answer, if one came.
pub fn link(asked: &Asked, answer: Option<u8>, talk: &mut Talk<'_>) {
    let (name, operation) = link::primary(asked.function).unwrap_or(("Reserved Link Function", Operation::Unknown));
    let mut item = Item::new(operation);
    let mut details = Details::default();
    details.number("master", asked.source);
    let details = details.finish();
    item.details = details.as_deref();
    let items = [item];
    let span = if answer.is_some() { Span { first: asked.span.first, last: talk.span().last } } else { asked.span };
    let mut exchange = Exchange::new(span, asked.sender, asked.ordinal, &items);
    exchange.function.name = Some(name);
    exchange.subfunction.code = Some(u32::from(asked.function));
    exchange.unit = Unit::Number(u32::from(asked.destination));
    exchange.bytes = 10;
    match answer {
        Some(code) => {
            let failed = matches!(code, link::NACK | link::NOT_SUPPORTED);
            exchange.outcome = if failed { Outcome::Failure } else { Outcome::Success };
            exchange.status = Some((u32::from(code), link::secondary(code).unwrap_or("Reserved Link Function")));
            exchange.reply = Reply::Answered;
            exchange.duration = Some(talk.span().first.time.saturating_sub(asked.span.last.time).max(0));
            exchange.bytes = 20;
        }
        None => exchange.reply = if asked.blind { Reply::None } else { Reply::Unanswered },
    }
    talk.exchange(&exchange);
}

/// The user that a file authentication names.
fn user(request: &Request) -> Option<String> {
    (request.function == fc::AUTHENTICATE_FILE).then(|| Fact::first(request.function, &request.objects)?.text())?
}

/// A login for files: the outstation answers with a key, or with 0 when it refuses.
pub fn file_login(request: &Request, answer: &Answer<'_>, talk: &mut Talk<'_>) {
    let Some(asked) = Fact::first(request.function, &request.objects) else { return };
    let key = Fact::first(answer.function, answer.objects).and_then(|fact| fact.key);
    let outcome = match key {
        Some(0) => Outcome::Failure,
        Some(_) => Outcome::Success,
        None => answer.outcome().0,
    };
    let user = asked.text().unwrap_or_default();
    let password = asked.password.unwrap_or_default();
    let row = SessionRow {
        ot_session_kind: Some("dnp3_file"),
        ot_operation: Some(Operation::SecurityLogin.name()),
        event_outcome: Some(outcome.name()),
        ot_reply: Some(Reply::Answered.name()),
        ot_message: Some(request.ordinal),
        user_name: Some(user.as_str()),
        ot_secret_kind: Some(if password.is_empty() { "none" } else { "password" }),
        ot_secret_encrypted: Some(false),
        ot_secret_known: Some(defaults::known(&user, password)),
        ..SessionRow::default()
    };
    talk.session(request.sender, answer.both(request), request.ordinal, row);
    if outcome == Outcome::Failure {
        talk.refused_login();
    }
}
