//! Recognition by structure: frames whose checksums fit, with control fields and control information of M-Bus, and data that
//! are what that says to the last octet. IEC 101 has the same frames: short ones alone name nobody.

use super::master::{clear, fits};
use super::record::Records;
use super::telegram::{Service, Telegram};
use super::{ADDRESS, command, header::Header};
use crate::flow::Side;
use crate::protocol::ft12::{self, Head};
use crate::protocol::{Guess, Probe};

/// Frames of a payload that are looked at.
const LOOKED_AT: usize = 16;

#[derive(Default)]
struct Seen {
    /// Frames that only M-Bus has.
    sure: usize,
    sender: Option<Side>,
}

/// Walks the frames of a payload; None where one is not of M-Bus.
fn walk(mut data: &[u8]) -> Option<Seen> {
    let mut seen = Seen::default();
    for _ in 0..LOOKED_AT {
        let length = match ft12::head(data, ADDRESS) {
            Head::Frame(length) if length <= data.len() => length,
            Head::Frame(_) | Head::Need => break,
            Head::Broken | Head::None => return None,
        };
        let (frame, rest) = data.split_at_checked(length)?;
        let telegram = Some(frame).filter(|frame| ft12::fits(frame)).and_then(Telegram::read)?;
        let service = telegram.service?;
        if telegram.information.is_some() || matches!(service, Service::Send | Service::Respond) {
            seen.sure += usize::from(sure(&telegram)?);
        }
        if service != Service::Acknowledge {
            seen.sender = seen.sender.or(Some(if telegram.asks() { Side::Client } else { Side::Server }));
        }
        data = rest;
    }
    Some(seen)
}

/// Whether a frame with data can only be one of M-Bus; None where it cannot be one.
fn sure(telegram: &Telegram<'_>) -> Option<bool> {
    let information = telegram.information?;
    command::of(information).filter(|_| fits(information, telegram.data))?;
    let answers = telegram.service == Some(Service::Respond);
    let monitor = matches!(information, 0x69..=0x6b | command::ERROR..=0x7e);
    if answers != monitor {
        return None;
    }
    if let Some(data) = clear(telegram) {
        let mut records = Records::of(data);
        let count = records.by_ref().count();
        if records.broken {
            return None;
        }
        if count > 0 && information != command::VARIABLE {
            return Some(true);
        }
    }
    Some(match information {
        command::VARIABLE | 0x76 => {
            let meter = Header::long(telegram.data)?.0.meter?;
            meter.decimal() && meter.letters().is_some()
        }
        command::SELECT | 0x56 => telegram.data.len() == super::header::SECONDARY,
        // A command without data: too short for a data unit of IEC 101, 102 or 103.
        _ => !answers && telegram.data.len() <= 1,
    })
}

pub fn probe(probe: &Probe<'_>) -> Guess {
    let Some(seen) = walk(probe.data) else { return Guess::No };
    if seen.sure > 0 {
        return Guess::Yes { confidence: 0.9, sender: seen.sender };
    }
    if probe.ended || probe.data.is_empty() { Guess::No } else { Guess::Need }
}
