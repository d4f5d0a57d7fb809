//! Who a slave is: from its SII (ETG.2010, words 8 to 15) and from its object dictionary (ETG.1000.6, 5.6.7: 0x1008 to
//! 0x100A, 0x1018). Slaves have no address of their own on the network, so each is a module of its master.

use super::command::Place;
use crate::flow::Side;
use crate::protocol::Talk;
use std::fmt::Write as _;

const CONFIDENCE: f32 = 0.9;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fact {
    Vendor,
    Product,
    Revision,
    Serial,
}

/// The four numbers of a slave's identity, and what was told of it last.
#[derive(Default)]
pub struct Identity {
    numbers: [Option<u32>; 4],
}

/// Makers by ETG vendor id.
const fn vendor(number: u32) -> Option<&'static str> {
    Some(match number {
        0x0000_0002 => "Beckhoff Automation",
        0x0000_0083 => "Omron",
        0x0000_009a => "Elmo Motion Control",
        _ => return None,
    })
}

fn named(place: Place) -> String {
    match place {
        Place::Station(station) => format!("{station}"),
        Place::Position(position) => format!("position:{position}"),
        Place::All | Place::Nobody => "all".into(),
    }
}

impl Identity {
    /// Takes a number; tells the slave once all of vendor, product and revision are there.
    pub fn number(&mut self, place: Place, fact: Fact, number: u32, evidence: &str, talk: &mut Talk<'_>) {
        let slot = match fact {
            Fact::Vendor => self.numbers.first_mut(),
            Fact::Product => self.numbers.get_mut(1),
            Fact::Revision => self.numbers.get_mut(2),
            Fact::Serial => self.numbers.get_mut(3),
        };
        let Some(slot) = slot else { return };
        if slot.replace(number) == Some(number) {
            return;
        }
        let [Some(maker), Some(product), Some(revision), serial] = self.numbers else { return };
        let mut text = named(place);
        let _ = write!(text, " vendor {maker:#010X}");
        if let Some(name) = vendor(maker) {
            let _ = write!(text, " ({name})");
        }
        let _ = write!(text, " product {product:#010X} revision {revision:#010X}");
        if let Some(serial) = serial.filter(|serial| *serial != 0) {
            let _ = write!(text, " serial {serial}");
        }
        talk.identity(Side::Client, "module", &text, CONFIDENCE, evidence);
    }
}

/// A text object of a slave: its name or a version.
pub fn text(place: Place, what: &str, value: &str, talk: &mut Talk<'_>) {
    let text = format!("{} {what} {}", named(place), value.trim_end_matches(['\0', ' ']));
    talk.identity(Side::Client, "module", &text, CONFIDENCE, "ethercat coe");
}
