//! ADS commands, states, transmission modes and well-known AMS ports (Beckhoff Information System, "ADS commands",
//! "ADSSTATE", "AdsTransMode", "AMS port"; AdsDef.h).

use crate::dataset::Operation;

pub const READ_DEVICE_INFO: u16 = 1;
pub const READ: u16 = 2;
pub const WRITE: u16 = 3;
pub const READ_STATE: u16 = 4;
pub const WRITE_CONTROL: u16 = 5;
pub const ADD_NOTIFICATION: u16 = 6;
pub const DELETE_NOTIFICATION: u16 = 7;
pub const DEVICE_NOTIFICATION: u16 = 8;
pub const READ_WRITE: u16 = 9;

/// AMS port of the system service.
pub const SYSTEM_SERVICE: u16 = 10_000;

pub const fn known(command: u16) -> bool {
    command >= READ_DEVICE_INFO && command <= READ_WRITE
}

/// Whether its request names index group and offset.
pub const fn places(command: u16) -> bool {
    matches!(command, READ | WRITE | READ_WRITE | ADD_NOTIFICATION)
}

/// Name of a command, and what it does when its index group says nothing else.
pub const fn command(command: u16) -> (Option<&'static str>, Operation) {
    match command {
        READ_DEVICE_INFO => (Some("Read Device Info"), Operation::IdentifyDevice),
        READ => (Some("Read"), Operation::Read),
        WRITE => (Some("Write"), Operation::Write),
        READ_STATE => (Some("Read State"), Operation::DiagnoseRead),
        WRITE_CONTROL => (Some("Write Control"), Operation::ConfigureDevice),
        ADD_NOTIFICATION => (Some("Add Device Notification"), Operation::SubscribeStart),
        DELETE_NOTIFICATION => (Some("Delete Device Notification"), Operation::SubscribeStop),
        DEVICE_NOTIFICATION => (Some("Device Notification"), Operation::Publish),
        READ_WRITE => (Some("Read Write"), Operation::MethodCall),
        _ => (None, Operation::Unknown),
    }
}

const RESET: u16 = 2;
const SHUTDOWN: u16 = 12;
/// Device state of a shutdown that starts again.
const REBOOT: u16 = 1;

/// Name of an ADS state.
pub const fn state(state: u16) -> Option<&'static str> {
    Some(match state {
        0 => "INVALID",
        1 => "IDLE",
        RESET => "RESET",
        3 => "INIT",
        4 => "START",
        5 => "RUN",
        6 => "STOP",
        7 => "SAVECFG",
        8 => "LOADCFG",
        9 => "POWERFAILURE",
        10 => "POWERGOOD",
        11 => "ERROR",
        SHUTDOWN => "SHUTDOWN",
        13 => "SUSPEND",
        14 => "RESUME",
        15 => "CONFIG",
        16 => "RECONFIG",
        17 => "STOPPING",
        18 => "INCOMPATIBLE",
        19 => "EXCEPTION",
        _ => return None,
    })
}

/// What it does to bring a port into a state. A reset of the system service starts TwinCAT anew, that of a PLC runtime its
/// program from its initial values; the system service shuts the computer down.
pub const fn control(port: u16, state: u16, device: u16) -> Operation {
    match state {
        RESET if port == SYSTEM_SERVICE => Operation::RestartWarm,
        RESET => Operation::RestartCold,
        SHUTDOWN if port == SYSTEM_SERVICE && device == REBOOT => Operation::RestartCold,
        1 | 6 | SHUTDOWN | 13 | 17 => Operation::ModeStop,
        3 => Operation::RestartWarm,
        4 | 5 | 14 => Operation::ModeRun,
        15 | 16 => Operation::ModeProgram,
        _ => Operation::ConfigureDevice,
    }
}

/// Name of a transmission mode of notifications.
pub const fn transmission(mode: u32) -> Option<&'static str> {
    Some(match mode {
        0 => "no transmission",
        1 => "client cycle",
        2 => "client on change",
        3 => "cyclic",
        4 => "on change",
        5 => "cyclic in context",
        6 => "on change in context",
        10 => "once",
        _ => return None,
    })
}

/// What listens at an AMS port.
pub const fn service(port: u16) -> Option<&'static str> {
    Some(match port {
        1 => "AMS router",
        2 => "AMS debugger",
        10 => "TCom server",
        100 => "logger",
        110 => "event logger",
        130 | 131 => "event system",
        200 => "real time",
        290 => "trace",
        300..=349 => "I/O",
        350..=399 => "task",
        400 => "SPS",
        500 | 501 | 511 => "NC",
        550 => "ISG",
        600 => "PCS",
        800 => "PLC",
        801 | 811 | 821 | 831 | 851..=899 => "PLC runtime",
        900 => "camshaft controller",
        SYSTEM_SERVICE => "system service",
        14_000 => "scope",
        27_905 => "EtherCAT slave",
        30_000 => "licence server",
        _ => return None,
    })
}

/// Whether an AMS port is a numerical control, whose index groups mean something of their own.
pub const fn numerical(port: u16) -> bool {
    matches!(port, 500 | 501 | 511)
}

#[cfg(test)]
mod tests {
    use super::{SYSTEM_SERVICE, control};
    use crate::dataset::Operation;

    #[test]
    fn a_reset_depends_on_whom_it_is_for() {
        assert_eq!(control(851, 2, 0), Operation::RestartCold);
        assert_eq!(control(SYSTEM_SERVICE, 2, 0), Operation::RestartWarm);
        assert_eq!(control(SYSTEM_SERVICE, 12, 1), Operation::RestartCold);
        assert_eq!(control(SYSTEM_SERVICE, 12, 0), Operation::ModeStop);
        assert_eq!(control(851, 99, 0), Operation::ConfigureDevice);
    }
}
