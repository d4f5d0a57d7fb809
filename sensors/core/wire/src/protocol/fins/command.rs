//! Command codes (MRC, SRC) with the manual's names, what they do, and how long their text is (W227 3, W342 5).

use super::said::{Said, readable};
use crate::bytes::{be16, u8_at};
use crate::dataset::Operation;

pub const MEMORY_AREA_READ: u16 = 0x0101;
pub const MEMORY_AREA_WRITE: u16 = 0x0102;
pub const MEMORY_AREA_FILL: u16 = 0x0103;
pub const MULTIPLE_MEMORY_AREA_READ: u16 = 0x0104;
pub const MEMORY_AREA_TRANSFER: u16 = 0x0105;
pub const PARAMETER_AREA_READ: u16 = 0x0201;
pub const PARAMETER_AREA_WRITE: u16 = 0x0202;
pub const PARAMETER_AREA_CLEAR: u16 = 0x0203;
pub const DATA_LINK_TABLE_READ: u16 = 0x0220;
pub const DATA_LINK_TABLE_WRITE: u16 = 0x0221;
pub const PROGRAM_AREA_PROTECT: u16 = 0x0304;
pub const PROGRAM_AREA_PROTECT_CLEAR: u16 = 0x0305;
pub const PROGRAM_AREA_READ: u16 = 0x0306;
pub const PROGRAM_AREA_WRITE: u16 = 0x0307;
pub const PROGRAM_AREA_CLEAR: u16 = 0x0308;
pub const RUN: u16 = 0x0401;
pub const CONTROLLER_DATA_READ: u16 = 0x0501;
pub const CONNECTION_DATA_READ: u16 = 0x0502;
pub const CONTROLLER_STATUS_READ: u16 = 0x0601;
pub const CYCLE_TIME_READ: u16 = 0x0620;
pub const CLOCK_READ: u16 = 0x0701;
pub const CLOCK_WRITE: u16 = 0x0702;
pub const MESSAGE_READ: u16 = 0x0920;
pub const ACCESS_RIGHT_ACQUIRE: u16 = 0x0c01;
pub const ACCESS_RIGHT_FORCED_ACQUIRE: u16 = 0x0c02;
pub const ACCESS_RIGHT_RELEASE: u16 = 0x0c03;
pub const ERROR_CLEAR: u16 = 0x2101;
pub const ERROR_LOG_READ: u16 = 0x2102;
pub const FILE_NAME_READ: u16 = 0x2201;
pub const SINGLE_FILE_READ: u16 = 0x2202;
pub const SINGLE_FILE_WRITE: u16 = 0x2203;
pub const MEMORY_CARD_FORMAT: u16 = 0x2204;
pub const FILE_DELETE: u16 = 0x2205;
pub const VOLUME_LABEL: u16 = 0x2206;
pub const FILE_COPY: u16 = 0x2207;
pub const FILE_NAME_CHANGE: u16 = 0x2208;
pub const FILE_DATA_CHECK: u16 = 0x2209;
pub const MEMORY_AREA_FILE_TRANSFER: u16 = 0x220a;
pub const PARAMETER_AREA_FILE_TRANSFER: u16 = 0x220b;
pub const PROGRAM_AREA_FILE_TRANSFER: u16 = 0x220c;
pub const FILE_MEMORY_INDEX_READ: u16 = 0x220f;
pub const FILE_MEMORY_READ: u16 = 0x2210;
pub const FILE_MEMORY_WRITE: u16 = 0x2211;
pub const DIRECTORY: u16 = 0x2215;
pub const FORCED_SET_RESET: u16 = 0x2301;
pub const MULTIPLE_FORCED_STATUS_READ: u16 = 0x230a;
pub const NAME_SET: u16 = 0x2601;
pub const NAME_READ: u16 = 0x2603;

/// One command: code, name, what it does unless its text says otherwise, least and greatest length of its text.
pub struct Command {
    pub code: u16,
    pub name: &'static str,
    pub operation: Operation,
    pub text: (usize, usize),
}

const fn command(code: u16, name: &'static str, operation: Operation, text: (usize, usize)) -> Command {
    Command { code, name, operation, text }
}

/// As long as a message allows.
const ANY: usize = 2_000;

/// In order of their codes.
static COMMANDS: [Command; 65] = [
    command(MEMORY_AREA_READ, "MEMORY AREA READ", Operation::Read, (6, 6)),
    command(MEMORY_AREA_WRITE, "MEMORY AREA WRITE", Operation::Write, (6, ANY)),
    command(MEMORY_AREA_FILL, "MEMORY AREA FILL", Operation::Write, (8, 8)),
    command(MULTIPLE_MEMORY_AREA_READ, "MULTIPLE MEMORY AREA READ", Operation::Read, (4, ANY)),
    command(MEMORY_AREA_TRANSFER, "MEMORY AREA TRANSFER", Operation::Write, (10, 10)),
    command(PARAMETER_AREA_READ, "PARAMETER AREA READ", Operation::Read, (6, 6)),
    command(PARAMETER_AREA_WRITE, "PARAMETER AREA WRITE", Operation::ConfigureDevice, (6, ANY)),
    command(PARAMETER_AREA_CLEAR, "PARAMETER AREA CLEAR", Operation::ConfigureDevice, (8, 8)),
    command(DATA_LINK_TABLE_READ, "DATA LINK TABLE READ", Operation::Read, (8, 8)),
    command(DATA_LINK_TABLE_WRITE, "DATA LINK TABLE WRITE", Operation::ConfigureConnection, (8, ANY)),
    command(PROGRAM_AREA_PROTECT, "PROGRAM AREA PROTECT", Operation::SecurityLock, (11, 19)),
    command(PROGRAM_AREA_PROTECT_CLEAR, "PROGRAM AREA PROTECT CLEAR", Operation::SecurityUnlock, (11, 19)),
    command(PROGRAM_AREA_READ, "PROGRAM AREA READ", Operation::ProgramUpload, (8, 8)),
    command(PROGRAM_AREA_WRITE, "PROGRAM AREA WRITE", Operation::ProgramDownload, (8, ANY)),
    command(PROGRAM_AREA_CLEAR, "PROGRAM AREA CLEAR", Operation::ProgramDelete, (3, 3)),
    command(RUN, "RUN", Operation::ModeRun, (0, 3)),
    command(0x0402, "STOP", Operation::ModeStop, (0, 2)),
    command(0x0403, "RESET", Operation::RestartCold, (0, 2)),
    command(CONTROLLER_DATA_READ, "CONTROLLER DATA READ", Operation::IdentifyDevice, (0, 1)),
    command(CONNECTION_DATA_READ, "CONNECTION DATA READ", Operation::IdentifyDevice, (1, 2)),
    command(CONTROLLER_STATUS_READ, "CONTROLLER STATUS READ", Operation::DiagnoseRead, (0, 0)),
    command(0x0602, "NETWORK STATUS READ", Operation::DiagnoseRead, (0, 0)),
    command(0x0603, "DATA LINK STATUS READ", Operation::DiagnoseRead, (0, 0)),
    command(CYCLE_TIME_READ, "CYCLE TIME READ", Operation::DiagnoseRead, (0, 1)),
    command(CLOCK_READ, "CLOCK READ", Operation::TimeRead, (0, 0)),
    command(CLOCK_WRITE, "CLOCK WRITE", Operation::TimeSet, (5, 7)),
    command(0x0801, "LOOP-BACK TEST", Operation::DiagnoseEcho, (0, ANY)),
    command(0x0802, "BROADCAST TEST RESULTS READ", Operation::DiagnoseRead, (0, 0)),
    command(0x0803, "BROADCAST TEST DATA SEND", Operation::DiagnoseEcho, (0, ANY)),
    command(MESSAGE_READ, "MESSAGE READ", Operation::ReadEvents, (2, 2)),
    command(ACCESS_RIGHT_ACQUIRE, "ACCESS RIGHT ACQUIRE", Operation::SecurityLock, (0, 2)),
    command(ACCESS_RIGHT_FORCED_ACQUIRE, "ACCESS RIGHT FORCED ACQUIRE", Operation::SecurityLock, (0, 2)),
    command(ACCESS_RIGHT_RELEASE, "ACCESS RIGHT RELEASE", Operation::SecurityUnlock, (0, 2)),
    command(ERROR_CLEAR, "ERROR CLEAR", Operation::AlarmClear, (2, 2)),
    command(ERROR_LOG_READ, "ERROR LOG READ", Operation::ReadEvents, (4, 4)),
    command(0x2103, "ERROR LOG CLEAR", Operation::DiagnoseClear, (0, 0)),
    command(0x2140, "FINS WRITE ACCESS LOG READ", Operation::ReadEvents, (4, 4)),
    command(0x2141, "FINS WRITE ACCESS LOG CLEAR", Operation::DiagnoseClear, (0, 0)),
    command(FILE_NAME_READ, "FILE NAME READ", Operation::FileList, (6, 80)),
    command(SINGLE_FILE_READ, "SINGLE FILE READ", Operation::FileRead, (20, 100)),
    command(SINGLE_FILE_WRITE, "SINGLE FILE WRITE", Operation::FileWrite, (22, ANY)),
    command(MEMORY_CARD_FORMAT, "MEMORY CARD FORMAT", Operation::FileDelete, (2, 2)),
    command(FILE_DELETE, "FILE DELETE", Operation::FileDelete, (16, ANY)),
    command(VOLUME_LABEL, "VOLUME LABEL CREATE/DELETE", Operation::NameChange, (16, 16)),
    command(FILE_COPY, "FILE COPY", Operation::FileWrite, (28, 180)),
    command(FILE_NAME_CHANGE, "FILE NAME CHANGE", Operation::NameChange, (26, 110)),
    command(FILE_DATA_CHECK, "FILE DATA CHECK", Operation::DiagnoseRead, (14, 90)),
    command(MEMORY_AREA_FILE_TRANSFER, "MEMORY AREA FILE TRANSFER", Operation::FileWrite, (22, 100)),
    command(PARAMETER_AREA_FILE_TRANSFER, "PARAMETER AREA FILE TRANSFER", Operation::FileWrite, (22, 100)),
    command(PROGRAM_AREA_FILE_TRANSFER, "PROGRAM AREA FILE TRANSFER", Operation::FileWrite, (26, 100)),
    command(FILE_MEMORY_INDEX_READ, "FILE MEMORY INDEX READ", Operation::FileList, (3, 3)),
    command(FILE_MEMORY_READ, "FILE MEMORY READ", Operation::FileRead, (2, 2)),
    command(FILE_MEMORY_WRITE, "FILE MEMORY WRITE", Operation::FileWrite, (4, ANY)),
    command(DIRECTORY, "DIRECTORY CREATE/DELETE", Operation::FileWrite, (4, 100)),
    command(0x2220, "MEMORY CASSETTE TRANSFER", Operation::FileWrite, (0, 100)),
    command(FORCED_SET_RESET, "FORCED SET/RESET", Operation::WriteForce, (8, ANY)),
    command(0x2302, "FORCED SET/RESET CANCEL", Operation::WriteForce, (0, 0)),
    command(MULTIPLE_FORCED_STATUS_READ, "MULTIPLE FORCED STATUS READ", Operation::Read, (6, 6)),
    command(NAME_SET, "NAME SET", Operation::NameChange, (1, 8)),
    command(0x2602, "NAME DELETE", Operation::NameChange, (0, 0)),
    command(NAME_READ, "NAME READ", Operation::NameResolve, (0, 0)),
    command(0x2803, "CONVERT TO COMPOWAY/F COMMAND", Operation::Unknown, (0, ANY)),
    command(0x2804, "CONVERT TO MODBUS-RTU COMMAND", Operation::Unknown, (0, ANY)),
    command(0x2805, "CONVERT TO MODBUS-ASCII COMMAND", Operation::Unknown, (0, ANY)),
    command(0x2820, "CONVERT TO HOST LINK COMMAND", Operation::Unknown, (0, ANY)),
];

pub fn of(code: u16) -> Option<&'static Command> {
    COMMANDS.binary_search_by_key(&code, |command| command.code).ok().and_then(|at| COMMANDS.get(at))
}

impl Command {
    /// Whether a command's text can be so long.
    pub fn fits(&self, length: usize) -> bool {
        (self.text.0..=self.text.1).contains(&length)
    }
}

/// Modes of an operation (W342 5-3-12, 5-3-17).
pub fn mode(code: u8) -> &'static str {
    match code {
        0 => "PROGRAM",
        1 => "DEBUG",
        2 => "MONITOR",
        4 => "RUN",
        _ => "unknown",
    }
}

/// What a command does, as its text says. Without the text (a lone response) the table's word stands.
pub fn operation(command: &Command, text: Option<&[u8]>) -> Operation {
    let Some(text) = text else { return command.operation };
    match command.code {
        RUN if u8_at(text, 2) == Some(1) => Operation::ModeTest,
        CYCLE_TIME_READ if u8_at(text, 0) == Some(0) => Operation::DiagnoseClear,
        PARAMETER_AREA_WRITE | PARAMETER_AREA_CLEAR if be16(text, 0) == Some(super::program::ROUTING_TABLES) => {
            Operation::ConfigureRoute
        }
        // Bits 15 and 14: read a message, clear messages, read FAL/FALS.
        MESSAGE_READ if be16(text, 0).is_some_and(|word| word & 0xc000 == 0x4000) => Operation::AlarmClear,
        DIRECTORY if be16(text, 2) == Some(1) => Operation::FileDelete,
        MEMORY_AREA_FILE_TRANSFER => transferred(text, Operation::Write),
        PARAMETER_AREA_FILE_TRANSFER => transferred(text, Operation::ConfigureDevice),
        PROGRAM_AREA_FILE_TRANSFER => transferred(text, Operation::ProgramDownload),
        _ => command.operation,
    }
}

/// Parameter code of a file transfer: 0 from the controller to a file, 1 from a file to the controller, 2 compared.
fn transferred(text: &[u8], to_controller: Operation) -> Operation {
    match be16(text, 0) {
        Some(1) => to_controller,
        Some(2) => Operation::DiagnoseRead,
        _ => Operation::FileWrite,
    }
}

/// Small things that a command says besides its objects.
pub fn describe(command: u16, text: &[u8], said: &mut Said) {
    match command {
        RUN => {
            if let Some(code) = u8_at(text, 2) {
                said.details.text("operating_mode", mode(code));
            }
        }
        ERROR_CLEAR => {
            if let Some(code) = be16(text, 0) {
                said.details.text("error_code", &format!("{code:#06x}"));
            }
        }
        NAME_SET => said.text("new_name", &readable(text)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, of};

    #[test]
    fn the_table_is_in_order_and_holds_each_command_once() {
        assert!(COMMANDS.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(COMMANDS.iter().all(|command| of(command.code).is_some_and(|found| found.name == command.name)));
        assert!(of(0x0100).is_none());
    }
}
