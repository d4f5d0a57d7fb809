//! Words of a filter.

/// A word and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    pub(super) position: usize,
}

/// Signs that are words of their own, the longer ones first.
const SIGNS: &[&str] = &["&&", "||", "(", ")", "!"];

/// Cuts a text into words and signs.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return found;
        };
        let length = match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => sign.len(),
            // A single & or | is not a sign; it goes on as part of a word and is refused with its place.
            None => word_length(rest).max(first.len_utf8()),
        };
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        found.push(Token { text: word, position: text.len().saturating_sub(rest.len()) });
        rest = after;
    }
}

fn word_length(rest: &str) -> usize {
    rest.find(|sign: char| sign.is_whitespace() || matches!(sign, '(' | ')' | '!' | '&' | '|')).unwrap_or(rest.len())
}
