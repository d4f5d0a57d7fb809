//! Kinds of APDUs (IEC 62056-5-3, clause 8): the first byte says what it is and who may send it.

use super::axdr::Reader;
use crate::flow::Side;

pub const READ_REQUEST: u8 = 0x05;
pub const WRITE_REQUEST: u8 = 0x06;
pub const READ_RESPONSE: u8 = 0x0c;
pub const WRITE_RESPONSE: u8 = 0x0d;
pub const CONFIRMED_SERVICE_ERROR: u8 = 0x0e;
pub const DATA_NOTIFICATION: u8 = 0x0f;
pub const DATA_NOTIFICATION_CONFIRM: u8 = 0x10;
pub const UNCONFIRMED_WRITE: u8 = 0x16;
pub const INFORMATION_REPORT: u8 = 0x18;
pub const AARQ: u8 = 0x60;
pub const AARE: u8 = 0x61;
pub const RLRQ: u8 = 0x62;
pub const RLRE: u8 = 0x63;
pub const GET_REQUEST: u8 = 0xc0;
pub const SET_REQUEST: u8 = 0xc1;
pub const EVENT_NOTIFICATION: u8 = 0xc2;
pub const ACTION_REQUEST: u8 = 0xc3;
pub const GET_RESPONSE: u8 = 0xc4;
pub const SET_RESPONSE: u8 = 0xc5;
pub const ACTION_RESPONSE: u8 = 0xc7;
pub const EXCEPTION: u8 = 0xd8;
pub const ACCESS_REQUEST: u8 = 0xd9;
pub const ACCESS_RESPONSE: u8 = 0xda;
pub const GENERAL_GLO: u8 = 0xdb;
pub const GENERAL_DED: u8 = 0xdc;
pub const GENERAL_CIPHERING: u8 = 0xdd;
pub const GENERAL_SIGNING: u8 = 0xdf;
pub const GENERAL_BLOCK: u8 = 0xe0;

/// Who an APDU goes from, and what becomes of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// The client asks.
    Request,
    /// The server answers.
    Response,
    /// The server says something by itself.
    Notice,
    /// The client says something that nobody answers.
    Order,
    /// Either of them.
    Either,
}

impl Way {
    pub const fn speaker(self) -> Option<Side> {
        match self {
            Self::Request | Self::Order => Some(Side::Client),
            Self::Response | Self::Notice => Some(Side::Server),
            Self::Either => None,
        }
    }
}

/// Name and way of an APDU; `ciphered` where it is one of the kind with a key of its own service.
pub const fn of(tag: u8) -> Option<(&'static str, Way)> {
    use Way::{Either, Notice, Order, Request, Response};
    Some(match tag {
        READ_REQUEST => ("readRequest", Request),
        WRITE_REQUEST => ("writeRequest", Request),
        READ_RESPONSE => ("readResponse", Response),
        WRITE_RESPONSE => ("writeResponse", Response),
        CONFIRMED_SERVICE_ERROR => ("confirmedServiceError", Response),
        DATA_NOTIFICATION => ("data-notification", Notice),
        DATA_NOTIFICATION_CONFIRM => ("data-notification-confirm", Order),
        UNCONFIRMED_WRITE => ("unconfirmedWriteRequest", Order),
        INFORMATION_REPORT => ("informationReportRequest", Notice),
        0x25 => ("glo-readRequest", Request),
        0x26 => ("glo-writeRequest", Request),
        0x2c => ("glo-readResponse", Response),
        0x2d => ("glo-writeResponse", Response),
        0x2e => ("glo-confirmedServiceError", Response),
        0x36 => ("glo-unconfirmedWriteRequest", Order),
        0x38 => ("glo-informationReportRequest", Notice),
        0x45 => ("ded-readRequest", Request),
        0x46 => ("ded-writeRequest", Request),
        0x4c => ("ded-readResponse", Response),
        0x4d => ("ded-writeResponse", Response),
        0x4e => ("ded-confirmedServiceError", Response),
        0x56 => ("ded-unconfirmedWriteRequest", Order),
        0x58 => ("ded-informationReportRequest", Notice),
        AARQ => ("AARQ", Request),
        AARE => ("AARE", Response),
        RLRQ => ("RLRQ", Request),
        RLRE => ("RLRE", Response),
        GET_REQUEST => ("get-request", Request),
        SET_REQUEST => ("set-request", Request),
        EVENT_NOTIFICATION => ("event-notification-request", Notice),
        ACTION_REQUEST => ("action-request", Request),
        GET_RESPONSE => ("get-response", Response),
        SET_RESPONSE => ("set-response", Response),
        ACTION_RESPONSE => ("action-response", Response),
        0xc8 => ("glo-get-request", Request),
        0xc9 => ("glo-set-request", Request),
        0xca => ("glo-event-notification-request", Notice),
        0xcb => ("glo-action-request", Request),
        0xcc => ("glo-get-response", Response),
        0xcd => ("glo-set-response", Response),
        0xcf => ("glo-action-response", Response),
        0xd0 => ("ded-get-request", Request),
        0xd1 => ("ded-set-request", Request),
        0xd2 => ("ded-event-notification-request", Notice),
        0xd3 => ("ded-action-request", Request),
        0xd4 => ("ded-get-response", Response),
        0xd5 => ("ded-set-response", Response),
        0xd7 => ("ded-action-response", Response),
        EXCEPTION => ("exception-response", Response),
        ACCESS_REQUEST => ("access-request", Request),
        ACCESS_RESPONSE => ("access-response", Response),
        GENERAL_GLO => ("general-glo-ciphering", Either),
        GENERAL_DED => ("general-ded-ciphering", Either),
        GENERAL_CIPHERING => ("general-ciphering", Either),
        GENERAL_SIGNING => ("general-signing", Either),
        GENERAL_BLOCK => ("general-block-transfer", Either),
        _ => return None,
    })
}

/// Whether it hides another APDU.
pub const fn ciphered(tag: u8) -> bool {
    matches!(tag, 0x25..=0x38 | 0x45..=0x58 | 0xc8..=0xcf | 0xd0..=0xd7 | GENERAL_GLO..=GENERAL_CIPHERING)
}

/// The form of a request or response by its second byte, as the standard names it.
pub const fn form(tag: u8, choice: u8) -> Option<&'static str> {
    Some(match (tag, choice) {
        (GET_REQUEST, 1) => "get-request-normal",
        (GET_REQUEST, 2) => "get-request-next",
        (GET_REQUEST, 3) => "get-request-with-list",
        (GET_RESPONSE, 1) => "get-response-normal",
        (GET_RESPONSE, 2) => "get-response-with-datablock",
        (GET_RESPONSE, 3) => "get-response-with-list",
        (SET_REQUEST, 1) => "set-request-normal",
        (SET_REQUEST, 2) => "set-request-with-first-datablock",
        (SET_REQUEST, 3) => "set-request-with-datablock",
        (SET_REQUEST, 4) => "set-request-with-list",
        (SET_REQUEST, 5) => "set-request-with-list-and-first-datablock",
        (SET_RESPONSE, 1) => "set-response-normal",
        (SET_RESPONSE, 2) => "set-response-datablock",
        (SET_RESPONSE, 3) => "set-response-last-datablock",
        (SET_RESPONSE, 4) => "set-response-last-datablock-with-list",
        (SET_RESPONSE, 5) => "set-response-with-list",
        (ACTION_REQUEST, 1) => "action-request-normal",
        (ACTION_REQUEST, 2) => "action-request-next-pblock",
        (ACTION_REQUEST, 3) => "action-request-with-list",
        (ACTION_REQUEST, 4) => "action-request-with-first-pblock",
        (ACTION_REQUEST, 5) => "action-request-with-list-and-first-pblock",
        (ACTION_REQUEST, 6) => "action-request-with-pblock",
        (ACTION_RESPONSE, 1) => "action-response-normal",
        (ACTION_RESPONSE, 2) => "action-response-with-pblock",
        (ACTION_RESPONSE, 3) => "action-response-with-list",
        (ACTION_RESPONSE, 4) => "action-response-next-pblock",
        _ => return None,
    })
}

/// An APDU inside a ciphering (IEC 62056-5-3, 5.7.2): | security control 1 | invocation counter 4 | text | tag 12 |.
#[derive(Clone, Copy, Debug)]
pub struct Sealed<'a> {
    pub control: u8,
    pub counter: u32,
    /// System title of who sealed it, where it is told.
    pub title: Option<&'a [u8]>,
    inside: &'a [u8],
}

const AUTHENTICATED: u8 = 0x10;
const ENCRYPTED: u8 = 0x20;
const AUTHENTICATION_TAG: usize = 12;

impl<'a> Sealed<'a> {
    /// Reads what a ciphered APDU shows of itself; None: it does not hold together.
    pub fn read(apdu: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(apdu);
        let mut title = None;
        match reader.byte()? {
            GENERAL_GLO | GENERAL_DED => title = Some(reader.octets()?),
            GENERAL_CIPHERING => {
                reader.octets()?;
                title = Some(reader.octets()?);
                // Recipient, date and time, other information.
                (0..3).try_for_each(|_| reader.octets().map(|_| ()))?;
                key_information(&mut reader)?;
            }
            _ => {}
        }
        let sealed = reader.octets().filter(|_| reader.left.is_empty())?;
        let mut reader = Reader::new(sealed);
        let (control, counter) = (reader.byte()?, reader.double()?);
        Some(Self { control, counter, title: title.filter(|title| !title.is_empty()), inside: reader.left })
    }

    pub const fn protection(&self) -> &'static str {
        match self.control & (AUTHENTICATED | ENCRYPTED) {
            0 => "none",
            AUTHENTICATED => "authentication",
            ENCRYPTED => "encryption",
            _ => "authenticated-encryption",
        }
    }

    /// The APDU inside, where it is not encrypted.
    pub fn plain(&self) -> Option<&'a [u8]> {
        let tag = if self.control & AUTHENTICATED == 0 { 0 } else { AUTHENTICATION_TAG };
        let size = self.inside.len().checked_sub(tag).filter(|_| self.control & (ENCRYPTED | 0x80) == 0)?;
        self.inside.get(..size).filter(|apdu| !apdu.is_empty())
    }
}

/// Optional key information of general-ciphering: | 0 | or | 1 | choice | … |.
fn key_information(reader: &mut Reader<'_>) -> Option<()> {
    if reader.byte()? == 0 {
        return Some(());
    }
    match reader.byte()? {
        // Identified key: one byte. Wrapped: key-encrypting key and the wrapped key. Agreed: parameters and ciphered data.
        0 => reader.byte().map(|_| ()),
        1 => {
            reader.byte()?;
            reader.octets().map(|_| ())
        }
        2 => (0..2).try_for_each(|_| reader.octets().map(|_| ())),
        _ => None,
    }
}
