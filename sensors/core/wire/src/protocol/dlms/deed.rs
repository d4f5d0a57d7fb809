//! What a request does: its operation, by class, attribute or method, and OBIS code; what must not be told.

use super::service::Place;
use crate::dataset::Operation;

pub const CLOCK: u16 = 8;
pub const SCRIPT_TABLE: u16 = 9;
pub const ASSOCIATION_SN: u16 = 12;
pub const ASSOCIATION_LN: u16 = 15;
pub const IMAGE_TRANSFER: u16 = 18;

/// Last part of OBIS codes that say what stands there: `0.b.96.1.0.255`.
const LOGICAL_DEVICE_NAME: [u8; 3] = [42, 0, 0];
const SERIAL: [u8; 3] = [96, 1, 0];
const FIRMWARE: [u8; 3] = [0, 2, 0];

/// What kind of identity an attribute holds.
pub const fn identity(place: Place) -> Option<&'static str> {
    let Place::Logical { class: 1, instance: [medium, _, c, d, e, _], member: 2, method: false } = place else {
        return None;
    };
    match (medium, [c, d, e]) {
        (0, LOGICAL_DEVICE_NAME) => Some("name"),
        (0, SERIAL) => Some("serial"),
        (1, FIRMWARE) => Some("firmware"),
        _ => None,
    }
}

/// Short names of the association's methods: change of the passwords of LLS and HLS, the answer to a challenge (IEC
/// 62056-6-2, class 12, base name FA00).
const CHANGE_LLS_SECRET: u16 = 0xfa40;
const CHANGE_HLS_SECRET: u16 = 0xfa48;
const REPLY_TO_HLS: u16 = 0xfa58;

/// What comes by a short name.
const fn short(name: u16, otherwise: Operation) -> Operation {
    match name {
        CHANGE_LLS_SECRET | CHANGE_HLS_SECRET => Operation::SecurityPassword,
        REPLY_TO_HLS => Operation::SecurityLogin,
        0xfa00..=0xfaff => Operation::Browse,
        _ => otherwise,
    }
}

/// Objects whose values are secrets: passwords, keys, PINs, tokens of credit.
pub const fn secret(place: Place) -> bool {
    let (class, member, method) = match place {
        Place::Logical { class, member, method, .. } => (class, member, method),
        Place::Short(name) => return matches!(name, CHANGE_LLS_SECRET | CHANGE_HLS_SECRET | REPLY_TO_HLS),
    };
    matches!(
        (class, method, member),
        (ASSOCIATION_LN, false, 7)
            | (ASSOCIATION_LN, true, 1 | 2)
            | (ASSOCIATION_SN, true, 5 | 6 | 8)
            | (19, false, 7..=9)
            | (44, false, 5)
            | (45, false, 3)
            | (64, true, 2 | 3 | 6)
            | (72, true, 7 | 8)
            | (115, false, 2)
            | (115, true, 1)
    )
}

/// Reading an attribute.
pub const fn get(place: Place) -> Operation {
    let (class, [_, _, c, d, ..], member) = match place {
        Place::Logical { class, instance, member, .. } => (class, instance, member),
        Place::Short(name) => return short(name, Operation::Read),
    };
    if identity(place).is_some() {
        return Operation::IdentifyDevice;
    }
    match (class, member) {
        (7, 2) if c == 99 && d == 98 => Operation::ReadEvents,
        (7, 2) => Operation::ReadHistory,
        (CLOCK, 2) => Operation::TimeRead,
        (ASSOCIATION_LN | ASSOCIATION_SN | 17, 2) => Operation::Browse,
        (18, 7) => Operation::IdentifyDevice,
        _ => Operation::Read,
    }
}

/// Writing an attribute.
pub const fn set(place: Place) -> Operation {
    let (class, [_, _, c, d, ..], member) = match place {
        Place::Logical { class, instance, member, .. } => (class, instance, member),
        Place::Short(name) => return short(name, Operation::Write),
    };
    match (class, member) {
        (1, 2) if c == 97 && d == 98 => Operation::AlarmClear,
        (1, 2) if c == 97 && d == 97 => Operation::DiagnoseClear,
        (1..=5, _) => Operation::Write,
        (CLOCK, _) => Operation::TimeSet,
        (SCRIPT_TABLE, _) => Operation::ProgramEdit,
        (ASSOCIATION_LN, 7) => Operation::SecurityPassword,
        (19, 7..=9) => Operation::SecurityPassword,
        (ASSOCIATION_LN | ASSOCIATION_SN | 17 | 64 | 122 | 124, _) => Operation::ConfigureAccess,
        (21 | 65, _) => Operation::ConfigureAlarm,
        (40, _) => Operation::ConfigureConnection,
        (19 | 23 | 27..=29 | 41..=48, _) => Operation::ConfigureNetwork,
        (6..=72, _) => Operation::ConfigureDevice,
        _ => Operation::Write,
    }
}

/// Calling a method.
pub const fn action(place: Place) -> Operation {
    let Place::Logical { class, instance: [_, _, c, d, e, _], member, .. } = place else {
        return Operation::MethodCall;
    };
    match (class, member) {
        (3..=5 | 61, 1) => Operation::Write,
        (5, 2) => Operation::Write,
        (7 | 62, 1) => Operation::WriteHistory,
        (CLOCK, _) => Operation::TimeSet,
        (SCRIPT_TABLE, 1) if c == 10 && d == 0 => script(e),
        (6 | 10 | 11 | 20, _) => Operation::ConfigureDevice,
        (ASSOCIATION_SN, 3 | 4) => Operation::Browse,
        (ASSOCIATION_SN, 5 | 6) | (ASSOCIATION_LN, 2) => Operation::SecurityPassword,
        (ASSOCIATION_SN, 8) | (ASSOCIATION_LN, 1) => Operation::SecurityLogin,
        (ASSOCIATION_LN | 17 | 122, _) => Operation::ConfigureAccess,
        (IMAGE_TRANSFER, _) => Operation::FirmwareUpdate,
        (64, 1) => Operation::ConfigureAccess,
        (64, 7) => Operation::Read,
        (64, _) | (72, 7 | 8) => Operation::SecurityKey,
        (70, _) => Operation::ControlOperate,
        (42, _) => Operation::ConfigureNetwork,
        (111..=113, _) => Operation::WriteParameter,
        _ => Operation::MethodCall,
    }
}

/// Scripts that the standard names, by the last part of their code (IEC 62056-6-1, `0.b.10.0.e.255`).
const fn script(number: u8) -> Operation {
    match number {
        0 => Operation::RestartFactory,
        101 => Operation::ModeTest,
        102 => Operation::ModeRun,
        106 => Operation::ControlOperate,
        107 => Operation::FirmwareUpdate,
        _ => Operation::MethodCall,
    }
}
