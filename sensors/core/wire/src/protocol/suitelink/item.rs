//! Items of messages of the tag service.
//!
//! Advise: | tag 4 | letters 1 | name, 2 each |. Acknowledged: | tag 4 | ? 1 |. Unadvise: | tag 4 |.
//! Poke: | tag 4 | type 1 | value |. Update: | tag 4 | elapsed ms 2 | quality 2 | type 1 | value |.
//! Values by type: 1 discrete 1, 2 integer 4, 3 real 4 (IEEE 754), 4 message: length 2 and as many bytes.

use crate::bytes::{le16, le32, u8_at};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Discrete(bool),
    Integer(i32),
    Real(f32),
    Message(&'a [u8]),
}

/// One tag of an update or a poke.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tag<'a> {
    pub id: u32,
    /// As OPC has it, of updates.
    pub quality: Option<u16>,
    pub value: Value<'a>,
}

/// A value of a type, and the bytes that it takes.
fn value(kind: u8, data: &[u8]) -> Option<(Value<'_>, usize)> {
    Some(match kind {
        1 => (Value::Discrete(u8_at(data, 0)? != 0), 1),
        2 => (Value::Integer(le32(data, 0)?.cast_signed()), 4),
        3 => (Value::Real(f32::from_bits(le32(data, 0)?)), 4),
        4 => {
            let length = usize::from(le16(data, 0)?);
            (Value::Message(data.get(2..2 + length)?), 2 + length)
        }
        _ => return None,
    })
}

/// The tag at the head of an update's items, and what is behind it.
pub fn update(data: &[u8]) -> Option<(Tag<'_>, &[u8])> {
    let (value, length) = value(u8_at(data, 8)?, data.get(9..)?)?;
    Some((Tag { id: le32(data, 0)?, quality: Some(le16(data, 6)?), value }, data.get(9 + length..)?))
}

/// The tag at the head of a poke's items, and what is behind it.
pub fn poke(data: &[u8]) -> Option<(Tag<'_>, &[u8])> {
    let (value, length) = value(u8_at(data, 4)?, data.get(5..)?)?;
    Some((Tag { id: le32(data, 0)?, quality: None, value }, data.get(5 + length..)?))
}

/// The tag at the head of an advise's items with its name, and what is behind it.
pub fn advise(data: &[u8]) -> Option<(u32, String, &[u8])> {
    let (name, rest) = text(data.get(4..)?)?;
    Some((le32(data, 0)?, name, rest))
}

/// A text behind its length in letters of 2 bytes, and what is behind it.
pub fn text(data: &[u8]) -> Option<(String, &[u8])> {
    let end = 1 + 2 * usize::from(u8_at(data, 0)?);
    Some((letters(data.get(1..end)?), data.get(end..)?))
}

/// A text that a letter 0 ends, and what is behind it.
pub fn ended(data: &[u8]) -> Option<(String, &[u8])> {
    let (pairs, _) = data.as_chunks::<2>();
    let end = pairs.iter().position(|pair| *pair == [0, 0])? * 2;
    Some((letters(data.get(..end)?), data.get(end + 2..)?))
}

/// UTF-16 letters; control characters are no part of a name.
fn letters(data: &[u8]) -> String {
    let units = data.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    char::decode_utf16(units)
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .filter(|c| !c.is_control())
        .collect()
}
