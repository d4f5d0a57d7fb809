//! What is wrong with a node (DS 301, 7.3.3.3.1, StatusResponse): | 4 flags 1 | 5 flags 1 | 6 NMT status 1 | 7 reserved 3 |
//! 10 static error bits 8: error register 1, reserved 1, the profile's 6 | 18 errors: type 2 | code 2 | time 8 |
//! further 8 |. A type of nought ends them.

use super::node::Node;
use super::words::{self, REGISTER};
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::hash;
use crate::protocol::{Address, Item, Object, Outcome, Talk};
use crate::text::{self, Details};

const ENTRIES: usize = 18;
const ENTRY: usize = 20;
/// Errors of one response that are told.
const TOLD: usize = 16;

/// Mode of an entry (DS 301, table 126): an error came or went, or is told once.
const CAME: u16 = 1;
const WENT: u16 = 2;

/// Details of a response.
pub fn details(data: &[u8], talk: &mut Talk<'_>) -> Option<String> {
    if data.len() < ENTRIES {
        talk.flag(Flag::PowerlinkLength, Some(4), None);
    }
    let mut details = Details::default();
    details.text("nmt_state", words::state(u8_at(data, 6).unwrap_or(0)).unwrap_or("unknown"));
    let register = u8_at(data, 10).unwrap_or(0);
    if register != 0 {
        details.texts("error_register", bits(register));
    }
    let count = entries(data).count();
    if count > 0 {
        details.number("errors", i64::try_from(count).unwrap_or(0));
    }
    details.finish()
}

fn bits(register: u8) -> impl Iterator<Item = &'static str> {
    REGISTER.iter().enumerate().filter(move |(bit, _)| register >> bit & 1 == 1).map(|(_, name)| *name)
}

fn entries(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let all = data.get(ENTRIES..).unwrap_or_default().chunks_exact(ENTRY);
    all.take_while(|entry| le16(entry, 0).is_some_and(|kind| kind != 0))
}

/// One error, as an item of its own.
pub struct Error {
    operation: Operation,
    address: String,
    details: Option<String>,
    status: (u32, &'static str),
}

/// The errors of a response that says others than the one before.
pub fn errors(known: &mut Node, data: &[u8], talk: &mut Talk<'_>) -> Vec<Error> {
    let count = entries(data).count();
    let all = data.get(ENTRIES..ENTRIES.saturating_add(count.saturating_mul(ENTRY))).unwrap_or_default();
    let hash = if all.is_empty() { 0 } else { hash::quick(all) };
    if std::mem::replace(&mut known.errors, hash) == hash {
        return Vec::new();
    }
    if count > TOLD {
        talk.flag(Flag::Truncated, None, None);
    }
    entries(data).take(TOLD).map(|entry| Error::of(entry, u8_at(data, 10).unwrap_or(0))).collect()
}

impl Error {
    fn of(entry: &[u8], register: u8) -> Self {
        let (kind, code) = (le16(entry, 0).unwrap_or(0), le16(entry, 2).unwrap_or(0));
        let mode = kind >> 12 & 3;
        let profile = match kind & 0x0fff {
            1 => "vendor",
            2 => "communication",
            _ => "device",
        };
        let said = match mode {
            CAME => "active",
            WENT => "cleared",
            3 => "event",
            _ => "reserved",
        };
        let mut details = Details::default();
        details.text("profile", profile).text("error_mode", said);
        if register != 0 {
            details.texts("error_register", bits(register));
        }
        details.text("error_data", &text::hex(entry.get(12..).unwrap_or_default(), 8));
        Self {
            operation: if mode == WENT { Operation::AlarmClear } else { Operation::AlarmRaise },
            address: format!("error:0x{code:04X}"),
            details: details.finish(),
            status: (u32::from(code), words::error(code)),
        }
    }

    pub fn item(&self) -> Item<'_> {
        let mut item = Item::new(self.operation);
        item.object = Object { kind: Some("error"), address: Address::Text(&self.address), start: 0, count: 0 };
        item.details = self.details.as_deref();
        (item.outcome, item.status) = (Some(Outcome::Unknown), Some(self.status));
        item
    }
}
