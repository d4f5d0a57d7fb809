//! Service data objects (ETG.1000.6, 5.6.2; CiA 301, 7.2.4): one object written (download) or read (upload), at once or
//! segment by segment.
//!
//! | 0 command 1: specifier 3 bits, toggle or complete access 1 bit, unused bytes 2 bits, expedited 1 bit, size given 1
//! bit | 1 index 2 | 3 subindex 1 | 4 data, or complete size 4 and data |. A segment: specifier 3 bits, toggle 1 bit,
//! unused bytes 3 bits, last 1 bit | 1 data |.

use super::alstate;
use super::bus::Number;
use super::command::Place;
use super::identity::{self, Fact};
use super::mailbox::COE;
use super::post::{Letter, Told};
use super::slave::Slave;
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::Span;
use crate::protocol::{Address, Function, Item, Object, Reply, Talk, Values};
use crate::text::{self, Details};

const DOWNLOAD_SEGMENT: u8 = 0;
const DOWNLOAD: u8 = 1;
const UPLOAD: u8 = 2;
const UPLOAD_SEGMENT: u8 = 3;
const ABORT: u8 = 4;
/// Specifiers of a slave's answers to them.
const UPLOADED_SEGMENT: u8 = 0;
const DOWNLOADED_SEGMENT: u8 = 1;
const UPLOADED: u8 = 2;
const DOWNLOADED: u8 = 3;

const TOGGLE: u8 = 0x10;
const COMPLETE: u8 = 0x10;
const EXPEDITED: u8 = 0x02;
const LAST: u8 = 0x01;
/// Bytes of data in a segment that is not longer than it must be.
const SHORTEST: usize = 7;
/// Bytes of an object's value that are kept.
const KEPT: usize = 2_048;
/// Bytes of a value that are shown.
const SHOWN: usize = 256;

/// One transfer.
pub struct Sdo {
    upload: bool,
    complete: bool,
    segmented: bool,
    expedited: bool,
    /// The last segment was sent.
    last: bool,
    /// Toggle of the segment under way, and whether one was.
    toggle: Option<u8>,
    index: u16,
    sub: u8,
    size: Option<u32>,
    received: usize,
    data: Vec<u8>,
    state: Option<u8>,
    pub span: Span,
    ordinal: i64,
    flagged: bool,
}

impl Sdo {
    fn begin(letter: &Letter<'_>, data: &[u8], upload: bool, talk: &Talk<'_>) -> Option<Self> {
        let command = u8_at(data, 0)?;
        Some(Self {
            upload,
            complete: command & COMPLETE != 0,
            segmented: false,
            expedited: false,
            last: false,
            toggle: None,
            index: le16(data, 1)?,
            sub: u8_at(data, 3)?,
            size: None,
            received: 0,
            data: Vec::new(),
            state: letter.state,
            span: letter.span,
            ordinal: talk.ordinal(),
            flagged: letter.flagged || talk.flagged(),
        })
    }

    pub fn asked(&self) -> (Span, i64, bool) {
        (self.span, self.ordinal, self.flagged)
    }

    /// Takes what follows the index: up to four bytes, or a size and the first bytes.
    fn first(&mut self, data: &[u8]) {
        let command = u8_at(data, 0).unwrap_or(0);
        self.expedited = command & EXPEDITED != 0;
        if self.expedited {
            let unused = if command & LAST != 0 { usize::from(command >> 2 & 3) } else { 0 };
            let bytes = data.get(4..8 - unused).unwrap_or_default();
            self.size = u32::try_from(bytes.len()).ok();
            self.take(bytes);
        } else {
            self.size = le32(data, 4);
            self.take(data.get(8..).unwrap_or_default());
            self.segmented = !self.whole();
        }
    }

    /// Takes a segment; the bytes that it says are unused stand at its end.
    fn segment(&mut self, command: u8, data: &[u8]) {
        let bytes = data.get(1..).unwrap_or_default();
        let unused = if bytes.len() <= SHORTEST { usize::from(command >> 1 & 7) } else { 0 };
        self.take(bytes.get(..bytes.len().saturating_sub(unused)).unwrap_or_default());
        self.last = command & LAST != 0;
    }

    fn take(&mut self, bytes: &[u8]) {
        self.received = self.received.saturating_add(bytes.len());
        let room = KEPT.saturating_sub(self.data.len()).min(bytes.len());
        self.data.extend_from_slice(bytes.get(..room).unwrap_or_default());
    }

    fn whole(&self) -> bool {
        self.size.and_then(|size| usize::try_from(size).ok()).is_none_or(|size| self.received >= size)
    }

    /// The toggle begins at nought and changes with each segment.
    fn toggles(&mut self, command: u8, talk: &mut Talk<'_>) {
        let expected = self.toggle.map_or(0, |before| before ^ TOGGLE);
        self.toggle = Some(command & TOGGLE);
        if command & TOGGLE != expected {
            talk.flag(Flag::EthercatSdoToggle, None, None);
        }
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.data.capacity()
    }

    fn operation(&self) -> Operation {
        let text = matches!(self.index, 0x1000 | 0x1008..=0x100a | 0x1018);
        match (self.upload, self.index) {
            (true, _) if text => Operation::IdentifyDevice,
            (true, 0x10f3 | 0x1001..=0x1003) => Operation::DiagnoseRead,
            (true, _) => Operation::Read,
            (_, 0x1011) => Operation::RestartFactory,
            (_, 0x1600..=0x1bff | 0x1c10..=0x1c3f) => Operation::ConfigureConnection,
            (_, 0x0000..=0x1fff) => Operation::ConfigureDevice,
            (_, 0x6000..=0x7fff) => Operation::Write,
            _ => Operation::WriteParameter,
        }
    }

    /// Tells the transfer.
    pub fn tell(&self, place: Place, told: Told, unit: &mut String, talk: &mut Talk<'_>) {
        let address = match self.complete {
            true => format!("0x{:04X}", self.index),
            false => format!("0x{:04X}:{:02X}", self.index, self.sub),
        };
        let mut details = Details::default();
        let transfer = if self.segmented { "segmented" } else { "normal" };
        details.text("transfer", if self.expedited { "expedited" } else { transfer });
        if self.complete {
            details.truth("complete_access", true);
        }
        if let Some(state) = self.state {
            details.text("al_state", alstate::name(state));
        }
        if self.received > SHOWN {
            details.number("object_bytes", i64::try_from(self.received).unwrap_or(0));
        }
        let details = details.finish();
        let bytes = self.data.get(..self.data.len().min(SHOWN)).unwrap_or_default();
        let number = Number::of(bytes)
            .filter(|_| !self.complete && self.received <= 8 && !matches!(self.index, 0x1008..=0x100a));
        let (kind, shown) = readable(bytes);
        let mut item = Item::new(self.operation());
        item.object = Object { kind: Some("object"), address: Address::Text(&address), start: 0, count: 0 };
        item.values = match &number {
            _ if bytes.is_empty() => Values::None,
            Some(number) => number.values(),
            None => Values::Text { kind, text: &shown },
        };
        item.details = details.as_deref();
        let (code, name) = if self.upload { (UPLOAD, "SDO upload") } else { (DOWNLOAD, "SDO download") };
        let function = Function { code: Some(u32::from(code)), name: Some(name) };
        told.exchange(place, (COE, function), item, unit, talk);
    }

    /// Facts that the object states of its device.
    fn facts(&self, slave: &mut Slave, place: Place, talk: &mut Talk<'_>) {
        let what = match self.index {
            0x1008 => "name",
            0x1009 => "hardware",
            0x100a => "software",
            0x1018 => return self.numbers(slave, place, talk),
            _ => return,
        };
        if let (_, value) = readable(&self.data)
            && !value.is_empty()
        {
            identity::text(place, what, &value, talk);
        }
    }

    /// 0x1018: 1 vendor, 2 product, 3 revision, 4 serial number; read at once, behind the number of them.
    fn numbers(&self, slave: &mut Slave, place: Place, talk: &mut Talk<'_>) {
        for (sub, fact) in [(1_u8, Fact::Vendor), (2, Fact::Product), (3, Fact::Revision), (4, Fact::Serial)] {
            let at = match (self.complete, self.sub) {
                (true, 0) => usize::from(sub) * 4 - 2,
                (true, _) => usize::from(sub) * 4 - 4,
                (false, own) if own == sub => 0,
                _ => continue,
            };
            if let Some(number) = le32(&self.data, at) {
                slave.identity.number(place, fact, number, "ethercat coe", talk);
            }
        }
    }
}

/// Bytes as text where they are, else as hexadecimal digits.
fn readable(bytes: &[u8]) -> (&'static str, String) {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let trimmed = bytes.get(..end).unwrap_or_default();
    if !trimmed.is_empty() && trimmed.iter().all(|byte| (0x20..0x7f).contains(byte)) {
        return ("string", text::bounded(trimmed, text::TEXT_LIMIT).0);
    }
    ("octets", text::hex(bytes, SHOWN))
}

/// The master's side.
pub fn asks(slave: &mut Slave, letter: &Letter<'_>, data: &[u8], unit: &mut String, talk: &mut Talk<'_>) {
    let Some(command) = u8_at(data, 0) else { return talk.flag(Flag::EthercatSdoCommand, None, None) };
    match command >> 5 {
        specifier @ (DOWNLOAD | UPLOAD) => {
            let Some(mut sdo) = Sdo::begin(letter, data, specifier == UPLOAD, talk) else {
                return talk.flag(Flag::EthercatSdoCommand, None, None);
            };
            if specifier == DOWNLOAD {
                sdo.first(data);
            }
            if let Some(before) = slave.post.sdo.replace(Box::new(sdo)) {
                let (span, ordinal, flagged) = before.asked();
                before.tell(letter.place, Told::silent(span, ordinal, flagged), unit, talk);
            }
        }
        specifier @ (DOWNLOAD_SEGMENT | UPLOAD_SEGMENT) => {
            let upload = specifier == UPLOAD_SEGMENT;
            let Some(sdo) = slave.post.sdo.as_mut().filter(|sdo| sdo.upload == upload && sdo.segmented) else {
                return;
            };
            sdo.toggles(command, talk);
            if !upload {
                sdo.segment(command, data);
            }
            sdo.flagged |= talk.flagged();
            sdo.span.last = letter.span.last;
        }
        ABORT => end(slave, letter, data, unit, talk),
        _ => talk.flag(Flag::EthercatSdoCommand, None, None),
    }
}

/// The slave's side.
pub fn answers(slave: &mut Slave, letter: &Letter<'_>, data: &[u8], unit: &mut String, talk: &mut Talk<'_>) {
    let Some(command) = u8_at(data, 0) else { return talk.flag(Flag::EthercatSdoCommand, None, None) };
    if command >> 5 == ABORT {
        return end(slave, letter, data, unit, talk);
    }
    let object = (le16(data, 1), u8_at(data, 3));
    let Some(sdo) = slave.post.sdo.as_mut() else {
        return lone(slave, letter, data, unit, talk);
    };
    let named = (Some(sdo.index), Some(sdo.sub)) == object;
    let done = match (command >> 5, sdo.upload) {
        (UPLOADED, true) if named && !sdo.segmented => {
            sdo.complete |= command & COMPLETE != 0;
            sdo.first(data);
            !sdo.segmented
        }
        (DOWNLOADED, false) if named && sdo.toggle.is_none() => !sdo.segmented,
        (UPLOADED_SEGMENT, true) if sdo.segmented => {
            sdo.segment(command, data);
            sdo.last
        }
        (DOWNLOADED_SEGMENT, false) if sdo.segmented => sdo.last,
        _ => {
            return talk.flag(Flag::EthercatSdoCommand, None, None);
        }
    };
    let segment = matches!(command >> 5, UPLOADED_SEGMENT | DOWNLOADED_SEGMENT);
    if segment && sdo.toggle.is_some_and(|toggle| toggle != command & TOGGLE) {
        talk.flag(Flag::EthercatSdoToggle, None, None);
    }
    sdo.flagged |= talk.flagged();
    if !done {
        sdo.span.last = letter.span.last;
        return;
    }
    if sdo.size.is_some_and(|size| usize::try_from(size) != Ok(sdo.received)) {
        talk.flag(Flag::EthercatSdoSize, None, None);
    }
    let Some(sdo) = slave.post.sdo.take() else { return };
    if sdo.upload {
        sdo.facts(slave, letter.place, talk);
    }
    sdo.tell(letter.place, Told::answer(sdo.asked(), letter, talk), unit, talk);
}

/// An answer whose request was not seen: the first one of a transfer says which object it is.
fn lone(slave: &mut Slave, letter: &Letter<'_>, data: &[u8], unit: &mut String, talk: &mut Talk<'_>) {
    let specifier = u8_at(data, 0).unwrap_or(0) >> 5;
    if !matches!(specifier, UPLOADED | DOWNLOADED) {
        return;
    }
    let Some(mut sdo) = Sdo::begin(letter, data, specifier == UPLOADED, talk) else { return };
    if sdo.upload {
        sdo.first(data);
        sdo.facts(slave, letter.place, talk);
    }
    sdo.tell(letter.place, Told::alone(letter, Reply::Unexpected, talk), unit, talk);
}

/// | 0 command 1 | 1 index 2 | 3 subindex 1 | 4 abort code 4 |, from either side.
fn end(slave: &mut Slave, letter: &Letter<'_>, data: &[u8], unit: &mut String, talk: &mut Talk<'_>) {
    let code = le32(data, 4).unwrap_or(0);
    let sdo = slave.post.sdo.take();
    let Some(sdo) = sdo.or_else(|| Sdo::begin(letter, data, true, talk).map(Box::new)) else {
        return talk.flag(Flag::EthercatSdoCommand, None, None);
    };
    let told = Told::answer(sdo.asked(), letter, talk).failed(code, abort(code));
    sdo.tell(letter.place, told, unit, talk);
}

/// Why a transfer was ended (ETG.1000.6, table 41).
const fn abort(code: u32) -> &'static str {
    match code {
        0x0503_0000 => "Toggle bit not changed",
        0x0504_0000 => "SDO protocol timeout",
        0x0504_0001 => "Command specifier not valid",
        0x0504_0005 => "Out of memory",
        0x0601_0000 => "Unsupported access to an object",
        0x0601_0001 => "Write only object",
        0x0601_0002 => "Read only object",
        0x0601_0003 => "Subindex cannot be written, SI0 must be 0",
        0x0601_0004 => "Complete access not supported",
        0x0601_0005 => "Object length exceeds mailbox size",
        0x0601_0006 => "Object mapped to RxPDO, download blocked",
        0x0602_0000 => "Object does not exist",
        0x0604_0041 => "Object cannot be mapped into the PDO",
        0x0604_0042 => "PDO length exceeded",
        0x0604_0043 => "Parameter incompatibility",
        0x0604_0047 => "Internal incompatibility",
        0x0606_0000 => "Hardware error",
        0x0607_0010 => "Data type or length does not match",
        0x0607_0012 => "Data too long",
        0x0607_0013 => "Data too short",
        0x0609_0011 => "Subindex does not exist",
        0x0609_0030 => "Value range exceeded",
        0x0609_0031 => "Value too high",
        0x0609_0032 => "Value too low",
        0x0609_0033 => "Detected modules do not match",
        0x0609_0036 => "Maximum below minimum",
        0x0800_0000 => "General error",
        0x0800_0020 => "Data cannot be transferred or stored",
        0x0800_0021 => "Local control forbids it",
        0x0800_0022 => "Device state forbids it",
        0x0800_0023 => "Object dictionary not present",
        _ => "Reserved",
    }
}
