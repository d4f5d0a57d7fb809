//! File memory: disks, files, and what moves between them and the controller (W342 5-3-28 to 5-3-39).
//!
//! | 2201 | disk 2 | from 2 | files 2 |; response: disk data 26 | files 2 | name 12, time 4, size 4 |, as many |
//! | 2202 | disk 2 | name 12 | position 4 | bytes 2 |; response: size 4 | position 4 | bytes 2 | data |
//! | 2203 | disk 2 | parameter 2 | name 12 | position 4 | bytes 2 | data |
//! | 2205 | disk 2 | files 2 | name 12 |, as many |; 2206 | disk 2 | parameter 2 | label 12 |
//! | 2207 | disk 2 | name 12 | disk 2 | name 12 |; 2208 | disk 2 | new name 12 | old name 12 |; 2209 | disk 2 | name 12 |
//! | 220A | parameter 2 | area, word, bit 4 | elements 2 | disk 2 | name 12 |
//! | 220B | parameter 2 | area 2 | word 2 | count 2 | disk 2 | name 12 |
//! | 220C | parameter 2 | program 2 | begin 4 | bytes 4 | disk 2 | name 12 |

use super::command as fc;
use super::said::{Said, readable};
use super::transfer::Part;
use crate::bytes::{be16, be32};
use crate::dataset::Operation;

const NAME: usize = 12;
/// An entry of a list of files, and what stands before the first.
const ENTRY: usize = 20;
const ENTRIES: usize = 28;
/// Of a number of bytes: the last of the file.
const LAST: u16 = 0x8000;
const COUNT: u16 = 0x7fff;

/// Eight characters filled with blanks, a dot, three characters.
fn name(text: &[u8], at: usize) -> String {
    text.get(at..).map(|rest| readable(rest.get(..NAME).unwrap_or(rest)).replace(" .", ".")).unwrap_or_default()
}

pub fn tell(command: u16, asked: &[u8], told: Option<&[u8]>, said: &mut Said) {
    let disk = |said: &mut Said, at| said.number("disk", be16(asked, at));
    match command {
        fc::FILE_NAME_READ => {
            disk(said, 0);
            listed(told.unwrap_or_default(), said);
        }
        fc::SINGLE_FILE_READ => {
            disk(said, 0);
            said.object("file", name(asked, 2));
            said.number("begin", be32(asked, 14));
            said.number("length", be16(asked, 18).map(|count| count & COUNT));
            said.number("file_size", told.and_then(|told| be32(told, 0)));
        }
        fc::SINGLE_FILE_WRITE => {
            disk(said, 0);
            said.object("file", name(asked, 4));
            said.number("begin", be32(asked, 16));
            said.number("length", be16(asked, 20).map(|count| count & COUNT));
        }
        fc::MEMORY_CARD_FORMAT => disk(said, 0),
        fc::FILE_DELETE => {
            disk(said, 0);
            let names = asked.get(4..).unwrap_or_default().chunks_exact(NAME);
            for one in names.take(usize::from(be16(asked, 2).unwrap_or(0))) {
                said.object("file", name(one, 0));
            }
        }
        fc::VOLUME_LABEL | fc::DIRECTORY => {
            disk(said, 0);
            said.text("new_name", &name(asked, 4));
        }
        fc::FILE_COPY => {
            disk(said, 0);
            said.object("file", name(asked, 16));
            said.text("from_name", &name(asked, 2));
        }
        fc::FILE_NAME_CHANGE => {
            disk(said, 0);
            said.object("file", name(asked, 14));
            said.text("new_name", &name(asked, 2));
        }
        fc::FILE_DATA_CHECK => {
            disk(said, 0);
            said.object("file", name(asked, 2));
        }
        fc::MEMORY_AREA_FILE_TRANSFER | fc::PARAMETER_AREA_FILE_TRANSFER => moved(asked, 8, said),
        fc::PROGRAM_AREA_FILE_TRANSFER => moved(asked, 12, said),
        fc::FILE_MEMORY_INDEX_READ | fc::FILE_MEMORY_READ => said.number("block", be16(asked, 0)),
        fc::FILE_MEMORY_WRITE => said.number("block", be16(asked, 2)),
        _ => {}
    }
}

fn moved(asked: &[u8], disk: usize, said: &mut Said) {
    said.number("disk", be16(asked, disk));
    said.object("file", name(asked, disk + 2));
    let way = match be16(asked, 0) {
        Some(0) => "controller to file",
        Some(1) => "file to controller",
        Some(2) => "compare",
        _ => return,
    };
    said.details.text("direction", way);
}

fn listed(told: &[u8], said: &mut Said) {
    let names: Vec<String> =
        told.get(ENTRIES..).unwrap_or_default().chunks_exact(ENTRY).map(|entry| name(entry, 0)).collect();
    said.text("files", &names.join(" "));
}

/// The part of a file that a command moved.
pub fn part<'a>(command: u16, asked: &'a [u8], told: &'a [u8], name: &'a str) -> Option<Part<'a>> {
    match command {
        fc::SINGLE_FILE_READ => {
            let (size, begin, count) = (be32(told, 0)?, be32(told, 4)?, be16(told, 8)?);
            let data = told.get(10..)?;
            let data = data.get(..usize::from(count & COUNT)).unwrap_or(data);
            let end = begin.saturating_add(u32::try_from(data.len()).unwrap_or(u32::MAX));
            let last = count & LAST != 0 || end >= size;
            Some(Part { name, to_device: false, operation: Operation::FileRead, begin, data, last, open: false })
        }
        // Nothing says which part is the last.
        fc::SINGLE_FILE_WRITE => {
            let (begin, data) = (be32(asked, 16)?, asked.get(22..)?);
            let data = data.get(..usize::from(be16(asked, 20)? & COUNT)).unwrap_or(data);
            Some(Part { name, to_device: true, operation: Operation::FileWrite, begin, data, last: false, open: true })
        }
        _ => None,
    }
}
