//! Who a controller says that it is.
//!
//! Controller type and ID: | ID 8, ended by 0 | major type 1 | minor type 1 | … | (GFK-0582, COMMREQ 7109).
//! Program name: | 18 | name 16, ended by 0 |. Names of control programs: texts that end with 0.
//! Time and date: | second | minute | hour | day | month | year |, each two decimal digits.

use crate::flow::Side;
use crate::protocol::Talk;
use crate::text::Details;

const ID: usize = 8;
const NAME_AT: usize = 18;
const NAME: usize = 16;
/// Names of control programs that are told.
const NAMES: usize = 16;

/// A text of printable ASCII up to its first 0.
pub fn text(bytes: &[u8]) -> Option<&str> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text = std::str::from_utf8(bytes.get(..end)?).ok()?.trim();
    (!text.is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))).then_some(text)
}

/// Families whose major type is published.
fn family(major: u8) -> Option<&'static str> {
    match major {
        12 => Some("Series 90-70"),
        16 => Some("Series 90-30"),
        _ => None,
    }
}

/// Controller type and ID.
pub fn controller(data: &[u8], about: Side, talk: &mut Talk<'_>, details: &mut Details) {
    if let Some(id) = data.get(..ID).and_then(text) {
        details.text("cpu_id", id);
        talk.identity(about, "name", id, 0.9, "GE SRTP 43");
    }
    let Some((major, minor)) = data.get(ID).zip(data.get(ID + 1)) else { return };
    details.number("major_type", *major).number("minor_type", *minor);
    if let Some(family) = family(*major) {
        details.text("family", family);
        talk.identity(about, "vendor", "GE Fanuc", 0.8, "GE SRTP 43");
        talk.identity(about, "model", family, 0.8, "GE SRTP 43");
    }
}

/// Name of the program that the controller holds.
pub fn program(data: &[u8], about: Side, talk: &mut Talk<'_>, details: &mut Details) {
    let Some(name) = data.get(NAME_AT..).and_then(|rest| text(rest.get(..NAME).unwrap_or(rest))) else { return };
    details.text("program", name);
    talk.identity(about, "project", name, 0.8, "GE SRTP 01");
}

/// Names of its control programs.
pub fn programs(data: &[u8], details: &mut Details) {
    let names: Vec<&str> = data.split(|byte| *byte == 0).filter_map(text).take(NAMES).collect();
    if !names.is_empty() {
        details.texts("programs", names);
    }
}

/// A clock, ISO 8601 without zone.
pub fn clock(data: &[u8]) -> Option<String> {
    let digits = data.get(..6)?.iter().map(|byte| {
        let (tens, ones) = (byte >> 4, byte & 0xf);
        (tens < 10 && ones < 10).then_some(tens * 10 + ones)
    });
    let fields = digits.collect::<Option<Vec<u8>>>()?;
    let [second, minute, hour, day, month, year] = fields.as_slice() else { return None };
    let sound = *second < 60 && *minute < 60 && *hour < 24 && (1..=31).contains(day) && (1..=12).contains(month);
    sound.then(|| format!("20{year:02}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

#[cfg(test)]
mod tests {
    use super::{clock, text};

    #[test]
    fn clocks_and_names() {
        assert_eq!(clock(&[0x59, 0x30, 0x14, 0x29, 0x11, 0x26]).as_deref(), Some("2026-11-29T14:30:59"));
        assert_eq!(clock(&[0x5a, 0x30, 0x14, 0x29, 0x11, 0x26]), None);
        assert_eq!(clock(&[0x59, 0x30, 0x24, 0x29, 0x11, 0x26]), None);
        assert_eq!(text(b"PAC1\0\0\0\0"), Some("PAC1"));
        assert_eq!(text(&[0; 8]), None);
        assert_eq!(text(b"\x01bc"), None);
    }
}
