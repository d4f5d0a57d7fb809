//! Who a device says it is (TS20127 6.1, 6.10, 6.18; TS20151 7.41, 7.43, 7.52).
//!
//! | 0, 11, 21, 73, 75 | 254 1 | expanded device type 2 | preambles 1 | universal revision 1 | device revision 1 | software 1 |
//! | hardware 5 bits, signalling 3 bits | flags 1 | device id 3 | preambles 1 | last variable 1 | change counter 2 |
//! | extended status 1 | maker 2 | private label 2 | profile 1 |; before revision 6 it ends with the device id.
//! | 84 | index 2 | card 1 | channel 1 | maker 2 | expanded device type 2 | device id 3 | universal revision 1 | long tag 32 | … |

use super::layout::Part::{Flags, Skip, Word};
use super::layout::{Layout, Reading, once};
use super::response::EXTENDED_STATUS;
use super::{ascii, vendor};
use crate::bytes::{be16, u8_at};
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text::{Details, hex};

const LEAST: usize = 12;
const SUB_DEVICE: usize = 44;
const REST: Layout =
    once(&[Skip(14), Word("configuration_change_counter"), Flags("extended_status", &EXTENDED_STATUS)], LEAST);

pub const POLL_SUB_DEVICE: u16 = 75;
pub const SUB_DEVICE_SUMMARY: u16 = 84;

pub const fn tells(number: u16) -> bool {
    matches!(number, 0 | 11 | 21 | 73 | POLL_SUB_DEVICE | SUB_DEVICE_SUMMARY)
}

/// A device as it calls itself.
pub struct Who {
    pub unique: [u8; 5],
    pub maker: u16,
    pub device_revision: u8,
    pub software: u8,
    pub hardware: u8,
}

impl Who {
    pub fn read(data: &[u8]) -> Option<Self> {
        let kind = data.get(1..3)?;
        let id = data.get(9..LEAST)?;
        let unique = <[u8; 5]>::try_from([kind, id].concat()).ok()?;
        Some(Self {
            unique: [unique[0] & 0x3f, unique[1], unique[2], unique[3], unique[4]],
            maker: be16(data, 17).unwrap_or_else(|| u16::from(kind.first().copied().unwrap_or(0))),
            device_revision: u8_at(data, 5)?,
            software: u8_at(data, 6)?,
            hardware: u8_at(data, 7)? >> 3,
        })
    }
}

fn maker(code: u16) -> String {
    vendor::name(code).map_or_else(|| format!("HART maker {code:#06x}"), ToOwned::to_owned)
}

/// What a reply tells. False where it is too short.
pub fn describe(number: u16, data: &[u8], reading: &mut Reading<'_>, details: &mut Details) -> bool {
    if number == SUB_DEVICE_SUMMARY {
        let Some(text) = sub_device(data) else { return false };
        details.text("sub_device", &text);
        return true;
    }
    let Some(who) = Who::read(data) else { return false };
    details.text("maker", &maker(who.maker));
    details.text("device_type", &format!("{:#06x}", be16(data, 1).unwrap_or(0)));
    details.text("device_id", &hex(data.get(9..LEAST).unwrap_or_default(), 3));
    details.number("universal_revision", u8_at(data, 4).unwrap_or(0));
    details.number("device_revision", who.device_revision);
    details.number("software_revision", who.software);
    details.number("hardware_revision", who.hardware);
    reading.read(&REST, data)
}

/// `1.2/264e0000d2 FT-101`: where it is, what it is, its long tag.
fn sub_device(data: &[u8]) -> Option<String> {
    if data.len() < SUB_DEVICE {
        return None;
    }
    let (card, channel) = (u8_at(data, 2)?, u8_at(data, 3)?);
    let tag = ascii::latin(data.get(12..SUB_DEVICE)?);
    let text = format!("{card}.{channel}/{} {tag}", hex(data.get(6..11)?, 5));
    Some(text.trim_end().to_owned())
}

/// Facts about the device at the other end, or about one behind it.
pub fn tell(number: u16, data: &[u8], own: bool, about: Side, talk: &mut Talk<'_>) {
    let evidence = format!("HART command {number}");
    let mut fact = |attribute, value: &str| {
        if !value.is_empty() {
            talk.identity(about, attribute, value, 0.95, &evidence);
        }
    };
    match number {
        SUB_DEVICE_SUMMARY => fact("module", &sub_device(data).unwrap_or_default()),
        13 if own => fact("alias", &ascii::packed(data.get(..6).unwrap_or_default())),
        20 if own => fact("name", &ascii::latin(data.get(..32).unwrap_or_default())),
        _ => {
            let Some(who) = Who::read(data).filter(|_| tells(number)) else { return };
            let unique = hex(&who.unique, 5);
            if !own || number == POLL_SUB_DEVICE {
                return fact("module", &format!("{unique} {}", maker(who.maker)));
            }
            fact("vendor", &maker(who.maker));
            fact("model", &format!("HART device type {}", hex(data.get(1..3).unwrap_or_default(), 2)));
            fact("serial", &hex(data.get(9..LEAST).unwrap_or_default(), 3));
            fact("firmware", &format!("{}.{}", who.device_revision, who.software));
            fact("hardware", &who.hardware.to_string());
        }
    }
}
