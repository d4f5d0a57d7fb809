//! What the datagrams do to the slaves: registers, state machine, EEPROM, memory; mailboxes go on to `post`.

use super::command::{ARMW, FRMW, Place, Way};
use super::process::Process;
use super::register::{self, Space};
use super::segment::Passage;
use super::sii::{self, Access};
use super::slave::Slaves;
use super::{alstate, mailbox, post, tell};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::{Address, Form, Item, Object, Talk, Values};
use crate::text::{self, Details};

/// Slaves and process data of one flow.
#[derive(Default)]
pub struct Bus {
    slaves: Slaves,
    process: Process,
    unit: String,
}

/// What an item says beyond its register.
#[derive(Default)]
struct Said {
    operation: Option<Operation>,
    status: Option<(u32, &'static str)>,
    details: Option<String>,
}

impl Bus {
    /// One datagram, sent and come back.
    pub fn passage(&mut self, passage: &Passage<'_>, talk: &mut Talk<'_>) {
        let Some(head) = passage.head() else { return };
        let place = match (head.way(), passage.sent) {
            (Way::Logical, _) => return self.process.tell(passage, talk),
            (Way::None, _) => return self.nothing(passage, talk),
            // Each slave that it passed has counted: which one was meant is known from what was sent only.
            (Way::Position, None) => Place::Nobody,
            _ => self.slaves.known_as(head.place()),
        };
        if head.ado >= register::MEMORY && post::mail(&mut self.slaves, place, passage, &mut self.unit, talk) {
            return;
        }
        let done = passage.counter() != Some(0);
        let command = head.command();
        let writes = command.is_some_and(|command| command.writes);
        let said = match head.ado {
            register::AL_CONTROL if writes => self.wanted(place, head.data, done, talk),
            _ if !done => Said::default(),
            register::EEPROM_CONTROL if writes => return self.eeprom(place, passage, talk),
            register::EEPROM_DATA if self.eeprom_data(place, passage, writes, talk) => return,
            register::AL_STATUS | register::AL_CODE if !writes => self.status(place, passage, talk),
            register::STATION_ADDRESS if writes => self.addressed(passage),
            register::SYNC_MANAGERS..register::SYNC_MANAGERS_END if writes => {
                self.sync_managers(place, head.ado, head.data, talk);
                Said::default()
            }
            _ => Said::default(),
        };
        self.tell(place, passage, &said, talk);
    }

    /// A command of no effect, or one that there is not.
    fn nothing(&mut self, passage: &Passage<'_>, talk: &mut Talk<'_>) {
        let known = passage.head().is_some_and(|head| head.command().is_some());
        let operation = if known { Operation::DiagnoseEcho } else { Operation::Unknown };
        let items = [Item::new(operation)];
        let exchange = tell::exchange(passage, tell::unit(Place::Nobody, &mut self.unit), &items, talk);
        talk.exchange(&exchange);
    }

    fn tell(&mut self, place: Place, passage: &Passage<'_>, said: &Said, talk: &mut Talk<'_>) {
        let Some(head) = passage.head() else { return };
        let writes = head.command().is_some_and(|command| command.writes) && !head.spreads();
        let register = register::of(head.ado);
        let operation = said.operation.unwrap_or(match head.code {
            ARMW | FRMW => Operation::Publish,
            _ if writes => register.write,
            _ => register.read,
        });
        let bytes = match (writes, passage.back) {
            (true, _) => head.data,
            (false, Some(back)) if back.counter > 0 => back.data,
            _ => &[],
        };
        let memory = if head.ado < register::MEMORY { Space::Register } else { Space::Memory };
        let whole = register.is_number(head.ado, head.data.len());
        let (width, count) = if whole { (register.width, 1) } else { (1, u32::try_from(head.data.len()).unwrap_or(0)) };
        let number = Number::of(bytes).filter(|_| whole);
        // Settings of a channel are read as a whole; whether a mailbox is full or the EEPROM busy is no value.
        let channel = register.width == 0 && register.write == Operation::ConfigureConnection;
        let settings = (writes && channel).then(|| text::hex(bytes, 256));
        let busy = !writes && (channel || head.ado == register::EEPROM_CONTROL);
        let mut item = Item::new(operation);
        let address = Address::Placed(memory.notation(width));
        item.object = Object { kind: Some(memory.kind()), address, start: i64::from(head.ado), count };
        item.values = match &number {
            _ if bytes.is_empty() || busy => Values::None,
            Some(number) => number.values(),
            None => match &settings {
                Some(settings) => Values::Text { kind: "octets", text: settings },
                None => Values::Packed { kind: "uint8", form: Form::Uint8, bytes },
            },
        };
        item.status = said.status;
        item.details = said.details.as_deref();
        let items = [item];
        let unit = tell::unit(place, &mut self.unit);
        let mut exchange = tell::exchange(passage, unit, &items, talk);
        exchange.subfunction.code = Some(u32::from(head.ado));
        exchange.subfunction.name = Some(register.name);
        talk.exchange(&exchange);
    }

    /// A state was asked for.
    fn wanted(&mut self, place: Place, data: &[u8], done: bool, talk: &mut Talk<'_>) -> Said {
        let word = u8_at(data, 0).unwrap_or(0);
        let before = self.slaves.state(place);
        if done {
            self.slaves.in_state(place, alstate::state(word), talk);
        }
        Said { operation: Some(alstate::request(word, before)), ..state_details(word, before) }
    }

    /// AL status, its code, or both.
    fn status(&mut self, place: Place, passage: &Passage<'_>, talk: &mut Talk<'_>) -> Said {
        let Some(back) = passage.back else { return Said::default() };
        let code = match back.ado {
            register::AL_STATUS => le16(back.data, 4),
            _ => le16(back.data, 0),
        };
        let word = u8_at(back.data, 0).filter(|_| back.ado == register::AL_STATUS);
        let mut said = Said::default();
        if let Some(code) = code.filter(|code| *code != 0) {
            said.status = Some((u32::from(code), alstate::code(code)));
        }
        let known = self.slaves.known.get(&place);
        let (state, seen) = (known.and_then(|slave| slave.state), known.and_then(|slave| slave.seen));
        let code_before = known.map_or(0, |slave| slave.code);
        if (word.is_none() || word == seen) && code.is_none_or(|code| code == code_before) {
            return said;
        }
        let failed = |word: Option<u8>| word.is_some_and(|word| word & alstate::ERROR != 0);
        let new = word.map(alstate::state).or(state).unwrap_or(0);
        let mut details = Details::default();
        details.text("al_state", alstate::name(new));
        if let Some(before) = state.filter(|before| *before != new) {
            details.text("al_state_before", alstate::name(before));
        }
        if let Some(code) = code.filter(|code| *code != 0) {
            details.number("al_code", code).text("al_error", alstate::code(code));
        }
        said.details = details.finish();
        let fails = (failed(word) && !failed(seen)) || code.is_some_and(|code| code != 0 && code != code_before);
        if fails {
            talk.flag(Flag::EthercatAlError, None, said.details.as_deref());
        }
        // Of all at once the states are mixed: it counts where they are one.
        if word.is_some() && alstate::is_one(new) {
            self.slaves.in_state(place, new, talk);
        }
        if let Some(slave) = self.slaves.at(place, talk) {
            slave.seen = word.or(slave.seen);
            slave.code = code.unwrap_or(slave.code);
        }
        said
    }

    fn addressed(&mut self, passage: &Passage<'_>) -> Said {
        if let Some(sent) = passage.sent
            && let (Place::Position(position), Some(station)) = (sent.place(), le16(sent.data, 0))
        {
            self.slaves.addressed(position, station);
        }
        Said::default()
    }

    fn sync_managers(&mut self, place: Place, ado: u16, data: &[u8], talk: &mut Talk<'_>) {
        if place == Place::All {
            for slave in self.slaves.known.values_mut() {
                slave.post.configure(ado, data);
            }
        } else if let Some(slave) = self.slaves.at(place, talk) {
            slave.post.configure(ado, data);
        }
    }

    /// The EEPROM is asked for something.
    fn eeprom(&mut self, place: Place, passage: &Passage<'_>, talk: &mut Talk<'_>) {
        let Some(head) = passage.head() else { return };
        let Some(access) = sii::access(head.data, None) else {
            return self.tell(place, passage, &Said { operation: Some(Operation::Read), ..Said::default() }, talk);
        };
        let Some(slave) = self.slaves.at(place, talk) else { return };
        slave.sii = Some(access);
        let words = slave.words.take();
        let (word, operation) = match access {
            Access::Read(word) => (word, Operation::Read),
            Access::Write(word) => (word, Operation::ConfigureDevice),
            Access::Reload => (0, Operation::ConfigureDevice),
        };
        let words = words.filter(|_| matches!(access, Access::Write(_))).map(|words| [f64::from(words)]);
        let name = match access {
            Access::Read(_) => "EEPROM read",
            Access::Write(_) => "EEPROM write",
            Access::Reload => "EEPROM reload",
        };
        let mut item = Item::new(operation);
        item.object = sii_object(word, u32::from(access != Access::Reload));
        if let Some(words) = &words {
            item.values = Values::Numbers { kind: "uint16", numbers: words, exact: None };
        }
        self.told_sii(place, passage, item, name, talk);
    }

    /// Words that were read from the EEPROM, or will be written; whether they were told.
    fn eeprom_data(&mut self, place: Place, passage: &Passage<'_>, writes: bool, talk: &mut Talk<'_>) -> bool {
        let Some(slave) = self.slaves.known.get_mut(&place).filter(|_| !writes) else {
            let words = passage.head().and_then(|head| le16(head.data, 0)).filter(|_| writes);
            if let Some(slave) = words.and_then(|_| self.slaves.at(place, talk)) {
                slave.words = words.map(u32::from);
            }
            return false;
        };
        let Some(Access::Read(word)) = slave.sii else { return false };
        let Some(back) = passage.back else { return false };
        slave.sii = None;
        for (offset, at) in [(0, 0), (2, 4)] {
            if let (Some(fact), Some(number)) = (sii::fact(word.saturating_add(offset)), le32(back.data, at)) {
                slave.identity.number(place, fact, number, "ethercat sii", talk);
            }
        }
        let mut words = [0.0; 4];
        let whole = words.iter_mut().zip(back.data.chunks_exact(2)).map(|(word, bytes)| {
            *word = f64::from(le16(bytes, 0).unwrap_or(0));
        });
        let count = whole.count();
        let mut item = Item::new(if sii::fact(word).is_some() { Operation::IdentifyDevice } else { Operation::Read });
        item.object = sii_object(word, u32::try_from(count).unwrap_or(0));
        item.values = Values::Numbers { kind: "uint16", numbers: words.get(..count).unwrap_or_default(), exact: None };
        self.told_sii(place, passage, item, "EEPROM data", talk);
        true
    }

    fn told_sii(&mut self, at: Place, passage: &Passage<'_>, item: Item<'_>, name: &'static str, talk: &mut Talk<'_>) {
        let items = [item];
        let mut exchange = tell::exchange(passage, tell::unit(at, &mut self.unit), &items, talk);
        exchange.subfunction.code = passage.head().map(|head| u32::from(head.ado));
        exchange.subfunction.name = Some(name);
        talk.exchange(&exchange);
    }

    /// A mailbox message that a gateway takes by itself (frames of type 5, ETG.8200).
    pub fn gateway(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let Some(mail) = mailbox::read(data) else {
            return talk.flag(Flag::EthercatMailboxLength, Some(2), None);
        };
        mailbox::tell_gateway(side, &mail, &mut self.unit, talk);
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        for (place, slave) in &mut self.slaves.known {
            slave.post.expire(*place, now, &mut self.unit, talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.slaves.weight() + self.process.weight() + self.unit.capacity()
    }
}

fn state_details(word: u8, before: Option<u8>) -> Said {
    let mut details = Details::default();
    details.text("al_state", alstate::name(alstate::state(word)));
    if let Some(before) = before {
        details.text("al_state_before", alstate::name(before));
    }
    if word & alstate::ERROR != 0 {
        details.truth("error_acknowledged", true);
    }
    Said { details: details.finish(), ..Said::default() }
}

fn sii_object(word: u32, count: u32) -> Object<'static> {
    let address = Address::Placed(Space::Sii.notation(1));
    Object { kind: Some(Space::Sii.kind()), address, start: i64::from(word), count }
}

/// A little-endian number of a register.
pub struct Number {
    kind: &'static str,
    value: [f64; 1],
    exact: Option<String>,
}

impl Number {
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let mut wide = [0_u8; 8];
        wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
        let number = u64::from_le_bytes(wide);
        let kind = match bytes.len() {
            1 => "uint8",
            2 => "uint16",
            4 => "uint32",
            8 => "uint64",
            _ => return None,
        };
        let (low, high) = (le32(&wide, 0)?, le32(&wide, 4)?);
        // A double holds 53 bits.
        let exact = (high >= 1 << 21).then(|| number.to_string());
        Some(Self { kind, value: [f64::from(high) * 4_294_967_296.0 + f64::from(low)], exact })
    }

    pub fn values(&self) -> Values<'_> {
        Values::Numbers { kind: self.kind, numbers: &self.value, exact: self.exact.as_deref() }
    }
}
