//! Associations as rows: asked for, granted or refused, proven, released.

use super::acse::{self, Acse};
use super::result::{self, Status};
use super::said::{self, Said};
use super::speaker::{Key, Speaker};
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Exchange, Function, Item, Outcome, Talk, Unit, defaults};
use crate::text::Details;

/// An AARQ with its AARE.
pub fn tell(speaker: &mut Speaker, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let refusal = turns.answer.and_then(Said::read).and_then(|said| said.exception());
    let asked = pdu(turns.request).unwrap_or_default();
    let granted = pdu(turns.answer);
    let (outcome, status) = match (refusal, granted.as_ref()) {
        (Some(status), _) => (Outcome::Failure, Some(status)),
        (None, Some(granted)) => ending(granted),
        (None, None) => (Outcome::Unknown, None),
    };
    let granted = granted.unwrap_or_default();
    if outcome == Outcome::Success {
        speaker.agreed(granted.initiate.pdu_size);
    }
    identity(turns.sender, &asked, &granted, talk);
    row(turns, &asked, &granted, (outcome, status), talk);
    let login = asked.secret_kind() != "none";
    let refused_login = granted.diagnostic.is_some_and(|(source, code)| source == 1 && result::about_login(code));
    if outcome == Outcome::Failure && (login || refused_login) {
        talk.refused_login();
    }
}

fn pdu(data: Option<&[u8]>) -> Option<Acse<'_>> {
    data.and_then(Said::read).and_then(|said| acse::read(said.apdu))
}

/// How an association ended up: whether it is granted, and what the server says of it.
fn ending(granted: &Acse<'_>) -> (Outcome, Option<Status>) {
    let status = granted
        .diagnostic
        .filter(|(_, code)| *code != 0)
        .map(|(source, code)| (u32::from(source) * 256 + u32::from(code), result::diagnosis(source, code)))
        .or_else(|| granted.initiate.error.and_then(result::service_error));
    match granted.result {
        Some(0) => (Outcome::Success, status),
        Some(_) => (Outcome::Failure, status),
        None => (Outcome::Unknown, status),
    }
}

fn row(
    turns: &Turns<'_, Key>,
    asked: &Acse<'_>,
    granted: &Acse<'_>,
    (outcome, status): (Outcome, Option<Status>),
    talk: &mut Talk<'_>,
) {
    let unit = said::unit(turns.key.server);
    let details = details(turns, asked, granted).finish();
    let kind = asked.secret_kind();
    let login = kind != "none";
    let operation = if login { Operation::SecurityLogin } else { Operation::SessionOpen };
    let [client, server] = [asked.title, granted.title].map(|title| title.map(acse::title));
    let user = asked.user_id.map(|user| user.to_string());
    let password = asked.proof.filter(|_| kind == "password");
    let unanswered = asked.context.is_none();
    let session = SessionRow {
        ot_session_kind: Some("dlms_association"),
        ot_operation: Some(operation.name()),
        event_outcome: Some(outcome.name()),
        ot_status_code: status.map(|status| status.0),
        ot_status_name: status.map(|status| status.1),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        user_name: user.as_deref(),
        ot_secret_kind: Some(kind),
        ot_secret_encrypted: login.then_some(kind != "password"),
        ot_secret_known: password.map(|password| defaults::known("", password)),
        ot_client_name: client.as_deref(),
        ot_server_name: server.as_deref(),
        ot_unit: Some(&unit),
        ot_security_mode: (!unanswered).then(|| asked.security_mode()),
        ot_security_policy: (!unanswered).then(|| asked.mechanism_name()),
        ot_details: details.as_deref(),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, session);
    let mut items = vec![Item { details: details.as_deref(), ..Item::new(Operation::SessionOpen) }];
    if login {
        items.push(Item::new(Operation::SecurityLogin));
    }
    talk.exchange(&Exchange {
        function: Function { code: Some(u32::from(super::apdu::AARQ)), name: Some("AARQ") },
        unit: Unit::Text(&unit),
        outcome,
        status,
        client_name: client.as_deref(),
        user: user.as_deref(),
        ..turns.exchange(&items)
    });
}

/// What was asked for, and what was agreed where there was an answer.
fn details(turns: &Turns<'_, Key>, asked: &Acse<'_>, granted: &Acse<'_>) -> Details {
    let mut details = Details::default();
    details.number("client", turns.key.client);
    if let Some(context) = asked.context_name().or_else(|| granted.context_name()) {
        details.text("context", context);
    }
    let title = |acse: &Acse<'_>| acse.title.map(acse::title);
    for (key, title) in [("client_title", title(asked)), ("server_title", title(granted))] {
        if let Some(title) = title {
            details.text(key, &title);
        }
    }
    let initiate = if granted.initiate.version.is_some() { granted.initiate } else { asked.initiate };
    if let Some(version) = initiate.version {
        details.number("dlms_version", version);
    }
    if let Some(size) = initiate.pdu_size {
        details.number("pdu_size", size);
    }
    if asked.initiate.dedicated_key {
        details.truth("dedicated_key", true);
    }
    if let Some(sealed) = asked.initiate.sealed {
        details.text("security", sealed.protection()).number("suite", sealed.control & 0x0f);
        details.number("counter", sealed.counter);
    }
    if let Some(bits) = initiate.conformance {
        details.texts("conformance", acse::conformance(bits));
    }
    if turns.repeats > 0 {
        details.number("repeats", turns.repeats);
    }
    details
}

/// Makers by the system titles.
fn identity(client: Side, asked: &Acse<'_>, granted: &Acse<'_>, talk: &mut Talk<'_>) {
    for (side, acse) in [(client, asked), (client.other(), granted)] {
        let Some(title) = acse.title else { continue };
        if let Some(maker) = acse::maker(title) {
            talk.identity(side, "vendor", maker, 0.8, "dlms.system_title");
        }
        talk.identity(side, "name", &acse::title(title), 0.6, "dlms.system_title");
    }
}

/// An RLRQ with its RLRE.
pub fn released(turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let unit = said::unit(turns.key.server);
    let mut details = Details::default();
    details.number("client", turns.key.client);
    let details = details.finish();
    let items = [Item { details: details.as_deref(), ..Item::new(Operation::SessionClose) }];
    talk.exchange(&Exchange {
        function: Function { code: Some(u32::from(super::apdu::RLRQ)), name: Some("RLRQ") },
        unit: Unit::Text(&unit),
        outcome: if turns.answer.is_some() { Outcome::Success } else { Outcome::Unknown },
        ..turns.exchange(&items)
    });
}

/// A client answered the challenge: the second half of a high-level login.
pub fn proven(turns: &Turns<'_, Key>, outcome: Outcome, status: Option<Status>, talk: &mut Talk<'_>) {
    let unit = said::unit(turns.key.server);
    let mut details = Details::default();
    details.number("client", turns.key.client);
    let details = details.finish();
    let session = SessionRow {
        ot_session_kind: Some("dlms_hls"),
        ot_operation: Some(Operation::SecurityLogin.name()),
        event_outcome: Some(outcome.name()),
        ot_status_code: status.map(|status| status.0),
        ot_status_name: status.map(|status| status.1),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        ot_secret_kind: Some("token"),
        ot_secret_encrypted: Some(true),
        ot_unit: Some(&unit),
        ot_details: details.as_deref(),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, session);
    if outcome == Outcome::Failure {
        talk.refused_login();
    }
}

/// A session of HDLC: SNRM or DISC with what answered it.
pub fn connected(turns: &Turns<'_, Key>, opens: bool, refused: bool, talk: &mut Talk<'_>) {
    let unit = said::unit(turns.key.server);
    let (name, operation) = if opens { ("SNRM", Operation::SessionOpen) } else { ("DISC", Operation::SessionClose) };
    let mut details = Details::default();
    details.number("client", turns.key.client);
    let details = details.finish();
    let items = [Item { details: details.as_deref(), ..Item::new(operation) }];
    let (outcome, status) = match (turns.answer, refused) {
        (None, _) => (Outcome::Unknown, None),
        // DM to DISC: it was disconnected already.
        (Some(_), true) => (if opens { Outcome::Failure } else { Outcome::Success }, Some((0x0f, "DM"))),
        (Some(_), false) => (Outcome::Success, None),
    };
    talk.exchange(&Exchange {
        function: Function { code: Some(if opens { 0x83 } else { 0x43 }), name: Some(name) },
        unit: Unit::Text(&unit),
        outcome,
        status,
        ..turns.exchange(&items)
    });
}
