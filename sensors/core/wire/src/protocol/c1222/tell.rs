//! What is said of services with their responses.

use super::acse::{self, Message};
use super::epsem::{self, Epsem, Place};
use super::service;
use crate::bytes::{be16, u8_at};
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk, Unit};
use crate::text::{Details, bounded};
use std::fmt::Write as _;

/// Services of one message that are told.
const MOST: usize = 32;
const USER: usize = 10;

/// What is known of one flow.
#[derive(Default)]
pub struct Known {
    unit: String,
    /// Who logged on last.
    user: String,
}

/// What is odd about a message's services.
pub fn check(epsem: &Epsem<'_>, talk: &mut Talk<'_>) {
    if epsem.flags & 0x80 == 0 {
        talk.flag(Flag::C1222Epsem, None, None);
    }
    let mut list = epsem.list();
    for service in list.by_ref() {
        let code = service.first().copied().unwrap_or(0);
        let writes = matches!(code, service::WRITE | service::WRITE_OFFSET);
        if code > 0x12 && service::of(code).is_none() {
            talk.flag(Flag::C1222ServiceUnknown, None, None);
        } else if matches!(code, 0x30..=0x4f)
            && (epsem::place(service).is_none() || (writes && epsem::data(service).is_none()))
        {
            talk.flag(Flag::C1222Length, None, None);
        } else if writes && epsem::data(service).is_some_and(|(_, sum)| !sum) {
            talk.flag(Flag::C1222Checksum, None, None);
        }
    }
    if !list.left.is_empty() && !epsem.enciphered() {
        talk.flag(Flag::C1222Length, None, None);
    }
}

/// One service and its response.
struct Done<'a> {
    request: Option<&'a [u8]>,
    response: Option<&'a [u8]>,
    address: String,
    details: Option<String>,
    operation: Operation,
}

impl Done<'_> {
    fn code(&self) -> Option<u8> {
        self.request.and_then(|request| request.first().copied())
    }

    fn outcome(&self) -> (Outcome, Option<(u32, &'static str)>) {
        match self.response.and_then(|response| response.first().copied()) {
            None => (Outcome::Unknown, None),
            Some(0) => (Outcome::Success, None),
            Some(code) => (Outcome::Failure, Some((u32::from(code), service::response(code)))),
        }
    }
}

impl Known {
    pub fn tell(&mut self, turns: &Turns<'_, u64>, talk: &mut Talk<'_>) {
        let (asked, told) = (turns.request.and_then(Message::read), turns.answer.and_then(Message::read));
        let title = asked.map_or(told.and_then(|told| told.calling), |asked| asked.called);
        acse::title(title.unwrap_or_default(), &mut self.unit);
        let (asked, told) = (services(asked.as_ref()), services(told.as_ref()));
        let mut responses = told.iter().flat_map(Epsem::list);
        let mut list: Vec<Done<'_>> = asked
            .iter()
            .flat_map(Epsem::list)
            .take(MOST)
            .map(|request| self.one(turns, request, responses.next(), talk))
            .collect();
        if list.is_empty() {
            let response = responses.next();
            list.push(Done {
                request: None,
                response,
                address: String::new(),
                details: None,
                operation: Operation::Unknown,
            });
        }
        let security = asked.or(told).and_then(|epsem| epsem.security());
        if let (Some(security), Some(first)) = (security, list.first_mut()) {
            let mut details = Details::default();
            details.text("security", security);
            first.details = first.details.take().or(details.finish());
        }
        let items: Vec<Item<'_>> = list.iter().map(item).collect();
        let (outcome, status) = list.first().map_or((Outcome::Unknown, None), Done::outcome);
        let failed = list.iter().map(Done::outcome).find(|(outcome, _)| *outcome == Outcome::Failure);
        let (outcome, status) = failed.unwrap_or((outcome, status));
        // Of several services each says its own.
        let status = status.filter(|_| list.len() == 1);
        talk.exchange(&Exchange {
            function: function(list.first()),
            unit: if self.unit.is_empty() { Unit::None } else { Unit::Text(&self.unit) },
            outcome: if told.is_some_and(|told| told.enciphered()) { Outcome::Unknown } else { outcome },
            status,
            user: Some(self.user.as_str()).filter(|user| !user.is_empty()),
            flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
            ..turns.exchange(&items)
        });
    }

    fn one<'a>(
        &mut self,
        turns: &Turns<'_, u64>,
        request: &'a [u8],
        response: Option<&'a [u8]>,
        talk: &mut Talk<'_>,
    ) -> Done<'a> {
        let code = request.first().copied().unwrap_or(0);
        let mut operation = service::of(code).map_or(Operation::Unknown, |(_, operation)| operation);
        let place = epsem::place(request);
        let mut details = Details::default();
        if let Some(place) = place.filter(|_| operation == Operation::Write) {
            operation = service::write(place.table);
            if let Some((data, _)) = epsem::data(request).filter(|_| place.table == service::PROCEDURES) {
                operation = procedure(data, &mut details);
            }
        }
        let read = response.filter(|response| response.first() == Some(&0));
        match (code, read) {
            (service::READ..=service::READ_OFFSET, Some(read)) => match epsem::data(read) {
                None => talk.flag(Flag::C1222Length, None, None),
                Some((_, false)) => talk.flag(Flag::C1222Checksum, None, None),
                Some((data, true)) if place == Some(Place { table: 1, part: None }) => {
                    manufacturer(data, turns.sender.other(), talk, &mut details);
                }
                Some(_) => {}
            },
            (service::IDENTIFY, Some(read)) => identification(read, &mut details),
            _ => {}
        }
        let mut done = Done { request: Some(request), response, address: String::new(), details: None, operation };
        if let Some(place) = place {
            write_place(place, &mut done.address);
        }
        if matches!(code, service::LOGON | service::SECURITY) {
            self.login(&done, turns, talk);
        }
        done.details = details.finish();
        done
    }

    /// A logon or a password: who, that there was one, never which.
    fn login(&mut self, done: &Done<'_>, turns: &Turns<'_, u64>, talk: &mut Talk<'_>) {
        let request = done.request.unwrap_or_default();
        let logon = done.code() == Some(service::LOGON);
        if let Some(name) = request.get(3..3 + USER).filter(|_| logon) {
            let end = name.iter().position(|octet| *octet == 0).unwrap_or(USER);
            let (name, _) = bounded(name.get(..end).unwrap_or_default(), USER);
            name.trim().clone_into(&mut self.user);
        }
        let (outcome, status) = done.outcome();
        let row = SessionRow {
            ot_session_kind: Some(if logon { "c1222_logon" } else { "c1222_security" }),
            ot_operation: Some(done.operation.name()),
            event_outcome: Some(outcome.name()),
            ot_status_code: status.map(|(code, _)| code),
            ot_status_name: status.map(|(_, name)| name),
            ot_reply: Some(turns.reply.name()),
            event_duration: turns.duration,
            ot_message: Some(turns.ordinal),
            user_name: Some(self.user.as_str()).filter(|user| !user.is_empty()),
            ot_secret_kind: Some(if logon { "none" } else { "password" }),
            ot_secret_encrypted: (!logon).then_some(false),
            ot_unit: Some(self.unit.as_str()).filter(|unit| !unit.is_empty()),
            ..SessionRow::default()
        };
        talk.session(turns.sender, turns.span, turns.ordinal, row);
        if outcome == Outcome::Failure {
            talk.refused_login();
        }
    }

    pub fn weight(&self) -> usize {
        self.unit.capacity() + self.user.capacity()
    }
}

/// Services of a message.
fn services<'a>(message: Option<&Message<'a>>) -> Option<Epsem<'a>> {
    message?.epsem.and_then(Epsem::read)
}

fn function(done: Option<&Done<'_>>) -> Function {
    let code = done.and_then(Done::code);
    Function { code: code.map(u32::from), name: code.and_then(service::of).map(|(name, _)| name) }
}

fn item<'a>(done: &'a Done<'_>) -> Item<'a> {
    let (outcome, status) = done.outcome();
    let object = Object { kind: Some("table"), address: Address::Text(&done.address), start: 0, count: 1 };
    Item {
        functions: Some((function(Some(done)), Function::default())),
        object: if done.address.is_empty() { Object::default() } else { object },
        outcome: Some(outcome),
        status,
        details: done.details.as_deref(),
        ..Item::new(done.operation)
    }
}

/// `ST23`, of the manufacturer `MT5`, of a part `ST23[16-31]`.
fn write_place(place: Place, out: &mut String) {
    let kind = if place.table & 0x0800 == 0 { "ST" } else { "MT" };
    let _ = write!(out, "{kind}{}", place.table & 0x07ff);
    if let Some((offset, count)) = place.part {
        let _ = write!(out, "[{offset}-{}]", offset.saturating_add(u32::from(count.max(1)) - 1));
    }
}

/// A procedure by its number; one of the manufacturer may be anything.
fn procedure(data: &[u8], details: &mut Details) -> Operation {
    let Some((number, own)) = epsem::procedure(data) else { return Operation::MethodCall };
    details.number("procedure", number);
    let known = service::procedure(number).filter(|_| !own);
    if own {
        details.truth("manufacturer", true);
    }
    if let Some((name, _)) = known {
        details.text("procedure_name", name);
    }
    known.map_or(Operation::MethodCall, |(_, operation)| operation)
}

/// | 0 | standard 1 | version 1 | revision 1 | … |
fn identification(response: &[u8], details: &mut Details) {
    let (Some(standard), Some(version), Some(revision)) = (u8_at(response, 1), u8_at(response, 2), u8_at(response, 3))
    else {
        return;
    };
    let name = match standard {
        0 => "C12.18",
        2 => "C12.21",
        3 => "C12.22",
        _ => "other",
    };
    details.text("standard", &format!("{name} {version}.{revision}"));
}

/// Table 1: | manufacturer 4 | model 8 | hardware 2 | firmware 2 | serial 16 |
fn manufacturer(data: &[u8], about: Side, talk: &mut Talk<'_>, details: &mut Details) {
    let text = |at: usize, size: usize| {
        let bytes = data.get(at..at + size)?;
        let text = std::str::from_utf8(bytes).ok()?.trim_matches(['\0', ' ']);
        (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
    };
    let version = |at: usize| be16(data, at).map(|word| format!("{}.{}", word >> 8, word & 0xff));
    let evidence = "C12.22 table 1";
    for (attribute, value) in [("vendor", text(0, 4)), ("model", text(4, 8)), ("serial", text(16, 16))] {
        if let Some(value) = value {
            details.text(attribute, value);
            talk.identity(about, attribute, value, 0.9, evidence);
        }
    }
    for (attribute, value) in [("hardware", version(12)), ("firmware", version(14))] {
        if let Some(value) = value {
            talk.identity(about, attribute, &value, 0.9, evidence);
        }
    }
}
