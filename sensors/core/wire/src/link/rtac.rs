//! Records of a tap on a serial line (LINKTYPE_RTAC_SERIAL, link type 250 of the tcpdump registry), as Schweitzer's
//! automation controllers write them.
//!
//! | 0 seconds 4 | 4 microseconds 4 | 8 event 1 | 9 control lines 1 | 10 footer 2 (reserved) | 12 octets of the line |; numbers
//! are big-endian, the time is that of the capture's own record. Control lines: 01 CTS, 02 DCD, 04 DSR, 08 RTS, 10 DTR,
//! 20 RING, 40 MBOK.

use crate::bytes::u8_at;
use crate::dataset::Flag;
use crate::flow::fieldbus::Wire;

/// Octets before those of the line.
pub const HEADER: usize = 12;

/// What a record tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Event {
    /// Octets on a wire. Beginning and end of a run are told apart by taps, but not alike: where a frame ends its own
    /// length says.
    Octets(Wire),
    /// Control lines changed.
    Status,
    /// The tap lost what was on the line.
    Lost,
    /// The tap stopped.
    Complete,
    /// The receiver met something odd. True: octets were lost with it.
    Fault(Flag, bool),
    /// A code that the registry does not name.
    Unknown(u8),
}

/// One record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Record<'a> {
    pub event: Event,
    pub octets: &'a [u8],
}

impl<'a> Record<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        Some(Self { event: event(u8_at(data, 8)?), octets: data.get(HEADER..)? })
    }
}

const fn event(code: u8) -> Event {
    match code {
        0x00 => Event::Status,
        0x01 | 0x03 => Event::Octets(Wire::Transmit),
        0x02 | 0x04 => Event::Octets(Wire::Receive),
        0x05 => Event::Lost,
        0x06 => Event::Complete,
        0x07 => Event::Fault(Flag::SerialFraming, false),
        0x08 => Event::Fault(Flag::SerialParity, false),
        // A break is longer than any frame: what was under way is over.
        0x09 => Event::Fault(Flag::SerialBreak, true),
        0x0a => Event::Fault(Flag::SerialOverflow, true),
        code => Event::Unknown(code),
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, HEADER, Record};
    use crate::dataset::Flag;
    use crate::flow::fieldbus::Wire;

    #[test]
    fn records_name_their_wire_or_what_befell_the_line() {
        let record = |code: u8| [&[0, 0, 0, 1, 0, 0, 0, 2, code, 0x1f, 0, 0][..], &[0xaa, 0xbb]].concat();
        let read = |code: u8| Record::read(&record(code)).map(|found| found.event);
        assert_eq!(Record::read(&record(1)).map(|found| found.octets.to_vec()), Some(vec![0xaa, 0xbb]));
        assert_eq!((read(1), read(3)), (Some(Event::Octets(Wire::Transmit)), Some(Event::Octets(Wire::Transmit))));
        assert_eq!((read(2), read(4)), (Some(Event::Octets(Wire::Receive)), Some(Event::Octets(Wire::Receive))));
        assert_eq!((read(5), read(6), read(0)), (Some(Event::Lost), Some(Event::Complete), Some(Event::Status)));
        assert_eq!(read(8), Some(Event::Fault(Flag::SerialParity, false)));
        assert_eq!(read(0x0a), Some(Event::Fault(Flag::SerialOverflow, true)));
        assert_eq!(read(0x0b), Some(Event::Unknown(0x0b)));
        assert_eq!(Record::read(&record(1)[..HEADER - 1]), None);
    }
}
