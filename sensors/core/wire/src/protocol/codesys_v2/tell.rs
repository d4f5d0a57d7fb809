//! What is said of a command with its answer.

use super::command::{self, IDENTIFY, SHELL, WRITE_FILE};
use super::frame::{Frame, Kind};
use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk};
use crate::text::{Details, bounded};

/// Texts of the answer to Identify, from the frame's beginning: operating system, its type, product; 32 bytes each.
const SYSTEM: (usize, usize) = (64, 96);
const TYPE: (usize, usize) = (96, 128);
const PRODUCT: (usize, usize) = (128, 160);
const EVIDENCE: &str = "codesys_v2.identify";

pub fn tell(turns: &Turns<'_, Kind>, talk: &mut Talk<'_>) {
    let (asked, told) = (turns.request.and_then(Frame::read), turns.answer.and_then(Frame::read));
    if turns.key == Kind::Synchronise {
        let item = Item::new(Operation::SessionKeepalive);
        return hand(turns, Function { code: None, name: Some("Synchronise") }, &item, Outcome::Unknown, talk);
    }
    let Some(asked) = asked else { return };
    let known = command::of(&asked);
    let mut operation = known.map_or(Operation::Unknown, |known| known.operation);
    let mut details = Details::default();
    let mut object = None;
    let mut outcome = Outcome::Unknown;
    match known.map(|known| known.code) {
        Some(IDENTIFY) => {
            if let Some(told) = told.filter(|told| identity(told.whole, turns.sender.other(), talk)) {
                details.text("operating_system", &field(told.whole, SYSTEM));
                outcome = Outcome::Success;
            }
        }
        Some(SHELL) => {
            let line = command::line(&asked).unwrap_or_default();
            let mut words = line.split_whitespace();
            if let Some(word) = words.next() {
                operation = command::shell(word);
                let rest: Vec<&str> = words.collect();
                // The word behind these is the password.
                if !rest.is_empty() && operation != Operation::SecurityPassword {
                    details.text("command_arguments", &rest.join(" "));
                }
                object = Some(("command", format!("command:{word}")));
            }
        }
        _ => {
            if let Some(name) = command::file(&asked) {
                operation = file(turns, &name, operation, talk);
                object = Some(("file", format!("file:{name}")));
            }
        }
    }
    let details = details.finish();
    let mut item = Item { details: details.as_deref(), ..Item::new(operation) };
    if let Some((kind, address)) = &object {
        item.object = Object { kind: Some(kind), address: Address::Text(address), start: 0, count: 0 };
    }
    let code = asked.inside.first().map(|code| u32::from(*code));
    hand(turns, Function { code, name: known.map(|known| known.name) }, &item, outcome, talk);
}

/// A file as such; what it does where it is the program.
fn file(turns: &Turns<'_, Kind>, name: &str, operation: Operation, talk: &mut Talk<'_>) -> Operation {
    let to_device = turns.request.and_then(Frame::read).is_some_and(|asked| asked.inside.first() == Some(&WRITE_FILE));
    let operation = match (command::is_program(name), to_device) {
        (true, true) => Operation::ProgramDownload,
        (true, false) => Operation::ProgramUpload,
        _ => operation,
    };
    let row = FileRow {
        file_name: Some(name),
        ot_file_direction: Some(if to_device { "to_device" } else { "from_device" }),
        ot_operation: Some(operation.name()),
        ..FileRow::default()
    };
    let source = if to_device { turns.sender } else { turns.sender.other() };
    talk.file(source, turns.span, turns.ordinal, row);
    operation
}

fn field(answer: &[u8], (from, to): (usize, usize)) -> String {
    let bytes = answer.get(from..to.min(answer.len())).unwrap_or_default();
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bounded(bytes.get(..end).unwrap_or_default(), 32).0.trim().to_owned()
}

/// What the answer to Identify says. False: it says nothing.
fn identity(answer: &[u8], about: Side, talk: &mut Talk<'_>) -> bool {
    let (system, kind, product) = (field(answer, SYSTEM), field(answer, TYPE), field(answer, PRODUCT));
    // The second text often repeats the first and says more.
    let system = if kind.starts_with(&system) { kind } else { [system, kind].join(" ") };
    for (attribute, value) in [("os", &system), ("model", &product)] {
        if !value.trim().is_empty() {
            talk.identity(about, attribute, value.trim(), 0.9, EVIDENCE);
        }
    }
    !(system.trim().is_empty() && product.is_empty())
}

fn hand(turns: &Turns<'_, Kind>, function: Function, item: &Item<'_>, outcome: Outcome, talk: &mut Talk<'_>) {
    talk.exchange(&Exchange {
        function,
        outcome,
        flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
        ..turns.exchange(std::slice::from_ref(item))
    });
}
