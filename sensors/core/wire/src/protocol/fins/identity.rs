//! Who a controller says it is (W342 5-3-15, 5-3-16; W227 3-20).
//!
//! | 0501 | model 20 | version 20 | for system use 40 | area data 12 |, unless only the units were asked for (parameter 01) |
//! |      | area data: program KW 2 | IOM KB 1 | DM words 2 | timers 1 | EM banks 1 | 2 | card kind 1 | card KB 2 |
//! | 0502 | units 1, bit 7: these are the last | unit address 1, model 20 |, as many |
//! | 2603 | name 8 |

use super::command as fc;
use super::said::{Said, readable};
use crate::bytes::{be16, u8_at};
use crate::flow::Side;
use crate::protocol::Talk;

const MODEL: usize = 20;
const SYSTEM_USE: usize = 40;
const AREA_DATA: usize = 80;
const WHOLE: usize = 92;
const UNIT: usize = 21;

pub fn tell(command: u16, told: &[u8], about: Side, talk: &mut Talk<'_>, said: &mut Said) {
    match command {
        fc::CONTROLLER_DATA_READ if told.len() >= WHOLE => controller(told, about, talk, said),
        fc::CONNECTION_DATA_READ => units(told, about, talk, said),
        fc::NAME_READ => {
            let name = readable(told.get(..8).unwrap_or(told));
            said.text("node_name", &name);
            if !name.is_empty() {
                talk.identity(about, "name", &name, 0.9, "FINS 2603");
            }
        }
        _ => {}
    }
}

fn controller(told: &[u8], about: Side, talk: &mut Talk<'_>, said: &mut Said) {
    let model = readable(told.get(..MODEL).unwrap_or_default());
    let version = readable(told.get(MODEL..SYSTEM_USE).unwrap_or_default());
    said.text("model", &model);
    said.text("version", &version);
    said.number("program_size", be16(told, AREA_DATA));
    said.number("dm_words", be16(told, AREA_DATA + 3));
    said.number("em_banks", u8_at(told, AREA_DATA + 6));
    if model.is_empty() {
        return;
    }
    talk.identity(about, "vendor", "Omron", 0.9, "FINS 0501");
    talk.identity(about, "model", &model, 0.95, "FINS 0501");
    // Version of the CPU unit, then that of the system inside.
    if let Some(firmware) = version.split(' ').next().filter(|text| !text.is_empty()) {
        talk.identity(about, "firmware", firmware, 0.9, "FINS 0501");
    }
}

fn units(told: &[u8], about: Side, talk: &mut Talk<'_>, said: &mut Said) {
    let mut listed = Vec::new();
    for unit in told.get(1..).unwrap_or_default().chunks_exact(UNIT) {
        let Some((address, model)) = unit.split_first() else { continue };
        let text = format!("{address:#04x} {}", readable(model));
        talk.identity(about, "module", &text, 0.9, "FINS 0502");
        listed.push(text);
    }
    said.text("units", &listed.join(", "));
}
