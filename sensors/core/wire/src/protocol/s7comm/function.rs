//! Functions of jobs and of userdata, by name, and what they do.
//!
//! `ot.function.code` is the job's function; of userdata 0x700 + function group, since both begin at 0.

use crate::dataset::Operation;
use crate::protocol::Function;

pub const CPU_SERVICES: u8 = 0x00;
pub const SETUP: u8 = 0xf0;
pub const READ_VAR: u8 = 0x04;
pub const WRITE_VAR: u8 = 0x05;
pub const REQUEST_DOWNLOAD: u8 = 0x1a;
pub const DOWNLOAD_BLOCK: u8 = 0x1b;
pub const DOWNLOAD_ENDED: u8 = 0x1c;
pub const START_UPLOAD: u8 = 0x1d;
pub const UPLOAD: u8 = 0x1e;
pub const END_UPLOAD: u8 = 0x1f;
pub const PI_SERVICE: u8 = 0x28;
pub const PLC_STOP: u8 = 0x29;

/// Function groups of userdata.
pub const MODE: u8 = 0;
pub const PROGRAMMER: u8 = 1;
pub const CYCLIC: u8 = 2;
pub const BLOCK: u8 = 3;
pub const CPU: u8 = 4;
pub const SECURITY: u8 = 5;
pub const PBC: u8 = 6;
pub const TIME: u8 = 7;
pub const NC: u8 = 15;

pub const VARIABLE_STATUS: u8 = 2;
pub const MODIFY_VARIABLE: u8 = 8;
pub const FORCE: u8 = 9;
pub const ENABLE_JOB: u8 = 14;
pub const DELETE_JOB: u8 = 15;
pub const READ_JOB: u8 = 17;
pub const CYCLIC_TRANSFER: u8 = 1;
pub const UNSUBSCRIBE: u8 = 4;
pub const CHANGE_DRIVEN: u8 = 5;
/// What the device sends of a change driven transfer.
pub const CHANGED: u8 = 7;
pub const LIST_BLOCKS: u8 = 1;
pub const LIST_BLOCKS_OF_TYPE: u8 = 2;
pub const BLOCK_INFO: u8 = 3;
pub const READ_SZL: u8 = 1;
pub const MESSAGE_SERVICE: u8 = 2;
pub const DIAGNOSTIC_MESSAGE: u8 = 3;
pub const ENTER_PASSWORD: u8 = 1;
pub const CLEAR_PASSWORD: u8 = 2;
pub const READ_CLOCK: u8 = 1;
pub const SET_CLOCK: u8 = 2;
pub const READ_CLOCK_FOLLOWING: u8 = 3;
pub const SET_CLOCK_FOLLOWING: u8 = 4;

/// Name of a job's function.
pub const fn job(code: u8) -> Option<(&'static str, Operation)> {
    Some(match code {
        CPU_SERVICES => ("CPU services", Operation::DiagnoseRead),
        SETUP => ("Setup communication", Operation::SessionOpen),
        READ_VAR => ("Read Var", Operation::Read),
        WRITE_VAR => ("Write Var", Operation::Write),
        REQUEST_DOWNLOAD => ("Request download", Operation::ProgramDownload),
        DOWNLOAD_BLOCK => ("Download block", Operation::ProgramDownload),
        DOWNLOAD_ENDED => ("Download ended", Operation::ProgramDownload),
        START_UPLOAD => ("Start upload", Operation::ProgramUpload),
        UPLOAD => ("Upload", Operation::ProgramUpload),
        END_UPLOAD => ("End upload", Operation::ProgramUpload),
        PI_SERVICE => ("PI-Service", Operation::MethodCall),
        PLC_STOP => ("PLC Stop", Operation::ModeStop),
        _ => return None,
    })
}

/// While it loads a block the device asks for its parts.
pub const fn asked_by_device(code: u8) -> bool {
    matches!(code, DOWNLOAD_BLOCK | DOWNLOAD_ENDED)
}

/// Name of a function group.
pub const fn group(code: u8) -> &'static str {
    match code {
        MODE => "Mode-transition",
        PROGRAMMER => "Programmer commands",
        CYCLIC => "Cyclic services",
        BLOCK => "Block functions",
        CPU => "CPU functions",
        SECURITY => "Security",
        PBC => "PBC BSEND/BRECV",
        TIME => "Time functions",
        NC => "NC programming",
        _ => "Unknown function group",
    }
}

/// Name and operation of a function of a group. Requests and what the device sends of itself (`pushed`) may differ.
pub const fn subfunction(group: u8, code: u8) -> Option<(&'static str, Operation)> {
    Some(match (group, code) {
        (MODE, 0) => ("STOP", Operation::Notify),
        (MODE, 1) => ("Warm Restart", Operation::Notify),
        (MODE, 2) => ("RUN", Operation::Notify),
        (MODE, 3) => ("Hot Restart", Operation::Notify),
        (MODE, 4) => ("HOLD", Operation::Notify),
        (MODE, 6) => ("Cold Restart", Operation::Notify),
        (MODE, 9) => ("RUN_R", Operation::Notify),
        (MODE, 11) => ("LINK-UP", Operation::Notify),
        (MODE, 12) => ("UPDATE", Operation::Notify),
        (PROGRAMMER, 1) => ("Block status", Operation::ProgramDebug),
        (PROGRAMMER, VARIABLE_STATUS) => ("Variable status", Operation::Read),
        (PROGRAMMER, 3) => ("Output ISTACK", Operation::DiagnoseRead),
        (PROGRAMMER, 4) => ("Output BSTACK", Operation::DiagnoseRead),
        (PROGRAMMER, 5) => ("Output LSTACK", Operation::DiagnoseRead),
        (PROGRAMMER, 6) => ("Time measurement", Operation::ProgramDebug),
        (PROGRAMMER, 7) => ("Force selection", Operation::WriteForce),
        (PROGRAMMER, MODIFY_VARIABLE) => ("Modify variable", Operation::Write),
        (PROGRAMMER, FORCE) => ("Force", Operation::WriteForce),
        (PROGRAMMER, 10) => ("Breakpoint", Operation::ProgramDebug),
        (PROGRAMMER, 11) => ("Exit HOLD", Operation::ModeRun),
        (PROGRAMMER, 12) => ("Memory reset", Operation::RestartFactory),
        (PROGRAMMER, 13) => ("Disable job", Operation::ProgramDebug),
        (PROGRAMMER, ENABLE_JOB) => ("Enable job", Operation::ProgramDebug),
        (PROGRAMMER, DELETE_JOB) => ("Delete job", Operation::ProgramDebug),
        (PROGRAMMER, 16) => ("Read job list", Operation::DiagnoseRead),
        (PROGRAMMER, READ_JOB) => ("Read job", Operation::DiagnoseRead),
        (PROGRAMMER, 18) => ("Replace job", Operation::ProgramDebug),
        (PROGRAMMER, 19) => ("Block status v2", Operation::ProgramDebug),
        (PROGRAMMER, 22) => ("Flash LED", Operation::IdentifyDevice),
        (CYCLIC, CYCLIC_TRANSFER) => ("Cyclic transfer", Operation::SubscribeStart),
        (CYCLIC, UNSUBSCRIBE) => ("Unsubscribe", Operation::SubscribeStop),
        (CYCLIC, CHANGE_DRIVEN) => ("Change driven transfer", Operation::SubscribeStart),
        (CYCLIC, CHANGED) => ("Change driven transfer modify", Operation::SubscribeStart),
        (CYCLIC, 8) => ("RDREC", Operation::Read),
        (BLOCK, LIST_BLOCKS) => ("List blocks", Operation::Browse),
        (BLOCK, LIST_BLOCKS_OF_TYPE) => ("List blocks of type", Operation::Browse),
        (BLOCK, BLOCK_INFO) => ("Get block info", Operation::Browse),
        (CPU, READ_SZL) => ("Read SZL", Operation::DiagnoseRead),
        (CPU, MESSAGE_SERVICE) => ("Message service", Operation::SubscribeStart),
        (CPU, DIAGNOSTIC_MESSAGE) => ("Diagnostic message", Operation::Notify),
        (CPU, 5) => ("ALARM_8 indication", Operation::AlarmRaise),
        (CPU, 6) => ("NOTIFY indication", Operation::Notify),
        (CPU, 7) => ("ALARM_8 lock", Operation::AlarmDisable),
        (CPU, 8) => ("ALARM_8 unlock", Operation::ConfigureAlarm),
        (CPU, 9) => ("SCAN indication", Operation::Notify),
        (CPU, 11) => ("ALARM ack", Operation::AlarmAcknowledge),
        (CPU, 12) => ("ALARM ack indication", Operation::Notify),
        (CPU, 13) => ("ALARM lock indication", Operation::Notify),
        (CPU, 14) => ("ALARM unlock indication", Operation::Notify),
        (CPU, 17) => ("ALARM_SQ indication", Operation::AlarmRaise),
        (CPU, 18) => ("ALARM_S indication", Operation::AlarmRaise),
        (CPU, 19) => ("ALARM query", Operation::ReadEvents),
        (CPU, 22) => ("NOTIFY_8 indication", Operation::Notify),
        (SECURITY, ENTER_PASSWORD) => ("PLC password", Operation::SecurityLogin),
        (SECURITY, CLEAR_PASSWORD) => ("Clear password", Operation::SecurityLogout),
        (PBC, _) => ("BSEND", Operation::Publish),
        (TIME, READ_CLOCK) => ("Read clock", Operation::TimeRead),
        (TIME, SET_CLOCK) => ("Set clock", Operation::TimeSet),
        (TIME, READ_CLOCK_FOLLOWING) => ("Read clock (following)", Operation::TimeRead),
        (TIME, SET_CLOCK_FOLLOWING) => ("Set clock (following)", Operation::TimeSet),
        (NC, 1) => ("Request download", Operation::ProgramDownload),
        (NC, 2) => ("Download block", Operation::ProgramDownload),
        (NC, 3) => ("Continue download", Operation::ProgramDownload),
        (NC, 4) => ("Download ended", Operation::ProgramDownload),
        (NC, 6) => ("Start upload", Operation::ProgramUpload),
        (NC, 7) => ("Upload", Operation::ProgramUpload),
        (NC, 8) => ("Continue upload", Operation::ProgramUpload),
        _ => return None,
    })
}

/// What the device sends of itself under a function that a programmer asks for.
pub const fn pushed(operation: Operation) -> Operation {
    match operation {
        Operation::Read | Operation::SubscribeStart | Operation::Publish => Operation::Publish,
        Operation::AlarmRaise => Operation::AlarmRaise,
        _ => Operation::Notify,
    }
}

/// Function and sub-function for the row.
pub fn of_job(code: u8) -> Function {
    let name = job(code).map_or("Unknown function", |(name, _)| name);
    Function { code: Some(u32::from(code)), name: Some(name) }
}

/// The same of a function of userdata.
pub fn of_userdata(head: (u8, u8)) -> (Function, Function) {
    let (of, code) = head;
    let name = subfunction(of, code).map_or("Unknown function", |(name, _)| name);
    let function = Function { code: Some(0x700 | u32::from(of)), name: Some(group(of)) };
    (function, Function { code: Some(u32::from(code)), name: Some(name) })
}
