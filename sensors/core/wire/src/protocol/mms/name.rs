//! Names of objects (ISO 9506-2 ObjectName; IEC 61850-8-1, 7.3) as addresses.
//!
//! | vmd-specific | [0] identifier | `name` |
//! | domain-specific | [1] { domain, item } | `LD0/XCBR1.Pos.stVal[ST]` out of `LD0`, `XCBR1$ST$Pos$stVal` |
//! | association-specific | [2] identifier | `@name` |

use crate::protocol::ber::{self, Element, Elements, element};
use crate::text::{self, TEXT_LIMIT};
use std::fmt::Write as _;

const VMD_SPECIFIC: u8 = 0x80;
const DOMAIN_SPECIFIC: u8 = 0xa1;
const AA_SPECIFIC: u8 = 0x82;
const SEQUENCE: u8 = 0x30;
/// Alternate accesses inside each other that are followed.
const DEPTH: usize = 8;

/// An object's name as on the wire.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Name<'a> {
    pub domain: Option<&'a [u8]>,
    pub item: &'a [u8],
    /// It exists on this association only.
    own: bool,
}

impl<'a> Name<'a> {
    /// Reads the choice; None: it is none.
    pub fn read(choice: &Element<'a>) -> Option<Self> {
        let plain = |own| Some(Self { domain: None, item: choice.contents, own });
        match choice.tag {
            VMD_SPECIFIC => plain(false),
            AA_SPECIFIC => plain(true),
            DOMAIN_SPECIFIC => {
                let domain = element(choice.contents)?;
                let item = element(choice.contents.get(domain.size..)?)?;
                Some(Self { domain: Some(domain.contents), item: item.contents, own: false })
            }
            _ => None,
        }
    }

    /// The first name in `data`.
    pub fn first(data: &'a [u8]) -> Option<Self> {
        Self::read(&element(data)?)
    }

    /// Name of a reference as reports write it, `LD0/XCBR1$ST$Pos`.
    pub fn of_reference(reference: &'a [u8]) -> Self {
        match reference.iter().position(|octet| *octet == b'/') {
            Some(at) => {
                Self { domain: reference.get(..at), item: reference.get(at + 1..).unwrap_or_default(), own: false }
            }
            None => Self { domain: None, item: reference, own: false },
        }
    }

    /// Functional constraint (IEC 61850-7-2, annex B): two letters behind the logical node.
    pub fn constraint(&self) -> Option<[u8; 2]> {
        let mut parts = self.item.split(|octet| *octet == b'$');
        let (Some(_), Some([a, b])) = (parts.next(), parts.next()) else { return None };
        (a.is_ascii_uppercase() && b.is_ascii_uppercase()).then_some([*a, *b])
    }

    /// The last part of the item.
    pub fn last(&self) -> &'a [u8] {
        self.item.rsplit(|octet| *octet == b'$').next().unwrap_or_default()
    }

    /// Appends the address. Names of IEC 61850 get its form, others stay as they are.
    pub fn write(&self, out: &mut String) {
        if self.own {
            out.push('@');
        }
        if let Some(domain) = self.domain {
            push(out, domain);
            out.push('/');
        }
        let Some(constraint) = self.constraint() else { return push(out, self.item) };
        for (at, part) in self.item.split(|octet| *octet == b'$').enumerate() {
            if at == 1 {
                continue;
            }
            if at > 1 {
                out.push('.');
            }
            push(out, part);
        }
        out.push('[');
        push(out, &constraint);
        out.push(']');
    }

    pub fn address(&self) -> String {
        let mut out = String::with_capacity(self.item.len() + self.domain.map_or(0, <[u8]>::len) + 4);
        self.write(&mut out);
        out
    }
}

fn push(out: &mut String, part: &[u8]) {
    if part.is_ascii() && part.len() <= TEXT_LIMIT && !part.contains(&0) {
        out.push_str(std::str::from_utf8(part).unwrap_or_default());
    } else {
        out.push_str(&text::bounded(part, TEXT_LIMIT).0);
    }
}

/// Parts of a variable that an AlternateAccess selects: `.component`, `(index)`, `(start:count)`.
pub fn alternate(contents: &[u8], out: &mut String) {
    walk(contents, DEPTH, out);
}

fn walk(contents: &[u8], depth: usize, out: &mut String) {
    if depth == 0 || out.len() > TEXT_LIMIT {
        return;
    }
    for part in (Elements { left: contents }) {
        match part.tag {
            // selectAlternateAccess { accessSelection, alternateAccess }
            0xa0 => {
                let Some(selected) = element(part.contents) else { continue };
                select(selected.tag.wrapping_add(1), selected.contents, out);
                walk(part.contents.get(selected.size..).unwrap_or_default(), depth - 1, out);
            }
            SEQUENCE | 0xa5 => walk(part.contents, depth - 1, out),
            tag => select(tag, part.contents, out),
        }
    }
}

/// Selections of selectAccess: [1] component, [2] index, [3] index range, [4] all elements; one less in an accessSelection.
fn select(tag: u8, contents: &[u8], out: &mut String) {
    match tag {
        0x81 => {
            out.push('.');
            push(out, contents);
        }
        0x82 => {
            let _ = write!(out, "({})", ber::unsigned(contents).unwrap_or(-1));
        }
        0xa3 => {
            let mut numbers = Elements { left: contents }.map(|e| ber::unsigned(e.contents).unwrap_or(-1));
            let _ = write!(out, "({}:{})", numbers.next().unwrap_or(-1), numbers.next().unwrap_or(-1));
        }
        0x84 => out.push_str("(*)"),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, alternate};

    #[test]
    fn names_of_iec_61850_get_their_form_and_others_stay() {
        for (reference, address) in [
            ("LD0/XCBR1$ST$Pos$stVal", "LD0/XCBR1.Pos.stVal[ST]"),
            ("LD0/LLN0$BR$rcb_B02", "LD0/LLN0.rcb_B02[BR]"),
            ("LD0/XCBR1$ST", "LD0/XCBR1[ST]"),
            ("LD0/XCBR1", "LD0/XCBR1"),
            ("ICC1/Next_DSTransfer_Set", "ICC1/Next_DSTransfer_Set"),
            ("LD0/LLN0$dsTrip", "LD0/LLN0$dsTrip"),
            ("LastApplError", "LastApplError"),
        ] {
            assert_eq!(Name::of_reference(reference.as_bytes()).address(), address);
        }
        let own = Name::first(&[0x82, 2, b'd', b's']).unwrap();
        assert_eq!(own.address(), "@ds");
    }

    #[test]
    fn parts_of_a_variable_are_named() {
        let mut out = String::new();
        alternate(&[0xa0, 10, 0x81, 1, 3, 0x30, 5, 0x81, 3, b'm', b'a', b'g'], &mut out);
        assert_eq!(out, "(3).mag");
        out.clear();
        alternate(&[0xa3, 6, 0x80, 1, 1, 0x81, 1, 4], &mut out);
        assert_eq!(out, "(1:4)");
    }
}
