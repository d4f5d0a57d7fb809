//! What is said of a request with its response.

use super::call::{self, Call, Ending, Told};
use super::direct::{self, List};
use super::header::{self, Header};
use super::pdu::{self, Address, Pdu};
use super::session::{Key, Session};
use super::{identity, own, wireless};
use crate::bytes::u8_at;
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::protocol::dialogue::Turns;
use crate::protocol::{Exchange, Function, Outcome, Talk, Unit};
use crate::text::Details;
use std::fmt::Write as _;

/// A request and its response with their headers read.
pub struct Both<'a> {
    pub asked: Option<Header<'a>>,
    pub told: Option<Header<'a>>,
    /// How it ended by the header alone.
    pub ending: Ending,
}

impl<'a> Both<'a> {
    fn of(turns: &Turns<'a, Key>) -> Self {
        let (asked, told) = (turns.request.and_then(Header::read), turns.answer.and_then(Header::read));
        let ending = told.map_or((Outcome::Unknown, None), |told| {
            let code = if matches!(told.kind, header::ERROR | header::NAK) && told.status == 0 {
                u8_at(told.body, 0).unwrap_or(told.status)
            } else {
                told.status
            };
            let (name, error) = header::status(told.id, code);
            let failed = error || matches!(told.kind, header::ERROR | header::NAK);
            let outcome = if failed { Outcome::Failure } else { Outcome::Success };
            (outcome, (code != 0).then_some((u32::from(code), name)))
        });
        Self { asked, told, ending }
    }

    /// The response, where it is one and no refusal.
    pub fn done(&self) -> Option<Header<'a>> {
        self.told.filter(|_| self.ending.0 == Outcome::Success)
    }
}

pub fn tell(session: &mut Session, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let both = Both::of(turns);
    match turns.key.id {
        header::TOKEN_PASSING_PDU => frame(session, turns, &both, talk),
        header::DIRECT_PDU => list(session, turns, &both, talk),
        id => own::tell(session, turns, (id, &both), talk),
    }
}

/// What a token-passing PDU calls for, whom it goes to, whether it is inside command 77.
fn calls<'a>(asked: Option<&Pdu<'a>>, told: Option<&Pdu<'a>>, unit: &mut String) -> (Call<'a>, Address, bool) {
    let number = asked.or(told).map_or(0, |pdu| pdu.command().0);
    let address = asked.or(told).map_or(Address::Own, |pdu| pdu.address);
    let reply = told.and_then(|pdu| {
        let (code, device) = pdu.status()?;
        Some(Told { code, device: Some(device), data: pdu.command().1 })
    });
    unit.clear();
    let inner_asked = asked.and_then(|pdu| direct::Inner::read(pdu.command().1, true));
    let done = reply.filter(|reply| reply.code == 0);
    let inner_told = done.and_then(|reply| direct::Inner::read(reply.data, false));
    if let Some(inner) = inner_asked.as_ref().or(inner_told.as_ref()).filter(|_| number == direct::TO_SUB_DEVICE) {
        let _ = write!(unit, "{}.{}/", inner.frame.card, inner.frame.channel);
        inner.frame.address.write(unit);
        // Refused by the device before, or answered by the one behind it.
        let inner_reply = inner_told.as_ref().and_then(|inner| {
            let (code, device) = inner.status?;
            Some(Told { code, device: Some(device), data: inner.data })
        });
        let told = if done.is_some() {
            inner_reply
        } else {
            reply.map(|reply| Told { code: reply.code, device: None, data: &[] })
        };
        let call = Call { number: inner.number, asked: inner_asked.as_ref().map(|inner| inner.data), told };
        return (call, inner.frame.address, true);
    }
    address.write(unit);
    (Call { number, asked: asked.map(|pdu| pdu.command().1), told: reply }, address, false)
}

fn frame(session: &mut Session, turns: &Turns<'_, Key>, both: &Both<'_>, talk: &mut Talk<'_>) {
    // A publication stands where a request would.
    let published = both.asked.is_some_and(|header| header.kind == header::PUBLISH);
    let first = both.asked.and_then(|header| Pdu::read(header.body));
    let (asked, told) =
        if published { (None, first) } else { (first, both.done().and_then(|header| Pdu::read(header.body))) };
    if let (Some(asked), Some(told)) = (&asked, &told)
        && (asked.command().0 != told.command().0 || !same(asked.address, told.address))
    {
        talk.flag(Flag::HartIpEcho, Some(8), None);
    }
    let (call, address, embedded) = calls(asked.as_ref(), told.as_ref(), &mut session.unit);
    let mut details = Details::default();
    if embedded {
        details.truth("to_sub_device", true);
    }
    if turns.repeats > 0 {
        details.number("repeats", turns.repeats);
    }
    if told.as_ref().is_some_and(|pdu| pdu.frame_type() == pdu::BURST) {
        details.truth("burst", true);
    }
    let mut drafts = std::mem::take(&mut session.drafts);
    drafts.clear();
    if !call.describe(published, &mut drafts, &mut details) {
        talk.flag(Flag::HartIpData, Some(8), None);
    }
    call::finish(&inside(details), call.device_status(), published, &mut drafts);
    let ending = if both.ending.0 == Outcome::Failure { both.ending } else { call.ending() };
    facts(session, turns, (&call, address, embedded), talk);
    secret(session, turns, (&call, ending), talk);
    drafts.hand(|items| {
        talk.exchange(&Exchange {
            function: call.function(),
            unit: if session.unit.is_empty() { Unit::None } else { Unit::Text(&session.unit) },
            outcome: ending.0,
            status: ending.1,
            flagged: turns.flagged || talk.flagged(),
            ..turns.exchange(items)
        });
    });
    session.drafts = drafts;
}

/// A device that is asked by its polling address may answer with its own.
fn same(asked: Address, told: Address) -> bool {
    asked == told || !matches!((asked, told), (Address::Unique(_), Address::Unique(_)))
}

/// JSON without its braces, to be joined.
fn inside(details: Details) -> String {
    let text = details.finish().unwrap_or_default();
    text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default().to_owned()
}

fn facts(
    session: &mut Session,
    turns: &Turns<'_, Key>,
    (call, address, embedded): (&Call<'_>, Address, bool),
    talk: &mut Talk<'_>,
) {
    let Some(done) = call.done() else { return };
    if !identity::tells(call.number) && !matches!(call.number, 13 | 20) {
        return;
    }
    let asks_own = matches!(call.number, 0 | 11 | 21);
    let unique = identity::Who::read(done).filter(|_| asks_own && !embedded).map(|who| who.unique);
    let address =
        unique.map_or(address, |unique| if address == Address::Polling(0) { address } else { Address::Unique(unique) });
    let own = !embedded && call::is_own(address, session.device);
    if let Some(unique) = unique.filter(|_| own) {
        session.device.get_or_insert(unique);
    }
    identity::tell(call.number, done, own, turns.sender.other(), talk);
}

/// A password or key that is set: that there was one, never which.
fn secret(session: &Session, turns: &Turns<'_, Key>, (call, ending): (&Call<'_>, Ending), talk: &mut Talk<'_>) {
    let Some(kind) = wireless::secret(call.number) else { return };
    let row = SessionRow {
        ot_session_kind: Some("hart_ip_key"),
        ot_operation: Some(call.operation(false).name()),
        event_outcome: Some(ending.0.name()),
        ot_status_code: ending.1.map(|s| s.0),
        ot_status_name: ending.1.map(|s| s.1),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        ot_secret_kind: Some(kind),
        ot_secret_encrypted: Some(false),
        ot_unit: Some(session.unit.as_str()).filter(|unit| !unit.is_empty()),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
}

/// A direct PDU: several commands, each with its own ending.
fn list(session: &mut Session, turns: &Turns<'_, Key>, both: &Both<'_>, talk: &mut Talk<'_>) {
    let published = both.asked.is_some_and(|header| header.kind == header::PUBLISH);
    let (asked, told) = if published { (None, both.asked) } else { (both.asked, both.done()) };
    let mut wanted: Vec<_> = asked.map(|header| List::of(header.body).take(direct::MOST).collect()).unwrap_or_default();
    let answers: Vec<_> = told.map(|header| List::of(header.body).take(direct::MOST).collect()).unwrap_or_default();
    if asked.is_none() {
        wanted = answers.clone();
    } else if told.is_some() && !wanted.iter().map(|entry| entry.number).eq(answers.iter().map(|entry| entry.number)) {
        talk.flag(Flag::HartIpEcho, Some(10), None);
    }
    session.unit.clear();
    let mut details = Details::default();
    details.truth("direct", true);
    let mut drafts = std::mem::take(&mut session.drafts);
    drafts.clear();
    let mut failed = both.ending.0 == Outcome::Failure;
    let mut only = None;
    for (at, entry) in wanted.iter().enumerate() {
        let answer = answers.get(at).filter(|answer| answer.number == entry.number).and_then(direct::Entry::response);
        let told = answer.map(|(code, data)| Told { code, device: None, data });
        let call = Call { number: entry.number, asked: asked.map(|_| entry.data), told };
        let from = drafts.list.len();
        if !call.describe(published, &mut drafts, &mut details) {
            talk.flag(Flag::HartIpData, Some(10), None);
        }
        call::mark(&call, from, &mut drafts);
        failed |= call.ending().0 == Outcome::Failure;
        only = Some(call).filter(|_| wanted.len() == 1);
        facts(session, turns, (&call, Address::Own, false), talk);
        secret(session, turns, (&call, call.ending()), talk);
    }
    if drafts.list.is_empty() {
        drafts.list.push(crate::protocol::draft::Draft::new(Operation::Unknown));
    }
    let device = told.and_then(|told| direct::status(told.body)).map(|(status, _)| status);
    call::finish(&inside(details), device, published, &mut drafts);
    let (outcome, status) = match (failed, told, only) {
        (_, _, Some(call)) if both.ending.0 != Outcome::Failure => call.ending(),
        (true, ..) => (Outcome::Failure, both.ending.1),
        (_, Some(_), _) => (Outcome::Success, both.ending.1),
        _ => (Outcome::Unknown, None),
    };
    drafts.hand(|items| {
        talk.exchange(&Exchange {
            function: only
                .map_or(Function { code: None, name: header::name(header::DIRECT_PDU) }, |call| call.function()),
            outcome,
            status,
            flagged: turns.flagged || talk.flagged(),
            ..turns.exchange(items)
        });
    });
    session.drafts = drafts;
}
