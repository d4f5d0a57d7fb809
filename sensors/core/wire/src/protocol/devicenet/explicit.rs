//! Explicit messages of the predefined connections (ODVA, volume 3, chapter 4): | 0 fragmented 1 bit, transaction 1 bit,
//! the other station 6 bits | 1 answer 1 bit, service 7 bits | 2 class 1 | 3 instance 1 | 4 service's data |; an answer:
//! | 2 service's data |. A fragment has | 1 kind 2 bits, count 6 bits | before the service.

use super::{Head, begun, between, service};
use crate::bytes::u8_at;
use crate::dataset::{Flag, Operation};
use crate::protocol::can::asked::{self, Asked, Ending};
use crate::protocol::can::frame::Frame;
use crate::protocol::{Address, Function, Item, Object, Outcome, Reply, Talk, Values};
use crate::text;
use std::collections::BTreeMap;

const FRAGMENTED: u8 = 0x80;
const ANSWER: u8 = 0x80;
const STATION: u8 = 0x3f;
/// Bytes of data that are shown.
const SHOWN: usize = 8;

/// One that waits for its answer.
pub struct Request {
    asked: Asked,
    head: Head,
    client: u8,
    service: u8,
    class: u8,
    instance: u8,
    data: Vec<u8>,
}

impl Request {
    fn address(&self) -> String {
        let attribute = u8_at(&self.data, 0).filter(|_| service::of_attribute(self.service));
        let (class, instance) = (self.class, self.instance);
        attribute.map_or_else(
            || format!("{class:#04X}/{instance}"),
            |attribute| format!("{class:#04X}/{instance}/{attribute}"),
        )
    }

    fn operation(&self) -> Operation {
        service::operation(self.service, self.class, u8_at(&self.data, 0))
    }

    /// What is written, or what an answer holds.
    fn tell(&self, station: u8, ending: Ending, answer: &[u8], talk: &mut Talk<'_>) {
        between(Some(self.client), Some(station), talk);
        let written = self.data.get(usize::from(service::of_attribute(self.service))..).unwrap_or_default();
        let bytes = if answer.is_empty() { written } else { answer };
        let (address, shown) = (self.address(), text::hex(bytes, SHOWN));
        let mut item = Item::new(self.operation());
        item.object = Object { kind: Some("attribute"), address: Address::Text(&address), start: 0, count: 0 };
        let number = (bytes.len() <= 4 && !bytes.is_empty())
            .then(|| [f64::from(bytes.iter().rev().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)))]);
        item.values = match (&number, bytes) {
            (_, []) => Values::None,
            (Some(numbers), _) => Values::Numbers { kind: "uint", numbers, exact: None },
            _ => Values::Text { kind: "octets", text: &shown },
        };
        let named = Function { code: Some(u32::from(self.service)), name: service::name(self.service) };
        asked::exchange(&self.asked, ending, (self.head.function(), named), &item, talk);
    }
}

/// The master asks a station.
pub fn asks(waiting: &mut BTreeMap<u8, Request>, station: u8, head: Head, frame: &Frame<'_>, talk: &mut Talk<'_>) {
    let first = u8_at(frame.data, 0).unwrap_or(0);
    between(Some(first & STATION), Some(station), talk);
    let at = if first & FRAGMENTED == 0 { 1 } else { 2 };
    if first & FRAGMENTED != 0 && u8_at(frame.data, 1).is_some_and(|fragment| fragment >> 6 != 0) {
        // The service stands in the first fragment alone.
        return;
    }
    let byte = |offset: usize| u8_at(frame.data, at + offset);
    let (Some(code), Some(class), Some(instance)) = (byte(0), byte(1), byte(2)) else {
        return talk.flag(Flag::DevicenetLength, None, None);
    };
    if code & ANSWER != 0 {
        return talk.flag(Flag::DevicenetService, None, None);
    }
    let request = Request {
        asked: begun(frame, talk),
        head,
        client: first & STATION,
        service: code,
        class,
        instance,
        data: frame.data.get(at + 3..).unwrap_or_default().to_vec(),
    };
    if let Some(before) = waiting.insert(station, request) {
        before.tell(station, Ending::SILENCE, &[], talk);
    }
}

/// A station answers.
pub fn answers(waiting: &mut BTreeMap<u8, Request>, station: u8, head: Head, frame: &Frame<'_>, talk: &mut Talk<'_>) {
    let first = u8_at(frame.data, 0).unwrap_or(0);
    between(Some(first & STATION), Some(station), talk);
    let fragmented = first & FRAGMENTED != 0;
    if fragmented && u8_at(frame.data, 1).is_some_and(|fragment| fragment >> 6 != 0) {
        return;
    }
    let at = if fragmented { 2 } else { 1 };
    let Some(code) = u8_at(frame.data, at).filter(|code| code & ANSWER != 0) else {
        return talk.flag(Flag::DevicenetService, None, None);
    };
    let code = code & !ANSWER;
    let data = frame.data.get(at + 1..).unwrap_or_default();
    let fits = |request: &Request| request.service == code || code == service::ERROR;
    let known = waiting.remove(&station).filter(fits);
    let reply = if known.is_some() { Reply::Answered } else { Reply::Unexpected };
    let lone = || Request {
        asked: begun(frame, talk),
        head,
        client: first & STATION,
        service: code,
        class: 0,
        instance: 0,
        data: Vec::new(),
    };
    let mut request = known.unwrap_or_else(lone);
    if reply == Reply::Answered {
        request.asked.goes_on(frame.length, talk);
    }
    let ending = match (code, u8_at(data, 0)) {
        (service::ERROR, Some(status)) => Ending::failed(reply, u32::from(status), service::status(status)),
        _ => Ending { reply, outcome: Outcome::Success, status: None },
    };
    let said = if ending.status.is_some() { &[] } else { data };
    request.tell(station, ending, said, talk);
}

pub fn expire(waiting: &mut BTreeMap<u8, Request>, now: i64, talk: &mut Talk<'_>) {
    let over: Vec<u8> = waiting.iter().filter(|(_, r)| r.asked.over(now)).map(|(station, _)| *station).collect();
    for station in over {
        if let Some(request) = waiting.remove(&station) {
            request.tell(station, Ending::SILENCE, &[], talk);
        }
    }
}
