//! The data unit identifier (7.1, 7.2.1–7.2.4) and the objects behind it.
//!
//! | type 1 | SQ 1, number 7 | T 1, P/N 1, cause 6 | originator 0–1 | common address LE 1–2 | objects |

use super::kind::{self, Kind};
use crate::bytes::u8_at;

/// Octets of what IEC 101 lets each plant choose; IEC 104 fixes all three (IEC 60870-5-104:2006, 7).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Layout {
    pub cause: usize,
    pub common_address: usize,
    pub object_address: usize,
    /// Octets of the frame before the data unit, and behind it.
    pub head: usize,
    pub tail: usize,
}

/// Lengths of IEC 104.
pub const TCP: Layout = Layout { cause: 2, common_address: 2, object_address: 3, head: 6, tail: 0 };

impl Layout {
    pub const fn header(&self) -> usize {
        2 + self.cause + self.common_address
    }

    /// The address of all stations.
    pub const fn broadcast(&self) -> u32 {
        if self.common_address == 1 { 0xff } else { 0xffff }
    }
}

/// One data unit.
#[derive(Clone, Copy, Debug)]
pub struct Asdu<'a> {
    pub code: u8,
    pub kind: Option<&'static Kind>,
    pub sequence: bool,
    pub count: u8,
    pub cause: u8,
    pub negative: bool,
    pub test: bool,
    pub originator: u8,
    pub common_address: u32,
    /// Objects as on the wire.
    pub body: &'a [u8],
    pub layout: Layout,
    /// Address of the link, where it is not that of the station.
    pub link: Option<u32>,
}

/// One object: its address and its element with time tag.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a> {
    pub address: u32,
    pub data: &'a [u8],
}

/// Number of up to four octets, low one first.
pub fn little(data: &[u8], at: usize, octets: usize) -> Option<u32> {
    let bytes = data.get(at..)?.get(..octets.min(4))?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

impl<'a> Asdu<'a> {
    pub fn read(layout: Layout, data: &'a [u8]) -> Option<Self> {
        let (code, structure, cause) = (u8_at(data, 0)?, u8_at(data, 1)?, u8_at(data, 2)?);
        Some(Self {
            code,
            kind: kind::of(code),
            sequence: structure & 0x80 != 0,
            count: structure & 0x7f,
            cause: cause & 0x3f,
            negative: cause & 0x40 != 0,
            test: cause & 0x80 != 0,
            originator: if layout.cause > 1 { u8_at(data, 3)? } else { 0 },
            common_address: little(data, 2 + layout.cause, layout.common_address)?,
            body: data.get(layout.header()..)?,
            layout,
            link: None,
        })
    }

    /// Where an octet of the data unit stands in its frame.
    pub fn at(&self, octet: usize) -> u32 {
        u32::try_from(self.layout.head + octet).unwrap_or(u32::MAX)
    }

    /// Where the element of the first object stands in the frame.
    pub fn element_at(&self) -> u32 {
        self.at(self.layout.header() + self.layout.object_address)
    }

    /// Octets of the frame.
    pub fn octets(&self) -> u32 {
        let around = self.layout.head + self.layout.header() + self.layout.tail;
        u32::try_from(around + self.body.len()).unwrap_or(u32::MAX)
    }

    /// The type's mnemonic.
    pub fn name(&self) -> Option<&'static str> {
        self.kind.map(|kind| kind.name)
    }

    /// Octets that so many objects of the type take; None where the type is not known or the octet that says is missing.
    pub fn wanted(&self) -> Option<usize> {
        let address = self.layout.object_address;
        let count = usize::from(self.count);
        let Some(size) = self.kind?.size() else {
            // A segment: its own length at the end of its head.
            return u8_at(self.body, address + 3).map(|length| address + 4 + usize::from(length));
        };
        Some(if self.sequence { address + count * size } else { count * (address + size) })
    }

    /// Whether the objects are just what the body holds; None where the type is not known.
    pub fn fits(&self) -> Option<bool> {
        self.kind.map(|_| self.wanted() == Some(self.body.len()))
    }

    /// The objects as far as they are whole. Nothing for types that are not known.
    pub fn objects(&self) -> Objects<'a> {
        let size = self.kind.map(|kind| kind.size());
        let rest = if size.is_some() { self.body } else { &[] };
        Objects {
            rest,
            size: size.flatten(),
            left: self.count,
            layout: self.layout,
            next: None,
            sequence: self.sequence,
        }
    }

    /// Address of the first object.
    pub fn first_address(&self) -> Option<u32> {
        little(self.body, 0, self.layout.object_address)
    }
}

/// Walks the objects of a data unit.
pub struct Objects<'a> {
    rest: &'a [u8],
    size: Option<usize>,
    left: u8,
    layout: Layout,
    next: Option<u32>,
    sequence: bool,
}

impl<'a> Iterator for Objects<'a> {
    type Item = Raw<'a>;

    fn next(&mut self) -> Option<Raw<'a>> {
        self.left = self.left.checked_sub(1)?;
        let width = self.layout.object_address;
        let address = match self.next.filter(|_| self.sequence) {
            Some(address) => address,
            None => {
                let address = little(self.rest, 0, width)?;
                self.rest = self.rest.get(width..)?;
                address
            }
        };
        self.next = Some(address.wrapping_add(1));
        let size = self.size.unwrap_or(self.rest.len());
        let data = self.rest.get(..size)?;
        self.rest = self.rest.get(size..)?;
        Some(Raw { address, data })
    }
}

#[cfg(test)]
mod tests {
    use super::{Asdu, Layout, TCP};

    #[test]
    fn addresses_of_a_sequence_count_up_and_whole_objects_are_all_that_is_read() {
        let data = [1, 0x83, 20, 0, 1, 0, 10, 0, 0, 1, 0, 1];
        let asdu = Asdu::read(TCP, &data).unwrap();
        let read: Vec<(u32, u8)> = asdu.objects().map(|o| (o.address, o.data[0])).collect();
        assert_eq!((read, asdu.fits()), (vec![(10, 1), (11, 0), (12, 1)], Some(true)));
        let short = Asdu::read(TCP, &data[..11]).unwrap();
        assert_eq!((short.objects().count(), short.fits()), (2, Some(false)));
    }

    #[test]
    fn a_serial_line_chooses_its_own_lengths() {
        let layout = Layout { cause: 1, common_address: 1, object_address: 2, head: 6, tail: 2 };
        let asdu = Asdu::read(layout, &[45, 1, 0x46, 7, 0xe9, 3, 0x81]).unwrap();
        assert_eq!((asdu.common_address, asdu.cause, asdu.negative, asdu.originator), (7, 6, true, 0));
        assert_eq!(asdu.objects().map(|o| o.address).collect::<Vec<_>>(), [1001]);
    }
}
