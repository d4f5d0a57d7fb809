//! Directories and what stands in them.
//!
//! | 1859, 1734 | keyword 4 | drive 2 | first 2 | 0 2 | count 2 | bytes 2 | path |
//! | answer to 1859 | entries 2 | last 2 | 0 2 | entries of FAT, 32 each, those of long names before the short one |
//! | answer to 1734 | files 2 | last 2 | 0 2 | each: 8 | bytes 2 | name |
//! | 185f | keyword 4 | drive 2 | bytes 2 | path |, answer: one entry of FAT
//! | 187e | count 2 | each: kind 2 | drive 2 | bytes 2 | path |
//! | 1730 | keyword 4 | 1 2 | 1 2 | count 2 | each: drive 2 | 0 4 | bytes 2 | name |

use super::command as fc;
use super::frame::Call;
use super::path;
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Operation;
use crate::text::{Details, bounded};

/// Bytes of an entry of FAT; the attribute of one that is part of a long name.
const ENTRY: usize = 32;
const LONG_NAME: u8 = 0x0f;
/// Names that are told of one message.
const MOST: usize = 64;

/// The path that a request is about.
pub fn place(asked: &Call<'_>) -> Option<String> {
    match asked.command {
        fc::LIST | fc::LIST_CHECKS | fc::SEARCH_FILE => path::last(asked.data),
        0x1860 | 0x1862 | 0x1864..=0x1866 => path::last(asked.data),
        _ => None,
    }
}

/// What deleting a file is: what lies in the project's folder is the program.
pub fn operation(asked: &Call<'_>) -> Option<Operation> {
    let deletes = fc::of(asked.command).is_some_and(|(_, operation)| operation == Operation::FileDelete);
    let project = deletes && path::last(asked.data).is_some_and(|path| path::in_project(&path));
    project.then_some(Operation::ProgramDelete)
}

/// Paths of a request that names several.
pub fn several(asked: &Call<'_>) -> Option<Vec<String>> {
    let (count, mut at, before) = match asked.command {
        fc::ATTRIBUTES => (le16(asked.data, 0)?, 2, 4),
        // Without any it is ten zeros.
        fc::CHANGE_START => (le16(asked.data, 8)?, 10, 6),
        _ => return Some(Vec::new()),
    };
    let mut paths = Vec::new();
    for _ in 0..usize::from(count).min(MOST) {
        let (path, end) = path::counted(asked.data, at + before)?;
        paths.push(path);
        at = end;
    }
    Some(paths)
}

/// Size of the file of an entry.
pub fn size(entry: &[u8]) -> Option<u32> {
    le32(entry, 28)
}

/// What an answer says of files.
pub fn describe(told: &Call<'_>, details: &mut Details) -> Option<()> {
    match told.command {
        fc::SEARCH_FILE => {
            let entry = told.data.first_chunk::<ENTRY>()?;
            details.number("size", size(entry)?);
            if let Some(modified) = modified(entry) {
                details.text("modified", &modified);
            }
        }
        fc::LIST => {
            let names = names(told.data.get(6..).unwrap_or_default());
            details.number("files", i64::try_from(names.len()).unwrap_or(i64::MAX));
            details.texts("names", names.iter().take(MOST).map(String::as_str));
        }
        fc::LIST_CHECKS => {
            let mut names = Vec::new();
            let mut at = 6;
            while let Some((name, end)) = path::counted(told.data, at + 8).filter(|_| names.len() < MOST) {
                names.push(name);
                at = end;
            }
            details.number("files", le16(told.data, 0)?);
            details.texts("names", names.iter().map(String::as_str));
        }
        _ => {}
    }
    Some(())
}

/// Names of the files of a directory, long ones where there are.
fn names(data: &[u8]) -> Vec<String> {
    let (mut names, mut long) = (Vec::new(), String::new());
    for entry in data.chunks_exact(ENTRY) {
        if u8_at(entry, 11) == Some(LONG_NAME) {
            let letters: Vec<u8> =
                [1..11, 14..26, 28..32].into_iter().flat_map(|at| entry.get(at)).flatten().copied().collect();
            long.insert_str(0, &path::utf16(&letters));
            continue;
        }
        names.push(if long.is_empty() { short(entry) } else { std::mem::take(&mut long) });
    }
    names
}

/// `MAIN.PRG` of `MAIN    PRG`.
fn short(entry: &[u8]) -> String {
    let part = |from, to| bounded(entry.get(from..to).unwrap_or_default(), ENTRY).0.trim().to_owned();
    format!("{}.{}", part(0, 8), part(8, 11))
}

/// Local time of the controller, as FAT has it: | 22 time 2 | date 2 |.
fn modified(entry: &[u8]) -> Option<String> {
    let (time, date) = (le16(entry, 22)?, le16(entry, 24)?);
    let (month, day) = (date >> 5 & 15, date & 31);
    if !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let (year, hour, minute, second) = (1980 + (date >> 9), time >> 11, time >> 5 & 63, (time & 31) * 2);
    Some(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}
