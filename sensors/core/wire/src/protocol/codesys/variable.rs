//! CmpMonitor: variables by the expressions of the programming system; CmpIecVarAccess: variables by name.
//!
//! An expression is a program of a small machine. That of a variable at a fixed place begins with 02 and four bytes that
//! say where it is, as does what is written to it, behind five bytes of its own: those four bytes are its address here.

use super::description::{Account, Both};
use super::speaker::Known;
use super::tag::Tags;
use super::value::{text, value};
use crate::bytes::{le16, le32, u8_at};
use crate::protocol::draft::Told;

const READ: u16 = 0x01;
const EXPRESSIONS: u32 = 0x81;
const EXPRESSION: u32 = 0x82;
const ID: u32 = 0x01;
const CLASS: u32 = 0x03;
const CODE: u32 = 0x05;
const VALUES: u32 = 0x40;
const CHANGE: u32 = 0x03;
const PLACE: u8 = 0x02;
/// Bytes before a place in what writes.
const PROLOGUE: usize = 5;
/// Bytes of another expression that are shown.
const SHOWN: usize = 16;

const NAMES: [u32; 2] = [0x19, 0x1a];
const NAME: u32 = 0x21;
const NAME_TEXT: u32 = 0x16;

/// Where an expression points, and a text of it.
fn place(code: &[u8]) -> (Option<u32>, String) {
    let at = [0, PROLOGUE].into_iter().find(|at| u8_at(code, *at) == Some(PLACE));
    match at.and_then(|at| le32(code, at + 1)) {
        Some(place) => (Some(place), format!("16#{place:08X}")),
        None => (None, format!("code {}", crate::text::hex(code, SHOWN))),
    }
}

/// Values of a reply: | id 2 | size 4 | value |, one after another.
struct Values<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Values<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let id = u32::from(le16(self.rest, 0)?);
        let size = usize::try_from(le32(self.rest, 2)?).ok()?;
        let (value, rest) = self.rest.get(6..)?.split_at_checked(size)?;
        self.rest = rest;
        Some((id, value))
    }
}

pub fn read(service: u16, both: &Both<'_>, known: &mut Known, out: &mut Account<'_>) {
    if service != READ {
        return change(both.asked(), known, out);
    }
    let told = both.told().find(VALUES).unwrap_or_default();
    for tag in both.asked().inside(EXPRESSIONS).filter(|tag| tag.id == EXPRESSION) {
        let expression = Tags::new(tag.data);
        let (Some(id), Some(code)) = (expression.find(ID).and_then(|id| le32(id, 0)), expression.find(CODE)) else {
            continue;
        };
        let class = expression.find(CLASS).and_then(|class| le32(class, 0));
        let (place, name) = place(code);
        if let (Some(place), Some(class)) = (place, class) {
            known.type_of(place, class);
        }
        let read = Values { rest: told }.find_map(|(of, data)| (of == id).then_some(data));
        let value = read.map_or(Told::None, |data| value(class, data, out.drafts));
        out.object("variable", &name, value);
    }
}

/// What is written or forced: | reserved 2 | size 4 | value | expression |.
fn change(asked: Tags<'_>, known: &Known, out: &mut Account<'_>) {
    for tag in asked.filter(|tag| tag.id == CHANGE) {
        let Some(size) = le32(tag.data, 2).and_then(|size| usize::try_from(size).ok()) else { continue };
        let Some((data, code)) = tag.data.get(6..).and_then(|rest| rest.split_at_checked(size)) else { continue };
        let (place, name) = place(code);
        let value = value(place.and_then(|place| known.class(place)), data, out.drafts);
        out.object("variable", &name, value);
    }
}

/// Variables that a list names: | length 2 | name | and more.
pub fn by_name(both: &Both<'_>, out: &mut Account<'_>) {
    for tag in both.asked() {
        let name = match tag.id {
            id if NAMES.contains(&id) => {
                let length = le16(tag.data, 0).map(usize::from).unwrap_or_default();
                tag.data.get(2..).and_then(|rest| rest.get(..length))
            }
            NAME | NAME_TEXT => Some(tag.data),
            _ => None,
        };
        if let Some(name) = name.map(text).filter(|name| !name.is_empty()) {
            out.object("variable", &name, Told::None);
        }
    }
}
