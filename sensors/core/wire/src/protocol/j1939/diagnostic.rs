//! Diagnostic messages (SAE J1939-73). Keys and seeds of memory access are never shown.

use super::{Group, pgn, say};
use crate::bytes::{le16, u8_at};
use crate::dataset::Operation;
use crate::protocol::{Address, Function, Item, Object, Talk, Values};
use crate::text::Details;
use std::fmt::Write as _;

/// Trouble codes of one message that are shown.
const CODES: usize = 16;

/// Whether a group is a diagnostic message.
pub const fn is(group: u32) -> bool {
    matches!(group, pgn::DM1..=pgn::DM12 | pgn::DM7 | pgn::DM13 | pgn::DM14 | pgn::DM15 | pgn::DM16 | pgn::DM22)
}

fn named(code: u8, name: &'static str) -> Function {
    Function { code: Some(u32::from(code)), name: Some(name) }
}

/// Tells a message.
pub fn tell(group: &Group<'_>, talk: &mut Talk<'_>) {
    match group.head.group {
        pgn::DM14 => memory(group, talk),
        pgn::DM15 | pgn::DM16 => plain(group, Operation::Notify, Function::default(), talk),
        pgn::DM7 => plain(group, Operation::ControlDirect, Function::default(), talk),
        pgn::DM13 => broadcast(group, talk),
        pgn::DM22 => clear(group, talk),
        pgn::DM3 | pgn::DM11 => plain(group, Operation::DiagnoseClear, Function::default(), talk),
        _ => codes(group, talk),
    }
}

fn plain(group: &Group<'_>, operation: Operation, subfunction: Function, talk: &mut Talk<'_>) {
    let address = format!("pgn:{}", group.head.group);
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("group"), address: Address::Text(&address), start: 0, count: 0 };
    say(group, subfunction, &item, talk);
}

/// | 0 lamps 2 | 2 codes 4 each: number 19 bits, failure 5 bits, conversion 1 bit, count 7 bits |
fn codes(group: &Group<'_>, talk: &mut Talk<'_>) {
    let mut shown = String::new();
    for code in group.data.get(2..).unwrap_or_default().chunks_exact(4).take(CODES) {
        let (Some(low), Some(third), Some(count)) = (le16(code, 0), u8_at(code, 2), u8_at(code, 3)) else { continue };
        let number = u32::from(low) | u32::from(third >> 5) << 16;
        // Nought is no code, ones fill the frame up.
        if number == 0 || number == 0x7_ffff {
            continue;
        }
        let _ = write!(
            shown,
            "{}SPN {number} FMI {} x{}",
            if shown.is_empty() { "" } else { ", " },
            third & 31,
            count & 127
        );
    }
    let address = format!("pgn:{}", group.head.group);
    let mut details = Details::default();
    if let Some(lamps) = u8_at(group.data, 0).filter(|_| group.head.group <= pgn::DM2) {
        details.number("lamps", lamps);
    }
    let details = details.finish();
    let mut item = Item::new(Operation::Publish);
    item.object = Object { kind: Some("group"), address: Address::Text(&address), start: 0, count: 0 };
    item.values = Values::Text { kind: "codes", text: if shown.is_empty() { "none" } else { &shown } };
    item.details = details.as_deref();
    say(group, Function::default(), &item, talk);
}

/// | 0 length's low byte 1 | 1 length's high 3 bits, pointer type 1 bit, command 3 bits, 1 | 2 pointer 3 | 5 its
/// extension 1 | 6 key 2 |
fn memory(group: &Group<'_>, talk: &mut Talk<'_>) {
    let word = u8_at(group.data, 1).unwrap_or(0);
    let command = word >> 1 & 7;
    let (operation, name) = match command {
        0 => (Operation::ProgramDelete, "Erase"),
        1 => (Operation::ProgramUpload, "Read"),
        2 => (Operation::ProgramDownload, "Write"),
        3 => (Operation::DiagnoseRead, "Status request"),
        4 => (Operation::Notify, "Operation completed"),
        5 => (Operation::Notify, "Operation failed"),
        6 => (Operation::FirmwareUpdate, "Boot load"),
        _ => (Operation::DiagnoseRead, "EDCP generation"),
    };
    let pointer = u32::from(le16(group.data, 2).unwrap_or(0)) | u32::from(u8_at(group.data, 4).unwrap_or(0)) << 16;
    let length = u32::from(u8_at(group.data, 0).unwrap_or(0)) | u32::from(word >> 5) << 8;
    let address = format!("memory:{pointer:#08X}");
    let mut details = Details::default();
    details.number("length", i64::from(length));
    let details = details.finish();
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("memory"), address: Address::Text(&address), start: 0, count: 0 };
    item.details = details.as_deref();
    say(group, named(command, name), &item, talk);
}

/// | 0 what each network is to do, 2 bits each: 0 stop, 1 start, 3 leave as it is |
fn broadcast(group: &Group<'_>, talk: &mut Talk<'_>) {
    let networks =
        group.data.get(..3).unwrap_or_default().iter().flat_map(|byte| (0..4).map(move |at| byte >> (2 * at) & 3));
    let (mut stops, mut starts) = (false, false);
    for action in networks {
        stops |= action == 0;
        starts |= action == 1;
    }
    match (stops, starts) {
        (true, _) => plain(group, Operation::ModeStop, named(0, "Stop broadcast"), talk),
        (_, true) => plain(group, Operation::ModeRun, named(1, "Start broadcast"), talk),
        _ => plain(group, Operation::SessionKeepalive, named(3, "Hold"), talk),
    }
}

/// | 0 control 1 | … | 5 code 3 |
fn clear(group: &Group<'_>, talk: &mut Talk<'_>) {
    match u8_at(group.data, 0) {
        Some(control @ (1 | 17)) => {
            let name = if control == 1 { "Clear previously active" } else { "Clear active" };
            plain(group, Operation::DiagnoseClear, named(control, name), talk);
        }
        Some(control) => plain(group, Operation::Notify, named(control, "Answer"), talk),
        None => {}
    }
}
