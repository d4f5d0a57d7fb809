//! Frames of format class FT1.2 (IEC 60870-5-1:1990, 6.2.4.2) and their control field (IEC 60870-5-2:1992, 5.1.2, 6.1.2), as
//! serial device servers carry them in TCP.
//!
//! single character | E5H |
//! fixed length     | 10H | C | A 0–2 | CS | 16H |
//! variable length  | 68H | L | L | 68H | C | A 0–2, user data | CS | 16H |: L octets from C on; CS is their sum
//! C: | RES or DIR 1 | PRM 1 | FCB or ACD 1 | FCV or DFC 1 | function 4 |

use crate::bytes::u8_at;

pub const SINGLE: u8 = 0xe5;
pub const FIXED: u8 = 0x10;
pub const VARIABLE: u8 = 0x68;
const STOP: u8 = 0x16;
/// Octets of a variable frame beside those that L counts.
const AROUND: usize = 6;
/// Octets of a fixed frame beside its address.
const FIXED_AROUND: usize = 4;

/// What the head of some octets says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Head {
    /// A frame of so many octets.
    Frame(usize),
    Need,
    /// Its parts disagree.
    Broken,
    /// No frame begins so.
    None,
}

/// Control field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Control(pub u8);

/// One whole frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Frame<'a> {
    Single,
    /// The octets behind C are the address.
    Fixed {
        control: Control,
        address: &'a [u8],
    },
    /// The octets behind C: address and user data.
    Variable {
        control: Control,
        data: &'a [u8],
    },
}

impl Control {
    /// DIR of a balanced line: sent by the controlling station.
    pub const fn direction(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// PRM: sent by a primary station.
    pub const fn primary(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// FCB of a primary station.
    pub const fn count(self) -> bool {
        self.0 & 0x20 != 0
    }

    /// FCV of a primary station, DFC of a secondary one.
    pub const fn valid(self) -> bool {
        self.0 & 0x10 != 0
    }

    pub const fn function(self) -> u8 {
        self.0 & 0x0f
    }
}

fn sum(data: &[u8]) -> u8 {
    data.iter().fold(0, |sum, octet| sum.wrapping_add(*octet))
}

/// The octets that a whole frame's checksum covers, and whether it fits.
fn checked(frame: &[u8]) -> Option<(&[u8], bool)> {
    let before = if frame.first() == Some(&VARIABLE) { 4 } else { 1 };
    let (body, end) = frame.get(before..)?.split_last_chunk::<2>()?;
    let [check, stop] = *end;
    Some((body, stop == STOP && check == sum(body)))
}

/// Whether its checksum and stop octet fit. A single character has none.
pub fn fits(frame: &[u8]) -> bool {
    frame == [SINGLE] || checked(frame).is_some_and(|(_, fits)| fits)
}

/// Reads a whole frame.
pub fn read(frame: &[u8]) -> Option<Frame<'_>> {
    if frame == [SINGLE] {
        return Some(Frame::Single);
    }
    let (control, rest) = checked(frame)?.0.split_first()?;
    let control = Control(*control);
    Some(match frame.first()? {
        &FIXED => Frame::Fixed { control, address: rest },
        _ => Frame::Variable { control, data: rest },
    })
}

/// The frame at the head of `data`; `width` is that of addresses, where it is known.
pub fn head(data: &[u8], width: Option<usize>) -> Head {
    match data.first() {
        Some(&SINGLE) => Head::Frame(1),
        Some(&FIXED) => fixed(data, width),
        Some(&VARIABLE) => variable(data),
        Some(_) => Head::None,
        None => Head::Need,
    }
}

fn variable(data: &[u8]) -> Head {
    let (length, again, start) = (u8_at(data, 1), u8_at(data, 2), u8_at(data, 3));
    match length {
        None => return Head::Need,
        Some(0) => return Head::Broken,
        Some(length) if again.is_some_and(|again| again != length) => return Head::Broken,
        Some(_) if start.is_some_and(|start| start != VARIABLE) => return Head::Broken,
        Some(_) if start.is_none() => return Head::Need,
        Some(_) => {}
    }
    let whole = usize::from(length.unwrap_or(0)) + AROUND;
    match u8_at(data, whole - 1) {
        Some(stop) if stop != STOP => Head::Broken,
        _ => Head::Frame(whole),
    }
}

/// A fixed frame says not how long it is: where its width is not known, the first whose checksum fits.
fn fixed(data: &[u8], width: Option<usize>) -> Head {
    let stops = |width: usize| u8_at(data, width + FIXED_AROUND - 1) == Some(STOP);
    if let Some(width) = width {
        let whole = width + FIXED_AROUND;
        return match data.len() < whole {
            true => Head::Need,
            false if stops(width) => Head::Frame(whole),
            false => Head::Broken,
        };
    }
    for width in 0..=2 {
        match data.get(..width + FIXED_AROUND) {
            None => return Head::Need,
            Some(frame) if fits(frame) => return Head::Frame(frame.len()),
            Some(_) => {}
        }
    }
    match [1, 2, 0].into_iter().find(|width| stops(*width)) {
        Some(width) => Head::Frame(width + FIXED_AROUND),
        None => Head::Broken,
    }
}

/// Looks for the next frame whose checksum fits; a single character is too little to know one by.
pub fn resynchronise(data: &[u8], width: Option<usize>) -> (usize, bool) {
    for at in 0..data.len() {
        let rest = data.get(at..).unwrap_or_default();
        if rest.first() == Some(&SINGLE) {
            continue;
        }
        match head(rest, width) {
            Head::Frame(whole) => match rest.get(..whole) {
                None => return (at, false),
                Some(frame) if fits(frame) => return (at, true),
                Some(_) => {}
            },
            Head::Need => return (at, false),
            Head::Broken | Head::None => {}
        }
    }
    (data.len(), false)
}

#[cfg(test)]
mod tests {
    use super::{Control, Frame, Head, fits, head, read, resynchronise};

    const POLL: [u8; 5] = [0x10, 0x5b, 0x03, 0x5e, 0x16];
    const DATA: [u8; 15] = [0x68, 9, 9, 0x68, 0x73, 3, 100, 1, 6, 3, 0, 0, 20, 0xf8, 0x16];

    #[test]
    fn frames_are_as_long_as_their_checksums_say() {
        assert_eq!(head(&POLL, None), Head::Frame(5));
        assert_eq!(head(&[0x10, 0x49, 0x49, 0x16], None), Head::Frame(4));
        assert_eq!(head(&[0x10, 0x49, 1, 2, 0x4c, 0x16], None), Head::Frame(6));
        assert_eq!(head(&POLL[..4], None), Head::Need);
        // A status of station 11 fits both; a width that is known decides.
        let twice = [0x10, 0x0b, 0x0b, 0x16, 0x16];
        assert_eq!((head(&twice, None), head(&twice, Some(1))), (Head::Frame(4), Head::Frame(5)));
        assert_eq!((head(&DATA, None), head(&[0xe5, 0x10], None)), (Head::Frame(15), Head::Frame(1)));
        assert_eq!(head(&[0x68, 9, 8, 0x68], None), Head::Broken);
        assert_eq!(head(&[0x16], None), Head::None);
    }

    #[test]
    fn frames_are_read_and_wrong_checksums_told() {
        let poll = Frame::Fixed { control: Control(0x5b), address: &[3] };
        assert_eq!((read(&POLL), read(&[0xe5])), (Some(poll), Some(Frame::Single)));
        assert!(matches!(read(&DATA), Some(Frame::Variable { control: Control(0x73), data: [3, 100, ..] })));
        let mut wrong = DATA;
        wrong[12] = 21;
        assert_eq!((fits(&DATA), fits(&wrong)), (true, false));
        let control = Control(0x5b);
        assert_eq!((control.primary(), control.count(), control.valid(), control.function()), (true, false, true, 11));
    }

    #[test]
    fn the_next_frame_is_found_behind_lost_octets() {
        let data = [&[0x68, 9, 9, 0xe5][..], &POLL].concat();
        assert_eq!(resynchronise(&data, None), (4, true));
        assert_eq!(resynchronise(&[1, 2, 0x68, 9], None), (2, false));
    }
}
