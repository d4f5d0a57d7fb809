//! PCCC inside CIP: commands of PLC-5, SLC 500 and MicroLogix (Rockwell publication 1770-6.5.16, "DF1 Protocol and
//! Command Set", chapter 7).
//!
//! | requester length 1 | vendor 2, serial 4 (…) | command 1 | status 1 | transaction 2 | function 1 (commands 0x06, 0x07,
//! 0x0F) | data |. The reply repeats requester, command with bit 6 set and transaction; behind them stands the data.

use super::data;
use super::message::{Answer, Ask, plain};
use super::reading::Reading;
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::draft::Told;
use crate::protocol::{Function, Outcome};
use crate::text::{self, Details};
use std::fmt::Write as _;

const DIAGNOSTIC: u8 = 0x06;
const CONTROL: u8 = 0x07;
const EXTENDED: u8 = 0x0f;
/// Set in the command of a reply.
const REPLY: u8 = 0x40;
/// The extended status byte says more.
const STATUS_EXTENDED: u8 = 0xf0;

const SET_CPU_MODE: u8 = 0x3a;
const CHANGE_MODE: u8 = 0x80;

/// Commands with a function code, by both.
const FUNCTIONS: &[(u8, u8, &str, Operation)] = &[
    (DIAGNOSTIC, 0x00, "Echo", Operation::DiagnoseEcho),
    (DIAGNOSTIC, 0x01, "Read diagnostic counters", Operation::DiagnoseRead),
    (DIAGNOSTIC, 0x02, "Set variables", Operation::ConfigureDevice),
    (DIAGNOSTIC, 0x03, "Diagnostic status", Operation::IdentifyDevice),
    (DIAGNOSTIC, 0x04, "Set timeout", Operation::ConfigureDevice),
    (DIAGNOSTIC, 0x05, "Set NAKs", Operation::ConfigureDevice),
    (DIAGNOSTIC, 0x06, "Set ENQs", Operation::ConfigureDevice),
    (DIAGNOSTIC, 0x07, "Reset diagnostic counters", Operation::DiagnoseClear),
    (DIAGNOSTIC, 0x08, "Set data table size", Operation::ProgramEdit),
    (DIAGNOSTIC, 0x09, "Read link parameters", Operation::DiagnoseRead),
    (DIAGNOSTIC, 0x0a, "Set link parameters", Operation::ConfigureNetwork),
    (CONTROL, 0x00, "Disable outputs", Operation::ModeStop),
    (CONTROL, 0x01, "Enable outputs", Operation::ModeRun),
    (CONTROL, 0x03, "Enable PLC scanning", Operation::ModeRun),
    (CONTROL, 0x04, "Enter download mode", Operation::ProgramDownload),
    (CONTROL, 0x05, "Exit download/upload mode", Operation::ModeRun),
    (CONTROL, 0x06, "Enter upload mode", Operation::ProgramUpload),
    (EXTENDED, 0x00, "Word range write", Operation::Write),
    (EXTENDED, 0x01, "Word range read", Operation::Read),
    (EXTENDED, 0x02, "Bit write", Operation::Write),
    (EXTENDED, 0x03, "File write", Operation::ProgramDownload),
    (EXTENDED, 0x04, "File read", Operation::ProgramUpload),
    (EXTENDED, 0x05, "Download request", Operation::ProgramDownload),
    (EXTENDED, 0x06, "Upload", Operation::ProgramUpload),
    (EXTENDED, 0x07, "Shutdown", Operation::ModeStop),
    (EXTENDED, 0x08, "Physical write", Operation::ProgramDownload),
    (EXTENDED, 0x09, "Physical read", Operation::ProgramUpload),
    (EXTENDED, 0x0a, "Restart request", Operation::RestartWarm),
    (EXTENDED, 0x11, "Get edit resource", Operation::ProgramEdit),
    (EXTENDED, 0x12, "Return edit resource", Operation::ProgramEdit),
    (EXTENDED, 0x17, "Read bytes physical", Operation::ProgramUpload),
    (EXTENDED, 0x18, "Write bytes physical", Operation::ProgramDownload),
    (EXTENDED, 0x26, "Read-modify-write", Operation::Write),
    (EXTENDED, 0x29, "Read section size", Operation::Browse),
    (EXTENDED, SET_CPU_MODE, "Set CPU mode", Operation::ModeProgram),
    (EXTENDED, 0x41, "Disable forces", Operation::WriteForce),
    (EXTENDED, 0x50, "Download all request", Operation::ProgramDownload),
    (EXTENDED, 0x52, "Download completed", Operation::ProgramDownload),
    (EXTENDED, 0x53, "Upload all request", Operation::ProgramUpload),
    (EXTENDED, 0x55, "Upload completed", Operation::ProgramUpload),
    (EXTENDED, 0x57, "Initialize memory", Operation::ProgramDelete),
    (EXTENDED, 0x5e, "Modify PLC-2 compatibility file", Operation::ConfigureDevice),
    (EXTENDED, 0x67, "Typed write", Operation::Write),
    (EXTENDED, 0x68, "Typed read", Operation::Read),
    (EXTENDED, 0x79, "Read-modify-write N", Operation::Write),
    (EXTENDED, CHANGE_MODE, "Change mode", Operation::ModeProgram),
    (EXTENDED, 0x81, "Open file", Operation::FileRead),
    (EXTENDED, 0x82, "Close file", Operation::FileRead),
    (EXTENDED, 0x88, "Execute multiple commands", Operation::Unknown),
    (EXTENDED, 0x8f, "Apply port configuration", Operation::ConfigureNetwork),
    (EXTENDED, 0xa1, "Protected typed logical read with two address fields", Operation::Read),
    (EXTENDED, 0xa2, "Protected typed logical read with three address fields", Operation::Read),
    (EXTENDED, 0xa7, "Protected typed file read", Operation::ProgramUpload),
    (EXTENDED, 0xa9, "Protected typed logical write with two address fields", Operation::Write),
    (EXTENDED, 0xaa, "Protected typed logical write with three address fields", Operation::Write),
    (EXTENDED, 0xab, "Protected typed logical write with mask", Operation::Write),
    (EXTENDED, 0xaf, "Protected typed file write", Operation::ProgramDownload),
];

/// Commands without a function code.
const fn command(code: u8) -> (&'static str, Operation) {
    match code {
        0x00 => ("Protected write", Operation::Write),
        0x01 => ("Unprotected read", Operation::Read),
        0x02 => ("Protected bit write", Operation::Write),
        0x04 => ("Physical read", Operation::Read),
        0x05 => ("Unprotected bit write", Operation::Write),
        0x08 => ("Unprotected write", Operation::Write),
        _ => ("Command without a public name", Operation::Unknown),
    }
}

/// Data table files by type: letter and the type of an element; a letter alone has elements of another layout.
const fn file(kind: u8) -> Option<(&'static str, Option<u16>)> {
    Some(match kind {
        0x82 | 0x8b => ("O", Some(data::WORD)),
        0x83 | 0x8c => ("I", Some(data::WORD)),
        0x84 => ("S", Some(data::WORD)),
        0x85 => ("B", Some(data::WORD)),
        0x86 => ("T", None),
        0x87 => ("C", None),
        0x88 => ("R", None),
        0x89 => ("N", Some(data::INT)),
        0x8a => ("F", Some(data::REAL)),
        0x8d => ("ST", None),
        0x8e => ("A", Some(data::WORD)),
        0x91 => ("L", Some(data::DINT)),
        0x92 => ("MG", None),
        0x93 => ("PD", None),
        _ => return None,
    })
}

/// Ladder files and force tables: what a logical write of them does.
const fn special(kind: u8) -> Option<(&'static str, Operation, Operation)> {
    Some(match kind {
        0x22 => ("ladder", Operation::ProgramUpload, Operation::ProgramDownload),
        0x49 => ("channel-configuration", Operation::Read, Operation::ConfigureNetwork),
        0x4a => ("ethernet-configuration", Operation::Read, Operation::ConfigureNetwork),
        0x65 => ("online-edit", Operation::ProgramUpload, Operation::ProgramEdit),
        0xa1 => ("output-force", Operation::Read, Operation::WriteForce),
        0xa2 => ("input-force", Operation::Read, Operation::WriteForce),
        0xe4 => ("clock", Operation::TimeRead, Operation::TimeSet),
        _ => return None,
    })
}

/// A PCCC message taken apart.
struct Message<'a> {
    command: u8,
    status: u8,
    /// Function and data of a request; data of a reply.
    rest: &'a [u8],
}

impl<'a> Message<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        // The length counts itself.
        let at = usize::from(u8_at(data, 0)?);
        Some(Self { command: u8_at(data, at)?, status: u8_at(data, at + 1)?, rest: data.get(at + 4..)? })
    }
}

pub fn execute(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    let Some(request) = Message::read(ask.data) else {
        out.odd(Flag::EnipServiceLength);
        return plain(ask, answer, out);
    };
    out.item(ask, answer);
    let answer = answer.filter(|answer| answer.good()).map(|answer| answer.data);
    let reply = answer.and_then(Message::read);
    if answer.is_some() && reply.as_ref().is_none_or(|reply| reply.command != request.command | REPLY) {
        out.odd(Flag::EnipReplyService);
    }
    let extended = matches!(request.command, DIAGNOSTIC | CONTROL | EXTENDED);
    let function = u8_at(request.rest, 0).filter(|_| extended);
    let known = FUNCTIONS.iter().find(|(c, f, ..)| *c == request.command && Some(*f) == function);
    let (name, operation) = known.map_or_else(|| command(request.command), |(.., name, what)| (*name, *what));
    let code = function.map_or(u32::from(request.command), |f| u32::from(request.command) << 8 | u32::from(f));
    if let Some(draft) = out.last() {
        draft.operation = operation;
        let function = draft.functions.map(|functions| functions.0).unwrap_or_default();
        draft.functions = Some((function, Function { code: Some(code), name: Some(name) }));
        draft.address = 0..0;
        draft.kind = None;
    }
    if let Some(reply) = &reply {
        ended(reply, out);
    }
    let good = reply.as_ref().filter(|reply| reply.status == 0).map(|reply| reply.rest);
    let body = if function.is_some() { request.rest.get(1..).unwrap_or_default() } else { request.rest };
    match (request.command, function) {
        (EXTENDED, Some(SET_CPU_MODE | CHANGE_MODE)) => mode(function == Some(CHANGE_MODE), body, out),
        (EXTENDED, Some(code @ (0xa1 | 0xa2 | 0xa9 | 0xaa | 0xab))) => logical(code, body, good, out),
        (DIAGNOSTIC, Some(0x03)) => {
            if let Some(reply) = good {
                status(reply, out);
            }
        }
        _ => {
            let mut details = Details::default();
            if !body.is_empty() {
                details.text("data", &text::hex(body, 64));
            }
            out.details(details);
        }
    }
}

/// Status of a reply: the high half is the remote one's, the low half the local one's; 0xF0 has a byte of its own.
fn ended(reply: &Message<'_>, out: &mut Reading) {
    if reply.status == 0 {
        return;
    }
    let code = if reply.status == STATUS_EXTENDED {
        0xf000 | u32::from(u8_at(reply.rest, 0).unwrap_or(0))
    } else {
        u32::from(reply.status)
    };
    let name = match reply.status & 0xf0 {
        0x10 => "Illegal command or format",
        0x20 => "Host has a problem and will not communicate",
        0x30 => "Remote node host is missing, disconnected, or shut down",
        0x40 => "Host could not complete function due to hardware fault",
        0x50 => "Addressing problem or memory protected",
        0x60 => "Function not allowed due to command protection selection",
        0x70 => "Processor is in program mode",
        0x80 => "Compatibility mode file missing or communication zone problem",
        0xf0 => "Error code in the extended status byte",
        _ => "PCCC error",
    };
    if let Some(draft) = out.last() {
        draft.outcome = Some(Outcome::Failure);
        draft.status = Some((code, name));
    }
}

/// Set CPU mode: | mode 1: bits 0-1 | (PLC-5: 0 program, 1 and 3 reserved, 2 run). Change mode: | mode 1 | of SLC 500:
/// 1 program, 6 run, 7 test continuous, 8 test single scan.
fn mode(slc: bool, body: &[u8], out: &mut Reading) {
    let Some(code) = u8_at(body, 0) else { return out.odd(Flag::EnipServiceLength) };
    let (what, name) = match (slc, code) {
        (true, 1) => (Operation::ModeProgram, "remote program"),
        (true, 6) => (Operation::ModeRun, "remote run"),
        (true, 7) => (Operation::ModeTest, "remote test continuous"),
        (true, 8) => (Operation::ModeTest, "remote test single scan"),
        (true, 9) => (Operation::ModeTest, "remote test single step"),
        // MicroLogix 1000 knows 1 program, 2 run; PLC-5 masks of which the low bits count.
        (false, 1) => (Operation::ModeProgram, "program"),
        (false, 2) => (Operation::ModeRun, "run"),
        (false, 0) => (Operation::ModeProgram, "program"),
        _ => (Operation::ModeProgram, "not defined"),
    };
    out.operation(what);
    let mut details = Details::default();
    details.number("mode", code).text("mode_name", name);
    out.details(details);
}

/// One address field: a byte, or 0xFF and two bytes.
fn field(data: &[u8], at: &mut usize) -> Option<u16> {
    let byte = u8_at(data, *at)?;
    let (value, width) = if byte == 0xff { (le16(data, *at + 1)?, 3) } else { (u16::from(byte), 1) };
    *at += width;
    Some(value)
}

/// Protected typed logical: | bytes 1 | file number | file type 1 | element | (three fields: subelement) | (mask 2) | data |
fn logical(code: u8, body: &[u8], reply: Option<&[u8]>, out: &mut Reading) {
    let (write, three) = (matches!(code, 0xa9..=0xab), matches!(code, 0xa2 | 0xaa | 0xab));
    let mut at = 1;
    let parts = (|| {
        let size = u8_at(body, 0)?;
        let number = field(body, &mut at)?;
        let kind = u8_at(body, at)?;
        at += 1;
        let element = field(body, &mut at)?;
        let sub = if three { field(body, &mut at)? } else { 0 };
        Some((size, number, kind, element, sub))
    })();
    let Some((size, number, kind, element, sub)) = parts else { return out.odd(Flag::EnipServiceLength) };
    let mut details = Details::default();
    if code == 0xab {
        let Some(mask) = le16(body, at) else { return out.odd(Flag::EnipServiceLength) };
        details.text("mask", &format!("{mask:04x}"));
        at += 2;
    }
    let told = if write { body.get(at..) } else { reply };
    let element_type = file(kind).and_then(|(_, element)| element);
    let width = element_type.and_then(data::elementary).map_or(0, |(_, width)| width);
    let count = usize::from(size).checked_div(width).unwrap_or(0);
    let address = out.drafts.texts(|text| match (file(kind), special(kind)) {
        (Some((letter, _)), _) => {
            let _ = write!(text, "{letter}{number}:{element}");
            if sub != 0 {
                let _ = write!(text, ".{sub}");
            } else if count > 1 {
                let _ = write!(text, "-{}", usize::from(element) + count - 1);
            }
        }
        (_, Some((name, ..))) => {
            let _ = write!(text, "{name}:{number}/{element}");
        }
        _ => {
            let _ = write!(text, "file:0x{kind:02X}/{number}/{element}");
        }
    });
    let values = match (element_type, told) {
        (_, None) => Told::None,
        (Some(kind), Some(bytes)) if sub == 0 => data::typed(kind, bytes, &mut out.drafts),
        (_, Some(bytes)) if bytes.len() == 2 => data::typed(data::INT, bytes, &mut out.drafts),
        (_, Some(bytes)) => data::bytes("BYTES", bytes, &mut out.drafts),
    };
    if write && told.is_some_and(|bytes| bytes.len() < usize::from(size)) && code != 0xab {
        out.odd(Flag::EnipServiceLength);
    }
    if let Some(draft) = out.last() {
        (draft.kind, draft.address, draft.told) = (Some("data-table"), address, values);
        if let Some((_, read, written)) = special(kind) {
            draft.operation = if write { written } else { read };
        }
    }
    out.details(details);
}

/// Diagnostic status of SLC 500 and MicroLogix: | mode and status 1 | interface 1 | extended interface 1 | processor 1 |
/// series and revision 1 | catalogue name 11 | …
fn status(reply: &[u8], out: &mut Reading) {
    const EVIDENCE: &str = "pccc Diagnostic status";
    let Some(name) = reply.get(5..16) else { return };
    if name.iter().all(|b| b.is_ascii_graphic() || *b == b' ') {
        out.identity("model", String::from_utf8_lossy(name).trim().to_owned(), EVIDENCE);
    }
}
