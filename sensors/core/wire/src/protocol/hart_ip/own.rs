//! Messages of HART-IP itself: sessions, keep-alive, the audit log of version 2.

use super::direct;
use super::header;
use super::session::{Key, Session};
use super::tell::Both;
use crate::bytes::{be16, be32, u8_at};
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Exchange, Function, Item, Outcome, Talk};
use crate::text::Details;
use std::fmt::Write as _;

/// Of an audit log: where its records begin, and what one holds at least.
const RECORDS: usize = 22;
const RECORD: usize = 58;

/// A message of HART-IP itself.
pub fn tell(session: &mut Session, turns: &Turns<'_, Key>, (id, both): (u8, &Both<'_>), talk: &mut Talk<'_>) {
    let (outcome, status) = both.ending;
    let (asked, done) = (both.asked.map(|header| header.body), both.done().map(|header| header.body));
    let mut details = Details::default();
    let operation = match id {
        header::SESSION_INITIATE => {
            session.open |= outcome != Outcome::Failure;
            opening(both, &mut details);
            Operation::SessionOpen
        }
        header::SESSION_CLOSE => {
            session.open = false;
            Operation::SessionClose
        }
        header::KEEP_ALIVE => Operation::SessionKeepalive,
        header::READ_AUDIT_LOG => {
            audit(asked, done, &mut details);
            Operation::ReadEvents
        }
        _ => Operation::Unknown,
    };
    let details = details.finish();
    let items = [Item { details: details.as_deref(), ..Item::new(operation) }];
    talk.exchange(&Exchange {
        function: Function { code: None, name: header::name(id) },
        outcome,
        status,
        flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
        ..turns.exchange(&items)
    });
    if matches!(operation, Operation::SessionOpen | Operation::SessionClose) {
        let row = SessionRow {
            ot_session_kind: Some("hart_ip"),
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

/// | master type 1 | inactivity close timer, ms 4 |
fn opening(both: &Both<'_>, details: &mut Details) {
    if let Some(asked) = both.asked {
        details.number("version", asked.version);
        match u8_at(asked.body, 0) {
            Some(0) => details.text("master", "secondary"),
            Some(1) => details.text("master", "primary"),
            _ => details,
        };
        if let Some(timer) = be32(asked.body, 1) {
            details.number("inactivity_timer", timer);
        }
    }
    if let Some(timer) = both.done().and_then(|done| be32(done.body, 1)) {
        details.number("granted_timer", timer);
    }
}

/// | start 1 | number 1 |, then in a response: | power-up 8 | last security change 8 | server status 2 | size of a record 2 |
/// records: | IPv4 4 | IPv6 16 | client's port 2 | server's port 2 | connected 8 | disconnected 8 | status 2 | counters 16 |
fn audit(asked: Option<&[u8]>, done: Option<&[u8]>, details: &mut Details) {
    if let Some(start) = asked.and_then(|asked| u8_at(asked, 0)) {
        details.number("start", start);
    }
    let Some(done) = done else { return };
    details.number("records", u8_at(done, 1).unwrap_or(0));
    for (key, at) in [("power_up", 6), ("security_change", 14)] {
        if let Some(seconds) = be32(done, at) {
            details.number(key, seconds);
        }
    }
    let size = be16(done, 20).map_or(RECORD, usize::from).max(RECORD);
    let mut clients = String::new();
    for record in done.get(RECORDS..).unwrap_or_default().chunks_exact(size).take(direct::MOST) {
        let (Some(address), Some(port)) = (be32(record, 0), be16(record, 20)) else { continue };
        let _ = write!(
            clients,
            "{}{}:{port}",
            if clients.is_empty() { "" } else { ", " },
            std::net::Ipv4Addr::from(address)
        );
        for (bit, word) in [(1, "wrote"), (4, "aborted"), (8, "timed out"), (16, "insecure")] {
            if be16(record, 40).is_some_and(|status| status & bit != 0) {
                let _ = write!(clients, " {word}");
            }
        }
    }
    if !clients.is_empty() {
        details.text("clients", &clients);
    }
}
