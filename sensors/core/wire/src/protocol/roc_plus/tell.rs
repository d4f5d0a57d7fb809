//! What is said of a request with its reply.

use super::file::Files;
use super::frame::{Frame, Station};
use super::opcode;
use super::parameter::{self, Part};
use super::{form, identity, login};
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::draft::{Draft, Drafts};
use crate::protocol::{Exchange, Function, Outcome, Talk, Unit};
use crate::text::Details;
use std::fmt::Write as _;

/// A station that answers under its own address whatever it is.
const DIRECT: u8 = 240;

/// What is known of one flow.
#[derive(Default)]
pub struct Known {
    drafts: Drafts,
    unit: String,
    /// Who logged in last.
    user: String,
    files: Files,
}

/// Opcode and data of what is meant, be it carried for another station.
#[derive(Clone, Copy)]
struct Meant<'a> {
    opcode: u8,
    data: &'a [u8],
}

fn meant<'a>(frame: &Frame<'a>) -> Meant<'a> {
    match frame.inner() {
        Some(inner) => Meant { opcode: inner.opcode, data: inner.data },
        None => Meant { opcode: frame.opcode, data: frame.data },
    }
}

fn ending(answer: Option<&Frame<'_>>) -> (Outcome, Option<(u32, &'static str)>) {
    match answer {
        None => (Outcome::Unknown, None),
        Some(told) if told.opcode == opcode::ERROR => {
            let code = u8_at(told.data, 0);
            (Outcome::Failure, code.map(|code| (u32::from(code), opcode::error(code))))
        }
        Some(_) => (Outcome::Success, None),
    }
}

fn station(out: &mut String, (unit, group): Station) {
    out.clear();
    let _ = write!(out, "{unit}/{group}");
}

impl Known {
    pub fn tell(&mut self, turns: &Turns<'_, u32>, talk: &mut Talk<'_>) {
        let (asked, told) = (turns.request.and_then(Frame::read), turns.answer.and_then(Frame::read));
        let Some(first) = asked.or(told) else { return };
        let signal = asked.is_some_and(|asked| asked.opcode == opcode::SRBX);
        let roc = if asked.is_some() && !signal { first.destination } else { first.source };
        let strange = |told: Frame<'_>| told.source != roc && !matches!(roc.0, 0 | DIRECT);
        if asked.is_some() && told.is_some_and(strange) {
            talk.flag(Flag::RocPlusStation, Some(2), None);
        }
        station(&mut self.unit, roc);
        self.drafts.clear();
        let (outcome, status) = ending(told.as_ref());
        let what = meant(&first);
        let known = opcode::of(what.opcode);
        let mut operation = known.map_or(Operation::Unknown, |known| known.operation);
        let mut details = Details::default();
        let failed = told.filter(|told| told.opcode == opcode::ERROR);
        if let Some(offset) = failed.and_then(|told| u8_at(told.data, 1)) {
            details.number("error_offset", offset);
        }
        if let Some(inner) = first.inner() {
            details.text("through", &path(first.opcode, inner.path));
        }
        let done = told.filter(|told| told.opcode != opcode::ERROR).map(|told| meant(&told));
        let login = asked.and_then(|_| if what.opcode == opcode::LOGIN { login::read(what.data) } else { None });
        if let Some(login) = &login {
            operation = login.operation;
            login::tell(login, &mut self.user, &self.unit, turns, (outcome, status), talk);
            details.text("form", login.form);
        }
        let parts = asked.map(|_| self.parts(what, done, turns.sender.other(), &mut details, talk));
        self.other(what, done, &mut operation, &mut details, (turns.sender.other(), talk));
        let details = details.finish();
        self.draft(parts.unwrap_or_default().as_slice(), what.opcode, operation, details.as_deref());
        let function =
            |code: u8| Function { code: Some(u32::from(code)), name: opcode::of(code).map(|known| known.name) };
        let exchange = Exchange {
            function: function(first.opcode),
            subfunction: first.inner().map_or(Function::default(), |inner| function(inner.opcode)),
            unit: Unit::Text(&self.unit),
            outcome,
            status,
            user: Some(self.user.as_str()).filter(|user| !user.is_empty()),
            flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
            ..turns.exchange(&[])
        };
        self.drafts.hand(|items| talk.exchange(&Exchange { items, ..exchange }));
    }

    /// Parameters that are read or written, with their data; identity where the device's own are among them.
    fn parts<'a>(
        &self,
        what: Meant<'a>,
        done: Option<Meant<'a>>,
        about: Side,
        details: &mut Details,
        talk: &mut Talk<'_>,
    ) -> Vec<Part<'a>> {
        let answer = done.filter(|done| done.opcode == what.opcode).map(|done| done.data);
        let read = match what.opcode {
            opcode::READ_PARAMETERS => {
                let asked = parameter::list(what.data).unwrap_or_default();
                let valued = answer.and_then(|answer| parameter::valued(answer, &asked)).map(|(parts, _)| parts);
                if answer.is_some() && valued.is_none() {
                    talk.flag(Flag::RocPlusLength, Some(5), None);
                }
                valued.unwrap_or(asked)
            }
            opcode::READ_POINT => {
                let valued = answer.and_then(parameter::block);
                if answer.is_some() && valued.is_none() {
                    talk.flag(Flag::RocPlusLength, Some(5), None);
                }
                valued.or_else(|| parameter::block(what.data)).unwrap_or_default()
            }
            opcode::WRITE_PARAMETERS => {
                let (parts, untold) = parameter::valued(what.data, &[]).unwrap_or_default();
                if untold > 0 {
                    details.number("untold", u8::try_from(untold).unwrap_or(u8::MAX));
                }
                return parts;
            }
            opcode::SET_POINT => return parameter::block(what.data).unwrap_or_default(),
            _ => return Vec::new(),
        };
        identity::system(&read, about, talk);
        read
    }

    /// What opcodes without parameters say.
    fn other(
        &mut self,
        what: Meant<'_>,
        done: Option<Meant<'_>>,
        operation: &mut Operation,
        details: &mut Details,
        (about, talk): (Side, &mut Talk<'_>),
    ) {
        match what.opcode {
            opcode::FILE => {
                if let Some(transfer) = self.files.read(what.data, done.map(|done| done.data)) {
                    *operation = transfer.operation;
                    details.text("file_command", transfer.name);
                    let address = self.drafts.texts(|out| out.push_str(&transfer.path));
                    self.drafts.list.push(Draft { kind: Some("file"), address, ..Draft::new(transfer.operation) });
                }
            }
            opcode::SET_CLOCK => {
                if let Some(time) = form::clock(what.data) {
                    details.text("time", &time);
                }
            }
            opcode::WRITE_TABLE | opcode::READ_TABLE => {
                if let [table, first, count, ..] = *what.data {
                    let last = u16::from(first) + u16::from(count.max(1)) - 1;
                    let address = self.drafts.texts(|out| out.push_str(&format!("table{table}:{first}-{last}")));
                    self.drafts.list.push(Draft { kind: Some("table"), address, ..Draft::new(*operation) });
                }
            }
            opcode::SYSTEM_CONFIGURATION => identity::configuration(done.map(|done| done.data), about, details, talk),
            opcode::ACKNOWLEDGE | opcode::SRBX => {
                if let Some(index) = le16(what.data, 0).filter(|_| what.data.len() == 2) {
                    details.number("alarm_index", index);
                }
            }
            _ => {}
        }
    }

    /// The items: parameters, or one for all.
    fn draft(&mut self, parts: &[Part<'_>], opcode: u8, operation: Operation, details: Option<&str>) {
        let writes = matches!(opcode, opcode::SET_POINT | opcode::WRITE_PARAMETERS);
        for part in parts {
            let (point, logical, number) = part.tlp;
            let address = self.drafts.texts(|out| {
                let _ = write!(out, "{point},{logical},{number}");
                if part.last != number {
                    let _ = write!(out, "-{}", part.last);
                }
            });
            let told = parameter::told(part, &mut self.drafts);
            let operation = if writes { parameter::written(part) } else { operation };
            self.drafts.list.push(Draft { kind: Some("parameter"), address, told, ..Draft::new(operation) });
        }
        if self.drafts.list.is_empty() {
            self.drafts.list.push(Draft::new(operation));
        }
        let details = self.drafts.texts(|out| out.push_str(details.unwrap_or_default()));
        for draft in &mut self.drafts.list {
            draft.details = details.clone();
        }
    }

    pub fn weight(&self) -> usize {
        self.drafts.weight() + self.unit.capacity() + self.user.capacity() + self.files.weight()
    }
}

/// `1/0 > 1/2 > 2/2` of the host and up to four stations; `1:7` of a network and the device's index on it.
fn path(opcode: u8, path: &[u8]) -> String {
    let mut out = String::new();
    for (number, station) in path.chunks_exact(2).enumerate() {
        let [unit, group] = *station else { break };
        if opcode == opcode::PEER {
            let _ = write!(out, "{unit}:{group}");
        } else if number == 0 || (unit, group) != (0, 0) {
            let _ = write!(out, "{}{unit}/{group}", if number == 0 { "" } else { " > " });
        }
    }
    out
}
