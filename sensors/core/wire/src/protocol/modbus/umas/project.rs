//! What READ_PROJECT_INFO answers: the project in the controller and when it was changed last.

use crate::bytes::{le16, u8_at};
use crate::text;

/// Last change: second, minute, hour, day, month, year 2.
const CHANGED: usize = 27;
/// Name: length 1, text ended by NUL.
const NAME: usize = 38;

/// Name and time of the last change of a project, as far as they can be right.
pub fn project(data: &[u8]) -> (Option<String>, Option<String>) {
    let length = usize::from(u8_at(data, NAME).unwrap_or(0));
    let rest = data.get(NAME + 1..NAME + 1 + length).unwrap_or_default();
    let name = rest.split(|byte| *byte == 0).next().unwrap_or_default();
    let readable = !name.is_empty() && name.iter().all(|byte| (0x20..0x7f).contains(byte));
    (readable.then(|| text::bounded(name, text::TEXT_LIMIT).0), changed(data))
}

fn changed(data: &[u8]) -> Option<String> {
    let part = |at: usize| u8_at(data, CHANGED + at);
    let (second, minute, hour, day, month) = (part(0)?, part(1)?, part(2)?, part(3)?, part(4)?);
    let year = le16(data, CHANGED + 5)?;
    let right = second < 60 && minute < 60 && hour < 24 && (1..=31).contains(&day) && (1..=12).contains(&month);
    (right && (1990..2100).contains(&year))
        .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}
