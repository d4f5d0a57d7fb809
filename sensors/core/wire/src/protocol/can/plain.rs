//! Frames as they are: identifier and bytes.

use super::frame::Frame;
use crate::dataset::Operation;
use crate::flow::{Side, Span};
use crate::protocol::{Address, Exchange, Form, Function, Item, Notation, Object, Talk, Values};
use std::fmt::Write as _;

/// Marks an identifier of 29 bits in a `Notation`'s part.
const EXTENDED: u64 = 1 << 32;

const fn kind(frame: &Frame<'_>) -> Function {
    let (code, name) = match (frame.remote, frame.flexible) {
        (true, _) => (1, "Remote frame"),
        (_, true) => (2, "Data frame (CAN FD)"),
        _ => (0, "Data frame"),
    };
    Function { code: Some(code), name: Some(name) }
}

/// Bytes of a frame, each a point of its identifier.
pub fn object<'a>(frame: &Frame<'a>, kind: &'static str) -> (Object<'a>, Values<'a>) {
    let part = u64::from(frame.id) | if frame.extended { EXTENDED } else { 0 };
    let count = u32::try_from(frame.data.len()).unwrap_or(0);
    let address = Address::Placed(Notation { part, step: 1, write });
    let values = match frame.data {
        [] => Values::None,
        bytes => Values::Packed { kind: "uint8", form: Form::Uint8, bytes },
    };
    (Object { kind: Some(kind), address, start: 0, count }, values)
}

/// `0x185[0-7]`, `0x18FEF100[3]`; without bytes the identifier alone.
fn write(out: &mut String, part: u64, start: i64, count: u32) {
    let (id, digits) = (part & 0x1fff_ffff, if part & EXTENDED == 0 { 5 } else { 10 });
    let _ = write!(out, "{id:#0digits$X}");
    let end = start.saturating_add(i64::from(count)).saturating_sub(1);
    match count {
        0 => {}
        1 => {
            let _ = write!(out, "[{start}]");
        }
        _ => {
            let _ = write!(out, "[{start}-{end}]");
        }
    }
}

/// Tells a frame that says no more than its bytes.
pub fn tell(frame: &Frame<'_>, talk: &mut Talk<'_>) {
    let mut item = Item::new(if frame.remote { Operation::Read } else { Operation::Publish });
    (item.object, item.values) = object(frame, "identifier");
    say(kind(frame), Function::default(), &item, frame.length, talk);
}

/// Tells a message that nobody answers.
pub fn say(function: Function, subfunction: Function, item: &Item<'_>, length: usize, talk: &mut Talk<'_>) {
    let span: Span = talk.span();
    let exchange = Exchange {
        function,
        subfunction,
        bytes: u32::try_from(length).unwrap_or(0),
        flagged: talk.flagged(),
        ..Exchange::new(span, Side::Client, talk.ordinal(), std::slice::from_ref(item))
    };
    talk.exchange(&exchange);
}
