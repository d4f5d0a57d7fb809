//! A request and what came of it: a short answer, a telegram, or silence.

use super::frame::Telegram;
use super::service::Service;
use super::tell::{self, Asked, Ending, named};
use super::{diagnosis, function, identity, parameters};
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Form, Function, Item, Notation, Object, Outcome, Reply, Talk, Values};
use crate::text::{Details, hex};
use std::fmt::Write as _;

/// Octets of a function of the data link layer that are shown.
const SHOWN: usize = 32;

/// A request that waits for its answer, which is the next frame of the bus.
pub struct Request {
    pub from: u8,
    pub to: u8,
    pub to_point: Option<u8>,
    pub from_point: Option<u8>,
    pub function: u8,
    pub service: Service,
    pub data: Vec<u8>,
    pub asked: Asked,
    pub repeats: u32,
    pub blind: bool,
}

/// What came of it.
#[derive(Clone, Copy)]
pub enum Answer<'a> {
    Silence,
    Short,
    Telegram(&'a Telegram<'a>),
}

impl<'a> Answer<'a> {
    pub fn data(&self) -> &'a [u8] {
        match self {
            Self::Telegram(telegram) => telegram.data,
            _ => &[],
        }
    }

    pub fn ending(&self, blind: bool) -> Ending {
        match self {
            Self::Silence => Ending { reply: if blind { Reply::None } else { Reply::Unanswered }, ..Ending::SILENCE },
            Self::Short => Ending::DONE,
            Self::Telegram(telegram) => {
                let (outcome, status) = function::outcome(telegram.function());
                Ending { reply: Reply::Answered, outcome, status }
            }
        }
    }
}

impl Request {
    pub fn of(telegram: &Telegram<'_>, length: usize, talk: &Talk<'_>) -> Self {
        Self {
            from: telegram.from,
            to: telegram.to,
            to_point: telegram.to_point,
            from_point: telegram.from_point,
            function: telegram.function(),
            service: Service::of(telegram),
            data: telegram.data.to_vec(),
            asked: Asked::now(length, talk),
            repeats: 0,
            blind: false,
        }
    }

    /// Hands it on; the services of DPV1 are told by what they carry.
    pub fn tell(&self, answer: Answer<'_>, talk: &mut Talk<'_>) {
        tell::between(self.from, self.to, talk);
        let mut ending = answer.ending(self.blind);
        if matches!(self.service, Service::GlobalControl) || function::silent(self.function) {
            ending = Ending { reply: Reply::None, ..Ending::SILENCE };
        }
        match self.service {
            Service::DataExchange => self.data_exchange(answer.data(), ending, talk),
            Service::GlobalControl => self.global_control(ending, talk),
            _ => self.service(answer, ending, talk),
        }
    }

    fn exchange(&self, items: &[Item<'_>], subfunction: Function, ending: Ending, talk: &mut Talk<'_>) {
        let plain = named(u32::from(self.function), function::request(self.function).unwrap_or("Reserved"));
        let function = match self.service {
            Service::Unknown | Service::Link => Function { code: self.to_point.map(u32::from), name: plain.name },
            service => service.function(),
        };
        tell::exchange(&self.asked, ending, (function, subfunction), Some(self.to), items, talk);
    }

    /// Outputs to the slave, inputs from it, each octet a point of its own.
    fn data_exchange(&self, inputs: &[u8], ending: Ending, talk: &mut Talk<'_>) {
        let repeats = self.details();
        let item = |kind: &'static str, operation, bytes| {
            let mut item = Item::new(operation);
            (item.object, item.values) = process(kind, bytes);
            item.details = repeats.as_deref();
            item
        };
        let outputs = item("output", Operation::Publish, self.data.as_slice());
        let inputs = (!inputs.is_empty()).then(|| item("input", Operation::Read, inputs));
        match (self.data.is_empty(), inputs) {
            (true, Some(inputs)) => self.exchange(&[inputs], Function::default(), ending, talk),
            (false, Some(inputs)) => self.exchange(&[outputs, inputs], Function::default(), ending, talk),
            (_, None) => self.exchange(&[outputs], Function::default(), ending, talk),
        }
    }

    fn global_control(&self, ending: Ending, talk: &mut Talk<'_>) {
        let (command, operation) = parameters::command(&self.data);
        let groups: Vec<String> = match self.data.get(1) {
            None | Some(0) => vec!["all".to_owned()],
            Some(groups) => (0u32..8).filter(|bit| groups >> bit & 1 == 1).map(|bit| (bit + 1).to_string()).collect(),
        };
        let address = groups.join(",");
        let mut details = Details::default();
        parameters::describe(self.service, &self.data, &mut details);
        let details = details.finish();
        let mut item = Item::new(operation);
        item.object = Object { kind: Some("group"), address: Address::Text(&address), start: 0, count: 0 };
        item.details = details.as_deref();
        self.exchange(&[item], command, ending, talk);
    }

    fn service(&self, answer: Answer<'_>, ending: Ending, talk: &mut Talk<'_>) {
        if self.data.len() < parameters::least(self.service) {
            talk.flag(Flag::ProfibusLength, None, None);
        }
        let mut details = Details::default();
        if self.repeats > 0 {
            details.number("repeats", self.repeats);
        }
        let done = ending.outcome == Outcome::Success;
        let mut shown = (!self.data.is_empty()).then(|| hex(&self.data, SHOWN));
        match self.service {
            Service::Diagnosis if !answer.data().is_empty() => diagnosis::describe(answer.data(), &mut details, talk),
            Service::GetConfiguration => parameters::describe(self.service, answer.data(), &mut details),
            Service::Ident if done => identity::tell(answer.data(), talk),
            Service::Unknown | Service::Masters | Service::Link => {}
            service => parameters::describe(service, &self.data, &mut details),
        }
        if let Answer::Telegram(telegram) = answer {
            identity::role(telegram.station(), talk);
        }
        if let Some(ident) = parameters::ident(self.service, &self.data).filter(|_| done) {
            identity::number(ident, "profibus parameters taken", talk);
        }
        let details = details.finish();
        let mut item = Item::new(self.service.operation());
        item.details = details.as_deref();
        if let Some((kind, address)) = self.service.object() {
            item.object = Object { kind: Some(kind), address: Address::Text(address), start: 0, count: 0 };
        }
        if matches!(self.service, Service::ReadInputs | Service::ReadOutputs) && !answer.data().is_empty() {
            let kind = if self.service == Service::ReadInputs { "input" } else { "output" };
            (item.object, item.values) = process(kind, answer.data());
        }
        if !matches!(self.service, Service::Unknown | Service::Masters | Service::Link) {
            shown = None;
        }
        if let Some(text) = &shown {
            item.values = Values::Text { kind: "octets", text };
        }
        let link = named(u32::from(self.function), function::request(self.function).unwrap_or("Reserved"));
        let subfunction = if self.service == Service::Unknown { link } else { Function::default() };
        self.exchange(&[item], subfunction, ending, talk);
    }

    fn details(&self) -> Option<String> {
        let mut details = Details::default();
        if self.repeats > 0 {
            details.number("repeats", self.repeats);
        }
        details.finish()
    }
}

/// Octets of process data.
fn process<'a>(kind: &'static str, bytes: &'a [u8]) -> (Object<'a>, Values<'a>) {
    let part = u64::from(kind == "input");
    let count = u32::try_from(bytes.len()).unwrap_or(0);
    let address = Address::Placed(Notation { part, step: 1, write });
    let values = match bytes {
        [] => Values::None,
        bytes => Values::Packed { kind: "uint8", form: Form::Uint8, bytes },
    };
    (Object { kind: Some(kind), address, start: 0, count }, values)
}

/// `output[0-3]`, `input[2]`.
fn write(out: &mut String, part: u64, start: i64, count: u32) {
    out.push_str(if part == 1 { "input" } else { "output" });
    let end = start.saturating_add(i64::from(count)).saturating_sub(1);
    let _ = match count {
        0 => Ok(()),
        1 => write!(out, "[{start}]"),
        _ => write!(out, "[{start}-{end}]"),
    };
}
