//! What a device says of itself: ListIdentity and the Identity object (CIP Networks Library Volume 1, 5A-2; Volume 2,
//! 2-4.2).
//!
//! Attributes 1 to 7, all at once: | vendor 2 | device type 2 | product code 2 | major 1 | minor 1 | status 2 | serial 4 |
//! name length 1 | name |. ListIdentity has | protocol version 2 | socket address 16 | before and | state 1 | behind it.

use super::reading::Reading;
use super::vendor;
use crate::bytes::{le16, le32, u8_at};
use crate::text::{self, Details};

const OBJECT: &str = "cip Identity object";
const LIST: &str = "enip ListIdentity";
/// Bytes before the vendor in an item of ListIdentity.
const SOCKET: usize = 18;

/// All attributes, as Get_Attributes_All answers.
pub fn all(data: &[u8], out: &mut Reading) {
    if whole(data, OBJECT, out).is_some() {
        let mut details = Details::default();
        if let Some(status) = le16(data, 8) {
            device_status(status, &mut details);
        }
        out.details(details);
    }
}

/// The item of a ListIdentity reply: facts and details.
pub fn listed(item: &[u8], out: &mut Reading) -> Option<String> {
    let data = item.get(SOCKET..)?;
    let end = whole(data, LIST, out)?;
    let mut details = Details::default();
    device_status(le16(data, 8)?, &mut details);
    if let Some(state) = u8_at(data, end) {
        details.text("state", state_name(state));
    }
    details.finish()
}

/// Vendor to name; returns where the name ends.
fn whole(data: &[u8], evidence: &'static str, out: &mut Reading) -> Option<usize> {
    let end = 15 + usize::from(u8_at(data, 14)?);
    let name = data.get(15..end)?;
    out.identity("vendor", vendor::name(le16(data, 0)?), evidence);
    out.identity("device_type", vendor::device_type(le16(data, 2)?), evidence);
    out.identity("product_code", le16(data, 4)?.to_string(), evidence);
    out.identity("firmware", revision(data, 6), evidence);
    out.identity("serial", format!("{:08X}", le32(data, 10)?), evidence);
    out.identity("model", readable(name), evidence);
    Some(end)
}

/// One attribute.
pub fn one(attribute: u32, data: &[u8], out: &mut Reading) {
    let word = le16(data, 0);
    match (attribute, word) {
        (1, Some(word)) => out.identity("vendor", vendor::name(word), OBJECT),
        (2, Some(word)) => out.identity("device_type", vendor::device_type(word), OBJECT),
        (3, Some(word)) => out.identity("product_code", word.to_string(), OBJECT),
        (4, Some(_)) => out.identity("firmware", revision(data, 0), OBJECT),
        (5, Some(word)) => {
            let mut details = Details::default();
            device_status(word, &mut details);
            out.details(details);
        }
        (6, Some(_)) => {
            if let Some(serial) = le32(data, 0) {
                out.identity("serial", format!("{serial:08X}"), OBJECT);
            }
        }
        (7, Some(_)) => {
            let name = u8_at(data, 0).and_then(|n| data.get(1..1 + usize::from(n)));
            out.identity("model", name.map(readable).unwrap_or_default(), OBJECT);
        }
        _ => {}
    }
}

fn revision(data: &[u8], at: usize) -> String {
    format!("{}.{}", u8_at(data, at).unwrap_or(0), u8_at(data, at + 1).unwrap_or(0))
}

fn readable(name: &[u8]) -> String {
    text::bounded(name, 64).0.trim().to_owned()
}

/// Status word: | 0 owned | 2 configured | 4-7 extended status | 8-11 faults | 12-13 of Logix controllers: key switch |.
fn device_status(status: u16, details: &mut Details) {
    details.number("device_status", status);
    if status & 0x0f00 != 0 {
        details.text("fault", fault(status));
    }
    // Only controllers with a key switch set both the mode (6 run, 7 program) and the position.
    let key = match (status >> 4 & 0x0f, status >> 12 & 3) {
        (6 | 7, 1) => "run",
        (6 | 7, 2) => "program",
        (6 | 7, 3) => "remote",
        _ => return,
    };
    details.text("key_switch", key);
    details.text("controller_mode", if status >> 4 & 0x0f == 6 { "run" } else { "program" });
}

const fn fault(status: u16) -> &'static str {
    match status >> 8 & 0x0f {
        0..=3 if status & 0x0200 != 0 => "minor unrecoverable",
        0..=3 => "minor recoverable",
        _ if status & 0x0800 != 0 => "major unrecoverable",
        _ => "major recoverable",
    }
}

const fn state_name(state: u8) -> &'static str {
    match state {
        0 => "nonexistent",
        1 => "self test",
        2 => "standby",
        3 => "operational",
        4 => "major recoverable fault",
        5 => "major unrecoverable fault",
        255 => "not given",
        _ => "reserved",
    }
}
