//! What proves that one may: the challenge of a session, and the digest of a file's password.
//!
//! | 01a0 | kind 1 | challenge 4 |, answer 4: equal challenges get equal answers, so that it proves a program and no user.
//! | extension of 1867 | 0 | 02 | length 2 | 01 40 | bytes 1 | digest |: of the password, by what captures of a protected project
//! show. 1630 and 1631 are the remote password of `slmp`. That there was one is told, never which.

use super::command as fc;
use super::frame::Call;
use super::parties::Key;
use crate::bytes::{le16, u8_at};
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::protocol::dialogue::Turns;
use crate::protocol::slmp::command as documented;
use crate::protocol::{Outcome, Talk};

/// Bytes of the extension before the digest.
const BEFORE: usize = 7;

/// Whether the request carries the digest of a password.
pub fn digest(asked: &Call<'_>) -> bool {
    let extension = asked.extension;
    let length = usize::from(le16(extension, 2).unwrap_or(0));
    u8_at(extension, 1) == Some(2)
        && length + 4 == extension.len()
        && u8_at(extension, BEFORE - 1).is_some_and(|bytes| usize::from(bytes) + BEFORE == extension.len())
}

/// Tells a challenge or a password as what it is.
pub fn tell(
    asked: &Call<'_>,
    turns: &Turns<'_, Key>,
    (outcome, status): (Outcome, Option<(u32, &'static str)>),
    unit: &str,
    talk: &mut Talk<'_>,
) {
    let (operation, encrypted) = match asked.command {
        fc::CHALLENGE => (Operation::SessionOpen, None),
        documented::UNLOCK => (Operation::SecurityUnlock, Some(false)),
        documented::LOCK => (Operation::SecurityLock, Some(false)),
        _ if digest(asked) => (Operation::SecurityUnlock, Some(true)),
        _ => return,
    };
    let password = encrypted.is_some();
    let row = SessionRow {
        ot_session_kind: Some(if password { "melsoft_password" } else { "melsoft_challenge" }),
        ot_operation: Some(operation.name()),
        event_outcome: Some(outcome.name()),
        ot_status_code: status.map(|(code, _)| code),
        ot_status_name: status.map(|(_, name)| name),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        ot_secret_kind: Some(if password { "password" } else { "none" }),
        ot_secret_encrypted: encrypted,
        ot_unit: Some(unit),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
    if operation == Operation::SecurityUnlock && outcome == Outcome::Failure {
        talk.refused_login();
    }
}
