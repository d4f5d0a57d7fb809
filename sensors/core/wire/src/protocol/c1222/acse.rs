//! The message around the services: ACSE as C12.22 uses it (IEEE 1703-2012 / ANSI C12.22 5.3.4).
//!
//! | 60 length | A1 context | A2 called AP title | A4 called invocation 02 | A6 calling AP title | A7 qualifier | A8 calling
//! invocation 02 | 8B mechanism | AC authentication | BE user information: 28: 81: EPSEM |
//! A title is an object identifier (06), or one relative to the network's (80 or 0D).

use crate::dataset::Flag;
use crate::protocol::Framing;
use crate::protocol::ber::{Elements, element, unsigned};
use std::fmt::Write as _;

const MESSAGE: u8 = 0x60;
/// Most octets of a message that are taken.
const MOST: usize = 64 * 1024;

/// A message taken apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Message<'a> {
    /// Contents of the titles' elements.
    pub called: Option<&'a [u8]>,
    pub calling: Option<&'a [u8]>,
    pub called_invocation: Option<u32>,
    pub calling_invocation: Option<u32>,
    /// A key is named: the message is authenticated.
    pub authenticated: bool,
    pub epsem: Option<&'a [u8]>,
    /// Its elements fill it.
    pub whole: bool,
}

impl<'a> Message<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let outer = element(data).filter(|outer| outer.tag == MESSAGE)?;
        let mut message = Self::default();
        let mut fields = Elements { left: outer.contents };
        for field in fields.by_ref() {
            match field.tag {
                0xa2 => message.called = Some(field.contents),
                0xa4 => message.called_invocation = number(field.contents),
                0xa6 => message.calling = Some(field.contents),
                0xa8 => message.calling_invocation = number(field.contents),
                0xac => message.authenticated = true,
                0xbe => message.epsem = external(field.contents),
                _ => {}
            }
        }
        message.whole = fields.left.is_empty();
        Some(message)
    }
}

/// | 02 length | number |
fn number(contents: &[u8]) -> Option<u32> {
    let inner = element(contents).filter(|inner| inner.tag == 2)?;
    u32::try_from(unsigned(inner.contents)?).ok()
}

/// | 28 length | 81 length | EPSEM |
fn external(contents: &[u8]) -> Option<&[u8]> {
    let outer = element(contents).filter(|outer| outer.tag == 0x28)?;
    Elements { left: outer.contents }.find(|inner| inner.tag == 0x81).map(|inner| inner.contents)
}

/// Writes a title: `1.3.6.1`, a relative one `.12.34`.
pub fn title(contents: &[u8], out: &mut String) {
    out.clear();
    let Some(inner) = element(contents) else { return };
    let mut arc = 0u64;
    let mut first = inner.tag == 6;
    for octet in inner.contents.iter().take(64) {
        arc = arc << 7 & 0xffff_ffff_ffff | u64::from(octet & 0x7f);
        if octet & 0x80 != 0 {
            continue;
        }
        let _ = if std::mem::take(&mut first) {
            let root = (arc / 40).min(2);
            write!(out, "{root}.{}", arc - root * 40)
        } else {
            write!(out, ".{arc}")
        };
        arc = 0;
    }
}

/// | 60 | length 1, or 81 to 83 and as many octets |
pub fn framing(data: &[u8]) -> Framing {
    let bad = Framing::Bad(Flag::C1222Message);
    match data {
        [MESSAGE] => Framing::Need,
        [MESSAGE, short @ 0..=0x7f, ..] => Framing::Message(2 + usize::from(*short)),
        [MESSAGE, long @ 0x81..=0x83, ..] => {
            let octets = usize::from(long & 3);
            let Some(field) = data.get(2..2 + octets) else { return Framing::Need };
            let length = field.iter().fold(0usize, |sum, octet| sum << 8 | usize::from(*octet));
            let whole = 2 + octets + length;
            if whole > MOST { Framing::Oversize(whole) } else { Framing::Message(whole) }
        }
        _ => bad,
    }
}

/// The next message that names a title.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for (at, _) in data.iter().enumerate().filter(|(_, octet)| **octet == MESSAGE) {
        let rest = data.get(at..).unwrap_or_default();
        match (framing(rest), Message::read(rest)) {
            (Framing::Need, _) => return (at, false),
            (Framing::Message(whole), _) if whole > rest.len() => return (at, false),
            (Framing::Message(_), Some(message)) if message.called.or(message.calling).is_some() => return (at, true),
            _ => {}
        }
    }
    (data.len(), false)
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn titles() {
        let mut out = String::new();
        title(&[6, 8, 0x2b, 6, 1, 4, 1, 0x82, 0x85, 0x63], &mut out);
        assert_eq!(out, "1.3.6.1.4.1.33507");
        title(&[0x80, 2, 0x8f, 0x7f], &mut out);
        assert_eq!(out, ".2047");
        title(&[6, 9], &mut out);
        assert_eq!(out, "");
    }
}
