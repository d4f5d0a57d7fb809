//! Connections that are opened, logons, and levels of privilege.

use super::both::Both;
use super::service;
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Exchange, Function, Item, Outcome, Talk};

/// A connection is opened: by 56 zeros, and a header of type 1.
pub fn open(turns: &Turns<'_, u32>, talk: &mut Talk<'_>) {
    let outcome = if turns.answer.is_some() { Outcome::Success } else { Outcome::Unknown };
    let row = SessionRow {
        ot_session_kind: Some("srtp_connection"),
        ot_operation: Some(Operation::SessionOpen.name()),
        event_outcome: Some(outcome.name()),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
    talk.exchange(&Exchange {
        function: Function { code: None, name: Some("Open") },
        outcome,
        flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
        ..turns.exchange(&[Item::new(Operation::SessionOpen)])
    });
}

/// A logon or change of the privilege level: that a password came with it, never which.
pub fn rights(both: &Both<'_>, turns: &Turns<'_, u32>, slot: u32, talk: &mut Talk<'_>) {
    let Some(asked) = both.asked else { return };
    let kind = match asked.service {
        service::LOGON => "srtp_logon",
        service::PRIVILEGE => "srtp_privilege",
        _ => return,
    };
    let behind = asked.parameters.iter().skip(1).chain(asked.data);
    // What a logon carries is not published.
    let secret = (asked.service == service::PRIVILEGE).then(|| behind.into_iter().any(|byte| *byte != 0));
    let unit = slot.to_string();
    let row = SessionRow {
        ot_session_kind: Some(kind),
        ot_operation: Some(both.operation.name()),
        event_outcome: Some(both.outcome.name()),
        ot_status_code: both.status.map(|(code, _)| code),
        ot_status_name: both.status.map(|(_, name)| name),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        ot_secret_kind: secret.map(|secret| if secret { "password" } else { "none" }),
        ot_secret_encrypted: secret.filter(|secret| *secret).map(|_| false),
        ot_unit: Some(&unit),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
    if both.outcome == Outcome::Failure {
        talk.refused_login();
    }
}
