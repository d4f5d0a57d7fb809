//! Session and presentation layers (ISO 8327-1, 8; ISO 8823-1, 8) around what ACSE and MMS say.
//!
//! | SPDU | 0 identifier 1 | 1 length 1, or 255 and 2 | parameters: code 1, length, value | user information |
//!
//! Data come behind two SPDUs of no parameters, GIVE TOKENS and DATA TRANSFER: | 1 | 0 | 1 | 0 | user information |.
//! User data of the presentation layer: `[APPLICATION 1] { SEQUENCE { context INTEGER, [0] data } }`.

use super::pdu;
use crate::bytes::{be16, u8_at};
use crate::protocol::ber::{self, Elements, element};

const DATA_TRANSFER: u8 = 1;
const FINISH: u8 = 9;
const DISCONNECT: u8 = 10;
const REFUSE: u8 = 12;
const CONNECT: u8 = 13;
const ACCEPT: u8 = 14;
const ABORT: u8 = 25;
const USER_DATA: u8 = 193;
const EXTENDED_USER_DATA: u8 = 194;
/// Identifier octets of the presentation layer.
const CP_TYPE: u8 = 0x31;
const NORMAL_MODE: u8 = 0xa2;
const USER_DATA_ENCODED: u8 = 0x61;
const SINGLE_ASN1: u8 = 0xa0;
const SEQUENCE: u8 = 0x30;
/// `abstract-syntax` of MMS in the list of contexts, as an element: { iso standard 9506 part(2) 1 }, and with part 1.
const SYNTAX: [&[u8]; 2] = [&[6, 5, 0x28, 0xca, 0x22, 2, 1], &[6, 5, 0x28, 0xca, 0x22, 1, 1]];

/// What one transport unit carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit<'a> {
    /// An MMS PDU.
    Mms(&'a [u8]),
    /// A PDU of ACSE.
    Acse(&'a [u8]),
    /// The session or presentation layer refused or aborted, with nothing of ACSE.
    Refused,
    Aborted,
    /// A unit of these layers that says nothing of MMS.
    Nothing,
    Malformed,
}

/// Takes the layers off a transport unit. Without them (the short stack of some makers) it is the MMS PDU itself.
pub fn unit(data: &[u8]) -> Unit<'_> {
    let Some(first) = u8_at(data, 0) else { return Unit::Nothing };
    if pdu::tag(first) {
        return Unit::Mms(data);
    }
    if data.starts_with(&[DATA_TRANSFER, 0, DATA_TRANSFER, 0]) {
        return data.get(4..).and_then(user_data).map_or(Unit::Malformed, upper);
    }
    let Some((kind, user)) = spdu(data) else { return Unit::Malformed };
    let found = match user {
        Some(user) if user.first() == Some(&USER_DATA_ENCODED) => user_data(user),
        // Connection, acceptance, refusal and abort have presentation PDUs of their own around the user data.
        Some(user) => presented(user),
        None => None,
    };
    match (kind, found) {
        (_, Some(data)) => upper(data),
        (REFUSE, None) => Unit::Refused,
        (ABORT, None) => Unit::Aborted,
        (CONNECT | ACCEPT, None) => Unit::Malformed,
        _ => Unit::Nothing,
    }
}

fn upper(data: &[u8]) -> Unit<'_> {
    match u8_at(data, 0) {
        Some(0x60..=0x64) => Unit::Acse(data),
        Some(tag) if pdu::tag(tag) => Unit::Mms(data),
        _ => Unit::Malformed,
    }
}

/// Identifier and user information of an SPDU with parameters.
fn spdu(data: &[u8]) -> Option<(u8, Option<&[u8]>)> {
    let kind = u8_at(data, 0)
        .filter(|kind| matches!(*kind, DATA_TRANSFER | FINISH | DISCONNECT | REFUSE | CONNECT | ACCEPT | ABORT | 26))?;
    let (length, head) = length(data, 1)?;
    let mut parameters = data.get(head..head.checked_add(length)?)?;
    let mut user = None;
    while !parameters.is_empty() {
        let code = u8_at(parameters, 0)?;
        let (length, head) = self::length(parameters, 1)?;
        let end = head.checked_add(length)?;
        let value = parameters.get(head..end)?;
        if matches!(code, USER_DATA | EXTENDED_USER_DATA) {
            user = Some(value);
        }
        parameters = parameters.get(end..)?;
    }
    Some((kind, user))
}

fn length(data: &[u8], at: usize) -> Option<(usize, usize)> {
    match u8_at(data, at)? {
        255 => Some((usize::from(be16(data, at + 1)?), at + 3)),
        short => Some((usize::from(short), at + 1)),
    }
}

/// Data in `[APPLICATION 1]` with one context.
fn user_data(data: &[u8]) -> Option<&[u8]> {
    let list = element(data).filter(|e| e.tag == USER_DATA_ENCODED)?;
    let one = element(list.contents).filter(|e| e.tag == SEQUENCE)?;
    Elements { left: one.contents }.find(|e| e.tag == SINGLE_ASN1).map(|e| e.contents)
}

/// User data inside CP, CPA, CPR and ARU: `SET { [0] mode, [2] { …, [APPLICATION 1] } }` or `[n] { … }`.
fn presented(data: &[u8]) -> Option<&[u8]> {
    let outer = element(data)?;
    let inner = if outer.tag == CP_TYPE {
        Elements { left: outer.contents }.find(|e| e.tag == NORMAL_MODE)?.contents
    } else {
        outer.contents
    };
    let mut left = inner;
    while let Some(found) = element(left) {
        if found.tag == USER_DATA_ENCODED {
            return user_data(left);
        }
        // ARU and CPR may have their parameters in a SEQUENCE.
        if found.tag == SEQUENCE
            && let Some(at) = (Elements { left: found.contents }).find(|e| e.tag == USER_DATA_ENCODED)
        {
            let one = element(at.contents)?;
            return Elements { left: one.contents }.find(|e| e.tag == SINGLE_ASN1).map(|e| e.contents);
        }
        left = left.get(found.size..)?;
    }
    None
}

/// Whether the first bytes of a transport unit are those of these layers or of an MMS PDU. None: too few to tell.
pub fn begins(data: &[u8]) -> Option<bool> {
    let first = u8_at(data, 0)?;
    if pdu::tag(first) {
        return pdu::begins(data);
    }
    Some(match first {
        DATA_TRANSFER => match u8_at(data, 1)? {
            0 => u8_at(data, 2)? == DATA_TRANSFER && u8_at(data, 3)? == 0 && u8_at(data, 4)? == USER_DATA_ENCODED,
            _ => false,
        },
        CONNECT | ACCEPT | FINISH | DISCONNECT | REFUSE | ABORT => {
            matches!(u8_at(data, 1)?, 3..=255)
        }
        _ => false,
    })
}

/// Whether a connection or its acceptance names the abstract syntax of MMS, or carries its initiate PDU. Some: who sends.
pub fn names_mms(data: &[u8]) -> Option<bool> {
    let (kind, _) = spdu(data)?;
    let contains = |what: &[u8]| data.windows(what.len()).any(|window| window == what);
    match kind {
        CONNECT if SYNTAX.iter().any(|syntax| contains(syntax)) => Some(true),
        ACCEPT => match unit(data) {
            Unit::Acse(apdu) => {
                let user = super::acse::read(apdu)?.user?;
                (user.first() == Some(&pdu::INITIATE_RESPONSE) && ber::element(user).is_some()).then_some(false)
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, begins, unit};

    #[test]
    fn data_come_behind_two_empty_spdus_or_bare() {
        let read = [0xa0, 3, 2, 1, 1];
        let wrapped = [&[1, 0, 1, 0, 0x61, 12, 0x30, 10, 2, 1, 3, 0xa0, 5][..], &read].concat();
        assert_eq!(unit(&wrapped), Unit::Mms(&read));
        assert_eq!(unit(&read), Unit::Mms(&read));
        assert_eq!(unit(&[1, 0, 1, 0, 0x61, 30, 0x30]), Unit::Malformed);
        assert_eq!(unit(&[]), Unit::Nothing);
        assert_eq!(unit(&[0x32, 1, 0, 0]), Unit::Malformed);
    }

    #[test]
    fn an_spdu_whose_parameters_reach_beyond_it_is_malformed() {
        assert_eq!(unit(&[13, 4, 5, 200, 1, 2]), Unit::Malformed);
        assert_eq!(unit(&[25, 3, 17, 1, 3]), Unit::Aborted);
        assert_eq!(unit(&[12, 3, 50, 1, 2]), Unit::Refused);
        assert_eq!(begins(&[1, 0]), None);
        assert_eq!(begins(&[0x32]), Some(false));
    }
}
