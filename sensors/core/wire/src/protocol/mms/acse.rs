//! Association control (ISO 8650-1, 9): application titles, authentication, result; the MMS initiate PDU inside.

use crate::protocol::ber::{self, Elements, element};
use std::fmt::Write as _;

/// Identifier octets.
pub const AARQ: u8 = 0x60;
pub const AARE: u8 = 0x61;
pub const RLRQ: u8 = 0x62;
pub const ABRT: u8 = 0x64;

const USER_INFORMATION: u8 = 0xbe;
const EXTERNAL: u8 = 0x28;
const SINGLE_ASN1: u8 = 0xa0;
const INTEGER: u8 = 2;
/// `password` of ISO 8650-1 annex B, { joint-iso-ccitt association-control(2) authentication-mechanism(3) 1 }.
const PASSWORD: &[u8] = &[0x52, 3, 1];

/// What one PDU says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Acse<'a> {
    pub tag: u8,
    pub called_title: Option<&'a [u8]>,
    pub called_qualifier: Option<&'a [u8]>,
    pub own_title: Option<&'a [u8]>,
    pub own_qualifier: Option<&'a [u8]>,
    pub mechanism: Option<&'a [u8]>,
    /// The value that proves who calls, with its choice: [0] text, [1] bit string, [2] external.
    pub secret: Option<&'a [u8]>,
    pub result: Option<i64>,
    /// Who diagnoses (1 service user, 2 provider) and what.
    pub diagnostic: Option<(u8, i64)>,
    /// MMS PDU in the user information.
    pub user: Option<&'a [u8]>,
    pub malformed: bool,
}

/// Reads a PDU; None: it is none.
pub fn read(apdu: &[u8]) -> Option<Acse<'_>> {
    let whole = element(apdu).filter(|e| matches!(e.tag, AARQ..=ABRT))?;
    let mut out = Acse { tag: whole.tag, ..Acse::default() };
    let mut fields = Elements { left: whole.contents };
    for field in fields.by_ref() {
        let within = || element(field.contents);
        match (whole.tag, field.tag) {
            (AARQ, 0xa2) => out.called_title = within().map(|e| e.contents),
            (AARQ, 0xa3) => out.called_qualifier = within().map(|e| e.contents),
            (AARQ, 0xa6) | (AARE, 0xa4) => out.own_title = within().map(|e| e.contents),
            (AARQ, 0xa7) | (AARE, 0xa5) => out.own_qualifier = within().map(|e| e.contents),
            (AARQ, 0x8b) | (AARE, 0x89) => out.mechanism = Some(field.contents),
            (AARQ, 0xac) | (AARE, 0xaa) => out.secret = Some(field.contents),
            (AARE, 0xa2) => out.result = within().and_then(|e| ber::integer(e.contents)),
            (AARE, 0xa3) => out.diagnostic = within().and_then(diagnostic),
            (ABRT, 0x80) => out.result = ber::integer(field.contents),
            (_, USER_INFORMATION) => out.user = user(field.contents),
            _ => {}
        }
    }
    out.malformed = !fields.left.is_empty();
    Some(out)
}

fn diagnostic(choice: ber::Element<'_>) -> Option<(u8, i64)> {
    let number = element(choice.contents).filter(|e| e.tag == INTEGER)?;
    Some((choice.tag & 0x1f, ber::integer(number.contents)?))
}

fn user(information: &[u8]) -> Option<&[u8]> {
    let external = element(information).filter(|e| e.tag == EXTERNAL)?;
    Elements { left: external.contents }.find(|e| e.tag == SINGLE_ASN1).map(|e| e.contents)
}

impl<'a> Acse<'a> {
    /// The password, where one is shown as text.
    pub fn password(&self) -> Option<&'a [u8]> {
        let value = element(self.secret?)?;
        (value.tag == 0x80).then_some(value.contents)
    }

    /// Word of `ot.secret_kind`.
    pub fn secret_kind(&self) -> &'static str {
        match (self.secret, self.mechanism) {
            (None, _) => "none",
            (Some(_), Some(PASSWORD)) => "password",
            (Some(value), None) if value.first() == Some(&0x80) => "password",
            (Some(value), _) if value.first() == Some(&0xa2) => "certificate",
            _ => "token",
        }
    }

    /// Application title and qualifier, `1.1.1.999.1/12`.
    pub fn called(&self) -> Option<String> {
        place(self.called_title, self.called_qualifier)
    }

    pub fn own(&self) -> Option<String> {
        place(self.own_title, self.own_qualifier)
    }

    pub fn mechanism_name(&self) -> Option<String> {
        Some(match self.mechanism? {
            PASSWORD => "password".to_owned(),
            other => identifier(other)?,
        })
    }
}

fn place(title: Option<&[u8]>, qualifier: Option<&[u8]>) -> Option<String> {
    let mut out = identifier(title?)?;
    if let Some(number) = qualifier.and_then(ber::integer) {
        let _ = write!(out, "/{number}");
    }
    Some(out)
}

/// An object identifier (X.690, 8.19) as `1.0.9506`; None where it is none.
pub fn identifier(contents: &[u8]) -> Option<String> {
    const MOST: usize = 32;
    if contents.is_empty() || contents.len() > MOST || contents.last()? & 0x80 != 0 {
        return None;
    }
    let mut out = String::new();
    let mut arc = 0u64;
    for octet in contents {
        arc = arc.checked_mul(128)?.checked_add(u64::from(octet & 0x7f))?;
        if octet & 0x80 != 0 {
            continue;
        }
        if out.is_empty() {
            let first = (arc / 40).min(2);
            let _ = write!(out, "{first}.{}", arc - first * 40);
        } else {
            let _ = write!(out, ".{arc}");
        }
        arc = 0;
    }
    Some(out)
}

/// Name of what a PDU diagnoses (ISO 8650-1, Associate-source-diagnostic).
pub const fn diagnosis(source: u8, code: i64) -> &'static str {
    match (source, code) {
        (1, 0) | (2, 0) => "Refused",
        (1, 1) | (2, 1) => "No reason given",
        (1, 2) => "Application context name not supported",
        (1, 3) => "Calling AP title not recognized",
        (1, 7) => "Called AP title not recognized",
        (1, 11) => "Authentication mechanism name not recognized",
        (1, 12) => "Authentication mechanism name required",
        (1, 13) => "Authentication failure",
        (1, 14) => "Authentication required",
        (2, 2) => "No common ACSE version",
        _ => "Unknown diagnostic",
    }
}

/// Diagnostics that say the proof of who calls was wrong or missing.
pub const fn about_authentication(source: u8, code: i64) -> bool {
    source == 1 && matches!(code, 11..=14)
}

#[cfg(test)]
mod tests {
    use super::{Acse, identifier};

    #[test]
    fn identifiers_are_written_with_points() {
        assert_eq!(identifier(&[0x29, 1, 0x87, 0x67, 1]).as_deref(), Some("1.1.1.999.1"));
        assert_eq!(identifier(&[0x28, 0xca, 0x22, 2, 3]).as_deref(), Some("1.0.9506.2.3"));
        assert_eq!(identifier(&[0x88, 0x37]).as_deref(), Some("2.999"));
        for bad in [&[][..], &[0x81], &[0xff; 20], &[1; 40]] {
            assert_eq!(identifier(bad), None, "{bad:02x?}");
        }
    }

    #[test]
    fn kinds_of_secrets() {
        let of = |secret: &'static [u8], mechanism| Acse { secret: Some(secret), mechanism, ..Acse::default() };
        assert_eq!(of(&[0x80, 1, 65], None).secret_kind(), "password");
        assert_eq!(of(&[0xa2, 1, 65], Some(&[0x52, 3, 3])).secret_kind(), "certificate");
        assert_eq!(Acse::default().secret_kind(), "none");
    }
}
