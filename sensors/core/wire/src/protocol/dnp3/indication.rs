//! Internal indications of a response (IEEE 1815-2012 4.2.2.6): what the outstation says of itself.
//!
//! | IIN1: bits 0-7 of the low byte | IIN2: bits 0-7 of the high byte |

pub const NO_FUNC_CODE_SUPPORT: u16 = 0x0100;
pub const DEVICE_RESTART: u16 = 0x0080;
/// The request failed.
pub const ERRORS: u16 = 0x1700;
/// The outstation is not well: local control, trouble, restart, overflow, corrupt configuration.
pub const ALARMS: u16 = 0x28e0;

const NAMES: [(u16, &str); 14] = [
    (0x0001, "broadcast"),
    (0x0002, "class_1_events"),
    (0x0004, "class_2_events"),
    (0x0008, "class_3_events"),
    (0x0010, "need_time"),
    (0x0020, "local_control"),
    (0x0040, "device_trouble"),
    (0x0080, "device_restart"),
    (NO_FUNC_CODE_SUPPORT, "no_func_code_support"),
    (0x0200, "object_unknown"),
    (0x0400, "parameter_error"),
    (0x0800, "event_buffer_overflow"),
    (0x1000, "already_executing"),
    (0x2000, "config_corrupt"),
];

/// Names of the bits that are set.
pub fn names(bits: u16) -> impl Iterator<Item = &'static str> {
    NAMES.iter().filter(move |(bit, _)| bits & bit != 0).map(|(_, name)| *name)
}

/// Code and name of the first error that is set.
pub fn error(bits: u16) -> Option<(u32, &'static str)> {
    NAMES.iter().find(|(bit, _)| bits & ERRORS & bit != 0).map(|(bit, name)| (u32::from(*bit), *name))
}
