//! Addresses and who has them (SAE J1939-81). A NAME of 64 bits, little-endian: | identity 21 | maker 11 | ECU 3 |
//! instance 5 | function 8 | reserved 1 | system 7 | its instance 4 | industry 3 | arbitrary address 1 |.

use super::{Group, NULL, say};
use crate::bytes::{le64, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::{Address, Function, Item, Object, Talk, Values};
use crate::text::{self, Details};

const CONFIDENCE: f32 = 0.8;
const NAME: usize = 8;
const COMMAND: usize = 9;

/// Who has which address, as it was claimed last.
#[derive(Default)]
pub struct Addresses {
    names: Vec<(u8, u64)>,
    heard: Vec<u8>,
}

fn industry(code: u64) -> &'static str {
    match code {
        0 => "global",
        1 => "on-highway",
        2 => "agriculture and forestry",
        3 => "construction",
        4 => "marine",
        5 => "industrial",
        _ => "reserved",
    }
}

impl Addresses {
    /// A station speaks: told once. One without an address is nobody yet.
    pub fn heard(&mut self, source: u8, talk: &mut Talk<'_>) {
        if source < NULL && !self.heard.contains(&source) {
            self.heard.push(source);
            talk.seen(Side::Client);
        }
    }

    /// A station claims its address, or says that it found none.
    pub fn claimed(&mut self, group: &Group<'_>, talk: &mut Talk<'_>) {
        let Some(name) = le64(group.data, 0).filter(|_| group.data.len() == NAME) else {
            talk.flag(Flag::J1939Length, None, None);
            return;
        };
        let source = group.head.source;
        let before = self.names.iter_mut().find(|(address, _)| *address == source);
        let other = match before {
            Some((_, known)) => std::mem::replace(known, name) != name,
            None => {
                self.names.push((source, name));
                false
            }
        };
        if other && source < NULL {
            talk.flag(Flag::J1939AddressContended, None, None);
        }
        let mut details = Details::default();
        details.number("function_number", i64::try_from(name >> 40 & 0xff).unwrap_or(0));
        details.text("industry", industry(name >> 60 & 7));
        details.truth("arbitrary_address", name >> 63 == 1);
        let details = details.finish();
        let shown = text::hex(&name.to_be_bytes(), NAME);
        let mut item = Item::new(Operation::IdentifyDevice);
        item.object = Object { kind: Some("name"), address: Address::Text("name"), start: 0, count: 0 };
        item.values = Values::Text { kind: "octets", text: &shown };
        item.details = details.as_deref();
        let cannot = Function { code: Some(1), name: Some("Cannot claim address") };
        say(group, if source == NULL { cannot } else { Function::default() }, &item, talk);
        if source < NULL {
            let maker = format!("J1939 manufacturer {}", name >> 21 & 0x7ff);
            talk.identity(Side::Client, "vendor", &maker, CONFIDENCE, "j1939 name");
            talk.identity(Side::Client, "serial", &(name & 0x1f_ffff).to_string(), CONFIDENCE, "j1939 name");
        }
    }

    pub fn weight(&self) -> usize {
        self.names.capacity() * 16 + self.heard.capacity()
    }
}

/// | 0 NAME 8 | 8 the address that it is to take 1 |
pub fn commanded(group: &Group<'_>, talk: &mut Talk<'_>) {
    if group.data.len() != COMMAND {
        talk.flag(Flag::J1939Length, None, None);
    }
    let mut details = Details::default();
    details.text("name", &text::hex(&le64(group.data, 0).unwrap_or(0).to_be_bytes(), NAME));
    let details = details.finish();
    let numbers = u8_at(group.data, NAME).map(|address| [f64::from(address)]);
    let mut item = Item::new(Operation::ConfigureNetwork);
    item.object = Object { kind: Some("name"), address: Address::Text("address"), start: 0, count: 0 };
    if let Some(numbers) = &numbers {
        item.values = Values::Numbers { kind: "uint8", numbers, exact: None };
    }
    item.details = details.as_deref();
    say(group, Function::default(), &item, talk);
}
