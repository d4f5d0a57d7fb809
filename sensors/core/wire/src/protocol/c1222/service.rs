//! Services and responses by code, standard tables and procedures (ANSI C12.22 5.3.2, C12.19 7 to 9).

use crate::dataset::Operation;

pub const IDENTIFY: u8 = 0x20;
pub const READ: u8 = 0x30;
pub const READ_OFFSET: u8 = 0x3f;
pub const WRITE: u8 = 0x40;
pub const WRITE_OFFSET: u8 = 0x4f;
pub const LOGON: u8 = 0x50;
pub const SECURITY: u8 = 0x51;
/// Codes below are responses.
pub const REQUESTS: u8 = 0x20;

/// The table that a written procedure runs from.
pub const PROCEDURES: u16 = 7;

/// Name and operation of a service.
pub fn of(code: u8) -> Option<(&'static str, Operation)> {
    Some(match code {
        IDENTIFY => ("Identification", Operation::IdentifyServices),
        0x21 => ("Terminate", Operation::SessionClose),
        0x22 => ("Disconnect", Operation::SessionClose),
        0x24 => ("Deregister", Operation::ConfigureRoute),
        0x25 => ("Resolve", Operation::NameResolve),
        0x26 => ("Trace", Operation::DiagnoseRead),
        0x27 => ("Register", Operation::ConfigureRoute),
        READ => ("Full Read", Operation::Read),
        0x31..=0x39 => ("Partial Read Index", Operation::Read),
        0x3e => ("Default Read", Operation::Read),
        READ_OFFSET => ("Partial Read Offset", Operation::Read),
        WRITE => ("Full Write", Operation::Write),
        0x41..=0x49 => ("Partial Write Index", Operation::Write),
        0x4e => ("Default Write", Operation::Write),
        WRITE_OFFSET => ("Partial Write Offset", Operation::Write),
        LOGON => ("Logon", Operation::SecurityLogin),
        SECURITY => ("Security", Operation::SecurityUnlock),
        0x52 => ("Logoff", Operation::SecurityLogout),
        0x53 => ("Authenticate", Operation::SecurityLogin),
        0x60..=0x6b => ("Negotiate", Operation::SessionOpen),
        0x70 => ("Wait", Operation::SessionKeepalive),
        0x71 => ("Timing Setup", Operation::ConfigureConnection),
        _ => return None,
    })
}

/// Name of a response.
pub fn response(code: u8) -> &'static str {
    let names = [
        "ok",
        "error",
        "service not supported",
        "insufficient security clearance",
        "operation not possible",
        "inappropriate action requested",
        "device busy",
        "data not ready",
        "data locked",
        "renegotiate request",
        "invalid service sequence state",
        "security mechanism error",
        "unknown application title",
        "network time-out",
        "network not reachable",
        "request too large",
        "response too large",
        "segmentation not possible",
        "segmentation error",
    ];
    names.get(usize::from(code)).copied().unwrap_or("unknown response")
}

/// What writing a standard table does, where it is more than a write.
pub fn write(table: u16) -> Operation {
    match table {
        42 => Operation::SecurityPassword,
        43 | 44 | 46 => Operation::ConfigureAccess,
        45 => Operation::SecurityKey,
        52 | 53 => Operation::TimeSet,
        _ => Operation::Write,
    }
}

/// Name and operation of a standard procedure.
pub fn procedure(number: u16) -> Option<(&'static str, Operation)> {
    Some(match number {
        0 => ("cold start", Operation::RestartCold),
        1 => ("warm start", Operation::RestartWarm),
        2 => ("save configuration", Operation::ConfigureDevice),
        3 => ("clear data", Operation::WriteHistory),
        4 => ("reset list pointers", Operation::WriteHistory),
        5 => ("update last read entry", Operation::WriteHistory),
        6 => ("change end device mode", Operation::ModeTest),
        7 => ("clear standard status flags", Operation::DiagnoseClear),
        8 => ("clear manufacturer status flags", Operation::DiagnoseClear),
        9 => ("remote reset", Operation::WriteHistory),
        10 => ("set date and time", Operation::TimeSet),
        11 => ("execute diagnostics", Operation::MethodCall),
        12 | 13 => ("activate pending tables", Operation::ConfigureDevice),
        14 | 15 => ("clear pending tables", Operation::ConfigureDevice),
        16 => ("start load profile", Operation::ConfigureDevice),
        17 => ("stop load profile", Operation::ConfigureDevice),
        18 => ("log in", Operation::SecurityLogin),
        19 => ("log out", Operation::SecurityLogout),
        20 => ("initiate an immediate call", Operation::MethodCall),
        21 => ("direct load control", Operation::ControlOperate),
        22 => ("modify credit", Operation::WriteParameter),
        _ => return None,
    })
}
