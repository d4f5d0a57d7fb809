//! What an answer names its request by, and which answers of the bus are awaited: a telegram that nobody asked for is no odd
//! answer, for devices speak unasked.

use super::cemi::{Cemi, Telegram};
use super::{apci, application, local};
use crate::hash;
use crate::protocol::TIMEOUT;

/// Telegrams whose answer is awaited on one flow.
const AWAITED: usize = 64;
/// Kinds of keys beside the codes of services.
const APPLICATION: u16 = 0x8000;
const CONFIRMED: u16 = 0xc000;
const LOCAL: u16 = 0x4000;

/// What an answer names its request by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Key {
    /// Service that asks, or which kind of telegram.
    pub kind: u16,
    pub channel: u8,
    /// Who is asked over the bus.
    pub peer: u16,
    pub detail: u32,
    /// Tells questions apart that are the same: KNX numbers none.
    pub number: u8,
}

impl Key {
    /// Of a telegram that asks, or that may answer one.
    pub fn of_answer(channel: u8, answer: u16, peer: u16, telegram: &Telegram<'_>) -> Self {
        let detail = application::detail(plain(telegram.application()), telegram);
        Self { kind: APPLICATION | answer, channel, peer, detail, number: 0 }
    }

    /// Of a telegram that is only confirmed, and of its confirmation, which repeats it.
    pub fn of_confirmation(channel: u8, telegram: &Telegram<'_>) -> Self {
        let [.., a, b, c, d] = hash::quick(telegram.tpdu).to_be_bytes();
        let detail = u32::from_be_bytes([a, b, c, d]);
        Self { kind: CONFIRMED, channel, peer: telegram.destination, detail, number: 0 }
    }

    /// Of local management that is answered by this code.
    pub fn of_local(channel: u8, answer: u8, frame: &Cemi<'_>) -> Self {
        Self { kind: LOCAL | u16::from(answer), channel, peer: 0, detail: local::detail(frame), number: 0 }
    }
}

/// The code of a service without the bits that are its own.
pub fn plain(code: Option<u16>) -> u16 {
    code.and_then(apci::of).map_or(0, |service| service.code)
}

/// Answers of the bus that are awaited, and since when.
#[derive(Default)]
pub struct Awaited {
    list: Vec<(Key, i64)>,
    next: u8,
}

impl Awaited {
    /// Remembers a question; its key with a number of its own.
    pub fn remember(&mut self, key: Key, now: i64) -> Key {
        self.list.retain(|(_, since)| now.saturating_sub(*since) < TIMEOUT);
        if self.list.len() >= AWAITED {
            self.list.remove(0);
        }
        let key = Key { number: self.next, ..key };
        self.next = self.next.wrapping_add(1);
        self.list.push((key, now));
        key
    }

    /// The key of the oldest question that this answers, whatever its number; from now on it is not awaited.
    pub fn take(&mut self, key: Key, now: i64) -> Option<Key> {
        let same = |known: &Key| Key { number: key.number, ..*known } == key;
        let at = self.list.iter().position(|(known, since)| same(known) && now.saturating_sub(*since) < TIMEOUT)?;
        Some(self.list.remove(at).0)
    }

    pub fn weight(&self) -> usize {
        self.list.capacity() * size_of::<(Key, i64)>()
    }
}
