//! Basic Encoding Rules (ITU-T X.690): tag, length, contents, for the protocols of IEC 61850.

use crate::bytes::u8_at;

/// One element. `tag` is its identifier octet (class, constructed bit, number below 31).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Element<'a> {
    pub tag: u8,
    pub contents: &'a [u8],
    /// Octets of tag, length and contents together.
    pub size: usize,
}

/// The element at the head of `data` (8.1.2, 8.1.3, definite form). None where it does not fit into the bytes, has a tag of
/// several octets or an indefinite length: the profiles of IEC 61850 use neither.
pub fn element(data: &[u8]) -> Option<Element<'_>> {
    let tag = u8_at(data, 0)?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (contents, size) = contents_at(data, 1)?;
    Some(Element { tag, contents, size })
}

/// Contents behind a tag of so many octets, and the size of all.
fn contents_at(data: &[u8], tag: usize) -> Option<(&[u8], usize)> {
    let first = u8_at(data, tag)?;
    let behind = tag + 1;
    let (length, head) = match first {
        0..=0x7f => (usize::from(first), behind),
        0x81..=0x84 => {
            let octets = usize::from(first & 0x7f);
            let number =
                data.get(behind..behind + octets)?.iter().fold(0usize, |sum, octet| sum << 8 | usize::from(*octet));
            (number, behind + octets)
        }
        _ => return None,
    };
    let end = head.checked_add(length)?;
    Some((data.get(head..end)?, end))
}

/// The elements that follow each other in `data`; ends at the first that does not fit, and `left` tells what is left over.
pub struct Elements<'a> {
    pub left: &'a [u8],
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let found = element(self.left)?;
        self.left = self.left.get(found.size..).unwrap_or_default();
        Some(found)
    }
}

/// An element whose tag may take several octets (8.1.2.4), as services of MMS beyond 30 do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tagged<'a> {
    /// First identifier octet: class, constructed bit.
    pub first: u8,
    pub number: u32,
    pub contents: &'a [u8],
    /// Octets of tag, length and contents together.
    pub size: usize,
}

/// The element at the head of `data`, its tag of at most three octets.
pub fn tagged(data: &[u8]) -> Option<Tagged<'_>> {
    let first = u8_at(data, 0)?;
    if first & 0x1f != 0x1f {
        let Element { contents, size, .. } = element(data)?;
        return Some(Tagged { first, number: u32::from(first & 0x1f), contents, size });
    }
    let (low, high) = (u8_at(data, 1)?, u8_at(data, 2)?);
    let (number, octets) = if low & 0x80 == 0 {
        (u32::from(low), 2)
    } else if high & 0x80 == 0 {
        (u32::from(low & 0x7f) << 7 | u32::from(high), 3)
    } else {
        return None;
    };
    let (contents, size) = contents_at(data, octets)?;
    Some(Tagged { first, number, contents, size })
}

/// An INTEGER (8.3) of at most eight octets.
pub fn integer(contents: &[u8]) -> Option<i64> {
    if contents.is_empty() || contents.len() > 8 {
        return None;
    }
    let negative = contents.first()? & 0x80 != 0;
    let start = if negative { -1i64 } else { 0 };
    Some(contents.iter().fold(start, |sum, octet| sum << 8 | i64::from(*octet)))
}

/// A number that is never negative, of at most eight octets after leading zeros; beyond 63 bits it is the greatest.
pub fn unsigned(contents: &[u8]) -> Option<i64> {
    let digits =
        contents.iter().position(|octet| *octet != 0).map_or(&[][..], |at| contents.get(at..).unwrap_or_default());
    if contents.is_empty() || digits.len() > 8 {
        return None;
    }
    let number = digits.iter().fold(0u64, |sum, octet| sum << 8 | u64::from(*octet));
    Some(i64::try_from(number).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Element, Elements, element, integer, tagged, unsigned};

    #[test]
    fn tags_of_several_octets_are_read() {
        let open = tagged(&[0xbf, 0x48, 2, 5, 0]).unwrap();
        assert_eq!((open.number, open.contents, open.size), (72, &[5, 0][..], 5));
        assert_eq!(tagged(&[0x9f, 0x81, 0x01, 0]).unwrap().number, 129);
        assert_eq!(tagged(&[0xa4, 1, 7]).unwrap().number, 4);
        for bad in [&[0xbf][..], &[0xbf, 0x48], &[0xbf, 0x48, 3, 0], &[0xbf, 0x81, 0x81, 1, 0]] {
            assert_eq!(tagged(bad), None, "{bad:02x?}");
        }
    }

    #[test]
    fn lengths_of_every_form() {
        assert_eq!(element(&[0x80, 2, 1, 2, 9]), Some(Element { tag: 0x80, contents: &[1, 2], size: 4 }));
        assert_eq!(element(&[0x80, 0x81, 1, 7]).unwrap().contents, [7]);
        assert_eq!(element(&[0x80, 0x82, 0, 1, 7]).unwrap().contents, [7]);
        for bad in
            [&[][..], &[0x80], &[0x80, 3, 1], &[0x80, 0x80, 1], &[0x9f, 0x20, 0], &[0x80, 0x84, 0xff, 0xff, 0xff, 0xff]]
        {
            assert_eq!(element(bad), None, "{bad:02x?}");
        }
        let mut all = Elements { left: &[0x80, 0, 0x81, 1, 5, 0x82, 9] };
        assert_eq!(all.by_ref().count(), 2);
        assert_eq!(all.left, [0x82, 9]);
    }

    #[test]
    fn numbers_keep_their_sign() {
        assert_eq!((integer(&[0xff]), integer(&[0, 0xff]), integer(&[0x80, 0])), (Some(-1), Some(255), Some(-32_768)));
        assert_eq!((integer(&[]), integer(&[1; 9])), (None, None));
        assert_eq!(
            (unsigned(&[0xff]), unsigned(&[0, 0, 1, 0]), unsigned(&[0xff; 8])),
            (Some(255), Some(256), Some(i64::MAX))
        );
    }
}
