//! A dialogue as bytes: what a `stream` target reads, and what seeds are written in.
//!
//! | 0 protocol 1 | 1 mode 1 | records: | 0 kind 1 | 1 length 2, low byte first | bytes | |. Every byte string is one: a
//! length that runs over the end means what is left, so that no mutation is lost on the format.

use wire::flow::Side;

/// Bytes before the records.
pub const HEADER: usize = 2;

/// One step of a dialogue.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    Bytes(Side, &'a [u8]),
    /// Bytes of a side are missing.
    Gap(Side),
    /// Nothing happens for so many seconds.
    Silence(u16),
}

/// Kinds of records, taken modulo 16: mostly bytes, rarely what disturbs a dialogue.
const GAPS: [u8; 2] = [12, 13];
const SILENCE: u8 = 14;
const KINDS: u8 = 16;

/// Whether a record of this kind carries bytes.
pub const fn carries(kind: u8) -> bool {
    kind % KINDS != SILENCE && kind % KINDS != GAPS[0] && kind % KINDS != GAPS[1]
}

/// Walks over the records.
pub fn steps(mut rest: &[u8]) -> impl Iterator<Item = Step<'_>> {
    std::iter::from_fn(move || {
        let ([kind, low, high], body) = rest.split_first_chunk::<3>()?;
        let (kind, number) = (kind % KINDS, u16::from_le_bytes([*low, *high]));
        if kind == SILENCE {
            rest = body;
            return Some(Step::Silence(number));
        }
        let side = if kind % 2 == 0 { Side::Client } else { Side::Server };
        if GAPS.contains(&kind) {
            rest = body;
            return Some(Step::Gap(side));
        }
        let (bytes, behind) = body.split_at(usize::from(number).min(body.len()));
        rest = behind;
        Some(Step::Bytes(side, bytes))
    })
}

/// Appends one record of bytes; what is beyond 65,535 is cut off.
pub fn write(to: &mut Vec<u8>, side: Side, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    to.push(u8::from(side == Side::Server));
    to.extend_from_slice(&length.to_le_bytes());
    to.extend_from_slice(&bytes[..usize::from(length)]);
}
