//! The system status list (SZL): which part is read, and what it says of the device.
//!
//! | request | 0 id 2 | 2 index 2 |
//! | reply | 0 id 2 | 2 index 2 | 4 length of a record 2 | 6 records 2 | 8 records |
//!
//! | 0x0011 | 0 index 2 | 2 order number 20 | 22 type 2 | 24 version 2 | 26 version 2 |
//! | 0x001C | 0 index 2 | 2 text 32 |
//! | 0x0132 index 4 | 0 index 2 | 2 of the selector 2 | 4 of the parameters 2 | 6 in force 2 | 8 position of the selector 2 |
//! | 0x0424 | 0 event 2 | 2 unknown 1 | 3 operating modes: requested 4 bits, previous 4 bits |

use super::block::printable;
use super::tell::Said;
use crate::bytes::{be16, u8_at};
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::Talk;

/// Number of a partial list; the digits before it select an extract of it.
const MODULE: u8 = 0x11;
const COMPONENT: u8 = 0x1c;
const COMMUNICATION: u8 = 0x32;
const MODE: u8 = 0x24;
/// Index of the protection in the list of communication.
const PROTECTION: u16 = 4;
/// Records read of one list.
const RECORDS: usize = 64;
const CONFIDENCE: f32 = 0.95;

/// What was asked for and what the device said of itself.
pub fn tell(request: &[u8], reply: &[u8], about: Side, talk: &mut Talk<'_>, said: &mut Said) {
    let from = if request.len() >= 4 { request } else { reply };
    let (Some(id), Some(index)) = (be16(from, 0), be16(from, 2)) else { return };
    let [_, part] = id.to_be_bytes();
    said.operation =
        if matches!(part, MODULE | COMPONENT) { Operation::IdentifyDevice } else { Operation::DiagnoseRead };
    said.object("szl", format!("SZL:{id:#06x}/{index}"));
    let (Some(length), Some(count)) = (be16(reply, 4).map(usize::from), be16(reply, 6)) else { return };
    said.details.number("records", count);
    // A list that is asked for by the header alone has no records.
    let records = reply.get(8..).unwrap_or_default().chunks_exact(length.max(1)).take(usize::from(count).min(RECORDS));
    for record in records {
        match part {
            MODULE => module(record, about, talk),
            COMPONENT => component(record, about, talk),
            COMMUNICATION if index == PROTECTION => protection(record, said),
            MODE => {
                if let Some(mode) = u8_at(record, 3) {
                    said.details.text("mode", mode_name(mode & 15));
                }
            }
            _ => {}
        }
    }
}

/// Identification of a module: order number and versions.
fn module(record: &[u8], about: Side, talk: &mut Talk<'_>) {
    let (Some(index), Some(high), Some(low)) = (be16(record, 0), be16(record, 24), be16(record, 26)) else { return };
    // The firmware's own record need not repeat the order number.
    let number = record.get(2..22).map(printable).unwrap_or_default();
    let [letter, major] = high.to_be_bytes();
    let [minor, patch] = low.to_be_bytes();
    match index {
        1 if !number.is_empty() => {
            talk.identity(about, "order_number", &number, CONFIDENCE, "s7comm SZL 0x0011");
            if number.starts_with("6ES7") || number.starts_with("6GK") || number.starts_with("6AG") {
                talk.identity(about, "vendor", "Siemens", CONFIDENCE, "s7comm SZL 0x0011");
            }
        }
        6 if high > 0 => talk.identity(about, "hardware", &high.to_string(), CONFIDENCE, "s7comm SZL 0x0011"),
        7 if letter == b'V' => {
            talk.identity(about, "firmware", &format!("V{major}.{minor}.{patch}"), CONFIDENCE, "s7comm SZL 0x0011");
        }
        _ => {}
    }
}

/// Identification of a component: one text.
fn component(record: &[u8], about: Side, talk: &mut Talk<'_>) {
    let attribute = match be16(record, 0) {
        Some(1) => "name",
        Some(2) => "module",
        Some(3 | 0x0b) => "location",
        Some(4) => "vendor",
        Some(5) => "serial",
        Some(7) => "model",
        _ => return,
    };
    let Some(text) = record.get(2..34).map(printable).filter(|text| !text.is_empty()) else { return };
    // The copyright entry of the maker's own modules names no maker by itself.
    let text = if attribute == "vendor" && text.contains("Siemens") { "Siemens".to_owned() } else { text };
    talk.identity(about, attribute, &text, CONFIDENCE, "s7comm SZL 0x001C");
}

fn protection(record: &[u8], said: &mut Said) {
    if let Some(level) = be16(record, 6) {
        said.details.number("protection_level", level);
    }
    let position = match be16(record, 8) {
        Some(1) => "RUN",
        Some(2) => "RUN-P",
        Some(3) => "STOP",
        Some(4) => "MRES",
        _ => return,
    };
    said.details.text("mode_selector", position);
}

const fn mode_name(mode: u8) -> &'static str {
    match mode {
        1 => "STOP (update)",
        2 => "STOP (memory reset)",
        3 => "STOP (self-initialisation)",
        4 => "STOP (internal)",
        5 => "STARTUP (cold restart)",
        6 => "STARTUP (warm restart)",
        7 => "STARTUP (hot restart)",
        8 => "RUN",
        9 => "RUN-R",
        10 => "HOLD",
        11 => "LINK-UP",
        12 => "UPDATE",
        13 => "DEFECTIVE",
        14 => "SELF-TEST",
        15 => "NO POWER",
        _ => "unknown",
    }
}
