//! One transfer of one object or several, from its request to its end, and how it is told.

use super::command::{self, Command, Segment};
use super::identity::Identity;
use super::objects;
use super::part::{self, NAMED, Part};
use super::tell::{self, Asked, Ending, Way};
use super::{frame, words};
use crate::bytes::{le16, u8_at};
use crate::dataset::rows::FileRow;
use crate::dataset::{Flag, Operation};
use crate::protocol::dictionary::content::Content;
use crate::protocol::{Function, Item, Reply, Talk};
use crate::text::Details;

/// Bytes of a list of several objects that are kept: those of one frame.
const LIST: usize = 1_500;

/// One transfer.
pub struct Transfer {
    pub way: Way,
    transaction: u8,
    id: u8,
    pub asked: Asked,
    /// What the request names, and what came back, where those are lists.
    request: Vec<u8>,
    answer: Vec<u8>,
    content: Content,
    size: Option<u32>,
    segmented: bool,
    answered: bool,
    /// What answered it names another command.
    other: bool,
}

fn keep(to: &mut Vec<u8>, bytes: &[u8]) {
    let room = LIST.saturating_sub(to.len()).min(bytes.len());
    to.extend_from_slice(bytes.get(..room).unwrap_or_default());
}

impl Transfer {
    pub fn begin(way: &Way, command: &Command<'_>, length: usize, talk: &Talk<'_>) -> Self {
        let program = le16(command.data, 0) == Some(objects::PROGRAM);
        let mut new = Self {
            way: *way,
            transaction: command.transaction,
            id: command.id,
            asked: Asked::now(length, talk),
            request: Vec::new(),
            answer: Vec::new(),
            content: if program { Content::hashed() } else { Content::default() },
            size: None,
            segmented: command.segment != Segment::Expedited,
            answered: false,
            other: false,
        };
        let (head, rest) = match new.id {
            command::WRITE | command::WRITE_ALL => command.data.split_at(NAMED.min(command.data.len())),
            _ => (command.data, &[][..]),
        };
        keep(&mut new.request, head);
        new.content.take(rest);
        new.size = command.size.filter(|_| new.writes());
        new
    }

    /// One whose request nobody saw.
    pub fn lone(asker: &Way, command: &Command<'_>, length: usize, talk: &Talk<'_>) -> Self {
        let mut lone = Self::begin(asker, &Command { data: &[], ..*command }, length, talk);
        if command::READ == command.id && !command.abort {
            lone.content.take(command.data);
        }
        lone
    }

    pub fn is(&self, asker: &Way, transaction: u8) -> bool {
        self.transaction == transaction && self.way.same(asker)
    }

    fn writes(&self) -> bool {
        matches!(self.id, command::WRITE | command::WRITE_ALL)
    }

    /// A segment of what is written.
    pub fn goes_on(&mut self, command: &Command<'_>, length: usize, talk: &mut Talk<'_>) {
        self.content.take(command.data);
        self.asked.goes_on(length, talk);
        if command.segment == Segment::Last {
            self.check(talk);
        }
    }

    /// The server answered something.
    pub fn begun(&self) -> bool {
        self.answered
    }

    /// An answer, or a segment of it.
    pub fn answered(&mut self, asker: &Way, command: &Command<'_>, length: usize, talk: &mut Talk<'_>) {
        self.way.ends = self.way.ends.zip(asker.ends).map(|((client, _), (_, server))| (client, server));
        if command.id != self.id {
            self.other = true;
            talk.flag(Flag::PowerlinkSdoCommand, Some(11), None);
        }
        self.answered = true;
        match self.id {
            command::READ | command::READ_ALL => {
                self.segmented = command.segment != Segment::Expedited;
                self.size = command.size.or(self.size);
                self.content.take(command.data);
                if command.segment == Segment::Last {
                    self.check(talk);
                }
            }
            command::READ_MULTIPLE | command::WRITE_MULTIPLE => keep(&mut self.answer, command.data),
            _ => {}
        }
        self.asked.goes_on(length, talk);
    }

    /// Whether as much came as was announced. Some stacks count the size itself and the object's index, others do not.
    fn check(&mut self, talk: &mut Talk<'_>) {
        let counted = |more: usize| u32::try_from(self.content.received.saturating_add(more)).ok() == self.size;
        if self.size.is_some() && ![0, 4, 8].into_iter().any(counted) {
            talk.flag(Flag::PowerlinkSdoSize, None, None);
        }
    }

    fn index(&self) -> Option<u16> {
        matches!(self.id, command::WRITE | command::READ | command::WRITE_ALL | command::READ_ALL)
            .then(|| le16(&self.request, 0))
            .flatten()
    }

    fn functions(&self) -> (Function, Function) {
        let service = Function { code: Some(u32::from(frame::ASND)), name: Some(words::service(super::sdo::SERVICE)) };
        (service, command::function(self.id))
    }

    fn parts(&self) -> Vec<Part> {
        match self.id {
            command::READ_MULTIPLE => Part::read(&self.request, &self.answer),
            command::WRITE_MULTIPLE => Part::written(&self.request, &self.answer),
            _ if self.index().is_some() => Part::single(self.id, &self.request, &self.content).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Tells the transfer.
    pub fn tell(&self, ending: Ending, talk: &mut Talk<'_>) {
        let parts = self.parts();
        if parts.is_empty() {
            return tell::exchange(&self.asked, ending, &self.way, self.functions(), &[self.bare()], talk);
        }
        let texts: Vec<_> = parts.iter().map(|part| (part.address(), self.details(part))).collect();
        let texts = texts.iter().map(|(address, details)| (address.as_str(), details.as_deref()));
        let items: Vec<Item<'_>> = parts.iter().zip(texts).map(|(part, texts)| part.item(texts.0, texts.1)).collect();
        tell::exchange(&self.asked, ending, &self.way, self.functions(), &items, talk);
        if self.index() == Some(objects::PROGRAM) && self.content.received > 0 {
            self.file(ending, talk);
        }
    }

    /// A command whose objects are not read.
    fn bare(&self) -> Item<'static> {
        Item::new(match self.id {
            command::FILE_WRITE => Operation::FileWrite,
            command::FILE_READ => Operation::FileRead,
            command::WRITE | command::WRITE_ALL | command::WRITE_BY_NAME | command::WRITE_MULTIPLE => Operation::Write,
            command::READ | command::READ_ALL | command::READ_BY_NAME | command::READ_MULTIPLE => Operation::Read,
            command::NIL => Operation::SessionKeepalive,
            _ if command::function(self.id).name.is_some() => Operation::SessionOpen,
            _ => Operation::Unknown,
        })
    }

    fn details(&self, part: &Part) -> Option<String> {
        let mut details = Details::default();
        if let Some(name) = objects::name(part.index) {
            details.text("object", name);
        }
        if self.writes() || self.answered {
            details.text("transfer", if self.segmented { "segmented" } else { "expedited" });
        }
        if let Some(bytes) = part.bytes {
            details.number("object_bytes", bytes);
        }
        details.finish()
    }

    /// What the object that was read says of its node.
    pub fn identify(&self, identity: &mut Identity, talk: &mut Talk<'_>) {
        let sub = u8_at(&self.request, 2).unwrap_or(0);
        if let Some(index) = self.index().filter(|_| self.id == command::READ && !self.other) {
            self.way.go(talk);
            identity.read(self.way.side.other(), index, sub, &self.content.kept, talk);
        }
    }

    /// A program that moved.
    fn file(&self, ending: Ending, talk: &mut Talk<'_>) {
        let whole = ending.status.is_none() && matches!(ending.reply, Reply::Answered | Reply::Unexpected);
        let (source, direction) = match self.writes() {
            true => (self.way.side, "to_device"),
            false => (self.way.side.other(), "from_device"),
        };
        let (hash, unit) = (self.content.sha256(), self.way.to.to_string());
        let address = format!("{:#06X}:{:02X}", objects::PROGRAM, u8_at(&self.request, 2).unwrap_or(0));
        let row = FileRow {
            file_name: Some(&address),
            file_size: i64::try_from(self.content.received).ok(),
            file_hash_sha256: hash.as_deref().filter(|_| whole),
            ot_file_direction: Some(direction),
            ot_operation: Some(part::operation(self.id, objects::PROGRAM, &[]).name()),
            ot_unit: Some(&unit).filter(|_| self.way.to != 0).map(String::as_str),
            ..FileRow::default()
        };
        talk.file(source, self.asked.span, self.asked.ordinal, row);
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.request.capacity() + self.answer.capacity() + self.content.weight()
    }
}
