//! The session that carries GOOSE and sampled values over UDP (IEC TR 61850-90-5, clause 8; IEC 61850-8-1 Ed. 2.1).
//!
//! | LI 1 | UD 0x40 1 | … LI octets | session identifier 1 | length 1 | 0x80 1 | length 1 | SPDU length 4 | SPDU number 4 |
//! version 2 | time of current key 4 | minutes to next key 2 | version 1: encryption 1, signature 1 | key 4 | version 2:
//! length 1, initialisation vector | payload length 4 | payloads | 0xAF length padding | 0x85 length signature |
//!
//! Lengths of the header are not gone by: implementations count them differently.

use super::published::Published;
use crate::bytes::{be16, be32, u8_at};
use crate::protocol::ber::element;

/// Connectionless transport (ITU-T X.234): unit data.
const UD: u8 = 0x40;
/// Session identifiers: tunnelled, GOOSE, sampled values, management.
const TUNNELLED: u8 = 0xa0;
pub const GOOSE: u8 = 0xa1;
pub const SAMPLED_VALUES: u8 = 0xa2;
const MANAGEMENT: u8 = 0xa3;
/// Parameter of the common session header.
const COMMON: u8 = 0x80;
/// Version whose header names its algorithms.
const FIRST_VERSION: u16 = 1;
const PADDING: u8 = 0xaf;
const SIGNATURE: u8 = 0x85;
/// Octets of a signature: HMAC-SHA256 cut to 80 or 128 bits or whole, AES-GMAC of 64 or 128.
const LENGTHS: [usize; 4] = [8, 10, 16, 32];

/// Types of payload; a tunnel and management are passed over.
pub const GOOSE_PAYLOAD: u8 = 0x81;
pub const SV_PAYLOAD: u8 = 0x82;
const MANAGEMENT_PAYLOAD: u8 = 0x84;
/// Octets before the APDU of a payload.
const HEAD: usize = 6;

/// One session protocol data unit.
#[derive(Clone, Copy, Debug)]
pub struct Spdu<'a> {
    pub identifier: u8,
    pub number: u32,
    pub version: u16,
    pub key: u32,
    /// Encryption and signature, where the header names them.
    pub algorithms: Option<(u8, u8)>,
    vector: &'a [u8],
    pub payloads: &'a [u8],
    pub signature: &'a [u8],
}

/// Reads a datagram. None: it is none, or is cut short.
pub fn read(data: &[u8]) -> Option<Spdu<'_>> {
    let skipped = usize::from(u8_at(data, 0)?);
    if skipped == 0 || u8_at(data, 1)? & 0xf0 != UD {
        return None;
    }
    let data = data.get(skipped + 1..)?;
    let identifier = u8_at(data, 0)?;
    if !(TUNNELLED..=MANAGEMENT).contains(&identifier) || u8_at(data, 2)? != COMMON {
        return None;
    }
    let (number, version) = (be32(data, 8)?, be16(data, 12)?);
    let (algorithms, key, vector) = if version == FIRST_VERSION {
        (Some((u8_at(data, 20)?, u8_at(data, 21)?)), be32(data, 22)?, 26..26)
    } else {
        (None, be32(data, 20)?, 25..25 + usize::from(u8_at(data, 24)?))
    };
    let at = vector.end;
    let length = usize::try_from(be32(data, at)?).ok()?;
    let (payloads, behind) = data.get(at + 4..)?.split_at_checked(length)?;
    let signature = signature(behind).or_else(|| last_signature(behind)).unwrap_or_default();
    Some(Spdu { identifier, number, version, key, algorithms, vector: data.get(vector)?, payloads, signature })
}

/// Behind the payloads, and what pads them.
fn signature(behind: &[u8]) -> Option<&[u8]> {
    let padded = element(behind).filter(|padding| padding.tag == PADDING);
    let rest = padded.map_or(Some(behind), |padding| behind.get(padding.size..))?;
    element(rest).filter(|found| found.tag == SIGNATURE).map(|found| found.contents)
}

/// What a cipher adds to the payloads is not counted in their length: the signature ends the datagram.
fn last_signature(behind: &[u8]) -> Option<&[u8]> {
    LENGTHS.iter().find_map(|length| {
        let tail = behind.get(behind.len().checked_sub(length + 2)?..)?;
        element(tail).filter(|found| found.tag == SIGNATURE && found.size == tail.len()).map(|found| found.contents)
    })
}

impl<'a> Spdu<'a> {
    /// Payloads that can be read, with their type: none of an encrypted SPDU.
    pub fn payloads(&self) -> Payloads<'a> {
        Payloads { left: self.payloads }
    }

    /// Whether the payloads are no payloads while a key is in use.
    pub fn encrypted(&self) -> bool {
        let named = self.algorithms.is_some_and(|(encryption, _)| encryption != 0);
        let keyed = named || !self.vector.is_empty();
        let mut payloads = self.payloads();
        keyed && (payloads.by_ref().count() == 0 || !payloads.left.is_empty())
    }

    /// `ot.security.mode`.
    pub fn mode(&self) -> &'static str {
        match (self.encrypted(), self.signature.is_empty()) {
            (true, _) => "SignAndEncrypt",
            (false, false) => "Sign",
            (false, true) => "None",
        }
    }
}

/// Payloads one after another: | type 1 | simulated 1 | APPID 2 | length 2 | APDU |. Some count the length's own octets
/// too: the APDU says itself how long it is.
pub struct Payloads<'a> {
    pub left: &'a [u8],
}

impl<'a> Iterator for Payloads<'a> {
    type Item = (u8, Published<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, simulated, application) = (u8_at(self.left, 0)?, u8_at(self.left, 1)?, be16(self.left, 2)?);
        let length = usize::from(be16(self.left, 4)?);
        if !(GOOSE_PAYLOAD..=MANAGEMENT_PAYLOAD).contains(&kind) || simulated > 1 {
            return None;
        }
        let behind = self.left.get(HEAD..)?;
        let size = element(behind).map_or(length, |apdu| apdu.size);
        if length != size && length != size + 2 {
            return None;
        }
        let (apdu, left) = behind.split_at_checked(size)?;
        self.left = left;
        let simulated = simulated != 0;
        Some((kind, Published { application, simulated, length: HEAD + size, apdu, extension: 0 }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Spdu, read};

    fn spdu(version: u8, security: &[u8], behind: &[u8]) -> Vec<u8> {
        let head = [1, 0x40, 0xa1, 24, 0x80, 18, 0, 0, 0, 40, 0, 0, 0, 7, 0, version, 0, 0, 0, 1, 0, 2];
        let payload = [0, 0, 0, 8, 0x81, 1, 0x10, 0, 0, 2, 0x61, 0];
        [&head, security, &payload, behind].concat()
    }

    fn told(read: &Spdu<'_>) -> (u32, u32, Option<(u8, u8)>, &'static str, usize) {
        (read.number, read.key, read.algorithms, read.mode(), read.payloads().count())
    }

    #[test]
    fn both_versions_of_the_header_are_read() {
        let first = spdu(1, &[0, 2, 0, 0, 0, 9], &[0xaf, 1, 0, 0x85, 2, 1, 2]);
        assert_eq!(told(&read(&first).unwrap()), (7, 9, Some((0, 2)), "Sign", 1));
        let second = spdu(2, &[0, 0, 0, 9, 3, 1, 2, 3], &[]);
        let second = read(&second).unwrap();
        assert_eq!(told(&second), (7, 9, None, "None", 1));
        let (kind, published) = second.payloads().next().unwrap();
        assert_eq!((kind, published.application, published.simulated, published.apdu.len()), (0x81, 0x1000, true, 2));
    }

    #[test]
    fn what_a_key_hides_is_encrypted_and_what_nothing_hides_is_not() {
        let mut hidden = spdu(2, &[0, 0, 0, 9, 3, 1, 2, 3], &[0x85, 1, 7]);
        let at = hidden.len() - 11;
        hidden[at] = 0x6b;
        assert_eq!(told(&read(&hidden).unwrap()), (7, 9, None, "SignAndEncrypt", 0));
        let mut odd = spdu(2, &[0, 0, 0, 0, 0], &[]);
        let at = odd.len() - 8;
        odd[at] = 0x6b;
        assert_eq!(told(&read(&odd).unwrap()), (7, 0, None, "None", 0));
    }

    #[test]
    fn the_length_may_count_itself_and_the_signature_may_stand_behind_a_cipher_s_own() {
        let mut counted = spdu(2, &[0, 0, 0, 0, 0], &[]);
        let at = counted.len() - 3;
        counted[at] = 4;
        assert_eq!(told(&read(&counted).unwrap()), (7, 0, None, "None", 1));
        counted[at] = 3;
        assert_eq!(told(&read(&counted).unwrap()), (7, 0, None, "None", 0));
        let tail = [[9; 16].to_vec(), vec![0x85, 16], vec![1; 16]].concat();
        assert_eq!(read(&spdu(2, &[0, 0, 0, 9, 0], &tail)).unwrap().signature, [1; 16]);
    }

    #[test]
    fn every_prefix_is_refused() {
        let whole = spdu(2, &[0, 0, 0, 9, 3, 1, 2, 3], &[]);
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_none(), "{length}");
        }
        for (at, value) in [(0, 0), (1, 0x50), (2, 0xa4), (4, 0x81)] {
            let mut bad = whole.clone();
            bad[at] = value;
            assert!(read(&bad).is_none(), "{at}");
        }
    }
}
