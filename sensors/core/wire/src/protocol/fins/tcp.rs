//! FINS/TCP: a header of its own, and node addresses that are agreed on when a connection begins (W421 7-4).
//!
//! | 0 "FINS" 4 | 4 length 4, of what follows | 8 command 4 | 12 error code 4 | then: 0 client's node 4 (0: any) | 1 client's
//! node 4, server's node 4 | 2 a FINS message | 3, 6 nothing |

use super::state::{self, Key};
use crate::bytes::be32;
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::protocol::dialogue::{Turn, Turns};
use crate::protocol::{Exchange, Framing, Function, Item, Outcome, Talk, next_message};
use crate::text::Details;

const MAGIC: &[u8; 4] = b"FINS";
/// Before the command.
const BEFORE: usize = 8;
/// Where a FINS message begins.
pub const HEADER: usize = 16;
/// Least and greatest length: command and error code; a FINS message of 2,000 bytes and room for longer ones of later units.
const LEAST: u32 = 8;
const GREATEST: u32 = 8 + 4_096;

pub const NODE_ADDRESS_CLIENT: u32 = 0;
pub const NODE_ADDRESS_SERVER: u32 = 1;
pub const FRAME_SEND: u32 = 2;
const FRAME_SEND_ERROR: u32 = 3;
const CONNECTION_CONFIRMATION: u32 = 6;

pub fn name(command: u32) -> Option<&'static str> {
    Some(match command {
        NODE_ADDRESS_CLIENT | NODE_ADDRESS_SERVER => "NODE ADDRESS DATA SEND",
        FRAME_SEND => "FRAME SEND",
        FRAME_SEND_ERROR => "FRAME SEND ERROR NOTIFICATION",
        CONNECTION_CONFIRMATION => "CONNECTION CONFIRMATION",
        _ => return None,
    })
}

fn error(code: u32) -> &'static str {
    match code {
        0 => "normal",
        1 => "header is not FINS",
        2 => "data length too long",
        3 => "command not supported",
        0x20 => "all connections in use",
        0x21 => "node already connected",
        0x22 => "protected node, address not allowed",
        0x23 => "client node address out of range",
        0x24 => "client and server have the same node address",
        0x25 => "no node address left",
        _ => "unknown error code",
    }
}

pub fn framing(data: &[u8]) -> Framing {
    let magic = data.get(..MAGIC.len().min(data.len())).unwrap_or_default();
    if !MAGIC.starts_with(magic) {
        return Framing::Bad(Flag::FinsTcpHeader);
    }
    let Some(length) = be32(data, 4) else { return Framing::Need };
    if !(LEAST..=GREATEST).contains(&length) {
        return Framing::Bad(Flag::FinsTcpHeader);
    }
    Framing::Message(BEFORE + usize::try_from(length).unwrap_or(0))
}

/// The next "FINS" with a length that can be.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    next_message(data, framing)
}

pub fn read<'a>(data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
    let (command, key) = (be32(data, 8), Key::default());
    match command {
        Some(FRAME_SEND) => state::read(data.get(HEADER..).unwrap_or_default(), 16, talk),
        Some(NODE_ADDRESS_CLIENT) => {
            sized(data, 20, talk);
            Turn::Ask { key, data }
        }
        Some(NODE_ADDRESS_SERVER) => {
            sized(data, 24, talk);
            Turn::Answer { key, data }
        }
        Some(FRAME_SEND_ERROR | CONNECTION_CONFIRMATION) => Turn::Say { key, data },
        _ => {
            talk.flag(Flag::FinsTcpHeader, Some(8), None);
            Turn::Pass
        }
    }
}

/// A refusal may leave the addresses out.
fn sized(data: &[u8], length: usize, talk: &mut Talk<'_>) {
    let refused = be32(data, 12).is_some_and(|code| code != 0);
    if data.len() != length && !(refused && data.len() >= HEADER) {
        talk.flag(Flag::FinsTcpHeader, Some(4), None);
    }
}

/// Whether it is a message of FINS/TCP itself: a FINS message is handed on without the header.
pub fn is_own(message: &[u8]) -> bool {
    message.starts_with(MAGIC)
}

/// Tells what is no FINS message.
pub fn tell(turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let first = turns.request.or(turns.answer).unwrap_or_default();
    let command = be32(first, 8).unwrap_or(0);
    let code = turns.answer.and_then(|answer| be32(answer, 12)).or_else(|| be32(first, 12).filter(|code| *code != 0));
    let (outcome, status) = match code {
        Some(0) => (Outcome::Success, None),
        Some(code) => (Outcome::Failure, Some((code, error(code)))),
        None => (Outcome::Unknown, None),
    };
    let operation = match command {
        FRAME_SEND_ERROR => Operation::Notify,
        CONNECTION_CONFIRMATION => Operation::SessionKeepalive,
        _ => Operation::SessionOpen,
    };
    let mut details = Details::default();
    let granted = turns.answer.unwrap_or_default();
    for (key, node) in [("client_node", be32(granted, 16)), ("server_node", be32(granted, 20))] {
        if let Some(node) = node {
            details.number(key, node);
        }
    }
    let details = details.finish();
    let items = [Item { details: details.as_deref(), ..Item::new(operation) }];
    let out = Exchange {
        function: Function { code: Some(command), name: name(command) },
        outcome,
        status,
        flagged: turns.flagged,
        ..turns.exchange(&items)
    };
    talk.exchange(&out);
    if operation == Operation::SessionOpen {
        let row = SessionRow {
            ot_session_kind: Some("fins_tcp"),
            ot_operation: Some(operation.name()),
            event_outcome: Some(outcome.name()),
            ot_status_code: status.map(|s| s.0),
            ot_status_name: status.map(|s| s.1),
            ot_reply: Some(turns.reply.name()),
            event_duration: turns.duration,
            ot_message: Some(turns.ordinal),
            ot_secret_kind: Some("none"),
            ot_details: details.as_deref(),
            ..SessionRow::default()
        };
        talk.session(turns.sender, turns.span, turns.ordinal, row);
    }
}
