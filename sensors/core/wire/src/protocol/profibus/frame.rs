//! Frames of the data link layer (EN 50170-2 part 4, 4.6 and 4.7; IEC 61158-4-3, clause 6).
//!
//! SD1, no data       | 10H | DA | SA | FC | FCS | 16H |
//! SD2, variable data | 68H | LE | LE | 68H | DA | SA | FC | data 0–246 | FCS | 16H |: LE octets from DA on
//! SD3, fixed data    | A2H | DA | SA | FC | data 8 | FCS | 16H |
//! SD4, token         | DCH | DA | SA |
//! SC, short answer   | E5H |
//! FCS is the sum from DA on. Bit 7 of DA and SA: an extension stands first in the data, that of DA before that of SA:
//! | 7 goes on | 6 segment, else access point | 5-0 number |. FC: | 6 request | 5 FCB | 4 FCV | 3-0 function |, of answers
//! | 5-4 kind of station |.

use crate::bytes::u8_at;

const SD1: u8 = 0x10;
const SD2: u8 = 0x68;
const SD3: u8 = 0xa2;
const SD4: u8 = 0xdc;
const SC: u8 = 0xe5;
const END: u8 = 0x16;
const EXTENDED: u8 = 0x80;
const SEGMENT: u8 = 0x40;
/// Octets that LE counts at least: addresses and control.
const LEAST: u8 = 3;
const MOST: u8 = 249;
/// Address of all stations.
pub const ALL: u8 = 127;

/// What is wrong with a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Issue {
    Start,
    Length,
    Checksum,
    End,
    Extension,
}

/// A frame with addresses and a function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Telegram<'a> {
    pub to: u8,
    pub from: u8,
    pub control: u8,
    /// Access points of receiver and sender; None is the default one.
    pub to_point: Option<u8>,
    pub from_point: Option<u8>,
    pub data: &'a [u8],
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Frame<'a> {
    Short,
    Token { to: u8, from: u8 },
    Telegram(Telegram<'a>),
}

impl Telegram<'_> {
    pub const fn asks(&self) -> bool {
        self.control & 0x40 != 0
    }

    /// FCB, where it counts.
    pub const fn count(&self) -> Option<bool> {
        if self.control & 0x10 != 0 { Some(self.control & 0x20 != 0) } else { None }
    }

    pub const fn function(&self) -> u8 {
        self.control & 0x0f
    }

    /// Kind of the station that answers.
    pub const fn station(&self) -> u8 {
        self.control >> 4 & 0x03
    }
}

/// Octets of the frame at the head of some.
pub fn length(data: &[u8]) -> Option<usize> {
    Some(match u8_at(data, 0)? {
        SD1 => 6,
        SD2 => usize::from(u8_at(data, 1)?) + 6,
        SD3 => 14,
        SD4 => 3,
        SC => 1,
        _ => return None,
    })
}

/// Reads a record, which holds one frame and nothing else.
pub fn read(data: &[u8]) -> Result<Frame<'_>, Issue> {
    let start = u8_at(data, 0).ok_or(Issue::Length)?;
    let whole = length(data).ok_or(if start == SD2 { Issue::Length } else { Issue::Start })?;
    if whole != data.len() {
        return Err(Issue::Length);
    }
    let body = match start {
        SC => return Ok(Frame::Short),
        SD4 => {
            let (to, from) = (u8_at(data, 1).ok_or(Issue::Length)?, u8_at(data, 2).ok_or(Issue::Length)?);
            return Ok(Frame::Token { to: to & !EXTENDED, from: from & !EXTENDED });
        }
        SD2 => {
            let counted = u8_at(data, 1).filter(|le| (LEAST..=MOST).contains(le) && u8_at(data, 2) == Some(*le));
            counted.filter(|_| u8_at(data, 3) == Some(SD2)).and_then(|_| data.get(4..)).ok_or(Issue::Length)?
        }
        _ => data.get(1..).ok_or(Issue::Length)?,
    };
    let (body, [check, end]) = body.split_last_chunk::<2>().ok_or(Issue::Length)?;
    if *end != END {
        return Err(Issue::End);
    }
    if body.iter().fold(0u8, |sum, octet| sum.wrapping_add(*octet)) != *check {
        return Err(Issue::Checksum);
    }
    let ([to, from, control], data) = body.split_first_chunk::<3>().ok_or(Issue::Length)?;
    let (to_point, data) = extension(to & EXTENDED != 0, data)?;
    let (from_point, data) = extension(from & EXTENDED != 0, data)?;
    let (to, from) = (to & !EXTENDED, from & !EXTENDED);
    Ok(Frame::Telegram(Telegram { to, from, control: *control, to_point, from_point, data }))
}

/// The access point that an extension names, and the data behind it.
fn extension(there: bool, mut data: &[u8]) -> Result<(Option<u8>, &[u8]), Issue> {
    let (mut point, mut goes_on) = (None, there);
    while goes_on {
        let (octet, rest) = data.split_first().ok_or(Issue::Extension)?;
        if octet & SEGMENT == 0 {
            point = Some(octet & 0x3f);
        }
        goes_on = octet & EXTENDED != 0;
        data = rest;
    }
    Ok((point, data))
}
