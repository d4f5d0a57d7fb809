//! Local management of the device itself: properties and reset (KNX 3/6/3 4.1.7).

use super::cemi::{self, Cemi, Local};
use super::said::{Said, raw};
use super::{property, status};
use crate::bytes::u8_at;
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::{Function, Outcome, Talk};
use crate::text;

/// The code that answers.
pub fn answer_of(code: u8) -> Option<u8> {
    Some(match code {
        cemi::M_PROP_READ_REQ => cemi::M_PROP_READ_CON,
        cemi::M_PROP_WRITE_REQ => cemi::M_PROP_WRITE_CON,
        cemi::M_FUNC_COMMAND_REQ | cemi::M_FUNC_STATE_REQ => cemi::M_FUNC_CON,
        _ => return None,
    })
}

/// What the answer repeats.
pub fn detail(frame: &Cemi<'_>) -> u32 {
    Local::read(frame.code, frame.service)
        .map_or(0, |local| u32::from(local.object) << 16 | u32::from(local.instance) << 8 | u32::from(local.property))
}

/// Tells a request, or an answer or report by itself.
pub fn asked(frame: &Cemi<'_>, said: &mut Said) {
    said.function = Function { code: Some(u32::from(frame.code)), name: cemi::name(frame.code) };
    let local = Local::read(frame.code, frame.service);
    let (object, number) = local.map_or((None, 0), |local| (Some(local.object), local.property));
    let data = local.map_or(&[][..], |local| local.data);
    said.operation = Some(match frame.code {
        cemi::M_PROP_READ_REQ | cemi::M_FUNC_STATE_REQ => Operation::Read,
        cemi::M_PROP_WRITE_REQ => property::written(object, number, data),
        cemi::M_FUNC_COMMAND_REQ => Operation::MethodCall,
        cemi::M_RESET_REQ => Operation::RestartCold,
        _ => Operation::Notify,
    });
    let Some(local) = local else { return };
    said.object("property", format!("{}.{}/{}", local.object, local.instance, local.property));
    said.text("property", property::name(Some(local.object), local.property).unwrap_or_default());
    if frame.code != cemi::M_PROP_READ_REQ {
        valued(&local, said);
    }
}

fn valued(local: &Local<'_>, said: &mut Said) {
    if property::is_secret(Some(local.object), local.property, local.data) {
        said.details.truth("secret", true);
    } else {
        said.value = raw(local.data);
    }
}

/// What the answer adds.
pub fn told(frame: &Cemi<'_>, about: Side, said: &mut Said, talk: &mut Talk<'_>) {
    let Some(local) = Local::read(frame.code, frame.service) else {
        said.outcome = Outcome::Success;
        return;
    };
    let counted = matches!(frame.code, cemi::M_PROP_READ_CON | cemi::M_PROP_WRITE_CON);
    if counted && local.elements == 0 {
        let error = u8_at(local.data, 0).unwrap_or(0);
        return said.ended(Outcome::Failure, error, status::property(error));
    }
    said.outcome = Outcome::Success;
    if frame.code == cemi::M_PROP_READ_CON {
        valued(&local, said);
        identify(&local, about, talk);
    }
}

fn identify(local: &Local<'_>, about: Side, talk: &mut Talk<'_>) {
    if local.object != property::DEVICE {
        return;
    }
    let attribute = match local.property {
        property::SERIAL_NUMBER => "serial",
        property::ORDER => "order_number",
        property::FIRMWARE => "firmware",
        _ => return,
    };
    talk.identity(about, attribute, &text::hex(local.data, 16), 0.9, "KNX device object");
}
