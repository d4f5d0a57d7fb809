//! Service requests by code with what they do (Denton 2017, table 2; GFK-0529 1-6 to 1-8; FANUC's session request 4F).

use crate::dataset::Operation;

pub const SHORT_STATUS: u8 = 0x00;
pub const PROGRAM_NAME: u8 = 0x01;
pub const CONTROL_PROGRAMS: u8 = 0x02;
pub const CONTROL_PROGRAM_NAMES: u8 = 0x03;
pub const READ_SYSTEM: u8 = 0x04;
pub const READ_TASK: u8 = 0x05;
pub const READ_PROGRAM: u8 = 0x06;
pub const WRITE_SYSTEM: u8 = 0x07;
pub const WRITE_TASK: u8 = 0x08;
pub const WRITE_PROGRAM: u8 = 0x09;
pub const LOGON: u8 = 0x20;
pub const PRIVILEGE: u8 = 0x21;
pub const SET_ID: u8 = 0x22;
pub const SET_STATE: u8 = 0x23;
pub const SET_TIME: u8 = 0x24;
pub const GET_TIME: u8 = 0x25;
pub const FAULTS: u8 = 0x38;
pub const CLEAR_FAULTS: u8 = 0x39;
pub const CONTROLLER: u8 = 0x43;
pub const TOGGLE_FORCE: u8 = 0x44;
pub const SESSION: u8 = 0x4f;

static SERVICES: [(u8, &str, Operation); 23] = [
    (SHORT_STATUS, "PLC Short Status", Operation::DiagnoseRead),
    (PROGRAM_NAME, "Return Program Name", Operation::IdentifyDevice),
    (CONTROL_PROGRAMS, "Return Control Programs", Operation::IdentifyDevice),
    (CONTROL_PROGRAM_NAMES, "Return Control Program Names", Operation::IdentifyDevice),
    (READ_SYSTEM, "Read System Memory", Operation::Read),
    (READ_TASK, "Read Task Memory", Operation::Read),
    (READ_PROGRAM, "Read Program Block Memory", Operation::ProgramUpload),
    (WRITE_SYSTEM, "Write System Memory", Operation::Write),
    (WRITE_TASK, "Write Task Memory", Operation::Write),
    (WRITE_PROGRAM, "Write Program Block Memory", Operation::ProgramEdit),
    (LOGON, "Programmer Logon", Operation::SecurityLogin),
    (PRIVILEGE, "Change PLC CPU Privilege Level", Operation::SecurityUnlock),
    (SET_ID, "Set Control ID", Operation::NameChange),
    (SET_STATE, "Set PLC State", Operation::Unknown),
    (SET_TIME, "Set PLC Time and Date", Operation::TimeSet),
    (GET_TIME, "Return PLC Time and Date", Operation::TimeRead),
    (FAULTS, "Return Fault Table", Operation::DiagnoseRead),
    (CLEAR_FAULTS, "Clear Fault Table", Operation::DiagnoseClear),
    (0x3f, "Program Store", Operation::ProgramUpload),
    (0x40, "Program Load", Operation::ProgramDownload),
    (CONTROLLER, "Return Controller Type and ID", Operation::IdentifyDevice),
    (TOGGLE_FORCE, "Toggle Force System Memory", Operation::WriteForce),
    (SESSION, "Establish Session", Operation::SessionOpen),
];

/// Name and operation; what depends on the parameters is found where they are read.
pub fn of(code: u8) -> Option<(&'static str, Operation)> {
    let found = SERVICES.binary_search_by_key(&code, |(known, _, _)| *known).ok().and_then(|at| SERVICES.get(at));
    found.map(|(_, name, operation)| (*name, *operation))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_in_order() {
        assert!(super::SERVICES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
