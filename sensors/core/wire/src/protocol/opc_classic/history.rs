//! History that is read, changed and deleted (OPC HDA 1.20, 3.1).

use super::account::{Account, Call};
use super::item;
use super::variant;
use crate::protocol::dcerpc::ndr::Ndr;
use crate::text::Details;

/// GetItemHandles: | count 4 | names | client's numbers |; its answer: | pointer to | count 4 | numbers | | results.
pub fn handles(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let mut names = Vec::new();
    if call.request.is_some() {
        let mut stub = call.asked()?;
        stub.u32()?;
        names = item::texts(&mut stub)?;
        for name in &names {
            account.object("item", name);
        }
    }
    if call.response.is_none() {
        return Some(());
    }
    let mut stub = call.told()?;
    if stub.pointer()? {
        let numbers = item::handles(&mut stub)?;
        for (name, handle) in names.iter().zip(numbers).filter(|(_, handle)| *handle != 0) {
            account.items.learn(handle, name);
        }
    }
    account.results(from, names.len(), &mut stub)
}

/// Insert, Replace, InsertReplace: | items | times | values | qualities |, behind a number where it is done in the background.
pub fn update(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let mut count = 0;
    if call.request.is_some() {
        let mut stub = call.asked()?;
        count = items(&mut stub, call, account)?;
        let times = stub.count(8)?;
        stub.take(times.checked_mul(8)?)?;
        let (values, whole) = variant::variants(&mut stub)?;
        for (at, value) in values.iter().enumerate().take(count) {
            account.value(from.saturating_add(at), value);
        }
        if !whole {
            account.details.truth("values_cut", true);
        }
    }
    results(call, from, count, account)
}

/// ReadRaw, DeleteRaw: | from | to | … | items |. Where a time is a text, it stands behind both numbers.
pub fn between(call: &Call<'_>, extra: usize, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let mut count = 0;
    if call.request.is_some() {
        let mut stub = call.asked()?;
        if background(call) {
            stub.u32()?;
        }
        let mut details = std::mem::take(&mut account.details);
        time(&mut stub, "from", &mut details)?;
        time(&mut stub, "to", &mut details)?;
        account.details = details;
        for _ in 0..extra {
            stub.u32()?;
        }
        stub.u32()?;
        for handle in item::handles(&mut stub)? {
            let name = account.items.shown(handle);
            account.object("item", &name);
            count += 1;
        }
    }
    if call.name.contains("Read") {
        return Some(());
    }
    results(call, from, count, account)
}

/// DeleteAtTime: | items | times |
pub fn at(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let count = if call.request.is_some() { items(&mut call.asked()?, call, account)? } else { 0 };
    results(call, from, count, account)
}

fn background(call: &Call<'_>) -> bool {
    call.interface.name.contains("Async")
}

fn items(stub: &mut Ndr<'_>, call: &Call<'_>, account: &mut Account<'_>) -> Option<usize> {
    if background(call) {
        stub.u32()?;
    }
    stub.u32()?;
    let handles = item::handles(stub)?;
    for handle in &handles {
        let name = account.items.shown(*handle);
        account.object("item", &name);
    }
    Some(handles.len())
}

fn results(call: &Call<'_>, from: usize, count: usize, account: &mut Account<'_>) -> Option<()> {
    if call.response.is_none() {
        return Some(());
    }
    let mut stub = call.told()?;
    if background(call) {
        stub.u32()?;
    }
    // What is deleted between two times gives these back before the results.
    if call.name.ends_with(".DeleteRaw") {
        let mut details = Details::default();
        time(&mut stub, "from", &mut details)?;
        time(&mut stub, "to", &mut details)?;
    }
    account.results(from, count, &mut stub)
}

/// | as a text 4 | pointer to | text | | time 8 |, in 100 ns since 1601.
fn time(stub: &mut Ndr<'_>, key: &str, details: &mut Details) -> Option<()> {
    let (worded, there) = (stub.u32()? != 0, stub.pointer()?);
    let (low, high) = (stub.u32()?, stub.u32()?);
    let text = if there { stub.text()? } else { String::new() };
    if worded {
        details.text(key, &text);
        return Some(());
    }
    let seconds =
        i64::try_from(((u64::from(high) << 32) | u64::from(low)) / 10_000_000).ok()?.checked_sub(11_644_473_600)?;
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = crate::text::civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    details.text(key, &format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"));
    Some(())
}
