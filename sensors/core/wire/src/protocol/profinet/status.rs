//! PNIOStatus: ErrorCode, ErrorDecode, ErrorCode1, ErrorCode2 (IEC 61158-6-10, 5.2.6).

use crate::bytes::u8_at;

const CODE_RTA: u8 = 0xcf;
const DECODE_PNIORW: u8 = 0x80;
const DECODE_PNIO: u8 = 0x81;

/// The four octets as one number, ErrorCode first.
pub fn read(data: &[u8], at: usize, little: bool) -> Option<u32> {
    if little { crate::bytes::le32(data, at) } else { crate::bytes::be32(data, at) }
}

/// What a status says; 0 is no error.
pub fn name(status: u32) -> &'static str {
    let octets = status.to_be_bytes();
    let at = |place| u8_at(&octets, place).unwrap_or(0);
    match (at(0), at(1), at(2), at(3)) {
        (0, 0, 0, 0) => "OK",
        (CODE_RTA, DECODE_PNIO, 0xfd, reason) => aborted(reason),
        (0xde..=0xdf, DECODE_PNIORW, access, _) => access_error(access),
        (0xda..=0xdd, DECODE_PNIO, 0x40, 4 | 5) => "AR unknown",
        (0xda..=0xdd, DECODE_PNIO, block, _) => faulty(block),
        (_, 0x82, _, _) => "Manufacturer specific",
        _ => "Error",
    }
}

/// ErrorCode1 of record data: class in the high, reason in the low four bits.
fn access_error(code: u8) -> &'static str {
    match code {
        0xa0 => "Application: read error",
        0xa1 => "Application: write error",
        0xa2 => "Application: module failure",
        0xa7 => "Application: busy",
        0xa8 => "Application: version conflict",
        0xa9 => "Application: feature not supported",
        0xb0 => "Access: invalid index",
        0xb1 => "Access: write length error",
        0xb2 => "Access: invalid slot or subslot",
        0xb3 => "Access: type conflict",
        0xb4 => "Access: invalid area or API",
        0xb5 => "Access: state conflict",
        0xb6 => "Access: access denied",
        0xb7 => "Access: invalid range",
        0xb8 => "Access: invalid parameter",
        0xb9 => "Access: invalid type",
        0xba => "Access: backup",
        0xc0 => "Resource: read constraint conflict",
        0xc1 => "Resource: write constraint conflict",
        0xc2 => "Resource: busy",
        0xc3 => "Resource: unavailable",
        _ => "Record data error",
    }
}

/// ErrorCode1 of connection management: the block that is at fault.
fn faulty(block: u8) -> &'static str {
    match block {
        1 => "Connect: faulty ARBlockReq",
        2 => "Connect: faulty IOCRBlockReq",
        3 => "Connect: faulty ExpectedSubmoduleBlockReq",
        4 => "Connect: faulty AlarmCRBlockReq",
        5 => "Connect: faulty PrmServerBlockReq",
        8 => "Read: faulty record",
        20..=23 => "Control: faulty IODControlReq",
        40 => "Release: faulty ReleaseBlock",
        60..=62 => "Alarm acknowledgement error",
        0x40 => "RMPM error",
        0xff => "Faulty connection",
        _ => "Connection error",
    }
}

/// ErrorCode2 of an RTA error: why a connection ends.
fn aborted(reason: u8) -> &'static str {
    match reason {
        1 => "Abort: sequence number",
        2 => "Abort: instance closed",
        3 => "Abort: AR out of memory",
        4 => "Abort: AR add provider or consumer failed",
        5 => "Abort: consumer data hold time expired",
        6 => "Abort: command timeout",
        7 => "Abort: alarm add failed",
        8 => "Abort: alarm send failed",
        9 => "Abort: alarm data send failed",
        12 => "Abort: received NACK or error",
        15 => "Abort: AR protocol error",
        16 => "Abort: CMI timeout",
        17 => "Abort: no request in time",
        18 => "Abort: RPC fault",
        20 => "Abort: DCP station name changed",
        21 => "Abort: DCP reset to factory",
        24 => "Abort: device missed parametrization",
        31 => "Abort: IP address conflict or change",
        _ => "Abort",
    }
}
