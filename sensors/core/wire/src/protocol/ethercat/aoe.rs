//! ADS over EtherCAT (ETG.1020, 8; Beckhoff AMS/ADS): the AMS header and what it addresses.
//!
//! | 0 target net id 6, port 2 | 8 source net id 6, port 2 | 16 command 2 | 18 state flags 2 | 20 length 4 | 24 error 4 |
//! 28 invoke id 4 | 32 read, write: index group 4, offset 4, length 4 |

use super::command::Place;
use super::mailbox::AOE;
use super::post::{Letter, Post, Told};
use crate::bytes::{le16, le32};
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Function, Item, Object, Reply, Talk};
use crate::text::Details;

const HEADER: usize = 32;
/// State flag of an answer.
const RESPONSE: u16 = 1;

const fn command(code: u16) -> Option<(&'static str, Operation)> {
    Some(match code {
        1 => ("ReadDeviceInfo", Operation::IdentifyDevice),
        2 => ("Read", Operation::Read),
        3 => ("Write", Operation::Write),
        4 => ("ReadState", Operation::DiagnoseRead),
        5 => ("WriteControl", Operation::ModeStop),
        6 => ("AddDeviceNotification", Operation::SubscribeStart),
        7 => ("DeleteDeviceNotification", Operation::SubscribeStop),
        8 => ("DeviceNotification", Operation::Notify),
        9 => ("ReadWrite", Operation::Read),
        _ => return None,
    })
}

pub fn letter(post: &mut Post, letter: &Letter<'_>, unit: &mut String, talk: &mut Talk<'_>) {
    let (Some(flags), Some(invoke)) = (le16(letter.data, 18), le32(letter.data, 28)) else {
        return talk.flag(Flag::EthercatMailboxLength, None, None);
    };
    if flags & RESPONSE == 0 {
        if letter.outward {
            post.ask(letter.asks(AOE, invoke, talk), letter.place, unit, talk);
        } else {
            tell(letter.place, letter.data, &[], Told::alone(letter, Reply::None, talk), unit, talk);
        }
        return;
    }
    let Some(asked) = post.answered(AOE, invoke) else {
        return tell(letter.place, &[], letter.data, Told::alone(letter, Reply::Unexpected, talk), unit, talk);
    };
    let told = Told::answer((asked.span, asked.ordinal, asked.flagged), letter, talk);
    let told = match le32(letter.data, 24) {
        Some(0) | None => told,
        Some(code) => told.failed(code, "ADS error"),
    };
    tell(letter.place, &asked.data, letter.data, told, unit, talk);
}

/// A question and its answer, either of which may be missing.
pub fn tell(place: Place, asked: &[u8], answer: &[u8], told: Told, unit: &mut String, talk: &mut Talk<'_>) {
    let head = if asked.is_empty() { answer } else { asked };
    let code = le16(head, 16).unwrap_or(0);
    let (name, operation) =
        command(code).map_or((None, Operation::Unknown), |(name, operation)| (Some(name), operation));
    let port = le16(head, 6).unwrap_or(0);
    let address = match (code, le32(asked, HEADER), le32(asked, HEADER + 4)) {
        (2 | 3 | 6 | 9, Some(group), Some(offset)) => format!("ads:{port}/0x{group:X}:0x{offset:X}"),
        _ => format!("ads:{port}"),
    };
    let mut details = Details::default();
    details.number("invoke", le32(head, 28).unwrap_or(0));
    let details = details.finish();
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("symbol"), address: Address::Text(&address), start: 0, count: 0 };
    item.details = details.as_deref();
    let function = Function { code: Some(u32::from(code)), name };
    told.exchange(place, (AOE, function), item, unit, talk);
}
