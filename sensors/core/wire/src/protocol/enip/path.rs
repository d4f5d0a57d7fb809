//! EPATH: what a request addresses (CIP Networks Library Volume 1, Appendix C-1).
//!
//! A segment begins with a byte: type in the three high bits, format in the rest.
//!
//! | 0x00-0x1F port: link address 1, or size 1 and link address | 0x20-0x3F logical: type 3 bits (class, instance,
//! member, connection point, attribute, special, service), format 2 bits (8, 16, 32 bits; a pad byte before the last two)
//! | 0x34 electronic key: format 1, vendor 2, device type 2, product code 2, major 1, minor 1 | 0x40-0x5F network |
//! 0x60-0x7F symbol | 0x80 simple data: words 1, data | 0x91 extended symbol: length 1, characters, pad |

use crate::bytes::{le16, le32, u8_at};
use std::fmt::Write as _;

/// Segments followed in one path: 510 bytes hold at most 255.
const SEGMENTS: usize = 64;
const ANSI_EXTENDED_SYMBOL: u8 = 0x91;
const ELECTRONIC_KEY: u8 = 0x34;

/// One segment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Segment<'a> {
    Class(u32),
    Instance(u32),
    Member(u32),
    Point(u32),
    Attribute(u32),
    Symbol(&'a [u8]),
    /// Port number and link address.
    Port(u16, &'a [u8]),
    /// Vendor, device type, product code, major (with the compatibility bit) and minor revision.
    Key(&'a [u8]),
    Other,
}

/// Reads the segment at `at`: what it is and where the next begins. None: its bytes are missing or not a segment.
fn segment(path: &[u8], at: usize) -> Option<(Segment<'_>, usize)> {
    let head = u8_at(path, at)?;
    match head >> 5 {
        0 => {
            let number = u16::from(head & 0x0f);
            let (size, mut from) =
                if head & 0x10 == 0 { (1, at + 1) } else { (usize::from(u8_at(path, at + 1)?), at + 2) };
            let number = if number == 15 { le16(path, from)? } else { number };
            from += if head & 0x0f == 15 { 2 } else { 0 };
            let link = path.get(from..from + size)?;
            // Padded to whole words.
            Some((Segment::Port(number, link), from + size + (from + size - at) % 2))
        }
        1 if head == ELECTRONIC_KEY => {
            let size = match u8_at(path, at + 1)? {
                4 => 8,
                5 => 12,
                _ => return None,
            };
            Some((Segment::Key(path.get(at + 2..at + 2 + size)?), at + 2 + size))
        }
        1 => {
            let (value, next) = match head & 3 {
                0 => (u32::from(u8_at(path, at + 1)?), at + 2),
                1 => (u32::from(le16(path, at + 2)?), at + 4),
                2 => (le32(path, at + 2)?, at + 6),
                _ => return None,
            };
            let segment = match head >> 2 & 7 {
                0 => Segment::Class(value),
                1 => Segment::Instance(value),
                2 => Segment::Member(value),
                3 => Segment::Point(value),
                4 => Segment::Attribute(value),
                _ => Segment::Other,
            };
            Some((segment, next))
        }
        2 if head & 0x10 == 0 => u8_at(path, at + 1).map(|_| (Segment::Other, at + 2)),
        2 => {
            let words = usize::from(u8_at(path, at + 1)?);
            path.get(at + 2..at + 2 + words * 2).map(|_| (Segment::Other, at + 2 + words * 2))
        }
        3 if head & 0x1f != 0 => {
            let size = usize::from(head & 0x1f);
            Some((Segment::Symbol(path.get(at + 1..at + 1 + size)?), at + 1 + size + (1 + size) % 2))
        }
        4 if head == ANSI_EXTENDED_SYMBOL => {
            let size = usize::from(u8_at(path, at + 1)?);
            Some((Segment::Symbol(path.get(at + 2..at + 2 + size)?), at + 2 + size + size % 2))
        }
        4 => {
            let words = usize::from(u8_at(path, at + 1)?);
            path.get(at + 2..at + 2 + words * 2).map(|_| (Segment::Other, at + 2 + words * 2))
        }
        _ => None,
    }
}

/// The segments of a path, as far as they can be read.
pub fn segments(path: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut at = 0;
    (0..SEGMENTS).map_while(move |_| {
        let (segment, next) = segment(path, at)?;
        at = next;
        Some(segment)
    })
}

/// What a path says in short.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path<'a> {
    pub bytes: &'a [u8],
    /// Of the last class segment, and what followed it.
    pub class: Option<u32>,
    pub instance: Option<u32>,
    pub attribute: Option<u32>,
    /// Class before the last one, where the path goes through an object to one inside it.
    pub outer: Option<u32>,
    /// Named by a symbol.
    pub symbolic: bool,
    /// Every segment could be read.
    pub whole: bool,
}

impl<'a> Path<'a> {
    pub fn read(bytes: &'a [u8]) -> Self {
        let mut path = Self { bytes, ..Self::default() };
        let (mut at, mut count) = (0, 0);
        while let Some((segment, next)) = segment(bytes, at).filter(|_| count < SEGMENTS) {
            match segment {
                Segment::Class(class) => {
                    path.outer = path.class;
                    (path.class, path.instance, path.attribute) = (Some(class), None, None);
                }
                Segment::Instance(instance) => path.instance = Some(instance),
                Segment::Attribute(attribute) => path.attribute = Some(attribute),
                Segment::Symbol(_) => path.symbolic = true,
                _ => {}
            }
            (at, count) = (next, count + 1);
        }
        // The pad of the last segment may be left out.
        path.whole = at >= bytes.len();
        path
    }

    pub fn kind(&self) -> Option<&'static str> {
        if self.symbolic {
            Some("tag")
        } else {
            (self.class.is_some() || self.instance.is_some()).then_some("instance")
        }
    }

    /// Writes the address: `Tank.Level[0]`, `class:0x6B/1/8`, `Program:Main/class:0x6B/0`.
    pub fn write(&self, out: &mut String) {
        let (mut begun, mut element) = (false, false);
        for segment in segments(self.bytes) {
            let in_element = std::mem::replace(&mut element, false);
            match segment {
                Segment::Symbol(name) => {
                    out.push_str(if begun { "." } else { "" });
                    push_name(out, name);
                }
                Segment::Class(class) => {
                    let _ = write!(out, "{}class:0x{class:02X}", if begun { "/" } else { "" });
                }
                Segment::Instance(number) | Segment::Attribute(number) => {
                    let _ = write!(out, "{}{number}", if begun { "/" } else { "" });
                }
                Segment::Point(number) => {
                    let _ = write!(out, "{}point:{number}", if begun { "/" } else { "" });
                }
                Segment::Member(number) => {
                    if in_element {
                        out.pop();
                    }
                    let _ = write!(out, "{}{number}]", if in_element { ',' } else { '[' });
                    element = true;
                }
                Segment::Port(..) | Segment::Key(_) | Segment::Other => continue,
            }
            begun = true;
        }
    }
}

/// Characters of a symbol: letters, digits, underscore and colon; whatever else comes is shown as it can be.
fn push_name(out: &mut String, name: &[u8]) {
    for byte in name {
        out.push(if byte.is_ascii_graphic() { char::from(*byte) } else { '\u{fffd}' });
    }
}

/// A route of port segments as `1/0`, hops joined by a comma: backplane slot 0; `2/192.168.1.5`.
pub fn write_route(route: &[u8], out: &mut String) {
    for segment in segments(route) {
        let Segment::Port(port, link) = segment else { continue };
        let _ = write!(out, "{}{port}/", if out.is_empty() { "" } else { "," });
        match link {
            [one] => {
                let _ = write!(out, "{one}");
            }
            text => push_name(out, text.split(|b| *b == 0).next().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Path, write_route};

    fn address(bytes: &[u8]) -> String {
        let mut out = String::new();
        Path::read(bytes).write(&mut out);
        out
    }

    #[test]
    fn addresses_have_one_form() {
        assert_eq!(address(&[0x20, 0x6b, 0x24, 1, 0x30, 8]), "class:0x6B/1/8");
        assert_eq!(address(&[0x21, 0, 0x1a, 3, 0x25, 0, 2, 1]), "class:0x31A/258");
        assert_eq!(address(&[0x20, 0x8e, 0x24, 1, 0x20, 0x74, 0x24, 1]), "class:0x8E/1/class:0x74/1");
        let tag = b"\x91\x04Tank\x91\x05Level\0\x28\x03\x29\0\x02\x01\x91\x01X\0";
        assert_eq!(address(tag), "Tank.Level[3,258].X");
        assert!(Path::read(tag).whole && Path::read(tag).symbolic);
        let program = b"\x91\x09Program:A\0\x20\x6b\x25\0\0\0";
        assert_eq!(address(program), "Program:A/class:0x6B/0");
        assert_eq!(address(&[0x20, 0x04, 0x24, 0x65, 0x2c, 0x96]), "class:0x04/101/point:150");
    }

    #[test]
    fn a_cut_path_is_not_whole_and_says_what_it_can() {
        assert_eq!(address(&[0x20, 0x6b, 0x25, 0]), "class:0x6B");
        assert!(!Path::read(&[0x20, 0x6b, 0x25, 0]).whole);
        assert!(!Path::read(&[0x91, 200, b'a']).whole);
        assert!(!Path::read(&[0xff]).whole);
    }

    #[test]
    fn a_route_names_its_hops() {
        let mut out = String::new();
        write_route(b"\x01\x00\x12\x0b192.168.1.5\0\x01\x02", &mut out);
        assert_eq!(out, "1/0,2/192.168.1.5,1/2");
    }
}
