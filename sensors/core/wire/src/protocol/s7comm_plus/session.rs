//! Sessions: created as an object, keyed or not by the first write to it, unlocked by a password, inside TLS or not.
//!
//! The session row is told when it is known whether the session is keyed: with the answer to the write of its version, or
//! with the first other request. Challenges, keys and responses to challenges are never kept.

use super::names;
use super::pairing::{Ending, Request};
use super::status;
use super::value::Value;
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::iso::cotp::{self, Connect};
use crate::protocol::{Outcome, Reply, Talk};
use crate::text::Details;

/// What protects the messages of a session.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Standing {
    #[default]
    Open,
    /// Each message has a digest made with the session's key.
    Signed,
    Tls,
}

impl Standing {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "None",
            Self::Signed => "Sign",
            Self::Tls => "SignAndEncrypt",
        }
    }
}

/// A session that was asked for and not told yet.
#[derive(Debug, Default)]
struct Opening {
    id: u32,
    version: u8,
    user: String,
    application: String,
    host: String,
    client: String,
    role: Option<u32>,
    challenged: bool,
    outcome: Outcome,
    status: status::Status,
    duration: Option<i64>,
    reply: Reply,
    side: Side,
    span: Span,
    ordinal: i64,
}

/// Sessions of one connection: mostly one.
#[derive(Debug, Default)]
pub struct Sessions {
    calling: Option<String>,
    called: Option<String>,
    opening: Option<Box<Opening>>,
    /// Of the last session that was opened: who the client says it is.
    pub client_name: Option<String>,
    pub user: Option<String>,
}

/// The key of a session on its flow.
pub fn key(session: u32, talk: &Talk<'_>) -> Option<i64> {
    let flow = talk.facts.id;
    (session > names::GET_NEW_RID && session != 288).then(|| hash::key(&[&flow.to_be_bytes(), &session.to_be_bytes()]))
}

impl Sessions {
    /// Somebody calls, or is answered.
    pub fn connect(&mut self, connect: &Connect<'_>) {
        self.calling = connect.calling.map(cotp::tsap).or(self.calling.take());
        self.called = connect.called.map(cotp::tsap).or(self.called.take());
    }

    /// A session is asked for: its attributes.
    pub fn attribute(&mut self, id: u32, value: &mut Value) {
        let opening = self.opening.get_or_insert_default();
        match id {
            names::SESSION_CLIENT_ID => opening.client = std::mem::take(&mut value.text),
            names::SESSION_USER => opening.user = std::mem::take(&mut value.text),
            names::SESSION_APPLICATION => opening.application = std::mem::take(&mut value.text),
            names::SESSION_HOST => opening.host = std::mem::take(&mut value.text),
            names::SESSION_ROLE => {
                opening.role = value.number().filter(|r| (0.0..=255.0).contains(r)).map(small);
            }
            _ => {}
        }
    }

    /// A session begins to be asked for; what an earlier one left is told.
    pub fn begin(&mut self, talk: &mut Talk<'_>) {
        self.tell(Standing::Open, None, talk);
        self.opening = Some(Box::default());
    }

    /// The request for a session was answered, or not.
    pub fn opened(&mut self, request: &Request, id: u32, challenged: bool, ending: &Ending<'_>, talk: &mut Talk<'_>) {
        let opening = self.opening.get_or_insert_default();
        (opening.id, opening.challenged, opening.version) = (id, challenged, request.version);
        (opening.outcome, opening.status, opening.duration) = (ending.outcome, ending.status, ending.duration);
        (opening.reply, opening.side, opening.span, opening.ordinal) =
            (ending.reply, request.side, ending.span, request.ordinal);
        self.client_name = [&opening.application, &opening.host].into_iter().find(|t| !t.is_empty()).cloned();
        self.user = Some(opening.user.clone()).filter(|user| !user.is_empty());
        if ending.outcome != Outcome::Success {
            self.tell(Standing::Open, None, talk);
        }
    }

    /// Whether a session waits for what tells how it is protected.
    pub const fn waits(&self) -> bool {
        self.opening.is_some()
    }

    /// The session is set up, `last` the packets that showed it.
    pub fn tell(&mut self, standing: Standing, last: Option<Span>, talk: &mut Talk<'_>) {
        let Some(opening) = self.opening.take() else { return };
        if opening.ordinal == 0 {
            return;
        }
        let mut details = Details::default();
        details.number("protocol_version", opening.version);
        for (key, text) in [
            ("calling_tsap", self.calling.as_deref().unwrap_or_default()),
            ("called_tsap", self.called.as_deref().unwrap_or_default()),
            ("client_id", &opening.client),
            ("host", &opening.host),
        ] {
            if !text.is_empty() {
                details.text(key, text);
            }
        }
        if let Some(role) = opening.role {
            details.number("role", role);
        }
        details.truth("challenge", opening.challenged);
        details.truth("key_exchange", standing == Standing::Signed);
        let (text, span) = (details.finish(), opening.span);
        let last = last.map_or(span.last, |span| span.last);
        let row = SessionRow {
            ot_session_kind: Some("s7_plus_session"),
            ot_session: key(opening.id, talk),
            ot_operation: Some(Operation::SessionOpen.name()),
            event_outcome: Some(opening.outcome.name()),
            ot_status_code: opening.status.map(|s| s.0),
            ot_status_name: opening.status.map(|s| s.1),
            ot_reply: Some(opening.reply.name()),
            event_duration: opening.duration,
            user_name: self.user.as_deref(),
            ot_secret_kind: Some("none"),
            ot_client_name: self.client_name.as_deref(),
            ot_security_mode: (opening.outcome == Outcome::Success).then(|| standing.name()),
            ot_details: text.as_deref(),
            ..SessionRow::default()
        };
        talk.session(opening.side, Span { first: span.first, last }, opening.ordinal, row);
    }

    /// The answer to a challenge: the password itself never travels.
    pub fn legitimation(&self, request: &Request, ending: &Ending<'_>, talk: &mut Talk<'_>) {
        let refused = ending.outcome == Outcome::Failure || ending.status.is_some_and(|s| status::refused(s.0));
        let outcome = if refused { Outcome::Failure } else { ending.outcome };
        let row = SessionRow {
            ot_session_kind: Some("s7_plus_legitimation"),
            ot_session: key(request.session, talk),
            ot_operation: Some(Operation::SecurityLogin.name()),
            event_outcome: Some(outcome.name()),
            ot_status_code: ending.status.map(|s| s.0),
            ot_status_name: ending.status.map(|s| s.1),
            ot_reply: Some(ending.reply.name()),
            event_duration: ending.duration,
            ot_secret_kind: Some("password"),
            ot_secret_encrypted: Some(true),
            ot_client_name: self.client_name.as_deref(),
            user_name: self.user.as_deref(),
            ..SessionRow::default()
        };
        talk.session(request.side, ending.span, request.ordinal, row);
        if refused {
            talk.refused_login();
        }
    }

    /// TLS begins inside the transport connection.
    pub fn encrypted(&mut self, side: Side, talk: &mut Talk<'_>) {
        let mut details = Details::default();
        for (key, tsap) in [("calling_tsap", &self.calling), ("called_tsap", &self.called)] {
            if let Some(tsap) = tsap {
                details.text(key, tsap);
            }
        }
        let text = details.finish();
        let row = SessionRow {
            ot_session_kind: Some("s7_plus_tls"),
            ot_operation: Some(Operation::SessionOpen.name()),
            event_outcome: Some(Outcome::Unknown.name()),
            ot_reply: Some(Reply::None.name()),
            ot_security_mode: Some(Standing::Tls.name()),
            ot_details: text.as_deref(),
            ..SessionRow::default()
        };
        talk.session(side, talk.span(), talk.ordinal(), row);
    }

    pub fn weight(&self) -> usize {
        let text = |t: &Option<String>| t.as_ref().map_or(0, String::capacity);
        self.opening.as_ref().map_or(0, |o| {
            size_of::<Opening>()
                + o.user.capacity()
                + o.application.capacity()
                + o.host.capacity()
                + o.client.capacity()
        }) + text(&self.calling)
            + text(&self.called)
            + text(&self.client_name)
            + text(&self.user)
    }
}

fn small(role: f64) -> u32 {
    (0..=255u32).find(|n| f64::from(*n) >= role).unwrap_or(0)
}
