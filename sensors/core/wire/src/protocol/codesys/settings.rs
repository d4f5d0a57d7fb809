//! CmpSettings: settings of the runtime by section and key.

use super::description::{Account, Both};
use super::tag::Tags;
use super::value::text;
use crate::bytes::le32;
use crate::protocol::draft::Told;

const SETTING: u32 = 0x81;
const SECTION: u32 = 0x10;
const KEY: u32 = 0x11;
const VALUE: u32 = 0x12;
/// Services with an integer.
const INTEGERS: [u16; 2] = [0x01, 0x02];

pub fn read(both: &Both<'_>, out: &mut Account<'_>) {
    let Some(asked) = both.asked else { return };
    let tags = asked.tags();
    let inside = if tags.find(SETTING).is_some() { tags.inside(SETTING) } else { tags };
    let Some(section) = inside.find(SECTION).map(text) else { return };
    let key = inside.find(KEY).map(text).unwrap_or_default();
    let name = if key.is_empty() { section } else { format!("{section}.{key}") };
    let told = both.told();
    let reply = |tags: Tags<'_>| tags.find(VALUE).is_some();
    let value = [inside, told.inside(SETTING), told].into_iter().find(|tags| reply(*tags));
    let value = value.and_then(|tags| tags.find(VALUE));
    let secret = ["pass", "secret"].iter().any(|part| name.to_lowercase().contains(part));
    let value = match value {
        Some(data) if !secret && INTEGERS.contains(&asked.service) => le32(data, 0).map_or(Told::None, |number| {
            let from = out.drafts.numbers.len();
            out.drafts.numbers.push(f64::from(i32::from_le_bytes(number.to_le_bytes())));
            Told::Numbers("DINT", from..out.drafts.numbers.len())
        }),
        Some(data) if !secret => Told::Text("STRING", out.drafts.texts(|out| out.push_str(&text(data)))),
        _ => Told::None,
    };
    out.object("setting", &name, value);
}
