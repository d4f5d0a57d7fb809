//! State, clock, cycle time, messages, errors, access right (W342 5-3-17 to 5-3-27).
//!
//! | 0601 | status 1 | mode 1 | fatal errors 2 | non-fatal errors 2 | messages 2 | error code 2 | error message 16 |
//! | 0620 | average 4 | maximum 4 | minimum 4 |, units of 0.1 ms |
//! | 0701, 0702 | year 1 | month 1 | day 1 | hour 1 | minute 1 | second 1 | weekday 1 |, BCD |
//! | 0C01 refused | who holds it: unit 1 | node 1 | network 1 |
//! | 2102 | records 2 | stored 2 | read 2 | code 2, detail 2, minute 1, second 1, day 1, hour 1, year 1, month 1 |, as many |

use super::command::{self as fc, mode};
use super::said::{Said, readable};
use crate::bytes::{be16, be32, u8_at};
use std::fmt::Write as _;

const RECORD: usize = 10;

pub fn tell(command: u16, asked: &[u8], told: &[u8], said: &mut Said) {
    match command {
        fc::CONTROLLER_STATUS_READ => controller(told, said),
        fc::CYCLE_TIME_READ => {
            for (key, at) in [("cycle_average", 0), ("cycle_maximum", 4), ("cycle_minimum", 8)] {
                said.number(key, be32(told, at));
            }
        }
        fc::CLOCK_READ => said.value = clock(told).map(|moment| ("clock", moment)),
        fc::CLOCK_WRITE => said.value = clock(asked).map(|moment| ("clock", moment)),
        fc::ACCESS_RIGHT_ACQUIRE if told.len() >= 3 => {
            if let [unit, node, network, ..] = told {
                said.details.text("holder", &format!("{network}.{node}.{unit}"));
            }
        }
        fc::ERROR_LOG_READ => records(told, said),
        _ => {}
    }
}

fn controller(told: &[u8], said: &mut Said) {
    let status = match u8_at(told, 0) {
        Some(0) => "stop",
        Some(1) => "run",
        Some(0x80) => "standby",
        Some(_) => "unknown",
        None => return,
    };
    said.details.text("status", status);
    if let Some(code) = u8_at(told, 1) {
        said.details.text("operating_mode", mode(code));
    }
    said.number("fatal_errors", be16(told, 2));
    said.number("non_fatal_errors", be16(told, 4));
    said.text("error_message", &readable(told.get(10..26).unwrap_or_default()));
}

fn records(told: &[u8], said: &mut Said) {
    let mut codes = String::new();
    for record in told.get(6..).unwrap_or_default().chunks_exact(RECORD) {
        let _ = write!(codes, "{}{:#06x}", if codes.is_empty() { "" } else { " " }, be16(record, 0).unwrap_or(0));
    }
    said.number("records", be16(told, 2));
    said.text("errors", &codes);
}

/// `2026-11-28T09:30:15`. Years before 70 are of this century. None where a part cannot be.
fn clock(text: &[u8]) -> Option<String> {
    let part = |at, least: u8, most: u8| {
        let byte = u8_at(text, at)?;
        let value = (byte >> 4).checked_mul(10)?.checked_add(byte & 0xf)?;
        (byte & 0xf <= 9 && (least..=most).contains(&value)).then_some(value)
    };
    let year = part(0, 0, 99)?;
    let century = if year < 70 { 20 } else { 19 };
    let (month, day) = (part(1, 1, 12)?, part(2, 1, 31)?);
    let (hour, minute) = (part(3, 0, 23)?, part(4, 0, 59)?);
    let mut out = format!("{century}{year:02}-{month:02}-{day:02}T{hour:02}:{minute:02}");
    if text.len() > 5 {
        let _ = write!(out, ":{:02}", part(5, 0, 59)?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn clocks_are_decimal_and_impossible_ones_are_none() {
        assert_eq!(clock(&[0x26, 0x11, 0x28, 0x09, 0x30, 0x15, 6]).unwrap(), "2026-11-28T09:30:15");
        assert_eq!(clock(&[0x98, 0x01, 0x02, 0x23, 0x59]).unwrap(), "1998-01-02T23:59");
        assert_eq!(clock(&[0x26, 0x13, 0x28, 0x09, 0x30, 0x15, 6]), None);
        assert_eq!(clock(&[0x26, 0x1a, 0x28, 0x09, 0x30]), None);
        assert_eq!(clock(&[0x26, 0x11]), None);
    }
}
