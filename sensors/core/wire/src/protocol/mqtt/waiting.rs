//! What one side sent and waits to be acknowledged.

use super::told::{Ending, Told, Who};
use crate::protocol::{Reply, TIMEOUT, Talk};

/// Packets of one side that may wait.
const WAITING: usize = 64;
/// Bytes they may hold together.
const BYTES: usize = 256 * 1024;
/// Packets given up lately, so that a late acknowledgement is no surprise.
const LATE: usize = 16;

/// What must come next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    Puback,
    Pubrec,
    Pubcomp,
    Suback,
    Unsuback,
    Pingresp,
}

/// One packet that waits.
#[derive(Debug)]
pub struct Entry {
    /// Packet identifier; 0 for a ping.
    pub id: u16,
    pub phase: Phase,
    pub told: Told,
    /// Bytes of the answers so far.
    pub answered: u32,
    /// Bytes of the answer's direction were lost since: silence then proves nothing.
    pub blind: bool,
}

/// All that waits, in the order sent.
#[derive(Debug, Default)]
pub struct Waiting {
    list: Vec<Entry>,
    late: [u16; LATE],
    next_late: usize,
    bytes: usize,
    /// Something was given up for want of room.
    pub overflowed: bool,
}

impl Waiting {
    /// Takes a packet; what has to make room for it is given back.
    pub fn push(&mut self, id: u16, phase: Phase, told: Told) -> Vec<Entry> {
        self.bytes += told.weight();
        self.list.push(Entry { id, phase, told, answered: 0, blind: false });
        let mut given_up = Vec::new();
        while self.list.len() > WAITING || (self.bytes > BYTES && self.list.len() > 1) {
            self.overflowed = true;
            given_up.push(self.remove(0));
        }
        given_up
    }

    /// The packet an acknowledgement is for, no longer waiting.
    pub fn take(&mut self, phase: Phase, id: u16) -> Option<Entry> {
        let at = self.list.iter().position(|e| e.phase == phase && e.id == id)?;
        Some(self.remove(at))
    }

    /// The same, still waiting.
    pub fn find(&mut self, phase: Phase, id: u16) -> Option<&mut Entry> {
        self.list.iter_mut().find(|e| e.phase == phase && e.id == id)
    }

    /// A packet that has the identifier already.
    pub fn same_id(&mut self, id: u16) -> Option<Entry> {
        let at = self.list.iter().position(|e| e.id == id && e.phase != Phase::Pingresp)?;
        Some(self.remove(at))
    }

    fn remove(&mut self, at: usize) -> Entry {
        let entry = self.list.remove(at);
        self.bytes = self.bytes.saturating_sub(entry.told.weight());
        entry
    }

    /// Bytes of the answers' direction are missing.
    pub fn blind(&mut self) {
        for entry in &mut self.list {
            entry.blind = true;
        }
    }

    /// Tells what waited too long.
    pub fn expire(&mut self, now: i64, who: &Who, talk: &mut Talk<'_>) {
        while self.list.first().is_some_and(|e| now.saturating_sub(e.told.span.last.time) >= TIMEOUT) {
            let entry = self.remove(0);
            self.remember(entry.id);
            entry.silent(who, talk);
        }
    }

    /// Remembers an identifier whose acknowledgement may still come.
    pub fn remember(&mut self, id: u16) {
        if let Some(slot) = self.late.get_mut(self.next_late) {
            *slot = id;
        }
        self.next_late = (self.next_late + 1) % LATE;
    }

    /// Whether a packet with this identifier was given up lately.
    pub fn was_late(&self, id: u16) -> bool {
        id != 0 && self.late.contains(&id)
    }

    pub fn weight(&self) -> usize {
        self.bytes + self.list.capacity() * size_of::<Entry>()
    }
}

impl Entry {
    /// Tells it without an answer.
    pub fn silent(&self, who: &Who, talk: &mut Talk<'_>) {
        let reply = if self.blind { Reply::None } else { Reply::Unanswered };
        self.told.tell(&Ending { reply, bytes: self.answered, ..Ending::NONE }, who, talk);
    }
}
