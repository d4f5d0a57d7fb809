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
}

impl Key {
    /// Of a telegram that asks, or that may answer one.
    pub fn of_answer(channel: u8, answer: u16, peer: u16, telegram: &Telegram<'_>) -> Self {
        let detail = application::detail(plain(telegram.application()), telegram);
        Self { kind: APPLICATION | answer, channel, peer, detail }
    }

    /// Of a telegram that is only confirmed, and of its confirmation, which repeats it.
    pub fn of_confirmation(channel: u8, telegram: &Telegram<'_>) -> Self {
        let [.., a, b, c, d] = hash::quick(telegram.tpdu).to_be_bytes();
        Self { kind: CONFIRMED, channel, peer: telegram.destination, detail: u32::from_be_bytes([a, b, c, d]) }
    }

    /// Of local management that is answered by this code.
    pub fn of_local(channel: u8, answer: u8, frame: &Cemi<'_>) -> Self {
        Self { kind: LOCAL | u16::from(answer), channel, peer: 0, detail: local::detail(frame) }
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
}

impl Awaited {
    pub fn remember(&mut self, key: Key, now: i64) {
        self.list.retain(|(known, since)| *known != key && now.saturating_sub(*since) < TIMEOUT);
        if self.list.len() >= AWAITED {
            self.list.remove(0);
        }
        self.list.push((key, now));
    }

    /// Whether the answer is awaited; from now on it is not.
    pub fn takes(&mut self, key: Key, now: i64) -> bool {
        let Some(at) = self.list.iter().position(|(known, _)| *known == key) else { return false };
        let (_, since) = self.list.remove(at);
        now.saturating_sub(since) < TIMEOUT
    }

    pub fn weight(&self) -> usize {
        self.list.capacity() * size_of::<(Key, i64)>()
    }
}
