//! Servo drive profile over EtherCAT (ETG.1000.6, 5.9; IEC 61784-3): identification numbers (IDN) of a drive.
//!
//! | 0 opcode 3 bits, incomplete 1 bit, error 1 bit, drive 3 bits | 1 elements 1 | 2 IDN or fragments left 2 | 4 value |

use super::command::Place;
use super::mailbox::SOE;
use super::post::{Letter, Post, Told};
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Function, Item, Object, Reply, Talk, Values};
use crate::text;

const READ: u8 = 1;
const READ_ANSWER: u8 = 2;
const WRITE: u8 = 3;
const WRITE_ANSWER: u8 = 4;
const NOTIFICATION: u8 = 5;
const EMERGENCY: u8 = 6;
const ERROR: u8 = 0x10;
/// Bytes of a value that are shown.
const SHOWN: usize = 128;

const fn name(opcode: u8) -> Option<&'static str> {
    Some(match opcode {
        READ | READ_ANSWER => "SoE read",
        WRITE | WRITE_ANSWER => "SoE write",
        NOTIFICATION => "SoE notification",
        EMERGENCY => "SoE emergency",
        _ => return None,
    })
}

/// What has to be the same in question and answer: drive and IDN.
fn key(data: &[u8]) -> u32 {
    u32::from(u8_at(data, 0).unwrap_or(0) >> 5) << 16 | u32::from(le16(data, 2).unwrap_or(0))
}

pub fn letter(post: &mut Post, letter: &Letter<'_>, unit: &mut String, talk: &mut Talk<'_>) {
    let Some(head) = u8_at(letter.data, 0).filter(|_| letter.data.len() >= 4) else {
        return talk.flag(Flag::EthercatMailboxLength, None, None);
    };
    let key = key(letter.data);
    match (head & 7, letter.outward) {
        (READ | WRITE, true) => post.ask(letter.asks(SOE, key, talk), letter.place, unit, talk),
        (READ_ANSWER | WRITE_ANSWER, false) => {
            let told = match post.answered(SOE, key) {
                Some(asked) => {
                    let told = Told::answer((asked.span, asked.ordinal, asked.flagged), letter, talk);
                    return tell(letter.place, &asked.data, letter.data, refused(told, letter.data), unit, talk);
                }
                None => Told::alone(letter, Reply::Unexpected, talk),
            };
            tell(letter.place, &[], letter.data, refused(told, letter.data), unit, talk);
        }
        (NOTIFICATION | EMERGENCY, _) => {
            tell(letter.place, letter.data, &[], Told::alone(letter, Reply::None, talk), unit, talk);
        }
        _ => talk.flag(Flag::EthercatMailboxType, None, None),
    }
}

/// An answer with the error bit ends with the error's code.
fn refused(told: Told, data: &[u8]) -> Told {
    let code = data.len().checked_sub(2).and_then(|at| le16(data, at));
    match (u8_at(data, 0), code) {
        (Some(head), Some(code)) if head & ERROR != 0 => told.failed(u32::from(code), "SoE error"),
        _ => told,
    }
}

/// `drive:0/S-0-0100`: standard or product specific, set, number.
fn address(data: &[u8]) -> String {
    let (head, idn) = (u8_at(data, 0).unwrap_or(0), le16(data, 2).unwrap_or(0));
    let kind = if idn & 0x8000 != 0 { 'P' } else { 'S' };
    format!("drive:{}/{kind}-{}-{:04}", head >> 5, idn >> 12 & 7, idn & 0x0fff)
}

/// A question and its answer, either of which may be missing.
pub fn tell(place: Place, asked: &[u8], answer: &[u8], told: Told, unit: &mut String, talk: &mut Talk<'_>) {
    let head = if asked.is_empty() { answer } else { asked };
    let opcode = u8_at(head, 0).unwrap_or(0) & 7;
    let operation = match opcode {
        READ | READ_ANSWER => Operation::Read,
        WRITE | WRITE_ANSWER => Operation::WriteParameter,
        EMERGENCY => Operation::AlarmRaise,
        _ => Operation::Notify,
    };
    let bytes = if matches!(opcode, READ | READ_ANSWER) { answer } else { head };
    let shown = text::hex(bytes.get(4..).unwrap_or_default(), SHOWN);
    let address = address(head);
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("idn"), address: Address::Text(&address), start: 0, count: 0 };
    if !shown.is_empty() {
        item.values = Values::Text { kind: "octets", text: &shown };
    }
    let function = Function { code: Some(u32::from(opcode)), name: name(opcode) };
    told.exchange(place, (SOE, function), item, unit, talk);
}
