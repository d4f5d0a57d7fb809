//! Frames that were sent, and the same frames that came back.

use super::bus::Bus;
use super::frame::{self, Datagram, Datagrams};
use super::publisher;
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::protocol::{Framing, Parser, Reply, TIMEOUT, Talk};

/// Frames under way at a time; a ring of hundreds of slaves takes less than a millisecond.
const SENT: usize = 16;
/// Buffers kept for the next frames.
const SPARE: usize = 4;

/// A frame under way.
struct Sent {
    body: Vec<u8>,
    span: Span,
    flagged: bool,
}

/// A datagram as it was sent and as it came back, as far as either was seen.
#[derive(Clone, Copy)]
pub struct Passage<'a> {
    pub sent: Option<Datagram<'a>>,
    pub back: Option<Datagram<'a>>,
    pub span: Span,
    pub duration: Option<i64>,
    pub reply: Reply,
    pub flagged: bool,
}

impl<'a> Passage<'a> {
    /// The datagram, as it was sent where that was seen.
    pub fn head(&self) -> Option<Datagram<'a>> {
        self.sent.or(self.back)
    }

    /// Working counter of what came back.
    pub fn counter(&self) -> Option<u16> {
        self.back.map(|back| back.counter)
    }
}

/// EtherCAT between one master and the address it sends to.
#[derive(Default)]
pub struct Segment {
    sent: Vec<Sent>,
    spare: Vec<Vec<u8>>,
    /// Frames come back where this sensor looks: one that does not is lost.
    comes_back: bool,
    bus: Bus,
}

impl Segment {
    fn frame(&mut self, side: Side, body: &[u8], talk: &mut Talk<'_>) {
        let back =
            |sent: &Sent| frame::same(&sent.body, body) && (side == Side::Server || frame::passed(&sent.body, body));
        if let Some(at) = self.sent.iter().position(back) {
            let sent = self.sent.remove(at);
            self.comes_back = true;
            self.returned(&sent, body, talk);
            self.recycle(sent.body);
        } else if side == Side::Server || frame::counted(body) {
            let (span, flagged) = (talk.span(), talk.flagged());
            for datagram in Datagrams::of(body) {
                let alone = Passage {
                    sent: None,
                    back: Some(datagram),
                    span,
                    duration: None,
                    reply: if self.comes_back { Reply::Unexpected } else { Reply::None },
                    flagged,
                };
                talk.begin(span);
                self.bus.passage(&alone, talk);
            }
        } else {
            self.send(body, talk);
        }
    }

    fn returned(&mut self, sent: &Sent, body: &[u8], talk: &mut Talk<'_>) {
        let (now, flagged) = (talk.span(), sent.flagged || talk.flagged());
        let span = Span { first: sent.span.first, last: now.last };
        let duration = Some(now.first.time.saturating_sub(sent.span.last.time).max(0));
        for (sent, back) in Datagrams::of(&sent.body).zip(Datagrams::of(body)) {
            talk.begin(span);
            let only_writes = back.command().is_some_and(|command| command.writes && !command.reads);
            let altered = only_writes && sent.data != back.data;
            if altered {
                talk.flag(Flag::EthercatDataAltered, None, None);
            }
            let reply = Reply::Answered;
            let flagged = flagged || altered;
            self.bus.passage(&Passage { sent: Some(sent), back: Some(back), span, duration, reply, flagged }, talk);
        }
    }

    fn send(&mut self, body: &[u8], talk: &mut Talk<'_>) {
        if self.sent.len() >= SENT {
            self.give_up(0, talk);
        }
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.clear();
        buffer.extend_from_slice(body);
        self.sent.push(Sent { body: buffer, span: talk.span(), flagged: talk.flagged() });
    }

    /// Tells a frame that did not come back.
    fn give_up(&mut self, at: usize, talk: &mut Talk<'_>) {
        if at >= self.sent.len() {
            return;
        }
        let sent = self.sent.remove(at);
        let reply = if self.comes_back { Reply::Unanswered } else { Reply::None };
        for datagram in Datagrams::of(&sent.body) {
            talk.begin(sent.span);
            let (span, flagged) = (sent.span, sent.flagged);
            let passage = Passage { sent: Some(datagram), back: None, span, duration: None, reply, flagged };
            self.bus.passage(&passage, talk);
        }
        self.recycle(sent.body);
    }

    fn recycle(&mut self, buffer: Vec<u8>) {
        if self.spare.len() < SPARE {
            self.spare.push(buffer);
        }
    }
}

impl Parser for Segment {
    /// A frame holds one message, and what pads it to the least length of Ethernet.
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let Some((kind, length)) = frame::head(data) else { return };
        match kind {
            frame::DATAGRAMS => {
                let body = frame::body(data, length, talk);
                self.frame(side, body, talk);
            }
            frame::NETWORK_VARIABLES => publisher::frame(side, data, length, talk),
            frame::MAILBOX => self.bus.gateway(side, data.get(frame::HEADER..).unwrap_or_default(), talk),
            _ => talk.flag(Flag::EthercatFrameType, Some(1), None),
        }
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while self.sent.first().is_some_and(|sent| now.saturating_sub(sent.span.last.time) >= TIMEOUT) {
            self.give_up(0, talk);
        }
        self.bus.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        while !self.sent.is_empty() {
            self.give_up(0, talk);
        }
        self.bus.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        let buffers = self.sent.iter().map(|sent| size_of::<Sent>() + sent.body.capacity()).sum::<usize>();
        size_of::<Self>() + buffers + self.spare.iter().map(Vec::capacity).sum::<usize>() + self.bus.weight()
    }
}
