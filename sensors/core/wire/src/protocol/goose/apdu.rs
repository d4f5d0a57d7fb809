//! The GOOSE PDU (IEC 61850-8-1, A.2): `[APPLICATION 1] IMPLICIT SEQUENCE` with context tags 0 to 11.

use crate::protocol::ber::{self, Elements, element};

/// Identifier octets: goosePdu, and gseMngtPdu (management, A.3).
pub const GOOSE_PDU: u8 = 0x61;
pub const MANAGEMENT: u8 = 0x60;

const GOCB_REF: u8 = 0x80;
const TIME_ALLOWED_TO_LIVE: u8 = 0x81;
const DAT_SET: u8 = 0x82;
const GO_ID: u8 = 0x83;
const T: u8 = 0x84;
const ST_NUM: u8 = 0x85;
const SQ_NUM: u8 = 0x86;
const SIMULATION: u8 = 0x87;
const CONF_REV: u8 = 0x88;
const NDS_COM: u8 = 0x89;
const NUM_DAT_SET_ENTRIES: u8 = 0x8a;
const ALL_DATA: u8 = 0xab;

/// The fields of one PDU; None where one is missing or has no value that it may have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pdu<'a> {
    pub control_block: &'a [u8],
    /// Milliseconds.
    pub time_allowed: Option<i64>,
    pub data_set: &'a [u8],
    pub id: Option<&'a [u8]>,
    /// Time of the last change of state: seconds 4, fraction of a second 3, quality 1.
    pub changed: Option<&'a [u8]>,
    pub state: Option<i64>,
    pub sequence: Option<i64>,
    pub simulation: bool,
    pub revision: Option<i64>,
    pub needs_commissioning: bool,
    pub entries: Option<i64>,
    pub data: &'a [u8],
    /// Something in it does not fit, is missing or is there twice.
    pub malformed: bool,
}

/// Reads the PDU behind the header of a frame. None: it is none.
pub fn read(apdu: &[u8]) -> Option<Pdu<'_>> {
    let whole = element(apdu).filter(|whole| whole.tag == GOOSE_PDU)?;
    let mut pdu = Pdu::default();
    let mut fields = Elements { left: whole.contents };
    for field in fields.by_ref() {
        let number = || ber::unsigned(field.contents);
        let truth = || field.contents.iter().any(|octet| *octet != 0);
        match field.tag {
            GOCB_REF => pdu.control_block = field.contents,
            TIME_ALLOWED_TO_LIVE => pdu.time_allowed = number(),
            DAT_SET => pdu.data_set = field.contents,
            GO_ID => pdu.id = Some(field.contents),
            T => pdu.changed = Some(field.contents).filter(|t| t.len() == 8),
            ST_NUM => pdu.state = number(),
            SQ_NUM => pdu.sequence = number(),
            SIMULATION => pdu.simulation = truth(),
            CONF_REV => pdu.revision = number(),
            NDS_COM => pdu.needs_commissioning = truth(),
            NUM_DAT_SET_ENTRIES => pdu.entries = number(),
            ALL_DATA => pdu.data = field.contents,
            _ => {}
        }
    }
    let missing = [pdu.time_allowed, pdu.state, pdu.sequence, pdu.revision, pdu.entries].contains(&None);
    pdu.malformed = !fields.left.is_empty() || missing || pdu.changed.is_none() || pdu.control_block.is_empty();
    Some(pdu)
}
