//! What one datagram is told as.

use super::command::{Place, Way};
use super::segment::Passage;
use crate::flow::Side;
use crate::protocol::{Exchange, Function, Item, Outcome, Talk, Unit};
use std::fmt::Write as _;

/// Name of the status: how many reads (1) and writes (1, or 2 of a command that does both) slaves did.
pub const WORKING_COUNTER: &str = "WKC";

/// `ot.unit` of a place: the station address, else the place in the ring.
pub fn unit(place: Place, out: &mut String) -> Unit<'_> {
    out.clear();
    match place {
        Place::Station(station) => return Unit::Number(u32::from(station)),
        Place::Nobody => return Unit::None,
        Place::All => out.push_str("all"),
        Place::Position(position) => {
            let _ = write!(out, "position:{position}");
        }
    }
    Unit::Text(out)
}

/// Of a command: whether a slave did what was asked.
pub fn outcome(passage: &Passage<'_>) -> Outcome {
    let (Some(head), Some(counter)) = (passage.head(), passage.counter()) else { return Outcome::Unknown };
    // Of many slaves each adds what it does; of one it is known what that should be.
    let one = matches!(head.way(), Way::Position | Way::Station) && !head.spreads();
    let both = one && head.command().is_some_and(|command| command.reads && command.writes);
    match counter {
        _ if head.code == 0 => Outcome::Success,
        0 => Outcome::Failure,
        1 | 2 if both => Outcome::Failure,
        _ => Outcome::Success,
    }
}

/// A datagram's exchange, with its items.
pub fn exchange<'a>(passage: &Passage<'_>, unit: Unit<'a>, items: &'a [Item<'a>], talk: &Talk<'_>) -> Exchange<'a> {
    let head = passage.head();
    let size = head.map_or(0, |head| head.data.len());
    Exchange {
        function: Function {
            code: head.map(|head| u32::from(head.code)),
            name: head.and_then(|head| head.command()).map(|command| command.name),
        },
        unit,
        outcome: outcome(passage),
        status: passage.counter().map(|counter| (u32::from(counter), WORKING_COUNTER)),
        reply: passage.reply,
        duration: passage.duration,
        bytes: u32::try_from(size + 12).unwrap_or(u32::MAX),
        flagged: passage.flagged || talk.flagged(),
        ..Exchange::new(passage.span, Side::Client, talk.ordinal(), items)
    }
}
