//! What devices of the bus tell of themselves when they are asked: they stand behind the interface, so each fact names the
//! device.

use super::cemi::Telegram;
use super::said::readable;
use super::{apci, manufacturer, property};
use crate::bytes::be16;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text;

const CONFIDENCE: f32 = 0.9;

/// Attribute and value of an answer that was not refused.
fn fact(code: u16, telegram: &Telegram<'_>) -> Option<(&'static str, String)> {
    let data = telegram.content().1;
    match (code, data) {
        (apci::DESCRIPTOR_RESPONSE..=0x37f, [_, _, ..]) => Some(("mask", text::hex(data, 2))),
        // The device object stands first.
        (apci::PROPERTY_RESPONSE, [0, number, _, _, content @ ..]) if !content.is_empty() => match *number {
            property::SERIAL_NUMBER => Some(("serial", text::hex(content, 6))),
            property::ORDER => Some(("order_number", order(content))),
            property::FIRMWARE => Some(("firmware", text::hex(content, 4))),
            property::MANUFACTURER => {
                let maker = be16(content, 0)?;
                Some(("vendor", manufacturer::name(maker).map_or_else(|| maker.to_string(), str::to_owned)))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Makers write a text or a number.
fn order(content: &[u8]) -> String {
    let text = readable(content);
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if plain { text } else { text::hex(content, 10) }
}

pub fn tell(code: u16, telegram: &Telegram<'_>, unit: &str, about: Side, talk: &mut Talk<'_>) {
    if let Some((attribute, value)) = fact(code, telegram).filter(|_| !unit.is_empty()) {
        let text = format!("{unit} {attribute} {value}");
        talk.identity(about, "module", &text, CONFIDENCE, "KNX device");
    }
}
