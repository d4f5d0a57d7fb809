//! One stream of samples: what it said of itself last, and what is odd about what it says now.

use super::apdu::Asdu;
use super::counter::{Counter, Oddity};
use crate::dataset::Flag;
use crate::protocol::{Address, Form, Item, Object, Talk, Values};
use crate::text::{self, Details};

/// Octets of a value with its quality.
const PAIR: usize = 8;
/// Bits of a quality (IEC 61850-8-1, table 24): thirteen, and one for what was derived.
const QUALITY: u32 = 0x3fff;
/// Validity other than good, and the test bit.
const LOWERED: u32 = 0x0803;
/// Each kind of oddity is told once in so long, ns.
const SECOND: i64 = 1_000_000_000;
/// A stream is called silent after so many cycles, and not before a second.
const PATIENCE: i64 = 32;

/// smpSynch: no clock, any clock of the place, the global one; 5 to 254 name a clock of the place.
const NONE: u8 = 0;
const GLOBAL: u8 = 2;

/// How the octets of a sample are laid out: the data set's types stand in the SCL file only.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layout {
    /// INT32 and quality, one pair after another (9-2LE; IEC 61869-9).
    Pairs,
    Unknown,
}

impl Layout {
    /// By the bits that no quality has.
    fn of(sample: &[u8]) -> Self {
        let whole = sample.len().is_multiple_of(PAIR) && !sample.is_empty();
        if whole && qualities(sample).all(|quality| quality & !QUALITY == 0) { Self::Pairs } else { Self::Unknown }
    }
}

fn qualities(sample: &[u8]) -> impl Iterator<Item = u32> {
    sample.as_chunks::<PAIR>().0.iter().map(|[.., a, b, c, d]| u32::from_be_bytes([*a, *b, *c, *d]))
}

#[derive(Debug)]
pub struct Stream {
    pub id: Box<str>,
    pub data_set: Option<Box<str>>,
    revision: u32,
    synchronised: u8,
    rate: Option<u16>,
    mode: Option<u16>,
    length: usize,
    layout: Layout,
    /// Bits of all its qualities that say something is not good.
    lowered: u32,
    counter: Counter,
    time: i64,
    /// Shortest time between two frames so far, ns.
    cycle: i64,
    silent: bool,
    /// Nothing was told of it yet.
    pub fresh: bool,
    told: Told,
}

impl Stream {
    pub fn new(asdu: &Asdu<'_>, now: i64) -> Self {
        let text = |bytes: &[u8]| text::bounded(bytes, text::TEXT_LIMIT).0.into_boxed_str();
        Self {
            id: text(asdu.id),
            data_set: asdu.data_set.map(text),
            revision: asdu.revision.unwrap_or(0),
            synchronised: asdu.synchronised.unwrap_or(0),
            rate: asdu.rate,
            mode: asdu.mode,
            length: asdu.sample.len(),
            layout: Layout::of(asdu.sample),
            lowered: lowered(asdu.sample),
            // As if the sample before had been seen: the first one is never odd.
            counter: Counter::new(asdu.count.unwrap_or(0).wrapping_sub(1)),
            time: now,
            cycle: 0,
            silent: false,
            fresh: true,
            told: Told::default(),
        }
    }

    pub fn is(&self, id: &[u8]) -> bool {
        self.id.as_bytes() == id
    }

    /// Whether its next sample may be news by itself. Octets are none: nobody knows what in them is a value.
    pub fn may_tell(&self) -> bool {
        self.fresh || self.layout == Layout::Pairs
    }

    /// Compares a sample with the one before it; whether it is news that something is odd.
    pub fn follow(&mut self, asdu: &Asdu<'_>, talk: &mut Talk<'_>) -> bool {
        let now = talk.now();
        let mut news = false;
        if let Some(count) = asdu.count {
            let before = self.counter.last;
            if let Some(oddity) = self.counter.follow(count) {
                news |= self.odd(counted(oddity), talk, |details| {
                    details.number("sample_count_before", before).number("sample_count", count);
                    if let Oddity::Gap(missing) = oddity {
                        details.number("missing", missing);
                    }
                });
            }
        }
        news |= self.clock(asdu, talk);
        news |= self.configuration(asdu, talk);
        if self.layout == Layout::Pairs {
            news |= self.quality(asdu, talk);
        }
        let passed = now.saturating_sub(self.time);
        if passed > 0 && !self.silent {
            self.cycle = if self.cycle == 0 { passed } else { self.cycle.min(passed) };
        }
        (self.time, self.silent) = (now, false);
        news
    }

    fn clock(&mut self, asdu: &Asdu<'_>, talk: &mut Talk<'_>) -> bool {
        let Some(now) = asdu.synchronised.filter(|now| *now != self.synchronised) else { return false };
        let before = std::mem::replace(&mut self.synchronised, now);
        rank(now) < rank(before)
            && self.odd(Flag::SampledValuesSynchLost, talk, |details| {
                details.number("synchronised_before", before).number("synchronised", now);
            })
    }

    fn configuration(&mut self, asdu: &Asdu<'_>, talk: &mut Talk<'_>) -> bool {
        let revision = asdu.revision.unwrap_or(self.revision);
        let data_set = asdu.data_set == self.data_set.as_ref().map(|known| known.as_bytes());
        let new = (revision, asdu.rate, asdu.mode, asdu.sample.len());
        if data_set && new == (self.revision, self.rate, self.mode, self.length) {
            return false;
        }
        let before = self.revision;
        (self.revision, self.rate, self.mode, self.length) = new;
        if !data_set {
            self.data_set = asdu.data_set.map(|name| text::bounded(name, text::TEXT_LIMIT).0.into_boxed_str());
        }
        self.layout = Layout::of(asdu.sample);
        self.odd(Flag::SampledValuesConfigurationChanged, talk, |details| {
            details.number("revision_before", before).number("revision", revision);
        })
    }

    fn quality(&mut self, asdu: &Asdu<'_>, talk: &mut Talk<'_>) -> bool {
        let before = std::mem::replace(&mut self.lowered, lowered(asdu.sample));
        let worse = self.lowered & !before != 0;
        worse && self.odd(Flag::SampledValuesQualityLowered, talk, |_| {})
    }

    /// Raises a flag; whether its kind was not told in this second yet.
    fn odd(&mut self, flag: Flag, talk: &mut Talk<'_>, describe: impl FnOnce(&mut Details)) -> bool {
        let news = self.told.first(flag, talk.now());
        let details = news.then(|| {
            let mut details = Details::default();
            details.text("stream", &self.id);
            describe(&mut details);
            details.finish()
        });
        talk.flag(flag, None, details.flatten().as_deref());
        news
    }

    /// A stream that stopped is told once.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        let allowed = self.cycle.saturating_mul(PATIENCE).max(SECOND);
        if !self.silent && self.cycle > 0 && now.saturating_sub(self.time) > allowed {
            self.silent = true;
            let mut details = Details::default();
            details.text("stream", &self.id);
            talk.flag(Flag::SampledValuesSilent, None, details.finish().as_deref());
        }
    }

    /// What a sample says as an item of its message.
    pub fn item<'a>(&'a self, asdu: &Asdu<'a>, item: &mut Item<'a>) {
        let (address, kind, form) = match self.layout {
            Layout::Pairs => (Address::Elements(&self.id), "int32_quality", Form::Int32),
            Layout::Unknown => (Address::Text(&self.id), "octets", Form::Uint8),
        };
        let count = u32::try_from(asdu.sample.len() / form.width()).unwrap_or(0);
        item.object = Object { kind: Some("samples"), address, start: 0, count };
        item.values = Values::Packed { kind, form, bytes: asdu.sample };
    }
}

/// Kinds of oddities that were told in the second that began then: a stream is too quick for a row each time.
#[derive(Debug, Default)]
pub struct Told {
    kinds: u16,
    since: i64,
}

impl Told {
    /// Whether it is the first of its kind in this second.
    pub fn first(&mut self, flag: Flag, now: i64) -> bool {
        if now.saturating_sub(self.since) >= SECOND {
            (self.kinds, self.since) = (0, now);
        }
        let kind = 1_u16 << ODDITIES.iter().position(|known| *known == flag).unwrap_or(ODDITIES.len());
        let first = self.kinds & kind == 0;
        self.kinds |= kind;
        first
    }
}

/// Each a bit of `Told`.
const ODDITIES: [Flag; 10] = [
    Flag::SampledValuesCountGap,
    Flag::SampledValuesCountRepeated,
    Flag::SampledValuesCountFell,
    Flag::SampledValuesSynchLost,
    Flag::SampledValuesConfigurationChanged,
    Flag::SampledValuesQualityLowered,
    Flag::SampledValuesSimulated,
    Flag::SampledValuesMalformed,
    Flag::SampledValuesLengthMismatch,
    Flag::SampledValuesAsduMismatch,
];

const fn counted(oddity: Oddity) -> Flag {
    match oddity {
        Oddity::Gap(_) => Flag::SampledValuesCountGap,
        Oddity::Repeated => Flag::SampledValuesCountRepeated,
        Oddity::Fell => Flag::SampledValuesCountFell,
    }
}

/// How far a clock reaches.
const fn rank(synchronised: u8) -> u8 {
    match synchronised {
        NONE => 0,
        GLOBAL => 2,
        _ => 1,
    }
}

fn lowered(sample: &[u8]) -> u32 {
    qualities(sample).fold(0, |all, quality| all | quality) & LOWERED
}
