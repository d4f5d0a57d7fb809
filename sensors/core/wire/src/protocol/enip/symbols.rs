//! Names of tags by their symbol instance, as Get_Instance_Attribute_List tells them (Rockwell publication 1756-PM020):
//! clients that have read the list address tags by number from then on.
//!
//! Request: | attribute count 2 | attributes 2 each |. Reply, for each instance: | instance 4 | attributes in that order |.

use crate::bytes::{le16, le32};
use crate::text;
use std::collections::BTreeMap;

/// Names kept of one flow, and the bytes of a name (40 at most in Logix).
const NAMES: usize = 2048;
const LONGEST: usize = 64;

/// Size of an attribute; None for one of unknown layout.
const fn size(attribute: u16) -> Option<usize> {
    Some(match attribute {
        2 | 7 => 2,
        3 | 5 | 6 => 4,
        8 => 12,
        10 => 1,
        _ => return None,
    })
}

/// Tags of a controller, as far as this flow told them.
#[derive(Default)]
pub struct Symbols {
    names: BTreeMap<u32, Box<str>>,
    bytes: usize,
}

impl Symbols {
    pub fn name(&self, instance: u32) -> Option<&str> {
        self.names.get(&instance).map(AsRef::as_ref)
    }

    /// Takes the names of a reply; returns how many instances it holds and whether one had no room.
    pub fn learn(&mut self, request: &[u8], reply: &[u8]) -> (u32, bool) {
        let wanted: Vec<u16> =
            request.get(2..).unwrap_or_default().chunks_exact(2).filter_map(|b| le16(b, 0)).collect();
        let (mut rest, mut count, mut full) = (reply, 0_u32, false);
        while let Some((instance, name, behind)) = instance(rest, &wanted) {
            count = count.saturating_add(1);
            rest = behind;
            if let Some(name) = name {
                full |= !self.keep(instance, name);
            }
        }
        (count, full)
    }

    fn keep(&mut self, instance: u32, name: &[u8]) -> bool {
        if self.names.len() >= NAMES && !self.names.contains_key(&instance) {
            return false;
        }
        let (name, _) = text::bounded(name, LONGEST);
        self.bytes += name.len();
        if let Some(old) = self.names.insert(instance, name.into_boxed_str()) {
            self.bytes -= old.len();
        }
        true
    }

    pub fn weight(&self) -> usize {
        self.bytes + self.names.len() * (size_of::<Box<str>>() + size_of::<u32>()) * 2
    }
}

/// Number, name if it was asked for, and what stands behind it.
type Listed<'a> = (u32, Option<&'a [u8]>, &'a [u8]);

/// One instance at the head.
fn instance<'a>(data: &'a [u8], wanted: &[u16]) -> Option<Listed<'a>> {
    let number = le32(data, 0)?;
    let (mut at, mut name) = (4, None);
    for attribute in wanted {
        at += if *attribute == 1 {
            let length = usize::from(le16(data, at)?);
            name = Some(data.get(at + 2..at + 2 + length)?);
            2 + length
        } else {
            size(*attribute)?
        };
    }
    data.get(at..).map(|behind| (number, name, behind))
}

#[cfg(test)]
mod tests {
    use super::{NAMES, Symbols};

    #[test]
    fn names_are_learned_and_bounded() {
        let mut symbols = Symbols::default();
        let request = b"\x02\0\x01\0\x02\0";
        let reply = b"\x07\0\0\0\x04\0Tank\xc4\0\x09\0\0\0\x01\0A\xc1\0cut";
        assert_eq!(symbols.learn(request, reply), (2, false));
        assert_eq!((symbols.name(7), symbols.name(9), symbols.name(8)), (Some("Tank"), Some("A"), None));
        let mut many = Vec::new();
        for number in 0..4000_u32 {
            many.extend_from_slice(&number.to_le_bytes());
            many.extend_from_slice(b"\x02\0ABx\0");
        }
        assert_eq!(symbols.learn(request, &many), (4000, true));
        assert!(symbols.names.len() == NAMES && symbols.weight() < 256 * 1024);
    }
}
