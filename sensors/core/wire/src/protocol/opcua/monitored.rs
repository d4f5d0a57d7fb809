//! Monitored items (Part 4, 5.13).

use super::attribute::read_value_id;
use super::extension::{extension, skip_diagnostics, skip_extension};
use super::filter::filter;
use super::message::{Entry, ITEMS, Memo, Request};
use super::reader::{Read, Reader};
use super::status;
use super::tables::Tables;
use super::tell::News;
use super::watched::Watched;
use crate::dataset::Operation;
use std::sync::Arc;

/// What a request wants of one monitored item.
pub struct Wish {
    item: u32,
    handle: u32,
}

/// Address of an item by its id: the node if it is known.
fn by_item(entry: &mut Entry, tables: &Tables, subscription: u32, item: u32) {
    match tables.monitored.of_item(subscription, item) {
        Some(watched) => entry.node(watched.address.to_string()),
        None => (entry.kind, entry.address) = (Some("item"), format!("subscription:{subscription}/item:{item}")),
    }
    entry.details.number("subscription", subscription);
}

/// | subscription 4 | timestamps 4 | items: ReadValueId, mode 4, parameters |
pub fn create_items(r: &mut Reader<'_>, request: &mut Request, tables: &mut Tables) -> Read<()> {
    let subscription = r.u32()?;
    r.u32()?;
    let mut wishes = Vec::new();
    let read = request.items(r, |r, entry| {
        let address = read_value_id(r)?;
        entry.node(address.clone());
        entry.details.number("subscription", subscription);
        entry.note("monitoring_mode", mode(r.u32()?));
        let (handle, fields) = parameters(r, entry)?;
        let watched = Watched { address: address.into_boxed_str(), fields };
        r.cut |= !tables.monitored.watch(subscription, handle, watched);
        wishes.push(Wish { item: 0, handle });
        Ok(())
    });
    request.memo = Memo::Monitored(subscription, wishes);
    read
}

/// MonitoringParameters: | client handle 4 | sampling interval 8 | filter ExtensionObject | queue 4 | discard oldest 1 |
fn parameters(r: &mut Reader<'_>, entry: &mut Entry) -> Read<(u32, Arc<[Box<str>]>)> {
    let handle = r.u32()?;
    entry.details.real("sampling_interval", r.f64()?);
    let told = extension(r)?;
    let fields = filter(&told, entry)?;
    entry.details.number("queue_size", r.u32()?);
    r.truth()?;
    Ok((handle, fields))
}

/// MonitoringMode (Part 4, 7.23).
const fn mode(code: u32) -> &'static str {
    match code {
        0 => "disabled",
        1 => "sampling",
        2 => "reporting",
        _ => "other",
    }
}

/// MonitoredItemCreateResult: | status 4 | item 4 | sampling interval 8 | queue 4 | filter result ExtensionObject |
pub fn create_items_reply(r: &mut Reader<'_>, request: &mut Request, tables: &mut Tables, news: &mut News) -> Read<()> {
    let (subscription, wishes) = taken(request);
    let mut wishes = wishes.into_iter();
    request.results(r, news, |r, entry| {
        let code = r.u32()?;
        entry.status = Some(code);
        let item = r.u32()?;
        entry.details.real("revised_sampling_interval", r.f64()?);
        r.u32()?;
        skip_extension(r)?;
        match wishes.next() {
            Some(wish) if status::bad(code) => {
                tables.monitored.unwatch(subscription, wish.handle);
            }
            Some(wish) => tables.monitored.bind(subscription, item, wish.handle),
            None => {}
        }
        Ok(())
    })?;
    skip_diagnostics(r)
}

fn taken(request: &mut Request) -> (u32, Vec<Wish>) {
    match std::mem::take(&mut request.memo) {
        Memo::Monitored(subscription, wishes) => (subscription, wishes),
        _ => (0, Vec::new()),
    }
}

/// | subscription 4 | timestamps 4 | items: item 4, parameters |
pub fn modify_items(r: &mut Reader<'_>, request: &mut Request, tables: &Tables) -> Read<()> {
    let subscription = r.u32()?;
    r.u32()?;
    let mut wishes = Vec::new();
    let read = request.items(r, |r, entry| {
        let item = r.u32()?;
        by_item(entry, tables, subscription, item);
        let (handle, _) = parameters(r, entry)?;
        wishes.push(Wish { item, handle });
        Ok(())
    });
    request.memo = Memo::Monitored(subscription, wishes);
    read
}

/// MonitoredItemModifyResult: | status 4 | sampling interval 8 | queue 4 | filter result ExtensionObject |
pub fn modify_items_reply(r: &mut Reader<'_>, request: &mut Request, tables: &mut Tables, news: &mut News) -> Read<()> {
    let (subscription, wishes) = taken(request);
    let mut wishes = wishes.into_iter();
    request.results(r, news, |r, entry| {
        let code = r.u32()?;
        entry.status = Some(code);
        entry.details.real("revised_sampling_interval", r.f64()?);
        r.u32()?;
        skip_extension(r)?;
        if let Some(wish) = wishes.next()
            && !status::bad(code)
            && let Some(watched) = tables.monitored.of_item(subscription, wish.item).cloned()
        {
            tables.monitored.forget(subscription, wish.item);
            tables.monitored.watch(subscription, wish.handle, watched);
            tables.monitored.bind(subscription, wish.item, wish.handle);
        }
        Ok(())
    })?;
    skip_diagnostics(r)
}

/// | subscription 4 | mode 4 | items |
pub fn set_mode(r: &mut Reader<'_>, request: &mut Request, tables: &Tables) -> Read<()> {
    let subscription = r.u32()?;
    let code = r.u32()?;
    request.items(r, |r, entry| {
        by_item(entry, tables, subscription, r.u32()?);
        entry.note("monitoring_mode", mode(code));
        if code == 0 {
            entry.operation = Operation::SubscribeStop;
        }
        Ok(())
    })
}

/// | subscription 4 | triggering item 4 | links to add | links to remove |
pub fn set_triggering(r: &mut Reader<'_>, request: &mut Request, tables: &Tables) -> Read<()> {
    let subscription = r.u32()?;
    let trigger = r.u32()?;
    for link in ["add", "remove"] {
        request.items(r, |r, entry| {
            by_item(entry, tables, subscription, r.u32()?);
            entry.details.number("trigger", trigger);
            entry.note("link", link);
            Ok(())
        })?;
    }
    Ok(())
}

/// | add results | DiagnosticInfos | remove results | DiagnosticInfos |
pub fn set_triggering_reply(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let mut at = 0;
    for _ in 0..2 {
        for code in r.words(ITEMS)? {
            if let Some(entry) = request.entries.get_mut(at) {
                entry.status = Some(code);
            }
            at += 1;
        }
        skip_diagnostics(r)?;
    }
    Ok(())
}

/// | subscription 4 | items |
pub fn delete_items(r: &mut Reader<'_>, request: &mut Request, tables: &Tables) -> Read<()> {
    let subscription = r.u32()?;
    let mut wishes = Vec::new();
    let read = request.items(r, |r, entry| {
        let item = r.u32()?;
        by_item(entry, tables, subscription, item);
        wishes.push(Wish { item, handle: 0 });
        Ok(())
    });
    request.memo = Memo::Monitored(subscription, wishes);
    read
}

pub fn delete_items_reply(r: &mut Reader<'_>, request: &mut Request, tables: &mut Tables, news: &mut News) -> Read<()> {
    let (subscription, wishes) = taken(request);
    let mut wishes = wishes.into_iter();
    request.results(r, news, |r, entry| {
        let code = r.u32()?;
        entry.status = Some(code);
        if let Some(wish) = wishes.next()
            && !status::bad(code)
        {
            tables.monitored.forget(subscription, wish.item);
        }
        Ok(())
    })?;
    skip_diagnostics(r)
}
