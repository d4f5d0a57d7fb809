//! Process data, SYNC and TIME (CiA 301, 7.2.2, 7.2.5, 7.2.6).

use super::tell::{self, named};
use crate::bytes::{le16, le32};
use crate::dataset::{Flag, Operation};
use crate::protocol::can::frame::Frame;
use crate::protocol::can::object;
use crate::protocol::{Address, Function, Item, Object, Talk};
use crate::text::{self, Details};

/// Days from 1970-01-01 to 1984-01-01, from which CANopen counts.
const EPOCH: i64 = 5_113;
const TIME_LENGTH: usize = 6;

/// The process data object of an identifier. Transmitted by the node, or received by it.
const fn kind(id: u16) -> (Function, bool) {
    match id >> 7 {
        3 => (named(3, "TPDO1"), true),
        4 => (named(4, "RPDO1"), false),
        5 => (named(5, "TPDO2"), true),
        6 => (named(6, "RPDO2"), false),
        7 => (named(7, "TPDO3"), true),
        8 => (named(8, "RPDO3"), false),
        9 => (named(9, "TPDO4"), true),
        _ => (named(10, "RPDO4"), false),
    }
}

/// Process data: what its bytes are the node's configuration says, so each of them is a point.
pub fn tell(id: u16, node: u8, frame: &Frame<'_>, talk: &mut Talk<'_>) {
    let (function, transmitted) = kind(id);
    match transmitted {
        true => tell::from(node, talk),
        false => tell::to(node, talk),
    }
    let mut item = Item::new(Operation::Publish);
    (item.object, item.values) = object(frame, "pdo");
    tell::say((function, Function::default()), &item, frame.length, talk);
}

/// | 0 counter 1, where it is used |
pub fn sync(frame: &Frame<'_>, talk: &mut Talk<'_>) {
    if frame.data.len() > 1 {
        talk.flag(Flag::CanopenLength, None, None);
    }
    tell::to(0, talk);
    let mut item = Item::new(Operation::Publish);
    item.object = Object { kind: Some("sync"), address: Address::None, start: 0, count: 0 };
    tell::say((tell::SYNC, Function::default()), &item, frame.length, talk);
}

/// | 0 milliseconds of the day 28 bits, reserved 4 bits | 4 days since 1984-01-01 2 |
pub fn time(frame: &Frame<'_>, talk: &mut Talk<'_>) {
    if frame.data.len() != TIME_LENGTH {
        talk.flag(Flag::CanopenLength, None, None);
    }
    tell::to(0, talk);
    let mut details = Details::default();
    if let (Some(word), Some(days)) = (le32(frame.data, 0), le16(frame.data, 4)) {
        let (year, month, day) = text::civil(EPOCH + i64::from(days));
        let moment = word & 0x0fff_ffff;
        let (seconds, fraction) = (moment / 1000, moment % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let said = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}");
        details.text("time", &said);
    }
    let details = details.finish();
    let mut item = Item::new(Operation::Publish);
    item.object = Object { kind: Some("time"), address: Address::None, start: 0, count: 0 };
    item.details = details.as_deref();
    tell::say((tell::TIME, Function::default()), &item, frame.length, talk);
}
