//! Finding devices and objects (16.9, 16.10) and giving addresses (16.12).
//!
//! Who-Is ([0] lowest, [1] highest instance) · I-Am device, longest APDU, segmentation, vendor
//! Who-Has ([0], [1]), [2] object or [3] name · I-Have device, object, name
//! Who-Am-I, You-Are vendor, model, serial number, ([device], [address])

use super::draft::About;
use super::reading::Reading;
use super::tag::{Object, Tags, unsigned};
use super::value::{self, CHARACTER_STRING, ENUMERATED, OBJECT_IDENTIFIER, UNSIGNED};
use super::vendor;
use crate::dataset::Operation;
use std::fmt::Write as _;

/// Not a device but any of them.
const ANY: u32 = 0x3f_ffff;
const SEGMENTATION: [&str; 4] = ["both", "transmit", "receive", "none"];

fn number(tags: &mut Tags<'_>, kind: u8) -> Option<u32> {
    tags.application(kind).and_then(unsigned).and_then(|n| u32::try_from(n).ok())
}

fn limits(tags: &mut Tags<'_>, out: &mut Reading) {
    let limits = (tags.unsigned(0), tags.unsigned(1));
    if let (Some(low), Some(high)) = limits {
        out.details(|d| {
            d.number("low_limit", low).number("high_limit", high);
        });
    } else if limits != (None, None) {
        out.broken();
    }
}

/// Which devices are asked for is what makes one question differ from the next: `device,2000-2999`.
pub fn who_is(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    out.item(Operation::IdentifyNetwork);
    limits(&mut tags, out);
    if !tags.left.is_empty() {
        return out.broken();
    }
    let mut tags = Tags { left: data };
    if let (Some(low), Some(high)) = (tags.unsigned(0), tags.unsigned(1)) {
        let address = out.drafts.texts(|text| {
            let _ = if low == high { write!(text, "device,{low}") } else { write!(text, "device,{low}-{high}") };
        });
        out.about(About::Text("device", address));
    }
}

pub fn i_am(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    let device = tags.application(OBJECT_IDENTIFIER).and_then(Object::read);
    let (longest, cut) = (number(&mut tags, UNSIGNED), number(&mut tags, ENUMERATED));
    let maker = number(&mut tags, UNSIGNED);
    let (Some(device), Some(longest), Some(cut), Some(maker)) = (device, longest, cut, maker) else {
        return out.broken();
    };
    out.object(Operation::Notify, device);
    let cut = usize::try_from(cut).ok().and_then(|at| SEGMENTATION.get(at)).copied().unwrap_or("reserved");
    out.details(|d| {
        d.number("device", device.instance).number("vendor_id", maker).text("vendor", &vendor::name(maker));
        d.number("longest_apdu", longest).text("segmentation", cut);
    });
    out.identity("vendor", vendor::name(maker));
    out.identity("service", format!("bacnet device,{}", device.instance));
}

pub fn who_has(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    out.item(Operation::NameResolve);
    limits(&mut tags, out);
    if let Some(object) = tags.object(2) {
        out.drafts.list.pop();
        out.object(Operation::NameResolve, object);
        limits(&mut Tags { left: data }, out);
    } else if let Some(name) = tags.context(3).map(value::characters) {
        let address = out.drafts.texts(|text| text.push_str(&name));
        out.about(About::Text("name", address));
    } else {
        out.broken();
    }
}

pub fn i_have(data: &[u8], out: &mut Reading) {
    let mut tags = Tags { left: data };
    let device = tags.application(OBJECT_IDENTIFIER).and_then(Object::read);
    let object = tags.application(OBJECT_IDENTIFIER).and_then(Object::read);
    let name = tags.application(CHARACTER_STRING).map(value::characters);
    let (Some(device), Some(object), Some(name)) = (device, object, name) else { return out.broken() };
    out.object(Operation::Notify, object);
    out.text("characterstring", &name);
    out.details(|d| {
        d.number("device", device.instance);
    });
    if object.kind == Object::DEVICE {
        out.identity("name", name);
    }
}

/// A device without an address asks for one (Who-Am-I), or is given one (You-Are).
pub fn who_am_i(data: &[u8], operation: Operation, out: &mut Reading) {
    let mut tags = Tags { left: data };
    let maker = number(&mut tags, UNSIGNED);
    let model = tags.application(CHARACTER_STRING).map(value::characters);
    let serial = tags.application(CHARACTER_STRING).map(value::characters);
    let (Some(maker), Some(model), Some(serial)) = (maker, model, serial) else { return out.broken() };
    let device = tags.application(OBJECT_IDENTIFIER).and_then(Object::read);
    match device.filter(|device| device.instance != ANY) {
        Some(device) => out.object(operation, device),
        None => out.item(operation),
    }
    out.details(|d| {
        d.text("vendor", &vendor::name(maker)).text("model", &model).text("serial", &serial);
    });
    if operation == Operation::Notify {
        out.identity("vendor", vendor::name(maker));
        out.identity("model", model);
        out.identity("serial", serial);
    }
}
