//! The savPdu (IEC 61850-9-2, 8.5.2, table 14): `[APPLICATION 0] IMPLICIT SEQUENCE`, its ASDUs a sequence each.
//!
//! | 80 noASDU | 81 or A1 security | A2 ASDUs: 30 { 80 svID | 81 datSet | 82 smpCnt 2 | 83 confRev 4 | 84 refrTm 8 |
//! 85 smpSynch 1 | 86 smpRate 2 | 87 sample | 88 smpMod 2 | 89 gmIdentity 8 } … |

use crate::bytes::{be16, be32};
use crate::protocol::ber::{self, Elements, element};

/// Identifier octet of the savPdu.
pub const SAV_PDU: u8 = 0x60;

const NO_ASDU: u8 = 0x80;
const SECURITY: u8 = 0x81;
const SECURITY_CONSTRUCTED: u8 = 0xa1;
const SEQ_ASDU: u8 = 0xa2;
const ASDU: u8 = 0x30;

const SV_ID: u8 = 0x80;
const DAT_SET: u8 = 0x81;
const SMP_CNT: u8 = 0x82;
const CONF_REV: u8 = 0x83;
const REFR_TM: u8 = 0x84;
const SMP_SYNCH: u8 = 0x85;
const SMP_RATE: u8 = 0x86;
const SAMPLE: u8 = 0x87;
const SMP_MOD: u8 = 0x88;
const GM_IDENTITY: u8 = 0x89;

/// The fields of a PDU.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pdu<'a> {
    pub count: Option<i64>,
    /// Octets of the security field, which the standard leaves open; none without the field.
    pub security: Option<usize>,
    pub asdus: &'a [u8],
    pub malformed: bool,
}

/// The fields of an ASDU. None where one is missing or is not as long as it has to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asdu<'a> {
    pub id: &'a [u8],
    pub data_set: Option<&'a [u8]>,
    pub count: Option<u16>,
    pub revision: Option<u32>,
    pub refreshed: Option<&'a [u8]>,
    pub synchronised: Option<u8>,
    pub rate: Option<u16>,
    pub mode: Option<u16>,
    pub clock: Option<&'a [u8]>,
    pub sample: &'a [u8],
    pub malformed: bool,
}

/// Reads the PDU. None: it is none.
pub fn read(apdu: &[u8]) -> Option<Pdu<'_>> {
    let whole = element(apdu).filter(|whole| whole.tag == SAV_PDU)?;
    let mut pdu = Pdu::default();
    let mut fields = Elements { left: whole.contents };
    for field in fields.by_ref() {
        match field.tag {
            NO_ASDU => pdu.count = ber::unsigned(field.contents),
            SECURITY | SECURITY_CONSTRUCTED => pdu.security = Some(field.contents.len()),
            SEQ_ASDU => pdu.asdus = field.contents,
            _ => {}
        }
    }
    pdu.malformed = !fields.left.is_empty() || pdu.count.is_none() || pdu.asdus.is_empty();
    Some(pdu)
}

/// ASDUs one after another; what is none ends them, and is left over.
pub struct Asdus<'a>(pub Elements<'a>);

impl<'a> Iterator for Asdus<'a> {
    type Item = Asdu<'a>;

    fn next(&mut self) -> Option<Asdu<'a>> {
        let before = self.0.left;
        let found = self.0.next().filter(|found| found.tag == ASDU);
        if found.is_none() {
            self.0.left = before;
        }
        Some(asdu(found?.contents))
    }
}

fn asdu(contents: &[u8]) -> Asdu<'_> {
    let mut asdu = Asdu::default();
    let mut fields = Elements { left: contents };
    for field in fields.by_ref() {
        let contents = field.contents;
        let word = || be16(contents, 0).filter(|_| contents.len() == 2);
        match field.tag {
            SV_ID => asdu.id = contents,
            DAT_SET => asdu.data_set = Some(contents),
            SMP_CNT => asdu.count = word(),
            CONF_REV => asdu.revision = be32(contents, 0).filter(|_| contents.len() == 4),
            REFR_TM => asdu.refreshed = Some(contents),
            SMP_SYNCH => asdu.synchronised = contents.first().copied().filter(|_| contents.len() == 1),
            SMP_RATE => asdu.rate = word(),
            SAMPLE => asdu.sample = contents,
            SMP_MOD => asdu.mode = word(),
            GM_IDENTITY => asdu.clock = Some(contents),
            _ => {}
        }
    }
    asdu.malformed = !fields.left.is_empty()
        || asdu.id.is_empty()
        || asdu.count.is_none()
        || asdu.revision.is_none()
        || asdu.synchronised.is_none()
        || asdu.sample.is_empty();
    asdu
}
