//! A protocol that ISO transport carries: packets are taken off, segments put together, whole messages handed over.

use super::{Put, Segments, Tpdu, tpkt};
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::protocol::{Framing, Parser, Talk};

/// What such a protocol does with its part.
pub trait Application: Default + Send {
    /// Whether the data of a transport PDU begin one of its messages. None: too few bytes to tell.
    fn begins(data: &[u8]) -> Option<bool>;

    /// A PDU of the transport itself: a call, its answer, a refusal, a release.
    fn transport(&mut self, side: Side, pdu: &Tpdu<'_>, talk: &mut Talk<'_>);

    /// One message with the packets it came in.
    fn message(&mut self, side: Side, message: &[u8], span: Span, talk: &mut Talk<'_>);

    /// Whether nothing can be read any more: segments are then not put together.
    fn unreadable(&self) -> bool {
        false
    }

    fn gap(&mut self, side: Side);

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>);

    fn close(&mut self, talk: &mut Talk<'_>);

    fn weight(&self) -> usize;
}

/// One flow of it.
#[derive(Default)]
pub struct Carried<A: Application> {
    application: A,
    segments: [Segments; 2],
}

impl<A: Application> Carried<A> {
    fn segment(&mut self, side: Side, data: &[u8], end: bool, talk: &mut Talk<'_>) {
        if self.application.unreadable() {
            return;
        }
        let [client, server] = &mut self.segments;
        let segments = if side == Side::Client { client } else { server };
        match segments.put(data, end, talk.span()) {
            Put::Whole(message, span) => self.application.message(side, message, span, talk),
            Put::Refused => talk.flag(Flag::ParserLimit, None, None),
            Put::More => {}
        }
    }
}

impl<A: Application> Parser for Carried<A> {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        tpkt::framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        match Tpdu::read(tpkt::body(data)) {
            Some(Tpdu::Data { end, data }) => self.segment(side, data, end, talk),
            Some(pdu) => self.application.transport(side, &pdu, talk),
            None => talk.flag(Flag::IsoTpdu, Some(4), None),
        }
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        tpkt::resynchronise(data, A::begins)
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        let [client, server] = &mut self.segments;
        (if side == Side::Client { client } else { server }).gap();
        self.application.gap(side);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.application.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.application.close(talk);
    }

    fn weight(&self) -> usize {
        self.segments.iter().map(|s| size_of::<Segments>() + s.weight()).sum::<usize>() + self.application.weight()
    }
}
