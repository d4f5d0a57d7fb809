//! AMS addresses as text, kept for the partners of a flow so that a poll needs none written.

use super::header::{Ams, net_id, port};
use std::fmt::Write as _;

/// Partners of one flow whose text is kept.
const KEPT: usize = 16;

#[derive(Default)]
pub struct Names {
    list: Vec<(Ams, String)>,
    next: usize,
}

impl Names {
    /// Place of the text of an address; `whole` with its port, else the NetId alone.
    pub fn place(&mut self, ams: Ams, whole: bool) -> usize {
        // No port is 0, so a NetId alone is another key.
        let key = if whole { ams } else { net_id(ams) };
        if let Some(at) = self.list.iter().position(|(known, _)| *known == key) {
            return at;
        }
        let text = if whole { write(ams) } else { write_net_id(ams) };
        if self.list.len() < KEPT {
            self.list.push((key, text));
            return self.list.len() - 1;
        }
        let at = self.next % KEPT;
        self.next = at + 1;
        if let Some(slot) = self.list.get_mut(at) {
            *slot = (key, text);
        }
        at
    }

    pub fn text(&self, at: usize) -> &str {
        self.list.get(at).map_or("", |(_, text)| text)
    }

    pub fn weight(&self) -> usize {
        self.list.iter().map(|(_, text)| size_of::<(Ams, String)>() + text.capacity()).sum()
    }
}

/// `5.13.117.96.1.1`.
pub fn write_net_id(ams: Ams) -> String {
    let mut out = String::with_capacity(24);
    for (i, byte) in ams.to_be_bytes().iter().take(6).enumerate() {
        let _ = write!(out, "{}{byte}", if i == 0 { "" } else { "." });
    }
    out
}

/// `5.13.117.96.1.1:851`.
fn write(ams: Ams) -> String {
    format!("{}:{}", write_net_id(ams), port(ams))
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Names};

    #[test]
    fn addresses_are_written_and_few_are_kept() {
        let mut names = Names::default();
        let ams = 0x050d_7560_0101_0353;
        let (unit, client) = (names.place(ams, true), names.place(ams, false));
        assert_eq!((names.text(unit), names.text(client)), ("5.13.117.96.1.1:851", "5.13.117.96.1.1"));
        for other in 1..100 {
            let at = names.place(other << 16 | 1, true);
            assert!(names.text(at).ends_with(":1"));
        }
        assert_eq!(names.list.len(), KEPT);
    }
}
