//! Who a node is: objects 0x1000, 0x1008 to 0x100A and 0x1018 (CiA 301, 7.5.2), as they are read from it.

use super::objects;
use crate::bytes::le32;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::protocol::dictionary::value::readable;

const CONFIDENCE: f32 = 0.9;

/// What was told of a node: its profile's number, then vendor, product, revision and serial number.
#[derive(Default)]
pub struct Identity {
    numbers: [Option<u32>; 5],
}

impl Identity {
    /// An object was read from the node, which is the server.
    pub fn read(&mut self, index: u16, sub: u8, bytes: &[u8], talk: &mut Talk<'_>) {
        let attribute = match index {
            objects::DEVICE_NAME => "model",
            objects::HARDWARE => "hardware",
            objects::SOFTWARE => "firmware",
            objects::DEVICE_TYPE => return self.number(0, bytes, talk),
            objects::IDENTITY => return self.number(sub, bytes, talk),
            _ => return,
        };
        let (_, text) = readable(bytes);
        if !text.trim().is_empty() {
            talk.identity(Side::Server, attribute, text.trim(), CONFIDENCE, &format!("canopen {index:#06X}"));
        }
    }

    fn number(&mut self, sub: u8, bytes: &[u8], talk: &mut Talk<'_>) {
        let Some(number) = le32(bytes, 0) else { return };
        let Some(slot) = self.numbers.get_mut(usize::from(sub)) else { return };
        if slot.replace(number) == Some(number) || number == 0 {
            return;
        }
        let (attribute, value) = match sub {
            0 => ("service", format!("CiA {}", number & 0xffff)),
            1 => ("vendor", format!("CiA vendor {number:#010X}")),
            2 => ("order_number", format!("{number:#010X}")),
            3 => ("module", format!("revision {}.{}", number >> 16, number & 0xffff)),
            _ => ("serial", number.to_string()),
        };
        let evidence = if sub == 0 { "canopen 0x1000".to_owned() } else { format!("canopen 0x1018:{sub:02X}") };
        talk.identity(Side::Server, attribute, &value, CONFIDENCE, &evidence);
    }
}
