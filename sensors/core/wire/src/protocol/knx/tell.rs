//! What is said of a frame with its answer.

use super::cemi::{self, Cemi, Telegram, Transport};
use super::frame::{Connection, Frame};
use super::key::Key;
use super::said::{Said, Value};
use super::service::{self as svc, Part};
use super::session::session;
use super::state::State;
use super::{address, apci, application, identity, ip_side, local, status};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk, Unit, Values};
use crate::text;

/// Bytes of an unknown service that are shown.
const SHOWN: usize = 64;

impl State {
    pub fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let (asked, told) = (turns.request.and_then(Frame::read), turns.answer.and_then(Frame::read));
        let Some(frame) = asked.or(told) else { return };
        let mut said = Said::default();
        let mut sender = turns.sender;
        match svc::of(frame.service) {
            None => {
                said.function = Function { code: Some(u32::from(frame.service)), name: None };
                said.text("data", &text::hex(frame.body, SHOWN));
            }
            Some(service) => {
                said.function = Function { code: Some(u32::from(service.code)), name: Some(service.name) };
                said.operation = Some(service.operation);
                match service.part {
                    Part::Carries | Part::Routes => {
                        self.inside(&frame, told.filter(|_| asked.is_some()).as_ref(), sender, &mut said, talk);
                    }
                    Part::Feature => {
                        ip_side::told_feature(&frame, &mut said);
                        if let Some(told) = told.filter(|_| asked.is_some()) {
                            ip_side::told_feature(&told, &mut said);
                        }
                    }
                    Part::Acknowledges => {
                        let code = Connection::read(frame.body).map_or(0, |connection| connection.status);
                        said.ended(Outcome::Failure, code, status::connection(code));
                    }
                    _ => {
                        let alone = asked.is_some_and(|asked| matches!(asked_part(&asked), Part::Answers(_)));
                        let sound = direct(asked.filter(|_| !alone), told, turns, &mut said, talk);
                        let sound = sound && (!alone || ip_side::told(&frame, sender, &mut said, talk));
                        if !sound {
                            talk.flag(Flag::KnxStructure, Some(6), None);
                        }
                        if alone {
                            sender = turns.sender;
                        }
                    }
                }
            }
        }
        let details = emit(turns, sender, &mut said, talk);
        session(turns, &frame, (&said, details.as_deref()), talk);
    }

    /// A cEMI frame, with the one that answers it.
    fn inside(
        &mut self,
        frame: &Frame<'_>,
        told: Option<&Frame<'_>>,
        sender: Side,
        said: &mut Said,
        talk: &mut Talk<'_>,
    ) {
        let routed = matches!(asked_part(frame), Part::Routes);
        let (Some(inner), channel) = inner(frame) else { return };
        let answer = told.and_then(|told| super::tell::inner(told).0);
        if inner.is_link_data() {
            let Some(telegram) = Telegram::read(inner.service) else { return };
            said.subfunction = Function { code: Some(u32::from(inner.code)), name: cemi::name(inner.code) };
            let own = channel.and_then(|channel| self.channels.address(channel)).filter(|_| sender == Side::Client);
            telegram_of(&telegram, own, sender, said);
            if let Some(answer) = answer {
                answered(&answer, sender, said, talk);
            } else if inner.code == cemi::L_DATA_CON {
                confirmed(&telegram, said);
            }
            // What the bus tells a tunnel, its server only passes on.
            if inner.code == cemi::L_DATA_IND && !routed && said.operation == Some(Operation::Write) {
                said.operation = Some(Operation::Publish);
            }
        } else {
            said.subfunction = said.function;
            local::asked(&inner, said);
            if let Some(answer) = answer {
                local::told(&answer, sender.other(), said, talk);
            } else if matches!(inner.code, 0x2b | 0x2d | cemi::M_RESET_IND | cemi::M_PROP_INFO_IND) {
                said.operation = Some(Operation::Notify);
            } else if inner.code < 0xf0 {
                said.operation = Some(Operation::Unknown);
            }
        }
    }
}

fn emit(turns: &Turns<'_, Key>, sender: Side, said: &mut Said, talk: &mut Talk<'_>) -> Option<String> {
    if said.details.truncated() {
        talk.flag(Flag::Truncated, None, None);
    }
    if turns.repeats > 0 {
        said.details.number("repeats", turns.repeats);
    }
    let details = std::mem::take(&mut said.details).finish();
    let number;
    let mut item = Item { details: details.as_deref(), ..Item::new(said.operation.unwrap_or(Operation::Unknown)) };
    item.object = Object {
        kind: said.kind,
        address: if said.address.is_empty() { Address::None } else { Address::Text(&said.address) },
        start: 0,
        count: 0,
    };
    item.values = match &said.value {
        Value::None => Values::None,
        Value::Number(kind, value) => {
            number = [*value];
            Values::Numbers { kind, numbers: &number, exact: None }
        }
        Value::Text(kind, text) => Values::Text { kind, text },
    };
    talk.exchange(&Exchange {
        sender,
        function: said.function,
        subfunction: said.subfunction,
        unit: if said.unit.is_empty() { Unit::None } else { Unit::Text(&said.unit) },
        client_name: Some(said.client.as_str()).filter(|name| !name.is_empty()),
        outcome: said.outcome,
        status: said.status,
        session: said.session,
        flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
        ..turns.exchange(&[item])
    });
    details
}

fn asked_part(frame: &Frame<'_>) -> Part {
    svc::of(frame.service).map_or(Part::Says, |service| service.part)
}

/// The cEMI frame inside, and its channel.
pub fn inner<'a>(frame: &Frame<'a>) -> (Option<Cemi<'a>>, Option<u8>) {
    if matches!(asked_part(frame), Part::Routes) {
        return (Cemi::read(frame.body), None);
    }
    let Some(connection) = Connection::read(frame.body) else { return (None, None) };
    (Cemi::read(connection.rest), Some(connection.channel))
}

/// A service of the IP side with its answer. Whether the structures are sound.
fn direct(
    asked: Option<Frame<'_>>,
    told: Option<Frame<'_>>,
    turns: &Turns<'_, Key>,
    said: &mut Said,
    talk: &mut Talk<'_>,
) -> bool {
    let mut sound = asked.is_none_or(|asked| ip_side::asked(&asked, said));
    if let Some(told) = told {
        sound &= ip_side::told(&told, turns.sender.other(), said, talk);
    }
    sound
}

/// Who speaks to whom over the bus, and what.
fn telegram_of(telegram: &Telegram<'_>, own: Option<u16>, sender: Side, said: &mut Said) {
    let source = if telegram.source == 0 { own } else { Some(telegram.source) };
    if let Some(source) = source {
        let text = address::text(source, false);
        said.details.text("source", &text);
        if sender == Side::Client {
            said.client = text;
        }
    }
    // What a device tells a tunnel is about the device.
    if !telegram.to_group {
        let device = if sender == Side::Client { telegram.destination } else { telegram.source };
        address::individual(device, &mut said.unit);
    }
    said.operation = Some(Operation::Unknown);
    match (telegram.transport, telegram.application()) {
        (_, Some(code)) => {
            let service = apci::of(code);
            said.function = Function {
                code: Some(service.map_or(u32::from(code), |s| s.code.into())),
                name: service.map(|s| s.name),
            };
            said.operation = Some(service.map_or(Operation::Unknown, |service| service.operation));
            application::asked(service.map_or(code, |_| code), telegram, said);
        }
        (transport, None) => {
            said.function = Function { code: Some(u32::from(telegram.tpci)), name: Some(transport.name()) };
            said.operation = Some(match transport {
                Transport::Connect => Operation::SessionOpen,
                Transport::Disconnect => Operation::SessionClose,
                Transport::Nak | Transport::Ack => Operation::Notify,
                _ => Operation::Unknown,
            });
        }
    }
}

fn confirmed(telegram: &Telegram<'_>, said: &mut Said) {
    let outcome = if telegram.failed { Outcome::Failure } else { Outcome::Success };
    said.ended(outcome, 1_u32, "not confirmed");
}

fn answered(answer: &Cemi<'_>, sender: Side, said: &mut Said, talk: &mut Talk<'_>) {
    let Some(telegram) = Telegram::read(answer.service) else { return };
    if answer.code == cemi::L_DATA_CON {
        return confirmed(&telegram, said);
    }
    let Some(code) = telegram.application() else { return };
    if telegram.to_group && telegram.source != 0 {
        said.details.text("answered_by", &address::text(telegram.source, false));
    }
    application::told(code, &telegram, said);
    if said.outcome == Outcome::Success {
        identity::tell(code, &telegram, &said.unit, sender.other(), talk);
    }
}
