//! Lengths of messages: what was changed gets past the framing when they are right again.

use crate::checksums;

/// Puts a message's own length or checksum right. A protocol goes by its name and the label of its carrier.
pub fn mend(protocol: (&str, &str), bytes: &mut Vec<u8>) {
    match protocol {
        ("modbus", "modbus") => mbap(bytes),
        ("modbus", _) => checksums::checksum(bytes),
        ("mqtt", _) => remaining(bytes),
        ("opcua", _) => size_field(bytes),
        ("s7comm", _) => packet(bytes),
        ("s7comm_plus", _) => unit(bytes),
        ("mms", _) => layers(bytes),
        ("enip", _) => encapsulated(bytes),
        ("iec104", _) => apdu_length(bytes),
        ("iec101" | "mbus", _) => checksums::serial_frame(bytes),
        ("dnp3", _) => checksums::blocks(bytes),
        ("goose", "goose") | ("sampled_values", "sampled_values") => application_length(bytes),
        ("goose" | "sampled_values", _) => payload_length(bytes),
        ("bacnet", _) => link_length(bytes),
        ("hsms", _) => message_length(bytes),
        ("profinet", _) => body_length(bytes),
        ("synchrophasor", _) => checksums::frame_size(bytes),
        ("ethercat", _) => datagrams_length(bytes),
        ("ads", _) => ams_lengths(bytes),
        ("fins", _) => counted(bytes),
        ("slmp", _) => framed(bytes),
        ("ge_srtp", _) => text_length(bytes),
        ("c1222", _) => outer_length(bytes),
        ("tristation", _) => checksums::checked(bytes),
        ("roc_plus", _) => checksums::polled(bytes),
        ("codesys", _) => block_length(bytes),
        ("codesys_v2", _) => command_length(bytes),
        ("knx", _) => total_length(bytes),
        ("dlms", _) => checksums::meter_frame(bytes),
        ("suitelink", _) => follows(bytes),
        ("melsoft", _) => body(bytes),
        ("opc_classic", _) => fragment(bytes),
        ("hart_ip", _) => checksums::framed_twice(bytes),
        ("can" | "canopen" | "j1939" | "devicenet", _) => data_length(bytes),
        _ => {}
    }
}

/// | header size 1 | version 1 | service 2 | 4 total length 2 | … |, and of a telegram on a channel: | 10 code | 0 | … | 18
/// length 1, of the TPDU less 1 | TPDU |.
fn total_length(bytes: &mut [u8]) {
    let Ok(length) = u16::try_from(bytes.len()) else { return };
    if length < 6 {
        return;
    }
    bytes[4..6].copy_from_slice(&length.to_be_bytes());
    if length > 20 && bytes[2..4] == [4, 0x20] && bytes[11] == 0 {
        bytes[18] = u8::try_from(length - 20).unwrap_or(u8::MAX);
    }
}

/// Over TCP: | magic 4 | 4 length of the whole 4 | … |.
fn block_length(bytes: &mut [u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    if bytes.starts_with(&[0, 1, 0x17, 0xe8]) && length >= 14 {
        bytes[4..8].copy_from_slice(&length.to_le_bytes());
    }
}

/// Plain: | bb bb | 2 length of what follows 4 |; wrapped: | cc cc | 4 length of what follows 24 bytes 4 |.
fn command_length(bytes: &mut [u8]) {
    let (at, header) = if bytes.starts_with(&[0xbb; 2]) { (2, 6) } else { (4, 24) };
    let Some(length) = bytes.len().checked_sub(header).and_then(|length| u32::try_from(length).ok()) else { return };
    bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
}

/// | 0 identifier 4 | 4 length 1 | 5 flags and reserved 3 | 8 data |
fn data_length(bytes: &mut [u8]) {
    let data = u8::try_from(bytes.len().saturating_sub(8)).unwrap_or(64).min(64);
    if let Some(length) = bytes.get_mut(4) {
        *length = data;
    }
}

/// | 0 version and type 3 | flags 1 | 4 data representation 4 | 8 length 2, of all | token 2 | call 4 | body |, little endian
fn fragment(bytes: &mut [u8]) {
    let Ok(length) = u16::try_from(bytes.len()) else { return };
    if length < 16 {
        return;
    }
    bytes[4] |= 0x10;
    bytes[8..10].copy_from_slice(&length.to_le_bytes());
}

/// | 0 57, d7 | … | 19 length 2, of what follows | body |
fn body(bytes: &mut [u8]) {
    let Some(length) = bytes.len().checked_sub(21).and_then(|length| u16::try_from(length).ok()) else { return };
    if bytes[0] & 0x7f == 0x57 {
        bytes[19..21].copy_from_slice(&length.to_le_bytes());
    }
}

/// | 0 bytes that follow 2 | type 2 | body | a5 |
fn follows(bytes: &mut [u8]) {
    let Ok(length) = u16::try_from(bytes.len().saturating_sub(2)) else { return };
    if length < 3 {
        return;
    }
    bytes[..2].copy_from_slice(&length.to_le_bytes());
    if let Some(end) = bytes.last_mut() {
        *end = 0xa5;
    }
}

/// | 0 length 4, of what follows | header 10 | text |
fn message_length(bytes: &mut [u8]) {
    let follows = u32::try_from(bytes.len().saturating_sub(4)).unwrap_or(u32::MAX);
    if let Some(length) = bytes.first_chunk_mut::<4>() {
        *length = follows.to_be_bytes();
    }
}

/// | 0 length 11 bits, type 5 bits |, and of a single datagram: | 8 length 11 bits | … | 12 data | counter 2 |.
fn datagrams_length(bytes: &mut [u8]) {
    if bytes.len() < 14 {
        return;
    }
    for (at, around) in [(0, 2), (8, 14)] {
        let length = u16::try_from(bytes.len() - around).unwrap_or(0) & 0x07ff;
        let word = u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let more = at == 8 && word & 0x8000 != 0;
        if !more {
            bytes[at..at + 2].copy_from_slice(&(word & 0xf800 | length).to_le_bytes());
        }
    }
}

/// | reserved 2 (0) | 2 length 4, of the rest | … | 26 length 4, of the data | … | 38 data |, little-endian; a datagram has
/// none of them.
fn ams_lengths(bytes: &mut [u8]) {
    let size = u32::try_from(bytes.len()).unwrap_or(0);
    if let Some((head, rest)) = bytes.split_first_chunk_mut::<26>()
        && let Some(inner) = rest.first_chunk_mut::<4>()
        && head[0] == 0
    {
        head[2..6].copy_from_slice(&size.saturating_sub(6).to_le_bytes());
        *inner = size.saturating_sub(38).to_le_bytes();
    }
}

/// | subheader 2 | 4E: serial 4 | target 5 | length 2, of what follows |, in ASCII each byte as two digits.
fn framed(bytes: &mut [u8]) {
    let (ascii, serial) = match bytes {
        [0x50 | 0xd0, 0, ..] => (false, false),
        [0x54 | 0xd4, 0, ..] => (false, true),
        [b'5' | b'D', b'0', ..] => (true, false),
        [b'5' | b'D', b'4', ..] => (true, true),
        _ => return,
    };
    let at = if serial { 11 } else { 7 };
    let (at, width) = if ascii { (at * 2, 4) } else { (at, 2) };
    let Some(follows) = bytes.len().checked_sub(at + width) else { return };
    let follows = u16::try_from(follows).unwrap_or(u16::MAX);
    let field = if ascii { format!("{follows:04X}").into_bytes() } else { follows.to_le_bytes().to_vec() };
    bytes[at..at + width].copy_from_slice(&field);
}

/// FINS/TCP: | "FINS" 4 | length 4, of what follows | … | 16 message |; a message that writes: | 10 command 2 (0102) | area 1 |
/// address 3 | elements 2 | data |.
fn counted(bytes: &mut [u8]) {
    let at = if bytes.starts_with(b"FINS") { 16 } else { 0 };
    let length = bytes.len();
    if at > 0 && length >= 8 {
        let follows = u32::try_from(length - 8).unwrap_or(u32::MAX);
        bytes[4..8].copy_from_slice(&follows.to_be_bytes());
    }
    let Some(data) = length.checked_sub(at + 18) else { return };
    if bytes[at] & 0x40 == 0 && bytes[at + 10..at + 12] == [1, 2] {
        let width = if bytes[at + 12] & 0x80 == 0 { 1 } else { 2 };
        let elements = u16::try_from(data / width).unwrap_or(u16::MAX);
        bytes[at + 16..at + 18].copy_from_slice(&elements.to_be_bytes());
    }
}

/// DCP: | FrameID 2 | service 2 | Xid 4 | delay 2 | length 2, of what follows |; a call: | version 1 (4) | … | 4 order 1 |
/// … | 74 length 2 | … | 80 body |. Cyclic frames end in a transfer status of 0.
fn body_length(bytes: &mut [u8]) {
    match bytes {
        [0xfe, 0xfc..=0xff, ..] if bytes.len() >= 12 => {
            let follows = u16::try_from(bytes.len() - 12).unwrap_or(u16::MAX);
            bytes[10..12].copy_from_slice(&follows.to_be_bytes());
        }
        [4, ..] if bytes.len() >= 80 => {
            let follows = u16::try_from(bytes.len() - 80).unwrap_or(u16::MAX);
            let little = bytes[4] & 0x10 != 0;
            bytes[74..76].copy_from_slice(&if little { follows.to_le_bytes() } else { follows.to_be_bytes() });
        }
        [.., last] => *last = 0,
        [] => {}
    }
}

/// | transaction 2 | protocol 2 | length 2, of what follows |
fn mbap(bytes: &mut [u8]) {
    let follows = u16::try_from(bytes.len().saturating_sub(6)).unwrap_or(u16::MAX).to_be_bytes();
    if let Some(field) = bytes.get_mut(2..6) {
        field.copy_from_slice(&[0, 0, follows[0], follows[1]]);
    }
}

/// | type and flags 1 | remaining length 1 to 4, seven bits a byte |
fn remaining(bytes: &mut Vec<u8>) {
    let field = bytes.iter().skip(1).take(4).position(|byte| byte & 0x80 == 0).map_or(1, |at| at + 1);
    if bytes.len() < 1 + field {
        return;
    }
    let mut left = bytes.len() - 1 - field;
    let mut written = Vec::new();
    loop {
        let digit = u8::try_from(left & 0x7f).unwrap_or(0);
        left >>= 7;
        written.push(if left > 0 { digit | 0x80 } else { digit });
        if left == 0 {
            break;
        }
    }
    bytes.splice(1..=field, written);
}

/// | 0 version 1 | 1 reserved 1 | 2 length 2, of the whole | 4 transport header 3 | 7 S7: 13 parameter length 2 | 15 data
/// length 2 |. The parameter keeps its length as far as there is room, the data take the rest.
fn packet(bytes: &mut [u8]) {
    let length = bytes.len();
    let whole = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    if let Some(field) = bytes.get_mut(..4) {
        field.copy_from_slice(&[3, 0, whole[0], whole[1]]);
    }
    let head = if bytes.get(8).is_some_and(|kind| matches!(kind, 2 | 3)) { 19 } else { 17 };
    let (Some(rest), Some(&[high, low])) = (length.checked_sub(head), bytes.get(13..15)) else { return };
    let parameter = usize::from(u16::from_be_bytes([high, low])).min(rest);
    let part = |size: usize| u16::try_from(size).unwrap_or(u16::MAX).to_be_bytes();
    let lengths = [part(parameter), part(rest - parameter)].concat();
    if let Some(field) = bytes.get_mut(13..17) {
        field.copy_from_slice(&lengths);
    }
}

/// | 0 version 1 | 1 reserved 1 | 2 length 2, of the whole | 4 transport header 3 | 7 protocol id 1, version 1 | 9 length 2 |
/// data | trailer 4 |: the data take all between header and trailer.
fn unit(bytes: &mut [u8]) {
    let length = bytes.len();
    let whole = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    if let Some(field) = bytes.get_mut(..4) {
        field.copy_from_slice(&[3, 0, whole[0], whole[1]]);
    }
    let data = u16::try_from(length.saturating_sub(15)).unwrap_or(u16::MAX).to_be_bytes();
    let version = bytes.get(8).copied().unwrap_or(1);
    if let (Some(field), true) = (bytes.get_mut(9..11), length >= 15) {
        field.copy_from_slice(&data);
        if let Some(trailer) = bytes.last_chunk_mut::<4>() {
            *trailer = [0x72, version, 0, 0];
        }
    }
}

/// | 0 version 1 | 1 reserved 1 | 2 length 2, of the whole | 4 transport header 3 | 7 session 4, or nothing | elements of BER |.
/// Each element around the last has the length of what is left; small ones before others keep theirs.
fn layers(bytes: &mut [u8]) {
    let whole = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    if let Some(field) = bytes.get_mut(..4) {
        field.copy_from_slice(&[3, 0, whole[0], whole[1]]);
    }
    let mut at = if bytes.get(7..11) == Some(&[1, 0, 1, 0]) { 11 } else { 7 };
    while let (Some(&tag), Some(&length)) = (bytes.get(at), bytes.get(at + 1)) {
        let constructed = tag & 0x20 != 0;
        let behind = at + 2 + usize::from(length);
        if !constructed && length < 0x80 && behind < bytes.len() {
            at = behind;
            continue;
        }
        let rest = bytes.len() - at - 2;
        match length {
            0x81 if rest > 0 => bytes[at + 2] = u8::try_from(rest - 1).unwrap_or(u8::MAX),
            0..=0x7f => bytes[at + 1] = u8::try_from(rest).unwrap_or(0x7f).min(0x7f),
            _ => {}
        }
        if !constructed {
            return;
        }
        at += if length == 0x81 { 3 } else { 2 };
    }
}

/// | start 1 | length 1, of what follows |
fn apdu_length(bytes: &mut [u8]) {
    let follows = u8::try_from(bytes.len().saturating_sub(2)).unwrap_or(u8::MAX);
    if let Some(field) = bytes.get_mut(..2) {
        field.copy_from_slice(&[0x68, follows]);
    }
}

/// | 0 APPID 2 | 2 length 2, of the whole | (IEC 61850-8-1, annex C)
fn application_length(bytes: &mut [u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    if let Some(field) = bytes.get_mut(2..4) {
        field.copy_from_slice(&length);
    }
}

/// | LI 1, UD 0x40 | session 24 … | 26 length 1, vector | payload length 4 | type, simulated, APPID 4 | APDU length 2 | APDU |
/// (IEC TR 61850-90-5), with nothing behind the payload.
fn payload_length(bytes: &mut [u8]) {
    let Some(at) = bytes.get(26).map(|vector| 27 + usize::from(*vector)) else { return };
    let payload = bytes.len().saturating_sub(at + 4);
    if let Some(field) = bytes.get_mut(at..at + 4) {
        field.copy_from_slice(&u32::try_from(payload).unwrap_or(u32::MAX).to_be_bytes());
    }
    if let Some(field) = bytes.get_mut(at + 8..at + 10) {
        field.copy_from_slice(&u16::try_from(payload.saturating_sub(6)).unwrap_or(u16::MAX).to_be_bytes());
    }
}

/// | type 3 | chunk 1 | size 4 LE, of the whole |
fn size_field(bytes: &mut [u8]) {
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    if let Some(field) = bytes.get_mut(4..8) {
        field.copy_from_slice(&size);
    }
}

/// Length of the virtual link, of everything.
fn link_length(bytes: &mut [u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    if let Some(field) = bytes.get_mut(2..4) {
        field.copy_from_slice(&length);
    }
}

/// | command 2 | length 2, of what follows 24 bytes | … | item count 2 at 30 | … | data item: length 2 at 42 (or 38) |: the
/// length, and that of the last item of SendRRData and SendUnitData.
fn encapsulated(bytes: &mut [u8]) {
    let put = |bytes: &mut [u8], at: usize, behind: usize| {
        let length = u16::try_from(bytes.len().saturating_sub(behind)).unwrap_or(u16::MAX).to_le_bytes();
        if let Some(field) = bytes.get_mut(at..at + 2) {
            field.copy_from_slice(&length);
        }
    };
    put(bytes, 2, 24);
    match bytes.first() {
        Some(0x6f) => put(bytes, 38, 40),
        Some(0x70) => put(bytes, 42, 44),
        _ => {}
    }
}

/// | type 1 | 0 | sequence 2 | 4 length 2, of what follows 56 bytes |.
fn text_length(bytes: &mut [u8]) {
    let Some(length) = bytes.len().checked_sub(56).and_then(|length| u16::try_from(length).ok()) else { return };
    if let Some(field) = bytes.get_mut(4..6) {
        field.copy_from_slice(&length.to_le_bytes());
    }
}

/// | 60 | length, of what follows | … |, in a form of one octet or of three.
fn outer_length(bytes: &mut [u8]) {
    let Some(follows) = bytes.len().checked_sub(2) else { return };
    match (bytes.get(1), u8::try_from(follows)) {
        (Some(0..=0x7f), Ok(short @ 0..=0x7f)) => bytes.get_mut(1).into_iter().for_each(|field| *field = short),
        (Some(0x82), _) => {
            let long = u16::try_from(follows.saturating_sub(2)).unwrap_or(u16::MAX).to_be_bytes();
            bytes.get_mut(2..4).into_iter().for_each(|field| field.copy_from_slice(&long));
        }
        _ => {}
    }
}
