//! Objects of the communication profile (CiA 301, 7.5.2) and of programmable devices (CiA 302-3), and what a write means.

use crate::dataset::Operation as Op;

pub const DEVICE_TYPE: u16 = 0x1000;
pub const DEVICE_NAME: u16 = 0x1008;
pub const HARDWARE: u16 = 0x1009;
pub const SOFTWARE: u16 = 0x100a;
pub const IDENTITY: u16 = 0x1018;
const ERRORS: u16 = 0x1003;
const STORE: u16 = 0x1010;
const RESTORE: u16 = 0x1011;
pub const PROGRAM: u16 = 0x1f50;
const PROGRAM_CONTROL: u16 = 0x1f51;
const REQUEST_NMT: u16 = 0x1f82;

/// What an object is called.
pub const fn name(index: u16) -> Option<&'static str> {
    Some(match index {
        DEVICE_TYPE => "Device type",
        0x1001 => "Error register",
        0x1002 => "Manufacturer status register",
        ERRORS => "Pre-defined error field",
        0x1005 => "COB-ID SYNC",
        0x1006 => "Communication cycle period",
        0x1007 => "Synchronous window length",
        DEVICE_NAME => "Manufacturer device name",
        HARDWARE => "Manufacturer hardware version",
        SOFTWARE => "Manufacturer software version",
        0x100c => "Guard time",
        0x100d => "Life time factor",
        STORE => "Store parameters",
        RESTORE => "Restore default parameters",
        0x1012 => "COB-ID TIME",
        0x1013 => "High resolution time stamp",
        0x1014 => "COB-ID EMCY",
        0x1015 => "Inhibit time EMCY",
        0x1016 => "Consumer heartbeat time",
        0x1017 => "Producer heartbeat time",
        IDENTITY => "Identity object",
        0x1019 => "Synchronous counter overflow value",
        0x1020 => "Verify configuration",
        0x1021 => "Store EDS",
        0x1022 => "Store format",
        0x1023..=0x1026 => "OS command",
        0x1029 => "Error behaviour",
        0x1200..=0x127f => "SDO server parameter",
        0x1280..=0x12ff => "SDO client parameter",
        0x1400..=0x15ff => "RPDO communication parameter",
        0x1600..=0x17ff => "RPDO mapping parameter",
        0x1800..=0x19ff => "TPDO communication parameter",
        0x1a00..=0x1bff => "TPDO mapping parameter",
        0x1f20..=0x1f27 => "Configuration of a node",
        PROGRAM => "Program data",
        PROGRAM_CONTROL => "Program control",
        0x1f52 => "Verify application software",
        0x1f56 => "Program software identification",
        0x1f57 => "Flash status",
        0x1f80 => "NMT startup",
        0x1f81 => "NMT slave assignment",
        REQUEST_NMT => "Request NMT",
        0x1f83 => "Request node guarding",
        0x1f84..=0x1f8a => "NMT boot configuration",
        _ => return None,
    })
}

/// What a read is.
pub const fn read(index: u16) -> Op {
    match index {
        DEVICE_TYPE | DEVICE_NAME | HARDWARE | SOFTWARE | IDENTITY | 0x1f56 => Op::IdentifyDevice,
        0x1001..=ERRORS | 0x1f57 => Op::DiagnoseRead,
        PROGRAM => Op::ProgramUpload,
        _ => Op::Read,
    }
}

/// What a write is, by its value where that decides.
pub fn written(index: u16, value: Option<u32>) -> Op {
    match (index, value) {
        (ERRORS, _) => Op::DiagnoseClear,
        (RESTORE, _) => Op::RestartFactory,
        (PROGRAM, _) => Op::ProgramDownload,
        (PROGRAM_CONTROL, Some(0)) | (REQUEST_NMT, Some(4)) => Op::ModeStop,
        (PROGRAM_CONTROL, Some(1)) | (REQUEST_NMT, Some(5)) => Op::ModeRun,
        (PROGRAM_CONTROL, Some(2)) => Op::RestartWarm,
        (PROGRAM_CONTROL, Some(3)) => Op::ProgramDelete,
        (REQUEST_NMT, Some(6)) => Op::RestartCold,
        (REQUEST_NMT, Some(7)) => Op::RestartCommunication,
        (REQUEST_NMT, Some(127)) => Op::ModeProgram,
        (0x1005 | 0x1012 | 0x1014 | 0x1200..=0x1bff, _) => Op::ConfigureConnection,
        (0x1013, _) => Op::TimeSet,
        (0x1023..=0x1026, _) => Op::MethodCall,
        (0x0000..=0x1fff, _) => Op::ConfigureDevice,
        (0x6000..=0xafff, _) => Op::Write,
        _ => Op::WriteParameter,
    }
}
