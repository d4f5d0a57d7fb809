//! Configuration frames 1 and 2 (IEEE C37.118.2-2011 table 9) and 3 (table 11): what the data frames of a stream hold.
//!
//! CFG-1, CFG-2: | TIME_BASE 4 | NUM_PMU 2 | per PMU: STN 16 | IDCODE 2 | FORMAT 2 | PHNMR 2 | ANNMR 2 | DGNMR 2 | CHNAM 16
//! each | PHUNIT 4 each | ANUNIT 4 each | DIGUNIT 4 each | FNOM 2 | CFGCNT 2 | then DATA_RATE 2 |
//!
//! CFG-3, behind CONT_IDX: | TIME_BASE 4 | NUM_PMU 2 | per PMU: STN 1 + n | IDCODE 2 | G_PMU_ID 16 | FORMAT 2 | PHNMR 2 |
//! ANNMR 2 | DGNMR 2 | CHNAM 1 + n each | PHSCALE 12 each | ANSCALE 8 each | DIGUNIT 4 each | PMU_LAT 4 | PMU_LON 4 |
//! PMU_ELEV 4 | SVC_CLASS 1 | WINDOW 4 | GRP_DLY 4 | FNOM 2 | CFGCNT 2 | then DATA_RATE 2 |

use super::frame;
use super::station::{Channels, Naming, Scale, Station};
use crate::hash;
use crate::text::{TEXT_LIMIT, bounded};

/// Bytes of a name in CFG-1 and CFG-2.
const NAME: usize = 16;
/// G_PMU_ID.
const GLOBAL_ID: usize = 16;
/// Inputs of a digital word.
const INPUTS: usize = 16;
/// FNOM: this bit says 50 Hz.
const FIFTY: u16 = 1;

/// Configuration of one stream.
pub struct Configuration {
    pub id: u16,
    pub kind: u8,
    pub time_base: u32,
    /// Frames a second, or seconds a frame when negative.
    pub rate: i16,
    pub stations: Vec<Station>,
    /// Bytes of contents that a data frame has.
    pub length: usize,
    pub hash: u64,
    /// The last data frame did not fit.
    pub misfit: bool,
}

/// Reads on, or not at all.
struct Cursor<'a> {
    data: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.data.split_at_checked(count)?;
        self.data = rest;
        Some(head)
    }

    fn be16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk::<2>().map(|b| u16::from_be_bytes(*b))
    }

    fn be32(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk::<4>().map(|b| u32::from_be_bytes(*b))
    }

    fn float(&mut self) -> Option<f64> {
        self.be32().map(|bits| f64::from(f32::from_bits(bits)))
    }

    /// A name: of 16 bytes, or with its length before it (CFG-3).
    fn name(&mut self, kind: u8) -> Option<Box<str>> {
        let length = if kind == frame::CFG3 { usize::from(*self.take(1)?.first()?) } else { NAME };
        let bytes = self.take(length)?;
        let end = bytes.iter().rposition(|b| *b != 0 && *b != b' ').map_or(0, |at| at + 1);
        let text = bounded(bytes.get(..end).unwrap_or_default(), TEXT_LIMIT).0;
        Some(text.trim().into())
    }

    fn names(&mut self, kind: u8, count: usize) -> Option<Vec<Box<str>>> {
        // No more than there are bytes for: a count alone allocates nothing.
        let least = if kind == frame::CFG3 { 1 } else { NAME };
        if count.checked_mul(least)? > self.data.len() {
            return None;
        }
        (0..count).map(|_| self.name(kind)).collect()
    }
}

/// Reads the contents of a configuration frame (those of CFG-3 put together, behind CONT_IDX).
pub fn read(id: u16, kind: u8, contents: &[u8]) -> Option<Configuration> {
    let mut cursor = Cursor { data: contents };
    let time_base = cursor.be32()? & 0x00ff_ffff;
    let count = cursor.be16()?;
    let mut naming = Naming::default();
    let mut stations = Vec::new();
    for _ in 0..count {
        stations.push(station(&mut cursor, kind, &mut naming)?);
    }
    let rate = cursor.be16()?.cast_signed();
    if !cursor.data.is_empty() {
        return None;
    }
    let length = stations.iter().map(|station| station.length).sum();
    Some(Configuration { id, kind, time_base, rate, stations, length, hash: hash::quick(contents), misfit: false })
}

fn station(cursor: &mut Cursor<'_>, kind: u8, naming: &mut Naming) -> Option<Station> {
    let third = kind == frame::CFG3;
    let name = cursor.name(kind)?;
    let id = cursor.be16()?;
    if third {
        cursor.take(GLOBAL_ID)?;
    }
    let format = cursor.be16()?;
    let [phasors, analogs, digitals] = [cursor.be16()?, cursor.be16()?, cursor.be16()?].map(usize::from);
    let mut channels = Channels {
        phasors: cursor.names(kind, phasors)?,
        analogs: cursor.names(kind, analogs)?,
        inputs: cursor.names(kind, digitals * INPUTS)?,
        ..Channels::default()
    };
    for _ in 0..phasors {
        channels.phasor_scales.push(if third { phasor_scale(cursor)? } else { phasor_unit(cursor)? });
    }
    for _ in 0..analogs {
        channels.analog_scales.push(if third { analog_scale(cursor)? } else { analog_unit(cursor)? });
    }
    for _ in 0..digitals {
        let masks = cursor.be32()?;
        channels.valid.push(u16::try_from(masks & 0xffff).unwrap_or(0));
    }
    let mut location = None;
    if third {
        location = Some([cursor.float()?, cursor.float()?, cursor.float()?]);
        cursor.take(9)?;
    }
    let nominal = if cursor.be16()? & FIFTY != 0 { 50 } else { 60 };
    let changes = cursor.be16()?;
    let mut station = Station::new(name, id, (format, nominal, changes), channels, naming);
    // Infinity stands for "not given" (table 11).
    station.location = location.filter(|place| place.iter().all(|part| part.is_finite()));
    Some(station)
}

/// PHUNIT: unit 1, factor 3 in 10^-5 V or A a bit.
fn phasor_unit(cursor: &mut Cursor<'_>) -> Option<Scale> {
    let word = cursor.be32()?;
    Some(Scale { factor: f64::from(word & 0x00ff_ffff) * 1e-5, offset: 0.0 })
}

/// PHSCALE: flags 4, scale factor 4, angle adjustment in radians 4.
fn phasor_scale(cursor: &mut Cursor<'_>) -> Option<Scale> {
    cursor.take(4)?;
    Some(Scale { factor: cursor.float()?, offset: cursor.float()? })
}

/// ANUNIT: what the factor means is the user's matter, so the number stays as it is.
fn analog_unit(cursor: &mut Cursor<'_>) -> Option<Scale> {
    cursor.take(4)?;
    Some(Scale { factor: 1.0, offset: 0.0 })
}

/// ANSCALE: factor 4, offset 4.
fn analog_scale(cursor: &mut Cursor<'_>) -> Option<Scale> {
    Some(Scale { factor: cursor.float()?, offset: cursor.float()? })
}

impl Configuration {
    /// Bytes of memory, about.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.stations.iter().map(Station::weight).sum::<usize>()
    }
}
