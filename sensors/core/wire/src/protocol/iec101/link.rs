//! Services of the link (IEC 60870-5-2:1992, 5.1.2 and 6.1.2; IEC 60870-5-101:2003, 6.2).

use crate::dataset::Operation;

pub const RESET: u8 = 0;
pub const USER_DATA: u8 = 3;
pub const NO_REPLY: u8 = 4;
pub const CLASS_1: u8 = 10;
pub const CLASS_2: u8 = 11;
/// Answers of a secondary station.
pub const BUSY: u8 = 1;
pub const RESPOND: u8 = 8;
pub const NO_DATA: u8 = 9;
pub const NOT_FUNCTIONING: u8 = 14;
pub const NOT_IMPLEMENTED: u8 = 15;

/// What a primary station asks for.
pub const fn service(function: u8) -> Option<(&'static str, Operation)> {
    Some(match function {
        RESET => ("Reset of remote link", Operation::SessionOpen),
        1 => ("Reset of user process", Operation::RestartWarm),
        2 => ("Test function of link", Operation::DiagnoseEcho),
        USER_DATA => ("User data, confirm expected", Operation::Unknown),
        NO_REPLY => ("User data, no reply expected", Operation::Unknown),
        8 => ("Request for access demand", Operation::SessionKeepalive),
        9 => ("Request status of link", Operation::DiagnoseRead),
        CLASS_1 => ("Request user data class 1", Operation::SessionKeepalive),
        CLASS_2 => ("Request user data class 2", Operation::SessionKeepalive),
        _ => return None,
    })
}

/// FCB counts in these, and in no others.
pub const fn counted(function: u8) -> bool {
    matches!(function, 2 | USER_DATA | CLASS_1 | CLASS_2)
}

/// What a secondary station answers.
pub const fn answer(function: u8) -> Option<&'static str> {
    Some(match function {
        0 => "ACK",
        BUSY => "NACK, link busy",
        RESPOND => "user data",
        NO_DATA => "NACK, requested data not available",
        11 => "status of link",
        NOT_FUNCTIONING => "link service not functioning",
        NOT_IMPLEMENTED => "link service not used or not implemented",
        _ => return None,
    })
}

/// It is not done.
pub const fn refuses(function: u8) -> bool {
    matches!(function, BUSY | NOT_FUNCTIONING | NOT_IMPLEMENTED)
}
