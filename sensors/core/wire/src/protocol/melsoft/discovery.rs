//! The search for controllers, whose answers a published client reads: among what is not known stand the model, filled up with
//! spaces, and behind it | bytes of the title 2 | bytes of the comment 2 | 2 | title | comment |, both in UTF-16.
//!
//! No capture shows one, so that the model is looked for and believed less.

use super::path::utf16;
use crate::bytes::le16;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text::Details;

/// Shortest and longest model.
const MODEL: std::ops::RangeInclusive<usize> = 4..=20;
/// Most bytes of a title or comment.
const TEXT: usize = 256;

pub fn tell(data: &[u8], about: Side, talk: &mut Talk<'_>, details: &mut Details) {
    let Some((model, rest)) = model(data) else { return };
    details.text("model", &model);
    talk.identity(about, "vendor", "Mitsubishi Electric", 0.8, "MELSOFT search");
    talk.identity(about, "model", &model, 0.8, "MELSOFT search");
    let text = |at: usize, bytes: usize| {
        let told = utf16(rest.get(at..at.checked_add(bytes)?)?);
        (!told.is_empty() && !told.contains(char::is_control)).then_some(told)
    };
    let size = |at| le16(rest, at).map(usize::from).filter(|size| *size <= TEXT && size % 2 == 0);
    let (Some(title), Some(comment)) = (size(0), size(2)) else { return };
    if let Some(title) = text(6, title) {
        details.text("title", &title);
        talk.identity(about, "name", &title, 0.7, "MELSOFT search");
    }
    if let Some(comment) = text(6 + title, comment) {
        details.text("comment", &comment);
    }
}

/// The model with what follows its spaces.
fn model(data: &[u8]) -> Option<(String, &[u8])> {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/');
    let mut at = 0;
    while let Some(rest) = data.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().take_while(|byte| part(byte)).count();
        let (word, behind) = rest.split_at_checked(length)?;
        let both = word.iter().any(u8::is_ascii_alphabetic) && word.iter().any(u8::is_ascii_digit);
        if MODEL.contains(&length) && both && behind.starts_with(b" ") {
            let spaces = behind.iter().take_while(|byte| **byte == b' ').count();
            return Some((String::from_utf8_lossy(word).into_owned(), behind.get(spaces..)?));
        }
        at += length.max(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::model;

    #[test]
    fn the_model_is_found_among_what_is_not_known() {
        let data = b"\0\x01\x02AB\0FX5U-32MT/ES    \x08\0\0\0";
        let (found, rest) = model(data).unwrap();
        assert_eq!((found.as_str(), rest), ("FX5U-32MT/ES", &b"\x08\0\0\0"[..]));
        assert!(model(b"\0\0ABCDEF  \0").is_none());
    }
}
