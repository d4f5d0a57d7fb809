//! Program blocks: their names on the wire, lists of them, and their headers.
//!
//! A block as a file: | file identifier 1 ("_") | type 2 ("08" OB …) | number 5 | file system 1 |, all in ASCII.

use crate::bytes::{be16, u8_at};
use crate::text::{self, Details};
use std::fmt::Write as _;

/// Word of a block type, from the second of its two ASCII digits.
const fn type_name(code: u8) -> Option<&'static str> {
    Some(match code {
        b'8' => "OB",
        b'A' => "DB",
        b'B' => "SDB",
        b'C' => "FC",
        b'D' => "SFC",
        b'E' => "FB",
        b'F' => "SFB",
        _ => return None,
    })
}

/// The type in two ASCII digits.
pub fn of_type(digits: &[u8]) -> Option<&'static str> {
    match digits {
        [b'0', code] => type_name(*code),
        _ => None,
    }
}

/// A block by type, number and where it lies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Name {
    pub text: String,
    pub filesystem: Option<char>,
}

impl Name {
    /// | type 2 | number 5 | file system 1 |; the last may be missing.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let kind = of_type(bytes.get(..2)?)?;
        let digits = bytes.get(2..7)?;
        let number =
            digits.iter().try_fold(0u32, |sum, d| d.is_ascii_digit().then(|| sum * 10 + u32::from(d - b'0')))?;
        let filesystem = u8_at(bytes, 7).filter(u8::is_ascii_uppercase).map(char::from);
        Some(Self { text: format!("{kind}{number}"), filesystem })
    }
}

/// What a file name of a transfer stands for.
#[derive(Clone, Debug)]
pub struct File {
    /// `block`, or `file` for what is no block.
    pub kind: &'static str,
    pub address: String,
    /// As on the wire.
    pub path: String,
    pub filesystem: Option<char>,
}

impl File {
    pub fn read(name: &[u8]) -> Self {
        let (path, _) = text::bounded(name, 64);
        match name.get(1..).and_then(Name::read) {
            Some(block) => Self { kind: "block", address: block.text, path, filesystem: block.filesystem },
            None => Self { kind: "file", address: path.clone(), path, filesystem: None },
        }
    }
}

/// How many blocks of each type: | type 2 | count 2 | for each.
pub fn counts(contents: &[u8]) -> String {
    let mut out = String::new();
    for record in contents.chunks_exact(4).take(16) {
        if let (Some(kind), Some(count)) = (record.get(..2).and_then(of_type), be16(record, 2)) {
            let _ = write!(out, "{}{kind}={count}", if out.is_empty() { "" } else { " " });
        }
    }
    out
}

/// Blocks of one type: | number 2 | flags 1 | language 1 | for each.
pub fn listed(kind: &str, contents: &[u8]) -> String {
    let mut out = String::new();
    for record in contents.chunks_exact(4) {
        if out.len() > text::TEXT_LIMIT {
            break;
        }
        let _ = write!(out, "{}{kind}{}", if out.is_empty() { "" } else { " " }, be16(record, 0).unwrap_or(0));
    }
    out
}

/// The header of one block.
///
/// | 0 info 8 | 8 unknown 1 | 9 flags 1 | 10 language 1 | 11 type 1 | 12 number 2 | 14 load memory 4 | 18 security 4 |
/// | 22 times 12 | 34 lengths 8 | 42 author 8 | 50 family 8 | 58 name 8 | 66 version 1 | 67 unknown 1 | 68 checksum 2 |
pub fn header(contents: &[u8], details: &mut Details) {
    let text = |at: usize| contents.get(at..at + 8).map(printable).filter(|text| !text.is_empty());
    if let Some(memory) = be16(contents, 16) {
        details.number("load_memory", memory);
    }
    if let Some(code) = be16(contents, 40) {
        details.number("code_length", code);
    }
    for (key, at) in [("author", 42), ("block_name", 58)] {
        if let Some(text) = text(at) {
            details.text(key, &text);
        }
    }
    if let Some(version) = u8_at(contents, 66) {
        details.text("block_version", &format!("{}.{}", version >> 4, version & 15));
    }
    if let Some(checksum) = be16(contents, 68) {
        details.text("block_checksum", &format!("{checksum:#06x}"));
    }
    if let Some(protected) = be16(contents, 20) {
        details.truth("know_how_protection", protected == 3);
    }
}

/// Text padded with zeros or blanks.
pub fn printable(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let (text, _) = text::bounded(bytes.get(..end).unwrap_or_default(), text::TEXT_LIMIT);
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{File, Name};

    #[test]
    fn blocks_and_other_files_are_told_apart() {
        let file = File::read(b"_0A00010P");
        assert_eq!((file.kind, file.address.as_str(), file.filesystem), ("block", "DB10", Some('P')));
        assert_eq!(File::read(b"_0B99999A").address, "SDB99999");
        assert_eq!(File::read(b"FIRMWARE.UPD").kind, "file");
        assert_eq!(File::read(b"").address, "");
        assert!(Name::read(b"08000x1A").is_none());
    }
}
