//! What a request and its reply say of objects: one item for each range, with values and details.

use super::function as fc;
use super::identification;
use super::request::Request;
use super::state::Carrier;
use super::umas;
use crate::bytes::{be16, u8_at};
use crate::dataset::Operation;
use crate::protocol::{Address, Item, Object, Outcome, Talk, Values};
use crate::text::{self, Details};

/// Details of an exchange that came as serial frames: what follows begins with them.
fn details_of(request: &Request) -> Details {
    let mut details = Details::default();
    match request.carrier {
        Carrier::Tcp => {}
        Carrier::Rtu => {
            details.text("framing", "rtu");
        }
        Carrier::Ascii => {
            details.text("framing", "ascii");
        }
    }
    details
}

pub const fn kind(code: u8) -> Option<&'static str> {
    Some(match code {
        fc::READ_COILS | fc::WRITE_SINGLE_COIL | fc::WRITE_MULTIPLE_COILS => "coil",
        fc::READ_DISCRETE_INPUTS => "discrete",
        fc::READ_HOLDING_REGISTERS | fc::WRITE_SINGLE_REGISTER | fc::WRITE_MULTIPLE_REGISTERS => "holding",
        fc::MASK_WRITE_REGISTER | fc::READ_WRITE_MULTIPLE_REGISTERS => "holding",
        fc::READ_INPUT_REGISTERS => "input",
        fc::READ_FILE_RECORD | fc::WRITE_FILE_RECORD => "file",
        fc::READ_FIFO_QUEUE => "fifo",
        _ => return None,
    })
}

fn object(code: u8, start: u16, count: u16) -> Object<'static> {
    let kind = kind(code);
    let address = if kind.is_some() { Address::Range } else { Address::None };
    Object { kind, address, start: i64::from(start), count: if kind.is_some() { u32::from(count) } else { 0 } }
}

/// Builds the items of a request and, if it came, its reply, and hands them on.
pub fn with_items(
    request: &Request,
    pdu: &[u8],
    outcome: Outcome,
    talk: &mut Talk<'_>,
    hand: impl FnOnce(&[Item<'_>], &mut Talk<'_>),
) {
    let operation = fc::operation(request.code, request.sub);
    let mut item = Item::new(operation);
    item.object = object(request.code, request.start, request.count);
    let framing = details_of(request).finish();
    item.details = framing.as_deref();
    match request.code {
        fc::READ_COILS | fc::READ_DISCRETE_INPUTS => {
            if let Some(data) = pdu.get(2..).filter(|d| !d.is_empty()) {
                item.values = Values::Bits(data, u32::from(request.count));
            }
            hand(&[item], talk);
        }
        fc::READ_HOLDING_REGISTERS | fc::READ_INPUT_REGISTERS => {
            if let Some(data) = pdu.get(2..).filter(|d| !d.is_empty()) {
                item.values = Values::Registers(data);
            }
            hand(&[item], talk);
        }
        fc::WRITE_SINGLE_COIL | fc::WRITE_MULTIPLE_COILS => {
            item.values = Values::Bits(&request.data, u32::from(request.count));
            hand(&[item], talk);
        }
        fc::WRITE_SINGLE_REGISTER | fc::WRITE_MULTIPLE_REGISTERS => {
            item.values = Values::Registers(&request.data);
            hand(&[item], talk);
        }
        fc::MASK_WRITE_REGISTER => {
            let mut details = details_of(request);
            details.number("and_mask", be16(&request.data, 0).unwrap_or(0));
            details.number("or_mask", be16(&request.data, 2).unwrap_or(0));
            let details = details.finish();
            item.details = details.as_deref();
            hand(&[item], talk);
        }
        fc::READ_WRITE_MULTIPLE_REGISTERS => {
            item.object = object(request.code, request.write_start, request.write_count);
            item.values = Values::Registers(&request.data);
            let mut read = Item { details: item.details, ..Item::new(Operation::Read) };
            read.object = object(request.code, request.start, request.count);
            if let Some(data) = pdu.get(2..).filter(|d| !d.is_empty()) {
                read.values = Values::Registers(data);
            }
            hand(&[item, read], talk);
        }
        fc::READ_FILE_RECORD | fc::WRITE_FILE_RECORD => files(request, pdu, outcome, talk, hand),
        fc::READ_FIFO_QUEUE => {
            if let Some(data) = pdu.get(5..).filter(|d| !d.is_empty()) {
                item.values = Values::Registers(data);
            }
            hand(&[item], talk);
        }
        fc::UMAS => umas::with_items(request, pdu, item, talk, hand),
        _ => others(request, pdu, item, talk, hand),
    }
}

/// File records: | reference type 1 (6) | file 2 | record 2 | length 2 | data (write) | for each sub-request (6.14, 6.15).
fn files(
    request: &Request,
    pdu: &[u8],
    _outcome: Outcome,
    talk: &mut Talk<'_>,
    hand: impl FnOnce(&[Item<'_>], &mut Talk<'_>),
) {
    let write = request.code == fc::WRITE_FILE_RECORD;
    let mut parts: Vec<(String, &[u8])> = Vec::new();
    let mut at = 0;
    // Reading: the reply repeats only lengths and data, in the order of the request.
    let mut answer = pdu.get(2..).unwrap_or_default();
    while let (Some(file), Some(record), Some(length)) =
        (be16(&request.data, at + 1), be16(&request.data, at + 3), be16(&request.data, at + 5))
    {
        let size = usize::from(length) * 2;
        let end = u32::from(record) + u32::from(length).saturating_sub(1);
        let data = if write {
            request.data.get(at + 7..).and_then(|d| d.get(..size)).unwrap_or_default()
        } else {
            let taken = usize::from(u8_at(answer, 0).unwrap_or(0));
            let data = answer.get(2..(taken + 1).max(2)).unwrap_or_default();
            answer = answer.get(taken + 1..).unwrap_or_default();
            data
        };
        parts.push((format!("file:{file}/{record}-{end}"), data));
        at += 7 + if write { size } else { 0 };
    }
    let operation = fc::operation(request.code, 0);
    let numbers: Vec<Vec<f64>> = parts.iter().map(|(_, data)| registers(data)).collect();
    let items: Vec<Item<'_>> = parts
        .iter()
        .zip(&numbers)
        .map(|((address, _), numbers)| {
            let mut item = Item::new(operation);
            item.object = Object { kind: Some("file"), address: Address::Text(address), start: 0, count: 0 };
            if !numbers.is_empty() {
                item.values = Values::Numbers { kind: "uint16", numbers, exact: None };
            }
            item
        })
        .collect();
    if items.is_empty() { hand(&[Item::new(operation)], talk) } else { hand(&items, talk) }
}

fn registers(data: &[u8]) -> Vec<f64> {
    data.chunks_exact(2).map(|pair| f64::from(be16(pair, 0).unwrap_or(0))).collect()
}

/// Diagnostics, identification and functions without a known layout: data as details.
fn others(
    request: &Request,
    pdu: &[u8],
    item: Item<'_>,
    talk: &mut Talk<'_>,
    hand: impl FnOnce(&[Item<'_>], &mut Talk<'_>),
) {
    let mut details = details_of(request);
    let numbers;
    // Shadowed, so that it may borrow what is made here.
    let mut item = item;
    match request.code {
        fc::READ_EXCEPTION_STATUS => {
            numbers = [f64::from(u8_at(pdu, 1).unwrap_or(0))];
            if pdu.len() > 1 {
                item.values = Values::Numbers { kind: "uint8", numbers: &numbers, exact: None };
            }
        }
        fc::DIAGNOSTICS if request.sub != 0 => {
            numbers = [f64::from(be16(pdu, 3).unwrap_or(0))];
            if pdu.len() > 4 {
                item.values = Values::Numbers { kind: "uint16", numbers: &numbers, exact: None };
            }
        }
        fc::GET_COMM_EVENT_COUNTER => {
            numbers = [f64::from(be16(pdu, 3).unwrap_or(0))];
            if pdu.len() > 4 {
                item.values = Values::Numbers { kind: "uint16", numbers: &numbers, exact: None };
            }
        }
        fc::ENCAPSULATED_INTERFACE_TRANSPORT => {
            details.number("mei_type", request.sub);
            if let Some(code) = u8_at(&request.data, 0) {
                details.number("device_id_code", code);
            }
            let objects = identification::readable(pdu);
            if !objects.is_empty() {
                details.text("objects", &objects);
            }
        }
        _ if !request.data.is_empty() => {
            details.text("data", &text::hex(&request.data, 64));
        }
        _ => {}
    }
    let details_text = details.finish();
    item.details = details_text.as_deref();
    hand(&[item], talk);
}
