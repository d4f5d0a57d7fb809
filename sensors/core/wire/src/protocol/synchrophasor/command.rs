//! Commands (CMD, IEEE C37.118.2-2011 table 15).

use super::frame;
use crate::dataset::Operation;

/// One command.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    pub name: &'static str,
    pub operation: Operation,
    /// What it asks for or switches.
    pub object: &'static str,
    /// Frame type that answers it.
    pub answer: Option<u8>,
    /// It is on the list of the standard.
    pub known: bool,
}

const LIST: [(u16, Command); 7] = [
    (1, Command::new("Turn off transmission of data frames", Operation::SubscribeStop, "data", None)),
    (2, Command::new("Turn on transmission of data frames", Operation::SubscribeStart, "data", None)),
    (3, Command::new("Send HDR frame", Operation::IdentifyDevice, "HDR", Some(frame::HEADER))),
    (4, Command::new("Send CFG-1 frame", Operation::Browse, "CFG-1", Some(frame::CFG1))),
    (5, Command::new("Send CFG-2 frame", Operation::Browse, "CFG-2", Some(frame::CFG2))),
    (6, Command::new("Send CFG-3 frame", Operation::Browse, "CFG-3", Some(frame::CFG3))),
    (8, Command::new("Extended frame", Operation::MethodCall, "extended", None)),
];
const OF_USER: Command = Command::new("User-designated command", Operation::MethodCall, "command", None);
const RESERVED: Command =
    Command { known: false, ..Command::new("Reserved command", Operation::Unknown, "command", None) };

impl Command {
    const fn new(name: &'static str, operation: Operation, object: &'static str, answer: Option<u8>) -> Self {
        Self { name, operation, object, answer, known: true }
    }

    pub fn of(code: u16) -> Self {
        let listed = LIST.iter().find(|(known, _)| *known == code).map(|(_, command)| *command);
        listed.unwrap_or(if (0x0100..=0x0fff).contains(&code) { OF_USER } else { RESERVED })
    }
}

/// What an answer or an unasked frame of this type holds.
pub const fn object_of(kind: u8) -> &'static str {
    match kind {
        frame::HEADER => "HDR",
        frame::CFG1 => "CFG-1",
        frame::CFG2 => "CFG-2",
        frame::CFG3 => "CFG-3",
        _ => "data",
    }
}
