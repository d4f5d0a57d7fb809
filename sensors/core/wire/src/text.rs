//! Readable forms: base32 ids, MAC addresses, hexadecimal, bounded text from packets.

use std::fmt::Write as _;
use std::net::IpAddr;

/// Longest topic, name or other text taken from a packet, in bytes.
pub const TEXT_LIMIT: usize = 512;
/// Longest `ot.details`, in bytes.
pub const DETAILS_LIMIT: usize = 8 * 1024;
/// Room that most `ot.details` need, and what is kept free of the limit for the closing brace.
const DETAILS_USUAL: usize = 96;
const ROOM: usize = 8;

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// 26 letters base32 (RFC 4648 alphabet, lower case, no padding) of 16 bytes.
pub fn base32_128(bytes: &[u8; 16]) -> String {
    let mut value = u128::from_be_bytes(*bytes);
    let mut out = [0u8; 26];
    // 26 letters hold 130 bits: the last letter carries the three low bits shifted up by two, as RFC 4648 pads.
    let last = u8::try_from((value << 2) & 0x1c).unwrap_or(0);
    value >>= 3;
    for (i, slot) in out.iter_mut().rev().enumerate() {
        let index = if i == 0 { last } else { u8::try_from(value & 0x1f).unwrap_or(0) };
        if i > 0 {
            value >>= 5;
        }
        *slot = BASE32.get(usize::from(index)).copied().unwrap_or(b'a');
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// MAC address as `00-00-5E-00-53-23` (RFC 7042, ECS).
pub fn mac(address: [u8; 6]) -> String {
    let mut out = String::with_capacity(17);
    for (i, byte) in address.into_iter().enumerate() {
        if i > 0 {
            out.push('-');
        }
        out.push(upper(byte >> 4));
        out.push(upper(byte & 15));
    }
    out
}

fn upper(nibble: u8) -> char {
    char::from(b"0123456789ABCDEF".get(usize::from(nibble)).copied().unwrap_or(b'?'))
}

/// An IP address in the usual form (RFC 5952). Every event names some, and the standard library pads what it writes.
pub fn ip(address: IpAddr) -> String {
    let IpAddr::V4(v4) = address else { return address.to_string() };
    let mut out = String::with_capacity(15);
    for (i, octet) in v4.octets().into_iter().enumerate() {
        if i > 0 {
            out.push('.');
        }
        for (unit, least) in [(100, 100), (10, 10), (1, 0)] {
            if octet >= least {
                out.push(char::from(b'0' + octet / unit % 10));
            }
        }
    }
    out
}

/// Lower-case hexadecimal of at most `limit` bytes.
pub fn hex(bytes: &[u8], limit: usize) -> String {
    let mut out = String::with_capacity(bytes.len().min(limit) * 2);
    for byte in bytes.iter().take(limit) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Text from a packet: valid UTF-8, no NUL, at most `limit` bytes. The second value says whether it was cut.
pub fn bounded(bytes: &[u8], limit: usize) -> (String, bool) {
    let cut = bytes.len() > limit;
    let head = bytes.get(..bytes.len().min(limit)).unwrap_or_default();
    let mut text = String::from_utf8_lossy(head).replace('\0', "\u{fffd}");
    if cut {
        // A character cut in half became replacement characters at the end.
        while text.ends_with('\u{fffd}') {
            text.pop();
        }
    }
    (text, cut)
}

/// Year, month and day of a day since 1970-01-01 in the Gregorian calendar (H. Hinnant, `civil_from_days`).
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A JSON object written key by key, for `ot.details`. Keys must be declared in `fields/details.yml`.
#[derive(Default)]
pub struct Details {
    out: String,
    full: bool,
}

impl Details {
    /// One that writes into room that is there already.
    pub fn within(mut room: String) -> Self {
        room.clear();
        Self { out: room, full: false }
    }

    pub fn text(&mut self, key: &str, value: &str) -> &mut Self {
        self.entry(key, |out| quote(out, value))
    }

    pub fn number(&mut self, key: &str, value: impl Into<i64>) -> &mut Self {
        let value: i64 = value.into();
        self.entry(key, |out| decimal(out, value))
    }

    pub fn real(&mut self, key: &str, value: f64) -> &mut Self {
        if !value.is_finite() {
            return self;
        }
        self.entry(key, |out| {
            let _ = write!(out, "{value}");
        })
    }

    pub fn truth(&mut self, key: &str, value: bool) -> &mut Self {
        self.entry(key, |out| out.push_str(if value { "true" } else { "false" }))
    }

    pub fn texts<'a>(&mut self, key: &str, values: impl IntoIterator<Item = &'a str>) -> &mut Self {
        self.entry(key, |out| {
            let mut before = '[';
            for value in values {
                out.push(before);
                quote(out, value);
                before = ',';
            }
            out.push_str(if before == '[' { "[]" } else { "]" });
        })
    }

    /// Writes one key with its value in place; takes it back when it does not fit.
    fn entry(&mut self, key: &str, value: impl FnOnce(&mut String)) -> &mut Self {
        let before = self.out.len();
        if before == 0 {
            self.out.reserve(DETAILS_USUAL);
        }
        self.out.push(if before == 0 { '{' } else { ',' });
        quote(&mut self.out, key);
        self.out.push(':');
        value(&mut self.out);
        if self.out.len() + ROOM > DETAILS_LIMIT {
            self.out.truncate(before);
            self.full = true;
        }
        self
    }

    /// Whether something did not fit (flag `truncated`).
    pub fn truncated(&self) -> bool {
        self.full
    }

    /// The JSON text, or None when nothing was said.
    pub fn finish(mut self) -> Option<String> {
        if self.out.is_empty() {
            return None;
        }
        self.out.push('}');
        Some(self.out)
    }
}

/// A number without the machinery of formatting: most details are small numbers, and there are many.
fn decimal(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    let mut digits = [0_u8; 20];
    let mut left = value.unsigned_abs();
    let mut length = 0;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + u8::try_from(left % 10).unwrap_or(0);
        (left, length) = (left / 10, length + 1);
        if left == 0 {
            break;
        }
    }
    out.extend(digits.iter().skip(digits.len() - length).map(|digit| char::from(*digit)));
}

fn quote(out: &mut String, value: &str) {
    out.push('"');
    if value.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        out.push_str(value);
    } else {
        value.chars().for_each(|character| escape(out, character));
    }
    out.push('"');
}

fn escape(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c < ' ' => {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::{ip, mac};
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn addresses_are_written_as_the_standard_library_does() {
        for octet in 0..=255u8 {
            let address = IpAddr::V4(Ipv4Addr::new(octet, 255 - octet, octet / 3, octet.wrapping_mul(7)));
            assert_eq!(ip(address), address.to_string());
        }
        let v6: IpAddr = "fe80::5efe:10.1.2.3".parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        assert_eq!(ip(v6), v6.to_string());
    }

    #[test]
    fn mac_addresses_are_in_upper_case_with_hyphens() {
        assert_eq!(mac([0x00, 0x0e, 0x8c, 0xab, 0xf0, 0x9f]), "00-0E-8C-AB-F0-9F");
    }
}
