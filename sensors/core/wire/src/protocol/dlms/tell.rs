//! Get, Set, Action, Read, Write and Access as rows: an item for each object, with its value and how it ended.

use super::account::{self, Account};
use super::apdu::{self, ACTION_REQUEST, GET_REQUEST, SET_REQUEST};
use super::item::{Told, item};
use super::result::{self, Status};
use super::said::{self, Said};
use super::service::{self, Place, Request, Response, Verdict};
use super::speaker::{About, Key, Speaker};
use super::{class, deed, short, show};
use crate::dataset::Operation;
use crate::protocol::dialogue::Turns;
use crate::protocol::draft::{Draft, Drafts};
use crate::protocol::{Exchange, Function, Outcome, Talk, Unit};
use std::fmt::Write as _;

/// How all of a message ended.
pub struct Common {
    outcome: Outcome,
    status: Option<Status>,
}

impl Common {
    pub const fn new(outcome: Outcome, status: Option<Status>) -> Self {
        Self { outcome, status }
    }
}

/// Whether a request answers the challenge of a high-level login.
pub fn proves(said: &Said<'_>) -> bool {
    let place = match said.tag() {
        ACTION_REQUEST => service::read(said.apdu).targets.first().map(|target| target.place),
        _ => return false,
    };
    place.is_some_and(|place| deed::action(place) == Operation::SecurityLogin)
}

/// Tells a request with its answer; how it ended.
pub fn exchange(speaker: &mut Speaker, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) -> (Outcome, Option<Status>) {
    let about = turns.key.about;
    let asked = turns.request.and_then(Said::read);
    let answer = turns.answer.and_then(Said::read);
    let refusal = answer.as_ref().and_then(Said::exception);
    let (mut request, kinds) = asked.as_ref().and_then(|said| request_of(said.apdu, about)).unwrap_or_default();
    let response = answer.as_ref().filter(|_| refusal.is_none()).and_then(|said| response_of(said.apdu, about));
    let unreadable = response.is_none();
    let mut response = response.unwrap_or_default();
    let mut account = Account { kinds, ..Account::default() };
    account.gather(speaker, &mut request, &response, talk);
    account::read_blocks(&account, about, &mut request, &mut response, talk);
    let (outcome, status) = match refusal {
        Some(status) => (Outcome::Failure, Some(status)),
        None if unreadable => (Outcome::Unknown, None),
        None => overall(&response.verdicts),
    };
    let mut drafts = std::mem::take(&mut speaker.drafts);
    drafts.clear();
    let mut data = request.data;
    for (number, target) in account.targets.iter().enumerate() {
        let told = Told {
            verdict: response.verdicts.get(number).copied(),
            given: data.raw(),
            kind: account.kinds.get(number).copied(),
            block: account.block,
            outcome,
            alone: account.targets.len() == 1,
        };
        item(speaker, &mut drafts, turns, target, &told, talk);
    }
    if drafts.list.is_empty() {
        let operation = match about {
            About::Get | About::Read => Operation::Read,
            About::Set | About::Write => Operation::Write,
            About::Action => Operation::MethodCall,
            _ => Operation::Unknown,
        };
        drafts.list.push(Draft::new(operation));
    }
    if let Some(said) = asked.or(answer) {
        hand(&drafts, turns, &said, Common { outcome, status }, talk);
    }
    speaker.drafts = drafts;
    account.keep(speaker);
    (outcome, status)
}

fn request_of(apdu: &[u8], about: About) -> Option<(Request<'_>, Vec<u8>)> {
    match about {
        About::Access => short::access(apdu),
        About::Read | About::Write => short::request(apdu).map(|request| (request, Vec::new())),
        _ => Some((service::read(apdu), Vec::new())),
    }
}

fn response_of(apdu: &[u8], about: About) -> Option<Response<'_>> {
    match about {
        About::Access => short::accessed(apdu),
        About::Read | About::Write => short::response(apdu, about == About::Read),
        _ => service::response(apdu),
    }
}

/// How a list ended: well when anything in it did.
fn overall(verdicts: &[Verdict<'_>]) -> (Outcome, Option<Status>) {
    let endings: Vec<_> = verdicts.iter().map(|verdict| result::of(verdict.code)).collect();
    let well = endings.iter().find(|(outcome, _)| *outcome == Outcome::Success);
    well.or(endings.first()).copied().unwrap_or((Outcome::Success, None))
}

/// Kind and address of an object: `3/1.0.1.8.0.255/2`, its method `70/0.0.96.3.10.255/m1`, a short name `sn:2BC0`.
pub fn address(draft: &mut Draft, drafts: &mut Drafts, place: Place) {
    match place {
        Place::Logical { class: number, instance, member, method } => {
            draft.kind = class::of(number).map(|class| class.name);
            draft.address = drafts.texts(|out| {
                let _ = write!(out, "{number}/");
                show::obis(out, instance);
                let _ = write!(out, "/{}{member}", if method { "m" } else { "" });
            });
        }
        Place::Short(name) => {
            draft.kind = Some("short_name");
            draft.address = drafts.texts(|out| {
                let _ = write!(out, "sn:{name:04X}");
            });
        }
    }
}

/// An attribute or method as a function below the service's.
pub fn member(place: Place) -> Function {
    match place {
        Place::Logical { class: number, member, method, .. } => {
            Function { code: u32::try_from(member).ok(), name: class::member(number, member, method) }
        }
        Place::Short(_) => Function::default(),
    }
}

/// The service with its form.
pub fn function(said: &Said<'_>) -> Function {
    let choice = said.apdu.get(1).copied().unwrap_or(0);
    let name = apdu::form(said.tag(), choice).or_else(|| apdu::of(said.tag()).map(|(name, _)| name));
    Function { code: Some(u32::from(said.tag())), name }
}

/// Hands the items on.
pub fn hand(drafts: &Drafts, turns: &Turns<'_, Key>, said: &Said<'_>, common: Common, talk: &mut Talk<'_>) {
    let unit = said::unit(turns.key.server);
    let subfunction = first_member(said).map(member).unwrap_or_default();
    drafts.hand(|items| {
        talk.exchange(&Exchange {
            function: function(said),
            subfunction,
            unit: Unit::Text(&unit),
            outcome: common.outcome,
            status: common.status,
            flagged: turns.flagged || talk.flagged(),
            ..turns.exchange(items)
        });
    });
}

/// The object of a message that names one.
fn first_member(said: &Said<'_>) -> Option<Place> {
    match said.tag() {
        GET_REQUEST | SET_REQUEST | ACTION_REQUEST => {
            service::read(said.apdu).targets.first().map(|target| target.place)
        }
        apdu::EVENT_NOTIFICATION => short::notice(said.apdu).and_then(|notice| notice.target).map(|t| t.place),
        _ => None,
    }
}
