//! What a telegram's application service says, with its answer (KNX 3/3/7 3).
//!
//! Group value: six bits beside the code, or bytes. Memory: | address 2 | data |, number of bytes beside the code. User
//! memory: | extension 4 bits, number 4 bits | address 2 | data |. Property: | object index 1 | property 1 | elements 4 bits,
//! first element 12 bits | data |, extended: | object type 2 | instance 12 bits, property 12 bits | elements 1 | first
//! element 2 | data |. Authorize: | 0 | key 4 |. Key: | level 1 | key 4 |. Master reset: | erase code 1 | channel 1 |, its
//! response: | error 1 | seconds 2 |. Address by serial number: | serial 6 | address 2 |.

use super::apci;
use super::cemi::Telegram;
use super::said::{Said, Value, raw};
use super::{address, manufacturer, object, status};
use crate::bytes::{be16, be32, u8_at};
use crate::dataset::Operation;
use crate::protocol::Outcome;
use crate::text;

/// Bytes of a key, which are as good as none where they are all set: the key of a device that has none.
const NO_KEY: u32 = 0xffff_ffff;

/// What the request is known by: what its answer repeats.
pub fn detail(code: u16, telegram: &Telegram<'_>) -> u32 {
    let (_, data) = telegram.content();
    match code {
        apci::PROPERTY_READ | apci::PROPERTY_WRITE | apci::PROPERTY_RESPONSE => {
            u32::from(be16(data, 0).unwrap_or(0)) << 12 | u32::from(be16(data, 2).unwrap_or(0) & 0x0fff)
        }
        0x1cc..=0x1d6 => be32(data, 1).unwrap_or(0),
        0x1fb..=0x1fe => be32(data, 0).unwrap_or(0) & 0x00ff_ffff,
        0x2c7..=0x2c9 | apci::PROPERTY_DESCRIPTION_READ | apci::PROPERTY_DESCRIPTION_RESPONSE => {
            u32::from(be16(data, 0).unwrap_or(0))
        }
        0x2c0..=0x2c4 => u32::from(be16(data, 1).unwrap_or(0)),
        0x200..=0x2bf => u32::from(be16(data, 0).unwrap_or(0)),
        _ => 0,
    }
}

/// Tells an application service that was asked or said.
pub fn asked(code: u16, telegram: &Telegram<'_>, said: &mut Said) {
    let (short, data) = telegram.content();
    match code & 0x3c0 {
        apci::GROUP_READ | apci::GROUP_RESPONSE | apci::GROUP_WRITE => {
            said.object("group", address::text(telegram.destination, true));
            if code & 0x3c0 != apci::GROUP_READ {
                said.value = group_value(short, data);
            }
            return;
        }
        apci::INDIVIDUAL_ADDRESS_WRITE => {
            return said.value = new_address(be16(data, 0));
        }
        apci::MEMORY_READ => return memory(be16(data, 0), short, &[], said),
        apci::MEMORY_WRITE | apci::MEMORY_RESPONSE => {
            return memory(be16(data, 0), short, data.get(2..).unwrap_or_default(), said);
        }
        apci::DESCRIPTOR_READ => return said.number("descriptor_type", Some(short)),
        _ => {}
    }
    match code {
        apci::ADC_READ..=0x1bf | apci::ADC_RESPONSE..=0x1c7 => said.object("adc", (short & 7).to_string()),
        apci::MEMORY_EXT_READ | apci::MEMORY_EXT_WRITE => {
            let place = be32(data, 0);
            let (number, place) = (place.map_or(0, |word| word >> 24), place.map(|word| word & 0x00ff_ffff));
            let written = if code == apci::MEMORY_EXT_WRITE { data.get(4..).unwrap_or_default() } else { &[] };
            wide_memory(place, number, written, said);
        }
        apci::USER_MEMORY_READ..=0x2c4 => {
            let first = u8_at(data, 0).unwrap_or(0);
            let place = be16(data, 1).map(|low| u32::from(first >> 4) << 16 | u32::from(low));
            let written = if code == apci::USER_MEMORY_READ { &[] } else { data.get(3..).unwrap_or_default() };
            wide_memory(place, u32::from(first & 0x0f), written, said);
        }
        apci::PROPERTY_READ..=apci::PROPERTY_DESCRIPTION_RESPONSE => object::indexed(code, data, said),
        apci::FUNCTION_COMMAND..=apci::FUNCTION_STATE_RESPONSE => object::indexed_object(data, said),
        apci::PROPERTY_EXT_READ..=0x1d6 => object::extended(code, data, said),
        apci::RESTART_MASTER => master_reset(data, said),
        apci::AUTHORIZE_REQUEST | apci::KEY_WRITE => {
            if code == apci::KEY_WRITE {
                said.number("level", u8_at(data, 0));
            }
            said.details.truth("no_key", be32(data, 1) == Some(NO_KEY));
        }
        apci::SERIAL_READ | apci::SERIAL_RESPONSE | 0x3ec => serial(data, said),
        apci::SERIAL_WRITE => {
            serial(data, said);
            said.value = new_address(be16(data, 6));
        }
        apci::DOMAIN_WRITE | apci::DOMAIN_RESPONSE => {
            said.value = Value::Text("domain_address", text::hex(data, 6));
        }
        0x3da | 0x3db | 0x3e4 => {
            said.object("parameter", format!("{}/{}", be16(data, 0).unwrap_or(0), u8_at(data, 2).unwrap_or(0)));
        }
        _ => {}
    }
}

/// What the answer adds.
pub fn told(code: u16, telegram: &Telegram<'_>, said: &mut Said) {
    let (short, data) = telegram.content();
    said.outcome = Outcome::Success;
    let refused = Outcome::Failure;
    match code {
        apci::GROUP_RESPONSE..=0x07f => said.value = group_value(short, data),
        apci::MEMORY_RESPONSE..=0x27f if short & 0x0f == 0 => said.ended(refused, 0_u32, "refused"),
        apci::MEMORY_RESPONSE..=0x27f => said.value = raw(data.get(2..).unwrap_or_default()),
        apci::USER_MEMORY_RESPONSE => said.value = raw(data.get(3..).unwrap_or_default()),
        apci::MEMORY_EXT_READ_RES | apci::MEMORY_EXT_WRITE_RES => {
            let result = u8_at(data, 0).unwrap_or(0);
            if result > 1 {
                said.ended(refused, result, status::returned(result));
            } else if code == apci::MEMORY_EXT_READ_RES {
                said.value = raw(data.get(4..).unwrap_or_default());
            }
        }
        apci::PROPERTY_RESPONSE if u8_at(data, 2).is_some_and(|count| count >> 4 == 0) => {
            said.ended(refused, 0_u32, "refused");
        }
        apci::PROPERTY_RESPONSE => object::answered(data, said),
        apci::PROPERTY_DESCRIPTION_RESPONSE => object::described(data, said),
        apci::FUNCTION_STATE_RESPONSE => {
            let result = u8_at(data, 2).unwrap_or(0);
            if result > 1 {
                said.ended(refused, result, status::returned(result));
            }
        }
        apci::PROPERTY_EXT_WRITE_RES | apci::PROPERTY_EXT_RESPONSE => object::extended_answer(code, data, said),
        apci::DESCRIPTOR_RESPONSE..=0x37f => {
            if let Some(mask) = be16(data, 0) {
                said.text("mask", &format!("{mask:04x}"));
            } else {
                said.ended(refused, 0_u32, "refused");
            }
        }
        apci::RESTART_RESPONSE => {
            let error = u8_at(data, 0).unwrap_or(0);
            said.number("seconds", be16(data, 1));
            if error != 0 {
                said.ended(refused, error, status::restart(error));
            }
        }
        apci::AUTHORIZE_RESPONSE => {
            let level = u8_at(data, 0).unwrap_or(0);
            said.number("level", Some(level));
            if level >= 15 {
                said.ended(refused, level, "least access level");
            }
        }
        apci::KEY_RESPONSE if u8_at(data, 0) == Some(0xff) => said.ended(refused, 0xff_u32, "access denied"),
        apci::ADC_RESPONSE..=0x1c7 => said.value = Value::Number("raw16", f64::from(be16(data, 1).unwrap_or(0))),
        apci::USER_MANUFACTURER_RESPONSE => {
            let maker = u8_at(data, 0).map(u16::from).unwrap_or(0);
            said.text("manufacturer", manufacturer::name(maker).unwrap_or("unknown"));
        }
        _ => {}
    }
}

fn group_value(short: u8, data: &[u8]) -> Value {
    if data.is_empty() { Value::Number("raw6", f64::from(short)) } else { raw(data) }
}

fn new_address(place: Option<u16>) -> Value {
    place.map_or(Value::None, |place| Value::Text("address", address::text(place, false)))
}

fn memory(place: Option<u16>, short: u8, data: &[u8], said: &mut Said) {
    wide_memory(place.map(u32::from), u32::from(short & 0x3f), data, said);
}

fn wide_memory(place: Option<u32>, number: u32, data: &[u8], said: &mut Said) {
    let Some(place) = place else { return };
    let end = place.saturating_add(number.max(1) - 1);
    said.object("memory", if number > 1 { format!("{place:#06x}-{end:#06x}") } else { format!("{place:#06x}") });
    said.value = raw(data);
}

fn serial(data: &[u8], said: &mut Said) {
    if let Some(serial) = data.get(..6) {
        said.object("serial", text::hex(serial, 6));
    }
}

fn master_reset(data: &[u8], said: &mut Said) {
    let code = u8_at(data, 0).unwrap_or(0);
    let name = match code {
        1 => "confirmed restart",
        2 => "factory reset",
        3 => "reset individual address",
        4 => "reset application program",
        5 => "reset parameters",
        6 => "reset links",
        7 => "factory reset without individual address",
        _ => "unknown erase code",
    };
    said.operation = Some(if code == 1 { Operation::RestartWarm } else { Operation::RestartFactory });
    said.number("erase_code", Some(code));
    said.text("erase", name);
    said.number("reset_channel", u8_at(data, 1));
}
