//! Secure channels: OpenSecureChannel, paired with its reply (Part 4, 5.5.2; Part 6, 6.7.4).

use super::certificate::Certificate;
use super::channel_row::Row;
use super::chunk::Chunks;
use super::frame::HEADER;
use super::handshake::begin;
use super::message::Request;
use super::opening::{self, Asymmetric, Opening, asked, asymmetric, certificate, granted};
use super::policy;
use super::reader::Reader;
use super::security::{Mode, Security};
use super::status;
use super::tell::{Ending, tell};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::hash;
use crate::protocol::{Outcome, Reply, Talk};
use crate::text::Details;

/// The channel of one connection.
#[derive(Default)]
pub struct Channel {
    /// Number the server gave it.
    pub id: Option<u32>,
    pub security: Security,
    opening: Option<Box<Opening>>,
    row: Option<Box<Row>>,
}

impl Channel {
    /// OpenSecureChannel from the client.
    pub fn open(&mut self, data: &[u8], url: &str, client: Side, chunks: &mut Chunks, talk: &mut Talk<'_>) {
        self.flush(client, talk);
        self.give_up(Reply::Unanswered, client, talk);
        let mut request = begin(opening::service(), data, talk);
        let r = &mut Reader::new(data.get(HEADER..).unwrap_or_default());
        let header = match asymmetric(r) {
            Ok(header) => header,
            Err(fault) => {
                super::stream::malformed(fault, HEADER + r.at(), talk);
                Asymmetric { channel: 0, policy: String::new(), certificate: &[] }
            }
        };
        if !header.policy.is_empty() && !policy::known(&header.policy) {
            talk.flag(Flag::OpcuaPolicyUnknown, Some(16), None);
        }
        let mut opening = Opening {
            policy: header.policy,
            client: certificate(header.certificate, client, talk),
            mode: None,
            renew: header.channel != 0,
            request: Request::new(opening::service(), talk),
        };
        let mut lifetime = None;
        if opening.policy == policy::NONE {
            match asked(r, Side::Client, chunks, talk) {
                Ok((renew, mode, life)) => {
                    (opening.renew, opening.mode, lifetime) = (renew, Some(mode), Some(life));
                    if mode != 1 {
                        talk.flag(Flag::OpcuaSecurityMode, None, None);
                    }
                }
                Err(fault) => super::stream::malformed(fault, HEADER + r.at(), talk),
            }
        } else {
            chunks.forget_sequence(Side::Client);
        }
        request.first(|entry| {
            entry.note("policy", &opening.policy);
            entry.note("mode", opening.mode.and_then(policy::mode).unwrap_or_default());
            entry.note("request_type", if opening.renew { "renew" } else { "issue" });
            entry.note("endpoint_url", url);
            if let Some(lifetime) = lifetime {
                entry.details.number("lifetime", lifetime);
            }
        });
        request.flagged = talk.flagged();
        opening.request = request;
        self.opening = Some(Box::new(opening));
    }

    /// The server's reply.
    pub fn opened(&mut self, data: &[u8], url: &str, client: Side, chunks: &mut Chunks, talk: &mut Talk<'_>) {
        let r = &mut Reader::new(data.get(HEADER..).unwrap_or_default());
        let header = match asymmetric(r) {
            Ok(header) => header,
            Err(fault) => return super::stream::malformed(fault, HEADER + r.at(), talk),
        };
        let (mut result, mut lifetime) = (0, None);
        if header.policy == policy::NONE {
            match granted(r, Side::Server, chunks, talk) {
                Ok(said) => (result, lifetime) = said,
                Err(fault) => super::stream::malformed(fault, HEADER + r.at(), talk),
            }
        } else {
            chunks.forget_sequence(Side::Server);
        }
        let opening = self.opening.take();
        let renew = opening.as_ref().map_or(self.id == Some(header.channel), |o| o.renew);
        if renew && self.id.is_some_and(|known| known != header.channel) {
            talk.flag(Flag::OpcuaChannelId, Some(8), None);
        }
        let server = certificate(header.certificate, client.other(), talk);
        let own = opening.as_ref().map(|o| (o.client.clone(), o.mode));
        if !status::bad(result) {
            self.secure(&header, renew, own, server);
        }
        let bytes = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let mut opening = opening.map(|o| *o).unwrap_or_else(|| Opening {
            request: Request::new(opening::service(), talk),
            policy: header.policy.clone(),
            client: None,
            mode: None,
            renew,
        });
        let known = !opening.request.entries.is_empty();
        let mut ending = Ending::answered(&opening.request, result, talk.span(), bytes);
        if !known {
            (ending.reply, ending.duration) = (Reply::Unexpected, None);
        }
        self.end(&mut opening, &ending, url, lifetime, client, talk);
    }

    /// Takes over what a granted channel is.
    fn secure(
        &mut self,
        header: &Asymmetric<'_>,
        renew: bool,
        own: Option<(Option<Certificate>, Option<u32>)>,
        server: Option<Certificate>,
    ) {
        let same = renew && self.security.policy.as_deref() == Some(&header.policy);
        self.id = Some(header.channel);
        if !same {
            self.security = Security { policy: Some(header.policy.clone()), ..Security::default() };
        }
        if header.policy == policy::NONE {
            self.security.mode = Mode::None;
        }
        self.security.tail = policy::signature(&header.policy);
        self.security.server = server.or(self.security.server.take());
        if let Some((client, _)) = own {
            self.security.client = client;
        }
    }

    /// Tells how an opening ended: the exchange now, the row once the mode is known.
    fn end(
        &mut self,
        opening: &mut Opening,
        ending: &Ending,
        url: &str,
        lifetime: Option<u32>,
        client: Side,
        talk: &mut Talk<'_>,
    ) {
        let failed = ending.outcome == Outcome::Failure;
        let mut details = Details::default();
        details.text("request_type", if opening.renew { "renew" } else { "issue" });
        if !url.is_empty() {
            details.text("endpoint_url", url);
        }
        let granted = self.id.filter(|_| !failed && ending.reply != Reply::Unanswered);
        if let Some(id) = granted {
            details.number("channel", id);
        }
        if let Some(lifetime) = lifetime {
            details.number("revised_lifetime", lifetime);
            opening.request.first(|entry| {
                entry.details.number("revised_lifetime", lifetime);
            });
        }
        let flow = talk.facts.id.to_be_bytes();
        let row = Row {
            span: ending.span,
            ordinal: opening.request.ordinal,
            key: granted.map(|id| hash::key(&[b"opcua channel", &flow, &id.to_be_bytes()])),
            reply: ending.reply,
            outcome: ending.outcome,
            status: ending.status,
            duration: ending.duration,
            details: details.finish(),
            url: url.to_owned(),
            mode: opening.mode.and_then(policy::mode).or_else(|| granted.and(self.security.mode())),
            policy: opening.policy.clone(),
            client: opening.client.clone(),
            server: granted.and(self.security.server.clone()),
        };
        tell(&mut opening.request, client, ending, None, talk);
        if ending.status.is_some_and(status::refusal) {
            talk.refused_login();
        }
        let wait = granted.is_some() && row.mode.is_none();
        self.row = Some(Box::new(row));
        if !wait {
            self.flush(client, talk);
        }
    }

    /// Writes the row that waits; called when the mode became known, or will not any more.
    pub fn flush(&mut self, client: Side, talk: &mut Talk<'_>) {
        if let Some(row) = self.row.take() {
            row.write(self.security.mode(), client, talk);
        }
    }

    /// An Error instead of a reply. False: no channel was being opened.
    pub fn refuse(
        &mut self,
        code: u32,
        reason: &str,
        bytes: u32,
        url: &str,
        client: Side,
        talk: &mut Talk<'_>,
    ) -> bool {
        let Some(mut opening) = self.opening.take() else { return false };
        opening.request.first(|entry| entry.note("reason", reason));
        let ending = Ending::answered(&opening.request, code, talk.span(), bytes);
        self.end(&mut opening, &ending, url, None, client, talk);
        true
    }

    /// Tells an opening that nobody answered.
    fn give_up(&mut self, reply: Reply, client: Side, talk: &mut Talk<'_>) {
        let Some(mut opening) = self.opening.take() else { return };
        let reply = if opening.request.blind { Reply::None } else { reply };
        let ending = Ending::silent(reply, opening.request.span);
        self.end(&mut opening, &ending, "", None, client, talk);
    }

    pub fn expire(&mut self, now: i64, client: Side, talk: &mut Talk<'_>) {
        let patience = crate::protocol::TIMEOUT;
        if self.opening.as_ref().is_some_and(|o| now.saturating_sub(o.request.span.last.time) >= patience) {
            self.give_up(Reply::Unanswered, client, talk);
        }
        if self.row.as_ref().is_some_and(|row| now.saturating_sub(row.span.last.time) >= patience) {
            self.flush(client, talk);
        }
    }

    /// Bytes of the server's direction are missing.
    pub fn blind(&mut self) {
        if let Some(opening) = &mut self.opening {
            opening.request.blind = true;
        }
    }
}
