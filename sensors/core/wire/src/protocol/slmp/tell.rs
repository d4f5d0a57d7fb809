//! What is said of a request with its response.

use super::frame::Frame;
use super::items::{Named, Objects, reads};
use super::{command, command as fc, end_code};
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Exchange, Function, Item, Outcome, Talk, Unit};
use crate::text::Details;

/// Points that can be entered to be monitored (SH-080956 5-3: words and double words together).
const MONITORED: usize = 192;

/// What is known of one flow.
#[derive(Default)]
pub struct Known {
    unit: String,
    objects: Objects,
    /// What was entered to be monitored.
    monitored: Vec<Named>,
}

/// What is odd about a request.
pub fn check(frame: &Frame<'_>, talk: &mut Talk<'_>) {
    if command::of(frame.command).is_none() {
        return talk.flag(Flag::SlmpCommandUnknown, None, None);
    }
    if !frame.target.sound() {
        talk.flag(Flag::SlmpHeader, None, None);
    }
    if Objects::default().request(frame).is_none() {
        talk.flag(Flag::SlmpLength, None, None);
    }
}

impl Known {
    pub fn tell(&mut self, turns: &Turns<'_, u32>, talk: &mut Talk<'_>) {
        let (asked, told) = (turns.request.and_then(Frame::read), turns.answer.and_then(Frame::read));
        let Some(first) = asked.or(told) else { return };
        first.target.write(&mut self.unit);
        let (outcome, status) = match told.map(|told| told.end_code) {
            None => (Outcome::Unknown, None),
            Some(0) => (Outcome::Success, None),
            Some(code) => (Outcome::Failure, Some((u32::from(code), end_code::name(code)))),
        };
        let known = command::of(first.command);
        let operation = known.map_or(Operation::Unknown, |(_, operation)| operation);
        self.read(asked.as_ref(), told.as_ref().filter(|_| outcome == Outcome::Success), talk);
        let mut details = Details::default();
        if first.form.ascii {
            details.text("code", "ascii");
        }
        if let Some(asked) = &asked {
            describe(asked, &mut details);
        }
        if let Some(told) = told.filter(|_| outcome == Outcome::Success && first.command == fc::READ_TYPE_NAME) {
            identity(&told, turns.sender.other(), talk, &mut details);
        }
        if matches!(first.command, fc::UNLOCK | fc::LOCK) {
            self.password(turns, (operation, outcome, status), talk);
        }
        let details = details.finish();
        let bare = Item { details: details.as_deref(), ..Item::new(operation) };
        let items: Vec<Item<'_>> = self.objects.list.iter().map(|named| self.objects.item(named, bare)).collect();
        talk.exchange(&Exchange {
            function: Function {
                code: (asked.is_some() || first.command != 0).then_some(u32::from(first.command)),
                name: known.map(|(name, _)| name),
            },
            subfunction: Function { code: asked.map(|asked| u32::from(asked.subcommand)), name: None },
            unit: Unit::Text(&self.unit),
            outcome,
            status,
            flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
            ..turns.exchange(if items.is_empty() { std::slice::from_ref(&bare) } else { &items })
        });
    }

    fn read(&mut self, asked: Option<&Frame<'_>>, done: Option<&Frame<'_>>, talk: &mut Talk<'_>) {
        let Some(asked) = asked else {
            self.objects.list.clear();
            return;
        };
        // What is odd about the request was told when it came.
        let _ = self.objects.request(asked);
        match asked.command {
            fc::ENTRY_MONITOR if done.is_some() => {
                self.monitored.clear();
                self.monitored.extend(self.objects.list.iter().take(MONITORED).cloned());
            }
            fc::EXECUTE_MONITOR => self.objects.list.clone_from(&self.monitored),
            _ => {}
        }
        let Some(done) = done.filter(|_| reads(asked.command) && !self.objects.list.is_empty()) else { return };
        if self.objects.response(done.body).is_none() {
            talk.flag(Flag::SlmpLength, None, None);
        }
    }

    /// A remote password: that there was one, never which.
    fn password(
        &self,
        turns: &Turns<'_, u32>,
        (operation, outcome, status): (Operation, Outcome, Option<(u32, &'static str)>),
        talk: &mut Talk<'_>,
    ) {
        let row = SessionRow {
            ot_session_kind: Some("slmp_password"),
            ot_operation: Some(operation.name()),
            event_outcome: Some(outcome.name()),
            ot_status_code: status.map(|s| s.0),
            ot_status_name: status.map(|s| s.1),
            ot_reply: Some(turns.reply.name()),
            event_duration: turns.duration,
            ot_message: Some(turns.ordinal),
            ot_secret_kind: Some("password"),
            ot_secret_encrypted: Some(false),
            ot_unit: Some(&self.unit),
            ..SessionRow::default()
        };
        talk.session(turns.sender, turns.span, turns.ordinal, row);
        if outcome == Outcome::Failure && operation == Operation::SecurityUnlock {
            talk.refused_login();
        }
    }

    pub fn weight(&self) -> usize {
        self.unit.capacity()
            + self.objects.buffer.capacity()
            + (self.objects.list.capacity() + self.monitored.capacity()) * size_of::<Named>()
    }
}

/// | 1001 | mode 2 | clear 1 | 0 1 |, 1003 | mode 2 |: mode 3 forces it past another who holds the controller.
fn describe(asked: &Frame<'_>, details: &mut Details) {
    let mut body = asked.body;
    match asked.command {
        fc::REMOTE_RUN | fc::REMOTE_PAUSE => {
            if body.u16() == Some(3) {
                details.truth("forced", true);
            }
            let clear = match body.u8() {
                Some(1) => "all but latched devices",
                Some(2) => "all devices",
                _ => return,
            };
            details.text("cleared", clear);
        }
        _ => {}
    }
}

/// | 0101 | name 16 | code 2 |
fn identity(told: &Frame<'_>, about: Side, talk: &mut Talk<'_>, details: &mut Details) {
    let mut body = told.body;
    let Some(name) = body.take(16) else { return };
    let name = String::from_utf8_lossy(name).replace(|c: char| c.is_control() || c == '\u{fffd}', " ");
    let name = name.trim();
    if name.is_empty() {
        return;
    }
    details.text("model", name);
    if let Some(code) = body.u16() {
        details.text("model_code", &format!("{code:04X}"));
    }
    talk.identity(about, "vendor", "Mitsubishi Electric", 0.9, "SLMP 0101");
    talk.identity(about, "model", name, 0.95, "SLMP 0101");
}
