//! Parameter areas and the program area (W342 5-3-7 to 5-3-11; protection: W227 3-9).
//!
//! | 0201, 0202, 0203 | area 2 | word 2 | count 2, bit 15: last | data |; 0201 answers the same with data |
//! | 0304, 0305 | program 2 | code 1 | first word 4 | last word 4 | password 8 |
//! | 0306 | program 2 | begin 4 | bytes 2 |; response: program 2 | begin 4 | bytes 2, bit 15: last | data |
//! | 0307 | program 2 | begin 4 | bytes 2, bit 15: last | data |
//! | 0308 | program 2 | clear code 1 |

use super::command as fc;
use super::said::Said;
use super::transfer::Part;
use crate::bytes::{be16, be32, u8_at};
use crate::dataset::{Flag, Operation};

pub const ROUTING_TABLES: u16 = 0x8013;
/// Of a count: the last of all; the count itself.
const LAST: u16 = 0x8000;
const COUNT: u16 = 0x7fff;
/// What stands before the data.
const PARAMETER: usize = 6;
const PROGRAM: usize = 8;
/// What stands before a password.
pub const PROTECTION: usize = 11;

fn parameter_area(code: u16) -> String {
    let name = match code {
        0x8010 => "PLC Setup",
        0x8011 => "Peripheral Device settings",
        0x8012 => "I/O table",
        ROUTING_TABLES => "Routing tables",
        0x8002 => "CPU Bus Unit settings",
        0x8000 => "Whole parameter area",
        _ => return format!("{code:#06x}"),
    };
    name.to_owned()
}

/// What a command of these says. Returns what is odd about the response.
pub fn tell(command: u16, asked: &[u8], told: Option<&[u8]>, said: &mut Said) -> Option<Flag> {
    match command {
        fc::PARAMETER_AREA_READ | fc::PARAMETER_AREA_WRITE | fc::PARAMETER_AREA_CLEAR => {
            said.object("parameter", be16(asked, 0).map(parameter_area).unwrap_or_default());
            said.number("begin", be16(asked, 2));
            said.number("length", be16(asked, 4).map(|count| count & COUNT));
            let reads = command == fc::PARAMETER_AREA_READ;
            return told.filter(|told| reads && told.get(..4) != asked.get(..4)).map(|_| Flag::FinsEcho);
        }
        fc::PROGRAM_AREA_PROTECT | fc::PROGRAM_AREA_PROTECT_CLEAR => {
            program(asked, said);
            said.number("begin", be32(asked, 3));
            said.number("last_word", be32(asked, 7));
        }
        fc::PROGRAM_AREA_READ | fc::PROGRAM_AREA_WRITE => {
            program(asked, said);
            said.number("begin", be32(asked, 2));
            said.number("length", be16(asked, 6).map(|count| count & COUNT));
            let last =
                if command == fc::PROGRAM_AREA_READ { told.and_then(|told| be16(told, 6)) } else { be16(asked, 6) };
            if last.is_some_and(|count| count & LAST != 0) {
                said.details.truth("last", true);
            }
            return told.filter(|told| told.get(..6) != asked.get(..6)).map(|_| Flag::FinsEcho);
        }
        fc::RUN
        | fc::PROGRAM_AREA_CLEAR
        | fc::ACCESS_RIGHT_ACQUIRE
        | fc::ACCESS_RIGHT_FORCED_ACQUIRE
        | fc::ACCESS_RIGHT_RELEASE => {
            program(asked, said);
        }
        _ => {}
    }
    None
}

/// Program 0xFFFF is the whole of a CS, CJ or CP controller.
fn program(asked: &[u8], said: &mut Said) {
    if let Some(number) = be16(asked, 0) {
        said.object("program", if number == 0xffff { "program".to_owned() } else { format!("program:{number}") });
    }
}

/// The part of a program that a command moved.
pub fn part<'a>(command: u16, asked: &'a [u8], told: &'a [u8], name: &'a str) -> Option<Part<'a>> {
    let (text, operation) = match command {
        fc::PROGRAM_AREA_READ => (told, Operation::ProgramUpload),
        fc::PROGRAM_AREA_WRITE => (asked, Operation::ProgramDownload),
        _ => return None,
    };
    let count = be16(text, 6)?;
    let data = text.get(PROGRAM..)?;
    let begin = be32(text, 2)?;
    let data = data.get(..usize::from(count & COUNT)).unwrap_or(data);
    let (last, open) = (count & LAST != 0, false);
    Some(Part { name, to_device: command == fc::PROGRAM_AREA_WRITE, operation, begin, data, last, open })
}

/// Bytes of a parameter area that a command writes: none may be more than it says.
pub fn counted(command: u16, asked: &[u8]) -> Option<Flag> {
    let (at, words) = match command {
        fc::PROGRAM_AREA_WRITE => (PROGRAM, false),
        fc::PARAMETER_AREA_WRITE => (PARAMETER, true),
        _ => return None,
    };
    let count = usize::from(be16(asked, at - 2)? & COUNT);
    let length = asked.len().saturating_sub(at);
    (length != count && !(words && length == count * 2)).then_some(Flag::FinsItems)
}

/// Protection: the kind of what is protected.
pub fn protected(asked: &[u8], said: &mut Said) {
    said.number("protect_code", u8_at(asked, 2));
}
