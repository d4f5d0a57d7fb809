//! UMAS functions by the names that research gave them. "Upload" is from the engineering station to the controller.

use crate::dataset::Operation;

pub const INIT_COMM: u16 = 0x01;
pub const READ_ID: u16 = 0x02;
pub const READ_PROJECT_INFO: u16 = 0x03;
pub const READ_PLC_INFO: u16 = 0x04;
pub const READ_CARD_INFO: u16 = 0x06;
pub const REPEAT: u16 = 0x0a;
pub const TAKE_PLC_RESERVATION: u16 = 0x10;
pub const RELEASE_PLC_RESERVATION: u16 = 0x11;
pub const KEEP_ALIVE: u16 = 0x12;
pub const READ_MEMORY_BLOCK: u16 = 0x20;
pub const READ_VARIABLES: u16 = 0x22;
pub const WRITE_VARIABLES: u16 = 0x23;
pub const READ_COILS_REGISTERS: u16 = 0x24;
pub const WRITE_COILS_REGISTERS: u16 = 0x25;
pub const READ_DATA_DICTIONARY: u16 = 0x26;
pub const INITIALIZE_UPLOAD: u16 = 0x30;
pub const UPLOAD_BLOCK: u16 = 0x31;
pub const END_STRATEGY_UPLOAD: u16 = 0x32;
pub const INITIALIZE_DOWNLOAD: u16 = 0x33;
pub const DOWNLOAD_BLOCK: u16 = 0x34;
pub const END_STRATEGY_DOWNLOAD: u16 = 0x35;
pub const READ_ETH_MASTER_DATA: u16 = 0x39;
pub const START_PLC: u16 = 0x40;
pub const STOP_PLC: u16 = 0x41;
pub const MONITOR_PLC: u16 = 0x50;
pub const CHECK_PLC: u16 = 0x58;
pub const READ_IO_OBJECT: u16 = 0x70;
pub const WRITE_IO_OBJECT: u16 = 0x71;
pub const GET_STATUS_MODULE: u16 = 0x73;

/// Name and `ot.operation` of a function.
pub const fn term(code: u16) -> (&'static str, Operation) {
    match code {
        INIT_COMM => ("INIT_COMM", Operation::SessionOpen),
        READ_ID => ("READ_ID", Operation::IdentifyDevice),
        READ_PROJECT_INFO => ("READ_PROJECT_INFO", Operation::IdentifyDevice),
        READ_PLC_INFO => ("READ_PLC_INFO", Operation::DiagnoseRead),
        READ_CARD_INFO => ("READ_CARD_INFO", Operation::DiagnoseRead),
        REPEAT => ("REPEAT", Operation::DiagnoseEcho),
        TAKE_PLC_RESERVATION => ("TAKE_PLC_RESERVATION", Operation::SecurityLock),
        RELEASE_PLC_RESERVATION => ("RELEASE_PLC_RESERVATION", Operation::SecurityUnlock),
        KEEP_ALIVE => ("KEEP_ALIVE", Operation::SessionKeepalive),
        READ_MEMORY_BLOCK => ("READ_MEMORY_BLOCK", Operation::Read),
        READ_VARIABLES => ("READ_VARIABLES", Operation::Read),
        WRITE_VARIABLES => ("WRITE_VARIABLES", Operation::Write),
        READ_COILS_REGISTERS => ("READ_COILS_REGISTERS", Operation::Read),
        WRITE_COILS_REGISTERS => ("WRITE_COILS_REGISTERS", Operation::Write),
        READ_DATA_DICTIONARY => ("READ_DATA_DICTIONARY", Operation::Browse),
        INITIALIZE_UPLOAD => ("INITIALIZE_UPLOAD", Operation::ProgramDownload),
        UPLOAD_BLOCK => ("UPLOAD_BLOCK", Operation::ProgramDownload),
        END_STRATEGY_UPLOAD => ("END_STRATEGY_UPLOAD", Operation::ProgramDownload),
        INITIALIZE_DOWNLOAD => ("INITIALIZE_DOWNLOAD", Operation::ProgramUpload),
        DOWNLOAD_BLOCK => ("DOWNLOAD_BLOCK", Operation::ProgramUpload),
        END_STRATEGY_DOWNLOAD => ("END_STRATEGY_DOWNLOAD", Operation::ProgramUpload),
        READ_ETH_MASTER_DATA => ("READ_ETH_MASTER_DATA", Operation::DiagnoseRead),
        START_PLC => ("START_PLC", Operation::ModeRun),
        STOP_PLC => ("STOP_PLC", Operation::ModeStop),
        MONITOR_PLC => ("MONITOR_PLC", Operation::Read),
        CHECK_PLC => ("CHECK_PLC", Operation::SessionKeepalive),
        READ_IO_OBJECT => ("READ_IO_OBJECT", Operation::Read),
        WRITE_IO_OBJECT => ("WRITE_IO_OBJECT", Operation::Write),
        GET_STATUS_MODULE => ("GET_STATUS_MODULE", Operation::DiagnoseRead),
        _ => ("Undocumented UMAS Function", Operation::Unknown),
    }
}
