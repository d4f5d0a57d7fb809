//! Properties of a device's interface objects, by index and by type (KNX 3/3/7 3.4.3 and 3.4.4).
//!
//! | object index 1 | property 1 | elements 4 bits, first element 12 bits | data |, extended: | object type 2 | instance 12 bits,
//! property 12 bits | elements 1 | first element 2 | data |. A description adds: | index 1 | writable 1 bit, type 6 bits | … |.

use super::said::{Said, raw};
use super::{apci, property, status};
use crate::bytes::{be16, be32, u8_at};
use crate::protocol::Outcome;

/// The object that stands first in a device is the device object.
fn of_index(index: u8) -> Option<u16> {
    (index == 0).then_some(property::DEVICE)
}

pub fn indexed_object(data: &[u8], said: &mut Said) {
    if let [index, number, ..] = data {
        said.object("property", format!("{index}/{number}"));
        said.text("property", property::name(of_index(*index), *number).unwrap_or_default());
    }
}

pub fn indexed(code: u16, data: &[u8], said: &mut Said) {
    let [index, number, ..] = data else { return };
    indexed_object(data, said);
    if matches!(code, apci::PROPERTY_DESCRIPTION_READ | apci::PROPERTY_DESCRIPTION_RESPONSE) {
        return;
    }
    let content = data.get(4..).unwrap_or_default();
    if code == apci::PROPERTY_WRITE {
        said.operation = Some(property::written(of_index(*index), *number, content));
    }
    if code != apci::PROPERTY_RESPONSE {
        said.number("first_element", be16(data, 2).map(|word| word & 0x0fff));
    }
    valued(of_index(*index), *number, content, said);
}

pub fn answered(data: &[u8], said: &mut Said) {
    if let [index, number, ..] = data {
        valued(of_index(*index), *number, data.get(4..).unwrap_or_default(), said);
    }
}

fn valued(object: Option<u16>, number: u8, content: &[u8], said: &mut Said) {
    if property::is_secret(object, number, content) {
        said.details.truth("secret", true);
    } else if !content.is_empty() {
        said.value = raw(content);
    }
}

pub fn described(data: &[u8], said: &mut Said) {
    if let [_, number, _, kind, ..] = data {
        said.number("described", Some(*number));
        said.details.truth("writable", kind & 0x80 != 0);
        said.number("data_type", Some(kind & 0x3f));
    }
}

/// Object type, instance and property of the extended services.
fn extended_place(data: &[u8]) -> Option<(u16, u16, u8)> {
    let word = be32(data, 1)? & 0x00ff_ffff;
    let instance = u16::try_from(word >> 12 & 0x0fff).ok()?;
    Some((be16(data, 0)?, instance, u8::try_from(word & 0xff).ok()?))
}

pub fn extended(code: u16, data: &[u8], said: &mut Said) {
    let Some((object, instance, number)) = extended_place(data) else { return };
    said.object("property", format!("{object}.{instance}/{number}"));
    said.text("property", property::name(Some(object), number).unwrap_or_default());
    let content = data.get(8..).unwrap_or_default();
    match code {
        apci::PROPERTY_EXT_WRITE_CON | apci::PROPERTY_EXT_WRITE_UNCON => {
            said.operation = Some(property::written(Some(object), number, content));
            valued(Some(object), number, content, said);
        }
        apci::PROPERTY_EXT_INFO | apci::PROPERTY_EXT_RESPONSE => valued(Some(object), number, content, said),
        _ => {}
    }
}

pub fn extended_answer(code: u16, data: &[u8], said: &mut Said) {
    let content = data.get(8..).unwrap_or_default();
    let result = u8_at(content, 0).unwrap_or(0);
    let refused = u8_at(data, 5) == Some(0) || (code == apci::PROPERTY_EXT_WRITE_RES && result > 1);
    if refused {
        said.ended(Outcome::Failure, result, status::returned(result));
    } else if let (apci::PROPERTY_EXT_RESPONSE, Some((object, _, number))) = (code, extended_place(data)) {
        valued(Some(object), number, content, said);
    }
}
