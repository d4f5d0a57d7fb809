//! Association control (ISO 8650-1; IEC 62056-5-3, clause 7): who calls whom, with what proof, and what is agreed.

use super::apdu::{AARE, AARQ, Sealed};
use super::axdr::Reader;
use crate::bytes::u8_at;
use crate::protocol::ber::{Element, Elements, element, integer};

/// `2.16.756.5.8.1` application contexts and `.2` mechanisms of DLMS, but for the last arc.
const CONTEXT: &[u8] = &[0x60, 0x85, 0x74, 0x05, 0x08, 0x01];
const MECHANISM: &[u8] = &[0x60, 0x85, 0x74, 0x05, 0x08, 0x02];
const OBJECT_IDENTIFIER: u8 = 0x06;
const USER_INFORMATION: u8 = 0xbe;
/// Ciphered initiate requests and responses.
const GLO_INITIATE: [u8; 4] = [0x21, 0x28, 0x41, 0x48];
const INITIATE_REQUEST: u8 = 1;
const INITIATE_RESPONSE: u8 = 8;
const CONFIRMED_SERVICE_ERROR: u8 = 0x0e;

/// One AARQ, AARE, RLRQ or RLRE.
#[derive(Clone, Copy, Debug, Default)]
pub struct Acse<'a> {
    pub context: Option<u8>,
    /// System title of the sender.
    pub title: Option<&'a [u8]>,
    pub mechanism: Option<u8>,
    /// A password or a challenge, whatever its form.
    pub proof: Option<&'a [u8]>,
    pub user_id: Option<i64>,
    pub result: Option<i64>,
    /// Who diagnoses and what.
    pub diagnostic: Option<(u8, u8)>,
    pub initiate: Initiate<'a>,
    pub malformed: bool,
}

/// The xDLMS initiate request or response in the user information.
#[derive(Clone, Copy, Debug, Default)]
pub struct Initiate<'a> {
    pub sealed: Option<Sealed<'a>>,
    pub dedicated_key: bool,
    pub version: Option<u8>,
    pub conformance: Option<[u8; 3]>,
    pub pdu_size: Option<u16>,
    /// A confirmedServiceError in its place.
    pub error: Option<&'a [u8]>,
}

/// Reads a PDU; None: it does not hold together.
pub fn read(apdu: &[u8]) -> Option<Acse<'_>> {
    let whole = element(apdu).filter(|whole| whole.size == apdu.len())?;
    let mut out = Acse::default();
    let mut fields = Elements { left: whole.contents };
    for field in fields.by_ref() {
        let within = || element(field.contents);
        match (whole.tag, field.tag) {
            (AARQ | AARE, 0xa1) => out.context = within().and_then(|e| last_arc(&e, CONTEXT)),
            (AARQ, 0xa6) | (AARE, 0xa4) => out.title = within().map(|e| e.contents).filter(|title| !title.is_empty()),
            (AARQ, 0xa9) => out.user_id = within().and_then(|e| integer(e.contents)),
            (AARQ, 0x8b) | (AARE, 0x89) => out.mechanism = arc(field.contents, MECHANISM),
            (AARQ, 0xac) | (AARE, 0xaa) => out.proof = within().map(|e| e.contents),
            (AARE, 0xa2) => out.result = within().and_then(|e| integer(e.contents)),
            (AARE, 0xa3) => out.diagnostic = within().and_then(|e| diagnostic(&e)),
            (_, USER_INFORMATION) => match within() {
                Some(user) if user.tag == 4 => out.initiate = initiate(user.contents),
                _ => out.malformed = true,
            },
            _ => {}
        }
    }
    out.malformed |= !fields.left.is_empty();
    Some(out)
}

/// Whether an AARQ or AARE names an application context of DLMS.
pub fn is_cosem(apdu: &[u8]) -> bool {
    read(apdu).is_some_and(|acse| acse.context.is_some() && !acse.malformed)
}

fn last_arc(name: &Element<'_>, prefix: &[u8]) -> Option<u8> {
    if name.tag == OBJECT_IDENTIFIER { arc(name.contents, prefix) } else { None }
}

fn arc(name: &[u8], prefix: &[u8]) -> Option<u8> {
    match name.strip_prefix(prefix)? {
        [last] => Some(*last),
        _ => None,
    }
}

fn diagnostic(source: &Element<'_>) -> Option<(u8, u8)> {
    let code = element(source.contents).and_then(|e| integer(e.contents))?;
    Some((source.tag & 0x1f, u8::try_from(code).ok()?))
}

/// | 1 | dedicated key, optional | response allowed, default | quality of service, optional | version | conformance |
/// PDU size |; | 8 | quality of service, optional | version | conformance | PDU size | name of the association 2 |
fn initiate(user: &[u8]) -> Initiate<'_> {
    let mut out = Initiate::default();
    let tag = u8_at(user, 0);
    if tag.is_some_and(|tag| GLO_INITIATE.contains(&tag) || matches!(tag, 0xdb | 0xdc)) {
        out.sealed = Sealed::read(user);
        return match out.sealed.and_then(|sealed| sealed.plain()) {
            Some(plain) if !plain.starts_with(&[0xdb]) => Initiate { sealed: out.sealed, ..clear(plain) },
            _ => out,
        };
    }
    clear(user)
}

fn clear(user: &[u8]) -> Initiate<'_> {
    let mut out = Initiate::default();
    if user.first() == Some(&CONFIRMED_SERVICE_ERROR) {
        out.error = Some(user);
        return out;
    }
    // Whatever is missing stays unknown.
    let _ = parameters(user, &mut out);
    out
}

fn parameters(user: &[u8], out: &mut Initiate<'_>) -> Option<()> {
    let mut reader = Reader::new(user);
    match reader.byte()? {
        INITIATE_REQUEST => {
            if reader.byte()? != 0 {
                out.dedicated_key = true;
                reader.octets()?;
            }
            if reader.byte()? != 0 {
                reader.byte()?;
            }
        }
        INITIATE_RESPONSE => {}
        _ => return None,
    }
    if reader.byte()? != 0 {
        reader.byte()?;
    }
    out.version = Some(reader.byte()?);
    // [APPLICATION 31], of which an old edition left out the second byte.
    reader.byte().filter(|tag| *tag == 0x5f)?;
    if reader.left.first() == Some(&0x1f) {
        reader.byte()?;
    }
    let bits = reader.octets()?;
    out.conformance = bits.get(1..)?.first_chunk::<3>().copied();
    out.pdu_size = Some(reader.word()?);
    Some(())
}

impl Acse<'_> {
    pub const fn context_name(&self) -> Option<&'static str> {
        Some(match self.context {
            Some(1) => "LN",
            Some(2) => "SN",
            Some(3) => "LN with ciphering",
            Some(4) => "SN with ciphering",
            Some(_) => "unknown",
            None => return None,
        })
    }

    /// `mechanism_id`; without a name: none is asked for, the lowest level.
    pub const fn mechanism_name(&self) -> &'static str {
        match self.mechanism {
            None | Some(0) => "lowest",
            Some(1) => "low",
            Some(2) => "high",
            Some(3) => "high-md5",
            Some(4) => "high-sha1",
            Some(5) => "high-gmac",
            Some(6) => "high-sha256",
            Some(7) => "high-ecdsa",
            Some(_) => "unknown",
        }
    }

    /// What proves who calls.
    pub const fn secret_kind(&self) -> &'static str {
        match self.mechanism {
            None | Some(0) => "none",
            Some(1) => "password",
            Some(7) => "certificate",
            Some(_) => "token",
        }
    }

    /// How APDUs are protected, by the ciphering of the initiate.
    pub fn security_mode(&self) -> &'static str {
        match self.initiate.sealed.map(|sealed| sealed.protection()) {
            Some("authentication") => "Sign",
            Some("encryption") => "Encrypt",
            Some("authenticated-encryption") => "SignAndEncrypt",
            _ => "None",
        }
    }
}

/// Names of the bits of the conformance block, from the first.
const CONFORMANCE: [&str; 24] = [
    "reserved",
    "general-protection",
    "general-block-transfer",
    "read",
    "write",
    "unconfirmed-write",
    "delta-value-encoding",
    "reserved",
    "attribute0-with-set",
    "priority-mgmt",
    "attribute0-with-get",
    "block-transfer-with-get-or-read",
    "block-transfer-with-set-or-write",
    "block-transfer-with-action",
    "multiple-references",
    "information-report",
    "data-notification",
    "access",
    "parameterized-access",
    "get",
    "set",
    "selective-access",
    "event-notification",
    "action",
];

pub fn conformance(bits: [u8; 3]) -> impl Iterator<Item = &'static str> {
    CONFORMANCE.into_iter().enumerate().filter_map(move |(at, name)| {
        let byte = bits.get(at / 8).copied().unwrap_or(0);
        (byte << (at % 8) & 0x80 != 0).then_some(name)
    })
}

/// A system title as people write it: three letters of the manufacturer, five bytes of its own number.
pub fn title(bytes: &[u8]) -> String {
    match bytes.split_at_checked(3) {
        Some((maker, number)) if maker.iter().all(u8::is_ascii_alphabetic) => {
            format!("{}{}", String::from_utf8_lossy(maker), crate::text::hex(number, 16))
        }
        _ => crate::text::hex(bytes, 16),
    }
}

/// The manufacturer of a system title, by the letters that the FLAG association gave it.
pub fn maker(bytes: &[u8]) -> Option<&str> {
    let maker = bytes.get(..3).filter(|_| bytes.len() == 8)?;
    std::str::from_utf8(maker).ok().filter(|maker| maker.bytes().all(|letter| letter.is_ascii_uppercase()))
}
