//! Cyclic data: what a provider says of itself in each frame, and what is odd about the frames' order. Frames are not
//! told; beginnings, changes and ends are (IEC 61158-6-10, 4.7: APDU status).
//!
//! | 0 FrameID 2 | 2 data, at least 40 | CycleCounter 2 | DataStatus 1 | TransferStatus 1 |

use crate::bytes::{be16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::exchange::Notation;
use crate::protocol::{Address, Exchange, Form, Function, Item, Object, Outcome, Talk, Values};
use crate::text::Details;
use std::fmt::Write as _;

/// Providers followed on one flow.
const PROVIDERS: usize = 64;
/// Bytes around the data.
const TRAILER: usize = 4;
/// One step of the cycle counter, ns.
const TICK: i64 = 31_250;
/// How far the counter may be from the time that passed: a quarter of a second.
const TOLERANCE: i16 = 8_000;
/// A provider is called silent after so many cycles, and not before a second.
const PATIENCE: i64 = 32;
const LEAST_SILENCE: i64 = 1_000_000_000;

const PRIMARY: u8 = 0x01;
const VALID: u8 = 0x04;
const RUN: u8 = 0x10;
/// Set while there is no problem.
const NO_PROBLEM: u8 = 0x20;
const RESERVED: u8 = 0x48;

struct Provider {
    side: Side,
    frame: u16,
    counter: u16,
    status: u8,
    length: usize,
    time: i64,
    /// Shortest time between two frames so far, ns.
    cycle: i64,
    silent: bool,
}

/// Providers of one flow.
#[derive(Default)]
pub struct Cyclic {
    providers: Vec<Provider>,
}

impl Cyclic {
    pub fn frame(&mut self, side: Side, frame: u16, data: &[u8], talk: &mut Talk<'_>) {
        let Some(at) = data.len().checked_sub(TRAILER).filter(|at| *at >= 2) else {
            return talk.flag(Flag::ProfinetRtLength, Some(0), None);
        };
        let (Some(counter), Some(status), Some(transfer)) = (be16(data, at), u8_at(data, at + 2), u8_at(data, at + 3))
        else {
            return;
        };
        if transfer != 0 {
            talk.flag(Flag::ProfinetTransferStatus, u32::try_from(at + 3).ok(), None);
        }
        if status & RESERVED != 0 {
            talk.flag(Flag::ProfinetDataStatus, u32::try_from(at + 2).ok(), None);
        }
        let known = self.providers.iter_mut().find(|provider| (provider.side, provider.frame) == (side, frame));
        if let Some(known) = known {
            known.follow(counter, status, data.len(), talk);
        } else if self.providers.len() >= PROVIDERS {
            return talk.flag(Flag::ParserLimit, None, None);
        } else {
            let (length, time) = (data.len(), talk.now());
            self.providers.push(Provider { side, frame, counter, status, length, time, cycle: 0, silent: false });
        }
        tell(side, frame, status, data.len(), talk);
    }

    /// A provider that stopped is told once.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        for provider in self.providers.iter_mut().filter(|provider| !provider.silent && provider.cycle > 0) {
            let allowed = provider.cycle.saturating_mul(PATIENCE).max(LEAST_SILENCE);
            if now.saturating_sub(provider.time) > allowed {
                provider.silent = true;
                let details = provider.named().finish();
                talk.flag(Flag::ProfinetSilent, None, details.as_deref());
            }
        }
    }

    pub fn weight(&self) -> usize {
        self.providers.capacity() * size_of::<Provider>()
    }
}

impl Provider {
    fn named(&self) -> Details {
        let mut details = Details::default();
        details.number("frame_id", self.frame);
        details
    }

    /// Compares a frame with the one before it.
    fn follow(&mut self, counter: u16, status: u8, length: usize, talk: &mut Talk<'_>) {
        let passed = talk.now().saturating_sub(self.time);
        if let Some(flag) = self.oddity(counter, passed) {
            let mut details = self.named();
            details.number("counter_before", self.counter).number("counter", counter);
            talk.flag(flag, None, details.finish().as_deref());
        }
        if length != self.length {
            talk.flag(Flag::ProfinetRtLength, None, self.named().finish().as_deref());
        }
        for (bit, flag) in [
            (RUN, Flag::ProfinetProviderStopped),
            (VALID, Flag::ProfinetDataInvalid),
            (NO_PROBLEM, Flag::ProfinetStationProblem),
            (PRIMARY, Flag::ProfinetBackup),
        ] {
            if self.status & bit != 0 && status & bit == 0 {
                let mut details = self.named();
                details.number("data_status_before", self.status).number("data_status", status);
                talk.flag(flag, None, details.finish().as_deref());
            }
        }
        if passed > 0 && !self.silent {
            self.cycle = if self.cycle == 0 { passed } else { self.cycle.min(passed) };
        }
        (self.counter, self.status, self.length) = (counter, status, length);
        (self.time, self.silent) = (talk.now(), false);
    }

    /// The counter goes up by a tick each 31.25 µs and begins anew at 65536.
    fn oddity(&self, counter: u16, passed: i64) -> Option<Flag> {
        let step = counter.wrapping_sub(self.counter);
        if step == 0 {
            return Some(Flag::ProfinetCycleRepeated);
        }
        let expected = u16::try_from((passed / TICK).rem_euclid(65_536)).unwrap_or(0);
        let apart = step.wrapping_sub(expected).cast_signed();
        (!self.silent && apart.unsigned_abs() > TOLERANCE.unsigned_abs()).then_some(Flag::ProfinetCycleJump)
    }
}

fn address(out: &mut String, _part: u64, start: i64, _count: u32) {
    let _ = write!(out, "frame:0x{start:04X}");
}

fn tell(side: Side, frame: u16, status: u8, length: usize, talk: &mut Talk<'_>) {
    let name = match frame {
        0x0100..=0x0fff => "RT_CLASS_3 data",
        0xf800..=0xfbff => "RT_CLASS_1 multicast data",
        0xbc00..=0xbfff => "RT_CLASS_2 multicast data",
        0xc000..=0xf7ff => "RT_CLASS_1 data",
        _ => "RT_CLASS_2 data",
    };
    let bytes = [status];
    let mut item = Item::new(Operation::Publish);
    item.object = Object {
        kind: Some("frame"),
        address: Address::Placed(Notation { part: 0, step: 1, write: address }),
        start: i64::from(frame),
        count: 1,
    };
    item.values = Values::Packed { kind: "data_status", form: Form::Uint8, bytes: &bytes };
    let items = [item];
    let exchange = Exchange {
        function: Function { code: None, name: Some(name) },
        outcome: Outcome::Success,
        bytes: u32::try_from(length).unwrap_or(u32::MAX),
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), side, talk.ordinal(), &items)
    };
    talk.exchange(&exchange);
}
