//! Changes a dialogue as one who knows the protocol would: a message is changed inside, moved, said twice, and its length
//! or checksum is put right again, so that what was changed gets past the framing.

use crate::dialogue::{self, HEADER};
use crate::stream::protocol_of;
use wire::protocol::PROTOCOLS;

/// Record of a dialogue: kind, number, bytes.
#[derive(Clone)]
struct Record {
    kind: u8,
    number: u16,
    bytes: Vec<u8>,
}

/// Values at the borders of lengths, counts and types.
const BORDERS: [u64; 12] =
    [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 0xffff_ffff_ffff_ffff];
/// Of so many changes of a message, one leaves length and checksum wrong.
const BROKEN: u32 = 8;

/// xorshift: the engine's seed decides everything.
struct Chance(u32);

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        usize::try_from(self.0).unwrap_or(0) % below.max(1)
    }
}

/// Changes `data[..size]` in place; returns the new size. `bytes` is the engine's own mutator, on a buffer with room.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    longest: usize,
    seed: u32,
    bytes: fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    let mut chance = Chance(seed | 1);
    let whole = data.get(..size).unwrap_or_default();
    let mut records = read(whole);
    // Now and then as before: the format itself, the head, records cut in two.
    if size < HEADER || records.is_empty() || chance.next(8) == 0 {
        return bytes(data, size, longest);
    }
    let protocol = protocol_of(whole);
    for _ in 0..=chance.next(3) {
        change(&mut records, protocol, &mut chance, bytes);
    }
    let mut out = whole[..HEADER].to_vec();
    for record in &records {
        out.push(record.kind);
        out.extend_from_slice(&record.number.to_le_bytes());
        out.extend_from_slice(&record.bytes);
    }
    out.truncate(longest.min(data.len()));
    data[..out.len()].copy_from_slice(&out);
    out.len()
}

fn read(data: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    let mut rest = data.get(HEADER..).unwrap_or_default();
    while let Some((&[kind, low, high], body)) = rest.split_first_chunk::<3>() {
        let number = u16::from_le_bytes([low, high]);
        let length = if dialogue::carries(kind) { usize::from(number).min(body.len()) } else { 0 };
        let (bytes, behind) = body.split_at(length);
        records.push(Record { kind, number, bytes: bytes.to_vec() });
        rest = behind;
    }
    records
}

fn change(
    records: &mut Vec<Record>,
    protocol: usize,
    chance: &mut Chance,
    bytes: fn(&mut [u8], usize, usize) -> usize,
) {
    let at = chance.next(records.len());
    match chance.next(12) {
        0 => {
            let copy = records[at].clone();
            records.insert(chance.next(records.len() + 1), copy);
        }
        1 if records.len() > 1 => drop(records.remove(at)),
        2 => {
            let other = chance.next(records.len());
            records.swap(at, other);
        }
        3 => records[at].kind ^= 1,
        // Head of one message, rest of another.
        4 => {
            let other = records[chance.next(records.len())].bytes.clone();
            let (cut, from) = (chance.next(records[at].bytes.len()), chance.next(other.len()));
            records[at].bytes.truncate(cut);
            records[at].bytes.extend_from_slice(other.get(from..).unwrap_or_default());
            mend(&mut records[at], protocol, chance);
        }
        5 | 6 => {
            border(&mut records[at].bytes, chance);
            mend(&mut records[at], protocol, chance);
        }
        _ => {
            let record = &mut records[at];
            let length = record.bytes.len();
            let room = (length + 64).min(usize::from(u16::MAX));
            record.bytes.resize(room, 0);
            let new = bytes(&mut record.bytes, length, room);
            record.bytes.truncate(new);
            mend(record, protocol, chance);
        }
    }
}

/// Writes a border value of one, two, four or eight bytes, either way round.
fn border(bytes: &mut [u8], chance: &mut Chance) {
    let width = [1, 2, 4, 8][chance.next(4)];
    let value = BORDERS[chance.next(BORDERS.len())];
    let at = chance.next(bytes.len());
    let mut written = value.to_le_bytes()[..width].to_vec();
    if chance.next(2) == 0 {
        written.reverse();
    }
    for (to, byte) in bytes.iter_mut().skip(at).zip(written) {
        *to = byte;
    }
}

/// Puts the record's number, and mostly the message's own length or checksum, right.
fn mend(record: &mut Record, protocol: usize, chance: &mut Chance) {
    if !dialogue::carries(record.kind) {
        record.bytes.clear();
        return;
    }
    if !chance.0.is_multiple_of(BROKEN) {
        match (PROTOCOLS[protocol].name, crate::stream::label(protocol).as_str()) {
            ("modbus", "modbus") => mbap(&mut record.bytes),
            ("modbus", _) => checksum(&mut record.bytes),
            ("mqtt", _) => remaining(&mut record.bytes),
            ("opcua", _) => size_field(&mut record.bytes),
            ("s7comm", _) => packet(&mut record.bytes),
            ("s7comm_plus", _) => unit(&mut record.bytes),
            ("mms", _) => layers(&mut record.bytes),
            ("enip", _) => encapsulated(&mut record.bytes),
            ("iec104", _) => apdu_length(&mut record.bytes),
            ("dnp3", _) => blocks(&mut record.bytes),
            ("goose", "goose") | ("sampled_values", "sampled_values") => application_length(&mut record.bytes),
            ("goose" | "sampled_values", _) => payload_length(&mut record.bytes),
            ("bacnet", _) => link_length(&mut record.bytes),
            ("hsms", _) => message_length(&mut record.bytes),
            ("profinet", _) => body_length(&mut record.bytes),
            ("synchrophasor", _) => frame_size(&mut record.bytes),
            ("ethercat", _) => datagrams_length(&mut record.bytes),
            ("ads", _) => ams_lengths(&mut record.bytes),
            _ => {}
        }
    }
    record.number = u16::try_from(record.bytes.len()).unwrap_or(u16::MAX);
    record.bytes.truncate(usize::from(u16::MAX));
}

/// | 0 length 4, of what follows | header 10 | text |
fn message_length(bytes: &mut [u8]) {
    let follows = u32::try_from(bytes.len().saturating_sub(4)).unwrap_or(u32::MAX);
    if let Some(length) = bytes.first_chunk_mut::<4>() {
        *length = follows.to_be_bytes();
    }
}

/// | 0 sync 2 | 2 size 2 | … | check 2: CRC-CCITT of what is before |.
fn frame_size(bytes: &mut [u8]) {
    let Ok(size) = u16::try_from(bytes.len()) else { return };
    if size < 16 {
        return;
    }
    bytes[2..4].copy_from_slice(&size.to_be_bytes());
    let end = bytes.len() - 2;
    let sum = bytes[..end].iter().fold(0xffff_u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    });
    bytes[end..].copy_from_slice(&sum.to_be_bytes());
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

/// CRC of a serial frame, low byte first (MODBUS over Serial Line V1.02, 2.5.1.2).
fn checksum(bytes: &mut [u8]) {
    let Some((body, field)) = bytes.split_last_chunk_mut::<2>() else { return };
    let crc = body.iter().fold(0xffff_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xa001 } else { crc >> 1 })
    });
    *field = crc.to_le_bytes();
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

/// CRC of a block: polynomial 0x3D65, reflected, inverted at the end (IEEE 1815-2012, 9.2.4.3).
fn block_sum(data: &[u8]) -> [u8; 2] {
    let sum = data.iter().fold(0_u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xa6bc } else { sum >> 1 })
    });
    (!sum).to_le_bytes()
}

/// One link frame: | 0x05 0x64 | length 1, of what follows without CRCs | control 1 | addresses 4 | CRC 2 | blocks of 16 bytes
/// with a CRC each |. The bytes there are keep their places, the length and every CRC are put right.
fn blocks(bytes: &mut [u8]) {
    let Some(behind) = bytes.len().checked_sub(10) else { return };
    let data = behind.saturating_sub(behind.div_ceil(18) * 2);
    bytes[..2].copy_from_slice(&[0x05, 0x64]);
    bytes[2] = u8::try_from(data + 5).unwrap_or(u8::MAX);
    let sum = block_sum(&bytes[..8]);
    bytes[8..10].copy_from_slice(&sum);
    for block in bytes[10..].chunks_mut(18) {
        if let Some((data, field)) = block.split_last_chunk_mut::<2>() {
            *field = block_sum(data);
        }
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
