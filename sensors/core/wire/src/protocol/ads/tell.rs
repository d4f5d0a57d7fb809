//! What is said of one exchange.

use super::command::{
    self, ADD_NOTIFICATION, DELETE_NOTIFICATION, DEVICE_NOTIFICATION, READ_DEVICE_INFO, READ_STATE, READ_WRITE, WRITE,
    WRITE_CONTROL,
};
use super::group::{self, SYM_HNDBYNAME, SYM_INFOBYNAME, SYM_INFOBYNAMEEX, SYM_RELEASEHND, SYM_UPLOAD, SYM_VALBYNAME};
use super::header::{Ams, HEADER, Header, port};
use super::names::write_net_id;
use super::object::{self, Place, named};
use super::request::{Asked, Reply, states};
use super::state::{Ads, Key};
use super::symbols::Learned;
use super::value::Told;
use super::{notify, status, sum};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::dialogue::Turns;
use crate::protocol::{Exchange, Function, Item, Object, Outcome, Talk, Unit, Values};
use crate::text::{self, Details, TEXT_LIMIT};
use std::borrow::Cow;

/// In units of 100 ns.
const MILLISECOND: u32 = 10_000;

/// Who talks: the device and the text of both.
#[derive(Clone, Copy)]
pub struct Whose {
    pub device: Ams,
    pub unit: usize,
    client: usize,
}

/// What a message is about.
pub enum Subject<'a> {
    None,
    Place(Place),
    Name(&'static str, Cow<'a, str>),
    /// A notification whose beginning was not seen.
    Watch(u32),
    /// A file whose opening was not seen.
    File(u32),
}

impl Subject<'_> {
    fn object<'a>(&'a self, ads: &'a Ads) -> Object<'a> {
        match self {
            Self::None => Object::default(),
            Self::Place(place) => place.object(&ads.symbols),
            Self::Name(kind, name) => named(kind, name),
            Self::Watch(handle) => object::notification(*handle),
            Self::File(handle) => object::file(*handle),
        }
    }
}

/// What is said of one object.
pub struct Said<'a> {
    pub operation: Operation,
    pub group: Function,
    pub subject: Subject<'a>,
    pub value: Told,
    /// Name of a state.
    pub state: Option<&'static str>,
    pub code: Option<u32>,
    pub details: Details,
}

impl<'a> Said<'a> {
    pub fn new(operation: Operation, subject: Subject<'a>) -> Self {
        Self {
            operation,
            group: Function::default(),
            subject,
            value: Told::default(),
            state: None,
            code: None,
            details: Details::default(),
        }
    }
}

/// A name in a request: up to its NUL.
pub fn name(bytes: &[u8]) -> Cow<'_, str> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()).min(TEXT_LIMIT);
    let bytes = bytes.get(..end).unwrap_or_default();
    std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(text::bounded(bytes, TEXT_LIMIT).0), Cow::Borrowed)
}

/// Index group and what a command does with it.
pub fn purpose(device: Ams, asked: &Asked<'_>, command: u16) -> (Function, Operation) {
    let (name, operation) = group::purpose(port(device), asked.group, command, !asked.data.is_empty());
    (Function { code: Some(asked.group), name }, operation)
}

impl Ads {
    pub fn told(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let Some(header) = turns.request.or(turns.answer).and_then(Header::read) else { return };
        let from_device = header.answers() || header.command == DEVICE_NOTIFICATION;
        let (device, client) =
            if from_device { (header.source, header.target) } else { (header.target, header.source) };
        let whose = Whose { device, unit: self.names.place(device, true), client: self.names.place(client, false) };
        let body = turns.request.and_then(|packet| packet.get(HEADER..)).unwrap_or_default();
        let reply = turns.answer.map(Reply::read).unwrap_or_default();
        self.buffers.clear();
        if header.command == DEVICE_NOTIFICATION && !header.answers() {
            return self.notified(whose, body, turns, talk);
        }
        match Asked::read(header.command, body) {
            Some(asked) if header.command == READ_WRITE && sum::is_sum(asked.group) => {
                self.summed(whose, &asked, &reply, turns, talk);
            }
            Some(asked) => self.placed(whose, (header.command, &asked), &reply, turns, talk),
            None => {
                let said = self.other(whose, header.command, body, &reply, turns, talk);
                self.emit(whose, header.command, reply.code, &mut [said], turns, talk);
            }
        }
    }

    /// Read, Write, Read Write and Add Device Notification.
    fn placed(
        &mut self,
        whose: Whose,
        (command, asked): (u16, &Asked<'_>),
        reply: &Reply<'_>,
        turns: &Turns<'_, Key>,
        talk: &mut Talk<'_>,
    ) {
        let mut said = self.place(whose, command, asked, reply, talk);
        if port(whose.device) == command::SYSTEM_SERVICE {
            self.service(whose, asked, reply, &mut said, turns, talk);
        }
        self.emit(whose, command, reply.code, &mut [said], turns, talk);
        if asked.group == SYM_RELEASEHND
            && reply.code == Some(status::NO_ERROR)
            && let Some(handle) = le32(asked.data, 0)
        {
            self.symbols.release(whose.device, handle);
        }
    }

    /// What one place says, alone or in a sum command.
    fn place<'a>(
        &mut self,
        whose: Whose,
        command: u16,
        asked: &Asked<'a>,
        reply: &Reply<'_>,
        talk: &mut Talk<'_>,
    ) -> Said<'a> {
        let device = whose.device;
        let (function, operation) = purpose(device, asked, command);
        let (group, offset) = (asked.group, asked.offset);
        // What a Read Write changes is told, not what stood there.
        let writes = command == WRITE || matches!(operation, Operation::Write | Operation::WriteParameter);
        let moved = if writes { asked.data } else { reply.data };
        let length = if command == ADD_NOTIFICATION { asked.size } else { size(moved, asked.size) };
        let place = Place { device, group, offset, size: length };
        let mut said = Said { group: function, ..Said::new(operation, Subject::Place(place)) };
        let succeeded = reply.code == Some(status::NO_ERROR);
        match (group, command) {
            (_, ADD_NOTIFICATION) => {
                watching(asked.watch, &mut said.details);
                if let Some(handle) = le32(reply.data, 0).filter(|_| succeeded)
                    && !self.watched.begin(handle, place)
                {
                    talk.flag(Flag::ParserLimit, None, None);
                }
            }
            (SYM_HNDBYNAME, READ_WRITE) => {
                let name = name(asked.data);
                if let Some(handle) = le32(reply.data, 0).filter(|_| succeeded)
                    && !self.symbols.handle(device, handle, &name)
                {
                    talk.flag(Flag::ParserLimit, None, None);
                }
                said.subject = Subject::Name("symbol", name);
            }
            (SYM_VALBYNAME, READ_WRITE) => {
                let name = name(asked.data);
                let known = self.symbols.of_name(device, &name);
                said.value = self.buffers.read(known, reply.data);
                said.subject = Subject::Name("symbol", name);
            }
            (SYM_INFOBYNAME | SYM_INFOBYNAMEEX, READ_WRITE) => {
                if group == SYM_INFOBYNAMEEX && succeeded {
                    let learned = self.symbols.learn(device, reply.data);
                    flag_learned(learned, talk);
                }
                said.subject = Subject::Name("symbol", name(asked.data));
            }
            (SYM_UPLOAD, command::READ) => {
                let learned = self.symbols.learn(device, reply.data);
                flag_learned(learned, talk);
                said.subject = Subject::None;
                said.details.number("symbols", learned.count);
            }
            (SYM_RELEASEHND, WRITE) => {
                let handle = le32(asked.data, 0).unwrap_or(offset);
                said.subject = Subject::Place(Place { offset: handle, ..place });
            }
            _ => said.value = place.read(&self.symbols, moved, &mut self.buffers),
        }
        said
    }

    /// Commands that name no place, and replies whose request was not seen.
    fn other<'a>(
        &mut self,
        whose: Whose,
        command: u16,
        body: &[u8],
        reply: &Reply<'_>,
        turns: &Turns<'_, Key>,
        talk: &mut Talk<'_>,
    ) -> Said<'a> {
        let ams_port = port(whose.device);
        let succeeded = reply.code == Some(status::NO_ERROR);
        let mut said = Said::new(command::command(command).1, Subject::None);
        match command {
            READ_STATE => {
                said.subject = Subject::Name("state", Cow::Borrowed("state"));
                said.state = states(reply.data).filter(|_| succeeded).and_then(|(ads, _)| command::state(ads));
            }
            WRITE_CONTROL => {
                if let Some((ads, device)) = states(body) {
                    said.operation = command::control(ams_port, ads, device);
                    said.details.text("ads_state", command::state(ads).unwrap_or("other state"));
                    said.details.number("device_state", device);
                }
                if let Some(service) = command::service(ams_port) {
                    said.details.text("service", service);
                }
            }
            READ_DEVICE_INFO if succeeded => self.device_info(whose.device, reply.data, &mut said, turns, talk),
            DELETE_NOTIFICATION => {
                if let Some(handle) = le32(body, 0) {
                    let place = self.watched.at(whose.device, handle);
                    said.subject = place.map_or(Subject::Watch(handle), Subject::Place);
                    if succeeded {
                        self.watched.end(whose.device, handle);
                    }
                }
            }
            _ => {}
        }
        said
    }

    /// | version 1 | revision 1 | build 2 | name 16 |
    fn device_info(&self, device: Ams, data: &[u8], said: &mut Said<'_>, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let (Some(version), Some(revision), Some(build)) = (u8_at(data, 0), u8_at(data, 1), le16(data, 2)) else {
            return;
        };
        let version = format!("{version}.{revision}.{build}");
        let device_name = name(data.get(4..).unwrap_or_default());
        said.details.text("device_name", &device_name).text("version", &version);
        let about = turns.sender.other();
        talk.identity(about, "vendor", "Beckhoff", 0.8, "ADS Read Device Info");
        if port(device) == command::SYSTEM_SERVICE {
            talk.identity(about, "firmware", &format!("TwinCAT {version}"), 0.9, "ADS Read Device Info");
        } else {
            let module = format!("{device_name} {version}");
            talk.identity(about, "module", &module, 0.9, "ADS Read Device Info");
        }
        let net_id = write_net_id(device);
        talk.identity(about, "service", &format!("AMS {net_id}"), 0.9, "ADS Read Device Info");
    }

    fn notified(&mut self, whose: Whose, body: &[u8], turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let mut told: Vec<Said<'_>> = Vec::new();
        let even = notify::samples(body, |handle, data| {
            let place = self.watched.at(whose.device, handle);
            let mut said = Said::new(Operation::Publish, place.map_or(Subject::Watch(handle), Subject::Place));
            said.value = match place {
                Some(place) => place.read(&self.symbols, data, &mut self.buffers),
                None => self.buffers.read(None, data),
            };
            told.push(said);
        });
        if !even {
            talk.flag(Flag::AdsData, Some(38), None);
        }
        if told.is_empty() {
            told.push(Said::new(Operation::Publish, Subject::None));
        }
        self.emit(whose, DEVICE_NOTIFICATION, None, &mut told, turns, talk);
    }

    fn summed(
        &mut self,
        whose: Whose,
        asked: &Asked<'_>,
        reply: &Reply<'_>,
        turns: &Turns<'_, Key>,
        talk: &mut Talk<'_>,
    ) {
        let mut parts = Vec::new();
        let answered = (reply.code == Some(status::NO_ERROR)).then_some(reply.data);
        if !sum::parts(asked, answered, &mut parts) {
            talk.flag(Flag::AdsSum, Some(38), None);
        }
        let command = match asked.group {
            group::SUMUP_WRITE => WRITE,
            group::SUMUP_READWRITE => READ_WRITE,
            group::SUMUP_ADDDEVNOTE => ADD_NOTIFICATION,
            group::SUMUP_DELDEVNOTE => DELETE_NOTIFICATION,
            _ => command::READ,
        };
        let (function, operation) = purpose(whose.device, asked, READ_WRITE);
        let mut told: Vec<Said<'_>> = Vec::with_capacity(parts.len().max(1));
        for part in &parts {
            let handle = part.handle.map(u32::to_le_bytes).unwrap_or_default();
            let code = part.code.or(reply.code);
            let mut said = if command == DELETE_NOTIFICATION {
                let answer = Reply { code, ..Reply::default() };
                self.other(whose, command, &handle, &answer, turns, talk)
            } else {
                let place = Asked { group: part.group, offset: part.offset, size: part.size, ..Asked::default() };
                let place = Asked { data: part.written, watch: part.watch, ..place };
                let data = if command == ADD_NOTIFICATION { &handle[..] } else { part.read };
                self.place(whose, command, &place, &Reply { code, data, uneven: false }, talk)
            };
            said.group = function;
            said.code = part.code;
            told.push(said);
        }
        if told.is_empty() {
            told.push(Said { group: function, ..Said::new(operation, Subject::None) });
        }
        self.emit(whose, READ_WRITE, reply.code, &mut told, turns, talk);
    }

    fn emit(
        &self,
        whose: Whose,
        command: u16,
        code: Option<u32>,
        told: &mut [Said<'_>],
        turns: &Turns<'_, Key>,
        talk: &mut Talk<'_>,
    ) {
        let details: Vec<Option<String>> =
            told.iter_mut().map(|said| std::mem::take(&mut said.details).finish()).collect();
        let items: Vec<Item<'_>> = told.iter().zip(&details).map(|(said, details)| self.item(said, details)).collect();
        let function = Function { code: Some(u32::from(command)), name: command::command(command).0 };
        let exchange = Exchange {
            function,
            subfunction: told.first().map_or_else(Function::default, |said| said.group),
            unit: Unit::Text(self.names.text(whose.unit)),
            client_name: Some(self.names.text(whose.client)),
            outcome: code.map_or(Outcome::Unknown, status::outcome),
            status: code.map(status::status),
            flagged: turns.flagged || talk.flagged(),
            ..turns.exchange(&items)
        };
        talk.exchange(&exchange);
    }

    fn item<'a>(&'a self, said: &'a Said<'_>, details: &'a Option<String>) -> Item<'a> {
        Item {
            object: said.subject.object(self),
            values: match said.state {
                Some(text) => Values::Text { kind: "ads_state", text },
                None => said.value.values(&self.buffers),
            },
            outcome: said.code.map(status::outcome),
            status: said.code.map(status::status),
            details: details.as_deref(),
            ..Item::new(said.operation)
        }
    }
}

/// When a value is to be sent.
fn watching(watch: Option<[u32; 3]>, details: &mut Details) {
    let Some([mode, delay, cycle]) = watch else { return };
    if let Some(mode) = command::transmission(mode) {
        details.text("transmission", mode);
    }
    details.number("max_delay_ms", delay / MILLISECOND).number("cycle_time_ms", cycle / MILLISECOND);
}

fn size(bytes: &[u8], wanted: u32) -> u32 {
    if bytes.is_empty() { wanted } else { u32::try_from(bytes.len()).unwrap_or(u32::MAX) }
}

fn flag_learned(learned: Learned, talk: &mut Talk<'_>) {
    if learned.malformed {
        talk.flag(Flag::AdsData, Some(46), None);
    }
    if learned.full {
        talk.flag(Flag::ParserLimit, None, None);
    }
}
