//! What status bytes mean (KNX 3/8/2 5.5.1, 3/8/9 2.2, 3/3/7 3.5).

/// Status of a connection service.
pub fn connection(code: u8) -> &'static str {
    match code {
        0 => "no error",
        0x01 => "host protocol type not supported",
        0x02 => "version not supported",
        0x04 => "sequence number wrong",
        0x0f => "error",
        0x21 => "no such connection",
        0x22 => "connection type not supported",
        0x23 => "connection option not supported",
        0x24 => "no more connections",
        0x25 => "no more unique connections",
        0x26 => "error of the data connection",
        0x27 => "error of the KNX connection",
        0x28 => "not authorised",
        0x29 => "tunnelling layer not supported",
        0x2d => "no such tunnelling address",
        0x2e => "tunnelling address in use",
        _ => "unknown status",
    }
}

/// Status of a secure session.
pub fn session(code: u8) -> &'static str {
    match code {
        0 => "authentication success",
        1 => "authentication failed",
        2 => "unauthenticated",
        3 => "timeout",
        4 => "keep alive",
        5 => "close",
        _ => "unknown status",
    }
}

/// Error code in a refused M_PropRead.con or M_PropWrite.con (KNX 3/6/3 4.1.7.3).
pub fn property(code: u8) -> &'static str {
    match code {
        0 => "unspecified error",
        1 => "out of range",
        2 => "above the greatest value",
        3 => "below the least value",
        4 => "memory error",
        5 => "read only",
        6 => "illegal command",
        7 => "no such property",
        8 => "type conflict",
        9 => "index out of range",
        10 => "not writable now",
        _ => "unknown error",
    }
}

/// Return code of the extended services and of tunnelling features (KNX 3/3/7 3.5).
pub fn returned(code: u8) -> &'static str {
    match code {
        0 => "success",
        1 => "success with CRC",
        0xf1 => "memory error",
        0xf2 => "invalid command",
        0xf3 => "impossible command",
        0xf4 => "exceeds the maximum APDU length",
        0xf5 => "data overflow",
        0xf6 => "out of minimum",
        0xf7 => "out of maximum",
        0xf8 => "data void",
        0xf9 => "temporarily not available",
        0xfa => "access write only",
        0xfb => "access read only",
        0xfc => "access denied",
        0xfd => "address void",
        0xfe => "data type conflict",
        0xff => "error",
        _ => "unknown return code",
    }
}

/// Error code of a master reset's response (KNX 3/5/2 3.7.1).
pub fn restart(code: u8) -> &'static str {
    match code {
        0 => "no error",
        1 => "access denied",
        2 => "erase code not supported",
        3 => "channel number invalid",
        _ => "unknown error",
    }
}
