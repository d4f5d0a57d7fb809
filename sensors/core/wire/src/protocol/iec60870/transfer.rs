//! File transfer (IEC 60870-5-101:2003, 7.4.11): each step a transaction, segments counted, one `file` row at the end.
//!
//! Who sends the file tells which way it goes: F_FR, F_SR, F_SG, F_LS and F_DR come from the sender, F_SC and F_AF from the
//! receiver.

use super::application::Application;
use super::asdu::{Raw, little};
use super::companion::Companion;
use super::details;
use super::time::{Tag, Time};
use super::words::Words;
use super::{Asdu, cause, kind};
use crate::bytes::{le16, u8_at};
use crate::dataset::rows::FileRow;
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk, Unit};
use crate::text;
use sha2::{Digest, Sha256};

/// Files under way on one connection.
const FILES: usize = 4;
/// A file of which nothing came for so long was broken off, ns.
const BROKEN_OFF: i64 = 60_000_000_000;
/// LSQ (7.2.6.31): the whole file was sent; the sender gave it up; a section was sent.
const FILE_SENT: u8 = 1;
const FILE_GIVEN_UP: u8 = 2;
const SECTION_SENT: u8 = 3;
/// SCQ (7.2.6.30), lower four bits: delete the file.
const DELETE: u8 = 4;
/// Negative in FRQ and SRQ; errors in the upper four bits of SCQ and AFQ, whose 2 and 4 refuse file and section.
const NEGATIVE: u8 = 0x80;

/// Where a file stands.
#[derive(Clone)]
struct Content {
    hash: Sha256,
    sum: u8,
    size: u32,
}

/// One file.
struct Transfer {
    common: u32,
    object: u32,
    name: u16,
    sender: Side,
    span: Span,
    ordinal: i64,
    /// All of it was seen so far.
    whole: bool,
    announced: Option<u32>,
    content: Content,
    /// As it was when the section began: a section may be sent again.
    before: Content,
    section: Option<u8>,
    section_announced: Option<u32>,
    section_sum: u8,
    segments: u32,
}

/// Files of one connection.
#[derive(Default)]
pub struct Transfers {
    list: Vec<Transfer>,
}

/// One step, read.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    name: u16,
    section: Option<u8>,
    length: Option<u32>,
    qualifier: Option<u8>,
    checksum: Option<u8>,
    time: Option<Time>,
}

impl Step {
    fn read(code: u8, data: &[u8]) -> Option<Self> {
        let name = le16(data, 0)?;
        let (byte, length) = (|at| u8_at(data, at), |at| little(data, at, 3));
        let step = Self { name, ..Self::default() };
        Some(match code {
            kind::F_FR_NA_1 => Self { length: Some(length(2)?), qualifier: Some(byte(5)?), ..step },
            kind::F_SR_NA_1 => {
                Self { section: Some(byte(2)?), length: Some(length(3)?), qualifier: Some(byte(6)?), ..step }
            }
            kind::F_SC_NA_1 | kind::F_AF_NA_1 => Self { section: Some(byte(2)?), qualifier: Some(byte(3)?), ..step },
            kind::F_LS_NA_1 => {
                Self { section: Some(byte(2)?), qualifier: Some(byte(3)?), checksum: Some(byte(4)?), ..step }
            }
            kind::F_SG_NA_1 => Self { section: Some(byte(2)?), length: Some(u32::from(byte(3)?)), ..step },
            kind::F_DR_TA_1 => {
                let time = Time::read(Tag::Cp56, data.get(6..)?);
                Self { length: Some(length(2)?), qualifier: Some(byte(5)?), time, ..step }
            }
            _ => Self { time: Time::read(Tag::Cp56, data.get(2..)?), ..step },
        })
    }

    fn refused(&self, code: u8) -> bool {
        self.qualifier.is_some_and(|q| match code {
            kind::F_FR_NA_1 | kind::F_SR_NA_1 => q & NEGATIVE != 0,
            kind::F_SC_NA_1 => q >> 4 != 0,
            kind::F_AF_NA_1 => q >> 4 != 0 || matches!(q & 0x0f, 2 | 4),
            _ => false,
        })
    }

    fn details(&self, asdu: &Asdu<'_>, words: &mut Words) -> Option<Box<str>> {
        words.clear();
        words.open();
        details::unit(asdu, words);
        words.number("file_name", u32::from(self.name));
        for (key, value) in [
            ("section", self.section.map(u32::from)),
            ("length", self.length),
            ("qualifier", self.qualifier.map(u32::from)),
            ("checksum", self.checksum.map(u32::from)),
        ] {
            if let Some(value) = value {
                words.number(key, value);
            }
        }
        if let Some(time) = &self.time {
            let mut out = String::new();
            time.write(&mut out);
            words.word("time", &out);
        }
        let range = words.close()?;
        Some(words.get(&range).into())
    }
}

/// The common word, by who sends the file.
fn operation(code: u8, of: u8, step: &Step, sender: Side) -> Operation {
    let asks_list = code == kind::F_SC_NA_1 && of == cause::REQUEST;
    match (code, sender) {
        (kind::F_DR_TA_1, _) => Operation::FileList,
        _ if asks_list => Operation::FileList,
        (kind::F_SC_NA_1, _) if step.qualifier.is_some_and(|q| q & 0x0f == DELETE) => Operation::FileDelete,
        (_, Side::Client) => Operation::FileWrite,
        (_, Side::Server) => Operation::FileRead,
    }
}

impl Application {
    /// Types 120 to 127.
    pub fn file(&mut self, side: Side, asdu: &Asdu<'_>, talk: &mut Talk<'_>) {
        let receives = matches!(asdu.code, kind::F_SC_NA_1 | kind::F_AF_NA_1 | kind::F_SC_NB_1);
        let sender = if receives { side.other() } else { side };
        let mut any = false;
        for object in asdu.objects() {
            let Some(step) = Step::read(asdu.code, object.data) else { continue };
            any = true;
            let shown = self.transfers.step(sender, asdu, &object, &step, talk);
            if shown {
                let details = step.details(asdu, &mut self.words);
                tell(side, asdu, Some((&object, &step, sender)), details.as_deref(), talk);
            }
            if asdu.code == kind::F_LS_NA_1 {
                self.transfers.last(self.companion, asdu, &object, &step, talk);
            }
        }
        if !any {
            tell(side, asdu, None, None, talk);
        }
    }
}

fn tell(side: Side, asdu: &Asdu<'_>, of: Option<(&Raw<'_>, &Step, Side)>, details: Option<&str>, talk: &mut Talk<'_>) {
    let mut item =
        Item::new(of.map_or(Operation::Unknown, |(_, step, sender)| operation(asdu.code, asdu.cause, step, sender)));
    let address = of
        .filter(|(object, _, _)| object.address != 0)
        .map(|(object, _, _)| format!("{}:{}", asdu.common_address, object.address));
    if let Some(address) = &address {
        item.object = Object { kind: Some("file"), address: Address::Text(address), start: 0, count: 0 };
    }
    item.details = details;
    let items = [item];
    let mut exchange = Exchange::new(talk.span(), side, talk.ordinal(), &items);
    exchange.function = Function { code: Some(u32::from(asdu.code)), name: asdu.name() };
    exchange.subfunction = Function { code: Some(u32::from(asdu.cause)), name: Some(cause::name(asdu.cause)) };
    exchange.unit = Unit::Number(asdu.common_address);
    if cause::answers(asdu.cause) {
        (exchange.outcome, exchange.status) = super::waiting::verdict(asdu.cause, asdu.negative);
    } else if asdu.negative || of.is_some_and(|(_, step, _)| step.refused(asdu.code)) {
        exchange.outcome = Outcome::Failure;
    }
    exchange.bytes = asdu.octets();
    exchange.flagged = talk.flagged();
    talk.exchange(&exchange);
}

impl Transfers {
    fn at(&mut self, common: u32, object: u32, name: u16) -> Option<usize> {
        self.list.iter().position(|t| t.common == common && t.object == object && t.name == name)
    }

    /// Takes a step of the sender; whether it is a transaction of its own: of segments only that of an unknown file.
    fn step(&mut self, sender: Side, asdu: &Asdu<'_>, object: &Raw<'_>, step: &Step, talk: &mut Talk<'_>) -> bool {
        let code = asdu.code;
        let opens = matches!(code, kind::F_FR_NA_1 | kind::F_SR_NA_1 | kind::F_SG_NA_1) && !step.refused(code);
        let known = self.at(asdu.common_address, object.address, step.name);
        if known.is_none() && opens {
            self.open(sender, asdu, object, step, code != kind::F_SG_NA_1, talk);
        }
        let Some(at) = known.or_else(|| self.at(asdu.common_address, object.address, step.name)) else { return true };
        let Some(transfer) = self.list.get_mut(at) else { return true };
        transfer.span.last = talk.span().last;
        match code {
            kind::F_FR_NA_1 => transfer.announced = step.length,
            kind::F_SR_NA_1 => transfer.begin(step),
            kind::F_SG_NA_1 => {
                transfer.segment(step, object.data.get(4..).unwrap_or_default());
                return known.is_none();
            }
            _ => {}
        }
        true
    }

    fn open(&mut self, sender: Side, asdu: &Asdu<'_>, object: &Raw<'_>, step: &Step, whole: bool, talk: &mut Talk<'_>) {
        if self.list.len() >= FILES {
            talk.flag(Flag::ParserLimit, None, None);
            self.list.remove(0).end(false, talk);
        }
        let content = Content { hash: Sha256::new(), sum: 0, size: 0 };
        // A section that is not the first: what came before was not seen.
        let first = asdu.code == kind::F_FR_NA_1 || step.section.is_none_or(|section| section <= 1);
        self.list.push(Transfer {
            common: asdu.common_address,
            object: object.address,
            name: step.name,
            sender,
            span: talk.span(),
            ordinal: talk.ordinal(),
            whole: whole && first,
            announced: None,
            before: content.clone(),
            content,
            section: None,
            section_announced: None,
            section_sum: 0,
            segments: 0,
        });
    }

    /// Last section or segment: checks what was announced and ends the file.
    fn last(&mut self, flags: &Companion, asdu: &Asdu<'_>, object: &Raw<'_>, step: &Step, talk: &mut Talk<'_>) {
        let Some(at) = self.at(asdu.common_address, object.address, step.name) else { return };
        let Some(transfer) = self.list.get(at) else { return };
        let section = transfer.content.size.saturating_sub(transfer.before.size);
        let (sum, size, announced) = match step.qualifier {
            Some(SECTION_SENT) => (transfer.section_sum, section, transfer.section_announced),
            Some(FILE_SENT) => (transfer.content.sum, transfer.content.size, transfer.announced),
            _ => (step.checksum.unwrap_or(0), 0, None),
        };
        if transfer.whole && step.checksum.is_some_and(|checksum| checksum != sum) {
            talk.flag(flags.checksum, None, None);
        }
        if transfer.whole && announced.is_some_and(|announced| announced != size) {
            talk.flag(flags.file_length, None, None);
        }
        if matches!(step.qualifier, Some(FILE_SENT | FILE_GIVEN_UP)) {
            self.list.remove(at).end(step.qualifier == Some(FILE_SENT), talk);
        }
    }

    /// Bytes of one side are missing: segments may be among them.
    pub fn gap(&mut self) {
        for transfer in &mut self.list {
            transfer.whole = false;
        }
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while let Some(at) = self.list.iter().position(|t| now.saturating_sub(t.span.last.time) >= BROKEN_OFF) {
            self.list.remove(at).end(false, talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.list.len() * size_of::<Transfer>()
    }
}

impl Transfer {
    /// A section begins, or begins again.
    fn begin(&mut self, step: &Step) {
        if self.section == step.section {
            self.content = self.before.clone();
        } else {
            self.before = self.content.clone();
        }
        self.section = step.section;
        self.section_announced = step.length;
        self.section_sum = 0;
    }

    fn segment(&mut self, step: &Step, data: &[u8]) {
        let data = data.get(..usize::try_from(step.length.unwrap_or(0)).unwrap_or(0)).unwrap_or(data);
        let sum = data.iter().fold(0u8, |sum, octet| sum.wrapping_add(*octet));
        self.section_sum = self.section_sum.wrapping_add(sum);
        self.content.sum = self.content.sum.wrapping_add(sum);
        self.content.size = self.content.size.saturating_add(u32::try_from(data.len()).unwrap_or(0));
        self.content.hash.update(data);
        self.segments = self.segments.saturating_add(1);
    }

    fn end(self, sent: bool, talk: &mut Talk<'_>) {
        let fits = self.announced.is_none_or(|announced| announced == self.content.size);
        let hash = (sent && self.whole && fits).then(|| text::hex(&self.content.hash.finalize(), 32));
        let (name, path, unit) =
            (self.name.to_string(), format!("{}:{}", self.common, self.object), self.common.to_string());
        let (direction, operation) = match self.sender {
            Side::Client => ("to_device", Operation::FileWrite),
            Side::Server => ("from_device", Operation::FileRead),
        };
        let row = FileRow {
            file_name: Some(&name),
            file_path: Some(&path),
            file_size: Some(i64::from(self.content.size)),
            file_hash_sha256: hash.as_deref(),
            ot_file_direction: Some(direction),
            ot_operation: Some(operation.name()),
            ot_unit: Some(&unit),
            ..FileRow::default()
        };
        talk.file(self.sender, self.span, self.ordinal, row);
    }
}
