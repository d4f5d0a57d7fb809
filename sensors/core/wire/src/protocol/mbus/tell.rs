//! What is said of a frame of the master with its answer.

use super::command;
use super::header::{self, Header, Secondary};
use super::master::clear;
use super::quantity::{self, Quantity, SECRETS};
use super::record::{Record, Records};
use super::telegram::{Service, Telegram};
use super::value::{self, Value};
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk, Unit, Values};
use crate::text::Details;

/// Data field that names what is to be read and has no value.
const SELECTION: u8 = 8;

/// One record with its value, or what a frame without records does.
struct Told {
    operation: Operation,
    kind: &'static str,
    address: String,
    value: Value,
    number: [f64; 1],
    details: Details,
    json: Option<String>,
}

impl Told {
    fn new(operation: Operation) -> Self {
        Self {
            operation,
            kind: "record",
            address: String::new(),
            value: Value::None,
            number: [0.0],
            details: Details::default(),
            json: None,
        }
    }

    fn finish(&mut self) {
        if let Value::Number(_, number) = self.value {
            self.number = [number];
        }
        self.json = std::mem::take(&mut self.details).finish();
    }

    fn item(&self) -> Item<'_> {
        let object = match self.address.is_empty() {
            true => Object::default(),
            false => Object { kind: Some(self.kind), address: Address::Text(&self.address), start: 0, count: 1 },
        };
        let values = match &self.value {
            Value::None => Values::None,
            Value::Number(kind, _) => Values::Numbers { kind, numbers: &self.number, exact: None },
            Value::Text(kind, text) => Values::Text { kind, text },
        };
        Item { object, values, details: self.json.as_deref(), ..Item::new(self.operation) }
    }
}

pub fn tell(turns: &Turns<'_, u64>, talk: &mut Talk<'_>) {
    let (asked, said) = (turns.request.and_then(Telegram::read), turns.answer.and_then(Telegram::read));
    let service = asked.or(said).and_then(|telegram| telegram.service);
    let sent = asked.filter(|asked| asked.information.is_some());
    let answer = said.filter(|said| said.information.is_some());
    let mut list = match (&sent, &answer) {
        (Some(sent), _) => commanded(sent),
        (None, Some(answer)) => records(answer, |_, _| operation(service)),
        (None, None) => Vec::new(),
    };
    if list.is_empty() {
        list.push(Told::new(operation(service)));
    }
    if let (Some(answer), Some(first)) = (&answer, list.first_mut()) {
        describe(answer, turns.sender.other(), &mut first.details, talk);
    }
    list.iter_mut().for_each(Told::finish);
    let items: Vec<Item<'_>> = list.iter().map(Told::item).collect();
    let address = asked.or(said).and_then(|telegram| telegram.address);
    let (outcome, status) = outcome(said.as_ref());
    let information = sent.or(answer).and_then(|telegram| telegram.information);
    talk.exchange(&Exchange {
        function: Function { code: service.and_then(Service::code), name: service.map(Service::name) },
        subfunction: Function {
            code: information.map(u32::from),
            name: information.and_then(command::of).map(|(name, _)| name),
        },
        unit: address.map_or(Unit::None, |address| Unit::Number(u32::from(address))),
        outcome,
        status,
        flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
        ..turns.exchange(&items)
    });
}

const fn operation(service: Option<Service>) -> Operation {
    match service {
        // Masters ask so before every reading; a meter that is there says so and nothing else (EN 13757-2, 5.5.1).
        Some(Service::Initialise) => Operation::DiagnoseEcho,
        Some(Service::Send) => Operation::Write,
        Some(Service::RequestAlarm) => Operation::ReadEvents,
        Some(Service::RequestData | Service::Respond) => Operation::Read,
        Some(Service::Acknowledge) | None => Operation::Unknown,
    }
}

/// A meter that answers has done what it was asked, unless it says why not.
fn outcome(said: Option<&Telegram<'_>>) -> (Outcome, Option<(u32, &'static str)>) {
    match said {
        None => (Outcome::Unknown, None),
        Some(said) if said.information == Some(command::ERROR) => {
            let code = said.data.first().copied().unwrap_or(0);
            (Outcome::Failure, Some((u32::from(code), command::error(code))))
        }
        Some(_) => (Outcome::Success, None),
    }
}

/// What a master sends.
fn commanded(sent: &Telegram<'_>) -> Vec<Told> {
    let information = sent.information.unwrap_or(0);
    let mut told = Told::new(command::of(information).map_or(Operation::Unknown, |(_, operation)| operation));
    match information {
        command::SEND => return records(sent, written),
        command::SELECT => {
            if let Some(pattern) = Secondary::read(sent.data) {
                (told.kind, told.address) = ("meter", pattern.text());
            }
        }
        command::RESET => {
            if let Some(code) = sent.data.first() {
                told.details.number("subcode", *code);
                if *code != 0 {
                    // What the meter answers with is chosen: billing, several tariffs, its services (EN 13757-3, 7.2).
                    told.operation = Operation::ConfigureConnection;
                }
            }
        }
        _ => {
            if let Some(rate) = command::baud_rate(information) {
                quantity::BAUD_RATE.clone_into(&mut told.address);
                told.value = Value::Number("baud", f64::from(rate));
            }
        }
    }
    vec![told]
}

/// What writing a record does.
fn written(record: &Record<'_>, quantity: Option<Quantity>) -> Operation {
    match quantity.map(|quantity| quantity.name) {
        _ if record.readout || record.field == SELECTION => Operation::Read,
        Some(quantity::BUS_ADDRESS | quantity::IDENTIFICATION | quantity::BAUD_RATE | quantity::PARAMETERS) => {
            Operation::ConfigureDevice
        }
        Some(name) if SECRETS.contains(&name) => Operation::SecurityPassword,
        Some(quantity::DATE | quantity::DATE_TIME) if record.storage == 0 && record.tariff == 0 => Operation::TimeSet,
        _ => Operation::Write,
    }
}

/// Records of a telegram, each with its value; of one that is there twice the second is another.
fn records(telegram: &Telegram<'_>, operation: impl Fn(&Record<'_>, Option<Quantity>) -> Operation) -> Vec<Told> {
    let mut list: Vec<Told> = Vec::new();
    let mut records = Records::of(clear(telegram).unwrap_or_default());
    for record in records.by_ref() {
        let quantity = Quantity::read(&record);
        let mut told = Told::new(operation(&record, quantity));
        let name = quantity::address(&record, quantity);
        let again = list.iter().filter(|other| other.address.split('#').next() == Some(&name)).count();
        told.address = if again > 0 { format!("{name}#{}", again + 1) } else { name };
        if !quantity.is_some_and(|quantity| SECRETS.contains(&quantity.name)) {
            told.value = Value::read(&record, quantity);
        }
        match (quantity, record.unit) {
            (_, Some(unit)) => drop(told.details.text("unit", &value::backwards(unit))),
            (Some(quantity), _) if !quantity.unit.is_empty() => drop(told.details.text("unit", quantity.unit)),
            _ => {}
        }
        list.push(told);
    }
    if let Some(first) = list.first_mut() {
        if let Some(octets) = records.manufacturer {
            first.details.number("manufacturer_octets", u32::try_from(octets.len()).unwrap_or(u32::MAX));
        }
        if records.more {
            first.details.truth("more", true);
        }
    }
    list
}

/// Who answers and how it is.
fn describe(said: &Telegram<'_>, about: Side, details: &mut Details, talk: &mut Talk<'_>) {
    let header = match said.information {
        Some(command::VARIABLE) => Header::long(said.data).map(|(header, _)| header),
        Some(command::SHORT_HEADER) => Header::short(said.data).map(|(header, _)| header),
        Some(command::ALARM) => {
            details.number("alarm", said.data.first().copied().unwrap_or(0));
            None
        }
        _ => None,
    };
    let Some(header) = header else { return };
    if let Some(meter) = header.meter {
        details.text("meter", &meter.text());
        let unit = said.address.unwrap_or(0);
        talk.identity(about, "module", &format!("{unit} {}", meter.text()), 0.9, "mbus header");
    }
    details.number("access", header.access);
    let mut status = header::status(header.status).peekable();
    if status.peek().is_some() {
        details.texts("status", status);
    }
    if header.security() != 0 {
        details.number("security_mode", header.security());
    }
}
