//! Secure authentication, group 120 (IEEE 1815-2012 A.45, clause 7): facts of the dialogue, never its keys or codes.

use super::header::Header;
use super::items::{Part, Parts};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Operation;
use crate::text::{self, Details};

pub const CHALLENGE: u8 = 1;
pub const REPLY: u8 = 2;
pub const AGGRESSIVE_MODE: u8 = 3;
const SESSION_KEY_STATUS_REQUEST: u8 = 4;
const SESSION_KEY_STATUS: u8 = 5;
const SESSION_KEY_CHANGE: u8 = 6;
const ERROR: u8 = 7;
const USER_STATUS_CHANGE: u8 = 10;

const fn term(variation: u8) -> (&'static str, Operation) {
    match variation {
        CHALLENGE => ("challenge", Operation::SecurityLogin),
        REPLY => ("reply", Operation::SecurityLogin),
        AGGRESSIVE_MODE => ("aggressive_mode", Operation::SecurityLogin),
        SESSION_KEY_STATUS_REQUEST => ("session_key_status_request", Operation::SecurityLogin),
        SESSION_KEY_STATUS => ("session_key_status", Operation::SecurityLogin),
        SESSION_KEY_CHANGE => ("session_key_change", Operation::SecurityKey),
        ERROR => ("error", Operation::SecurityLogin),
        8 => ("user_certificate", Operation::SecurityKey),
        9 => ("mac", Operation::SecurityLogin),
        USER_STATUS_CHANGE => ("user_status_change", Operation::ConfigureAccess),
        11 => ("update_key_change_request", Operation::SecurityKey),
        12 => ("update_key_change_reply", Operation::SecurityKey),
        13 => ("update_key_change", Operation::SecurityKey),
        14 => ("update_key_change_signature", Operation::SecurityKey),
        15 => ("update_key_change_confirmation", Operation::SecurityKey),
        _ => ("reserved", Operation::Unknown),
    }
}

const KEY_STATUS: [&str; 6] = ["", "ok", "not_init", "comm_fail", "auth_fail", ""];

const ERRORS: [&str; 11] = [
    "",
    "authentication_failed",
    "unexpected_response",
    "no_response",
    "aggressive_mode_not_supported",
    "mac_algorithm_not_supported",
    "key_wrap_not_supported",
    "authorization_failed",
    "update_key_method_not_permitted",
    "invalid_signature",
    "invalid_certification_data",
];

pub fn read(header: &Header<'_>, parts: &mut Parts) {
    for each in header.objects() {
        let (name, operation) = term(header.variation);
        let mut part = Part::of(operation, header).named(format!("authentication:{name}"));
        facts(header.variation, each.data, &mut part);
        parts.push(part);
    }
}

/// What may be told of an object.
///
/// Challenge: | sequence 4 | user 2 | MAC algorithm 1 | reason 1 | challenge data |; reply and aggressive mode:
/// | sequence 4 | user 2 | …; key status: | sequence 4 | user 2 | key wrap 1 | status 1 | MAC algorithm 1 | …;
/// error: | sequence 4 | user 2 | association 2 | code 1 | time 6 | text |.
fn facts(variation: u8, data: &[u8], part: &mut Part) {
    let details = &mut part.details;
    match variation {
        CHALLENGE | REPLY | AGGRESSIVE_MODE | SESSION_KEY_STATUS | SESSION_KEY_CHANGE | ERROR => {
            numbered(details, "challenge_sequence", le32(data, 0));
            numbered(details, "user", le16(data, 4));
        }
        SESSION_KEY_STATUS_REQUEST => numbered(details, "user", le16(data, 0)),
        _ => {}
    }
    match variation {
        CHALLENGE => numbered(details, "mac_algorithm", u8_at(data, 6)),
        SESSION_KEY_STATUS => {
            let status = u8_at(data, 7).unwrap_or(0);
            if let Some(name) = KEY_STATUS.get(usize::from(status)).filter(|name| !name.is_empty()) {
                details.text("key_status", name);
            }
            numbered(details, "mac_algorithm", u8_at(data, 8));
        }
        ERROR => {
            let code = u8_at(data, 8).unwrap_or(0);
            let name = ERRORS.get(usize::from(code)).copied().filter(|name| !name.is_empty()).unwrap_or("other");
            part.status = Some((u32::from(code), name));
            part.outcome = Some(crate::protocol::Outcome::Failure);
        }
        // | method 1 | operation 1 | status sequence 4 | role 2 | role expiry 2 | length 2 | … | name
        USER_STATUS_CHANGE => {
            numbered(details, "user_operation", u8_at(data, 1));
            numbered(details, "role", le16(data, 6));
            let length = usize::from(le16(data, 10).unwrap_or(0));
            if let Some(name) = data.get(16..).and_then(|rest| rest.get(..length)) {
                details.text("user_name", &text::bounded(name, text::TEXT_LIMIT).0);
            }
        }
        _ => {}
    }
}

fn numbered(details: &mut Details, key: &str, value: Option<impl Into<i64>>) {
    if let Some(value) = value {
        details.number(key, value);
    }
}
