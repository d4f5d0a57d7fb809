//! Facts about the controller and the blocks that move.
//!
//! Its version: `1;6ES7 214-1AG40-0XB0 ;V4.2`. Identification and maintenance data 0 (IEC 61158-6-10): | 0x0020 2 |
//! 2 length 2 (0x38) | 4 version 2 | 6 vendor 2 (0x2a Siemens) | 8 order number 20 | 28 serial number 16 |
//! 44 hardware 2 | 46 firmware: letter, three numbers |.

use super::pairing::{Ending, Request};
use crate::bytes::{be16, u8_at};
use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::protocol::{Outcome, Talk};
use crate::text;
use sha2::{Digest, Sha256};

const IM0_BLOCK: u16 = 0x0020;
const SIEMENS: u16 = 0x002a;

/// What the controller says when a session is opened.
pub fn product(request: &Request, version: &str, talk: &mut Talk<'_>) {
    let mut parts = version.split(';').skip(1).map(str::trim);
    let (number, firmware) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let about = request.side.other();
    let evidence = "S7comm-plus CreateObject: ServerSessionVersion";
    if number.starts_with("6ES7") || number.starts_with("6AG") {
        talk.identity(about, "vendor", "Siemens", 0.95, evidence);
        talk.identity(about, "order_number", number, 0.95, evidence);
        if firmware.len() > 1 {
            talk.identity(about, "firmware", firmware, 0.9, evidence);
        }
    }
}

/// What a module says.
pub fn module(request: &Request, data: &[u8], talk: &mut Talk<'_>) {
    if be16(data, 0) != Some(IM0_BLOCK) || data.len() < 50 {
        return;
    }
    let about = request.side.other();
    let evidence = "S7comm-plus GetVarSubStreamed: I&M0";
    if be16(data, 6) == Some(SIEMENS) {
        talk.identity(about, "vendor", "Siemens", 0.95, evidence);
    }
    for (attribute, from, length) in [("order_number", 8, 20), ("serial", 28, 16)] {
        let field = data.get(from..from + length).unwrap_or_default();
        let value = text::bounded(field, length).0;
        let value = value.trim_matches(|c: char| c.is_whitespace() || c == '\u{fffd}');
        if !value.is_empty() {
            talk.identity(about, attribute, value, 0.95, evidence);
        }
    }
    if let Some(hardware) = be16(data, 44) {
        talk.identity(about, "hardware", &hardware.to_string(), 0.9, evidence);
    }
    let number = |at| u8_at(data, at).unwrap_or(0);
    if number(46).is_ascii_uppercase() {
        let letter = char::from(number(46));
        talk.identity(
            about,
            "firmware",
            &format!("{letter}{}.{}.{}", number(47), number(48), number(49)),
            0.95,
            evidence,
        );
    }
}

/// A block that moves: its object as the message carries it.
pub fn file(request: &Request, ending: &Ending<'_>, name: &str, data: &[u8], loads: bool, talk: &mut Talk<'_>) {
    let hash = text::hex(&Sha256::digest(data), 32);
    let (source, direction, operation) = if loads {
        (request.side, "to_device", Operation::ProgramDownload)
    } else {
        (request.side.other(), "from_device", Operation::ProgramUpload)
    };
    let whole = ending.outcome != Outcome::Failure && !data.is_empty();
    let row = FileRow {
        file_name: Some(name),
        file_size: i64::try_from(data.len()).ok(),
        file_hash_sha256: whole.then_some(hash.as_str()),
        ot_file_direction: Some(direction),
        ot_operation: Some(operation.name()),
        ..FileRow::default()
    };
    talk.file(source, ending.span, request.ordinal, row);
}
