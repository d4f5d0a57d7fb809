//! Requests and replies on one connection: paired, alone, publications; and how each is told.

use super::chunk::Whole;
use super::dispatch;
use super::frame::SYMMETRIC;
use super::login;
use super::message::Request;
use super::notification::{self, Notifications};
use super::pairing::{PATIENCE, PUBLISH_PATIENCE, Voice};
use super::reader::{Fault, Reader};
use super::service::{self, Kind, PUBLISH, Service};
use super::session;
use super::status;
use super::stream::{Stream, malformed};
use super::tell::{Ending, News, tell};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::hash;
use crate::protocol::{Outcome, Reply, TIMEOUT, Talk};

impl Stream {
    /// A whole message.
    pub fn whole(&mut self, role: Side, port: u16, whole: &Whole<'_>, close: bool, talk: &mut Talk<'_>) {
        let r = &mut Reader::new(&whole.body);
        let type_id = match dispatch::type_id(r) {
            Ok(type_id) => type_id,
            Err(fault) => return malformed(fault, SYMMETRIC + r.at(), talk),
        };
        let kind = service::of(type_id);
        if kind.is_none() {
            talk.flag(Flag::OpcuaServiceUnknown, u32::try_from(SYMMETRIC).ok(), None);
        }
        match (kind, role) {
            (Some(Kind::Request(service)), Side::Client) => self.request(service, type_id, port, whole, r, close, talk),
            (None, Side::Client) => self.request(&service::UNKNOWN, type_id, port, whole, r, close, talk),
            (Some(Kind::Response(service)), Side::Server) => {
                self.response(Some(service), type_id, port, whole, r, talk)
            }
            (Some(Kind::Fault) | None, Side::Server) => self.response(None, type_id, port, whole, r, talk),
            (Some(kind), _) => self.astray(role, kind, whole, talk),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn request(
        &mut self,
        service: &'static Service,
        type_id: u32,
        port: u16,
        whole: &Whole<'_>,
        r: &mut Reader<'_>,
        close: bool,
        talk: &mut Talk<'_>,
    ) {
        if self.pairing.is_waiting(whole.request) {
            talk.flag(Flag::PairingIdReused, Some(20), None);
        }
        let mut request = Request::new(service, talk);
        (request.type_id, request.id) = (type_id, whole.request);
        (request.span, request.ordinal, request.bytes) = (whole.span, whole.ordinal, whole.bytes);
        let mut news = News::default();
        let read = dispatch::request_header(r).and_then(|header| {
            request.session = session::key(header.token, self.tables.server, port);
            request.patience = match service.request {
                PUBLISH => PUBLISH_PATIENCE,
                _ => i64::from(header.timeout).saturating_mul(1_000_000).clamp(TIMEOUT, PATIENCE),
            };
            dispatch::request(r, &mut request, &mut self.tables, &mut news)
        });
        self.checked(read, service.request != 0, r, whole, talk);
        self.hand(&news, talk);
        if whole.chunks > 1 {
            request.first(|entry| {
                entry.details.number("chunks", whole.chunks);
            });
        }
        request.flagged = whole.flagged || talk.flagged();
        if close || service.request == service::CLOSE_SECURE_CHANNEL {
            let ending = Ending::silent(Reply::None, request.span);
            return self.ended(request, &ending, talk);
        }
        let client = self.actual(Side::Client);
        let mut voice = Voice { client, tables: &mut self.tables, security: &self.channel.security };
        self.pairing.wait(request, &mut voice, talk);
    }

    fn response(
        &mut self,
        service: Option<&'static Service>,
        type_id: u32,
        port: u16,
        whole: &Whole<'_>,
        r: &mut Reader<'_>,
        talk: &mut Talk<'_>,
    ) {
        let hash = hash::quick(&whole.body);
        let result = match dispatch::response_header(r) {
            Ok(result) => Some(result),
            Err(fault) => {
                malformed(fault, SYMMETRIC + r.at(), talk);
                None
            }
        };
        let found = self.pairing.take(whole.request, service);
        let publishes = service.is_some_and(|s| s.request == PUBLISH) && result.is_some_and(|code| !status::bad(code));
        let Some(mut request) = found else {
            let reply = self.pairing.lone(whole.request, type_id, hash);
            return self.lone((service, type_id), reply, result, publishes, whole, r, talk);
        };
        self.pairing.remember(whole.request, type_id, hash, request.ordinal);
        if publishes {
            return self.published(Some(&request), whole, r, talk);
        }
        let mut news = News::default();
        if let (Some(code), Some(_)) = (result, service)
            && !status::bad(code)
        {
            let read = dispatch::reply(r, &mut request, &mut self.tables, port, &mut news);
            self.checked(read, true, r, whole, talk);
        }
        self.hand(&news, talk);
        let mut ending = Ending::answered(&request, result.unwrap_or(0), whole.span, whole.bytes);
        if result.is_none() {
            (ending.status, ending.outcome) = (None, Outcome::Unknown);
        }
        request.flagged |= whole.flagged;
        self.ended(request, &ending, talk);
    }

    /// A reply nobody asked for, or whose request was not seen.
    #[allow(clippy::too_many_arguments)]
    fn lone(
        &mut self,
        (service, type_id): (Option<&'static Service>, u32),
        reply: Reply,
        result: Option<u32>,
        publishes: bool,
        whole: &Whole<'_>,
        r: &mut Reader<'_>,
        talk: &mut Talk<'_>,
    ) {
        match reply {
            _ if self.pairing.differs(whole.request) => talk.flag(Flag::OpcuaWrongResponse, Some(20), None),
            Reply::Duplicate => talk.flag(Flag::PairingDuplicateReply, Some(20), None),
            Reply::Differing => talk.flag(Flag::PairingDifferingReply, Some(20), None),
            _ if self.pairing.in_step && !self.pairing.late(whole.request, type_id) => {
                talk.flag(Flag::PairingUnexpectedReply, Some(20), None);
            }
            _ => {}
        }
        if publishes && reply == Reply::Unexpected {
            return self.published(None, whole, r, talk);
        }
        let mut request = Request::new(service.unwrap_or(&service::UNKNOWN), talk);
        (request.span, request.ordinal) = (whole.span, whole.ordinal);
        let mut ending = Ending::silent(reply, whole.span);
        ending.bytes = whole.bytes;
        if let Some(code) = result {
            (ending.status, ending.outcome) = (Some(code), status::outcome(code));
        }
        self.ended(request, &ending, talk);
    }

    /// A Publish reply with its notifications: the server speaks.
    fn published(&mut self, asked: Option<&Request>, whole: &Whole<'_>, r: &mut Reader<'_>, talk: &mut Talk<'_>) {
        let mut out = Notifications::default();
        let read = notification::publish_reply(r, &self.tables, &mut out);
        self.checked(read, true, r, whole, talk);
        let Some(Kind::Request(service)) = service::of(PUBLISH) else { return };
        let mut told = Request::new(service, talk);
        (told.span, told.ordinal, told.bytes) = (whole.span, whole.ordinal, whole.bytes);
        told.bytes = told.bytes.saturating_add(asked.map_or(0, |request| request.bytes));
        told.session = asked.and_then(|request| request.session);
        told.flagged = whole.flagged || asked.is_some_and(|request| request.flagged);
        told.entries = out.entries;
        let mut ending = Ending::silent(Reply::None, whole.span);
        (ending.status, ending.outcome) = (Some(0), Outcome::Success);
        let who = self.tables.sessions.get(told.session);
        tell(&mut told, self.actual(Side::Server), &ending, who, talk);
    }

    /// A message of the other role.
    fn astray(&mut self, role: Side, kind: Kind, whole: &Whole<'_>, talk: &mut Talk<'_>) {
        let service = match kind {
            Kind::Request(service) | Kind::Response(service) => service,
            Kind::Fault => &service::UNKNOWN,
        };
        let mut request = Request::new(service, talk);
        (request.span, request.ordinal, request.bytes) = (whole.span, whole.ordinal, whole.bytes);
        let ending = Ending::silent(Reply::Unexpected, whole.span);
        tell(&mut request, self.actual(role), &ending, None, talk);
    }

    /// Tells an exchange with its session.
    pub fn ended(&mut self, mut request: Request, ending: &Ending, talk: &mut Talk<'_>) {
        let client = self.actual(Side::Client);
        if request.service.request == service::CREATE_SESSION && ending.status.is_some_and(status::refusal) {
            talk.refused_login();
        }
        login::row(&mut request, ending, client, &mut self.tables, &self.channel.security, talk);
        let who = self.tables.sessions.get(request.session);
        tell(&mut request, client, ending, who, talk);
        if request.service.request == service::CLOSE_SESSION && ending.outcome == Outcome::Success {
            self.tables.sessions.close(request.session);
        }
    }

    /// Whether a body was read to its end, and what is odd when not.
    fn checked(
        &mut self,
        read: Result<(), Fault>,
        known: bool,
        r: &Reader<'_>,
        whole: &Whole<'_>,
        talk: &mut Talk<'_>,
    ) {
        if r.cut {
            // Long values are common: it is told, but does not make the exchange odd.
            talk.ledger.flag(talk.facts, Flag::Truncated, whole.span, None, None);
        }
        if let Err(fault) = read {
            return malformed(fault, SYMMETRIC + r.at(), talk);
        }
        if !known {
            return;
        }
        let security = &mut self.channel.security;
        match (r.remaining(), security.tail) {
            // Without the channel's opening the first message that ends cleanly tells how long signatures are.
            (rest @ (0 | 16 | 20 | 32 | 48), None) if whole.chunks == 1 => security.tail = Some(rest),
            (0, _) | (_, None) => {}
            _ => talk.flag(Flag::OpcuaTrailingBytes, u32::try_from(SYMMETRIC + r.at()).ok(), None),
        }
    }

    /// Hands on what a message says beside its own exchange.
    fn hand(&self, news: &News, talk: &mut Talk<'_>) {
        for (flag, offset) in &news.flags {
            talk.flag(*flag, u32::try_from(SYMMETRIC + offset).ok(), None);
        }
        news.hand(self.reversed, talk);
    }
}
