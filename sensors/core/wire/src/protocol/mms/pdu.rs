//! PDUs of MMS (ISO 9506-2, 7.1), by their identifier octets.
//!
//! | confirmed request | [0] { invoke id INTEGER, modifiers, service [n] } |
//! | confirmed response | [1] { invoke id INTEGER, service [n] } |
//! | confirmed error | [2] { [0] invoke id, [1] modifier position, [2] service error } |
//! | unconfirmed | [3] { service [n] } |
//! | reject | [4] { [0] invoke id, [1…11] reason } |
//! | cancel | request [5], response [6] invoke id, error [7] { [0] invoke id, [1] service error } |
//! | initiate | request [8], response [9], error [10] |
//! | conclude | request [11], response [12] NULL, error [13] |

use crate::bytes::u8_at;
use crate::protocol::ber::{self, Elements, Tagged, element, tagged};

pub const CONFIRMED_REQUEST: u8 = 0xa0;
pub const CONFIRMED_RESPONSE: u8 = 0xa1;
const CONFIRMED_ERROR: u8 = 0xa2;
const UNCONFIRMED: u8 = 0xa3;
const REJECT: u8 = 0xa4;
const CANCEL_REQUEST: u8 = 0x85;
const CANCEL_RESPONSE: u8 = 0x86;
const CANCEL_ERROR: u8 = 0xa7;
pub const INITIATE_REQUEST: u8 = 0xa8;
pub const INITIATE_RESPONSE: u8 = 0xa9;
const INITIATE_ERROR: u8 = 0xaa;
const CONCLUDE_REQUEST: u8 = 0x8b;
const CONCLUDE_RESPONSE: u8 = 0x8c;
const CONCLUDE_ERROR: u8 = 0xad;
const INTEGER: u8 = 2;
/// Companion standards put their own detail behind the service.
const REQUEST_DETAIL: u32 = 79;

/// One PDU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pdu<'a> {
    Request { invoke: i64, service: u32, body: &'a [u8] },
    Response { invoke: i64, service: u32, body: &'a [u8] },
    Error { invoke: i64, error: &'a [u8] },
    Unconfirmed { service: u32, body: &'a [u8] },
    Reject { invoke: Option<i64>, class: u8, code: i64 },
    Cancel { invoke: i64 },
    Cancelled { invoke: i64 },
    CancelError { invoke: i64, error: &'a [u8] },
    Initiate(&'a [u8]),
    Initiated(&'a [u8]),
    InitiateError(&'a [u8]),
    Conclude,
    Concluded,
    ConcludeError(&'a [u8]),
}

/// Whether an octet is the identifier of a PDU.
pub const fn tag(octet: u8) -> bool {
    matches!(octet, 0xa0..=0xa4 | 0xa7..=0xaa | 0xad | CANCEL_REQUEST | CANCEL_RESPONSE | 0x8b | 0x8c)
}

/// Whether a PDU without layers around it may begin so. None: too few bytes to tell.
pub fn begins(data: &[u8]) -> Option<bool> {
    let first = u8_at(data, 0)?;
    let length = u8_at(data, 1)?;
    if matches!(first, CONCLUDE_REQUEST | CONCLUDE_RESPONSE) {
        return Some(length == 0);
    }
    let at = match length {
        0x80 | 0x85.. => return Some(false),
        0x81..=0x84 => 2 + usize::from(length & 0x7f),
        _ => 2,
    };
    let inner = u8_at(data, at)?;
    Some(match first {
        CONFIRMED_REQUEST | CONFIRMED_RESPONSE => inner == INTEGER && matches!(u8_at(data, at + 1)?, 1..=5),
        CONFIRMED_ERROR | REJECT => inner & 0xc0 == 0x80,
        UNCONFIRMED => matches!(inner, 0xa0..=0xa2),
        INITIATE_REQUEST | INITIATE_RESPONSE => inner & 0xe0 == 0x80,
        _ => true,
    })
}

/// Reads a PDU; None: its elements do not fit, or something it must have is missing.
pub fn read(data: &[u8]) -> Option<Pdu<'_>> {
    let whole = element(data).filter(|whole| whole.size == data.len())?;
    let contents = whole.contents;
    Some(match whole.tag {
        CONFIRMED_REQUEST => {
            let (invoke, service) = confirmed(contents)?;
            Pdu::Request { invoke, service: service.number, body: service.contents }
        }
        CONFIRMED_RESPONSE => {
            let (invoke, service) = confirmed(contents)?;
            Pdu::Response { invoke, service: service.number, body: service.contents }
        }
        CONFIRMED_ERROR => Pdu::Error { invoke: invoke(contents)?, error: field(contents, 0xa2)? },
        UNCONFIRMED => {
            let service = tagged(contents)?;
            Pdu::Unconfirmed { service: service.number, body: service.contents }
        }
        REJECT => reject(contents)?,
        CANCEL_REQUEST => Pdu::Cancel { invoke: ber::integer(contents)? },
        CANCEL_RESPONSE => Pdu::Cancelled { invoke: ber::integer(contents)? },
        CANCEL_ERROR => Pdu::CancelError { invoke: invoke(contents)?, error: field(contents, 0xa1)? },
        INITIATE_REQUEST => Pdu::Initiate(contents),
        INITIATE_RESPONSE => Pdu::Initiated(contents),
        INITIATE_ERROR => Pdu::InitiateError(contents),
        CONCLUDE_REQUEST => Pdu::Conclude,
        CONCLUDE_RESPONSE => Pdu::Concluded,
        CONCLUDE_ERROR => Pdu::ConcludeError(contents),
        _ => return None,
    })
}

/// Invoke id and service; modifiers between them are passed over.
fn confirmed(contents: &[u8]) -> Option<(i64, Tagged<'_>)> {
    let first = element(contents).filter(|first| first.tag == INTEGER)?;
    let invoke = ber::integer(first.contents)?;
    let mut left = contents.get(first.size..)?;
    loop {
        let found = tagged(left)?;
        if found.first & 0xc0 == 0x80 && found.number != REQUEST_DETAIL {
            return Some((invoke, found));
        }
        left = left.get(found.size..)?;
    }
}

fn invoke(contents: &[u8]) -> Option<i64> {
    ber::integer(field(contents, 0x80)?)
}

fn reject(contents: &[u8]) -> Option<Pdu<'_>> {
    let reason = Elements { left: contents }.find(|e| matches!(e.tag, 0x81..=0x8b))?;
    let class = reason.tag & 0x1f;
    Some(Pdu::Reject { invoke: invoke(contents), class, code: ber::integer(reason.contents)? })
}

/// Contents of the first element with a tag.
pub fn field(contents: &[u8], tag: u8) -> Option<&[u8]> {
    Elements { left: contents }.find(|e| e.tag == tag).map(|e| e.contents)
}

/// A number in the first element with a tag.
pub fn number(contents: &[u8], tag: u8) -> Option<i64> {
    field(contents, tag).and_then(ber::integer)
}

#[cfg(test)]
mod tests {
    use super::{Pdu, begins, read};

    #[test]
    fn services_beyond_thirty_and_modifiers_are_read() {
        let open = [0xa0, 8, 2, 1, 9, 0xbf, 0x48, 2, 5, 0];
        assert_eq!(read(&open), Some(Pdu::Request { invoke: 9, service: 72, body: &[5, 0] }));
        let modified = [0xa0, 7, 2, 1, 9, 0x30, 0, 0x82, 0];
        assert_eq!(read(&modified), Some(Pdu::Request { invoke: 9, service: 2, body: &[] }));
        assert_eq!(read(&[0xa4, 6, 0x80, 1, 4, 0x81, 1, 1]), Some(Pdu::Reject { invoke: Some(4), class: 1, code: 1 }));
        assert_eq!(read(&[0x8b, 0]), Some(Pdu::Conclude));
    }

    #[test]
    fn what_does_not_fit_is_no_pdu() {
        for bad in [&[0xa0, 3, 2, 1, 1][..], &[0xa1, 6, 2, 1, 0, 0xa1, 0], &[0xa0, 9, 2, 1], &[0xa2, 0], &[0xb0, 0]] {
            assert_eq!(read(bad), None, "{bad:02x?}");
        }
        assert_eq!((begins(&[0xa0, 3, 2, 1]), begins(&[0xa0, 3, 4]), begins(&[0xa0])), (Some(true), Some(false), None));
    }
}
