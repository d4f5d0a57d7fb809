//! Subscriptions (Part 4, 5.14): created, changed, handed over, deleted. Publish stands in `notification`.

use super::extension::skip_diagnostics;
use super::message::{Entry, Memo, Request};
use super::reader::{Read, Reader};
use super::status;
use super::tables::Tables;
use super::tell::News;
use crate::dataset::Operation;

/// Gives an entry the address of a subscription.
pub fn by_subscription(entry: &mut Entry, subscription: u32) {
    (entry.kind, entry.address) = (Some("subscription"), format!("subscription:{subscription}"));
    entry.details.number("subscription", subscription);
}

/// | publishing interval 8 | lifetime count 4 | keep-alive count 4 | notifications 4 | enabled 1 | priority 1 |
pub fn create(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let interval = r.f64()?;
    let (lifetime, keep_alive, most) = (r.u32()?, r.u32()?, r.u32()?);
    let enabled = r.truth()?;
    r.u8()?;
    request.first(|entry| {
        counts(entry, interval, lifetime, keep_alive, most);
        entry.details.truth("publishing_enabled", enabled);
    });
    Ok(())
}

fn counts(entry: &mut Entry, interval: f64, lifetime: u32, keep_alive: u32, most: u32) {
    entry.details.real("publishing_interval", interval);
    entry.details.number("lifetime_count", lifetime);
    entry.details.number("keep_alive_count", keep_alive);
    entry.details.number("max_notifications", most);
}

/// | subscription 4 | interval 8 | lifetime count 4 | keep-alive count 4 |
pub fn create_reply(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let subscription = r.u32()?;
    request.first(|entry| by_subscription(entry, subscription));
    revised(r, request)
}

/// | interval 8 | lifetime count 4 | keep-alive count 4 |
pub fn revised(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let interval = r.f64()?;
    r.u32()?;
    r.u32()?;
    request.first(|entry| {
        entry.details.real("revised_publishing_interval", interval);
    });
    Ok(())
}

/// | subscription 4 | publishing interval 8 | lifetime count 4 | keep-alive count 4 | notifications 4 | priority 1 |
pub fn modify(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let subscription = r.u32()?;
    let interval = r.f64()?;
    let (lifetime, keep_alive, most) = (r.u32()?, r.u32()?, r.u32()?);
    r.u8()?;
    request.first(|entry| {
        by_subscription(entry, subscription);
        counts(entry, interval, lifetime, keep_alive, most);
    });
    Ok(())
}

/// An array of subscription ids.
fn ids(r: &mut Reader<'_>, request: &mut Request, each: impl Fn(&mut Entry)) -> Read<()> {
    let mut known = Vec::new();
    let read = request.items(r, |r, entry| {
        let subscription = r.u32()?;
        by_subscription(entry, subscription);
        each(entry);
        known.push(subscription);
        Ok(())
    });
    request.memo = Memo::Subscriptions(known);
    read
}

/// | enabled 1 | subscriptions |
pub fn set_publishing(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let enabled = r.truth()?;
    ids(r, request, |entry| {
        entry.details.truth("publishing_enabled", enabled);
        if !enabled {
            entry.operation = Operation::SubscribeStop;
        }
    })
}

/// | subscriptions | send initial values 1 |
pub fn transfer(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    ids(r, request, |_| {})?;
    r.truth().map(|_| ())
}

/// TransferResult: | status 4 | available sequence numbers |
pub fn transfer_reply(r: &mut Reader<'_>, request: &mut Request, news: &mut News) -> Read<()> {
    request.results(r, news, |r, entry| {
        entry.status = Some(r.u32()?);
        r.words(0).map(|_| ())
    })?;
    skip_diagnostics(r)
}

/// | subscriptions |
pub fn delete(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    ids(r, request, |_| {})
}

pub fn delete_reply(r: &mut Reader<'_>, request: &mut Request, tables: &mut Tables, news: &mut News) -> Read<()> {
    let known = match std::mem::take(&mut request.memo) {
        Memo::Subscriptions(known) => known,
        _ => Vec::new(),
    };
    request.statuses(r, news)?;
    for (subscription, entry) in known.iter().zip(&request.entries) {
        if entry.status.is_some_and(|code| !status::bad(code)) {
            tables.monitored.forget_all(*subscription);
        }
    }
    skip_diagnostics(r)
}
