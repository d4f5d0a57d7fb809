//! File access over EtherCAT (ETG.1000.6, 5.8): as TFTP, a request, then packets and acknowledgements in turn.
//!
//! | 0 opcode 1 | 1 reserved 1 | 2 read, write: password 4; data, acknowledge: packet number 4; error: code 4; busy: done
//! 2, of 2 | 6 file name, data or text |. The first packet shorter than its mailbox is the last.

use super::alstate;
use super::command::Place;
use super::mailbox::FOE;
use super::post::{Letter, Post, Told};
use crate::bytes::{le32, u8_at};
use crate::dataset::rows::FileRow;
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::protocol::{Address, Function, Item, Object, Talk, Values};
use crate::text::{self, Details};
use sha2::{Digest, Sha256};

const READ: u8 = 1;
const WRITE: u8 = 2;
const DATA: u8 = 3;
const ACKNOWLEDGE: u8 = 4;
const ERROR: u8 = 5;
const BUSY: u8 = 6;
const HEADER: usize = 6;

/// A file under way.
pub struct Foe {
    write: bool,
    name: String,
    password: bool,
    state: Option<u8>,
    pub span: Span,
    asked: (Span, i64, bool),
    told: bool,
    /// Number of the packet that comes next.
    next: u32,
    size: i64,
    last: bool,
    hash: Sha256,
}

pub fn letter(post: &mut Post, letter: &Letter<'_>, unit: &mut String, talk: &mut Talk<'_>) {
    let (Some(opcode), Some(number)) = (u8_at(letter.data, 0), le32(letter.data, 2)) else {
        return talk.flag(Flag::EthercatMailboxLength, None, None);
    };
    let rest = letter.data.get(HEADER..).unwrap_or_default();
    match opcode {
        READ | WRITE if letter.outward => {
            let foe = Foe::begin(letter, opcode == WRITE, (number != 0, rest), talk);
            if let Some(before) = post.foe.replace(Box::new(foe)) {
                before.end(letter.place, false, unit, talk);
            }
        }
        DATA | ACKNOWLEDGE | BUSY => {
            let Some(foe) = post.foe.as_mut() else { return };
            foe.span.last = letter.span.last;
            foe.answered(letter, unit, talk);
            let done = match opcode {
                DATA if foe.write == letter.outward => foe.packet(number, rest, letter.room, talk),
                ACKNOWLEDGE if foe.write != letter.outward => {
                    foe.write && foe.last && number.wrapping_add(1) == foe.next
                }
                BUSY => false,
                _ => {
                    talk.flag(Flag::EthercatFoePacket, None, None);
                    false
                }
            };
            if done && let Some(foe) = post.foe.take() {
                foe.end(letter.place, true, unit, talk);
            }
        }
        ERROR => {
            let Some(foe) = post.foe.take() else { return };
            let told = Told::answer(foe.asked, letter, talk).failed(number, error(number));
            let (shown, _) = text::bounded(rest, text::TEXT_LIMIT);
            foe.tell(letter.place, told, &shown, unit, talk);
            foe.file(letter.place, false, unit, talk);
        }
        _ => talk.flag(Flag::EthercatMailboxType, None, None),
    }
}

impl Foe {
    fn begin(letter: &Letter<'_>, write: bool, named: (bool, &[u8]), talk: &Talk<'_>) -> Self {
        let (password, name) = named;
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        Self {
            write,
            name: text::bounded(name, text::TEXT_LIMIT).0,
            password,
            state: letter.state,
            span: letter.span,
            asked: (letter.span, talk.ordinal(), letter.flagged || talk.flagged()),
            told: false,
            next: 1,
            size: 0,
            last: false,
            hash: Sha256::new(),
        }
    }

    /// A file that a slave takes while it is in BOOT is its firmware.
    fn operation(&self) -> Operation {
        match (self.write, self.state) {
            (true, Some(alstate::BOOT)) => Operation::FirmwareUpdate,
            (false, Some(alstate::BOOT)) => Operation::FirmwareRead,
            (true, _) => Operation::FileWrite,
            (false, _) => Operation::FileRead,
        }
    }

    /// The first packet or acknowledgement of the slave says that it does as it was asked.
    fn answered(&mut self, letter: &Letter<'_>, unit: &mut String, talk: &mut Talk<'_>) {
        if !self.told && !letter.outward {
            self.told = true;
            self.tell(letter.place, Told::answer(self.asked, letter, talk), "", unit, talk);
        }
    }

    /// A packet of the file; whether the transfer is over with it. Packets count from 1, one sent again has its number.
    fn packet(&mut self, number: u32, bytes: &[u8], room: usize, talk: &mut Talk<'_>) -> bool {
        if number.wrapping_add(1) == self.next {
            return false;
        }
        if number != self.next {
            talk.flag(Flag::EthercatFoePacket, None, None);
            self.next = 0;
            return false;
        }
        self.next = number.wrapping_add(1);
        self.size = self.size.saturating_add(i64::try_from(bytes.len()).unwrap_or(0));
        self.hash.update(bytes);
        self.last = bytes.len() + HEADER < room;
        self.last && !self.write
    }

    fn tell(&self, place: Place, told: Told, answer: &str, unit: &mut String, talk: &mut Talk<'_>) {
        let mut details = Details::default();
        if self.password {
            details.truth("password_given", true);
        }
        if let Some(state) = self.state {
            details.text("al_state", alstate::name(state));
        }
        let details = details.finish();
        let mut item = Item::new(self.operation());
        item.object = Object { kind: Some("file"), address: Address::Text(&self.name), start: 0, count: 0 };
        item.details = details.as_deref();
        if !answer.is_empty() {
            item.values = Values::Text { kind: "string", text: answer };
        }
        let (code, name) = if self.write { (WRITE, "FoE write") } else { (READ, "FoE read") };
        let function = Function { code: Some(u32::from(code)), name: Some(name) };
        told.exchange(place, (FOE, function), item, unit, talk);
    }

    /// A transfer that is over, or that nobody went on with.
    pub fn end(&self, place: Place, whole: bool, unit: &mut String, talk: &mut Talk<'_>) {
        if !self.told {
            let (span, ordinal, flagged) = self.asked;
            self.tell(place, Told::silent(span, ordinal, flagged), "", unit, talk);
        }
        self.file(place, whole, unit, talk);
    }

    fn file(&self, place: Place, whole: bool, unit: &mut String, talk: &mut Talk<'_>) {
        if self.size == 0 && !whole {
            return;
        }
        let hash = text::hex(&self.hash.clone().finalize(), 32);
        let (source, direction) = if self.write { (Side::Client, "to_device") } else { (Side::Server, "from_device") };
        let unit = match super::tell::unit(place, unit) {
            crate::protocol::Unit::Number(station) => Some(station.to_string()),
            crate::protocol::Unit::Text(text) => Some(text.to_owned()),
            crate::protocol::Unit::None => None,
        };
        let row = FileRow {
            file_name: Some(&self.name),
            file_size: Some(self.size),
            file_hash_sha256: Some(hash.as_str()).filter(|_| whole && self.next != 0),
            ot_file_direction: Some(direction),
            ot_operation: Some(self.operation().name()),
            ot_unit: unit.as_deref(),
            ..FileRow::default()
        };
        talk.file(source, self.span, self.asked.1, row);
    }
}

/// Why a transfer was refused (ETG.1000.6, table 94).
const fn error(code: u32) -> &'static str {
    match code {
        0x8000 => "Not defined",
        0x8001 => "Not found",
        0x8002 => "Access denied",
        0x8003 => "Disk full",
        0x8004 => "Illegal",
        0x8005 => "Packet number wrong",
        0x8006 => "Already exists",
        0x8007 => "No user",
        0x8008 => "Bootstrap only",
        0x8009 => "Not bootstrap",
        0x800a => "No rights",
        0x800b => "Program error",
        0x800c => "Checksum wrong",
        0x800d => "Firmware does not fit the hardware",
        0x800f => "No file to read",
        0x8010 => "File header does not exist",
        0x8011 => "Flash problem",
        0x8012 => "File incompatible",
        _ => "Reserved",
    }
}
