//! TASE.2 (ICCP; IEC 60870-6-503, -702, -802): control centres that exchange data and command each other's devices. It is
//! MMS whose objects have known names; an association is one of TASE.2 from the first such name on.

mod data;
mod name;

use super::name::Name;
use super::request::{Ending, Request};
use super::tell::{Entries, Entry};
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::Side;
use crate::protocol::{Outcome, Talk};
use crate::text::Details;
use data::TransferSet;
use name::{Field, Object, Suffix, key};

/// Devices selected and transfer sets handed out that are remembered on one association.
const REMEMBERED: usize = 64;
const FAILURE: u8 = 0x80;
const WORD: &str = "iccp";

/// What one centre says of itself.
#[derive(Debug, Default)]
struct Centre {
    table: Option<String>,
    version: Option<String>,
    features: Option<String>,
}

/// What is known of one association.
#[derive(Debug, Default)]
pub struct Tase2 {
    spoken: bool,
    selected: Vec<u64>,
    transfer_sets: Vec<u64>,
    centres: [Centre; 2],
}

fn remember(list: &mut Vec<u64>, key: u64) {
    if !list.contains(&key) {
        if list.len() >= REMEMBERED {
            list.remove(0);
        }
        list.push(key);
    }
}

/// The details of an entry that say what it is, and what else.
fn described(word: &'static str, more: impl FnOnce(&mut Details)) -> Option<String> {
    let mut details = Details::default();
    details.text(WORD, word);
    more(&mut details);
    details.finish()
}

impl Tase2 {
    /// A name is seen: what it stands for.
    fn see(&mut self, name: &Name<'_>) -> Option<Object> {
        let found = Object::of(name);
        self.spoken |= found.is_some();
        found
    }

    fn centre(&mut self, side: Side) -> &mut Centre {
        let [client, server] = &mut self.centres;
        if side == Side::Client { client } else { server }
    }

    /// A variable was read from the centre on `side`. `result` is None without a reply.
    pub fn read(&mut self, entry: &mut Entry, name: Option<Name<'_>>, side: Side, result: Option<&[u8]>) {
        let Some(name) = name else { return };
        let object = self.see(&name);
        if !self.spoken {
            return;
        }
        let datum = result.filter(|result| result.first() != Some(&FAILURE));
        match (object, Suffix::of(&name)) {
            (Some(object), _) => self.reserved(entry, object, side, datum),
            (None, Some((Suffix::Select, device))) => {
                entry.operation = Operation::ControlSelect;
                entry.kind = Some("device");
                if datum.is_some() {
                    remember(&mut self.selected, device);
                    entry.outcome = Some(Outcome::Success);
                }
                entry.details = described("select", |_| ());
            }
            (None, Some((Suffix::Tag, _))) => {
                entry.kind = Some("tag");
                entry.details = described("tag", |details| tagged(details, datum.and_then(data::tag)));
            }
            (None, None) => {
                let word = if entry.kind == Some("dataset") { "data-set" } else { "data-value" };
                entry.details = described(word, |_| ());
            }
        }
    }

    fn reserved(&mut self, entry: &mut Entry, object: Object, side: Side, datum: Option<&[u8]>) {
        let told = datum.and_then(data::text);
        match object {
            Object::BilateralTable => {
                entry.operation = Operation::SessionOpen;
                entry.kind = Some("bilateral_table");
                self.centre(side).table = told;
            }
            Object::Version => {
                entry.operation = Operation::SessionOpen;
                self.centre(side).version = told;
            }
            Object::Features => {
                entry.operation = Operation::IdentifyServices;
                self.centre(side).features = told;
            }
            Object::NextTransferSet => {
                if let Some((domain, item)) = datum.and_then(data::name) {
                    remember(&mut self.transfer_sets, key(Some(domain), item));
                }
            }
            _ => {}
        }
        let next = datum.filter(|_| object == Object::NextTransferSet).and_then(data::address);
        let agrees = self.agrees(object);
        entry.details = described(object.word(), |details| {
            if let Some(next) = next {
                details.text("transfer_set", &next);
            }
            if let Some(agrees) = agrees {
                details.truth("agrees", agrees);
            }
        });
    }

    /// Whether both centres say the same of their table or version, once both did.
    fn agrees(&self, object: Object) -> Option<bool> {
        let [one, other] = &self.centres;
        match object {
            Object::BilateralTable => Some(one.table.as_ref()? == other.table.as_ref()?),
            Object::Version => Some(one.version.as_ref()? == other.version.as_ref()?),
            _ => None,
        }
    }

    /// The bilateral table was asked for, which opens an association of TASE.2: told once the whole message was read.
    pub fn opened(&mut self, entries: &Entries, request: &Request, ending: &Ending<'_>, talk: &mut Talk<'_>) {
        let asked = entries.list.iter().find(|entry| entry.kind == Some("bilateral_table"));
        let Some(entry) = asked else { return };
        let outcome = entry.outcome.unwrap_or(ending.outcome);
        let status = entry.status.or(ending.status);
        let agrees = self.agrees(Object::BilateralTable).into_iter().chain(self.agrees(Object::Version));
        let agrees = agrees.reduce(|one, other| one && other);
        let centre = self.centre(request.side.other());
        let details = described("association", |details| {
            details.text("table_domain", entry.address.split('/').next().unwrap_or_default());
            let told =
                [("bilateral_table", &centre.table), ("version", &centre.version), ("features", &centre.features)];
            for (key, value) in told.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
                details.text(key, value);
            }
            if let Some(agrees) = agrees {
                details.truth("agrees", agrees);
            }
        });
        let row = SessionRow {
            ot_session_kind: Some("iccp_association"),
            ot_operation: Some(Operation::SessionOpen.name()),
            event_outcome: Some(outcome.name()),
            ot_status_code: status.map(|s| s.0),
            ot_status_name: status.map(|s| s.1),
            ot_reply: Some(ending.reply.name()),
            event_duration: ending.duration,
            ot_details: details.as_deref(),
            ..SessionRow::default()
        };
        talk.session(request.side, ending.span, request.ordinal, row);
    }

    /// A variable is written. What stands before its value goes to `out`.
    pub fn write(
        &mut self,
        entry: &mut Entry,
        name: Option<Name<'_>>,
        datum: &[u8],
        outcome: Outcome,
        out: &mut Entries,
    ) {
        let Some(name) = name else { return };
        let object = self.see(&name);
        if !self.spoken {
            return;
        }
        let own = key(name.domain, name.item);
        if object == Some(Object::TransferSet)
            || self.transfer_sets.contains(&own)
            || TransferSet::read(datum).is_some()
        {
            return transfer_set(entry, datum, out);
        }
        if let Some(object) = object {
            if matches!(object, Object::Acknowledge | Object::Refuse | Object::Message) {
                entry.operation = Operation::Notify;
            }
            entry.details = described(object.word(), |_| ());
            return;
        }
        match Suffix::of(&name) {
            Some((Suffix::Select, device)) => {
                remember(&mut self.selected, device);
                (entry.operation, entry.kind) = (Operation::ControlSelect, Some("device"));
                entry.details = described("select", |_| ());
            }
            Some((Suffix::Tag, _)) => tag(entry, datum),
            None => self.device(entry, own, datum, outcome),
        }
    }

    /// A device is operated, or a value is written.
    fn device(&mut self, entry: &mut Entry, own: u64, datum: &[u8], outcome: Outcome) {
        let selected = self.selected.contains(&own);
        entry.operation = match selected {
            true => Operation::ControlOperate,
            false if data::plain(datum) => Operation::ControlDirect,
            false => {
                entry.details = described("data-value", |_| ());
                return;
            }
        };
        if entry.outcome.unwrap_or(outcome) == Outcome::Success {
            self.selected.retain(|device| *device != own);
        }
        entry.kind = Some("device");
        entry.details = described("operate", |_| ());
    }

    /// What is said of a report: its operation, and details for each of its entries.
    pub fn report(&mut self, named: &[(Option<Name<'_>>, &[u8])], listed: bool) -> Option<(Operation, Option<String>)> {
        let mut kind = None;
        let (mut transfer_set, mut conditions) = (None, None);
        for (name, datum) in named.iter().filter(|_| !listed) {
            let object = name.and_then(|name| self.see(&name));
            match object {
                Some(Object::Report(Field::TransferSet)) => transfer_set = data::address(datum),
                Some(Object::Report(Field::Conditions)) => conditions = data::conditions(datum),
                _ => {}
            }
            kind = kind.or(object);
        }
        if !self.spoken {
            return None;
        }
        if listed {
            // Members have no names in the report; those that tell the transfer set and why stand first by custom.
            let mut first = named.iter().map(|(_, datum)| *datum);
            transfer_set = first.next().and_then(data::address);
            conditions = transfer_set.as_ref().and_then(|_| first.next()).and_then(data::conditions);
        }
        let object = kind.unwrap_or(Object::Report(Field::Other));
        let operation = match object {
            Object::Acknowledge | Object::Refuse | Object::Message => Operation::Notify,
            _ => Operation::Publish,
        };
        let details = described(object.word(), |details| {
            if let Some(set) = &transfer_set {
                details.text("transfer_set", set);
            }
            if let Some(conditions) = &conditions {
                details.text("conditions", conditions);
            }
        });
        Some((operation, details))
    }

    /// Services about data sets belong to TASE.2 too.
    pub fn label(&self, entries: &mut Entries) {
        for entry in entries.list.iter_mut().filter(|entry| self.spoken && entry.kind == Some("dataset")) {
            let rest = entry.details.as_deref().and_then(|details| details.strip_prefix('{'));
            entry.details = Some(match rest {
                Some(rest) => format!("{{\"{WORD}\":\"data-set\",{rest}"),
                None => format!("{{\"{WORD}\":\"data-set\"}}"),
            });
        }
    }

    pub fn weight(&self) -> usize {
        let texts = |centre: &Centre| {
            let texts = [&centre.table, &centre.version, &centre.features];
            texts.into_iter().flatten().map(String::capacity).sum::<usize>()
        };
        (self.selected.capacity() + self.transfer_sets.capacity()) * size_of::<u64>()
            + self.centres.iter().map(texts).sum::<usize>()
    }
}

/// A transfer set is written: that it is started or stopped stands before its parts, which are its configuration.
fn transfer_set(entry: &mut Entry, datum: &[u8], out: &mut Entries) {
    let status = ["$Status", ".Status", "_Status"].iter().any(|end| entry.address.ends_with(end));
    let set = TransferSet::read(datum).or_else(|| status.then(|| TransferSet::status(datum))).unwrap_or_default();
    entry.kind = Some("transfer_set");
    entry.operation = Operation::ConfigureDevice;
    entry.details = described("transfer-set", |details| set.describe(details));
    if let Some(enabled) = set.enabled {
        let operation = if enabled { Operation::SubscribeStart } else { Operation::SubscribeStop };
        let mut head = Entry::at(operation, "transfer_set", entry.address.clone());
        (head.outcome, head.status, head.details) = (entry.outcome, entry.status, entry.details.clone());
        out.push(head);
    }
}

/// A tag is written: it locks a device against commands, or gives it free.
fn tag(entry: &mut Entry, datum: &[u8]) {
    let tag = data::tag(datum);
    entry.kind = Some("tag");
    entry.operation = match &tag {
        Some((0, _)) => Operation::SecurityUnlock,
        Some(_) => Operation::SecurityLock,
        None => Operation::Write,
    };
    entry.details = described("tag", |details| tagged(details, tag));
}

fn tagged(details: &mut Details, tag: Option<(i64, Option<String>)>) {
    let Some((flag, reason)) = tag else { return };
    details.text("tag", data::tag_name(flag));
    if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
        details.text("reason", &reason);
    }
}
