//! What is remembered of one flow: requests that wait, segments, a file under way.

use super::apdu::{Apdu, Kind};
use super::bvlc::{self, Content, Frame};
use super::network;
use super::npdu::Npdu;
use super::pairing::{Key, Requests, Waiting};
use super::reading::{Answer, Reading};
use super::segments::{Arrived, Segments, Step};
use super::service;
use super::tell::{self, Said};
use super::transfer::Transfer;
use crate::bytes::be16;
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::{Reply, TIMEOUT, Talk};

#[derive(Default)]
pub struct State {
    requests: Requests,
    segments: Segments,
    transfer: Option<Box<Transfer>>,
    reading: Reading,
    /// A foreign device was registered on this flow: it does so again and again.
    registered: bool,
}

/// Who sends a message, as its content tells: requests come from clients, replies and announcements from servers.
pub fn speaker(frame: &Frame<'_>) -> Option<Side> {
    let Content::Npdu(bytes) = frame.content else {
        return Some(match frame.function {
            bvlc::RESULT | bvlc::READ_BROADCAST_DISTRIBUTION_TABLE_ACK | bvlc::READ_FOREIGN_DEVICE_TABLE_ACK => {
                Side::Server
            }
            bvlc::SECURE_BVLL => return None,
            _ => Side::Client,
        });
    };
    let npdu = Npdu::read(bytes)?;
    if let Some((kind, _)) = npdu.message {
        return Some(if matches!(kind, 1..=5 | 7 | 0x13) { Side::Server } else { Side::Client });
    }
    let apdu = Apdu::read(npdu.data)?;
    let serves = match apdu.kind {
        Kind::Confirmed => service::notifies(apdu.choice),
        Kind::Unconfirmed => service::announces(apdu.choice),
        Kind::SegmentAck | Kind::Abort => apdu.by_server,
        // An answer to a notification comes from who asked for it.
        Kind::SimpleAck => !service::notifies(apdu.choice),
        _ => true,
    };
    Some(if serves { Side::Server } else { Side::Client })
}

impl State {
    pub fn datagram(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let Some(frame) = Frame::read(data) else { return talk.flag(Flag::BacnetLink, Some(0), None) };
        if !frame.whole {
            talk.flag(Flag::BacnetLength, Some(2), None);
        }
        let bytes = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let rest = match frame.content {
            Content::Control(rest) => {
                if !bvlc::fits(&frame) {
                    talk.flag(Flag::BacnetLink, Some(1), None);
                }
                return self.link(side, frame.function, rest, bytes, talk);
            }
            Content::Npdu(rest) => rest,
        };
        let Some(npdu) = Npdu::read(rest) else { return talk.flag(Flag::BacnetNetwork, Some(4), None) };
        if !npdu.sound() {
            talk.flag(Flag::BacnetNetwork, Some(4), None);
        }
        if npdu.hops == Some(0) {
            talk.flag(Flag::BacnetHops, None, None);
        }
        let said = Said { side, frame: &frame, npdu: &npdu, bytes };
        if npdu.message.is_some() {
            return self.routing(&said, talk);
        }
        match Apdu::read(npdu.data) {
            Some(apdu) => self.application(&said, &apdu, talk),
            None => talk.flag(Flag::BacnetApdu, None, None),
        }
    }

    /// A message of the virtual link itself.
    fn link(&mut self, side: Side, function: u8, rest: &[u8], bytes: u32, talk: &mut Talk<'_>) {
        let answered = match function {
            bvlc::READ_BROADCAST_DISTRIBUTION_TABLE_ACK => Some(bvlc::READ_BROADCAST_DISTRIBUTION_TABLE),
            bvlc::READ_FOREIGN_DEVICE_TABLE_ACK => Some(bvlc::READ_FOREIGN_DEVICE_TABLE),
            bvlc::RESULT => be16(rest, 0).and_then(bvlc::refused),
            _ => None,
        };
        if function == bvlc::RESULT || answered.is_some() {
            return self.linked(side, (function, rest), answered, bytes, talk);
        }
        if function == bvlc::SECURE_BVLL || bvlc::name(function).is_none() {
            self.reading.clear();
            return tell::link(side, function, rest, bytes, &mut self.reading, talk);
        }
        self.wait(side, Key::Link(function), None, rest, bytes, talk);
    }

    /// An answer of the virtual link. A result of 0 does not say to what.
    fn linked(&mut self, side: Side, reply: (u8, &[u8]), answered: Option<u8>, bytes: u32, talk: &mut Talk<'_>) {
        let hash = hash::quick(reply.1);
        let functions = match answered {
            Some(function) => [function; 3],
            None => [
                bvlc::REGISTER_FOREIGN_DEVICE,
                bvlc::WRITE_BROADCAST_DISTRIBUTION_TABLE,
                bvlc::DELETE_FOREIGN_DEVICE_TABLE_ENTRY,
            ],
        };
        let found = functions.iter().find_map(|f| self.requests.take(Key::Link(*f), side, None, hash));
        self.reading.clear();
        let Some(request) = found else {
            return tell::link(side, reply.0, reply.1, bytes, &mut self.reading, talk);
        };
        let again = self.registered;
        self.registered |= request.key == Key::Link(bvlc::REGISTER_FOREIGN_DEVICE);
        tell::linked(&request, Some((reply.0, reply.1, bytes)), Reply::Answered, again, &mut self.reading, talk);
        self.requests.recycle(request.data);
    }

    /// A message between routers.
    fn routing(&mut self, said: &Said<'_>, talk: &mut Talk<'_>) {
        let (npdu, side) = (said.npdu, said.side);
        if network::asks(npdu) && !said.frame.broadcast() {
            return self.wait(side, Key::Routing, Some(said), npdu.data, said.bytes, talk);
        }
        self.reading.clear();
        let request = match npdu.message {
            Some((network::INITIALIZE_ROUTING_TABLE_ACK, _)) => {
                self.requests.take(Key::Routing, side, npdu.source, hash::quick(npdu.data))
            }
            _ => None,
        };
        match request {
            Some(request) => {
                tell::routed(&request, Some(said), Reply::Answered, &mut self.reading, talk);
                self.requests.recycle(request.data);
            }
            None => tell::routing(said, &mut self.reading, talk),
        }
    }

    fn application(&mut self, said: &Said<'_>, apdu: &Apdu<'_>, talk: &mut Talk<'_>) {
        match apdu.kind {
            Kind::Unconfirmed => {
                if service::unconfirmed(apdu.choice).is_none() {
                    talk.flag(Flag::BacnetService, None, None);
                }
                self.reading.clear();
                tell::unconfirmed(said, apdu, &mut self.reading, talk);
            }
            Kind::SegmentAck => {}
            Kind::Confirmed | Kind::ComplexAck if apdu.segment.is_some() => self.segment(said, apdu, talk),
            Kind::Confirmed => self.ask(said, apdu, None, talk),
            Kind::Abort if !apdu.by_server => self.give_up(said, apdu, talk),
            _ => {
                self.segments.forget(apdu.invoke);
                self.answer(said, apdu, said.bytes, 0, talk);
            }
        }
    }

    fn segment(&mut self, said: &Said<'_>, apdu: &Apdu<'_>, talk: &mut Talk<'_>) {
        let Some(segment) = apdu.segment else { return };
        let request = apdu.kind == Kind::Confirmed;
        let arrived = Arrived {
            side: said.side,
            invoke: apdu.invoke,
            place: said.npdu.source,
            request,
            segment,
            span: talk.span(),
            ordinal: talk.ordinal(),
            bytes: said.bytes,
            data: apdu.data,
        };
        match self.segments.take(&arrived) {
            Step::Waiting => {}
            Step::Missing => talk.flag(Flag::BacnetSegment, None, None),
            Step::Limit => talk.flag(Flag::ParserLimit, None, None),
            Step::Whole(parts) => {
                let whole = Apdu { segment: None, data: &parts.data, ..*apdu };
                if request {
                    self.ask(said, &whole, Some((parts.span, parts.ordinal, parts.bytes, parts.count)), talk);
                } else {
                    self.answer(said, &whole, parts.bytes, parts.count, talk);
                }
            }
        }
    }

    fn ask(&mut self, said: &Said<'_>, apdu: &Apdu<'_>, parts: Option<(Span, i64, u32, u32)>, talk: &mut Talk<'_>) {
        if service::confirmed(apdu.choice).is_none() {
            talk.flag(Flag::BacnetService, None, None);
        }
        let key = Key::Invoke(apdu.invoke, Some(apdu.choice));
        self.hold(said, key, apdu.data, parts, talk);
    }

    fn hold(
        &mut self,
        said: &Said<'_>,
        key: Key,
        data: &[u8],
        parts: Option<(Span, i64, u32, u32)>,
        talk: &mut Talk<'_>,
    ) {
        let (span, ordinal, bytes, segments) = parts.unwrap_or((talk.span(), talk.ordinal(), said.bytes, 0));
        let npdu = said.npdu;
        let waiting = Waiting {
            key,
            side: said.side,
            asked: npdu.destination,
            asker: npdu.source,
            data: Vec::new(),
            span,
            ordinal,
            bytes,
            segments,
            hops: npdu.hops,
            repeats: 0,
            flagged: talk.flagged(),
            blind: said.frame.broadcast(),
        };
        self.keep(waiting, data, talk);
    }

    /// A request without an APDU.
    fn wait(&mut self, side: Side, key: Key, said: Option<&Said<'_>>, data: &[u8], bytes: u32, talk: &mut Talk<'_>) {
        if let Some(said) = said {
            return self.hold(said, key, data, None, talk);
        }
        let waiting = Waiting {
            key,
            side,
            asked: None,
            asker: None,
            data: Vec::new(),
            span: talk.span(),
            ordinal: talk.ordinal(),
            bytes,
            segments: 0,
            hops: None,
            repeats: 0,
            flagged: talk.flagged(),
            blind: false,
        };
        self.keep(waiting, data, talk);
    }

    fn keep(&mut self, mut waiting: Waiting, data: &[u8], talk: &mut Talk<'_>) {
        let (key, side, asked) = (waiting.key, waiting.side, waiting.asked);
        if self.requests.repeated(key, side, asked, data) {
            return;
        }
        while let Some((other, limit)) = self.requests.displaced(key, side, asked, data.len()) {
            if limit {
                talk.flag(Flag::ParserLimit, None, None);
            }
            let late = talk.now().saturating_sub(other.span.last.time) >= TIMEOUT;
            let reply = if limit || other.blind || !late { Reply::None } else { Reply::Unanswered };
            self.silent(&other, reply, talk);
        }
        waiting.data = self.requests.buffer(data);
        self.requests.push(waiting);
    }

    fn answer(&mut self, said: &Said<'_>, apdu: &Apdu<'_>, bytes: u32, segments: u32, talk: &mut Talk<'_>) {
        let answer = match apdu.kind {
            Kind::SimpleAck => Answer::Simple,
            Kind::ComplexAck => Answer::Complex(apdu.data),
            Kind::Error => Answer::Error(apdu.data),
            Kind::Reject => Answer::Reject(apdu.choice),
            _ => Answer::Abort(apdu.choice),
        };
        let choice = (!matches!(apdu.kind, Kind::Reject | Kind::Abort)).then_some(apdu.choice);
        let key = Key::Invoke(apdu.invoke, choice);
        let hash = hash::quick(apdu.data);
        self.reading.clear();
        let Some(request) = self.requests.take(key, said.side, said.npdu.source, hash) else {
            let kind = self.requests.lone(key, hash);
            match kind {
                Reply::Duplicate => talk.flag(Flag::PairingDuplicateReply, None, None),
                _ if self.requests.in_step && !said.frame.broadcast() => {
                    talk.flag(Flag::PairingUnexpectedReply, None, None);
                }
                _ => {}
            }
            return tell::lone(said, apdu, answer, kind, &mut self.reading, talk);
        };
        let ended = tell::Ended { answer, kind: apdu.kind, bytes, segments };
        tell::answered(&request, &ended, &mut self.reading, talk);
        if let Some(step) = self.reading.step.take() {
            let span = Span { first: request.span.first, last: talk.span().last };
            Transfer::follow(&mut self.transfer, &step, (span, request.ordinal, request.side), talk);
        }
        self.requests.recycle(request.data);
    }

    /// A client aborts what it asked for itself, or the segments it sends or receives.
    fn give_up(&mut self, said: &Said<'_>, apdu: &Apdu<'_>, talk: &mut Talk<'_>) {
        self.segments.forget(apdu.invoke);
        self.reading.clear();
        let answer = Answer::Abort(apdu.choice);
        match self.requests.given_up(apdu.invoke, said.side) {
            Some(request) => {
                let ended = tell::Ended { answer, kind: Kind::Abort, bytes: said.bytes, segments: 0 };
                tell::answered(&request, &ended, &mut self.reading, talk);
                self.requests.recycle(request.data);
            }
            None => tell::lone(said, apdu, answer, Reply::None, &mut self.reading, talk),
        }
    }

    fn silent(&mut self, request: &Waiting, reply: Reply, talk: &mut Talk<'_>) {
        self.reading.clear();
        match request.key {
            Key::Link(_) => tell::linked(request, None, reply, self.registered, &mut self.reading, talk),
            Key::Routing => tell::routed(request, None, reply, &mut self.reading, talk),
            Key::Invoke(..) => tell::silent(request, reply, &mut self.reading, talk),
        }
    }

    pub fn gap(&mut self, side: Side) {
        self.requests.gap(side);
        self.segments.clear();
    }

    /// Tells requests that waited too long, and files that nobody went on with.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while let Some(request) = self.requests.expired(now, TIMEOUT) {
            let reply = if request.blind { Reply::None } else { Reply::Unanswered };
            self.silent(&request, reply, talk);
            self.requests.recycle(request.data);
        }
        Transfer::expire(&mut self.transfer, now, talk);
    }

    pub fn weight(&self) -> usize {
        self.requests.weight() + self.segments.weight() + self.reading.drafts.weight() + size_of::<Self>()
    }
}
