//! The streams of one flow, and how their samples are told: each ASDU is an item of its frame's publication.

use super::apdu::{self, Asdu, Asdus, Pdu};
use super::stream::{Stream, Told};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::ber::Elements;
use crate::protocol::iec61850::published::{Publications, Published};
use crate::protocol::iec61850::write_utc;
use crate::protocol::{Exchange, Function, Item, Outcome, Talk, Unit};
use crate::text::Details;
use std::fmt::Write as _;

/// Streams of one sender to one address that are followed.
const STREAMS: usize = 64;
/// ASDUs of a frame that are read; the merging units' profiles go up to eight, and so many are told without a new buffer.
const MOST: usize = 64;
const USUAL: usize = 8;
/// Octets of a grand master's identity (gmIdentity).
const CLOCK: usize = 8;

/// An ASDU and the place of its stream.
type Placed<'a> = (usize, Asdu<'a>);

#[derive(Default)]
pub struct State {
    streams: Vec<Stream>,
    /// Place behind that of the last ASDU's stream: where the next one's is most often.
    next: usize,
    /// What each item's details say; these and a time in them are written into the same room again and again.
    details: Vec<String>,
    scratch: String,
    told: Told,
}

impl Publications for State {
    const LENGTH_MISMATCH: Flag = Flag::SampledValuesLengthMismatch;

    fn publication(&mut self, published: &Published<'_>, talk: &mut Talk<'_>) {
        let Some(pdu) = apdu::read(published.apdu) else {
            return talk.flag(Flag::SampledValuesMalformed, Some(8), None);
        };
        // The frame's length field was looked at before.
        let mut news = talk.flagged() && self.told.first(Flag::SampledValuesLengthMismatch, talk.now());
        news |= pdu.malformed && self.odd(Flag::SampledValuesMalformed, talk);
        news |= published.simulated && self.odd(Flag::SampledValuesSimulated, talk);
        let few = pdu.count.is_some_and(|count| (0..=8).contains(&count));
        let (mut usual, mut many) = ([(0, Asdu::default()); USUAL], Vec::new());
        let read = if few {
            usual.as_mut_slice()
        } else {
            let said = pdu.count.and_then(|count| usize::try_from(count).ok()).unwrap_or(MOST);
            many.resize(said.clamp(USUAL, MOST), (0, Asdu::default()));
            many.as_mut_slice()
        };
        let (count, odd) = self.follow(&pdu, read, talk);
        self.tell(published, &pdu, news || odd, read.get(..count).unwrap_or_default(), talk);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        for stream in &mut self.streams {
            stream.expire(now, talk);
        }
    }

    fn weight(&self) -> usize {
        let of =
            |stream: &Stream| size_of::<Stream>() + stream.id.len() + stream.data_set.as_ref().map_or(0, |n| n.len());
        let details = self.details.iter().map(|text| text.capacity() + size_of::<String>()).sum::<usize>();
        self.streams.iter().map(of).sum::<usize>() + details + size_of::<Self>()
    }
}

impl State {
    /// Raises a flag of a frame; whether it is the first of its kind in this second.
    fn odd(&mut self, flag: Flag, talk: &mut Talk<'_>) -> bool {
        talk.flag(flag, None, None);
        self.told.first(flag, talk.now())
    }

    /// Reads the ASDUs as long as there is room for them: how many, and whether something odd about them is news.
    fn follow<'a>(&mut self, pdu: &Pdu<'a>, read: &mut [Placed<'a>], talk: &mut Talk<'_>) -> (usize, bool) {
        let mut asdus = Asdus(Elements { left: pdu.asdus });
        let (mut seen, mut count, mut news) = (0, 0, false);
        while seen < read.len() {
            let Some(asdu) = asdus.next() else { break };
            seen += 1;
            news |= asdu.malformed && self.odd(Flag::SampledValuesMalformed, talk);
            let Some(at) = self.place(&asdu, talk) else { continue };
            let Some((stream, slot)) = self.streams.get_mut(at).zip(read.get_mut(count)) else { continue };
            news |= stream.follow(&asdu, talk);
            *slot = (at, asdu);
            count += 1;
        }
        let left = !asdus.0.left.is_empty();
        if left && seen == MOST {
            news |= self.odd(Flag::ParserLimit, talk);
        } else if left && asdus.next().is_none() {
            news |= self.odd(Flag::SampledValuesMalformed, talk);
        } else if left || pdu.count.is_some_and(|said| usize::try_from(said) != Ok(seen)) {
            news |= self.odd(Flag::SampledValuesAsduMismatch, talk);
        }
        (count, news)
    }

    /// The stream an ASDU belongs to, new or known.
    fn place(&mut self, asdu: &Asdu<'_>, talk: &mut Talk<'_>) -> Option<usize> {
        let guess = if self.next < self.streams.len() { self.next } else { 0 };
        let at = if self.streams.get(guess).is_some_and(|stream| stream.is(asdu.id)) {
            guess
        } else if let Some(at) = self.streams.iter().position(|stream| stream.is(asdu.id)) {
            at
        } else if asdu.id.is_empty() {
            return None;
        } else if self.streams.len() >= STREAMS {
            talk.flag(Flag::ParserLimit, None, None);
            return None;
        } else {
            let stream = Stream::new(asdu, talk.now());
            talk.identity(Side::Client, "service", &format!("sampled_values {}", stream.id), 0.9, "sampled_values");
            self.streams.push(stream);
            self.streams.len() - 1
        };
        self.next = at + 1;
        Some(at)
    }

    /// One publication: an item for each ASDU.
    fn tell(&mut self, published: &Published<'_>, pdu: &Pdu<'_>, news: bool, read: &[Placed<'_>], talk: &mut Talk<'_>) {
        if self.details.len() < read.len() {
            self.details.resize(read.len(), String::new());
        }
        let all = news || talk.ledger.settings.full;
        for (number, (at, asdu)) in read.iter().enumerate() {
            let Some((stream, room)) = self.streams.get_mut(*at).zip(self.details.get_mut(number)) else { continue };
            if !all && !stream.may_tell() {
                room.clear();
                continue;
            }
            stream.fresh = false;
            let mut details = Details::within(std::mem::take(room));
            describe(asdu, stream.data_set.as_deref(), &mut self.scratch, &mut details);
            if number == 0 {
                describe_frame(published, pdu, &mut details);
            }
            *room = details.finish().unwrap_or_default();
        }
        let (mut usual, mut many) = ([Item::new(Operation::Publish); USUAL], Vec::new());
        let items = if read.len() <= USUAL {
            usual.as_mut_slice()
        } else {
            many.resize(read.len(), Item::new(Operation::Publish));
            many.as_mut_slice()
        };
        for ((item, (at, asdu)), details) in items.iter_mut().zip(read).zip(&self.details) {
            if let Some(stream) = self.streams.get(*at) {
                stream.item(asdu, item);
                item.details = Some(details.as_str()).filter(|details| !details.is_empty());
            }
        }
        let items = items.get(..read.len()).unwrap_or_default();
        let mut exchange = Exchange::new(talk.span(), Side::Client, talk.ordinal(), items);
        exchange.function = Function { code: None, name: Some("SV") };
        exchange.unit = Unit::Number(u32::from(published.application));
        exchange.outcome = Outcome::Success;
        exchange.bytes = u32::try_from(published.length).unwrap_or(u32::MAX);
        exchange.flagged = news;
        talk.exchange(&exchange);
    }
}

fn describe(asdu: &Asdu<'_>, data_set: Option<&str>, scratch: &mut String, details: &mut Details) {
    for (key, value) in [
        ("sample_count", asdu.count.map(i64::from)),
        ("revision", asdu.revision.map(i64::from)),
        ("synchronised", asdu.synchronised.map(i64::from)),
        ("rate", asdu.rate.map(i64::from)),
        ("rate_mode", asdu.mode.map(i64::from)),
    ] {
        if let Some(value) = value {
            details.number(key, value);
        }
    }
    if let Some(data_set) = data_set {
        details.text("data_set", data_set);
    }
    scratch.clear();
    if asdu.refreshed.is_some_and(|time| write_utc(scratch, time)) {
        details.text("refreshed", scratch);
    }
    if let Some(clock) = asdu.clock {
        scratch.clear();
        for octet in clock.iter().take(CLOCK) {
            let _ = write!(scratch, "{octet:02x}");
        }
        details.text("clock", scratch);
    }
}

fn describe_frame(published: &Published<'_>, pdu: &Pdu<'_>, details: &mut Details) {
    if published.simulated {
        details.truth("simulated", true);
    }
    if let Some(length) = pdu.security {
        details.number("security_length", i64::try_from(length).unwrap_or(i64::MAX));
    }
    if published.extension > 0 {
        details.number("extension_length", published.extension);
    }
}
