//! Paths: UTF-16 with a zero at the end, behind their length in bytes; before them the number of a drive.

use crate::bytes::le16;

/// Letters of a path that are kept.
const MOST: usize = 260;
/// The folder that holds program and parameters.
const PROJECT: &str = "$MELPRJ$";

/// A text of UTF-16 to its zero.
pub fn utf16(data: &[u8]) -> String {
    let letters = data.chunks_exact(2).filter_map(|pair| le16(pair, 0)).take_while(|letter| *letter != 0);
    char::decode_utf16(letters.take(MOST)).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The text behind its length at `at`, and where it ends.
pub fn counted(data: &[u8], at: usize) -> Option<(String, usize)> {
    let begin = at.checked_add(2)?;
    let end = begin.checked_add(usize::from(le16(data, at)?))?;
    Some((utf16(data.get(begin..end)?), end))
}

/// The one path of a request, whose length reaches to the end: what stands before it differs, and of some commands nobody knows
/// it.
pub fn last(data: &[u8]) -> Option<String> {
    let fits = |at: &usize| {
        le16(data, *at)
            .is_some_and(|length| length > 2 && length % 2 == 0 && at + 2 + usize::from(length) == data.len())
    };
    let at = (4..=16).step_by(2).find(fits)?;
    counted(data, at).map(|(path, _)| path).filter(|path| !path.is_empty())
}

/// Whether a path is part of the project: what the controller runs.
pub fn in_project(path: &str) -> bool {
    path.get(..PROJECT.len()).is_some_and(|head| head.eq_ignore_ascii_case(PROJECT))
}

/// The name at the end of a path.
pub fn name(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::{in_project, last, name};

    #[test]
    fn the_path_of_a_request_is_found_by_its_length() {
        let path: Vec<u8> = "$MELPRJ$\\MAIN.PRG\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for before in [6, 8, 12] {
            let mut data = vec![0; before];
            data[4] = 4;
            data.extend([36, 0]);
            data.extend(&path);
            assert_eq!(last(&data).as_deref(), Some("$MELPRJ$\\MAIN.PRG"));
            assert_eq!(last(&data[..data.len() - 2]), None);
        }
        assert!(in_project("$melprj$\\A") && !in_project("LOGGING\\A") && !in_project("$MEL"));
        assert_eq!(name("$MELPRJ$\\MAIN.PRG"), "MAIN.PRG");
    }
}
