//! ActivateSession: identity tokens (Part 4, 5.6.3 and 7.41), and the session row a login gives.

use super::certificate::{self, Certificate, Shown};
use super::extension::{ISSUED, USER_NAME, extension, skip_diagnostics};
use super::message::{Memo, Request};
use super::reader::{Read, Reader};
use super::security::Security;
use super::session::{Session, read_certificate, signature, software_certificates};
use super::status;
use super::tables::Tables;
use super::tell::{Ending, News};
use crate::dataset::rows::SessionRow;
use crate::flow::Side;
use crate::protocol::{Talk, defaults};
use crate::text::Details;

/// Encodings of the identity tokens (Part 6, Annex A); those with a secret stand in `extension`.
const ANONYMOUS: u32 = 321;
const X509: u32 = 327;

/// Who wants to use a session. The secret itself is not kept.
#[derive(Default)]
pub struct Activation {
    user: Option<String>,
    /// Word of `ot.secret_kind`.
    kind: &'static str,
    /// Whether the token names a cipher for the secret; the channel may encrypt too.
    encrypted: Option<bool>,
    /// Whether user and secret are a maker's default; None when the secret cannot be read.
    known: Option<bool>,
    policy_id: String,
    certificate: Option<Certificate>,
}

/// | signature | software certificates | locales | identity token ExtensionObject | token signature |
pub fn activate(r: &mut Reader<'_>, request: &mut Request, news: &mut News) -> Read<()> {
    signature(r)?;
    software_certificates(r)?;
    r.texts(0)?;
    let object = extension(r)?;
    let token = token(object.standard, &mut Reader::new(object.body), news)?;
    request.first(|entry| {
        entry.note("token", token.kind);
        entry.note("token_policy", &token.policy_id);
        if let Some(encrypted) = token.encrypted {
            entry.details.truth("secret_encrypted", encrypted);
        }
    });
    request.user.clone_from(&token.user);
    request.memo = Memo::Activation(Box::new(token));
    signature(r)
}

/// Anonymous: | policy id |; UserName: | policy id | user | password | algorithm |; X509: | policy id | certificate |; Issued:
/// | policy id | token | algorithm |
fn token(kind: u32, r: &mut Reader<'_>, news: &mut News) -> Read<Activation> {
    let mut out = Activation { kind: "none", ..Activation::default() };
    if kind == 0 && r.remaining() == 0 {
        return Ok(out);
    }
    out.policy_id = r.text()?;
    match kind {
        ANONYMOUS => {}
        USER_NAME => {
            out.kind = "password";
            let user = r.text()?;
            let secret = r.bytes()?.unwrap_or_default();
            let encrypted = r.bytes()?.is_some_and(|algorithm| !algorithm.is_empty());
            out.known = (!encrypted).then(|| defaults::known(&user, secret));
            (out.user, out.encrypted) = (Some(user), Some(encrypted));
        }
        X509 => {
            out.kind = "certificate";
            let from = r.at();
            out.certificate = read_certificate(r.bytes()?, from, news);
        }
        ISSUED => {
            out.kind = "token";
            r.bytes()?;
            out.encrypted = Some(r.bytes()?.is_some_and(|algorithm| !algorithm.is_empty()));
        }
        _ => out.kind = "token",
    }
    Ok(out)
}

/// | nonce | results StatusCodes | DiagnosticInfos |
pub fn activate_reply(r: &mut Reader<'_>) -> Read<()> {
    r.bytes()?;
    r.words(0)?;
    skip_diagnostics(r)
}

/// The `opcua_session` row of an ActivateSession, once it is known how it ended. The user counts from then on.
pub fn row(
    request: &mut Request,
    ending: &Ending,
    sender: Side,
    tables: &mut Tables,
    security: &Security,
    talk: &mut Talk<'_>,
) {
    let Memo::Activation(activation) = std::mem::take(&mut request.memo) else { return };
    let refused = ending.status.is_some_and(status::refusal);
    if ending.status.is_some_and(|code| !status::bad(code)) {
        tables.sessions.login(request.session, activation.user.as_ref());
    }
    let empty = Session::default();
    let session = tables.sessions.get(request.session).unwrap_or(&empty);
    let mut details = Details::default();
    for (key, text) in [
        ("endpoint_url", session.endpoint_url.as_str()),
        ("session_name", &session.session_name),
        ("application_name", &session.application_name),
        ("product_uri", &session.product_uri),
        ("token_policy", &activation.policy_id),
    ] {
        if !text.is_empty() {
            details.text(key, text);
        }
    }
    if let Some(certificate) = &activation.certificate {
        details.text("user_certificate", &certificate.subject);
        details.text("user_certificate_sha256", &certificate.sha256);
    }
    let details = details.finish();
    let mut row = SessionRow {
        ot_session_kind: Some("opcua_session"),
        ot_session: request.session,
        ot_operation: Some(request.service.operation.name()),
        event_outcome: Some(ending.outcome.name()),
        ot_status_code: ending.status,
        ot_status_name: ending.status.map(status::name),
        ot_reply: Some(ending.reply.name()),
        event_duration: ending.duration,
        user_name: activation.user.as_deref(),
        ot_secret_kind: Some(activation.kind),
        ot_secret_encrypted: activation.encrypted,
        ot_secret_known: activation.known,
        ot_client_name: Some(session.client_name.as_str()).filter(|name| !name.is_empty()),
        ot_server_name: Some(session.server_name.as_str()).filter(|name| !name.is_empty()),
        ot_security_mode: security.mode(),
        ot_security_policy: security.policy(),
        ot_details: details.as_deref(),
        ..SessionRow::default()
    };
    let client = session.client.as_ref().or(security.client.as_ref());
    let server = session.server.as_ref().or(security.server.as_ref());
    certificate::fill(&mut row, client, server, &Shown::by(sender, ending.span, &session.endpoint_url, talk));
    talk.session(sender, ending.span, request.ordinal, row);
    if refused {
        talk.refused_login();
    }
}
