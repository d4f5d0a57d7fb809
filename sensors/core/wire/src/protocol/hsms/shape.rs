//! What messages say of which object: where identifiers and values stand in their items (SEMI E5-0712, 10).

use super::secs::{self, Item, Reader};
use crate::dataset::Operation;
use crate::protocol::draft::{Draft, Drafts, Told};
use crate::text::{self, Details};
use std::fmt::Write as _;

/// Items of one exchange that are told, and numbers of one of them.
const TOLD: usize = 128;
const NUMBERS: usize = 64;
/// Bytes of a name and of a text that are kept.
const NAME: usize = 80;
const TEXT: usize = 256;
/// Whole numbers beyond this are not exact in a double.
const EXACT: u128 = 1 << 53;

/// Where a message has what it is about. `at` counts the items of the outer list from nought.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Nothing,
    /// L of identifiers; the reply is an L of their values.
    Ids(&'static str),
    /// L of L,2 identifier and value.
    Pairs(&'static str),
    /// L of identifiers, or one.
    Named(&'static str),
    /// The first item of the outer list, or the only one.
    First(&'static str),
    At(&'static str, usize),
    /// A command's name, then its parameters as L of L,2 name and value.
    Command {
        at: usize,
    },
    /// A job and what is to become of it.
    Job {
        at: usize,
        command: usize,
    },
    /// The time as text.
    Time,
    /// DATAID, L of L,2 identifier and what belongs to it; an empty one deletes all.
    Definitions(&'static str),
    /// On or off, then identifiers.
    Switch(&'static str),
    /// ALCD, ALID, ALTX.
    Alarm,
    /// TRID, SMPLN, STIME, L of values.
    Trace,
    /// DATAID, CEID, L of L,2 RPTID and L of values (annotated: of L,2 VID and value).
    Event {
        annotated: bool,
    },
    /// 0 transmit, 1 purge.
    Spool,
    /// PPID, PPBODY.
    Recipe,
    /// Header of the message that was not understood.
    Refused,
}

/// What an exchange tells, put together.
pub struct Account<'a> {
    pub drafts: &'a mut Drafts,
    pub details: Details,
    pub operation: Operation,
    /// More than is told.
    pub cut: bool,
}

/// Reads request and reply by a shape. The operation may be another one than the message's own by what it says.
pub fn read(shape: Shape, request: &[u8], reply: &[u8], out: &mut Account<'_>) {
    let mut reader = Reader::new(request);
    match shape {
        Shape::Nothing => {}
        Shape::Ids(kind) => ids(kind, reader, Reader::new(reply), out),
        Shape::Pairs(kind) => {
            for _ in 0..reader.list().unwrap_or(0) {
                if reader.list().is_none() || pair(kind, &mut reader, out).is_none() {
                    break;
                }
            }
        }
        Shape::Named(kind) => named(kind, &mut reader, out),
        Shape::First(kind) => first(kind, &mut reader, out),
        Shape::At(kind, at) => {
            if let Some(item) = nth(reader, at) {
                out.object(kind, &item, Told::None);
            }
        }
        Shape::Command { at } => command(reader, at, out),
        Shape::Job { at, command } => job(reader, (at, command), out),
        Shape::Time => {
            if let Some(item) = reader.item().filter(Item::text) {
                out.details.text("time", &text::bounded(item.body, 32).0);
            }
        }
        Shape::Definitions(kind) => definitions(kind, &mut reader, out),
        Shape::Switch(kind) => switch(kind, &mut reader, out),
        Shape::Alarm => alarm(&mut reader, out),
        Shape::Trace => trace(reader, out),
        Shape::Event { annotated } => event(&mut reader, annotated, out),
        Shape::Spool => {
            if reader.item().and_then(|item| item.integer()) == Some(1) {
                out.operation = Operation::DiagnoseClear;
            }
        }
        Shape::Recipe => {
            if let Some(body) = nth(reader, 1) {
                out.details.number("size", i64::try_from(body.body.len()).unwrap_or(i64::MAX));
            }
            first("recipe", &mut reader, out);
        }
        Shape::Refused => {
            if let Some([_, _, stream, function, ..]) = reader.item().map(|item| item.body) {
                out.details.text("refused", &format!("S{}F{function}", stream & 0x7f));
            }
        }
    }
}

/// An item of the outer list.
fn nth(mut reader: Reader<'_>, at: usize) -> Option<Item<'_>> {
    let length = reader.list();
    if length.is_some_and(|length| at >= length) || (length.is_none() && at > 0) {
        return None;
    }
    for _ in 0..at {
        reader.skip()?;
    }
    reader.item()
}

fn first(kind: &'static str, reader: &mut Reader<'_>, out: &mut Account<'_>) {
    let _ = reader.list();
    if let Some(item) = reader.item() {
        out.object(kind, &item, Told::None);
    }
}

fn ids(kind: &'static str, mut asked: Reader<'_>, mut answered: Reader<'_>, out: &mut Account<'_>) {
    let values = answered.list();
    let count = asked.list().unwrap_or(0);
    if count == 0 {
        out.details.truth("all", true);
        out.details.number("values", i64::try_from(values.unwrap_or(0)).unwrap_or(i64::MAX));
        return;
    }
    for _ in 0..count {
        let (Some(id), value) = (asked.take(), answered.take()) else { return };
        let told = value.map_or(Told::None, |value| out.told(&value));
        out.object(kind, &id, told);
    }
}

fn pair(kind: &'static str, reader: &mut Reader<'_>, out: &mut Account<'_>) -> Option<()> {
    let (id, value) = (reader.take()?, reader.take()?);
    let told = out.told(&value);
    out.object(kind, &id, told);
    Some(())
}

fn named(kind: &'static str, reader: &mut Reader<'_>, out: &mut Account<'_>) {
    match reader.list() {
        Some(0) => {
            out.details.truth("all", true);
        }
        count => {
            for _ in 0..count.unwrap_or(1) {
                let Some(item) = reader.take() else { return };
                out.object(kind, &item, Told::None);
            }
        }
    }
}

fn command(mut reader: Reader<'_>, at: usize, out: &mut Account<'_>) {
    if reader.list().is_some() {
        for _ in 0..at {
            if reader.skip().is_none() {
                return;
            }
        }
    }
    let Some(item) = reader.item() else { return };
    out.operation = by_name(item.body).unwrap_or(out.operation);
    out.object("command", &item, Told::None);
    let mut parameters = String::new();
    for _ in 0..reader.list().unwrap_or(0) {
        let (Some(_), Some(name), Some(value)) = (reader.list(), reader.take(), reader.take()) else { break };
        if parameters.len() < TEXT {
            let separator = if parameters.is_empty() { "" } else { " " };
            let _ = write!(parameters, "{separator}{}={}", word(&name), word(&value));
        }
    }
    if !parameters.is_empty() {
        out.details.text("parameters", &parameters);
    }
}

fn job(reader: Reader<'_>, (at, command): (usize, usize), out: &mut Account<'_>) {
    if let Some(job) = nth(reader, at) {
        out.object(if command == 1 { "control-job" } else { "process-job" }, &job, Told::None);
    }
    let Some(command) = nth(reader, command) else { return };
    let name = match command.integer() {
        // CTLJOBCMD (E94, 10.5).
        Some(1) => "START".into(),
        Some(2) => "PAUSE".into(),
        Some(3) => "RESUME".into(),
        Some(4) => "CANCEL".into(),
        Some(5) => "DESELECT".into(),
        Some(6) => "STOP".into(),
        Some(7) => "ABORT".into(),
        Some(8) => "HOQ".into(),
        _ => word(&command),
    };
    out.operation = by_name(name.as_bytes()).unwrap_or(out.operation);
    out.details.text("command", &name);
}

/// Commands whose names GEM fixes (E30, 4.4.3; E40, 11) start or end what the equipment does.
fn by_name(name: &[u8]) -> Option<Operation> {
    const NAMES: [(&str, Operation); 6] = [
        ("START", Operation::ModeRun),
        ("RESUME", Operation::ModeRun),
        ("STOP", Operation::ModeStop),
        ("PAUSE", Operation::ModeStop),
        ("ABORT", Operation::ModeStop),
        ("CANCEL", Operation::ModeStop),
    ];
    NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes())).map(|(_, operation)| *operation)
}

fn definitions(kind: &'static str, reader: &mut Reader<'_>, out: &mut Account<'_>) {
    let (Some(_), Some(_), Some(count)) = (reader.list(), reader.take(), reader.list()) else { return };
    if count == 0 && out.operation == Operation::SubscribeStart {
        out.operation = Operation::SubscribeStop;
        out.details.truth("all", true);
    }
    for _ in 0..count {
        let (Some(parts), Some(id)) = (reader.list(), reader.take()) else { return };
        out.object(kind, &id, Told::None);
        for _ in 1..parts {
            if reader.skip().is_none() {
                return;
            }
        }
    }
}

fn switch(kind: &'static str, reader: &mut Reader<'_>, out: &mut Account<'_>) {
    let (Some(_), Some(on)) = (reader.list(), reader.take()) else { return };
    // ALED has its bit 8, CEED is a truth value.
    let on = on.body.first().is_some_and(|byte| if on.format == secs::BINARY { byte & 0x80 != 0 } else { *byte != 0 });
    out.details.truth("enabled", on);
    if !on {
        let alarm = out.operation == Operation::ConfigureAlarm;
        out.operation = if alarm { Operation::AlarmDisable } else { Operation::SubscribeStop };
    }
    named(kind, reader, out);
}

fn alarm(reader: &mut Reader<'_>, out: &mut Account<'_>) {
    let (Some(_), Some(code), Some(id)) = (reader.list(), reader.take(), reader.take()) else { return };
    let code = code.body.first().copied().unwrap_or(0);
    if code & 0x80 == 0 {
        out.operation = Operation::Notify;
    }
    out.details.truth("set", code & 0x80 != 0).number("category", code & 0x7f);
    if let Some(words) = reader.take().filter(Item::text) {
        out.details.text("alarm_text", &text::bounded(words.body, TEXT).0);
    }
    out.object("alarm", &id, Told::None);
}

fn trace(reader: Reader<'_>, out: &mut Account<'_>) {
    let (Some(id), mut values) = (nth(reader, 0), reader) else { return };
    let _ = values.list();
    if (0..3).any(|_| values.skip().is_none()) {
        return;
    }
    for number in 1..=values.list().unwrap_or(0) {
        let Some(value) = values.take() else { return };
        let told = out.told(&value);
        out.part("trace", &id, number, told);
    }
}

fn event(reader: &mut Reader<'_>, annotated: bool, out: &mut Account<'_>) {
    let (Some(_), Some(_), Some(id)) = (reader.list(), reader.take(), reader.take()) else { return };
    out.object("event", &id, Told::None);
    for _ in 0..reader.list().unwrap_or(0) {
        let (Some(_), Some(report)) = (reader.list(), reader.take()) else { return };
        for number in 1..=reader.list().unwrap_or(0) {
            if annotated {
                if reader.list().is_none() || pair("data-variable", reader, out).is_none() {
                    return;
                }
                continue;
            }
            let Some(value) = reader.take() else { return };
            let told = out.told(&value);
            out.part("report", &report, number, told);
        }
    }
}

/// An item as a word: text as it is, numbers one after another.
pub fn word(item: &Item<'_>) -> String {
    if item.text() {
        return text::bounded(item.body, NAME).0;
    }
    if let Some(number) = item.integer() {
        return number.to_string();
    }
    let mut out = String::new();
    for number in item.numbers().take(4) {
        let separator = if out.is_empty() { "" } else { "," };
        let _ = write!(out, "{separator}{number}");
    }
    out
}

impl Account<'_> {
    /// One object by its identifier.
    fn object(&mut self, kind: &'static str, id: &Item<'_>, told: Told) {
        self.push(kind, id, None, told);
    }

    /// A value without a name: the so-manieth of its report.
    fn part(&mut self, kind: &'static str, id: &Item<'_>, number: usize, told: Told) {
        self.push(kind, id, Some(number), told);
    }

    fn push(&mut self, kind: &'static str, id: &Item<'_>, number: Option<usize>, told: Told) {
        if self.drafts.list.len() >= TOLD {
            self.cut = true;
            return;
        }
        let address = self.drafts.texts(|out| {
            out.push_str(kind);
            out.push(':');
            match id.integer() {
                Some(number) => out.push_str(&number.to_string()),
                None => out.push_str(&word(id)),
            }
            if let Some(number) = number {
                let _ = write!(out, "/{number}");
            }
        });
        self.drafts.list.push(Draft { kind: Some(kind), address, told, ..Draft::new(self.operation) });
    }

    /// The value of an item.
    fn told(&mut self, item: &Item<'_>) -> Told {
        let kind = secs::name(item.format);
        if item.text() {
            return Told::Text(kind, self.drafts.texts(|out| out.push_str(&text::bounded(item.body, TEXT).0)));
        }
        if item.format == secs::LIST || item.body.is_empty() {
            return Told::None;
        }
        let from = self.drafts.numbers.len();
        self.drafts.numbers.extend(item.numbers().take(NUMBERS));
        let numbers = from..self.drafts.numbers.len();
        match item.integer().filter(|number| number.unsigned_abs() > EXACT) {
            Some(exact) => {
                let digits = self.drafts.texts(|out| out.push_str(&exact.to_string()));
                Told::Exact(kind, numbers, digits)
            }
            None => Told::Numbers(kind, numbers),
        }
    }
}
