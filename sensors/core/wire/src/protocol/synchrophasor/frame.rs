//! What all frames have in common (IEEE C37.118.2-2011 6.2, table 2).
//!
//! | 0 SYNC 0xAA | 1 reserved bit, type 3 bits, version 4 bits | 2 FRAMESIZE 2 | 4 IDCODE 2 | 6 SOC 4 | 10 FRACSEC: time
//! quality 1, fraction 3 | 14 contents | CHK 2 |

use crate::bytes::{be16, be32, u8_at};
use crate::dataset::Flag;
use crate::protocol::Framing;
use crate::text;

pub const SYNC: u8 = 0xaa;
/// Bytes before the contents, and behind them.
pub const HEAD: usize = 14;
pub const CHK: usize = 2;
/// Bytes that tell a frame from anything else: up to its second of century.
const TELLING: usize = 10;
/// A frame found behind a gap is of about the time of those before, in seconds.
const NEAR: u32 = 3600;

/// Frame types (table 2).
pub const DATA: u8 = 0;
pub const HEADER: u8 = 1;
pub const CFG1: u8 = 2;
pub const CFG2: u8 = 3;
pub const COMMAND: u8 = 4;
pub const CFG3: u8 = 5;

pub const fn type_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        DATA => "Data frame",
        HEADER => "Header frame",
        CFG1 => "Configuration frame 1",
        CFG2 => "Configuration frame 2",
        COMMAND => "Command frame",
        CFG3 => "Configuration frame 3",
        _ => return None,
    })
}

/// Fields before the contents.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    pub kind: u8,
    pub version: u8,
    pub id: u16,
    /// Seconds since 1970.
    pub soc: u32,
    /// Time quality flags and code.
    pub quality: u8,
    /// Counted in parts of a second that a configuration names.
    pub fraction: u32,
}

impl Head {
    pub fn read(data: &[u8]) -> Option<Self> {
        let second = u8_at(data, 1)?;
        let fracsec = be32(data, 10)?;
        Some(Self {
            kind: (second >> 4) & 7,
            version: second & 0x0f,
            id: be16(data, 4)?,
            soc: be32(data, 6)?,
            quality: u8::try_from(fracsec >> 24).unwrap_or(0),
            fraction: fracsec & 0x00ff_ffff,
        })
    }

    /// Edition of the standard that the version stands for (table 2).
    pub const fn edition(&self) -> &'static str {
        match self.version {
            1 => "2005",
            2 => "2011",
            3 => "2024",
            _ => "unknown",
        }
    }
}

/// Contents of a whole frame.
pub fn contents(frame: &[u8]) -> &[u8] {
    frame.get(HEAD..frame.len().saturating_sub(CHK)).unwrap_or_default()
}

/// Whether two bytes may begin a frame.
fn begins(first: u8, second: Option<u8>) -> bool {
    first == SYNC && second.is_none_or(|second| second & 0x80 == 0 && second & 0x0f != 0)
}

pub fn framing(data: &[u8]) -> Framing {
    let first = data.first().copied().unwrap_or_default();
    if !begins(first, u8_at(data, 1)) {
        return Framing::Bad(Flag::SynchrophasorMalformed);
    }
    match be16(data, 2).map(usize::from) {
        None => Framing::Need,
        Some(size) if size < HEAD + CHK => Framing::Bad(Flag::SynchrophasorMalformed),
        Some(size) => Framing::Message(size),
    }
}

/// Whether a frame of one of the known types and about this time begins here. None: too few bytes to tell.
fn likely(data: &[u8], soc: Option<u32>) -> Option<bool> {
    if !begins(data.first().copied()?, u8_at(data, 1)) {
        return Some(false);
    }
    let second = u8_at(data, 1)?;
    let size = be16(data, 2)?;
    let fits = (second >> 4) & 7 <= CFG3 && second & 0x0f <= 3 && usize::from(size) > HEAD + CHK;
    if !fits || data.len() < TELLING {
        return if fits { None } else { Some(false) };
    }
    let near = |known: u32| be32(data, 6).is_some_and(|now| now.abs_diff(known) <= NEAR);
    Some(soc.is_none_or(near))
}

/// Looks for the next frame: (bytes to pass over, whether one begins there).
pub fn resynchronise(data: &[u8], soc: Option<u32>) -> (usize, bool) {
    for at in data.iter().enumerate().filter(|(_, byte)| **byte == SYNC).map(|(at, _)| at) {
        match likely(data.get(at..).unwrap_or_default(), soc) {
            Some(true) => return (at, true),
            Some(false) => {}
            None => return (at, false),
        }
    }
    (data.len(), false)
}

/// A frame's time as ISO 8601; the fraction needs the time base of a configuration.
pub fn time(soc: u32, fraction: u32, base: Option<u32>) -> String {
    let seconds = i64::from(soc);
    let (year, month, day) = text::civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let mut out = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if let Some(base) = base.filter(|base| *base > 0) {
        let micros = u64::from(fraction) * 1_000_000 / u64::from(base);
        out.push_str(&format!(".{micros:06}"));
    }
    out.push('Z');
    out
}
