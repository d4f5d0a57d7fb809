//! Structures of TASE.2 in MMS (IEC 60870-6-802, 8): names of transfer sets, transfer sets, tags, versions.
//!
//! | name | { scope 0 VMD or 1 domain, domain, item } |
//! | transfer set | { name of the data set, StartTime, Interval, TLE, BufferTime, IntegrityCheck, DSConditionsRequested,
//! BlockData, Critical, RBE, (AllChangesReported, from 2000 on,) Status, EventCodeRequested } |
//! | tag | { flag 0 none, 1 open and close inhibited, 2 close inhibited; reason } |
//! | version | { major, minor } |

use crate::protocol::ber::{self, Element, Elements, element};
use crate::text::{self, Details, TEXT_LIMIT};

const BOOLEAN: u8 = 0x83;
const BIT_STRING: u8 = 0x84;
const INTEGER: u8 = 0x85;
const UNSIGNED: u8 = 0x86;
const FLOATING_POINT: u8 = 0x87;
const VISIBLE_STRING: u8 = 0x8a;
const MMS_STRING: u8 = 0x90;
const STRUCTURE: u8 = 0xa2;

/// Conditions under which a transfer set reports.
const CONDITIONS: [(u8, &str); 5] = [
    (0x80, "interval"),
    (0x40, "integrity"),
    (0x20, "object-change"),
    (0x10, "operator-request"),
    (0x08, "external-event"),
];

fn structure(datum: &[u8]) -> Option<Elements<'_>> {
    element(datum).filter(|whole| whole.tag == STRUCTURE).map(|whole| Elements { left: whole.contents })
}

fn shown(contents: &[u8]) -> String {
    text::bounded(contents, TEXT_LIMIT).0
}

/// Domain and item of a name of a transfer set or data set.
pub fn name(datum: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut parts = structure(datum)?;
    let (scope, domain, item) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = matches!(scope.tag, INTEGER | UNSIGNED) && domain.tag == VISIBLE_STRING && item.tag == VISIBLE_STRING;
    (fits && parts.next().is_none()).then_some((domain.contents, item.contents))
}

/// The same as an address.
pub fn address(datum: &[u8]) -> Option<String> {
    let (domain, item) = name(datum)?;
    Some(if domain.is_empty() { shown(item) } else { format!("{}/{}", shown(domain), shown(item)) })
}

/// Names of the conditions that are set.
pub fn conditions(datum: &[u8]) -> Option<String> {
    let bits = element(datum).filter(|bits| bits.tag == BIT_STRING)?;
    let set = bits.contents.get(1).copied()?;
    let named = CONDITIONS.iter().filter(|(bit, _)| set & bit != 0).map(|(_, name)| *name);
    Some(named.collect::<Vec<_>>().join(" "))
}

/// A plain number: what a device is commanded with.
pub fn plain(datum: &[u8]) -> bool {
    matches!(datum.first(), Some(&INTEGER | &UNSIGNED | &FLOATING_POINT))
}

/// A number, or a truth as one.
pub fn number(datum: &[u8]) -> Option<i64> {
    let found = element(datum)?;
    match found.tag {
        INTEGER => ber::integer(found.contents),
        UNSIGNED => ber::unsigned(found.contents),
        BOOLEAN => Some(i64::from(truth(&found))),
        _ => None,
    }
}

fn truth(found: &Element<'_>) -> bool {
    found.contents.iter().any(|octet| *octet != 0)
}

/// Table, version or features as text.
pub fn text(datum: &[u8]) -> Option<String> {
    let found = element(datum)?;
    match found.tag {
        VISIBLE_STRING | MMS_STRING => Some(shown(found.contents)),
        BIT_STRING => Some(text::hex(found.contents.get(1..).unwrap_or_default(), 16)),
        STRUCTURE => {
            let mut parts = Elements { left: found.contents };
            let (major, minor) = (ber::integer(parts.next()?.contents)?, ber::integer(parts.next()?.contents)?);
            Some(format!("{major}-{minor:02}"))
        }
        _ => number(datum).map(|number| number.to_string()),
    }
}

/// What a transfer set is written with.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct TransferSet {
    data_set: Option<String>,
    interval: Option<i64>,
    integrity: Option<i64>,
    conditions: Option<String>,
    by_exception: Option<bool>,
    pub enabled: Option<bool>,
}

impl TransferSet {
    /// None: the datum is not one.
    pub fn read(datum: &[u8]) -> Option<Self> {
        let first = structure(datum)?.left;
        let size = element(first)?.size;
        let mut out = Self { data_set: Some(address(first.get(..size)?)?), ..Self::default() };
        let mut left = first.get(size..)?;
        let (mut numbers, mut truths) = (Vec::new(), Vec::new());
        while let Some(part) = element(left) {
            match part.tag {
                INTEGER | UNSIGNED => numbers.push(ber::integer(part.contents)?),
                BOOLEAN => truths.push(truth(&part)),
                BIT_STRING => out.conditions = conditions(left),
                _ => return None,
            }
            left = left.get(part.size..)?;
        }
        if !matches!((numbers.len(), truths.len()), (6, 4 | 5)) {
            return None;
        }
        (out.interval, out.integrity) = (numbers.get(1).copied(), numbers.get(4).copied());
        (out.by_exception, out.enabled) = (truths.get(2).copied(), truths.last().copied());
        Some(out)
    }

    /// The status alone.
    pub fn status(datum: &[u8]) -> Self {
        Self { enabled: number(datum).map(|number| number != 0), ..Self::default() }
    }

    pub fn describe(&self, details: &mut Details) {
        if let Some(data_set) = &self.data_set {
            details.text("data_set", data_set);
        }
        if let Some(interval) = self.interval {
            details.number("interval", interval);
        }
        if let Some(integrity) = self.integrity {
            details.number("integrity", integrity);
        }
        if let Some(conditions) = &self.conditions {
            details.text("conditions", conditions);
        }
        if let Some(by_exception) = self.by_exception {
            details.truth("by_exception", by_exception);
        }
        if let Some(enabled) = self.enabled {
            details.truth("enabled", enabled);
        }
    }
}

/// Flag of a tag and its reason.
pub fn tag(datum: &[u8]) -> Option<(i64, Option<String>)> {
    let of = |found: &Element<'_>| match found.tag {
        BIT_STRING => found.contents.get(1).map(|bits| i64::from(bits >> 6)),
        INTEGER | UNSIGNED => ber::integer(found.contents),
        _ => None,
    };
    let whole = element(datum)?;
    if whole.tag != STRUCTURE {
        return Some((of(&whole)?, None));
    }
    let mut parts = Elements { left: whole.contents };
    let flag = of(&parts.next()?)?;
    Some((flag, parts.next().map(|reason| shown(reason.contents))))
}

/// Word of a tag's flag.
pub const fn tag_name(flag: i64) -> &'static str {
    match flag {
        0 => "none",
        1 => "open-and-close-inhibit",
        2 => "close-inhibit",
        _ => "invalid",
    }
}

#[cfg(test)]
mod tests {
    use super::{TransferSet, conditions, name, tag, text};

    fn structure(parts: &[&[u8]]) -> Vec<u8> {
        let contents = parts.concat();
        [&[0xa2, u8::try_from(contents.len()).unwrap()][..], &contents].concat()
    }

    #[test]
    fn a_transfer_set_is_one_of_twelve_or_thirteen_parts() {
        let set = structure(&[&[0x86, 1, 1], &[0x8a, 1, b'D'], &[0x8a, 2, b'd', b's']]);
        let zero: &[u8] = &[0x85, 1, 0];
        let (no, yes): (&[u8], &[u8]) = (&[0x83, 1, 0], &[0x83, 1, 0xff]);
        let interval: &[u8] = &[0x85, 1, 30];
        let bits: &[u8] = &[0x84, 2, 3, 0xa0];
        let old = structure(&[&set, zero, interval, zero, zero, zero, bits, no, no, yes, yes, zero]);
        let new = structure(&[&set, zero, interval, zero, zero, zero, bits, no, no, yes, yes, no, zero]);
        let read = TransferSet::read(&old).unwrap();
        assert_eq!((read.data_set.as_deref(), read.interval, read.enabled), (Some("D/ds"), Some(30), Some(true)));
        assert_eq!(read.conditions.as_deref(), Some("interval object-change"));
        assert_eq!(TransferSet::read(&new).unwrap().enabled, Some(false));
        assert_eq!(TransferSet::read(&structure(&[&set, zero])), None);
        assert_eq!(TransferSet::read(&[]), None);
    }

    #[test]
    fn small_structures_are_read() {
        assert_eq!(name(&structure(&[&[0x86, 1, 1], &[0x8a, 1, b'D']])), None);
        assert_eq!(conditions(&[0x84, 2, 3, 0x08]).as_deref(), Some("external-event"));
        assert_eq!(text(&structure(&[&[0x85, 2, 7, 0xcc], &[0x85, 1, 8]])).as_deref(), Some("1996-08"));
        assert_eq!(tag(&structure(&[&[0x84, 2, 6, 0x40], &[0x8a, 1, b'x']])), Some((1, Some("x".to_owned()))));
        assert_eq!(tag(&[0x85, 1, 2]), Some((2, None)));
        assert_eq!(tag(&[0x8a, 1, b'x']), None);
    }
}
