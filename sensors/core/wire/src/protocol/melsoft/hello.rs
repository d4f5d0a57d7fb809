//! The greeting of the direct connection: four requests of four bytes, and who answers.
//!
//! | da 0 0 | 01, 11, 22 | number 2 | IP of who asked 4 | another 4 |
//! | da 0 0 | ff | code of the model 2 | 22 that are not known |
//! Kinds and lengths are those of captures; what 01, 11 and 22 are for is not known.

use super::parties::Key;
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::dialogue::Turns;
use crate::protocol::{Exchange, Framing, Function, Item, Outcome, Reply, Talk};
use crate::text::Details;
use std::net::Ipv4Addr;

pub const REQUEST: u8 = 0x5a;
pub const RESPONSE: u8 = 0xda;
const IDENTIFY: u8 = 0xff;

/// Bytes of an answer.
const fn answer(kind: u8) -> Option<usize> {
    match kind {
        0x01 | 0x11 | 0x22 => Some(14),
        IDENTIFY => Some(28),
        _ => None,
    }
}

pub fn framing(data: &[u8]) -> Framing {
    if data.iter().skip(1).take(2).any(|byte| *byte != 0) {
        return Framing::Bad(Flag::MelsoftHeader);
    }
    let Some(kind) = u8_at(data, 3) else { return Framing::Need };
    match (answer(kind), data.first()) {
        (Some(_), Some(&REQUEST)) => Framing::Message(4),
        (Some(length), _) => Framing::Message(length),
        (None, _) => Framing::Bad(Flag::MelsoftHeader),
    }
}

/// The code that stands for a kind of greeting.
pub fn code(kind: u8) -> u16 {
    u16::from_be_bytes([REQUEST, kind])
}

pub fn tell(turns: &Turns<'_, Key>, (kind, answer): (u8, Option<&[u8]>), talk: &mut Talk<'_>) {
    let mut details = Details::default();
    if let Some(answer) = answer {
        if kind == IDENTIFY {
            if let Some(model) = le16(answer, 0) {
                details.text("model_code", &format!("{model:04X}"));
            }
            talk.identity(turns.sender.other(), "vendor", "Mitsubishi Electric", 0.8, "MELSOFT greeting");
        } else if let Some(ip) = answer.get(2..).and_then(|ip| ip.first_chunk::<4>()) {
            details.text("peer", &Ipv4Addr::from(*ip).to_string());
        }
    }
    let details = details.finish();
    let operation = if kind == IDENTIFY { Operation::IdentifyDevice } else { Operation::SessionOpen };
    let item = Item { details: details.as_deref(), ..Item::new(operation) };
    talk.exchange(&Exchange {
        function: Function { code: Some(u32::from(code(kind))), name: Some("Direct Connection") },
        outcome: if turns.reply == Reply::Answered { Outcome::Success } else { Outcome::Unknown },
        ..turns.exchange(std::slice::from_ref(&item))
    });
}
