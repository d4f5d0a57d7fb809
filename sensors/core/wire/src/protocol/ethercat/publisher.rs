//! Network variables that masters publish to each other (ETG.1005, EtherCAT Automation Protocol; frames of type 4).
//!
//! | 0 publisher 6 | 6 count 2 | 8 cycle 2 | 10 reserved 2 | 12 variables: id 2 | hash 2 | length 2 | quality 2 | data |

use super::frame::HEADER;
use crate::bytes::le16;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::exchange::Notation;
use crate::protocol::{Address, Exchange, Form, Function, Item, Object, Outcome, Talk, Unit, Values};
use crate::text;
use std::fmt::Write as _;

const HEAD: usize = 12;
const VARIABLE: usize = 8;
/// Variables of a frame that are told.
const VARIABLES: u16 = 64;

/// `variable:7/0`: the variable's id, and a byte of it.
fn address(out: &mut String, part: u64, start: i64, count: u32) {
    let _ = write!(out, "variable:{part}/{start}");
    if count > 1 {
        let _ = write!(out, "-{}", start.saturating_add(i64::from(count)).saturating_sub(1));
    }
}

pub fn frame(side: Side, data: &[u8], length: usize, talk: &mut Talk<'_>) {
    let body = data.get(HEADER..HEADER + length).unwrap_or_else(|| data.get(HEADER..).unwrap_or_default());
    let publisher = body.first_chunk::<6>().map(|mac| text::mac(*mac));
    let (Some(publisher), Some(count), Some(mut left)) = (publisher, le16(body, 6), body.get(HEAD..)) else {
        return talk.flag(Flag::EthercatLength, Some(0), None);
    };
    let mut items = Vec::with_capacity(usize::from(count.min(VARIABLES)));
    for _ in 0..count.min(VARIABLES) {
        let (Some(id), Some(size)) = (le16(left, 0), le16(left, 4)) else { break };
        let Some(bytes) = left.get(VARIABLE..VARIABLE + usize::from(size)) else { break };
        let mut item = Item::new(Operation::Publish);
        let notation = Notation { part: u64::from(id), step: 1, write: address };
        item.object =
            Object { kind: Some("variable"), address: Address::Placed(notation), start: 0, count: u32::from(size) };
        if size > 0 {
            item.values = Values::Packed { kind: "uint8", form: Form::Uint8, bytes };
        }
        items.push(item);
        left = left.get(VARIABLE + usize::from(size)..).unwrap_or_default();
    }
    if items.len() != usize::from(count) {
        talk.flag(if count > VARIABLES { Flag::Truncated } else { Flag::EthercatLength }, Some(8), None);
    }
    if items.is_empty() {
        return;
    }
    let exchange = Exchange {
        function: Function { code: None, name: Some("Network variables") },
        unit: Unit::Text(&publisher),
        outcome: Outcome::Success,
        bytes: u32::try_from(data.len()).unwrap_or(u32::MAX),
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), side, talk.ordinal(), &items)
    };
    talk.exchange(&exchange);
}
