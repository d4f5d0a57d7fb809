//! A dissector on one flow. Bytes are asked about once, as many messages at a time as there are; what the answer said is
//! kept until framing and reading come to each of them.

use super::answer::{Tail, Taken};
use super::desk::Stretch;
use super::fact::{Fact, about};
use super::pairing::Pairing;
use super::{Dissector, Trouble, telling};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Parser, Talk};
use std::cell::RefCell;
use std::collections::VecDeque;

/// What is known of the bytes of one side that were not read yet.
#[derive(Default)]
struct Ahead {
    /// Whole messages: length and facts.
    messages: VecDeque<(usize, Vec<Fact>)>,
    /// What is behind them.
    tail: Option<Tail>,
    /// How the unfinished message at the head was framed, and how many bytes it takes to ask again.
    wants: Option<(usize, Framing)>,
}

#[derive(Default)]
struct Memory {
    client: Ahead,
    server: Ahead,
    /// Sides whose bytes were missing since the dissector was asked last: bit 0 the client's, bit 1 the server's.
    lost: u8,
}

impl Memory {
    fn ahead(&mut self, side: Side) -> &mut Ahead {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

pub struct Reading {
    dissector: Dissector,
    flow: u64,
    transport: Transport,
    // Framing may not change a parser, but must remember what it asked.
    memory: RefCell<Memory>,
    pairing: Pairing,
    told_off: bool,
}

impl Reading {
    pub fn new(dissector: Dissector, flow: u64, transport: Transport) -> Self {
        Self { dissector, flow, transport, memory: RefCell::default(), pairing: Pairing::default(), told_off: false }
    }

    fn stretch<'a>(&self, side: Side, lost: u8, data: &'a [u8]) -> Stretch<'a> {
        let data = data.get(..self.dissector.declaration.longest).unwrap_or(data);
        Stretch { flow: self.flow, side, transport: self.transport, lost, data }
    }

    /// Asks about bytes of one side. When that goes wrong these bytes are done with: another look would only repeat it.
    fn look(&self, side: Side, lost: u8, data: &[u8]) -> Taken {
        let stretch = self.stretch(side, lost, data);
        let longest = self.dissector.declaration.longest;
        let whole = stretch.data.len() == data.len();
        let answer = self.dissector.desk().read(&stretch, &self.dissector.declaration.flags);
        let mut taken = answer.unwrap_or_else(|trouble| Taken {
            messages: vec![(data.len(), vec![Fact::Trouble(trouble)])],
            tail: Tail::Nothing,
        });
        let read = taken.messages.iter().map(|(length, _)| length).sum::<usize>();
        let rest = data.get(read..).unwrap_or_default();
        // What fills a short frame belongs to no message.
        if self.transport == Transport::Ethernet && read > 0 && !rest.is_empty() && rest.iter().all(|byte| *byte == 0) {
            taken.messages.push((rest.len(), Vec::new()));
            taken.tail = Tail::Nothing;
            return taken;
        }
        taken.tail = match taken.tail {
            _ if !whole && !taken.messages.is_empty() => Tail::More,
            Tail::Message(length) if length > longest => Tail::Oversize(length),
            Tail::Need(_) if taken.messages.is_empty() && data.len() >= longest => Tail::Bad(Flag::DissectorNonsense),
            other => other,
        };
        taken
    }

    /// Bytes of a side were not read: nothing that was said of what is behind them holds.
    fn missing(&mut self, side: Side) {
        let memory = self.memory.get_mut();
        *memory.ahead(side) = Ahead::default();
        memory.lost |= if side == Side::Client { 1 } else { 2 };
        self.pairing.gap(side);
    }

    /// The dissector could not read a stretch. Neither silence nor a lone reply proves anything after that.
    fn trouble(&mut self, trouble: Trouble, talk: &mut Talk<'_>) {
        self.pairing.gap(Side::Client);
        self.pairing.gap(Side::Server);
        let again = trouble == Trouble::Off && std::mem::replace(&mut self.told_off, true);
        if !again {
            talk.flag(trouble.flag(), None, None);
            talk.ledger.counters.add(self.dissector.name(), trouble.name(), 1);
        }
    }
}

impl Parser for Reading {
    fn framing(&self, side: Side, data: &[u8]) -> Framing {
        let mut memory = self.memory.borrow_mut();
        if let Some((wanted, framing)) = memory.ahead(side).wants
            && data.len() < wanted
        {
            return framing;
        }
        memory.ahead(side).wants = None;
        if memory.ahead(side).messages.is_empty() && matches!(memory.ahead(side).tail, None | Some(Tail::More)) {
            let lost = std::mem::take(&mut memory.lost);
            let Taken { messages, tail } = self.look(side, lost, data);
            let ahead = memory.ahead(side);
            (ahead.messages, ahead.tail) = (messages.into(), Some(tail));
        }
        let ahead = memory.ahead(side);
        if let Some((length, _)) = ahead.messages.front() {
            return Framing::Message(*length);
        }
        let (wanted, framing) = match ahead.tail.take() {
            Some(Tail::Need(wanted)) => (wanted.max(data.len().saturating_add(1)), Framing::Need),
            Some(Tail::Message(length)) => (length, Framing::Message(length)),
            Some(Tail::Oversize(length)) => return Framing::Oversize(length),
            Some(Tail::Bad(flag)) => return Framing::Bad(flag),
            Some(Tail::Nothing | Tail::More) | None => return Framing::Bad(Flag::DissectorNonsense),
        };
        // A datagram that is not whole is not continued by the next one.
        if self.transport == Transport::Tcp {
            ahead.wants = Some((wanted, framing));
        }
        framing
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let ahead = self.memory.get_mut().ahead(side);
        let Some((_, facts)) = ahead.messages.pop_front() else { return };
        // All of them read: what comes next is asked about anew.
        if ahead.messages.is_empty() && ahead.tail == Some(Tail::Nothing) {
            ahead.tail = None;
        }
        // Flags first: they belong to the exchange of their message.
        for fact in &facts {
            match fact {
                Fact::Flag { flag, offset, details } => {
                    talk.flag(*flag, *offset, details.as_deref());
                    if *flag == Flag::DissectorFailed {
                        self.dissector.desk().failed(details.as_deref().unwrap_or_default());
                        talk.ledger.counters.add(self.dissector.name(), Trouble::Failed.name(), 1);
                    }
                }
                Fact::Trouble(trouble) => self.trouble(*trouble, talk),
                _ => {}
            }
        }
        for fact in facts {
            match fact {
                Fact::Request { heading, items } => self.pairing.request(side, heading, items, data, talk),
                Fact::Reply { heading, ending, items } => {
                    self.pairing.reply(side, &heading, ending, &items, data, talk);
                }
                Fact::Publication { heading, ending, items } => {
                    telling::publication(side, &heading, ending, &items, data.len(), talk);
                }
                Fact::Identity { of_sender, attribute, value, confidence } => {
                    let evidence = self.dissector.name();
                    talk.identity(about(side, of_sender), attribute, &value, confidence, evidence);
                }
                Fact::Session(session) => telling::session(side, &session, talk),
                Fact::Flag { .. } | Fact::Trouble(_) => {}
            }
        }
    }

    fn resynchronise(&self, side: Side, data: &[u8]) -> (usize, bool) {
        let lost = std::mem::take(&mut self.memory.borrow_mut().lost);
        let stretch = self.stretch(side, lost, data);
        self.dissector.desk().resynchronise(&stretch).unwrap_or((data.len(), false))
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.missing(side);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.pairing.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.pairing.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.pairing.weight()
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.dissector.desk().close(self.flow);
    }
}
