//! Session rows: connections, secure sessions, authorisation and keys. A key is looked at, to know whether it is the one that
//! stands for none, and never told.

use super::cemi::Telegram;
use super::frame::Frame;
use super::key::Key;
use super::said::Said;
use super::service as svc;
use super::{apci, tell};
use crate::bytes::be32;
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Outcome, Talk};

const NO_KEY: u32 = 0xffff_ffff;

/// The session row of what opens, closes or unlocks.
pub fn session(turns: &Turns<'_, Key>, frame: &Frame<'_>, (said, details): (&Said, Option<&str>), talk: &mut Talk<'_>) {
    let code = said.function.code.and_then(|code| u16::try_from(code).ok()).filter(|_| said.subfunction.name.is_some());
    let (kind, secret, key) = match (frame.service, code) {
        (svc::CONNECT_REQUEST | svc::CONNECT_RESPONSE, _) => ("knx_connection", "none", None),
        (svc::SESSION_REQUEST | svc::SESSION_RESPONSE, _) => ("knx_secure_session", "none", None),
        (svc::SESSION_AUTHENTICATE, _) => ("knx_secure_session", "password", None),
        (_, Some(apci::AUTHORIZE_REQUEST)) => ("knx_authorize", "password", key_of(frame)),
        (_, Some(apci::KEY_WRITE)) => ("knx_key", "password", key_of(frame)),
        _ => return,
    };
    let row = SessionRow {
        ot_session_kind: Some(kind),
        ot_session: said.session,
        ot_operation: said.operation.map(Operation::name),
        event_outcome: Some(said.outcome.name()),
        ot_status_code: said.status.map(|status| status.0),
        ot_status_name: said.status.map(|status| status.1),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_secret_kind: Some(secret),
        ot_secret_encrypted: (secret != "none").then_some(kind == "knx_secure_session"),
        ot_secret_known: key.map(|key| key == NO_KEY),
        ot_unit: Some(said.unit.as_str()).filter(|unit| !unit.is_empty()),
        ot_client_name: Some(said.client.as_str()).filter(|name| !name.is_empty()),
        ot_details: details,
        ot_security_mode: (kind == "knx_secure_session").then_some("SignAndEncrypt"),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
    if kind == "knx_authorize" && said.outcome == Outcome::Failure {
        talk.refused_login();
    }
}

/// The key, to know whether it is the one that stands for none.
fn key_of(frame: &Frame<'_>) -> Option<u32> {
    let telegram = Telegram::read(tell::inner(frame).0?.service)?;
    be32(telegram.content().1, 1)
}
