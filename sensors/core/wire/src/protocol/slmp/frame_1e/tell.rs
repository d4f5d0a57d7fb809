//! What is said of a request with its response.

use super::command::{self, Body, SLOTS};
use super::end_code;
use super::frame::{Request, Response};
use super::items;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::slmp::items::{Named, Objects};
use crate::protocol::{Exchange, Function, Item, Outcome, Talk, Unit};
use crate::text::Details;
use std::fmt::Write as _;

/// The model of a code of its own (FX3U-ENET-ADP User's Manual 7.6.3).
const FX3U: u8 = 0xf3;

/// What is known of one flow.
#[derive(Default)]
pub struct Known {
    unit: String,
    objects: Objects,
    /// What was entered to be monitored, and the code it was entered by.
    monitored: [Vec<Named>; SLOTS],
}

/// What is odd about a request.
pub fn check(request: &Request<'_>, body: Body, talk: &mut Talk<'_>) {
    if command::of(request.command).is_none() {
        return talk.flag(Flag::SlmpCommandUnknown, None, None);
    }
    if !request.addressed() || !items::fixed(request, body) {
        talk.flag(Flag::SlmpHeader, None, None);
    }
    if items::read(request, body, &mut Objects::default()).is_none() {
        talk.flag(Flag::SlmpLength, None, None);
    }
}

impl Known {
    pub fn tell(&mut self, turns: &Turns<'_, u32>, talk: &mut Talk<'_>) {
        let (asked, told) = (turns.request.and_then(Request::read), turns.answer.and_then(Response::read));
        let Some(code) = asked.map(|asked| asked.command).or(told.map(|told| told.command)) else { return };
        let known = command::of(code);
        let body = known.map_or(Body::Open, |known| known.body);
        let operation = known.map_or(Operation::Unknown, |known| known.operation);
        self.unit.clear();
        if let Some(asked) = &asked {
            let _ = write!(self.unit, "{}", asked.pc);
        }
        let abnormal = told.filter(|told| told.code == end_code::ABNORMAL).and_then(|mut told| told.body.u8());
        let (outcome, status) = match told.map(|told| told.code) {
            None => (Outcome::Unknown, None),
            Some(0) => (Outcome::Success, None),
            Some(code) => (Outcome::Failure, Some((u32::from(code), end_code::name(code, abnormal)))),
        };
        let done = told.filter(|_| outcome == Outcome::Success);
        self.read(asked.as_ref(), done.as_ref(), body, talk);
        let mut details = Details::default();
        details.text("frame", "1E");
        if asked.map_or_else(|| told.is_some_and(|told| told.body.ascii), |asked| asked.body.ascii) {
            details.text("code", "ascii");
        }
        if let Some(abnormal) = abnormal {
            details.text("abnormal_code", &format!("{abnormal:02X}"));
        }
        if let Some(module) = asked.filter(|_| matches!(body, Body::Buffer { .. })).and_then(|a| items::module(&a)) {
            details.text("module", &format!("{module:02X}"));
        }
        if let Some(done) = done.filter(|_| code == command::PC_TYPE) {
            identity(done, turns.sender.other(), talk, &mut details);
        }
        let details = details.finish();
        let bare = Item { details: details.as_deref(), ..Item::new(operation) };
        let items: Vec<Item<'_>> = self.objects.list.iter().map(|named| self.objects.item(named, bare)).collect();
        talk.exchange(&Exchange {
            function: Function { code: Some(u32::from(code)), name: known.map(|known| known.name) },
            unit: if self.unit.is_empty() { Unit::None } else { Unit::Text(&self.unit) },
            outcome,
            status,
            flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
            ..turns.exchange(if items.is_empty() { std::slice::from_ref(&bare) } else { &items })
        });
    }

    fn read(&mut self, asked: Option<&Request<'_>>, done: Option<&Response<'_>>, body: Body, talk: &mut Talk<'_>) {
        self.objects.clear();
        let Some(asked) = asked else { return };
        // What is odd about the request was told when it came.
        let _ = items::read(asked, body, &mut self.objects);
        match body {
            Body::Entry { slot, .. } if done.is_some() => {
                if let Some(monitored) = self.monitored.get_mut(slot) {
                    monitored.clone_from(&self.objects.list);
                }
            }
            Body::Monitor { slot } => {
                if let Some(monitored) = self.monitored.get(slot) {
                    self.objects.list.clone_from(monitored);
                }
            }
            _ => {}
        }
        let reads =
            matches!(body, Body::Range { write: false, .. } | Body::Buffer { write: false } | Body::Monitor { .. });
        if let Some(done) = done.filter(|_| reads)
            && items::answer(&mut self.objects, body, done.body).is_none()
        {
            talk.flag(Flag::SlmpLength, None, None);
        }
    }

    pub fn weight(&self) -> usize {
        let named = self.objects.list.capacity() + self.monitored.iter().map(Vec::capacity).sum::<usize>();
        self.unit.capacity() + self.objects.buffer.capacity() + named * size_of::<Named>()
    }
}

/// | model code 1 | 0 1 |
fn identity(mut told: Response<'_>, about: Side, talk: &mut Talk<'_>, details: &mut Details) {
    let Some(code) = told.body.u8() else { return };
    details.text("model_code", &format!("{code:02X}"));
    talk.identity(about, "vendor", "Mitsubishi Electric", 0.9, "MC protocol 1E 15");
    if code == FX3U {
        details.text("model", "FX3U/FX3UC");
        talk.identity(about, "model", "FX3U/FX3UC", 0.8, "MC protocol 1E 15");
    }
}
