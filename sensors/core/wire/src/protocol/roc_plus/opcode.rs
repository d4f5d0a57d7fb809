//! Opcodes, what they do and how long their data are (Emerson, ROC Plus Protocol Specifications Manual, table 2-1 and the
//! tables of each opcode; 120 to 122 are of the older ROC protocol).

use crate::dataset::Operation;
use Operation as Op;

pub const SYSTEM_CONFIGURATION: u8 = 6;
pub const SET_CLOCK: u8 = 8;
pub const READ_TABLE: u8 = 10;
pub const WRITE_TABLE: u8 = 11;
pub const LOGIN: u8 = 17;
pub const STORE_AND_FORWARD: u8 = 24;
pub const SET_POINT: u8 = 166;
pub const READ_POINT: u8 = 167;
pub const READ_PARAMETERS: u8 = 180;
pub const WRITE_PARAMETERS: u8 = 181;
pub const FILE: u8 = 203;
pub const PEER: u8 = 205;
pub const SRBX: u8 = 224;
pub const ACKNOWLEDGE: u8 = 225;
pub const ERROR: u8 = 255;

/// How long data may be.
#[derive(Clone, Copy, Debug)]
pub enum Size {
    Exact(u8),
    Between(u8, u8),
    /// One of several forms.
    OneOf(&'static [u8]),
}

impl Size {
    pub fn fits(self, data: &[u8]) -> bool {
        match self {
            Self::Exact(size) => data.len() == usize::from(size),
            Self::Between(least, most) => (usize::from(least)..=usize::from(most)).contains(&data.len()),
            Self::OneOf(sizes) => sizes.iter().any(|size| data.len() == usize::from(*size)),
        }
    }
}

/// One opcode.
pub struct Opcode {
    pub code: u8,
    pub name: &'static str,
    pub operation: Operation,
    pub asks: Size,
    pub answers: Size,
}

const fn opcode(code: u8, name: &'static str, operation: Operation, asks: Size, answers: Size) -> Opcode {
    Opcode { code, name, operation, asks, answers }
}

const NONE: Size = Size::Exact(0);
const ANY: Size = Size::Between(0, 255);

const fn least(size: u8) -> Size {
    Size::Between(size, 255)
}

/// Login, logout and session key: standard, enhanced, key.
const LOGINS: Size = Size::OneOf(&[6, 11, 13, 71, 76]);

#[rustfmt::skip]
static OPCODES: &[Opcode] = &[
    opcode(SYSTEM_CONFIGURATION, "System configuration", Op::IdentifyDevice, NONE, least(19)),
    opcode(7, "Read real-time clock", Op::TimeRead, NONE, Size::Exact(8)),
    opcode(SET_CLOCK, "Set real-time clock", Op::TimeSet, Size::Exact(7), NONE),
    opcode(READ_TABLE, "Read configurable opcode point data", Op::Read, Size::Exact(3), least(7)),
    opcode(WRITE_TABLE, "Write configurable opcode point data", Op::Write, least(4), NONE),
    opcode(LOGIN, "Login request", Op::SecurityLogin, LOGINS, Size::OneOf(&[0, 24])),
    opcode(STORE_AND_FORWARD, "Store and forward", Op::Unknown, least(12), ANY),
    opcode(50, "Request I/O point position", Op::Browse, Size::Exact(1), least(1)),
    opcode(100, "Access user-defined information", Op::Browse, Size::Exact(3), least(3)),
    opcode(105, "Request today's and yesterday's minimum and maximum", Op::ReadHistory, Size::Exact(2), least(6)),
    opcode(108, "Request history tag and periodic index", Op::ReadHistory, Size::Between(3, 23), least(15)),
    opcode(118, "Request alarm data", Op::ReadEvents, Size::Exact(3), least(5)),
    opcode(119, "Request event data", Op::ReadEvents, Size::Exact(3), least(5)),
    opcode(120, "Request alarm and event pointers", Op::ReadEvents, NONE, least(4)),
    opcode(121, "Request alarms", Op::ReadEvents, Size::Exact(3), least(5)),
    opcode(122, "Request events", Op::ReadEvents, Size::Exact(3), least(5)),
    opcode(135, "Request single history point data", Op::ReadHistory, Size::Exact(6), least(5)),
    opcode(136, "Request multiple history point data", Op::ReadHistory, Size::Exact(7), least(6)),
    opcode(137, "Request history index for a day", Op::ReadHistory, Size::Exact(3), least(5)),
    opcode(138, "Request daily and periodic history for a day", Op::ReadHistory, Size::Exact(4), least(5)),
    opcode(139, "History information data", Op::ReadHistory, Size::Between(2, 67), least(3)),
    opcode(SET_POINT, "Set single point parameters", Op::WriteParameter, least(5), NONE),
    opcode(READ_POINT, "Request single point parameters", Op::Read, Size::Exact(4), least(5)),
    opcode(READ_PARAMETERS, "Request parameters", Op::Read, least(4), least(5)),
    opcode(WRITE_PARAMETERS, "Write parameters", Op::WriteParameter, least(5), NONE),
    opcode(FILE, "General file transfer", Op::FileRead, least(5), least(1)),
    opcode(PEER, "Peer-to-peer network messages", Op::Unknown, least(4), ANY),
    opcode(206, "Read transaction history data", Op::ReadHistory, Size::OneOf(&[4, 6]), least(3)),
    opcode(SRBX, "SRBX signal", Op::AlarmRaise, ANY, ANY),
    opcode(ACKNOWLEDGE, "Acknowledge SRBX", Op::AlarmAcknowledge, Size::Exact(2), NONE),
    opcode(ERROR, "Error indicator", Op::Unknown, ANY, least(2)),
];

pub fn of(code: u8) -> Option<&'static Opcode> {
    OPCODES.iter().find(|known| known.code == code)
}

/// Code of an error that says that who logs in is not known, or that the password is wrong.
pub const INVALID_LOGON: u8 = 21;

#[rustfmt::skip]
static ERRORS: &[(u8, &str)] = &[
    (1, "Invalid opcode request"), (2, "Invalid parameter number"), (3, "Invalid logical number"),
    (4, "Invalid point type"), (5, "Received too many data bytes"), (6, "Received too few data bytes"),
    (12, "Obsolete"), (13, "Outside valid address range"), (14, "Invalid history request"),
    (15, "Invalid FST request"), (16, "Invalid event entry"), (17, "Requested too many alarms"),
    (18, "Requested too many events"), (19, "Write to read-only parameter"), (20, "Security error"),
    (INVALID_LOGON, "Invalid security logon"), (22, "Invalid store and forward path"),
    (24, "History configuration in progress"), (25, "Invalid parameter range"),
    (29, "Invalid 1 day history index request"), (30, "Invalid history point"), (31, "Invalid min/max request"),
    (32, "Invalid TLP"), (33, "Invalid time"), (34, "Illegal Modbus range"), (50, "General error"),
    (51, "Invalid state for write"), (52, "Invalid configurable opcode request"),
    (61, "HART passthrough disabled on this channel"), (62, "HART passthrough not licensed"),
    (63, "Requested access level too high"), (77, "Invalid logoff string"),
];

pub fn error(code: u8) -> &'static str {
    ERRORS.iter().find(|(known, _)| *known == code).map_or("Unknown error code", |(_, name)| *name)
}
