//! Acknowledge codes (SEMI E5-0712, 9.6): the first binary of a reply says whether it was done.

use super::header::{DESELECT_RSP, SELECT_RSP};
use super::secs::{BINARY, Reader, U1};
use crate::protocol::Outcome;

pub type Status = (u32, &'static str);

/// COMMACK, OFLACK, ONLACK, EAC, TIACK, DRACK, LRACK, ERACK, HCACK, CMDA, ACKC5, ACKC6, ACKC7…: what each number says, by
/// the stream and function of the reply. Nought is consent.
const CODES: &[(u8, u8, &[&str])] = &[
    (1, 14, &["Accepted", "Denied, Try Again"]),
    (1, 16, &["OFF-LINE Acknowledge"]),
    (1, 18, &["ON-LINE Accepted", "ON-LINE Not Allowed", "Equipment Already ON-LINE"]),
    (2, 16, &["Acknowledge", "Constant Does Not Exist", "Busy", "Constant Out of Range"]),
    (2, 20, &["Reset to Be Done", "Reset Denied"]),
    (2, 22, &["Completed or Done", "Command Does Not Exist", "Cannot Perform Now"]),
    (2, 24, &["Correct", "Too Many SVIDs", "No More Traces Allowed", "Invalid Period", "Unknown SVID", "Bad REPGSZ"]),
    (2, 32, &["Acknowledge", "Error, Not Done"]),
    (2, 34, &["Accept", "Insufficient Space", "Invalid Format", "RPTID Already Defined", "VID Does Not Exist"]),
    (
        2,
        36,
        &[
            "Accept",
            "Insufficient Space",
            "Invalid Format",
            "CEID Already Linked",
            "CEID Does Not Exist",
            "RPTID Does Not Exist",
        ],
    ),
    (2, 38, &["Accepted", "CEID Does Not Exist"]),
    (2, 42, HCACK),
    (2, 44, &["Acknowledge", "Rejected"]),
    (2, 46, &["Acknowledge", "Limit Attribute Error", "Cannot Perform Now"]),
    (2, 50, HCACK),
    (5, 2, &["Accepted"]),
    (5, 4, &["Accepted"]),
    (6, 12, &["Accepted"]),
    (6, 14, &["Accepted"]),
    (6, 24, &["Acknowledge", "Busy, Try Later", "No Spooled Data"]),
    (7, 2, &["Load Okay", "Already Have PPID", "No Space", "Invalid PPID", "Busy, Try Later", "Will Not Accept"]),
    (7, 4, ACKC7),
    (7, 18, ACKC7),
    (7, 24, ACKC7),
    (10, 2, &["Accepted", "Will Not Be Displayed", "Terminal Not Available"]),
    (10, 4, &["Accepted", "Will Not Be Displayed", "Terminal Not Available"]),
];

const HCACK: &[&str] = &[
    "Acknowledge, Performed",
    "Command Does Not Exist",
    "Cannot Perform Now",
    "Parameter Invalid",
    "Acknowledge, Completion Signaled Later",
    "Rejected, Already in Desired Condition",
    "No Such Object",
];
const ACKC7: &[&str] = &[
    "Accepted",
    "Permission Not Granted",
    "Length Error",
    "Matrix Overflow",
    "PPID Not Found",
    "Mode Unsupported",
    "Command Will Be Performed",
    "Storage Limit Error",
];
/// HCACK 4 and ACKC7 6: it is being done.
const UNDER_WAY: &[&str] = &["Acknowledge, Completion Signaled Later", "Command Will Be Performed"];

/// What a reply of this stream and function says of its request.
pub fn of_reply(stream: u8, function: u8, text: &[u8]) -> (Outcome, Option<Status>) {
    // Function 0 ends a transaction without doing it.
    if function == 0 {
        return (Outcome::Failure, Some((0, "Abort Transaction")));
    }
    let known = CODES.iter().find(|(s, f, _)| (*s, *f) == (stream, function));
    let Some((_, _, names)) = known else { return (Outcome::Success, None) };
    let mut reader = Reader::new(text);
    let _ = reader.list();
    let Some(code) = reader.item().filter(|i| matches!(i.format, BINARY | U1)).and_then(|i| i.body.first().copied())
    else {
        return (Outcome::Unknown, None);
    };
    let name = names.get(usize::from(code)).copied().unwrap_or("Error");
    let done = code == 0 || UNDER_WAY.contains(&name);
    (if done { Outcome::Success } else { Outcome::Failure }, Some((u32::from(code), name)))
}

/// What a control message says of the request it answers (E37, 8.3.5, 8.3.9, 8.3.17).
pub fn of_control(stype: u8, code: u8) -> (Outcome, Option<Status>) {
    let name = match (stype, code) {
        (SELECT_RSP, 0) => "Communication Established",
        (SELECT_RSP, 1) => "Communication Already Active",
        (SELECT_RSP, 2) => "Connection Not Ready",
        (SELECT_RSP, 3) => "Connect Exhaust",
        (DESELECT_RSP, 0) => "Communication Ended",
        (DESELECT_RSP, 1) => "Communication Not Established",
        (DESELECT_RSP, 2) => "Communication Busy",
        (SELECT_RSP | DESELECT_RSP, _) => "Error",
        _ => return (Outcome::Success, None),
    };
    (if code == 0 { Outcome::Success } else { Outcome::Failure }, Some((u32::from(code), name)))
}

/// Why a message was rejected (E37, table 9).
pub fn of_rejection(code: u8) -> Status {
    let name = match code {
        1 => "SType Not Supported",
        2 => "PType Not Supported",
        3 => "Transaction Not Open",
        4 => "Entity Not Selected",
        _ => "Rejected",
    };
    (u32::from(code), name)
}
