//! The head that all frames have (DS 301, 4.6.1.1): | 0 message type 1 | 1 destination node 1 | 2 source node 1 | 3 its own |.
//! Numbers are little-endian.

use crate::bytes::{le16, u8_at};
use crate::dataset::Flag;
use crate::protocol::{Function, Talk};

pub const SOC: u8 = 1;
pub const PREQ: u8 = 3;
pub const PRES: u8 = 4;
pub const SOA: u8 = 5;
pub const ASND: u8 = 6;
pub const AMNI: u8 = 7;
pub const AINV: u8 = 13;

/// The managing node, and the node number of all.
pub const MANAGER: u8 = 240;
pub const ALL: u8 = 255;
/// Numbers of controlled nodes end here (DS 301, 4.5).
pub const LAST_CONTROLLED: u8 = 239;

/// What says the type of a frame in its first byte; the bit above it is reserved, and old nodes set it.
pub const KIND: u8 = 0x7f;
/// Bytes of PReq and PRes before their data.
const PDO: usize = 10;

pub fn named(code: u8) -> Function {
    let name = Some(match code {
        SOC => "SoC",
        PREQ => "PReq",
        PRES => "PRes",
        SOA => "SoA",
        ASND => "ASnd",
        AMNI => "AMNI",
        _ => "AInv",
    });
    Function { code: Some(u32::from(code)), name }
}

/// One frame, with what pads it.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub kind: u8,
    pub destination: u8,
    pub source: u8,
    pub data: &'a [u8],
}

impl<'a> Frame<'a> {
    pub fn of(data: &'a [u8]) -> Option<Self> {
        Some(Self { kind: u8_at(data, 0)? & KIND, destination: u8_at(data, 1)?, source: u8_at(data, 2)?, data })
    }

    /// Bytes that a frame of this type has at least.
    const fn least(&self) -> Option<usize> {
        Some(match self.kind {
            SOC => 22,
            PREQ | PRES => PDO,
            SOA => 9,
            ASND | AINV => 4,
            AMNI => 3,
            _ => return None,
        })
    }

    /// Whether the type is known, the frame as long as it must be and between nodes that send and hear such.
    pub fn likely(&self) -> bool {
        let fits = self.least().is_some_and(|least| self.data.len() >= least) && self.source != ALL;
        let (from, to) = (self.source, self.destination);
        fits && match self.kind {
            SOC | SOA => from == MANAGER && to == ALL,
            PREQ => from == MANAGER && (1..ALL).contains(&to) && self.pdo().is_some(),
            PRES => from != 0 && to == ALL && self.pdo().is_some(),
            ASND => from != 0 && to != 0 && matches!(self.service(), 1..=6 | 0xa0..=0xfe),
            AMNI => to == ALL && (MANAGER..ALL).contains(&from),
            _ => false,
        }
    }

    /// Says what is odd about a frame's form; whether it can be read.
    pub fn sound(&self, talk: &mut Talk<'_>) -> bool {
        let Some(least) = self.least() else {
            talk.flag(Flag::PowerlinkType, Some(0), None);
            return false;
        };
        if self.data.len() < least || (matches!(self.kind, PREQ | PRES) && self.pdo().is_none()) {
            talk.flag(Flag::PowerlinkLength, Some(0), None);
            return false;
        }
        let (from, to) = (self.source, self.destination);
        let meant = match self.kind {
            SOC | SOA => from == MANAGER && to == ALL,
            PREQ => from == MANAGER && to != 0 && to != ALL,
            PRES | AMNI => from != 0 && from != ALL && to == ALL,
            _ => from != ALL && to != 0,
        };
        if !meant {
            talk.flag(Flag::PowerlinkNode, Some(1), None);
        }
        true
    }

    /// Service of an ASnd.
    pub fn service(&self) -> u8 {
        u8_at(self.data, 3).unwrap_or(0)
    }

    /// Process data of a PReq or PRes: | 8 size 2 | 10 data |.
    pub fn pdo(&self) -> Option<&'a [u8]> {
        let size = usize::from(le16(self.data, 8)?);
        self.data.get(PDO..PDO.checked_add(size)?)
    }
}
