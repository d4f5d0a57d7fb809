//! The state machine of a slave (ETG.1000.6, 6.4.1): AL control, AL status and its codes (ETG.1020, table 11).

use crate::dataset::Operation;

pub const INIT: u8 = 1;
pub const PREOP: u8 = 2;
pub const BOOT: u8 = 3;
pub const SAFEOP: u8 = 4;
pub const OP: u8 = 8;
/// In AL control: the error is acknowledged. In AL status: there is one.
pub const ERROR: u8 = 0x10;
const STATE: u8 = 0x0f;

pub const fn state(word: u8) -> u8 {
    word & STATE
}

pub const fn name(state: u8) -> &'static str {
    match state {
        INIT => "INIT",
        PREOP => "PREOP",
        BOOT => "BOOT",
        SAFEOP => "SAFEOP",
        OP => "OP",
        _ => "mixed",
    }
}

/// Of all slaves at once the bits of their states stand together: whether they are in one.
pub const fn is_one(state: u8) -> bool {
    matches!(state, INIT | PREOP | BOOT | SAFEOP | OP)
}

/// What a request of a state does to a slave that is in another: down is a stop, and up it comes to speak step by step.
pub fn request(word: u8, before: Option<u8>) -> Operation {
    let wanted = state(word);
    if word & ERROR != 0 && before == Some(wanted) {
        return Operation::AlarmAcknowledge;
    }
    match (wanted, before) {
        (OP, _) => Operation::ModeRun,
        (BOOT, _) => Operation::ModeProgram,
        (PREOP | SAFEOP, Some(before)) if before > wanted && before != BOOT => Operation::ModeStop,
        (PREOP | SAFEOP, _) => Operation::SessionOpen,
        (INIT, Some(PREOP | INIT)) => Operation::SessionClose,
        (INIT, _) => Operation::ModeStop,
        _ => Operation::Unknown,
    }
}

/// Name of an AL status code.
pub const fn code(code: u16) -> &'static str {
    match code {
        0x0000 => "No error",
        0x0001 => "Unspecified error",
        0x0002 => "No memory",
        0x0003 => "Invalid device setup",
        0x0006 => "SII/EEPROM information does not match firmware",
        0x0007 => "Firmware update not successful",
        0x000e => "Licence error",
        0x0011 => "Invalid requested state change",
        0x0012 => "Unknown requested state",
        0x0013 => "Bootstrap not supported",
        0x0014 => "No valid firmware",
        0x0015 | 0x0016 => "Invalid mailbox configuration",
        0x0017 => "Invalid sync manager configuration",
        0x0018 => "No valid inputs available",
        0x0019 => "No valid outputs",
        0x001a => "Synchronization error",
        0x001b => "Sync manager watchdog",
        0x001c => "Invalid sync manager types",
        0x001d => "Invalid output configuration",
        0x001e => "Invalid input configuration",
        0x001f => "Invalid watchdog configuration",
        0x0020 => "Slave needs cold start",
        0x0021 => "Slave needs INIT",
        0x0022 => "Slave needs PREOP",
        0x0023 => "Slave needs SAFEOP",
        0x0024 => "Invalid input mapping",
        0x0025 => "Invalid output mapping",
        0x0026 => "Inconsistent settings",
        0x0027 => "Free run not supported",
        0x0028 => "Synchronization not supported",
        0x0029 => "Free run needs three-buffer mode",
        0x002a => "Background watchdog",
        0x002b => "No valid inputs and outputs",
        0x002c => "Fatal sync error",
        0x002d => "No sync error",
        0x002e => "Cycle time too small",
        0x0030 => "Invalid DC SYNC configuration",
        0x0031 => "Invalid DC latch configuration",
        0x0032 => "PLL error",
        0x0033 => "DC sync I/O error",
        0x0034 => "DC sync timeout error",
        0x0035 => "DC invalid sync cycle time",
        0x0036 => "DC SYNC0 cycle time",
        0x0037 => "DC SYNC1 cycle time",
        0x0041 => "MBX_AOE",
        0x0042 => "MBX_EOE",
        0x0043 => "MBX_COE",
        0x0044 => "MBX_FOE",
        0x0045 => "MBX_SOE",
        0x004f => "MBX_VOE",
        0x0050 => "EEPROM no access",
        0x0051 => "EEPROM error",
        0x0052 => "External hardware not ready",
        0x0060 => "Slave restarted locally",
        0x0061 => "Device identification value updated",
        0x0070 => "Detected module list does not match",
        0x0080..=0x0088 => "Supply voltage",
        0x0089 => "Temperature",
        0x00f0 => "Application controller available",
        0x8000.. => "Vendor specific",
        _ => "Reserved",
    }
}
