//! The mailboxes of a slave: which memory they are, and what goes through them.

use super::command::Place;
use super::foe::Foe;
use super::mailbox::{self, Mail};
use super::sdo::Sdo;
use super::segment::Passage;
use super::slave::Slaves;
use super::{aoe, coe, eoe, foe, info, register, soe, tell};
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Reply, TIMEOUT, Talk};
use crate::text::Details;

/// Bytes of a SyncManager's registers: start 2, length 2, control 1, status 1, activate 1, PDI control 1.
const SYNC_MANAGER: usize = 8;
/// Control: mode 2 bits (2 mailbox), direction 2 bits (1 written by the master).
const MODE: u8 = 0x03;
const MAILBOX_MODE: u8 = 0x02;
const WRITTEN: u8 = 0x04;

/// A message waiting for its answer, of the protocols that have one answer for a message.
#[derive(Clone)]
pub struct Asked {
    pub kind: u8,
    /// What an answer has to agree with.
    pub key: u32,
    pub span: Span,
    pub ordinal: i64,
    pub flagged: bool,
    pub data: Vec<u8>,
}

impl Asked {
    fn unanswered(&self, place: Place, unit: &mut String, talk: &mut Talk<'_>) {
        self.tell(place, Told::silent(self.span, self.ordinal, self.flagged), unit, talk);
    }

    /// Tells the request without an answer of its protocol.
    fn tell(&self, place: Place, told: Told, unit: &mut String, talk: &mut Talk<'_>) {
        match self.kind {
            mailbox::SOE => soe::tell(place, &self.data, &[], told, unit, talk),
            mailbox::AOE => aoe::tell(place, &self.data, &[], told, unit, talk),
            mailbox::EOE => eoe::tell(place, &self.data, told, unit, talk),
            _ => info::tell(place, self.data.get(2..).unwrap_or_default(), &[], told, unit, talk),
        }
    }
}

/// Mailboxes of one slave.
#[derive(Default)]
pub struct Post {
    /// Where the master's messages go, and where the slave's come from.
    outward: Option<u16>,
    inward: Option<u16>,
    counters: [u8; 2],
    pub sdo: Option<Box<Sdo>>,
    pub foe: Option<Box<Foe>>,
    pub asked: Option<Box<Asked>>,
}

/// One message and where it stands.
pub struct Letter<'a> {
    pub place: Place,
    /// From the master.
    pub outward: bool,
    /// Bytes of the message's protocol.
    pub data: &'a [u8],
    /// How many fit into the mailbox.
    pub room: usize,
    pub span: Span,
    pub flagged: bool,
    /// State of the slave.
    pub state: Option<u8>,
}

impl Letter<'_> {
    pub fn sender(&self) -> Side {
        if self.outward { Side::Client } else { Side::Server }
    }

    /// A message that waits for an answer.
    pub fn asks(&self, kind: u8, key: u32, talk: &Talk<'_>) -> Asked {
        Asked {
            kind,
            key,
            span: self.span,
            ordinal: talk.ordinal(),
            flagged: self.flagged || talk.flagged(),
            data: self.data.get(..self.data.len().min(KEPT)).unwrap_or_default().to_vec(),
        }
    }
}

/// Bytes of a request that are kept.
const KEPT: usize = 256;

/// What is told of messages: of a request with its answer, or of one by itself.
pub struct Told {
    pub span: Span,
    pub sender: Side,
    pub ordinal: i64,
    pub reply: Reply,
    pub duration: Option<i64>,
    pub flagged: bool,
    pub outcome: Outcome,
    pub status: Option<(u32, &'static str)>,
}

impl Told {
    /// An answer to what was asked.
    pub fn answer(asked: (Span, i64, bool), letter: &Letter<'_>, talk: &Talk<'_>) -> Self {
        let (span, ordinal, flagged) = asked;
        Self {
            span: Span { first: span.first, last: letter.span.last },
            sender: Side::Client,
            ordinal,
            reply: Reply::Answered,
            duration: Some(letter.span.last.time.saturating_sub(span.last.time).max(0)),
            flagged: flagged || letter.flagged || talk.flagged(),
            outcome: Outcome::Success,
            status: None,
        }
    }

    /// A message that needs no answer.
    pub fn alone(letter: &Letter<'_>, reply: Reply, talk: &Talk<'_>) -> Self {
        Self {
            span: letter.span,
            sender: if reply == Reply::Unexpected { Side::Client } else { letter.sender() },
            ordinal: talk.ordinal(),
            reply,
            duration: None,
            flagged: letter.flagged || talk.flagged(),
            outcome: if letter.outward { Outcome::Unknown } else { Outcome::Success },
            status: None,
        }
    }

    /// A message that nobody answered.
    pub fn silent(span: Span, ordinal: i64, flagged: bool) -> Self {
        let (sender, reply, outcome) = (Side::Client, Reply::Unanswered, Outcome::Unknown);
        Self { span, sender, ordinal, reply, duration: None, flagged, outcome, status: None }
    }

    pub fn failed(mut self, code: u32, name: &'static str) -> Self {
        (self.outcome, self.status) = (Outcome::Failure, Some((code, name)));
        self
    }

    pub fn exchange(
        &self,
        place: Place,
        functions: (u8, Function),
        item: Item<'_>,
        unit: &mut String,
        talk: &mut Talk<'_>,
    ) {
        let items = [item];
        let exchange = Exchange {
            function: mailbox::function(functions.0),
            subfunction: functions.1,
            unit: tell::unit(place, unit),
            outcome: self.outcome,
            status: self.status,
            reply: self.reply,
            duration: self.duration,
            flagged: self.flagged,
            ..Exchange::new(self.span, self.sender, self.ordinal, &items)
        };
        talk.exchange(&exchange);
    }
}

/// A datagram on a slave's memory, if it carries mail; whether it did.
pub fn mail(slaves: &mut Slaves, at: Place, passage: &Passage<'_>, unit: &mut String, talk: &mut Talk<'_>) -> bool {
    let Some(head) = passage.head().filter(|_| !matches!(at, Place::All | Place::Nobody)) else { return false };
    let Some((reads, writes)) = head.command().map(|command| (command.reads, command.writes)) else { return false };
    if reads == writes {
        return false;
    }
    let area = slaves.known.get(&at).and_then(|slave| if writes { slave.post.outward } else { slave.post.inward });
    let certain = area == Some(head.ado);
    let bytes = if writes { Some(head.data) } else { passage.back.map(|back| back.data) };
    let taken = passage.counter() != Some(0);
    let message = bytes.filter(|_| taken).and_then(mailbox::read);
    let Some(message) = message.filter(|message| certain || (area.is_none() && mailbox::likely(message))) else {
        if certain {
            nothing(at, passage, writes, unit, talk);
        }
        return certain;
    };
    let state = slaves.state(at);
    let Some(slave) = slaves.at(at, talk) else { return false };
    if message.cut {
        talk.flag(Flag::EthercatMailboxLength, None, None);
    }
    let letter = Letter {
        place: at,
        outward: writes,
        data: message.data,
        room: head.data.len().saturating_sub(mailbox::HEADER),
        span: passage.span,
        flagged: passage.flagged,
        state,
    };
    slave.post.count(&letter, &message, talk);
    match message.kind {
        mailbox::COE => coe::letter(slave, &letter, unit, talk),
        mailbox::FOE => foe::letter(&mut slave.post, &letter, unit, talk),
        mailbox::EOE => eoe::letter(&mut slave.post, &letter, unit, talk),
        mailbox::SOE => soe::letter(&mut slave.post, &letter, unit, talk),
        mailbox::AOE => aoe::letter(&mut slave.post, &letter, unit, talk),
        mailbox::ERROR => refused(&mut slave.post, &letter, unit, talk),
        mailbox::VOE => unread(&letter, message.kind, unit, talk),
        _ => {
            talk.flag(Flag::EthercatMailboxType, None, None);
            unread(&letter, message.kind, unit, talk);
        }
    }
    true
}

/// A mailbox that took no message, or had none.
fn nothing(at: Place, passage: &Passage<'_>, writes: bool, unit: &mut String, talk: &mut Talk<'_>) {
    let mut item = Item::new(if writes { Operation::Write } else { Operation::Read });
    let address = if writes { "mailbox:out" } else { "mailbox:in" };
    item.object = Object { kind: Some("mailbox"), address: Address::Text(address), start: 0, count: 0 };
    let items = [item];
    let mut exchange = tell::exchange(passage, tell::unit(at, unit), &items, talk);
    if !writes && exchange.outcome == Outcome::Failure {
        // Nobody has written to the master: nothing went wrong.
        exchange.outcome = Outcome::Success;
    }
    talk.exchange(&exchange);
}

/// What a mailbox error says (ETG.1000.6, table 31).
const fn refusal(code: u16) -> &'static str {
    match code {
        1 => "Syntax",
        2 => "Unsupported protocol",
        3 => "Invalid channel",
        4 => "Service not supported",
        5 => "Invalid header",
        6 => "Size too short",
        7 => "No more memory",
        8 => "Invalid size",
        9 => "Service in work",
        _ => "Reserved",
    }
}

/// | 0 service 2 (1) | 2 detail 2 |
fn refused(post: &mut Post, letter: &Letter<'_>, unit: &mut String, talk: &mut Talk<'_>) {
    let code = le16(letter.data, 2).unwrap_or(0);
    let mut details = Details::default();
    details.number("mailbox_error", code);
    talk.flag(Flag::EthercatMailboxError, None, details.finish().as_deref());
    let refused = (u32::from(code), refusal(code));
    if let Some(sdo) = post.sdo.take() {
        return sdo.tell(
            letter.place,
            Told::answer(sdo.asked(), letter, talk).failed(refused.0, refused.1),
            unit,
            talk,
        );
    }
    if let Some(asked) = post.asked.take() {
        let told = Told::answer((asked.span, asked.ordinal, asked.flagged), letter, talk);
        return asked.tell(letter.place, told.failed(refused.0, refused.1), unit, talk);
    }
    let told = Told::alone(letter, Reply::None, talk).failed(refused.0, refused.1);
    let mut item = Item::new(Operation::Notify);
    item.object = Object { kind: Some("mailbox"), address: Address::Text("mailbox:in"), start: 0, count: 0 };
    told.exchange(letter.place, (mailbox::ERROR, Function::default()), item, unit, talk);
}

/// A message of a protocol that is not read.
fn unread(letter: &Letter<'_>, kind: u8, unit: &mut String, talk: &mut Talk<'_>) {
    let mut item = Item::new(Operation::Unknown);
    let address = if letter.outward { "mailbox:out" } else { "mailbox:in" };
    item.object = Object { kind: Some("mailbox"), address: Address::Text(address), start: 0, count: 0 };
    let told = Told::alone(letter, Reply::None, talk);
    told.exchange(letter.place, (kind, Function::default()), item, unit, talk);
}

impl Post {
    /// A write to SyncManager registers: which memory is a mailbox.
    pub fn configure(&mut self, ado: u16, data: &[u8]) {
        let offset = usize::from(ado.saturating_sub(register::SYNC_MANAGERS));
        if offset % SYNC_MANAGER != 0 {
            return;
        }
        for manager in data.chunks_exact(SYNC_MANAGER) {
            let (Some(start), Some(control)) = (le16(manager, 0), u8_at(manager, 4)) else { return };
            let slot = if control & WRITTEN != 0 { &mut self.outward } else { &mut self.inward };
            if control & MODE == MAILBOX_MODE {
                *slot = Some(start);
            } else if *slot == Some(start) {
                *slot = None;
            }
        }
    }

    /// Whether a message is the next one. Counters go from 1 to 7; a slave takes no message twice (5.6).
    fn count(&mut self, letter: &Letter<'_>, message: &Mail<'_>, talk: &mut Talk<'_>) {
        let Some(slot) = self.counters.get_mut(usize::from(!letter.outward)) else { return };
        let before = std::mem::replace(slot, message.counter);
        let expected = if before >= 7 { 1 } else { before + 1 };
        if message.counter == 0 || (before != 0 && message.counter != expected) {
            let mut details = Details::default();
            details.number("mailbox_counter", message.counter).number("mailbox_counter_before", before);
            talk.flag(Flag::EthercatMailboxCounter, None, details.finish().as_deref());
        }
    }

    /// Keeps what was asked; what was asked before got no answer.
    pub fn ask(&mut self, asked: Asked, place: Place, unit: &mut String, talk: &mut Talk<'_>) {
        if let Some(before) = self.asked.replace(Box::new(asked)) {
            before.unanswered(place, unit, talk);
        }
    }

    /// Takes what was asked in a protocol, if the answer's key agrees.
    pub fn answered(&mut self, kind: u8, key: u32) -> Option<Box<Asked>> {
        self.asked.take_if(|asked| asked.kind == kind && asked.key == key)
    }

    pub fn expire(&mut self, place: Place, now: i64, unit: &mut String, talk: &mut Talk<'_>) {
        let over = |span: Span| now.saturating_sub(span.last.time) >= TIMEOUT;
        if let Some(sdo) = self.sdo.take_if(|sdo| over(sdo.span)) {
            let (span, ordinal, flagged) = sdo.asked();
            sdo.tell(place, Told::silent(span, ordinal, flagged), unit, talk);
        }
        if let Some(foe) = self.foe.take_if(|foe| over(foe.span)) {
            foe.end(place, false, unit, talk);
        }
        if let Some(asked) = self.asked.take_if(|asked| over(asked.span)) {
            asked.unanswered(place, unit, talk);
        }
    }

    pub fn weight(&self) -> usize {
        let sdo = self.sdo.as_ref().map_or(0, |sdo| sdo.weight());
        let foe = self.foe.as_ref().map_or(0, |_| size_of::<Foe>());
        sdo + foe + self.asked.as_ref().map_or(0, |asked| size_of::<Asked>() + asked.data.capacity())
    }
}
