//! End codes by name (SH-080956 appendix; SH-080008 13).

pub fn name(code: u16) -> &'static str {
    match code {
        0x0055 => "online change during RUN not permitted",
        0x4000..=0x4fff => cpu(code),
        0xc050 => "ASCII data cannot be converted",
        0xc051..=0xc054 => "number of points out of range",
        0xc056 => "read or write beyond the last address",
        0xc058 => "data length disagrees with the points",
        0xc059 => "command or subcommand not supported",
        0xc05b => "device cannot be accessed",
        0xc05c => "wrong request data",
        0xc05d => "no monitor registration",
        0xc05f => "request not possible at this target",
        0xc060 => "wrong value of a bit device",
        0xc061 => "request length disagrees with the data",
        0xc06f => "ASCII and binary mixed up",
        0xc070 => "device memory extension not possible",
        0xc0b5 => "data cannot be handled",
        0xc200 => "remote password wrong",
        0xc201 => "port locked by the remote password",
        0xc204 => "unlocked by another device",
        0xc810 => "remote password wrong",
        0xc811..=0xc816 => "remote password locked out",
        0xcee0 => "busy with another request",
        0xcee1 => "request too long",
        0xcee2 => "response too long",
        _ => "unknown end code",
    }
}

/// What the CPU module found.
fn cpu(code: u16) -> &'static str {
    match code {
        0x4000 => "checksum error",
        0x4001 => "request not supported",
        0x4002 => "command not supported",
        0x4005 | 0x4006 => "data too long or short",
        0x4010 => "not possible during RUN",
        0x4013 => "not possible in this state",
        0x4021 => "drive missing or faulty",
        0x4022 => "file missing",
        0x4030 => "device name cannot be specified",
        0x4031 => "device number out of range",
        0x4040..=0x4043 => "intelligent module access error",
        0x4080 => "data error",
        0x408b => "remote request cannot be executed",
        _ => "CPU module error",
    }
}
