//! Object access (clause 15) and change of value (13.1, 13.14 to 13.18), property by property.
//!
//! ReadProperty [0] object, [1] property, ([2] index); ACK … [3]{value}.
//! WriteProperty … [3]{value}, ([4] priority). AddListElement, RemoveListElement … [3]{elements}.
//! ReadPropertyMultiple [0] object, [1]{[0] property, ([1] index)…}…; ACK [0] object, [1]{[2] property, ([3] index),
//! [4]{value} or [5]{error}…}…
//! WritePropertyMultiple [0] object, [1]{[0] property, ([1] index), [2]{value}, ([3] priority)…}…; its error [0]{error},
//! [1]{first property that was not written}.
//! ReadRange … ([3] by position, [6] by sequence, [7] by time); ACK … [3] flags, [4] count, [5]{items}, ([6] sequence).
//! COVNotification [0] process, [1] device, [2] object, [3] time left, [4]{[0] property, ([1] index), [2]{value}…}.

use super::draft::Property;
use super::purpose;
use super::reading::{Answer, Reading, error};
use super::service;
use super::tag::{Object, Tags};
use super::value;
use crate::dataset::Operation;
use crate::protocol::Outcome;

/// [`at`] object, property and index.
fn place(tags: &mut Tags<'_>, at: u8) -> Option<Property> {
    let object = tags.object(at)?;
    named(tags, object, at + 1)
}

/// Property and index of an object, tagged `at` and the next number.
fn named(tags: &mut Tags<'_>, object: Object, at: u8) -> Option<Property> {
    let id = tags.unsigned(at)?;
    Some(Property { object, id, index: tags.unsigned(at + 1) })
}

pub fn read_property(asked: Option<&[u8]>, answer: Answer<'_>, out: &mut Reading) {
    let data = if let Answer::Complex(data) = answer { data } else { asked.unwrap_or_default() };
    let mut tags = Tags { left: data };
    let Some(property) = place(&mut tags, 0) else { return missing(data, asked, out) };
    out.property(purpose::read(&property), property);
    if let Answer::Complex(_) = answer {
        match tags.enclosed(3) {
            Some(contents) => valued(&property, contents, out),
            None => out.broken(),
        }
    }
}

/// Nothing was read: odd, unless there was no request to read.
fn missing(data: &[u8], asked: Option<&[u8]>, out: &mut Reading) {
    if asked.is_some() || !data.is_empty() {
        out.broken();
    }
}

/// The value of a property that was read, and what it tells of the device.
fn valued(property: &Property, contents: &[u8], out: &mut Reading) {
    out.value(contents);
    let Some(attribute) = purpose::attribute(property) else { return };
    let mut tags = Tags { left: contents };
    let text = match tags.application(value::CHARACTER_STRING) {
        Some(text) => value::characters(text),
        None => match tags.application(value::UNSIGNED).and_then(super::tag::unsigned) {
            Some(number) => number.to_string(),
            None => return,
        },
    };
    out.identity(attribute, purpose::told(property, text.trim_end_matches('\u{fffd}')));
}

pub fn read_multiple(asked: Option<&[u8]>, answer: Answer<'_>, out: &mut Reading) {
    let (data, answered) = match answer {
        Answer::Complex(data) => (data, true),
        _ => (asked.unwrap_or_default(), false),
    };
    let mut tags = Tags { left: data };
    while !tags.left.is_empty() {
        let (Some(object), Some(inside)) = (tags.object(0), tags.enclosed(1)) else { return out.broken() };
        let mut inside = Tags { left: inside };
        while !inside.left.is_empty() {
            let Some(property) = named(&mut inside, object, if answered { 2 } else { 0 }) else { return out.broken() };
            out.property(purpose::read(&property), property);
            if !answered {
                continue;
            }
            if let Some(contents) = inside.enclosed(4) {
                valued(&property, contents, out);
            } else if let Some(refused) = inside.enclosed(5) {
                let (class, status) = error(refused);
                out.failed(status);
                out.details(|d| {
                    d.text("refusal", "error").text("error_class", class.unwrap_or("reserved"));
                });
            } else {
                return out.broken();
            }
        }
    }
}

pub fn write_property(asked: Option<&[u8]>, choice: u8, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let mut tags = Tags { left: asked };
    let (Some(property), Some(contents)) = (place(&mut tags, 0), tags.enclosed(3)) else { return out.broken() };
    out.property(purpose::written(&property, contents), property);
    out.value(contents);
    if choice == service::WRITE_PROPERTY {
        priority(&mut tags, 4, out);
    }
}

/// Priority of a write (clause 19.2): 1 manual life safety to 16, the least.
fn priority(tags: &mut Tags<'_>, number: u8, out: &mut Reading) {
    let Some(priority) = tags.unsigned(number) else { return };
    if !(1..=16).contains(&priority) {
        out.odd(crate::dataset::Flag::BacnetPriority);
    }
    out.details(|d| {
        d.number("priority", priority);
    });
}

pub fn write_multiple(asked: Option<&[u8]>, answer: Answer<'_>, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let failed = if let Answer::Error(data) = answer { first_failed(data) } else { None };
    // What stands before the first one that failed was written, what stands behind was not (15.10.1.3.1).
    let mut reached = false;
    let mut tags = Tags { left: asked };
    while !tags.left.is_empty() {
        let (Some(object), Some(inside)) = (tags.object(0), tags.enclosed(1)) else { return out.broken() };
        let mut inside = Tags { left: inside };
        while !inside.left.is_empty() {
            let property = named(&mut inside, object, 0);
            let (Some(property), Some(contents)) = (property, inside.enclosed(2)) else { return out.broken() };
            out.property(purpose::written(&property, contents), property);
            out.value(contents);
            priority(&mut inside, 3, out);
            reached |= failed == Some(property);
            if failed.is_some()
                && let Some(draft) = out.drafts.list.last_mut()
            {
                draft.outcome = Some(if reached { Outcome::Failure } else { Outcome::Success });
                draft.status = if reached { None } else { Some((0, "success")) };
            }
        }
    }
}

fn first_failed(data: &[u8]) -> Option<Property> {
    let mut tags = Tags { left: data };
    tags.enclosed(0)?;
    place(&mut Tags { left: tags.enclosed(1)? }, 0)
}

pub fn read_range(asked: Option<&[u8]>, answer: Answer<'_>, out: &mut Reading) {
    let data = if let Answer::Complex(data) = answer { data } else { asked.unwrap_or_default() };
    let mut tags = Tags { left: data };
    let Some(property) = place(&mut tags, 0) else { return missing(data, asked, out) };
    out.property(Operation::ReadHistory, property);
    if let Some(asked) = asked {
        let mut tags = Tags { left: asked };
        place(&mut tags, 0);
        range(&mut tags, out);
    }
    if let Answer::Complex(_) = answer {
        tags.context(3);
        let (Some(count), Some(contents)) = (tags.unsigned(4), tags.enclosed(5)) else { return out.broken() };
        let first = tags.unsigned(6);
        out.value(contents);
        out.details(|d| {
            d.number("items", count);
            if let Some(first) = first {
                d.number("first_sequence", first);
            }
        });
    }
}

/// Which part is asked for: by position, sequence number or time.
fn range(tags: &mut Tags<'_>, out: &mut Reading) {
    for (number, by) in [(3, "position"), (6, "sequence"), (7, "time")] {
        let Some(inside) = tags.enclosed(number) else { continue };
        let all = Tags { left: inside };
        let numbers: Vec<i64> = all
            .filter_map(|tag| match tag.number {
                value::UNSIGNED => super::tag::unsigned(tag.contents).and_then(|n| i64::try_from(n).ok()),
                value::SIGNED => super::tag::signed(tag.contents),
                _ => None,
            })
            .take(2)
            .collect();
        out.details(|d| {
            d.text("range", by);
            if let [reference, _] = numbers.as_slice() {
                d.number("reference", *reference);
            }
            if let Some(count) = numbers.last() {
                d.number("asked_items", *count);
            }
        });
    }
}

pub fn subscribe(asked: Option<&[u8]>, choice: u8, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let mut tags = Tags { left: asked };
    let (Some(process), Some(object)) = (tags.unsigned(0), tags.object(1)) else { return out.broken() };
    let confirmed = tags.context(2).map(|contents| contents.iter().any(|b| *b != 0));
    let lifetime = tags.unsigned(3);
    // Neither of both: the subscription ends (13.14.1.2).
    let operation =
        if confirmed.is_none() && lifetime.is_none() { Operation::SubscribeStop } else { Operation::SubscribeStart };
    if choice == service::SUBSCRIBE_COV_PROPERTY {
        let inside = tags.enclosed(4).unwrap_or_default();
        let Some(property) = named(&mut Tags { left: inside }, object, 0) else { return out.broken() };
        out.property(operation, property);
    } else {
        out.object(operation, object);
    }
    out.details(|d| {
        d.number("process", process);
        if let Some(confirmed) = confirmed {
            d.truth("confirmed", confirmed);
        }
        if let Some(lifetime) = lifetime {
            d.number("lifetime", lifetime);
        }
    });
}

/// [0] process, ([1] confirmed), ([2] lifetime), ([3] delay), [4]{[0] object, [1]{[0]{property}, ([1] increment), [2]…}…}
pub fn subscribe_multiple(asked: Option<&[u8]>, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let mut tags = Tags { left: asked };
    let process = tags.unsigned(0);
    let confirmed = tags.context(1).map(|contents| contents.iter().any(|b| *b != 0));
    let lifetime = tags.unsigned(2);
    tags.context(3);
    let (Some(process), Some(objects)) = (process, tags.enclosed(4)) else { return out.broken() };
    let ends = confirmed.is_none() && lifetime.is_none();
    let operation = if ends { Operation::SubscribeStop } else { Operation::SubscribeStart };
    let mut tags = Tags { left: objects };
    while !tags.left.is_empty() {
        let (Some(object), Some(inside)) = (tags.object(0), tags.enclosed(1)) else { return out.broken() };
        let mut inside = Tags { left: inside };
        while let Some(reference) = inside.enclosed(0) {
            let Some(property) = named(&mut Tags { left: reference }, object, 0) else { return out.broken() };
            inside.context(1);
            inside.context(2);
            out.property(operation, property);
            out.details(|d| {
                d.number("process", process);
                if let Some(lifetime) = lifetime {
                    d.number("lifetime", lifetime);
                }
            });
        }
        if !inside.left.is_empty() {
            return out.broken();
        }
    }
}

pub fn notified(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    let head = (tags.unsigned(0), tags.object(1), tags.object(2), tags.unsigned(3));
    let (Some(process), Some(device), Some(object), Some(left)) = head else { return out.broken() };
    let Some(values) = tags.enclosed(4) else { return out.broken() };
    published(object, values, out);
    out.drafts.list.iter_mut().take(1).for_each(|draft| {
        draft.details.number("process", process).number("device", device.instance).number("time_left", left);
    });
}

/// [0] process, [1] device, [2] time left, ([3]{time}), [4]{[0] object, [1]{[0] property, …, [2]{value}, ([3] time)}…}
pub fn notified_multiple(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    let (process, device, left) = (tags.unsigned(0), tags.object(1), tags.unsigned(2));
    tags.enclosed(3);
    let (Some(process), Some(device), Some(objects)) = (process, device, tags.enclosed(4)) else {
        return out.broken();
    };
    let mut tags = Tags { left: objects };
    while !tags.left.is_empty() {
        let (Some(object), Some(values)) = (tags.object(0), tags.enclosed(1)) else { return out.broken() };
        published(object, values, out);
    }
    out.drafts.list.iter_mut().take(1).for_each(|draft| {
        draft.details.number("process", process).number("device", device.instance);
        draft.details.number("time_left", left.unwrap_or(0));
    });
}

fn published(object: Object, values: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: values };
    while !tags.left.is_empty() {
        let Some(property) = named(&mut tags, object, 0) else { return out.broken() };
        out.property(Operation::Publish, property);
        match tags.enclosed(2) {
            Some(contents) => out.value(contents),
            None => return out.broken(),
        }
        tags.context(3);
    }
}
