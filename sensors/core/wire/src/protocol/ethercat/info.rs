//! SDO information (ETG.1000.6, 5.6.3): which objects a slave has.
//!
//! | 0 opcode 7 bits, incomplete 1 bit | 1 reserved 1 | 2 fragments left 2 | 4 opcode's data |

use super::command::Place;
use super::mailbox::COE;
use super::post::{Letter, Post, Told};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Function, Item, Object, Reply, Talk, Values};
use crate::text;

const LIST: u8 = 1;
const DESCRIPTION: u8 = 3;
const ENTRY: u8 = 5;
const ERROR: u8 = 7;

const fn name(opcode: u8) -> Option<&'static str> {
    Some(match opcode {
        LIST | 2 => "Get object list",
        DESCRIPTION | 4 => "Get object description",
        ENTRY | 6 => "Get entry description",
        ERROR => "SDO information error",
        _ => return None,
    })
}

pub fn letter(post: &mut Post, letter: &Letter<'_>, data: &[u8], unit: &mut String, talk: &mut Talk<'_>) {
    let Some(opcode) = u8_at(data, 0).map(|opcode| opcode & 0x7f) else {
        return talk.flag(Flag::EthercatMailboxLength, None, None);
    };
    if name(opcode).is_none() {
        return talk.flag(Flag::EthercatMailboxType, None, None);
    }
    if letter.outward {
        post.ask(letter.asks(COE, u32::from(opcode), talk), letter.place, unit, talk);
        return;
    }
    let key = post.asked.as_ref().map_or(0, |asked| asked.key);
    let fits = opcode == ERROR || u32::from(opcode) == key.saturating_add(1);
    let Some(asked) = post.answered(COE, key).filter(|_| fits) else {
        // The further fragments of a list.
        if opcode != 2 {
            tell(letter.place, &[], data, Told::alone(letter, Reply::Unexpected, talk), unit, talk);
        }
        return;
    };
    let told = Told::answer((asked.span, asked.ordinal, asked.flagged), letter, talk);
    let told = match (opcode, le32(data, 4)) {
        (ERROR, Some(code)) => told.failed(code, "SDO information error"),
        _ => told,
    };
    tell(letter.place, asked.data.get(2..).unwrap_or_default(), data, told, unit, talk);
}

/// A question and its answer, either of which may be missing.
pub fn tell(place: Place, asked: &[u8], answer: &[u8], told: Told, unit: &mut String, talk: &mut Talk<'_>) {
    let head = if asked.is_empty() { answer } else { asked };
    let opcode = u8_at(head, 0).unwrap_or(0) & 0x7f;
    let address = match (opcode, le16(head, 4), u8_at(head, 6)) {
        (LIST, Some(list), _) => format!("list:{list}"),
        (ENTRY | 6, Some(index), Some(sub)) => format!("0x{index:04X}:{sub:02X}"),
        (DESCRIPTION | 4, Some(index), _) => format!("0x{index:04X}"),
        _ => "list".into(),
    };
    // | 4 index 2 | 6 data type 2 | 8 greatest subindex 1 | 9 object code 1 | 10 name |
    let named = answer.get(10..).filter(|_| u8_at(answer, 0).is_some_and(|opcode| opcode & 0x7f == 4));
    let named = named.map(|name| text::bounded(name, text::TEXT_LIMIT).0);
    let mut item = Item::new(Operation::Browse);
    item.object = Object { kind: Some("object"), address: Address::Text(&address), start: 0, count: 0 };
    if let Some(named) = named.as_deref().filter(|named| !named.is_empty()) {
        item.values = Values::Text { kind: "string", text: named };
    }
    let function = Function { code: Some(u32::from(opcode)), name: name(opcode) };
    told.exchange(place, (COE, function), item, unit, talk);
}
