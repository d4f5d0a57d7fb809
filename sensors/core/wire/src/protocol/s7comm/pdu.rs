//! The header of an S7 message, and what recognises one.
//!
//! | 0 protocol id 1 (0x32) | 1 ROSCTR 1 | 2 redundancy 2 (0) | 4 PDU reference 2 | 6 parameter length 2 |
//! | 8 data length 2 | 10 error class 1, error code 1 (acknowledgements only) | parameter | data |

use crate::bytes::{be16, u8_at};

pub const PROTOCOL_ID: u8 = 0x32;
/// S7comm-plus shares transport and port.
pub const PLUS_PROTOCOL_ID: u8 = 0x72;
/// Remote operating service control: what kind of message it is.
pub const JOB: u8 = 1;
pub const ACK: u8 = 2;
pub const ACK_DATA: u8 = 3;
pub const USERDATA: u8 = 7;
const HEADER: usize = 10;

/// One message.
#[derive(Clone, Copy, Debug)]
pub struct Pdu<'a> {
    pub rosctr: u8,
    pub reference: u16,
    /// Error class and code of an acknowledgement.
    pub error: u16,
    pub parameter: &'a [u8],
    pub data: &'a [u8],
    /// Lengths of the header and of the message disagree.
    pub uneven: bool,
    pub length: usize,
}

impl<'a> Pdu<'a> {
    /// None for what has no S7 header. A message shorter than it says is read as far as it goes.
    pub fn read(message: &'a [u8]) -> Option<Self> {
        let rosctr = u8_at(message, 1)?;
        if u8_at(message, 0)? != PROTOCOL_ID || !matches!(rosctr, JOB | ACK | ACK_DATA | USERDATA) {
            return None;
        }
        let (parameters, data) = (usize::from(be16(message, 6)?), usize::from(be16(message, 8)?));
        let start = header(rosctr);
        let error = if start > HEADER { be16(message, HEADER)? } else { 0 };
        let rest = message.get(start..)?;
        let (parameter, after) = rest.split_at_checked(parameters).unwrap_or((rest, &[]));
        Some(Self {
            rosctr,
            reference: be16(message, 4)?,
            error,
            parameter,
            data: after.get(..data).unwrap_or(after),
            uneven: start + parameters + data != message.len(),
            length: message.len(),
        })
    }
}

const fn header(rosctr: u8) -> usize {
    if matches!(rosctr, ACK | ACK_DATA) { HEADER + 2 } else { HEADER }
}

/// Whether the bytes begin a message by its header alone. None: too few to tell.
pub fn begins(data: &[u8]) -> Option<bool> {
    if u8_at(data, 0)? != PROTOCOL_ID {
        return Some(false);
    }
    let rosctr = u8_at(data, 1)?;
    if !matches!(rosctr, JOB | ACK | ACK_DATA | USERDATA) {
        return Some(false);
    }
    be16(data, 2).map(|redundancy| redundancy == 0)
}

/// Whether the bytes are one whole message: the header's lengths make up all of it.
pub fn whole(data: &[u8]) -> bool {
    begins(data) == Some(true) && Pdu::read(data).is_some_and(|pdu| !pdu.uneven)
}
