//! Publish and Republish (Part 4, 5.14.5 and .6): data changes, events and status changes, with their nodes.

use super::attribute::value;
use super::extension::{extension, skip_diagnostics};
use super::message::{Entry, ITEMS, Memo, Request};
use super::reader::{Read, Reader};
use super::subscription::by_subscription;
use super::tables::Tables;
use super::value::Value;
use super::variant::variant;
use super::watched::Watched;
use crate::dataset::Operation;

/// Encodings of NotificationData (Part 6, Annex A).
const DATA_CHANGE: u32 = 811;
const EVENTS: u32 = 916;
const STATUS_CHANGE: u32 = 820;
/// Fields of an event shown beside the named ones.
const OTHER_FIELDS: usize = 16;

/// What a NotificationMessage holds.
#[derive(Default)]
pub struct Notifications {
    pub entries: Vec<Entry>,
    cut: bool,
}

/// PublishRequest: acknowledgements: | subscription 4 | sequence number 4 |
pub fn publish(r: &mut Reader<'_>) -> Read<()> {
    let count = r.array()?;
    r.take(count.saturating_mul(8)).map(|_| ())
}

/// | subscription 4 | sequence number 4 |
pub fn republish(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let (subscription, sequence) = (r.u32()?, r.u32()?);
    request.memo = Memo::Subscriptions(vec![subscription]);
    request.first(|entry| {
        by_subscription(entry, subscription);
        entry.details.number("sequence", sequence);
    });
    Ok(())
}

/// The NotificationMessage asked for again: its items take the request's place.
pub fn republish_reply(r: &mut Reader<'_>, request: &mut Request, tables: &Tables) -> Read<()> {
    let subscription = match &request.memo {
        Memo::Subscriptions(known) => known.first().copied().unwrap_or(0),
        _ => 0,
    };
    let mut out = Notifications::default();
    let read = message(r, subscription, tables, &mut out);
    if !out.entries.is_empty() {
        request.entries = out.entries;
    }
    read
}

/// PublishResponse: | subscription 4 | available sequence numbers | more 1 | NotificationMessage | results | DiagnosticInfos |
pub fn publish_reply(r: &mut Reader<'_>, tables: &Tables, out: &mut Notifications) -> Read<()> {
    let subscription = r.u32()?;
    r.words(0)?;
    r.truth()?;
    message(r, subscription, tables, out)?;
    r.words(0)?;
    skip_diagnostics(r)
}

/// NotificationMessage: | sequence number 4 | publish time 8 | notifications ExtensionObjects |. None: a keep-alive.
pub fn message(r: &mut Reader<'_>, subscription: u32, tables: &Tables, out: &mut Notifications) -> Read<()> {
    r.u32()?;
    r.i64()?;
    for _ in 0..r.array()? {
        let data = extension(r)?;
        let inner = &mut Reader::new(data.body);
        let read = match data.standard {
            DATA_CHANGE => data_change(inner, subscription, tables, out),
            EVENTS => events(inner, subscription, tables, out),
            STATUS_CHANGE => status_change(inner, subscription, out),
            _ => Ok(()),
        };
        r.cut |= inner.cut | out.cut;
        read?;
    }
    if out.entries.is_empty() {
        let mut entry = Entry::new(Operation::SessionKeepalive);
        by_subscription(&mut entry, subscription);
        out.entries.push(entry);
    }
    Ok(())
}

/// Which object a notification is about: its node, or at least the client's handle.
fn about<'t>(entry: &mut Entry, subscription: u32, handle: u32, tables: &'t Tables) -> Option<&'t Watched> {
    let watched = tables.monitored.of_handle(subscription, handle);
    match watched {
        Some(watched) => entry.node(watched.address.to_string()),
        None => (entry.kind, entry.address) = (Some("item"), format!("subscription:{subscription}/handle:{handle}")),
    }
    entry.details.number("subscription", subscription);
    watched
}

impl Notifications {
    fn push(&mut self, entry: Entry) {
        if self.entries.len() < ITEMS {
            self.entries.push(entry);
        } else {
            self.cut = true;
        }
    }
}

/// DataChangeNotification: | items: client handle 4, DataValue | DiagnosticInfos |
fn data_change(r: &mut Reader<'_>, subscription: u32, tables: &Tables, out: &mut Notifications) -> Read<()> {
    for _ in 0..r.array()? {
        let handle = r.u32()?;
        let mut entry = Entry::new(Operation::Publish);
        about(&mut entry, subscription, handle, tables);
        value(r, &mut entry)?;
        out.push(entry);
    }
    skip_diagnostics(r)
}

/// StatusChangeNotification: | status 4 | DiagnosticInfo |
fn status_change(r: &mut Reader<'_>, subscription: u32, out: &mut Notifications) -> Read<()> {
    let mut entry = Entry::new(Operation::Notify);
    by_subscription(&mut entry, subscription);
    entry.status = Some(r.u32()?);
    out.push(entry);
    Ok(())
}

/// EventNotificationList: events: | client handle 4 | fields Variants |
fn events(r: &mut Reader<'_>, subscription: u32, tables: &Tables, out: &mut Notifications) -> Read<()> {
    for _ in 0..r.array()? {
        let handle = r.u32()?;
        let mut entry = Entry::new(Operation::Notify);
        let watched = about(&mut entry, subscription, handle, tables);
        let mut others = Vec::new();
        for i in 0..r.array()? {
            let value = variant(r)?;
            let name = watched.and_then(|w| w.fields.get(i)).map_or("", |name| &**name);
            if !field(&mut entry, name, &value) && !matches!(value, Value::None) && others.len() < OTHER_FIELDS {
                let mut text = if name.is_empty() { format!("{i}=") } else { format!("{name}=") };
                value.write(&mut text);
                others.push(text);
            }
        }
        if !others.is_empty() {
            entry.details.texts("event_fields", others.iter().map(String::as_str));
        }
        out.push(entry);
    }
    Ok(())
}

/// A field of an event that has a place of its own. A condition that is active raises an alarm (Part 9, 5.8.2).
fn field(entry: &mut Entry, name: &str, value: &Value) -> bool {
    let key = match name {
        "EventType" => "event_type",
        "SourceName" => "event_source",
        "Severity" => "event_severity",
        "ConditionName" => "condition",
        "Message" => {
            if let Value::Text { text, .. } = value {
                entry.value = Value::text("Event", text.clone());
            }
            return true;
        }
        "ActiveState/Id" | "AckedState/Id" => {
            if let Value::Number { number: [number], .. } = value {
                let active = *number != 0.0;
                if name == "ActiveState/Id" && active {
                    entry.operation = Operation::AlarmRaise;
                }
                entry.details.truth(if name == "ActiveState/Id" { "active" } else { "acknowledged" }, active);
            }
            return true;
        }
        // The id of an event and its times differ in every event.
        "EventId" | "Time" | "ReceiveTime" => return true,
        _ => return false,
    };
    match value {
        Value::Number { number: [number], .. } if key == "event_severity" => {
            entry.details.real(key, *number);
            true
        }
        _ if key == "event_severity" => false,
        other => {
            let mut text = String::new();
            other.write(&mut text);
            entry.note(key, &text);
            true
        }
    }
}
