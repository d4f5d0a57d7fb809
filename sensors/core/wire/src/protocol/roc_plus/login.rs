//! Logins (opcode 17). Which it is, its length says.
//!
//! | operator 3 | password 2 | access level 1 | standard, | operator 30 | password 40 | access level 1 | enhanced; a logout has
//! the text `LOGOUT` in the level's place; 13 octets ask for a session key.

use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Outcome, Talk};
use crate::text::{Details, bounded};

/// What stands in a request: never the password.
pub struct Login {
    pub operation: Operation,
    pub form: &'static str,
    pub operator: Option<String>,
    pub level: Option<u8>,
    /// The password stands there as it is. Unknown of an enhanced one, which a session key may hide.
    pub encrypted: Option<bool>,
}

pub fn read(data: &[u8]) -> Option<Login> {
    let (operation, form, operator, encrypted) = match data.len() {
        6 => (Operation::SecurityLogin, "standard", 3, Some(false)),
        11 => (Operation::SecurityLogout, "standard", 3, Some(false)),
        13 => (Operation::SecurityKey, "session key", 0, None),
        71 => (Operation::SecurityLogin, "enhanced", 30, None),
        76 => (Operation::SecurityLogout, "enhanced", 30, None),
        _ => return None,
    };
    let name = data.get(..operator)?;
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    let name = bounded(name.get(..end)?, operator).0.trim().to_owned();
    let level = data.last().copied().filter(|_| operation == Operation::SecurityLogin);
    Some(Login { operation, form, operator: Some(name).filter(|name| !name.is_empty()), level, encrypted })
}

/// Tells who logged in or out, and keeps who it is; that there was a password, never which.
pub fn tell(
    login: &Login,
    user: &mut String,
    unit: &str,
    turns: &Turns<'_, u32>,
    (outcome, status): (Outcome, Option<(u32, &'static str)>),
    talk: &mut Talk<'_>,
) {
    let mut details = Details::default();
    details.text("form", login.form);
    if let Some(level) = login.level {
        details.number("access_level", level);
    }
    let details = details.finish();
    let key = login.operation == Operation::SecurityKey;
    let row = SessionRow {
        ot_session_kind: Some("roc_plus_login"),
        ot_operation: Some(login.operation.name()),
        event_outcome: Some(outcome.name()),
        ot_status_code: status.map(|(code, _)| code),
        ot_status_name: status.map(|(_, name)| name),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        user_name: login.operator.as_deref(),
        ot_secret_kind: Some(if key { "none" } else { "password" }),
        ot_secret_encrypted: login.encrypted,
        ot_unit: Some(unit),
        ot_details: details.as_deref(),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
    match (login.operation, outcome) {
        (Operation::SecurityLogin, Outcome::Success) => login.operator.as_deref().unwrap_or_default().clone_into(user),
        (Operation::SecurityLogin, Outcome::Failure) => talk.refused_login(),
        (Operation::SecurityLogout, Outcome::Success) => user.clear(),
        _ => {}
    }
}
