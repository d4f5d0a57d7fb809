//! Alarms and events (clause 13).
//!
//! EventNotification [0] process, [1] device, [2] object, [3]{time}, [4] class, [5] priority, [6] event type, ([7] text),
//! [8] notify type, ([9] acknowledgement wanted), ([10] from), [11] to, ([12]{values})
//! AcknowledgeAlarm [0] process, [1] object, [2] state, [3]{time of the event}, [4] who, [5]{time}
//! GetEventInformation ([0] last object); ACK [0]{[0] object, [1] state, [2] acknowledged, [3]{times}, [4] notify type,
//! [5] enable, [6]{priorities}…}, [1] more
//! LifeSafetyOperation [0] process, [1] who, [2] request, ([3] object)

use super::names;
use super::reading::{Answer, Reading};
use super::tag::{Object, Tags};
use super::value::{self, ENUMERATED, OBJECT_IDENTIFIER};
use crate::dataset::Operation;

const NOTIFY_TYPES: [&str; 3] = ["alarm", "event", "ack-notification"];
const ALARM: u32 = 0;
const ACKNOWLEDGED: u32 = 2;
const NORMAL: u32 = 0;

fn state(code: u32) -> &'static str {
    names::event_state(code).unwrap_or("vendor's")
}

fn notify_type(code: u32) -> &'static str {
    usize::try_from(code).ok().and_then(|at| NOTIFY_TYPES.get(at)).copied().unwrap_or("reserved")
}

pub fn notified(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    let head = (tags.unsigned(0), tags.object(1), tags.object(2));
    let (Some(process), Some(device), Some(object)) = head else { return out.broken() };
    tags.enclosed(3);
    let (class, priority, kind) = (tags.unsigned(4), tags.unsigned(5), tags.unsigned(6));
    let message = tags.context(7).map(value::characters);
    let notify = tags.unsigned(8);
    let wanted = tags.context(9).map(|contents| contents.iter().any(|b| *b != 0));
    let (from, to) = (tags.unsigned(10), tags.unsigned(11));
    let (Some(priority), Some(kind), Some(notify)) = (priority, kind, notify) else { return out.broken() };
    let raised = notify == ALARM && to.is_some_and(|to| to != NORMAL);
    out.object(if raised { Operation::AlarmRaise } else { Operation::Notify }, object);
    if let Some(to) = to.filter(|_| notify != ACKNOWLEDGED) {
        out.text("event-state", state(to));
    }
    out.details(|d| {
        d.number("process", process).number("device", device.instance).number("event_priority", priority);
        d.text("event_type", names::event_type(kind).unwrap_or("vendor's")).text("notify_type", notify_type(notify));
        if let Some(class) = class {
            d.number("notification_class", class);
        }
        if let Some(message) = &message {
            d.text("text", message);
        }
        if let Some(wanted) = wanted {
            d.truth("ack_required", wanted);
        }
        if let Some(from) = from {
            d.text("from_state", state(from));
        }
        if let Some(to) = to {
            d.text("to_state", state(to));
        }
    });
}

pub fn acknowledge(asked: Option<&[u8]>, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let mut tags = Tags { left: asked };
    let head = (tags.unsigned(0), tags.object(1), tags.unsigned(2));
    let (Some(process), Some(object), Some(acknowledged)) = head else { return out.broken() };
    tags.enclosed(3);
    let who = tags.context(4).map(value::characters);
    out.object(Operation::AlarmAcknowledge, object);
    out.details(|d| {
        d.number("process", process).text("to_state", state(acknowledged));
        if let Some(who) = &who {
            d.text("who", who);
        }
    });
}

/// GetAlarmSummary: objects in alarm, one after the other: object, state, acknowledged transitions.
pub fn summary(answer: Answer<'_>, out: &mut Reading) {
    let Answer::Complex(data) = answer else { return };
    let mut tags = Tags { left: data };
    while let Some(object) = tags.application(OBJECT_IDENTIFIER).and_then(Object::read) {
        let code = tags.application(ENUMERATED).and_then(super::tag::unsigned).and_then(|n| u32::try_from(n).ok());
        tags.next();
        out.object(Operation::ReadEvents, object);
        out.text("event-state", state(code.unwrap_or(u32::MAX)));
    }
    if !tags.left.is_empty() {
        out.broken();
    }
}

pub fn information(answer: Answer<'_>, out: &mut Reading) {
    let Answer::Complex(data) = answer else { return };
    let mut tags = Tags { left: data };
    let Some(list) = tags.enclosed(0) else { return out.broken() };
    let more = tags.context(1).is_some_and(|contents| contents.iter().any(|b| *b != 0));
    let mut tags = Tags { left: list };
    while let (Some(object), Some(code)) = (tags.object(0), tags.unsigned(1)) {
        tags.context(2);
        tags.enclosed(3);
        let notify = tags.unsigned(4);
        tags.context(5);
        tags.enclosed(6);
        out.object(Operation::ReadEvents, object);
        out.text("event-state", state(code));
        out.details(|d| {
            if let Some(notify) = notify {
                d.text("notify_type", notify_type(notify));
            }
            if more {
                d.truth("more", true);
            }
        });
    }
    if !tags.left.is_empty() {
        out.broken();
    }
}

/// Silencing and resetting of life safety objects (13.13).
pub fn life_safety(asked: Option<&[u8]>, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let mut tags = Tags { left: asked };
    tags.context(0);
    let who = tags.context(1).map(value::characters);
    let Some(request) = tags.unsigned(2) else { return out.broken() };
    let operation = match request {
        1..=3 => Operation::AlarmDisable,
        4..=6 => Operation::AlarmClear,
        _ => Operation::ConfigureAlarm,
    };
    match tags.object(3) {
        Some(object) => out.object(operation, object),
        None => out.item(operation),
    }
    out.details(|d| {
        d.text("request", names::life_safety(request).unwrap_or("vendor's"));
        if let Some(who) = &who {
            d.text("who", who);
        }
    });
}
