//! Commands of 1E frames by their subheaders: what they do and what stands behind the header (SH-080008 18.3 to 18.6;
//! FX3U-ENET-ADP User's Manual 7.4 for 13 to 16). The commands for programs, comments and parameters are those of the A series'
//! Ethernet modules: they are named, their bodies are not read.

use crate::dataset::Operation;
use crate::protocol::slmp::items::Cut;

/// What follows the header of a request. `block`: a block of extension file registers behind each device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Body {
    /// Nothing.
    None,
    /// | device 6 | block 2 | points 1 | 0 1 | values, of a write |
    Range { cut: Cut, block: bool, write: bool },
    /// | points 1 | 0 1 | each: device 6, block 2, value |
    Random { cut: Cut, block: bool },
    /// | points 1 | 0 1 | each: device 6, block 2 |: what a later command of the same slot reads.
    Entry { cut: Cut, block: bool, slot: usize },
    /// Nothing; the response has the values of what was entered.
    Monitor { slot: usize },
    /// | start 3 | bytes 1 | module 1 | 0 1 | values, of a write |
    Buffer { write: bool },
    /// | bytes 1 | data |, and the response the same.
    Echo,
    /// Not read.
    Open,
}

/// Lists of points that can be entered to be monitored: bits, words, extension file registers.
pub const SLOTS: usize = 3;

pub const REMOTE_RUN: u8 = 0x13;
pub const REMOTE_STOP: u8 = 0x14;
pub const PC_TYPE: u8 = 0x15;
/// These number the registers of all blocks on (18.5).
pub const DIRECT_READ: u8 = 0x3b;
pub const DIRECT_WRITE: u8 = 0x3c;
/// Largest subheader of a request; those of responses have bit 7 set.
pub const LAST: u8 = DIRECT_WRITE;

pub struct Command {
    code: u8,
    pub name: &'static str,
    pub operation: Operation,
    pub body: Body,
}

const fn command(code: u8, name: &'static str, operation: Operation, body: Body) -> Command {
    Command { code, name, operation, body }
}

const fn range(code: u8, name: &'static str, cut: Cut, block: bool, write: bool) -> Command {
    let operation = if write { Operation::Write } else { Operation::Read };
    command(code, name, operation, Body::Range { cut, block, write })
}

const fn entry(code: u8, name: &'static str, cut: Cut, block: bool, slot: usize) -> Command {
    command(code, name, Operation::SubscribeStart, Body::Entry { cut, block, slot })
}

static COMMANDS: [Command; 38] = [
    range(0x00, "Batch Read in bits", Cut::Bits, false, false),
    range(0x01, "Batch Read in words", Cut::Words, false, false),
    range(0x02, "Batch Write in bits", Cut::Bits, false, true),
    range(0x03, "Batch Write in words", Cut::Words, false, true),
    command(0x04, "Test in bits", Operation::Write, Body::Random { cut: Cut::Bits, block: false }),
    command(0x05, "Test in words", Operation::Write, Body::Random { cut: Cut::Words, block: false }),
    entry(0x06, "Register Monitor Data in bits", Cut::Bits, false, 0),
    entry(0x07, "Register Monitor Data in words", Cut::Words, false, 1),
    command(0x08, "Monitor in bits", Operation::Read, Body::Monitor { slot: 0 }),
    command(0x09, "Monitor in words", Operation::Read, Body::Monitor { slot: 1 }),
    command(0x0a, "Main Sequence Program Read", Operation::ProgramUpload, Body::Open),
    command(0x0b, "Subsequence Program Read", Operation::ProgramUpload, Body::Open),
    command(0x0c, "Main Sequence Program Write", Operation::ProgramDownload, Body::Open),
    command(0x0d, "Subsequence Program Write", Operation::ProgramDownload, Body::Open),
    command(0x0e, "Buffer Memory Read", Operation::Read, Body::Buffer { write: false }),
    command(0x0f, "Buffer Memory Write", Operation::Write, Body::Buffer { write: true }),
    command(0x10, "Parameter Read", Operation::Read, Body::Open),
    command(0x11, "Parameter Write", Operation::ConfigureDevice, Body::Open),
    command(0x12, "Parameter Analysis", Operation::ConfigureDevice, Body::Open),
    command(REMOTE_RUN, "Remote RUN", Operation::ModeRun, Body::None),
    command(REMOTE_STOP, "Remote STOP", Operation::ModeStop, Body::None),
    command(PC_TYPE, "PC Type Name Read", Operation::IdentifyDevice, Body::None),
    command(0x16, "Loopback Test", Operation::DiagnoseEcho, Body::Echo),
    range(0x17, "Extended File Register Batch Read", Cut::Words, true, false),
    range(0x18, "Extended File Register Batch Write", Cut::Words, true, true),
    command(0x19, "Extended File Register Test", Operation::Write, Body::Random { cut: Cut::Words, block: true }),
    entry(0x1a, "Extended File Register Register Monitor Data", Cut::Words, true, 2),
    command(0x1b, "Extended File Register Monitor", Operation::Read, Body::Monitor { slot: 2 }),
    command(0x1c, "Comment Read", Operation::Read, Body::Open),
    command(0x1d, "Comment Write", Operation::ProgramEdit, Body::Open),
    command(0x1e, "Main Microcomputer Program Read", Operation::ProgramUpload, Body::Open),
    command(0x1f, "Sub Microcomputer Program Read", Operation::ProgramUpload, Body::Open),
    command(0x20, "Main Microcomputer Program Write", Operation::ProgramDownload, Body::Open),
    command(0x21, "Sub Microcomputer Program Write", Operation::ProgramDownload, Body::Open),
    command(0x39, "Extended Comment Read", Operation::Read, Body::Open),
    command(0x3a, "Extended Comment Write", Operation::ProgramEdit, Body::Open),
    range(DIRECT_READ, "Extended File Register Direct Read", Cut::Words, false, false),
    range(DIRECT_WRITE, "Extended File Register Direct Write", Cut::Words, false, true),
];

pub fn of(code: u8) -> Option<&'static Command> {
    COMMANDS.binary_search_by_key(&code, |command| command.code).ok().and_then(|at| COMMANDS.get(at))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_in_order() {
        assert!(super::COMMANDS.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
