//! Scalers and units (IEC 62056-6-2, `scal_unit_type`), remembered where they were read: a value is told with them.

use super::axdr::Reader;
use super::service::Place;

/// Registers of one conversation whose unit is remembered.
const MOST: usize = 128;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Scaler {
    pub power: i8,
    pub unit: u8,
}

#[derive(Default)]
pub struct Scalers {
    known: Vec<([u8; 6], Scaler)>,
}

/// Attribute of the unit and whether this one is a value that has it.
const fn attributes(class: u16) -> Option<(i8, [i8; 2])> {
    match class {
        3 | 4 => Some((3, [2, 2])),
        5 => Some((4, [2, 3])),
        _ => None,
    }
}

impl Scalers {
    /// Learns from an attribute that was read or written, or says what is known of it.
    pub fn of(&mut self, place: Place, data: Option<&[u8]>) -> Option<Scaler> {
        let Place::Logical { class, instance, member, method: false } = place else { return None };
        let (unit, values) = attributes(class)?;
        if member == unit {
            let scaler = read(data?)?;
            self.learn(instance, scaler);
            return None;
        }
        if !values.contains(&member) {
            return None;
        }
        self.known.iter().find(|(known, _)| *known == instance).map(|(_, scaler)| *scaler)
    }

    fn learn(&mut self, instance: [u8; 6], scaler: Scaler) {
        if let Some(slot) = self.known.iter_mut().find(|(known, _)| *known == instance) {
            slot.1 = scaler;
        } else {
            if self.known.len() >= MOST {
                self.known.remove(0);
            }
            self.known.push((instance, scaler));
        }
    }

    pub fn weight(&self) -> usize {
        self.known.capacity() * size_of::<([u8; 6], Scaler)>()
    }
}

/// structure { scaler integer, unit enum }.
pub fn read(data: &[u8]) -> Option<Scaler> {
    let value = Reader::new(data).value()?;
    let mut elements = value.elements();
    let power = i8::try_from(elements.value()?.integer()?).ok()?;
    let unit = u8::try_from(elements.value()?.integer()?).ok()?;
    Some(Scaler { power, unit })
}

/// A unit's sign.
pub const fn unit(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "a",
        2 => "mo",
        3 => "wk",
        4 => "d",
        5 => "h",
        6 => "min",
        7 => "s",
        8 => "°",
        9 => "°C",
        10 => "currency",
        11 => "m",
        12 => "m/s",
        13 | 14 => "m³",
        15 | 16 => "m³/h",
        17 | 18 => "m³/d",
        19 => "l",
        20 => "kg",
        21 => "N",
        22 => "Nm",
        23 => "Pa",
        24 => "bar",
        25 => "J",
        26 => "J/h",
        27 => "W",
        28 => "VA",
        29 => "var",
        30 => "Wh",
        31 => "VAh",
        32 => "varh",
        33 => "A",
        34 => "C",
        35 => "V",
        36 => "V/m",
        37 => "F",
        38 => "Ω",
        40 => "Wb",
        41 => "T",
        42 => "A/m",
        43 => "H",
        44 => "Hz",
        45 => "1/Wh",
        46 => "1/varh",
        47 => "1/VAh",
        48 => "V²h",
        49 => "A²h",
        50 => "kg/s",
        51 => "S",
        52 => "K",
        56 => "%",
        57 => "Ah",
        70 => "dBm",
        72 => "dB",
        _ => return None,
    })
}
