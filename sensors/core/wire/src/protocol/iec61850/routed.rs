//! R-GOOSE and R-SV: what a publisher sends over UDP, by the session's own number and security, and its payloads to those
//! who read them on Ethernet.

use super::published::Publications;
use super::session::{self, Spdu};
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::goose::ControlBlocks;
use crate::protocol::sampled_values::Streams;
use crate::protocol::{Framing, Guess, Outcome, Parser, Probe, Talk};
use crate::text::Details;

pub const PORT: u16 = 102;

/// Which of the two a flow is named after: what its first datagram carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Goose,
    SampledValues,
}

impl Kind {
    fn of(spdu: &Spdu<'_>) -> Self {
        let first = spdu.payloads().next().map(|(kind, _)| kind);
        match (spdu.identifier, first) {
            (session::SAMPLED_VALUES, _) => Self::SampledValues,
            (session::GOOSE, _) => Self::Goose,
            (_, Some(session::SV_PAYLOAD)) => Self::SampledValues,
            _ => Self::Goose,
        }
    }

    /// Flags of a session that cannot be read, and whose number repeats or skips.
    const fn flags(self) -> (Flag, Flag, Flag) {
        match self {
            Self::Goose => (Flag::GooseSessionMalformed, Flag::GooseSpduRepeated, Flag::GooseSpduGap),
            Self::SampledValues => {
                (Flag::SampledValuesSessionMalformed, Flag::SampledValuesSpduRepeated, Flag::SampledValuesSpduGap)
            }
        }
    }
}

pub fn probe(probe: &Probe<'_>, kind: Kind) -> Guess {
    match session::read(probe.data) {
        Some(spdu) if Kind::of(&spdu) == kind => Guess::Yes { confidence: 0.95, sender: Some(Side::Client) },
        _ => Guess::No,
    }
}

pub fn parser(kind: Kind) -> Box<dyn Parser> {
    let (blocks, streams) = (ControlBlocks::default(), Streams::default());
    Box::new(Routed { kind, blocks, streams, number: None, security: None })
}

struct Routed {
    kind: Kind,
    blocks: ControlBlocks,
    streams: Streams,
    number: Option<u32>,
    /// Mode and key of the SPDU before.
    security: Option<(&'static str, u32)>,
}

impl Parser for Routed {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, _side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let (malformed, ..) = self.kind.flags();
        let Some(spdu) = session::read(data) else { return talk.flag(malformed, None, None) };
        self.follow(&spdu, talk);
        self.secured(&spdu, talk);
        if spdu.encrypted() {
            return;
        }
        let mut payloads = spdu.payloads();
        let mut further = false;
        for (kind, published) in payloads.by_ref() {
            // Each publication is a message of its own.
            if further {
                talk.begin(talk.span());
            }
            further = true;
            match kind {
                session::GOOSE_PAYLOAD => self.blocks.publication(&published, talk),
                session::SV_PAYLOAD => self.streams.publication(&published, talk),
                _ => {}
            }
        }
        if !payloads.left.is_empty() {
            talk.flag(malformed, None, None);
        }
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.blocks.expire(now, talk);
        self.streams.expire(now, talk);
    }

    fn weight(&self) -> usize {
        self.blocks.weight() + self.streams.weight() + size_of::<Self>()
    }
}

impl Routed {
    /// The SPDU number counts up by one, so that a copy can be told (8.2.2.3).
    fn follow(&mut self, spdu: &Spdu<'_>, talk: &mut Talk<'_>) {
        let (_, repeated, gap) = self.kind.flags();
        let Some(before) = self.number.replace(spdu.number) else { return };
        let flag = match spdu.number.wrapping_sub(before).cast_signed() {
            1 => return,
            2.. => gap,
            _ => repeated,
        };
        let mut details = Details::default();
        details.number("spdu_before", before).number("spdu", spdu.number);
        talk.flag(flag, None, details.finish().as_deref());
    }

    /// How the session is protected: at its first SPDU, and when that or the key changes.
    fn secured(&mut self, spdu: &Spdu<'_>, talk: &mut Talk<'_>) {
        let security = (spdu.mode(), spdu.key);
        if self.security.replace(security) == Some(security) {
            return;
        }
        let mut details = Details::default();
        details.number("session_version", spdu.version).number("key", spdu.key);
        details.number("signature_length", i64::try_from(spdu.signature.len()).unwrap_or(i64::MAX));
        if let Some((encryption, signature)) = spdu.algorithms {
            details.number("encryption_algorithm", encryption).number("signature_algorithm", signature);
        }
        let details = details.finish();
        let row = SessionRow {
            ot_session_kind: Some("iec61850_routed"),
            ot_operation: Some(Operation::SessionOpen.name()),
            event_outcome: Some(Outcome::Success.name()),
            ot_reply: Some("none"),
            ot_security_mode: Some(security.0),
            ot_details: details.as_deref(),
            ..SessionRow::default()
        };
        talk.session(Side::Client, talk.span(), talk.ordinal(), row);
    }
}
