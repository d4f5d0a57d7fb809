//! Data records (EN 13757-3, 6.3): | DIF 1 | DIFE 0–10 | VIF 1 | VIFE 0–10 | data |.
//!
//! DIF: | extension 1 | storage 1 | function 2 | data field 4 |; DIFE: | extension 1 | subunit 1 | tariff 2 | storage 4 |

/// Extensions of either field.
const EXTENSIONS: usize = 10;
const FILLER: u8 = 0x2f;
const READOUT: u8 = 0x7f;
const EXTENDED: u8 = 0x80;
/// VIF whose unit is a text.
const PLAIN_TEXT: u8 = 0x7c;

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Record<'a> {
    /// Coding of the data.
    pub field: u8,
    /// Instantaneous, maximum, minimum, while in error.
    pub function: u8,
    pub storage: u64,
    pub tariff: u32,
    pub subunit: u32,
    /// VIF without its extension bit; 7B and 7D stand before another table's code.
    pub vif: u8,
    pub extensions: &'a [u8],
    /// A unit in plain text, last character first.
    pub unit: Option<&'a [u8]>,
    /// Length octet of data that have one.
    pub length: Option<u8>,
    pub data: &'a [u8],
    /// All data are asked for: nothing else is said.
    pub readout: bool,
}

/// Records one after another.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    left: &'a [u8],
    /// A record did not fit, or began as none can.
    pub broken: bool,
    /// Octets of the manufacturer's own, to the end.
    pub manufacturer: Option<&'a [u8]>,
    /// More records follow in another telegram.
    pub more: bool,
}

impl<'a> Records<'a> {
    pub const fn of(data: &'a [u8]) -> Self {
        Self { left: data, broken: false, manufacturer: None, more: false }
    }

    fn octet(&mut self) -> Option<u8> {
        let (first, rest) = self.left.split_first()?;
        self.left = rest;
        Some(*first)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.left.split_at_checked(count)?;
        self.left = rest;
        Some(taken)
    }

    fn record(&mut self, dif: u8) -> Option<Record<'a>> {
        let mut record = Record {
            field: dif & 0x0f,
            function: (dif >> 4) & 3,
            storage: u64::from((dif >> 6) & 1),
            ..Record::default()
        };
        for (at, octet) in (0_u32..).zip(self.extensions(dif)?) {
            record.storage |= u64::from(octet & 0x0f) << (1 + 4 * at);
            record.tariff |= u32::from((octet >> 4) & 3) << (2 * at);
            record.subunit |= u32::from((octet >> 6) & 1) << at;
        }
        let vif = self.octet()?;
        record.vif = vif & 0x7f;
        if record.vif == PLAIN_TEXT {
            let size = self.octet()?;
            record.unit = Some(self.take(usize::from(size))?);
        }
        record.extensions = self.extensions(vif)?;
        let size = match record.field {
            0x0d => {
                let length = self.octet()?;
                record.length = Some(length);
                variable(length)?
            }
            field => size(field),
        };
        record.data = self.take(size)?;
        Some(record)
    }

    /// Octets that follow one with the extension bit, as long as they have it too.
    fn extensions(&mut self, first: u8) -> Option<&'a [u8]> {
        if first & EXTENDED == 0 {
            return Some(&[]);
        }
        let more = self.left.iter().take(EXTENSIONS + 1).take_while(|octet| **octet & EXTENDED != 0).count();
        if more >= EXTENSIONS { None } else { self.take(more + 1) }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let dif = loop {
            match self.octet()? {
                FILLER => {}
                dif => break dif,
            }
        };
        match dif {
            0x0f | 0x1f => {
                self.manufacturer = Some(std::mem::take(&mut self.left));
                self.more = dif == 0x1f;
                return None;
            }
            READOUT => return Some(Record { readout: true, ..Record::default() }),
            _ => {}
        }
        let record = if dif & 0x0f == 0x0f { None } else { self.record(dif) };
        if record.is_none() {
            self.broken = true;
            self.left = &[];
        }
        record
    }
}

const fn size(field: u8) -> usize {
    match field {
        1 | 9 => 1,
        2 | 0x0a => 2,
        3 | 0x0b => 3,
        4 | 5 | 0x0c => 4,
        6 | 0x0e => 6,
        7 => 8,
        _ => 0,
    }
}

/// Octets behind a length octet (EN 13757-3, table 5).
fn variable(length: u8) -> Option<usize> {
    Some(usize::from(match length {
        0..=0xbf => length,
        0xc0..=0xc9 => length - 0xc0,
        0xd0..=0xd9 => length - 0xd0,
        0xe0..=0xef => length - 0xe0,
        0xf0..=0xf4 => (length - 0xec) * 4,
        0xf5 => 48,
        0xf6 => 64,
        _ => return None,
    }))
}
