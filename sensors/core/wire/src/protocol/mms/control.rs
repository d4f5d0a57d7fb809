//! The control model (IEC 61850-7-2, 20; 8-1, 20): select, operate, cancel, and why they fail.
//!
//! | `…$CO$object$SBO` read | a name: selected, an empty text: not |
//! | `…$CO$object$SBOw`, `$Oper`, written | { ctlVal, (operTm), { orCat, orIdent }, ctlNum, T, Test, Check } |
//! | `…$CO$object$Cancel`, written | { ctlVal, (operTm), { orCat, orIdent }, ctlNum, T, Test } |
//! | `LastApplError`, reported | { CntrlObj, Error, { orCat, orIdent }, ctlNum, AddCause } |

use super::name::Name;
use super::tell::{Entries, Entry};
use crate::dataset::Operation;
use crate::hash;
use crate::protocol::Outcome;
use crate::protocol::ber::{self, Element, Elements, element};
use crate::protocol::iec61850;
use crate::text::{self, Details};

/// Objects of one association that are known to be commanded without a select.
const DIRECT: usize = 64;
const STRUCTURE: u8 = 0xa2;
const VISIBLE_STRING: u8 = 0x8a;
const SHOWN: usize = 64;

/// One step of the model.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Select,
    Operate,
    Cancel,
}

/// Which objects need no select, as their `ctlModel` said when it was read, and what refused the last command.
#[derive(Debug, Default)]
pub struct Control {
    direct: Vec<u64>,
    /// Object, number of the command, cause.
    refused: Option<(u64, i64, i64)>,
}

/// The step that writing a variable takes.
pub fn step(name: &Name<'_>) -> Option<Step> {
    if name.constraint() != Some(*b"CO") {
        return None;
    }
    match name.last() {
        b"SBOw" => Some(Step::Select),
        b"Oper" => Some(Step::Operate),
        b"Cancel" => Some(Step::Cancel),
        _ => None,
    }
}

/// Whether reading a variable selects it.
pub fn selects(name: Option<Name<'_>>) -> bool {
    name.is_some_and(|name| name.constraint() == Some(*b"CO") && name.last() == b"SBO")
}

/// The object: the name without functional constraint and attribute.
fn object(name: &Name<'_>) -> u64 {
    let item = name.item.strip_suffix(name.last()).unwrap_or(name.item);
    let mut parts = item.split(|octet| *octet == b'$');
    let node = hash::quick(parts.next().unwrap_or_default()) ^ hash::quick(name.domain.unwrap_or_default());
    parts.skip(1).fold(node, |sum, part| sum.rotate_left(1) ^ hash::quick(part))
}

impl Control {
    /// A read of `SBO`: a name where it selected the object, an empty text where not.
    pub fn select(entry: &mut Entry, result: Option<&[u8]>) {
        entry.operation = Operation::ControlSelect;
        entry.kind = Some("control");
        let selected = result.map(|result| matches!(result, [VISIBLE_STRING, length, ..] if *length > 0));
        entry.outcome = selected.map(|yes| if yes { Outcome::Success } else { Outcome::Failure });
    }

    /// A read of `ctlModel`: 1 and 3 are direct control.
    pub fn model(&mut self, name: Option<Name<'_>>, result: &[u8]) {
        let Some(name) = name.filter(|name| name.last() == b"ctlModel" && name.constraint() == Some(*b"CF")) else {
            return;
        };
        let object = object(&name);
        self.direct.retain(|known| *known != object);
        if element(result).is_some_and(|model| matches!(model.contents, [1 | 3])) {
            if self.direct.len() >= DIRECT {
                self.direct.remove(0);
            }
            self.direct.push(object);
        }
    }

    /// A command: `outcome` is that of the message, where the entry has none of its own.
    pub fn command(
        &mut self,
        mut entry: Entry,
        (name, step): (&Name<'_>, Step),
        datum: &[u8],
        outcome: Outcome,
        out: &mut Entries,
    ) {
        let object = object(name);
        let done = entry.outcome.unwrap_or(outcome) == Outcome::Success;
        entry.kind = Some("control");
        entry.operation = match step {
            Step::Select => Operation::ControlSelect,
            Step::Cancel => Operation::ControlCancel,
            Step::Operate if self.direct.contains(&object) => Operation::ControlDirect,
            Step::Operate => Operation::ControlOperate,
        };
        let mut details = Details::default();
        let parameters = Parameters::read(datum);
        parameters.describe(&mut details);
        if let Some((_, _, cause)) =
            self.refused.filter(|(of, number, _)| !done && *of == object && Some(*number) == parameters.number)
        {
            details.text("add_cause", add_cause(cause));
        }
        entry.details = details.finish();
        match parameters.value {
            // A value in a structure of one (AnalogueValue) is that one.
            Some(value) if value.first() == Some(&STRUCTURE) => match element(value).map(|e| e.contents) {
                Some(inner) if Elements { left: inner }.count() == 1 => out.value(entry, inner),
                _ => out.value(entry, value),
            },
            Some(value) => out.value(entry, value),
            None => out.push(entry),
        }
    }

    /// Why a command was refused or went wrong: `LastApplError`.
    pub fn error(&mut self, datum: &[u8]) -> Option<Entry> {
        let structure = element(datum).filter(|e| e.tag == STRUCTURE)?;
        let mut parts = Elements { left: structure.contents };
        let reference = parts.next()?.contents;
        let error = ber::integer(parts.next()?.contents)?;
        let origin = parts.next()?;
        let number = ber::unsigned(parts.next()?.contents)?;
        let cause = ber::integer(parts.next()?.contents)?;
        let name = Name::of_reference(reference);
        self.refused = Some((object(&name), number, cause));
        let mut details = Details::default();
        Parameters { origin: Some(origin.contents), number: Some(number), ..Parameters::default() }
            .describe(&mut details);
        details.number("control_error", error);
        details.text("add_cause", add_cause(cause));
        let mut entry = Entry::at(Operation::Notify, "control", name.address());
        entry.status = u32::try_from(cause).ok().map(|code| (code, add_cause(cause)));
        entry.outcome = Some(Outcome::Failure);
        entry.details = details.finish();
        Some(entry)
    }

    /// A command that ended is reported (CommandTermination).
    pub fn terminated(mut entry: Entry, datum: &[u8], failed: bool, out: &mut Entries) {
        let mut details = Details::default();
        let parameters = Parameters::read(datum);
        parameters.describe(&mut details);
        details.truth("termination", true);
        entry.operation = Operation::Notify;
        entry.kind = Some("control");
        entry.outcome = Some(if failed { Outcome::Failure } else { Outcome::Success });
        entry.details = details.finish();
        match parameters.value {
            Some(value) => out.value(entry, value),
            None => out.push(entry),
        }
    }

    pub fn weight(&self) -> usize {
        self.direct.capacity() * size_of::<u64>()
    }
}

/// Parameters of a command.
#[derive(Debug, Default)]
struct Parameters<'a> {
    value: Option<&'a [u8]>,
    operate_at: Option<&'a [u8]>,
    origin: Option<&'a [u8]>,
    number: Option<i64>,
    time: Option<Element<'a>>,
    test: Option<bool>,
    check: Option<&'a [u8]>,
}

impl<'a> Parameters<'a> {
    fn read(datum: &'a [u8]) -> Self {
        let mut out = Self::default();
        let Some(structure) = element(datum).filter(|e| e.tag == STRUCTURE) else { return out };
        let Some(value) = element(structure.contents) else { return out };
        out.value = structure.contents.get(..value.size);
        for part in (Elements { left: structure.contents.get(value.size..).unwrap_or_default() }) {
            match part.tag {
                STRUCTURE if out.origin.is_none() => out.origin = Some(part.contents),
                0x91 | 0x8c if out.origin.is_none() => out.operate_at = Some(part.contents),
                0x85 | 0x86 => out.number = ber::unsigned(part.contents),
                0x91 | 0x8c => out.time = Some(part),
                0x83 => out.test = Some(part.contents.iter().any(|octet| *octet != 0)),
                0x84 => out.check = Some(part.contents),
                _ => {}
            }
        }
        out
    }

    fn describe(&self, details: &mut Details) {
        if let Some(origin) = self.origin {
            let mut parts = Elements { left: origin };
            if let Some(category) = parts.next().and_then(|e| ber::integer(e.contents)) {
                details.text("origin", category_name(category));
            }
            let who = parts.next().map_or(&[][..], |e| e.contents);
            if !who.is_empty() {
                let plain = who.iter().all(|octet| matches!(octet, b' '..=b'~'));
                let text = if plain { text::bounded(who, SHOWN).0 } else { text::hex(who, SHOWN) };
                details.text("origin_ident", &text);
            }
        }
        if let Some(number) = self.number {
            details.number("control_number", number);
        }
        if let Some(time) =
            self.time.and_then(|t| iec61850::utc(t.contents).or_else(|| iec61850::binary_time(t.contents)))
        {
            details.text("time", &time);
        }
        if let Some(at) = self.operate_at.and_then(iec61850::utc) {
            details.text("operate_at", &at);
        }
        if let Some(test) = self.test {
            details.truth("test", test);
        }
        if let Some([_, bits, ..]) = self.check {
            details.truth("synchrocheck", bits & 0x80 != 0).truth("interlock_check", bits & 0x40 != 0);
        }
    }
}

/// Categories of who commands (IEC 61850-7-3, orCat).
fn category_name(category: i64) -> &'static str {
    const NAMES: [&str; 9] = [
        "not-supported",
        "bay-control",
        "station-control",
        "remote-control",
        "automatic-bay",
        "automatic-station",
        "automatic-remote",
        "maintenance",
        "process",
    ];
    usize::try_from(category).ok().and_then(|at| NAMES.get(at)).copied().unwrap_or("unknown")
}

/// Causes (IEC 61850-7-2, table AddCause).
fn add_cause(cause: i64) -> &'static str {
    const NAMES: [&str; 28] = [
        "unknown",
        "not-supported",
        "blocked-by-switching-hierarchy",
        "select-failed",
        "invalid-position",
        "position-reached",
        "parameter-change-in-execution",
        "step-limit",
        "blocked-by-mode",
        "blocked-by-process",
        "blocked-by-interlocking",
        "blocked-by-synchrocheck",
        "command-already-in-execution",
        "blocked-by-health",
        "1-of-n-control",
        "abortion-by-cancel",
        "time-limit-over",
        "abortion-by-trip",
        "object-not-selected",
        "object-already-selected",
        "no-access-authority",
        "ended-with-overshoot",
        "abortion-due-to-deviation",
        "abortion-by-communication-loss",
        "blocked-by-command",
        "none",
        "inconsistent-parameters",
        "locked-by-other-client",
    ];
    usize::try_from(cause).ok().and_then(|at| NAMES.get(at)).copied().unwrap_or("reserved")
}
