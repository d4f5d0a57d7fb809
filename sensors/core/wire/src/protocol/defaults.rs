//! User names and passwords that makers ship: the fact `ot.secret_known`. The secret itself never leaves the core.

use std::collections::HashSet;
use std::sync::OnceLock;

/// `user:password`, a tab, who ships it. Sources: makers' public manuals.
static LIST: &str = include_str!("defaults.txt");

/// Whether a maker ships this user and secret. User names are compared without regard to case.
pub fn known(user: &str, secret: &[u8]) -> bool {
    std::str::from_utf8(secret).is_ok_and(|secret| pairs().contains(&(user.to_ascii_lowercase(), secret)))
}

fn pairs() -> &'static HashSet<(String, &'static str)> {
    static PAIRS: OnceLock<HashSet<(String, &'static str)>> = OnceLock::new();
    PAIRS.get_or_init(|| LIST.lines().filter_map(pair).collect())
}

fn pair(line: &'static str) -> Option<(String, &'static str)> {
    let (credentials, _) = line.split_once('\t').filter(|_| !line.starts_with('#'))?;
    let (user, secret) = credentials.split_once(':')?;
    Some((user.to_ascii_lowercase(), secret))
}

#[cfg(test)]
mod tests {
    use super::{LIST, known, pairs};

    #[test]
    fn shipped_pairs_are_known_and_others_are_not() {
        assert!(known("admin", b"public"));
        assert!(known("WinCCConnect", b"2WSXcder"));
        assert!(known("user", b"USER"));
        assert!(known("admin", b""));
        assert!(!known("admin", b"Public"));
        assert!(!known("operator", b"bulrush-3"));
        assert!(!known("", b""));
        assert!(!known("admin", b"\xff\xfe"));
    }

    #[test]
    fn every_line_is_read() {
        let lines = LIST.lines().filter(|line| !line.starts_with('#'));
        assert!(lines.clone().all(|line| line.matches('\t').count() == 1 && line.contains(':')));
        assert_eq!(pairs().len(), lines.count(), "a pair stands twice, or a line is not read");
    }
}
