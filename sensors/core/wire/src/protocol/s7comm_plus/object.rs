//! Objects: elements one behind the other, each with its mark.
//!
//! | 0xa1 object | id 4 | class | class flags | attribute id, and flags where it is not 0 | elements … | 0xa2 end |
//! | 0xa3 attribute | id | value | · | 0xa4 relation | id | object 4 | · | 0xa7 description of a tag | … | 0xa8 end |
//! | 0xab types, 0xac names of variables | length 2 | bytes | … | 0 2 |

use super::reader::Reader;
use super::value::Value;

pub const START: u8 = 0xa1;
const END: u8 = 0xa2;
const ATTRIBUTE: u8 = 0xa3;
const RELATION: u8 = 0xa4;
const TAG: u8 = 0xa7;
const TAG_END: u8 = 0xa8;
const VARIABLE_TYPES: u8 = 0xab;
const VARIABLE_NAMES: u8 = 0xac;
/// Objects in objects.
const DEPTH: usize = 32;

/// One object's head.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Object {
    pub id: u32,
    pub class: u32,
    /// How many objects it stands in.
    pub depth: usize,
}

/// What was met.
pub enum Met<'a> {
    Object(Object),
    /// An attribute of the object it stands in, with its value's bytes.
    Attribute(Object, u32, &'a mut Value, &'a [u8]),
}

/// Goes through the objects at the head. None when they reach beyond the message or hold what is not known.
pub fn walk(reader: &mut Reader<'_>, value: &mut Value, see: &mut dyn FnMut(Met<'_>)) -> Option<()> {
    let mut open: Vec<Object> = Vec::new();
    loop {
        match reader.peek() {
            Some(START) if open.len() < DEPTH => {
                reader.u8()?;
                let (id, class) = (reader.be32()?, reader.vlq()?);
                reader.vlq()?;
                if reader.vlq()? != 0 {
                    reader.vlq()?;
                }
                let object = Object { id, class, depth: open.len() };
                open.push(object);
                see(Met::Object(object));
            }
            Some(END) => {
                reader.u8()?;
                open.pop();
                if open.is_empty() {
                    return Some(());
                }
            }
            Some(ATTRIBUTE) => {
                reader.u8()?;
                let id = reader.vlq()?;
                if id != 0 {
                    let raw = reader.rest();
                    value.read(reader)?;
                    see(Met::Attribute(open.last().copied().unwrap_or_default(), id, value, raw));
                }
            }
            Some(RELATION) => {
                reader.u8()?;
                reader.vlq()?;
                reader.be32()?;
            }
            Some(TAG) => {
                reader.u8()?;
                tag(reader)?;
            }
            Some(TAG_END) => {
                reader.u8()?;
            }
            Some(VARIABLE_TYPES | VARIABLE_NAMES) => {
                reader.u8()?;
                blocks(reader)?;
            }
            _ => return open.is_empty().then_some(()),
        }
    }
}

fn blocks(reader: &mut Reader<'_>) -> Option<()> {
    loop {
        let length = usize::from(reader.be16()?);
        if length == 0 {
            return Some(());
        }
        reader.take(length)?;
    }
}

/// | kind of offsets 1 | length of the name | name | 1 | type 1 | type in the program | flags 4 | LID | length or struct |
/// where bits 2 or 3 of the kind are set: accessibility, section | two offsets | by the low bits of the kind: bit offsets,
/// one dimension, several | of kind 8 two more |
fn tag(reader: &mut Reader<'_>) -> Option<()> {
    let kind = reader.u8()?;
    let name = reader.vlq()?;
    reader.take(usize::try_from(name).ok()?)?;
    reader.take(2)?;
    reader.vlq()?;
    reader.take(4)?;
    reader.skip_vlq(if kind & 0x0c != 0 { 6 } else { 4 })?;
    match kind & 3 {
        1 => reader.skip_vlq(2)?,
        2 => reader.skip_vlq(4)?,
        3 => {
            reader.skip_vlq(2)?;
            let dimensions = reader.vlq()?;
            reader.skip_vlq(dimensions.checked_mul(2)?)?;
        }
        _ => {}
    }
    if kind == 8 { reader.skip_vlq(2) } else { Some(()) }
}
