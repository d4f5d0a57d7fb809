//! Values of information elements: numbers with their type, quality, qualifiers and time.

use super::element::Element as E;
use super::kind::Kind;
use super::time::{Tag, Time};
use crate::bytes::{le16, le32, u8_at};

/// Quality bits as they stand in QDS (7.2.6.3); QDP has EI besides.
pub const IV: u8 = 0x80;
pub const NT: u8 = 0x40;
pub const SB: u8 = 0x20;
pub const BL: u8 = 0x10;
pub const EI: u8 = 0x08;
pub const OV: u8 = 0x01;
const OF_POINT: u8 = IV | NT | SB | BL;
/// S/E: the command only selects (7.2.6.26, 7.2.6.39).
const SELECT: u8 = 0x80;

/// What stands beside value, quality and time.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Beside {
    #[default]
    None,
    /// The equipment of a step position is moving.
    Transient,
    /// Reading number, carry and adjusted of a counter.
    Counter {
        number: u8,
        carry: bool,
        adjusted: bool,
    },
    /// Milliseconds: elapsed, relay duration, operating time, delay.
    Elapsed(u16),
    /// Which of 16 points changed since they were last told.
    Changed(u16),
    /// QU or QL of a command and whether it only selects.
    Command {
        qualifier: u8,
        select: bool,
    },
    Qualifier(u8),
}

/// One element, read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// Type of the value; none where the element has no value.
    pub kind: Option<&'static str>,
    pub number: f64,
    pub quality: u8,
    pub beside: Beside,
    pub time: Option<Time>,
}

/// Reads an element with its time tag. None: octets are missing.
pub fn read(kind: &Kind, data: &[u8]) -> Option<Reading> {
    let mut reading = element(kind.element, data)?;
    if kind.time != Tag::None {
        let at = kind.element.size()?;
        reading.time = Time::read(kind.time, data.get(at..)?);
    }
    Some(reading)
}

fn element(element: E, data: &[u8]) -> Option<Reading> {
    let byte = |at| u8_at(data, at);
    Some(match element {
        E::Single => point("single", byte(0)? & 1, byte(0)? & OF_POINT),
        E::Double => point("double", byte(0)? & 3, byte(0)? & OF_POINT),
        E::Step => {
            let moving = if byte(0)? & 0x80 != 0 { Beside::Transient } else { Beside::None };
            Reading { beside: moving, ..value("step", f64::from(step(byte(0)?)), byte(1)?) }
        }
        E::Bits => value("bitstring", f64::from(le32(data, 0)?), byte(4)?),
        E::Normalised => value("normalised", normalised(data)?, byte(2)?),
        E::Scaled => value("scaled", scaled(data)?, byte(2)?),
        E::Float => value("float", float(data)?, byte(4)?),
        E::NormalisedBare => value("normalised", normalised(data)?, 0),
        E::Totals => {
            let state = byte(4)?;
            let counter =
                Beside::Counter { number: state & 0x1f, carry: state & 0x20 != 0, adjusted: state & 0x40 != 0 };
            let number = i32::from_le_bytes(*data.first_chunk::<4>()?);
            Reading { beside: counter, ..value("totals", f64::from(number), state & IV) }
        }
        E::PackedSingle => {
            Reading { beside: Beside::Changed(le16(data, 2)?), ..value("packed", f64::from(le16(data, 0)?), byte(4)?) }
        }
        E::Protection => Reading {
            beside: Beside::Elapsed(le16(data, 1)?),
            ..point("protection", byte(0)? & 3, byte(0)? & (OF_POINT | EI))
        },
        E::StartEvents => events("start_events", data, 0x3f)?,
        E::CircuitInformation => events("circuits", data, 0x0f)?,
        E::SingleCommand => command("single", f64::from(byte(0)? & 1), byte(0)?, 2),
        E::DoubleCommand => command("double", f64::from(byte(0)? & 3), byte(0)?, 2),
        E::StepCommand => command("step_command", f64::from(byte(0)? & 3), byte(0)?, 2),
        E::SetNormalised => command("normalised", normalised(data)?, byte(2)?, 0),
        E::SetScaled => command("scaled", scaled(data)?, byte(2)?, 0),
        E::SetFloat => command("float", float(data)?, byte(4)?, 0),
        E::SetBits => value("bitstring", f64::from(le32(data, 0)?), 0),
        E::ParameterNormalised => parameter("normalised", normalised(data)?, byte(2)?),
        E::ParameterScaled => parameter("scaled", scaled(data)?, byte(2)?),
        E::ParameterFloat => parameter("float", float(data)?, byte(4)?),
        E::Initialised | E::Qualifier => Reading { beside: Beside::Qualifier(byte(0)?), ..Reading::default() },
        E::Pattern => value("pattern", f64::from(le16(data, 0)?), 0),
        E::Delay => Reading { beside: Beside::Elapsed(le16(data, 0)?), ..Reading::default() },
        E::Nothing | E::FileReady | E::SectionReady | E::FileCall | E::FileLast => Reading::default(),
        E::Segment | E::Directory | E::QueryLog => Reading::default(),
    })
}

fn value(kind: &'static str, number: f64, quality: u8) -> Reading {
    Reading { kind: Some(kind), number, quality: quality & (OF_POINT | OV), ..Reading::default() }
}

fn point(kind: &'static str, number: u8, quality: u8) -> Reading {
    Reading { kind: Some(kind), number: f64::from(number), quality, ..Reading::default() }
}

/// Value and transient state (7.2.6.5): seven bits, two's complement.
fn step(octet: u8) -> i8 {
    let value = i8::try_from(octet & 0x7f).unwrap_or(0);
    if value > 63 { value.wrapping_sub(127).wrapping_sub(1) } else { value }
}

fn signed(data: &[u8]) -> Option<i16> {
    Some(i16::from_le_bytes(*data.first_chunk::<2>()?))
}

fn normalised(data: &[u8]) -> Option<f64> {
    Some(f64::from(signed(data)?) / 32_768.0)
}

fn scaled(data: &[u8]) -> Option<f64> {
    Some(f64::from(signed(data)?))
}

fn float(data: &[u8]) -> Option<f64> {
    Some(f64::from(f32::from_le_bytes(*data.first_chunk::<4>()?)))
}

fn events(kind: &'static str, data: &[u8], bits: u8) -> Option<Reading> {
    let quality = u8_at(data, 1)? & (OF_POINT | EI);
    Some(Reading { beside: Beside::Elapsed(le16(data, 2)?), ..point(kind, u8_at(data, 0)? & bits, quality) })
}

/// `below`: bits under the qualifier in its octet.
fn command(kind: &'static str, number: f64, octet: u8, below: u8) -> Reading {
    let qualifier = (octet & !SELECT) >> below;
    let beside = Beside::Command { qualifier, select: octet & SELECT != 0 };
    Reading { kind: Some(kind), number, beside, ..Reading::default() }
}

fn parameter(kind: &'static str, number: f64, qualifier: u8) -> Reading {
    Reading { kind: Some(kind), number, beside: Beside::Qualifier(qualifier), ..Reading::default() }
}

impl Reading {
    pub const fn select(&self) -> bool {
        matches!(self.beside, Beside::Command { select: true, .. })
    }

    pub const fn qualifier(&self) -> Option<u8> {
        match self.beside {
            Beside::Qualifier(qualifier) | Beside::Command { qualifier, .. } => Some(qualifier),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::of;
    use super::{BL, Beside, EI, IV, NT, OV, SB, read};

    fn number(code: u8, data: &[u8]) -> (f64, u8) {
        let reading = read(of(code).unwrap(), data).unwrap();
        (reading.number, reading.quality)
    }

    #[test]
    fn values_have_the_numbers_of_the_standard() {
        assert_eq!(number(1, &[0x91]), (1.0, IV | BL));
        assert_eq!(number(3, &[0x62]), (2.0, NT | SB));
        assert_eq!(number(5, &[0x40, 0]), (-64.0, 0));
        assert_eq!(number(5, &[0x3f, OV]), (63.0, OV));
        assert_eq!(number(5, &[0x7f, 0]), (-1.0, 0));
        assert_eq!(number(7, &[0xff, 0xff, 0xff, 0xff, 0]), (4_294_967_295.0, 0));
        assert_eq!(number(9, &[0, 0x80, 0]), (-1.0, 0));
        assert_eq!(number(9, &[0, 0x40, 0]), (0.5, 0));
        assert_eq!(number(11, &[0xff, 0xff, 0]), (-1.0, 0));
        assert_eq!(number(13, &[0, 0, 0xc0, 0x3f, 0]), (1.5, 0));
        assert_eq!(number(15, &[0xff, 0xff, 0xff, 0xff, 0x85]), (-1.0, IV));
        assert_eq!(number(20, &[1, 0x80, 3, 0, 0]), (32_769.0, 0));
        assert_eq!(number(40, &[0x1f, 0x88, 5, 0, 0, 0, 0, 0, 1, 1, 26]), (15.0, IV | EI));
    }

    #[test]
    fn what_stands_beside_the_value_is_told() {
        let beside = |code, data: &[u8]| read(of(code).unwrap(), data).unwrap().beside;
        assert_eq!(beside(5, &[0x81, 0]), Beside::Transient);
        assert_eq!(beside(15, &[0, 0, 0, 0, 0x65]), Beside::Counter { number: 5, carry: true, adjusted: true });
        assert_eq!(beside(45, &[0x8d]), Beside::Command { qualifier: 3, select: true });
        assert_eq!(beside(50, &[0, 0, 0, 0, 0x80]), Beside::Command { qualifier: 0, select: true });
        assert_eq!(beside(100, &[20]), Beside::Qualifier(20));
        assert!(read(of(13).unwrap(), &[0, 0, 0]).is_none());
    }
}
