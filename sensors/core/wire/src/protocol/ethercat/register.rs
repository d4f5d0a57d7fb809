//! Registers of a slave controller (ETG.1000.4, 6; ESC register description) and what reading and writing each means.

use crate::dataset::{Operation, Operation as Op};
use crate::protocol::exchange::Notation;
use std::fmt::Write as _;

pub const STATION_ADDRESS: u16 = 0x0010;
pub const AL_CONTROL: u16 = 0x0120;
pub const AL_STATUS: u16 = 0x0130;
pub const AL_CODE: u16 = 0x0134;
pub const EEPROM_CONTROL: u16 = 0x0502;
pub const EEPROM_DATA: u16 = 0x0508;
pub const SYNC_MANAGERS: u16 = 0x0800;
pub const SYNC_MANAGERS_END: u16 = 0x0880;
/// From here on there is memory for mailboxes and process data.
pub const MEMORY: u16 = 0x1000;

/// One register, or several of a kind.
pub struct Register {
    start: u16,
    end: u16,
    pub name: &'static str,
    /// Bytes of one number, 0 for several of them.
    pub width: u16,
    pub read: Operation,
    pub write: Operation,
}

impl Register {
    /// Whether `count` bytes from `ado` on are this number.
    pub fn is_number(&self, ado: u16, count: usize) -> bool {
        ado == self.start && usize::from(self.width) == count
    }
}

const fn one(start: u16, width: u16, name: &'static str, read: Operation, write: Operation) -> Register {
    Register { start, end: start + width, name, width, read, write }
}

const fn many(start: u16, end: u16, name: &'static str, read: Operation, write: Operation) -> Register {
    Register { start, end, name, width: 0, read, write }
}

static REGISTERS: &[Register] = &[
    one(0x0000, 1, "Type", Op::IdentifyDevice, Op::Write),
    one(0x0001, 1, "Revision", Op::IdentifyDevice, Op::Write),
    one(0x0002, 2, "Build", Op::IdentifyDevice, Op::Write),
    many(0x0004, 0x0008, "FMMUs, SyncManagers, RAM and ports", Op::IdentifyDevice, Op::Write),
    one(0x0008, 2, "ESC features", Op::IdentifyDevice, Op::Write),
    one(STATION_ADDRESS, 2, "Station address", Op::IdentifyNetwork, Op::ConfigureNetwork),
    one(0x0012, 2, "Station alias", Op::IdentifyNetwork, Op::ConfigureNetwork),
    one(0x0020, 1, "Register write enable", Op::Read, Op::SecurityUnlock),
    one(0x0021, 1, "Register write protection", Op::Read, Op::SecurityLock),
    one(0x0030, 1, "ESC write enable", Op::Read, Op::SecurityUnlock),
    one(0x0031, 1, "ESC write protection", Op::Read, Op::SecurityLock),
    one(0x0040, 1, "ESC reset ECAT", Op::Read, Op::RestartCold),
    one(0x0041, 1, "ESC reset PDI", Op::Read, Op::RestartCold),
    many(0x0100, 0x0104, "ESC DL control", Op::Read, Op::ConfigureNetwork),
    one(0x0108, 2, "Physical read/write offset", Op::Read, Op::ConfigureDevice),
    one(0x0110, 2, "ESC DL status", Op::DiagnoseRead, Op::Write),
    one(AL_CONTROL, 2, "AL control", Op::Read, Op::ModeStop),
    one(AL_STATUS, 2, "AL status", Op::DiagnoseRead, Op::Write),
    one(AL_CODE, 2, "AL status code", Op::DiagnoseRead, Op::Write),
    many(0x0138, 0x013a, "LED override", Op::Read, Op::ConfigureDevice),
    many(0x0140, 0x0142, "PDI control", Op::Read, Op::ConfigureDevice),
    one(0x014e, 2, "PDI information", Op::Read, Op::ConfigureDevice),
    many(0x0150, 0x0154, "PDI configuration", Op::Read, Op::ConfigureDevice),
    many(0x0200, 0x0210, "Event masks", Op::Read, Op::ConfigureDevice),
    many(0x0210, 0x0224, "Event requests", Op::DiagnoseRead, Op::Write),
    many(0x0300, 0x0314, "Error counters", Op::DiagnoseRead, Op::DiagnoseClear),
    one(0x0400, 2, "Watchdog divider", Op::Read, Op::WriteParameter),
    one(0x0410, 2, "Watchdog time PDI", Op::Read, Op::WriteParameter),
    one(0x0420, 2, "Watchdog time process data", Op::Read, Op::WriteParameter),
    one(0x0440, 2, "Watchdog status", Op::DiagnoseRead, Op::Write),
    many(0x0442, 0x0444, "Watchdog counters", Op::DiagnoseRead, Op::DiagnoseClear),
    one(0x0500, 1, "EEPROM configuration", Op::Read, Op::ConfigureConnection),
    one(0x0501, 1, "EEPROM PDI access", Op::Read, Op::ConfigureConnection),
    one(EEPROM_CONTROL, 2, "EEPROM control/status", Op::DiagnoseRead, Op::ConfigureDevice),
    one(0x0504, 4, "EEPROM address", Op::Read, Op::ConfigureConnection),
    many(EEPROM_DATA, 0x0510, "EEPROM data", Op::Read, Op::ConfigureConnection),
    many(0x0510, 0x0520, "MII management", Op::DiagnoseRead, Op::ConfigureNetwork),
    many(0x0600, 0x0700, "FMMU", Op::Read, Op::ConfigureConnection),
    many(SYNC_MANAGERS, SYNC_MANAGERS_END, "SyncManager", Op::Read, Op::ConfigureConnection),
    many(0x0900, 0x0910, "DC receive times", Op::DiagnoseRead, Op::ConfigureConnection),
    one(0x0910, 8, "DC system time", Op::TimeRead, Op::TimeSet),
    one(0x0918, 8, "DC receive time of the processing unit", Op::DiagnoseRead, Op::Write),
    one(0x0920, 8, "DC system time offset", Op::TimeRead, Op::TimeSet),
    one(0x0928, 4, "DC system time delay", Op::TimeRead, Op::ConfigureConnection),
    one(0x092c, 4, "DC system time difference", Op::DiagnoseRead, Op::ConfigureConnection),
    many(0x0930, 0x0938, "DC speed counter", Op::DiagnoseRead, Op::ConfigureConnection),
    many(0x0980, 0x0990, "DC SYNC activation", Op::Read, Op::ConfigureConnection),
    one(0x0990, 8, "DC start time", Op::TimeRead, Op::ConfigureConnection),
    many(0x0998, 0x09a8, "DC SYNC cycle times", Op::Read, Op::ConfigureConnection),
    many(0x09a8, 0x0a00, "DC latches and event times", Op::Read, Op::ConfigureConnection),
    many(0x0e00, 0x0f00, "ESC product and vendor", Op::IdentifyDevice, Op::Write),
    many(0x0f00, 0x0f04, "Digital outputs", Op::Read, Op::Write),
    many(0x0f10, 0x0f18, "General purpose outputs", Op::Read, Op::Write),
    many(0x0f18, 0x0f20, "General purpose inputs", Op::Read, Op::Write),
    many(0x0f80, MEMORY, "User RAM", Op::Read, Op::Write),
];
static RESERVED: Register = many(0, MEMORY, "Reserved", Op::Read, Op::Write);
static PROCESS_MEMORY: Register = many(MEMORY, u16::MAX, "Process memory", Op::Read, Op::Write);

/// The register at an offset.
pub fn of(ado: u16) -> &'static Register {
    if ado >= MEMORY {
        return &PROCESS_MEMORY;
    }
    let at = REGISTERS.partition_point(|register| register.start <= ado);
    let found = at.checked_sub(1).and_then(|at| REGISTERS.get(at)).filter(|register| ado < register.end);
    found.unwrap_or(&RESERVED)
}

/// Which memory an address stands in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Space {
    Register,
    Memory,
    Output,
    Input,
    Sii,
}

impl Space {
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Memory => "memory",
            Self::Output => "output",
            Self::Input => "input",
            Self::Sii => "sii",
        }
    }

    /// How places of `width` bytes (words, in the SII) are written.
    pub fn notation(self, width: u16) -> Notation {
        let part = match self {
            Self::Register => 0,
            Self::Memory => 1,
            Self::Output => 2,
            Self::Input => 3,
            Self::Sii => 4_u64,
        };
        Notation { part: part << 16 | u64::from(width), step: u32::from(width), write }
    }
}

/// `register:0x0130-0x0131`, `output:0x01000000-0x01000013`.
fn write(out: &mut String, part: u64, start: i64, count: u32) {
    let (memory, width) = (part >> 16, i64::try_from(part & 0xffff).unwrap_or(1));
    let (kind, digits) = match memory {
        0 => ("register", 6),
        1 => ("memory", 6),
        2 => ("output", 10),
        3 => ("input", 10),
        _ => ("sii", 6),
    };
    let _ = write!(out, "{kind}:{start:#0digits$X}");
    let end = start.saturating_add(i64::from(count).saturating_mul(width)).saturating_sub(1);
    if end > start {
        let _ = write!(out, "-{end:#0digits$X}");
    }
}
