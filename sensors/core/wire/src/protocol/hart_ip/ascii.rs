//! Texts and dates of HART (TS20099 5.1; TS20183): packed ASCII of six bits a character, Latin-1, dates since 1900.

/// Text of packed ASCII: three bytes hold four characters of the codes 0x20 to 0x5f.
pub fn packed(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 4 / 3);
    for group in bytes.chunks_exact(3) {
        let word = group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        for shift in [18, 12, 6, 0] {
            let code = u8::try_from(word >> shift & 0x3f).unwrap_or(0);
            // Bit 6 is what bit 5 is not.
            out.push(char::from(if code & 0x20 == 0 { code | 0x40 } else { code }));
        }
    }
    trimmed(&out)
}

/// Text of Latin-1, filled with blanks or NULs.
pub fn latin(bytes: &[u8]) -> String {
    trimmed(
        &bytes.iter().map(|byte| char::from(*byte)).map(|c| if c.is_control() { ' ' } else { c }).collect::<String>(),
    )
}

/// Without filling, as it ends in `?` (packed NUL) or blanks.
fn trimmed(text: &str) -> String {
    text.trim_end_matches([' ', '@']).trim_start().to_owned()
}

/// `2026-11-29` of day, month and year since 1900; None where it cannot be.
pub fn date(bytes: &[u8]) -> Option<String> {
    let [day, month, year] = bytes else { return None };
    ((1..=31).contains(day) && (1..=12).contains(month))
        .then(|| format!("{}-{month:02}-{day:02}", 1900_u16.saturating_add(u16::from(*year))))
}

#[cfg(test)]
mod tests {
    use super::{date, latin, packed};

    #[test]
    fn texts_and_dates_are_read() {
        assert_eq!(packed(&[0x50, 0x11, 0x43, 0xb7, 0x3c, 0x74]), "TAEC-314");
        assert_eq!(packed(&[0x82, 0x08, 0x20]), "");
        assert_eq!(latin(b"FT-101 caf\xe9\0\0 "), "FT-101 café");
        assert_eq!(date(&[29, 11, 126]).unwrap(), "2026-11-29");
        assert_eq!(date(&[0, 13, 126]), None);
    }
}
