//! What FANUC robots take as text in %G (SNPX; B-82604EN 6): commands by their first word.

use crate::dataset::Operation;
use crate::text::bounded;

/// Bytes of a command that are told.
const TEXT: usize = 128;

/// Commands with what they do: which variables registers stand for, variables themselves, alarms.
pub fn command(word: &str) -> Option<Operation> {
    Some(match word {
        "SETASG" | "CLRASG" => Operation::ConfigureConnection,
        "SETVAR" => Operation::WriteParameter,
        "CLRALM" => Operation::AlarmClear,
        _ => return None,
    })
}

/// A command in the bytes that are written, with what it does.
pub fn read(data: &[u8]) -> Option<(String, Operation)> {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let text = data.get(..end)?;
    if !text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    let (text, _) = bounded(text, TEXT);
    let operation = command(text.split(' ').next()?)?;
    Some((text, operation))
}
