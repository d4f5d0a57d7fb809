//! Ethernet over EtherCAT (ETG.1000.6, 5.7): frames cut to the size of a mailbox, and the address a slave is given.
//!
//! | 0 type 4 bits, port 4 bits | 1 last fragment 1 bit, times | 2 fragment 6 bits, offset 6 bits, frame 4 bits; or result 2
//! | 4 data |

use super::command::Place;
use super::mailbox::EOE;
use super::post::{Letter, Post, Told};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Form, Function, Item, Object, Reply, Talk, Values};
use crate::text::Details;

const FRAGMENT: u8 = 0;
const SET_IP: u8 = 2;
const SET_IP_ANSWER: u8 = 3;
const SET_FILTER: u8 = 4;
const SET_FILTER_ANSWER: u8 = 5;
/// Parts of a SET_IP request that are there: MAC, IP, subnet mask, gateway, DNS server, DNS name.
const MAC: u32 = 0x01;
const IP: u32 = 0x02;

const fn name(kind: u8) -> &'static str {
    match kind {
        FRAGMENT => "EoE fragment",
        1 => "EoE time stamp",
        SET_IP | SET_IP_ANSWER => "EoE set IP parameter",
        SET_FILTER | SET_FILTER_ANSWER => "EoE set address filter",
        6 | 7 => "EoE get IP parameter",
        8 | 9 => "EoE get address filter",
        _ => "EoE reserved",
    }
}

pub fn letter(post: &mut Post, letter: &Letter<'_>, unit: &mut String, talk: &mut Talk<'_>) {
    let Some(kind) = u8_at(letter.data, 0).map(|kind| kind & 0x0f).filter(|_| letter.data.len() >= 4) else {
        return talk.flag(Flag::EthercatMailboxLength, None, None);
    };
    match kind {
        SET_IP | SET_FILTER | 6 | 8 if letter.outward => {
            post.ask(letter.asks(EOE, u32::from(kind), talk), letter.place, unit, talk);
        }
        SET_IP_ANSWER | SET_FILTER_ANSWER | 7 | 9 if !letter.outward => {
            let Some(asked) = post.answered(EOE, u32::from(kind) - 1) else {
                return tell(letter.place, letter.data, Told::alone(letter, Reply::Unexpected, talk), unit, talk);
            };
            let told = Told::answer((asked.span, asked.ordinal, asked.flagged), letter, talk);
            let told = match le16(letter.data, 2) {
                Some(code) if code != 0 => told.failed(u32::from(code), "EoE error"),
                _ => told,
            };
            tell(letter.place, &asked.data, told, unit, talk);
        }
        FRAGMENT | 1 => tell(letter.place, letter.data, Told::alone(letter, Reply::None, talk), unit, talk),
        _ => {
            talk.flag(Flag::EthercatMailboxType, None, None);
            tell(letter.place, letter.data, Told::alone(letter, Reply::None, talk), unit, talk);
        }
    }
}

/// A message, with what it sets.
pub fn tell(place: Place, data: &[u8], told: Told, unit: &mut String, talk: &mut Talk<'_>) {
    let head = u8_at(data, 0).unwrap_or(0);
    let kind = head & 0x0f;
    let operation = match kind {
        FRAGMENT => Operation::Publish,
        SET_IP | SET_IP_ANSWER | SET_FILTER | SET_FILTER_ANSWER => Operation::ConfigureNetwork,
        6..=9 => Operation::IdentifyNetwork,
        _ => Operation::Notify,
    };
    let address = format!("port:{}", head >> 4);
    let mut details = Details::default();
    if let Some(ip) = given(data) {
        details.text("address", &ip);
    }
    let details = details.finish();
    let size = [u8::try_from(data.len().saturating_sub(4)).unwrap_or(u8::MAX)];
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("ethernet"), address: Address::Text(&address), start: 0, count: 0 };
    item.details = details.as_deref();
    if kind == FRAGMENT {
        item.values = Values::Packed { kind: "bytes", form: Form::Uint8, bytes: &size };
    }
    let function = Function { code: Some(u32::from(kind)), name: Some(name(kind)) };
    told.exchange(place, (EOE, function), item, unit, talk);
}

/// Address of a SET_IP request: behind the flags and the MAC address, if there is one.
fn given(data: &[u8]) -> Option<String> {
    let flags = le32(data, 4).filter(|_| u8_at(data, 0).is_some_and(|head| head & 0x0f == SET_IP))?;
    let at = if flags & MAC != 0 { 14 } else { 8 };
    let octets = data.get(at..)?.first_chunk::<4>().filter(|_| flags & IP != 0)?;
    // Least significant byte first.
    Some(std::net::Ipv4Addr::from(u32::from_le_bytes(*octets)).to_string())
}
