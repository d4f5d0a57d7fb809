//! Commands that are known from published tools, and those of the controller's shell (PLC browser).

use super::frame::{Frame, Kind};
use crate::bytes::{le16, u8_at};
use crate::dataset::Operation;
use crate::text::bounded;

pub const IDENTIFY: u8 = 0x01;
const INITIALISE: u8 = 0x51;
pub const WRITE_FILE: u8 = 0x2f;
const WRITE_BLOCK: u8 = 0x30;
pub const READ_FILE: u8 = 0x31;
const READ_BLOCK: u8 = 0x32;
pub const SHELL: u8 = 0x92;
const NAME: usize = 128;

/// A command: code, name, what it does.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    pub code: u8,
    pub name: &'static str,
    pub operation: Operation,
}

const fn command(code: u8, name: &'static str, operation: Operation) -> Command {
    Command { code, name, operation }
}

static PLAIN: &[Command] = &[
    command(IDENTIFY, "Identify", Operation::IdentifyDevice),
    command(INITIALISE, "Initialise", Operation::SessionOpen),
    command(WRITE_FILE, "Write file", Operation::FileWrite),
    command(WRITE_BLOCK, "Write next block", Operation::FileWrite),
];

static WRAPPED: &[Command] = &[
    command(READ_FILE, "Read file", Operation::FileRead),
    command(READ_BLOCK, "Read next block", Operation::FileRead),
    command(SHELL, "Shell command", Operation::MethodCall),
];

/// The command of a frame.
pub fn of(frame: &Frame<'_>) -> Option<&'static Command> {
    let code = *frame.inside.first()?;
    let list = match frame.kind {
        Kind::Plain => PLAIN,
        Kind::Wrapped => WRAPPED,
        Kind::Synchronise => return None,
    };
    list.iter().find(|command| command.code == code)
}

/// A block of what was begun before, or an acknowledgement of the shell's output.
pub fn follows(frame: &Frame<'_>) -> bool {
    match (frame.kind, frame.inside.first()) {
        (Kind::Plain, Some(&WRITE_BLOCK)) | (Kind::Wrapped, Some(&READ_BLOCK)) => true,
        (Kind::Wrapped, Some(&SHELL)) => u8_at(frame.inside, 1) == Some(1),
        _ => false,
    }
}

/// The file that is written: | 2f 01 00 | length 2, big-endian | 00 | name, 00 | cd | data |; that is read: | 31 00 | length
/// of the name 2 | name, 00 |.
pub fn file(frame: &Frame<'_>) -> Option<String> {
    let name = match *frame.inside.first()? {
        WRITE_FILE => frame.inside.get(6..)?,
        READ_FILE => frame.inside.get(4..)?.get(..usize::from(le16(frame.inside, 2)?))?,
        _ => return None,
    };
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    Some(bounded(name.get(..end)?, NAME).0).filter(|name| !name.is_empty())
}

/// The program of the controller, and its checksum, are files with these endings.
pub fn is_program(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".prg", ".chk"].iter().any(|ending| name.ends_with(ending))
}

/// A line for the shell: | 92 00 00 00 00 | line, 00 |.
pub fn line(frame: &Frame<'_>) -> Option<String> {
    let line = frame.inside.get(5..)?;
    let end = line.iter().position(|byte| *byte == 0).unwrap_or(line.len());
    Some(bounded(line.get(..end)?, NAME).0)
}

/// What a word of the shell does.
pub fn shell(word: &str) -> Operation {
    match word {
        "startprg" => Operation::ModeRun,
        "stopprg" => Operation::ModeStop,
        "resetprg" => Operation::RestartWarm,
        "resetprgcold" => Operation::RestartCold,
        "resetprgorg" => Operation::RestartFactory,
        "reload" => Operation::ProgramDownload,
        "filecopy" | "filerename" | "saveretain" => Operation::FileWrite,
        "restoreretain" => Operation::Write,
        "filedelete" => Operation::FileDelete,
        "filedir" => Operation::FileList,
        "setpwd" | "delpwd" => Operation::SecurityPassword,
        _ => Operation::MethodCall,
    }
}
