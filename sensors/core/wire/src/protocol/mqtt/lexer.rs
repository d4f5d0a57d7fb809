//! Words of JSON: strings with their escapes, numbers (RFC 8259, 6 and 7).

use crate::text::TEXT_LIMIT;
use std::borrow::Cow;

/// The string whose opening quote stands at `at`, unescaped, and where it ends.
pub fn string(text: &str, at: usize) -> Option<(Cow<'_, str>, usize)> {
    let mut rest = text.get(at + 1..)?;
    let mut out = String::new();
    loop {
        let stop = rest.bytes().position(|b| b == b'"' || b == b'\\' || b < 0x20)?;
        let run = rest.get(..stop)?;
        let (mark, tail) = (rest.as_bytes().get(stop)?, rest.get(stop + 1..)?);
        if *mark == b'"' && out.is_empty() {
            return Some((Cow::Borrowed(run), text.len() - tail.len()));
        }
        out.push_str(run);
        rest = match mark {
            b'"' => return Some((Cow::Owned(out), text.len() - tail.len())),
            b'\\' => escape(tail, &mut out)?,
            _ => return None,
        };
    }
}

/// One escape behind its backslash; gives what follows it.
fn escape<'a>(tail: &'a str, out: &mut String) -> Option<&'a str> {
    let plain = match tail.as_bytes().first()? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(tail.get(1..)?, out),
        _ => return None,
    };
    out.push(plain);
    tail.get(1..)
}

fn unicode<'a>(tail: &'a str, out: &mut String) -> Option<&'a str> {
    let unit = |t: &str| {
        let digits = t.get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let high = unit(tail)?;
    let rest = tail.get(4..)?;
    if (0xd800..0xdc00).contains(&high)
        && let Some(low) = rest.strip_prefix("\\u").and_then(unit)
        && (0xdc00..0xe000).contains(&low)
    {
        let point = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        out.push(char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER));
        return rest.get(6..);
    }
    out.push(char::from_u32(high).filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(rest)
}

/// Length of the number at the head of a text.
pub fn number(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.get(from..).map_or(0, |b| b.iter().take_while(|b| b.is_ascii_digit()).count());
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes.get(at) == Some(&b'0')) {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}

/// At most `TEXT_LIMIT` bytes, cut between characters.
pub fn bounded(text: &str) -> (&str, bool) {
    let end = text.floor_char_boundary(TEXT_LIMIT);
    (text.get(..end).unwrap_or(text), end < text.len())
}
