//! First bytes by which a flow is worth a question: `44 57 01 ??`.

/// Bytes with those that may be anything: (value, whether it matters).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Head(Vec<(u8, bool)>);

/// Longest head.
const LIMIT: usize = 64;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Compared {
    No,
    /// So far, but there are too few bytes.
    Short,
    Yes,
}

impl Head {
    /// Reads pairs of hexadecimal digits, `??` for any byte, with spaces between them.
    pub fn read(text: &str) -> Option<Self> {
        let mut bytes = Vec::new();
        for pair in text.split_ascii_whitespace() {
            bytes.push(match pair {
                "??" => (0, false),
                _ if pair.len() == 2 => (u8::from_str_radix(pair, 16).ok()?, true),
                _ => return None,
            });
        }
        (!bytes.is_empty() && bytes.len() <= LIMIT).then_some(Self(bytes))
    }

    fn compare(&self, data: &[u8]) -> Compared {
        match self.0.iter().zip(data).all(|((value, matters), byte)| !matters || value == byte) {
            false => Compared::No,
            true if data.len() < self.0.len() => Compared::Short,
            true => Compared::Yes,
        }
    }
}

/// Whether bytes begin like one of the heads; without heads all do.
pub fn compare(heads: &[Head], data: &[u8]) -> Compared {
    if heads.is_empty() {
        return Compared::Yes;
    }
    let mut best = Compared::No;
    for head in heads {
        match head.compare(data) {
            Compared::Yes => return Compared::Yes,
            Compared::Short => best = Compared::Short,
            Compared::No => {}
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::{Compared, Head, compare};

    #[test]
    fn a_head_is_pairs_of_digits() {
        for odd in ["", "4", "445", "4g", "44  5", &"00 ".repeat(65)] {
            assert_eq!(Head::read(odd), None, "{odd}");
        }
        let heads: Vec<Head> = ["44 57 ?? 01", "02"].iter().filter_map(|text| Head::read(text)).collect();
        assert_eq!(compare(&heads, &[0x44, 0x57, 9, 1, 7]), Compared::Yes);
        assert_eq!(compare(&heads, &[0x44, 0x57, 9]), Compared::Short);
        assert_eq!(compare(&heads, &[0x44, 0x57, 9, 2]), Compared::No);
        assert_eq!(compare(&heads, &[2]), Compared::Yes);
        assert_eq!(compare(&[], &[]), Compared::Yes);
    }
}
