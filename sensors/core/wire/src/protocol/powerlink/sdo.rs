//! Service data objects: which answer belongs to which request.

use super::command::{self, Command, Segment};
use super::identity::Identity;
use super::sequence::Links;
use super::tell::{Ending, Way};
use super::transfer::Transfer;
use crate::bytes::le32;
use crate::dataset::Flag;
use crate::protocol::dictionary::abort;
use crate::protocol::{Reply, Talk};
use std::collections::BTreeMap;

/// Service of the ASnd that carries them.
pub const SERVICE: u8 = 5;
/// Transfers that may be under way on one flow.
const TRANSFERS: usize = 64;

#[derive(Default)]
pub struct Sdo {
    links: Links,
    transfers: Vec<Transfer>,
    /// By the node that was read.
    identities: BTreeMap<u8, Identity>,
}

impl Sdo {
    /// What follows the service's number.
    pub fn frame(&mut self, way: &Way, body: &[u8], talk: &mut Talk<'_>) {
        let Some(bytes) = self.links.frame(way, body, talk) else { return };
        way.go(talk);
        let Some(command) = Command::of(bytes) else { return talk.flag(Flag::PowerlinkLength, Some(8), None) };
        if command.cut {
            talk.flag(Flag::PowerlinkLength, Some(12), None);
        }
        if command::function(command.id).name.is_none() {
            talk.flag(Flag::PowerlinkSdoCommand, Some(11), None);
        }
        match command.response {
            false => self.asks(way, &command, bytes.len(), talk),
            true => self.answers(&way.back(), &command, bytes.len(), talk),
        }
    }

    fn position(&self, asker: &Way, command: &Command<'_>) -> Option<usize> {
        self.transfers.iter().position(|transfer| transfer.is(asker, command.transaction))
    }

    fn asks(&mut self, way: &Way, command: &Command<'_>, length: usize, talk: &mut Talk<'_>) {
        let known = self.position(way, command);
        if command.abort {
            return self.aborted(way, known, command, true, talk);
        }
        match (command.segment, known) {
            (Segment::Further | Segment::Last, Some(at)) => {
                if let Some(transfer) = self.transfers.get_mut(at) {
                    transfer.goes_on(command, length, talk);
                }
            }
            (Segment::Further | Segment::Last, None) => {}
            (Segment::Expedited | Segment::First, known) => {
                let transfer = Transfer::begin(way, command, length, talk);
                if let Some(at) = known {
                    self.give_up(at, talk);
                } else if self.transfers.len() >= TRANSFERS {
                    talk.flag(Flag::ParserLimit, None, None);
                    self.give_up(0, talk);
                }
                self.transfers.push(transfer);
            }
        }
    }

    fn answers(&mut self, asker: &Way, command: &Command<'_>, length: usize, talk: &mut Talk<'_>) {
        let known = self.position(asker, command);
        if command.abort {
            return self.aborted(asker, known, command, false, talk);
        }
        let Some(at) = known else { return self.lone(asker, command, length, talk) };
        let Some(transfer) = self.transfers.get_mut(at) else { return };
        transfer.answered(asker, command, length, talk);
        if matches!(command.segment, Segment::Expedited | Segment::Last) {
            let transfer = self.transfers.remove(at);
            self.tell(transfer, Ending::DONE, talk);
        }
    }

    /// An answer whose request was not seen: it does not say which object it is.
    fn lone(&mut self, asker: &Way, command: &Command<'_>, length: usize, talk: &mut Talk<'_>) {
        if matches!(command.segment, Segment::Expedited | Segment::First) {
            Transfer::lone(asker, command, length, talk).tell(Ending::LONE, talk);
        }
    }

    /// | 0 abort code 4 |, from either side. A client that gives up got no answer.
    fn aborted(&mut self, asker: &Way, at: Option<usize>, command: &Command<'_>, client: bool, talk: &mut Talk<'_>) {
        let code = le32(command.data, 0).unwrap_or(0);
        let known = at.filter(|at| *at < self.transfers.len()).map(|at| self.transfers.remove(at));
        let (transfer, reply) = match known {
            Some(mut transfer) => {
                transfer.asked.goes_on(command.data.len(), talk);
                let unanswered = client && !transfer.begun();
                (transfer, if unanswered { Reply::Unanswered } else { Reply::Answered })
            }
            None => (Transfer::lone(asker, command, command.data.len(), talk), Reply::Unexpected),
        };
        self.tell(transfer, Ending::failed(reply, code, abort::name(code)), talk);
    }

    fn tell(&mut self, transfer: Transfer, ending: Ending, talk: &mut Talk<'_>) {
        transfer.tell(ending, talk);
        if ending.status.is_none() && ending.reply == Reply::Answered {
            transfer.identify(self.identities.entry(transfer.way.to).or_default(), talk);
        }
    }

    fn give_up(&mut self, at: usize, talk: &mut Talk<'_>) {
        if at < self.transfers.len() {
            let transfer = self.transfers.remove(at);
            transfer.tell(Ending::SILENCE, talk);
        }
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while let Some(at) = self.transfers.iter().position(|transfer| transfer.asked.over(now)) {
            self.give_up(at, talk);
        }
        self.links.expire(now, talk);
    }

    pub fn weight(&self) -> usize {
        let transfers = self.transfers.iter().map(Transfer::weight).sum::<usize>();
        transfers + self.links.weight() + self.identities.len() * (size_of::<Identity>() + 32)
    }
}
