//! Changes a dialogue as one who knows the protocol would: a message is changed inside, moved, said twice, and its length
//! or checksum is put right again, so that what was changed gets past the framing.

use crate::dialogue::{self, HEADER};
use crate::lengths;
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
        lengths::mend((PROTOCOLS[protocol].name, crate::stream::label(protocol).as_str()), &mut record.bytes);
    }
    record.number = u16::try_from(record.bytes.len()).unwrap_or(u16::MAX);
    record.bytes.truncate(usize::from(u16::MAX));
}
