//! Application functions (IEEE 1815-2012 4.2.2.5, table 4-2).

use crate::dataset::Operation;

pub const CONFIRM: u8 = 0;
pub const READ: u8 = 1;
pub const WRITE: u8 = 2;
pub const SELECT: u8 = 3;
pub const OPERATE: u8 = 4;
pub const DIRECT_OPERATE: u8 = 5;
pub const DIRECT_OPERATE_NR: u8 = 6;
pub const IMMED_FREEZE_NR: u8 = 8;
pub const FREEZE_CLEAR_NR: u8 = 10;
pub const FREEZE_AT_TIME: u8 = 11;
pub const FREEZE_AT_TIME_NR: u8 = 12;
pub const ENABLE_UNSOLICITED: u8 = 20;
pub const DISABLE_UNSOLICITED: u8 = 21;
pub const ASSIGN_CLASS: u8 = 22;
pub const OPEN_FILE: u8 = 25;
pub const CLOSE_FILE: u8 = 26;
pub const DELETE_FILE: u8 = 27;
pub const GET_FILE_INFO: u8 = 28;
pub const AUTHENTICATE_FILE: u8 = 29;
pub const ABORT_FILE: u8 = 30;
pub const ACTIVATE_CONFIG: u8 = 31;
pub const AUTHENTICATE_REQ: u8 = 32;
pub const AUTH_REQ_NO_ACK: u8 = 33;
pub const RESPONSE: u8 = 129;
pub const UNSOLICITED_RESPONSE: u8 = 130;
pub const AUTHENTICATE_RESP: u8 = 131;

/// Name and `ot.operation`; objects may know better.
pub const fn term(code: u8) -> Option<(&'static str, Operation)> {
    Some(match code {
        CONFIRM => ("CONFIRM", Operation::SessionKeepalive),
        READ => ("READ", Operation::Read),
        WRITE => ("WRITE", Operation::Write),
        SELECT => ("SELECT", Operation::ControlSelect),
        OPERATE => ("OPERATE", Operation::ControlOperate),
        DIRECT_OPERATE => ("DIRECT_OPERATE", Operation::ControlDirect),
        DIRECT_OPERATE_NR => ("DIRECT_OPERATE_NR", Operation::ControlDirect),
        // A freeze copies running counters over the frozen ones, with "clear" it also sets them to 0.
        7 => ("IMMED_FREEZE", Operation::Write),
        IMMED_FREEZE_NR => ("IMMED_FREEZE_NR", Operation::Write),
        9 => ("FREEZE_CLEAR", Operation::Write),
        FREEZE_CLEAR_NR => ("FREEZE_CLEAR_NR", Operation::Write),
        FREEZE_AT_TIME => ("FREEZE_AT_TIME", Operation::Write),
        FREEZE_AT_TIME_NR => ("FREEZE_AT_TIME_NR", Operation::Write),
        13 => ("COLD_RESTART", Operation::RestartCold),
        14 => ("WARM_RESTART", Operation::RestartWarm),
        15 => ("INITIALIZE_DATA", Operation::ConfigureDevice),
        16 => ("INITIALIZE_APPL", Operation::ConfigureDevice),
        17 => ("START_APPL", Operation::ModeRun),
        18 => ("STOP_APPL", Operation::ModeStop),
        19 => ("SAVE_CONFIG", Operation::ConfigureDevice),
        ENABLE_UNSOLICITED => ("ENABLE_UNSOLICITED", Operation::SubscribeStart),
        // Events no longer come by themselves: alarms are suppressed until a poll asks.
        DISABLE_UNSOLICITED => ("DISABLE_UNSOLICITED", Operation::AlarmDisable),
        ASSIGN_CLASS => ("ASSIGN_CLASS", Operation::ConfigureAlarm),
        23 => ("DELAY_MEASURE", Operation::TimeRead),
        24 => ("RECORD_CURRENT_TIME", Operation::TimeRead),
        OPEN_FILE => ("OPEN_FILE", Operation::FileRead),
        CLOSE_FILE => ("CLOSE_FILE", Operation::FileRead),
        DELETE_FILE => ("DELETE_FILE", Operation::FileDelete),
        GET_FILE_INFO => ("GET_FILE_INFO", Operation::FileList),
        AUTHENTICATE_FILE => ("AUTHENTICATE_FILE", Operation::SecurityLogin),
        ABORT_FILE => ("ABORT_FILE", Operation::FileRead),
        ACTIVATE_CONFIG => ("ACTIVATE_CONFIG", Operation::ProgramDownload),
        AUTHENTICATE_REQ => ("AUTHENTICATE_REQ", Operation::SecurityLogin),
        AUTH_REQ_NO_ACK => ("AUTH_REQ_NO_ACK", Operation::SecurityLogin),
        RESPONSE => ("RESPONSE", Operation::Notify),
        UNSOLICITED_RESPONSE => ("UNSOLICITED_RESPONSE", Operation::Publish),
        AUTHENTICATE_RESP => ("AUTHENTICATE_RESP", Operation::SecurityLogin),
        _ => return None,
    })
}

/// Name and operation of any code.
pub fn named(code: u8) -> (&'static str, Operation) {
    term(code).unwrap_or(("Reserved Function", Operation::Unknown))
}

/// A function that asks for no response.
pub const fn silent(code: u8) -> bool {
    matches!(
        code,
        CONFIRM | DIRECT_OPERATE_NR | IMMED_FREEZE_NR | FREEZE_CLEAR_NR | FREEZE_AT_TIME_NR | AUTH_REQ_NO_ACK
    )
}

pub const fn controls(code: u8) -> bool {
    matches!(code, SELECT | OPERATE | DIRECT_OPERATE | DIRECT_OPERATE_NR)
}

/// Whether objects of so a group follow their headers in a fragment of this function, and not the headers alone.
pub const fn carries(code: u8, group: u8) -> bool {
    match code {
        FREEZE_AT_TIME | FREEZE_AT_TIME_NR => group == 50,
        WRITE | SELECT | OPERATE | DIRECT_OPERATE | DIRECT_OPERATE_NR => true,
        OPEN_FILE..=ABORT_FILE | AUTHENTICATE_REQ | AUTH_REQ_NO_ACK => true,
        _ => code >= RESPONSE || group == 120,
    }
}
