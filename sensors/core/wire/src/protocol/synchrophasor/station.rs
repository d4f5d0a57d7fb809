//! One PMU of a configuration: its channels as points with an address each, and how a data frame gives their values.
//!
//! Data frame, per PMU (IEEE C37.118.2-2011 table 6): | STAT 2 | PHASORS 4 or 8 each | FREQ 2 or 4 | DFREQ 2 or 4 | ANALOG 2 or
//! 4 each | DIGITAL 2 each |

use super::status;
use crate::bytes::{be16, be32};
use std::collections::HashSet;

/// FORMAT (table 9).
const FLOAT_FREQUENCY: u16 = 8;
const FLOAT_ANALOG: u16 = 4;
const FLOAT_PHASOR: u16 = 2;
const POLAR: u16 = 1;

/// How a number of the wire becomes one of the grid.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub factor: f64,
    /// Of a phasor: angle adjustment in radians.
    pub offset: f64,
}

/// What a configuration says of a PMU's channels.
#[derive(Default)]
pub struct Channels {
    pub phasors: Vec<Box<str>>,
    pub analogs: Vec<Box<str>>,
    pub inputs: Vec<Box<str>>,
    pub phasor_scales: Vec<Scale>,
    pub analog_scales: Vec<Scale>,
    /// Valid inputs of each digital word.
    pub valid: Vec<u16>,
}

/// Names given so far, so that two points never share an address.
#[derive(Default)]
pub struct Naming {
    given: HashSet<String>,
}

impl Naming {
    fn unique(&mut self, wanted: String, number: usize) -> Box<str> {
        let name = if self.given.contains(&wanted) { format!("{wanted}#{number}") } else { wanted };
        self.given.insert(name.clone());
        name.into_boxed_str()
    }
}

/// One value of a data frame.
pub struct Point {
    pub address: Box<str>,
    pub kind: &'static str,
    pub form: &'static str,
    pub value: [f64; 1],
    /// JSON of what the word says, for status and digital words.
    pub details: Option<String>,
    /// The word that `details` are of.
    word: Option<u32>,
}

pub struct Station {
    pub name: Box<str>,
    pub id: u16,
    pub format: u16,
    /// Hz.
    pub nominal: u16,
    /// CFGCNT.
    pub changes: u16,
    pub channels: Channels,
    /// Latitude, longitude (degrees), elevation (m).
    pub location: Option<[f64; 3]>,
    /// In the order of the frame; a phasor has two.
    pub points: Vec<Point>,
    /// Bytes of its part of a data frame.
    pub length: usize,
    /// Status word before.
    pub status: u16,
}

const fn width(float: bool) -> usize {
    if float { 4 } else { 2 }
}

impl Station {
    pub fn new(
        name: Box<str>,
        id: u16,
        (format, nominal, changes): (u16, u16, u16),
        channels: Channels,
        naming: &mut Naming,
    ) -> Self {
        let words = channels.valid.len();
        let length = 2
            + channels.phasors.len() * 2 * width(format & FLOAT_PHASOR != 0)
            + 2 * width(format & FLOAT_FREQUENCY != 0)
            + channels.analogs.len() * width(format & FLOAT_ANALOG != 0)
            + words * 2;
        let called = if name.is_empty() { format!("PMU {id}") } else { name.to_string() };
        let called = naming.unique(called, usize::from(id));
        let points = points(&called, format, &channels, &mut Naming::default());
        Self { name: called, id, format, nominal, changes, channels, location: None, points, length, status: 0 }
    }

    /// Takes its part of a data frame into its points.
    pub fn take(&mut self, part: &[u8], quality: u8) -> Option<()> {
        let (format, nominal) = (self.format, f64::from(self.nominal));
        let mut reader = Reader { data: part, at: 0 };
        let mut points = self.points.iter_mut();
        let word = reader.word()?;
        points.next()?.note(u32::from(word) << 8 | u32::from(quality & 0x0f), f64::from(word), || {
            status::described(word, quality)
        });
        for scale in &self.channels.phasor_scales {
            let (magnitude, angle) = reader.phasor(format, *scale)?;
            points.next()?.value = [magnitude];
            points.next()?.value = [angle.to_degrees()];
        }
        let float = format & FLOAT_FREQUENCY != 0;
        let frequency = reader.number(float)?;
        points.next()?.value = [if float { frequency } else { nominal + frequency / 1000.0 }];
        let rate = reader.number(float)?;
        points.next()?.value = [if float { rate } else { rate / 100.0 }];
        let float = format & FLOAT_ANALOG != 0;
        for scale in &self.channels.analog_scales {
            let number = reader.number(float)?;
            points.next()?.value = [if float { number } else { number * scale.factor + scale.offset }];
        }
        let names = self.channels.inputs.chunks(16);
        for (valid, names) in self.channels.valid.iter().zip(names) {
            let word = reader.word()?;
            let set = || super::tell::inputs(word & valid, names);
            points.next()?.note(u32::from(word), f64::from(word), set);
        }
        Some(())
    }

    /// How its data is written.
    pub fn form(&self) -> &'static str {
        match (self.format & FLOAT_PHASOR != 0, self.format & POLAR != 0) {
            (true, true) => "polar, floating point",
            (true, false) => "rectangular, floating point",
            (false, true) => "polar, integer",
            (false, false) => "rectangular, integer",
        }
    }

    pub fn weight(&self) -> usize {
        let names = [&self.channels.phasors, &self.channels.analogs, &self.channels.inputs];
        let texts: usize = names.into_iter().flatten().map(|name| size_of::<Box<str>>() + name.len()).sum();
        let details = |point: &Point| point.details.as_ref().map_or(0, String::capacity);
        let points = self.points.iter().map(|p| size_of::<Point>() + p.address.len() + details(p)).sum::<usize>();
        let scales = self.channels.phasor_scales.len() + self.channels.analog_scales.len();
        size_of::<Self>() + texts + points + scales * size_of::<Scale>()
    }
}

impl Point {
    fn note(&mut self, word: u32, value: f64, details: impl FnOnce() -> Option<String>) {
        self.value = [value];
        if self.word != Some(word) {
            self.word = Some(word);
            self.details = details();
        }
    }
}

/// Points in the order of the data frame: status, phasors, frequency and its change, analog values, digital words.
fn points(station: &str, format: u16, channels: &Channels, naming: &mut Naming) -> Vec<Point> {
    let form = |float: bool| if float { "float32" } else { "int16" };
    let mut out = Vec::new();
    let mut add = |address: Box<str>, kind, form| {
        out.push(Point { address, kind, form, value: [0.0], details: None, word: None });
    };
    add(format!("{station}:STAT").into(), "status", "uint16");
    let float = form(format & FLOAT_PHASOR != 0);
    for (at, name) in channels.phasors.iter().enumerate() {
        let name = called(station, name, "phasor", at, naming);
        add(format!("{name}.magnitude").into(), "phasor", float);
        add(format!("{name}.angle").into(), "phasor", float);
    }
    let float = form(format & FLOAT_FREQUENCY != 0);
    add(format!("{station}:FREQ").into(), "frequency", float);
    add(format!("{station}:DFREQ").into(), "frequency", float);
    let float = form(format & FLOAT_ANALOG != 0);
    for (at, name) in channels.analogs.iter().enumerate() {
        add(called(station, name, "analog", at, naming), "analog", float);
    }
    for at in 0..channels.valid.len() {
        add(called(station, "", "digital", at, naming), "digital", "uint16");
    }
    out
}

fn called(station: &str, name: &str, kind: &str, at: usize, naming: &mut Naming) -> Box<str> {
    let number = at.saturating_add(1);
    let wanted = if name.is_empty() { format!("{station}:{kind}{number}") } else { format!("{station}:{name}") };
    naming.unique(wanted, number)
}

/// Reads one value after the other.
struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn word(&mut self) -> Option<u16> {
        let word = be16(self.data, self.at);
        self.at += 2;
        word
    }

    fn number(&mut self, float: bool) -> Option<f64> {
        if !float {
            return self.word().map(|word| f64::from(word.cast_signed()));
        }
        let bits = be32(self.data, self.at);
        self.at += 4;
        bits.map(|bits| f64::from(f32::from_bits(bits)))
    }

    /// Magnitude and angle in radians.
    fn phasor(&mut self, format: u16, scale: Scale) -> Option<(f64, f64)> {
        let float = format & FLOAT_PHASOR != 0;
        let (magnitude, angle) = match (float, format & POLAR != 0) {
            (true, true) => (self.number(true)?, self.number(true)?),
            // A magnitude has no sign; an angle counts ten-thousandths of a radian.
            (false, true) => (f64::from(self.word()?), self.number(false)? / 10_000.0),
            (_, false) => {
                let (real, imaginary) = (self.number(float)?, self.number(float)?);
                (real.hypot(imaginary), imaginary.atan2(real))
            }
        };
        let factor = if float { 1.0 } else { scale.factor };
        Some((magnitude * factor, angle - scale.offset))
    }
}
