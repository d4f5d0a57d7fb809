//! Values that are read, written and published (OPC DA 3.00, 4.5.4, 4.5.6, 4.5.7, 4.6.1).

use super::account::{Account, Call};
use super::item::{handles, texts};
use super::variant::{self, Value};
use crate::protocol::dcerpc::ndr::Ndr;
use crate::text::Details;

/// Bits of a quality that say good (OPC DA 3.00, 6.8).
const GOOD: u16 = 0xc0;

/// What a client has of items: their numbers, or names where they are in no group.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By {
    Number,
    Name,
}

/// The items of a request, whose count stands before them, told; how many.
fn items(stub: &mut Ndr<'_>, by: By, account: &mut Account<'_>) -> Option<usize> {
    stub.u32()?;
    let names: Vec<String> = match by {
        By::Number => handles(stub)?.into_iter().map(|handle| account.items.shown(handle)).collect(),
        By::Name => texts(stub)?,
    };
    for name in &names {
        account.object("item", name);
    }
    Some(names.len())
}

/// SyncIO.Read: | source 2 | count 4 | count 4 | numbers |; its answer: | pointer to | count 4 | states | | results. State: |
/// client's number 4 | time 8 | quality 2 | 0 | pointer |, behind all the values.
pub fn read(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let mut count = 0;
    if call.request.is_some() {
        let mut stub = call.asked()?;
        account.details.text("source", if stub.u16()? == 2 { "device" } else { "cache" });
        count = items(&mut stub, By::Number, account)?;
    }
    if call.response.is_none() {
        return Some(());
    }
    let mut stub = call.told()?;
    if stub.pointer()? {
        let states = stub.count(20)?;
        let (mut there, mut qualities) = (Vec::new(), Vec::new());
        for _ in 0..states {
            stub.take(12)?;
            qualities.push(stub.u16()?);
            stub.u16()?;
            there.push(stub.pointer()?);
        }
        let (values, whole) = variant::behind(&mut stub, &there);
        tell(from, count, &values, &qualities, account);
        if !whole {
            account.details.truth("values_cut", true);
            return Some(());
        }
    }
    account.results(from, count, &mut stub)
}

/// Reads that give values, qualities, times and results apart: of SyncIO2 by number, of ItemIO by name.
pub fn read_apart(call: &Call<'_>, by: By, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let count = if call.request.is_some() { items(&mut call.asked()?, by, account)? } else { 0 };
    if call.response.is_none() {
        return Some(());
    }
    let mut stub = call.told()?;
    let (values, whole) = if stub.pointer()? { variant::variants(&mut stub)? } else { (Vec::new(), true) };
    if !whole {
        tell(from, count, &values, &[], account);
        account.details.truth("values_cut", true);
        return Some(());
    }
    let qualities = if stub.pointer()? { words(&mut stub)? } else { Vec::new() };
    tell(from, count, &values, &qualities, account);
    if stub.pointer()? {
        let times = stub.count(8)?;
        stub.take(times.checked_mul(8)?)?;
    }
    account.results(from, count, &mut stub)
}

/// Writes: | … | count 4 | items | values |, behind so many numbers of 4 bytes; where qualities and times come with the values,
/// each is: | pointer | … 24 |.
pub fn write(call: &Call<'_>, skip: usize, (by, dated): (By, bool), account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let mut count = 0;
    if call.request.is_some() {
        let mut stub = call.asked()?;
        for _ in 0..skip {
            stub.u32()?;
        }
        count = items(&mut stub, by, account)?;
        let (values, whole) = if dated { self::dated(&mut stub)? } else { variant::variants(&mut stub)? };
        tell(from, count, &values, &[], account);
        if !whole {
            account.details.truth("values_cut", true);
        }
    }
    if call.response.is_none() {
        return Some(());
    }
    let mut stub = call.told()?;
    // What is written in the background gets a number, and results of what could not even begin.
    if call.name.contains("Async") {
        stub.u32()?;
    }
    account.results(from, count, &mut stub)
}

fn dated(stub: &mut Ndr<'_>) -> Option<(Vec<Value>, bool)> {
    let count = stub.count(28)?;
    let mut there = Vec::new();
    for _ in 0..count {
        there.push(stub.pointer()?);
        stub.take(24)?;
    }
    Some(variant::behind(stub, &there))
}

/// Reads in the background, whose values a callback brings: behind so many numbers of 4 bytes | count 4 | items |.
pub fn begin(call: &Call<'_>, skip: usize, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let mut count = 0;
    if call.request.is_some() {
        let mut stub = call.asked()?;
        for _ in 0..skip {
            stub.u32()?;
        }
        count = items(&mut stub, By::Number, account)?;
    }
    if call.response.is_none() {
        return Some(());
    }
    let mut stub = call.told()?;
    stub.u32()?;
    account.results(from, count, &mut stub)
}

/// OnDataChange, OnReadComplete: | transaction 4 | group 4 | quality 4 | error 4 | count 4 | client's numbers | values |
/// qualities | times | results |. The client gave the numbers on another connection.
pub fn published(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    if call.request.is_none() {
        return Some(());
    }
    let mut stub = call.asked()?;
    let count = called_back(&mut stub, 12, account)?;
    let (values, whole) = variant::variants(&mut stub)?;
    let qualities = if whole { words(&mut stub)? } else { Vec::new() };
    tell(from, count, &values, &qualities, account);
    Some(())
}

/// OnWriteComplete: | transaction 4 | group 4 | error 4 | count 4 | client's numbers | results |
pub fn completed(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    if call.request.is_none() {
        return Some(());
    }
    let mut stub = call.asked()?;
    let count = called_back(&mut stub, 8, account)?;
    let results = handles(&mut stub)?;
    for (at, code) in results.iter().enumerate().take(count) {
        account.ended(from.saturating_add(at), *code);
    }
    Some(())
}

/// What callbacks begin with: | transaction 4 | group 4 | so many bytes passed over | client's numbers |; how many items.
fn called_back(stub: &mut Ndr<'_>, passed: usize, account: &mut Account<'_>) -> Option<usize> {
    stub.take(4)?;
    let group = stub.u32()?;
    account.details.number("group", group);
    stub.take(passed)?;
    let numbers = handles(stub)?;
    for number in &numbers {
        account.object("item", &format!("client#{number}"));
    }
    Some(numbers.len())
}

/// | count 4 | numbers of 2 bytes |
fn words(stub: &mut Ndr<'_>) -> Option<Vec<u16>> {
    let count = stub.count(2)?;
    (0..count).map(|_| stub.u16()).collect()
}

/// Gives the items from a place on their values, and qualities that are not good.
fn tell(from: usize, count: usize, values: &[Value], qualities: &[u16], account: &mut Account<'_>) {
    for (at, value) in values.iter().enumerate().take(count) {
        account.value(from.saturating_add(at), value);
    }
    for (at, quality) in qualities.iter().enumerate().take(count).filter(|(_, quality)| **quality & GOOD != GOOD) {
        let mut details = Details::default();
        details.number("opc_quality", *quality);
        account.describe(from.saturating_add(at), details);
    }
}
