//! Services that manage a device as a whole (clause 16), objects (15.3, 15.4) and virtual terminals (17).
//!
//! DeviceCommunicationControl ([0] minutes), [1] enable, ([2] password) · ReinitializeDevice [0] state, ([1] password)
//! PrivateTransfer [0] vendor, [1] service, ([2]{parameters}) · TextMessage [0] device, ([1]{class}), [2] priority, [3] text
//! CreateObject [0]{[0] type or [1] object}, ([1]{[0] property, ([1] index), [2]{value}, ([3] priority)…}) · DeleteObject object
//! TimeSynchronization date, time · WriteGroup [0] group, [1] priority, [2]{channels…}
//! VT-Open class, session · VT-Data session, octets, flag

use super::draft::Property;
use super::purpose;
use super::reading::{Answer, Reading};
use super::tag::{Object, Tags, unsigned};
use super::value::{self, DATE, ENUMERATED, OBJECT_IDENTIFIER, TIME, UNSIGNED};
use super::{names, vendor};
use crate::dataset::Operation;
use crate::text;

/// Bytes of a vendor's parameters that are shown.
const SHOWN: usize = 64;

const CONTROL: [&str; 3] = ["enable", "disable", "disable-initiation"];
const STATES: [&str; 8] = [
    "coldstart",
    "warmstart",
    "start-backup",
    "end-backup",
    "start-restore",
    "end-restore",
    "abort-restore",
    "activate-changes",
];

fn word<const N: usize>(words: &[&'static str; N], code: u32) -> &'static str {
    usize::try_from(code).ok().and_then(|at| words.get(at)).copied().unwrap_or("reserved")
}

/// Whether the device may speak (16.1).
pub fn communication(asked: Option<&[u8]>, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let mut tags = Tags { left: asked };
    let minutes = tags.unsigned(0);
    let Some(enable) = tags.unsigned(1) else { return out.broken() };
    let password = tags.context(2);
    out.item(if enable == 0 { Operation::ConfigureConnection } else { Operation::ModeListenOnly });
    out.details(|d| {
        d.text("request", word(&CONTROL, enable));
        if let Some(minutes) = minutes {
            d.number("minutes", minutes);
        }
        d.truth("password", password.is_some());
    });
    if let Some(password) = password {
        out.password(password);
    }
}

/// Restart, backup and restore (16.4, 19.1).
pub fn reinitialize(asked: Option<&[u8]>, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let mut tags = Tags { left: asked };
    let Some(state) = tags.unsigned(0) else { return out.broken() };
    let password = tags.context(1);
    out.item(match state {
        0 => Operation::RestartCold,
        1 => Operation::RestartWarm,
        2 | 3 => Operation::ProgramUpload,
        4..=6 => Operation::ProgramDownload,
        7 => Operation::ConfigureNetwork,
        _ => Operation::RestartWarm,
    });
    out.details(|d| {
        d.text("request", word(&STATES, state)).truth("password", password.is_some());
    });
    if let Some(password) = password {
        out.password(password);
    }
}

pub fn private_transfer(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    let (Some(maker), Some(number)) = (tags.unsigned(0), tags.unsigned(1)) else { return out.broken() };
    out.item(Operation::MethodCall);
    let parameters = tags.enclosed(2);
    out.details(|d| {
        d.text("vendor", &vendor::name(maker)).number("vendor_service", number);
        if let Some(parameters) = parameters {
            d.text("data", &text::hex(parameters, SHOWN));
        }
    });
}

pub fn text_message(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    let Some(device) = tags.object(0) else { return out.broken() };
    tags.enclosed(1);
    let urgent = tags.unsigned(2) == Some(1);
    let Some(message) = tags.context(3).map(value::characters) else { return out.broken() };
    out.object(Operation::Notify, device);
    out.text("characterstring", &message);
    out.details(|d| {
        d.truth("urgent", urgent);
    });
}

pub fn create(asked: Option<&[u8]>, answer: Answer<'_>, out: &mut Reading) {
    let made = match answer {
        Answer::Complex(data) => (Tags { left: data }).application(OBJECT_IDENTIFIER).and_then(Object::read),
        _ => None,
    };
    let mut tags = Tags { left: asked.unwrap_or_default() };
    let mut wanted = Tags { left: tags.enclosed(0).unwrap_or_default() };
    let kind = wanted.unsigned(0);
    let Some(object) = made.or_else(|| wanted.object(1)) else {
        out.item(Operation::ConfigureDevice);
        match kind {
            Some(kind) => out.details(|d| {
                d.text("object_type", names::object_type(kind).unwrap_or("vendor's"));
            }),
            None if asked.is_some() => out.broken(),
            None => {}
        }
        return;
    };
    out.object(Operation::ConfigureDevice, object);
    let mut values = Tags { left: tags.enclosed(1).unwrap_or_default() };
    while let Some(id) = values.unsigned(0) {
        let property = Property { object, id, index: values.unsigned(1) };
        let Some(contents) = values.enclosed(2) else { return out.broken() };
        values.context(3);
        out.property(purpose::written(&property, contents), property);
        out.value(contents);
    }
}

pub fn delete(asked: Option<&[u8]>, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let object = (Tags { left: asked }).application(OBJECT_IDENTIFIER).and_then(Object::read);
    let Some(object) = object else { return out.broken() };
    let operation = match object.kind {
        Object::FILE => Operation::FileDelete,
        Object::PROGRAM => Operation::ProgramDelete,
        _ => Operation::ConfigureDevice,
    };
    out.object(operation, object);
}

pub fn clock(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    let (Some(date), Some(time)) = (tags.application(DATE), tags.application(TIME)) else { return out.broken() };
    out.item(Operation::TimeSet);
    let range = out.drafts.texts(|text| {
        value::date(date, text);
        text.push('T');
        value::time(time, text);
    });
    out.told(super::draft::Told::Text("datetime", range));
}

pub fn write_group(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    let (Some(group), Some(priority)) = (tags.unsigned(0), tags.unsigned(1)) else { return out.broken() };
    let Some(channels) = tags.enclosed(2) else { return out.broken() };
    out.item(Operation::Write);
    out.value(channels);
    out.details(|d| {
        d.number("group", group).number("priority", priority);
    });
}

pub fn terminal_open(asked: Option<&[u8]>, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let mut tags = Tags { left: asked };
    let class = tags.application(ENUMERATED).and_then(unsigned).and_then(|n| i64::try_from(n).ok());
    let session = tags.application(UNSIGNED).and_then(unsigned).and_then(|n| i64::try_from(n).ok());
    let (Some(class), Some(session)) = (class, session) else { return out.broken() };
    out.item(Operation::SessionOpen);
    out.details(|d| {
        d.number("terminal_class", class).number("terminal_session", session);
    });
}

pub fn terminal_data(asked: Option<&[u8]>, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let mut tags = Tags { left: asked };
    let session = tags.application(UNSIGNED).and_then(unsigned).and_then(|n| i64::try_from(n).ok());
    let typed = tags.application(value::OCTET_STRING);
    let (Some(session), Some(typed)) = (session, typed) else { return out.broken() };
    out.item(Operation::MethodCall);
    // What is typed may be a password: only how much it was.
    out.details(|d| {
        d.number("terminal_session", session).number("data_size", i64::try_from(typed.len()).unwrap_or(0));
    });
}
