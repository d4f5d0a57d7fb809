//! How many octets addresses and causes have. Each plant chooses (IEC 60870-5-101:2003, 5.4, 6, 7.1) and no frame says it, so
//! it is found from what is sent: a set of sizes stays possible while every data unit makes sense with it.

use crate::protocol::iec60870::asdu::{Asdu, Layout, little};
use crate::protocol::iec60870::{cause, kind, reading};

/// One set of sizes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sizes {
    pub link: usize,
    pub cause: usize,
    pub common: usize,
    pub object: usize,
}

/// Sets there are: three of links, two of causes, two of common addresses, three of objects.
const SETS: u8 = 36;
const ALL: u64 = (1 << SETS) - 1;
/// Data units in a row that the sizes found do not fit before others are looked for.
const MISFITS: u8 = 3;
/// Stations that no line has: sizes by which there are so many are wrong where others need few.
const MANY: usize = 8;
const FEW: usize = 2;
/// Data units after which an address that is always the link's decides.
const HEARD: u8 = 4;
/// Octets of a frame before the address of the link, and behind the data unit.
const HEAD: usize = 5;
const TAIL: usize = 2;

/// How one data unit can be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sense {
    /// All sizes that are possible read the same.
    Agreed(Sizes),
    /// They do not.
    Open(Sizes),
    /// No sizes make sense of it; the last that did, if there are.
    None(Option<Sizes>),
}

/// What is known of a line's sizes.
#[derive(Debug)]
pub struct Inference {
    possible: u64,
    misfits: u8,
    heard: u8,
    /// By set, while more than one is possible.
    stations: Vec<Stations>,
}

#[derive(Debug)]
struct Stations {
    set: u8,
    seen: Vec<u32>,
    /// Every data unit was of the station that the link's address names.
    own: bool,
}

impl Sizes {
    const fn of(set: u8) -> Self {
        let link = match set / 12 {
            0 => 0,
            1 => 1,
            _ => 2,
        };
        let object = match set % 3 {
            0 => 1,
            1 => 2,
            _ => 3,
        };
        let cause = if (set / 6).is_multiple_of(2) { 1 } else { 2 };
        let common = if (set / 3).is_multiple_of(2) { 1 } else { 2 };
        Self { link, cause, common, object }
    }

    const fn layout(self) -> Layout {
        let head = HEAD + self.link;
        Layout { cause: self.cause, common_address: self.common, object_address: self.object, head, tail: TAIL }
    }

    /// The data unit behind the address of the link, which it names where it is not the station's.
    pub fn unit(self, data: &[u8]) -> Option<Asdu<'_>> {
        let link = little(data, 0, self.link)?;
        let asdu = Asdu::read(self.layout(), data.get(self.link..)?)?;
        let other = self.link > 0 && link != asdu.common_address;
        Some(Asdu { link: other.then_some(link), ..asdu })
    }

    pub fn text(self) -> String {
        let Self { link, cause, common, object } = self;
        format!("link {link}, cause {cause}, common address {common}, object address {object}")
    }

    /// It is as long as its objects.
    fn fits(self, data: &[u8]) -> bool {
        self.unit(data).is_some_and(|asdu| asdu.count > 0 && asdu.fits() == Some(true))
    }

    /// All its parts agree.
    pub fn plausible(self, data: &[u8]) -> bool {
        let Some((asdu, kind)) = self.unit(data).and_then(|asdu| Some((asdu, asdu.kind?))) else { return false };
        let of_station = kind.code == kind::M_EI_NA_1 || (kind.system() && kind.code != kind::C_RD_NA_1);
        let of_process = kind.code < kind::M_EI_NA_1 || kind.code == kind::C_RD_NA_1;
        let broadcast = asdu.common_address == asdu.layout.broadcast();
        asdu.count > 0
            && asdu.fits() == Some(true)
            && cause::name(asdu.cause) != "reserved cause"
            && cause::allowed(kind, asdu.cause)
            && asdu.common_address != 0
            && (!broadcast || of_station)
            && asdu.objects().all(|object| {
                (!of_station || object.address == 0)
                    && (!of_process || object.address != 0)
                    && kind.element.regular(object.data)
                    && reading::read(kind, object.data)
                        .is_none_or(|read| read.time.is_none_or(|time| time.invalid || !time.illegal()))
            })
    }
}

/// Sets that pass.
fn sets(of: u64, passes: impl Fn(Sizes) -> bool) -> u64 {
    (0..SETS).filter(|set| of >> set & 1 == 1 && passes(Sizes::of(*set))).fold(0, |sets, set| sets | 1 << set)
}

/// Whether two ways to read a data unit say the same.
fn same(one: &Asdu<'_>, other: &Asdu<'_>) -> bool {
    let head = |asdu: &Asdu<'_>| (asdu.code, asdu.cause, asdu.originator, asdu.common_address, asdu.link);
    head(one) == head(other)
        && one.objects().map(|o| (o.address, o.data)).eq(other.objects().map(|o| (o.address, o.data)))
}

impl Default for Inference {
    fn default() -> Self {
        Self { possible: ALL, misfits: 0, heard: 0, stations: Vec::new() }
    }
}

impl Inference {
    /// The only sizes that are possible.
    pub fn settled(&self) -> Option<Sizes> {
        (self.possible.count_ones() == 1).then(|| self.first()).flatten()
    }

    /// One of the sizes that are possible.
    pub fn first(&self) -> Option<Sizes> {
        u8::try_from(self.possible.trailing_zeros()).ok().filter(|set| *set < SETS).map(Sizes::of)
    }

    /// The width of the link's address, where all that is possible has the same.
    pub fn width(&self) -> Option<usize> {
        let width = self.first()?.link;
        (sets(self.possible, |sizes| sizes.link != width) == 0).then_some(width)
    }

    /// A fixed frame, whose checksum fits, has an address of this width.
    pub fn fixed(&mut self, width: usize) {
        let possible = sets(self.possible, |sizes| sizes.link == width);
        if possible != 0 {
            self.possible = possible;
        }
    }

    /// Whether some sizes make sense of this too; what does not is then impossible.
    pub fn narrow(&mut self, data: &[u8]) -> bool {
        let possible = sets(self.possible, |sizes| sizes.plausible(data));
        if possible != 0 {
            self.possible = possible;
        }
        possible != 0
    }

    /// Takes address and data unit of one frame; whether sizes were given up for others.
    pub fn hear(&mut self, data: &[u8]) -> (Sense, bool) {
        if let Some(sizes) = self.settled()
            && sizes.plausible(data)
        {
            self.misfits = 0;
            return (Sense::Agreed(sizes), false);
        }
        let mut changed = false;
        if self.narrow(data) {
            self.misfits = 0;
            self.count(data);
        } else {
            changed = self.misfit(data);
        }
        let Some(first) = self.first() else { return (Sense::None(None), changed) };
        let Some(asdu) = first.unit(data).filter(|_| first.fits(data)) else {
            return (Sense::None(self.settled()), changed);
        };
        let other = |sizes: Sizes| !sizes.unit(data).is_some_and(|other| same(&asdu, &other));
        let open = sets(self.possible, other) != 0;
        (if open { Sense::Open(first) } else { Sense::Agreed(first) }, changed)
    }

    /// Nothing that is possible makes sense of it. Oddities of the station are no reason to look for other sizes.
    fn misfit(&mut self, data: &[u8]) -> bool {
        if sets(self.possible, |sizes| sizes.fits(data)) != 0 {
            return false;
        }
        let others = sets(ALL, |sizes| sizes.plausible(data));
        if others == 0 {
            return false;
        }
        self.misfits += 1;
        if self.misfits < MISFITS {
            return false;
        }
        (self.possible, self.misfits, self.heard) = (others, 0, 0);
        self.stations.clear();
        true
    }

    /// Counts the stations there would be, while more than one set is possible.
    fn count(&mut self, data: &[u8]) {
        let possible = self.possible;
        self.stations.retain(|stations| possible >> stations.set & 1 == 1);
        if self.settled().is_some() {
            self.stations = Vec::new();
            return;
        }
        self.heard = self.heard.saturating_add(1);
        for set in (0..SETS).filter(|set| possible >> set & 1 == 1) {
            let Some(asdu) = Sizes::of(set).unit(data) else { continue };
            if asdu.common_address == asdu.layout.broadcast() {
                continue;
            }
            let at = self.stations.iter().position(|stations| stations.set == set).unwrap_or(self.stations.len());
            if at == self.stations.len() {
                self.stations.push(Stations { set, seen: Vec::new(), own: Sizes::of(set).link > 0 });
            }
            let Some(stations) = self.stations.get_mut(at) else { continue };
            stations.own &= asdu.link.is_none();
            if stations.seen.len() < MANY && !stations.seen.contains(&asdu.common_address) {
                stations.seen.push(asdu.common_address);
            }
        }
        let few = self.stations.iter().any(|stations| stations.seen.len() <= FEW);
        let own = self.stations.iter().filter(|stations| stations.own).count() == 1 && self.heard >= HEARD;
        for stations in &self.stations {
            if (few && stations.seen.len() >= MANY) || (own && !stations.own) {
                self.possible &= !(1 << stations.set);
            }
        }
    }

    pub fn weight(&self) -> usize {
        self.stations.iter().map(|stations| size_of::<Stations>() + stations.seen.capacity() * 4).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Inference, Sense, Sizes};

    const COMMON: Sizes = Sizes { link: 1, cause: 1, common: 1, object: 2 };

    #[test]
    fn every_set_is_there_once() {
        let all: Vec<Sizes> = (0..super::SETS).map(Sizes::of).collect();
        assert!(all.iter().all(|sizes| all.iter().filter(|other| sizes == *other).count() == 1));
    }

    #[test]
    fn an_interrogation_reads_the_same_with_all_sizes_that_are_possible() {
        let mut inference = Inference::default();
        inference.fixed(1);
        let (sense, _) = inference.hear(&[1, 100, 1, 6, 1, 0, 0, 20]);
        assert!(matches!(sense, Sense::Agreed(_)), "{sense:?}");
        assert_eq!((inference.width(), inference.settled()), (Some(1), None));
        // One point: station 1 object 1001, or station 59649 object 3.
        let (sense, _) = inference.hear(&[1, 30, 1, 3, 1, 0xe9, 3, 1, 0, 0, 0, 0, 1, 1, 26]);
        assert!(matches!(sense, Sense::Open(_)), "{sense:?}");
        // Two points: only one set is as long.
        let (sense, _) = inference.hear(&[1, 1, 2, 20, 1, 0xe9, 3, 1, 0xea, 3, 0]);
        assert_eq!((sense, inference.settled()), (Sense::Agreed(COMMON), Some(COMMON)));
    }

    #[test]
    fn a_station_that_the_link_names_decides_what_lengths_cannot() {
        let mut inference = Inference::default();
        inference.fixed(1);
        // Cause with originator 0 and station 7, or station 1792 without one.
        for object in 1..=4 {
            let (sense, _) = inference.hear(&[7, 1, 2, 3, 0, 7, object, 1, 1, 9, 1, 0]);
            assert_eq!(matches!(sense, Sense::Agreed(_)), object == 4, "{object} {sense:?}");
        }
        assert_eq!(inference.settled(), Some(Sizes { link: 1, cause: 2, common: 1, object: 2 }));
    }

    #[test]
    fn sizes_that_many_stations_would_need_are_given_up() {
        let mut inference = Inference::default();
        inference.fixed(0);
        for object in 1..=8 {
            inference.hear(&[1, 1, 3, 5, object, 1, 1]);
        }
        assert_eq!(inference.settled(), Some(Sizes { link: 0, ..COMMON }));
    }

    #[test]
    fn sizes_are_given_up_for_others_only_when_all_that_follows_needs_those() {
        let mut inference = Inference::default();
        inference.fixed(1);
        inference.hear(&[1, 1, 2, 20, 1, 0xe9, 3, 1, 0xea, 3, 0]);
        let other = [1, 1, 2, 20, 0, 1, 0, 0xe9, 3, 0, 1, 0xea, 3, 0, 0];
        let heard: Vec<bool> = (0..3).map(|_| inference.hear(&other).1).collect();
        assert_eq!(heard, [false, false, true]);
        assert_eq!(inference.settled(), Some(Sizes { link: 1, cause: 2, common: 2, object: 3 }));
    }
}
