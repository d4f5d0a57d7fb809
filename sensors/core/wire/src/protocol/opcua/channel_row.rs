//! The session row of a channel.

use super::certificate::{self, Certificate, Shown};
use super::opening;
use super::status;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::protocol::{Outcome, Reply, Talk};

/// A session row that waits until a message shows the channel's mode.
pub struct Row {
    pub span: Span,
    pub ordinal: i64,
    pub key: Option<i64>,
    pub reply: Reply,
    pub outcome: Outcome,
    pub status: Option<u32>,
    pub duration: Option<i64>,
    pub details: Option<String>,
    /// URL the client asked for.
    pub url: String,
    pub mode: Option<&'static str>,
    pub policy: String,
    pub client: Option<Certificate>,
    pub server: Option<Certificate>,
}

impl Row {
    /// Writes it; `mode` is the channel's, if it was granted and shown by a message.
    pub fn write(&self, mode: Option<&'static str>, client: Side, talk: &mut Talk<'_>) {
        let mut out = SessionRow {
            ot_session_kind: Some("opcua_channel"),
            ot_session: self.key,
            ot_operation: Some(opening::service().operation.name()),
            event_outcome: Some(self.outcome.name()),
            ot_status_code: self.status,
            ot_status_name: self.status.map(status::name),
            ot_reply: Some(self.reply.name()),
            event_duration: self.duration,
            ot_security_mode: self.mode.or_else(|| self.key.and(mode)),
            ot_security_policy: Some(self.policy.as_str()).filter(|policy| !policy.is_empty()),
            ot_details: self.details.as_deref(),
            ..SessionRow::default()
        };
        let shown = Shown::by(client, self.span, &self.url, talk);
        certificate::fill(&mut out, self.client.as_ref(), self.server.as_ref(), &shown);
        talk.session(client, self.span, self.ordinal, out);
    }
}
