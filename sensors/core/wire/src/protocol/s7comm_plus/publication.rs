//! Notifications: what a subscription sends.
//!
//! Version 1: | subscription 4 | 4 | 4, and where it is not 0 | 2 | list |. Later ones: | subscription 4 | 0x0400 2 | 2 | 2 |
//! credit tick 1 | sequence number (1 byte, or variable-length where the id is above 0x7000_0000, and behind it the change
//! counter 1, which newer firmware precedes by a time 8) | list | alarms: subscription 4 | 2 | 1 | object |.
//! The list: return code 1 | reference | value | … 0.

use super::names;
use super::object::{self, Met};
use super::reader::Reader;
use super::subject::Subject;
use super::subscription::Subscriptions;
use super::tell;
use super::value::Value;
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::{Exchange, Function, Outcome, Talk};
use crate::text::Details;

const WITH_VALUES: u16 = 0x0400;
/// Ids of newer controllers begin here.
const NEWER: u32 = 0x7000_0000;
const VALUE: u8 = 0x92;
const VALUE_OF_ID: u8 = 0x9b;
const UNKNOWN: u8 = 0x9c;
const OBJECT: u8 = 0x81;
const PLAIN_VALUE: u8 = 0x83;
const REFUSED: [u8; 2] = [0x03, 0x13];
/// Values of one notification that are told.
const VALUES: usize = 512;

/// One notification, read as far as it is understood.
struct Notice<'a> {
    subscriptions: &'a Subscriptions,
    id: u32,
    list: Vec<Subject>,
    alarm: Option<Operation>,
    value: Value,
}

/// Tells a notification; `body` begins behind the opcode.
pub fn tell(subscriptions: &Subscriptions, body: &[u8], besides: (u8, bool), bytes: u32, talk: &mut Talk<'_>) {
    let mut reader = Reader::new(body);
    let Some(id) = reader.be32() else { return };
    let mut notice = Notice { subscriptions, id, list: Vec::new(), alarm: None, value: Value::default() };
    notice.read(&mut reader, besides.0);
    let operation = notice.alarm.unwrap_or(if notice.list.is_empty() { Operation::Notify } else { Operation::Publish });
    let mut details = Details::default();
    details.number("protocol_version", besides.0);
    details.text("integrity", if besides.1 { "digest" } else { "none" });
    if notice.alarm.is_some() {
        notice.list.push(Subject::object(operation, "object", "alarm".to_owned()));
    }
    let out = Exchange {
        function: Function { code: None, name: Some("Notification") },
        bytes,
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), Side::Server, talk.ordinal(), &[])
    };
    tell::emit(&notice.list, operation, details, &out, talk);
}

impl Notice<'_> {
    fn read(&mut self, reader: &mut Reader<'_>, version: u8) -> Option<()> {
        if version == super::frame::V1 {
            reader.be32()?;
            if reader.be32()? == 0 {
                return Some(());
            }
            reader.take(2)?;
            return self.values(reader);
        }
        if reader.be16()? != WITH_VALUES {
            return Some(());
        }
        reader.take(5)?;
        if self.id > NEWER {
            reader.vlq()?;
            if reader.u8()? == 0 {
                reader.take(8)?;
            }
        } else {
            reader.u8()?;
        }
        self.values(reader)?;
        if reader.peek()? != 0 && reader.be32()? != 0 {
            reader.take(3)?;
            self.alarms(reader)?;
        }
        Some(())
    }

    fn values(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        loop {
            match reader.u8()? {
                0 => return Some(()),
                VALUE => {
                    let reference = reader.be32()?;
                    self.value(reference, reader)?;
                }
                VALUE_OF_ID => {
                    let id = reader.vlq()?;
                    self.value(id, reader)?;
                }
                UNKNOWN => {
                    reader.be32()?;
                }
                code if REFUSED.contains(&code) => {
                    let reference = reader.be32()?;
                    self.push(reference)?.outcome = Some(Outcome::Failure);
                }
                OBJECT => self.alarms(reader)?,
                PLAIN_VALUE => self.value.read(reader)?,
                _ => return None,
            }
        }
    }

    fn value(&mut self, reference: u32, reader: &mut Reader<'_>) -> Option<()> {
        if self.list.len() >= VALUES {
            return self.value.read(reader);
        }
        let read = self.push(reference)?.value.read(reader);
        if read.is_none() {
            self.list.pop();
        }
        read
    }

    fn push(&mut self, reference: u32) -> Option<&mut Subject> {
        let subject = match self.subscriptions.place(self.id, reference) {
            Some(place) => Subject::new(Operation::Publish, place.clone()),
            None => {
                Subject::object(Operation::Publish, "reference", format!("subscription.{}", reference_text(reference)))
            }
        };
        self.list.push(subject);
        self.list.last_mut()
    }

    /// Alarms that come, go or are acknowledged.
    fn alarms(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let alarm = &mut self.alarm;
        object::walk(reader, &mut self.value, &mut |met| match met {
            Met::Object(object) if object.class == names::ALARM => *alarm = alarm.or(Some(Operation::Notify)),
            Met::Attribute(_, names::ALARM_COMING, ..) => *alarm = Some(Operation::AlarmRaise),
            Met::Attribute(_, names::ALARM_GOING, ..) => *alarm = Some(Operation::AlarmClear),
            _ => {}
        })
    }
}

/// Clients count references down from the last one.
fn reference_text(reference: u32) -> String {
    if reference > 0xffff_0000 { format!("-{}", u32::MAX - reference + 1) } else { reference.to_string() }
}
