//! The head of userdata messages.
//!
//! | 0 head 3 (00 01 12) | 3 length 1 | 4 method 1 | 5 type 4 bits, function group 4 bits | 6 sub-function 1 |
//! | 7 sequence 1 | then, when the length says so: 8 data unit 1 | 9 more follows 1 | 10 error code 2 |
//!
//! Data: | 0 return code 1 | 1 transport size 1 | 2 length 2 | 4 contents |

use crate::bytes::{be16, u8_at};

const HEAD: [u8; 3] = [0, 1, 0x12];
/// Head of the message by which a device tells that its operating mode changed.
const MODE_HEAD: [u8; 3] = [1, 0, 0x10];
/// Method of what follows an answer, or is one.
const ANSWERING: u8 = 0x12;
/// Types. The NC family has its own three.
const PUSH: u8 = 0;
const REQUEST: u8 = 4;
const NC_PUSH: u8 = 3;
const NC_REQUEST: u8 = 7;

/// Head of one message.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    kind: u8,
    method: u8,
    pub group: u8,
    pub function: u8,
    /// Number of a job in the device: of a test job, a cyclic transfer.
    pub sequence: u8,
    /// Number of the data unit that a fragment belongs to, 0 for none.
    pub unit: u8,
    pub more: bool,
    pub error: u16,
}

impl Head {
    pub fn read(parameter: &[u8]) -> Option<Self> {
        let head = parameter.get(..3)?;
        if head != HEAD && head != MODE_HEAD {
            return None;
        }
        let (unit, more, error) = match (u8_at(parameter, 8), u8_at(parameter, 9), be16(parameter, 10)) {
            (Some(unit), Some(more), Some(error)) if u8_at(parameter, 3)? >= 8 => (unit, more, error),
            _ => (0, 0, 0),
        };
        let both = u8_at(parameter, 5)?;
        Some(Self {
            kind: both >> 4,
            method: u8_at(parameter, 4)?,
            group: both & 15,
            function: u8_at(parameter, 6)?,
            sequence: u8_at(parameter, 7)?,
            unit,
            more: more != 0,
            error,
        })
    }

    pub const fn asks(&self) -> bool {
        matches!(self.kind, REQUEST | NC_REQUEST)
    }

    /// Asks for more of what the device answered before: by the number of the data unit, or of the answer alone.
    pub const fn goes_on(&self) -> bool {
        self.unit != 0 || (self.method == ANSWERING && self.sequence != 0)
    }

    /// Sent by the device of itself.
    pub const fn pushed(&self) -> bool {
        matches!(self.kind, PUSH | NC_PUSH)
    }
}

/// Return code and contents of userdata's data.
pub fn contents(data: &[u8]) -> (u8, &[u8]) {
    let length = be16(data, 2).map_or(0, usize::from);
    let rest = data.get(4..).unwrap_or_default();
    (u8_at(data, 0).unwrap_or(0), rest.get(..length).unwrap_or(rest))
}
