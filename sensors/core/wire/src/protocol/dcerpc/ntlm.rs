//! Who logs on, as NTLMSSP says it in the clear (MS-NLMP 2.2.1). What proves it is passed over.
//!
//! | 0 "NTLMSSP" 0 | 8 type 4 |; texts by | length 2 | room 2 | offset 4 |, numbers in little endian, whatever the PDU has.
//! 2 challenge: | 12 target 8 | 20 flags 4 | 24 challenge 8 | 32 | 40 facts 8 | 48 version 8 |
//! 3 authenticate: | 12 LM 8 | 20 NT 8 | 28 domain 8 | 36 user 8 | 44 workstation 8 | 52 key 8 | 60 flags 4 | 64 version 8 |

use super::ndr::shown;
use crate::bytes::{le16, le32, u8_at};

const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";
const UNICODE: u32 = 0x0000_0001;
const VERSION: u32 = 0x0200_0000;
const REVISION: u32 = 0x0f00_0000;
/// Facts of a challenge (2.2.2.1).
const COMPUTER: u16 = 1;
const DNS_COMPUTER: u16 = 3;
const FACTS: usize = 16;

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Message {
    Negotiate,
    Challenge { computer: Option<String>, full_name: Option<String>, system: Option<String> },
    Authenticate { user: Option<String>, domain: Option<String>, workstation: Option<String>, system: Option<String> },
}

/// The message in a token, which may stand inside SPNEGO.
pub fn read(token: &[u8]) -> Option<Message> {
    let at = token.windows(SIGNATURE.len()).position(|window| window == SIGNATURE)?;
    let data = token.get(at..)?;
    Some(match le32(data, 8)? {
        1 => Message::Negotiate,
        2 => {
            let facts = field(data, 40).unwrap_or_default();
            let system = version(data, le32(data, 20)?, 48);
            Message::Challenge { computer: fact(facts, COMPUTER), full_name: fact(facts, DNS_COMPUTER), system }
        }
        3 => {
            let flags = le32(data, 60).unwrap_or(UNICODE);
            let text = |at| field(data, at).map(|bytes| letters(bytes, flags)).filter(|text| !text.is_empty());
            let system = version(data, flags, 64);
            Message::Authenticate { user: text(36), domain: text(28), workstation: text(44), system }
        }
        _ => return None,
    })
}

/// The bytes that a field at a place leads to.
fn field(data: &[u8], at: usize) -> Option<&[u8]> {
    let (length, offset) = (usize::from(le16(data, at)?), usize::try_from(le32(data, at + 4)?).ok()?);
    data.get(offset..offset.checked_add(length)?)
}

fn letters(bytes: &[u8], flags: u32) -> String {
    if flags & UNICODE == 0 {
        return shown(bytes.iter().map(|byte| u16::from(*byte)));
    }
    shown(bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)))
}

/// One of the facts: | kind 2 | length 2 | value | …
fn fact(mut facts: &[u8], wanted: u16) -> Option<String> {
    for _ in 0..FACTS {
        let (kind, length) = (le16(facts, 0)?, usize::from(le16(facts, 2)?));
        let value = facts.get(4..4 + length)?;
        if kind == wanted {
            return Some(letters(value, UNICODE)).filter(|text| !text.is_empty());
        }
        facts = facts.get(4 + length..)?;
    }
    None
}

/// | major 1 | minor 1 | build 2 | 0 0 0 | revision 15 |, of Windows. Others promise a version by the flag and leave it out.
fn version(data: &[u8], flags: u32, at: usize) -> Option<String> {
    let (major, minor, build) = (u8_at(data, at)?, u8_at(data, at + 1)?, le16(data, at + 2)?);
    let there = flags & VERSION != 0 && le32(data, at + 4)? == REVISION;
    there.then(|| format!("Windows {major}.{minor}.{build}"))
}
