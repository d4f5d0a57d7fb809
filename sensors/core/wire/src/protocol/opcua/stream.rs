//! One connection: transport messages, channel, chunks, requests and replies, each on to where it belongs.

use super::channel::Channel;
use super::chunk::{self, Chunk, Chunks, Part};
use super::frame::{self, Type};
use super::handshake::{self, Handshake};
use super::pairing::{Pairing, Voice};
use super::reader::{Fault, Reader};
use super::security::Mode;
use super::service::{self, Kind};
use super::tables::Tables;
use super::tell::{Ending, tell};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::{Outcome, Reply, Talk};

/// Flags a body that cannot be read.
pub fn malformed(fault: Fault, offset: usize, talk: &mut Talk<'_>) {
    let flag = match fault {
        Fault::Malformed => Flag::OpcuaMalformed,
        Fault::Nesting => Flag::OpcuaNestingDepth,
        Fault::Diagnostics => Flag::OpcuaDiagnosticDepth,
    };
    talk.flag(flag, u32::try_from(offset).ok(), None);
}

/// State of one flow. Sides here are roles of OPC UA; `reversed` says that the server opened the connection.
#[derive(Default)]
pub struct Stream {
    pub(super) reversed: bool,
    /// The roles are certain: a message told them.
    settled: bool,
    handshake: Handshake,
    pub(super) channel: Channel,
    chunks: Chunks,
    pub(super) pairing: Pairing,
    pub(super) tables: Tables,
    /// Chunks of an encrypted message so far, by direction.
    encrypted: [u32; 2],
}

impl Stream {
    /// Channel number, to find the step again with.
    pub const fn channel(&self) -> Option<u32> {
        self.channel.id
    }

    /// The side of the flow that plays a role, and the other way round.
    pub(super) const fn actual(&self, role: Side) -> Side {
        if self.reversed { role.other() } else { role }
    }

    /// The role a message's sender plays; a message that only one role sends settles it.
    fn role(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) -> Side {
        let assumed = self.actual(side);
        let told = match Type::of(data) {
            // Both may report an error.
            Some(Type::Error | Type::Close) | None => None,
            Some(Type::Message) if self.channel.security.mode == Mode::SignAndEncrypt => None,
            // What goes on with a message begun may look like anything.
            Some(Type::Message) if Chunk::read(data).is_some_and(|c| self.chunks.begun(assumed, c.request)) => None,
            _ => frame::sender(data),
        };
        match told {
            Some(role) if !self.settled => {
                (self.settled, self.reversed) = (true, role != side);
                role
            }
            Some(role) if role != assumed => {
                talk.flag(Flag::OpcuaWrongDirection, Some(0), None);
                assumed
            }
            _ => assumed,
        }
    }

    /// One chunk or transport message.
    pub fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let role = self.role(side, data, talk);
        let client = self.actual(Side::Client);
        let server = if self.reversed { talk.facts.client } else { talk.facts.server };
        self.tables.server = server.ip;
        match Type::of(data) {
            Some(Type::Hello) => self.handshake.hello(data, self.actual(role), &self.tables, talk),
            Some(Type::Acknowledge) => self.handshake.acknowledge(data, client, talk),
            Some(Type::ReverseHello) => self.handshake.reverse(data, self.actual(role), &self.tables, talk),
            Some(Type::Error) => self.error(role, data, talk),
            Some(Type::Open) => {
                self.handshake.limits.check_chunk(role, data.len(), talk);
                let url = std::mem::take(&mut self.handshake.endpoint_url);
                match role {
                    Side::Client => self.channel.open(data, &url, client, &mut self.chunks, talk),
                    Side::Server => self.channel.opened(data, &url, client, &mut self.chunks, talk),
                }
                self.handshake.endpoint_url = url;
            }
            Some(Type::Close | Type::Message) => self.secured(role, server.port, data, talk),
            None => {}
        }
    }

    /// Error: it answers what waits for an answer of the transport; else it ends the connection.
    fn error(&mut self, role: Side, data: &[u8], talk: &mut Talk<'_>) {
        let client = self.actual(Side::Client);
        let (code, reason) = handshake::error(data, talk);
        let bytes = u32::try_from(data.len()).unwrap_or(u32::MAX);
        if role == Side::Server {
            if let Some(mut hello) = self.handshake.take_hello() {
                hello.first(|entry| entry.note("reason", &reason));
                let ending = Ending::answered(&hello, code, talk.span(), bytes);
                return tell(&mut hello, client, &ending, None, talk);
            }
            let url = self.handshake.endpoint_url.clone();
            if self.channel.refuse(code, &reason, bytes, &url, client, talk) {
                return;
            }
        }
        let mut request = handshake::begin(&service::ERROR, data, talk);
        request.first(|entry| entry.note("reason", &reason));
        let mut ending = Ending::silent(Reply::None, talk.span());
        (ending.outcome, ending.status) = (Outcome::Failure, Some(code));
        tell(&mut request, self.actual(role), &ending, None, talk);
    }

    /// A chunk of MSG or CLO.
    fn secured(&mut self, role: Side, port: u16, data: &[u8], talk: &mut Talk<'_>) {
        self.handshake.limits.check_chunk(role, data.len(), talk);
        let Some(mut chunk) = Chunk::read(data) else {
            return malformed(Fault::Malformed, data.len(), talk);
        };
        match self.channel.id {
            Some(known) if known != chunk.channel => talk.flag(Flag::OpcuaChannelId, Some(8), None),
            Some(_) => {}
            None => self.channel.id = Some(chunk.channel),
        }
        let begun = self.chunks.begun(role, chunk.request);
        let before = self.channel.security.mode;
        let readable = self.channel.security.readable(begun, chunk.body);
        if before != self.channel.security.mode {
            let client = self.actual(Side::Client);
            self.channel.flush(client, talk);
        }
        if !readable {
            return self.unreadable(role, data, talk);
        }
        self.chunks.sequence(role, chunk.sequence, 16, talk);
        if self.channel.security.mode != Mode::None {
            let tail = self.channel.security.tail.unwrap_or(0).min(chunk.body.len());
            chunk.body = chunk.body.get(..chunk.body.len() - tail).unwrap_or_default();
        }
        if chunk.part == Part::Abort {
            return self.aborted(role, &chunk, talk);
        }
        let limits = self.handshake.limits;
        let Some(whole) = self.chunks.add(role, &chunk, &limits, talk) else { return };
        self.whole(role, port, &whole, data.starts_with(b"CLO"), talk);
    }

    /// An encrypted message: that it was sent, and how long it was. One shape for each direction shows its rhythm.
    fn unreadable(&mut self, role: Side, data: &[u8], talk: &mut Talk<'_>) {
        let at = usize::from(role == Side::Server);
        let bytes = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let Some(held) = self.encrypted.get_mut(at) else { return };
        *held = held.saturating_add(bytes);
        if chunk::part(data) == Part::Intermediate {
            return;
        }
        let total = std::mem::take(held);
        let service = match (data.starts_with(b"CLO"), service::of(service::CLOSE_SECURE_CHANNEL)) {
            (true, Some(Kind::Request(close))) => close,
            _ => &service::ENCRYPTED,
        };
        let mut request = handshake::begin(service, data, talk);
        request.bytes = total;
        if chunk::part(data) == Part::Abort {
            talk.flag(Flag::OpcuaChunkAborted, Some(3), None);
        }
        let ending = Ending::silent(Reply::None, talk.span());
        tell(&mut request, self.actual(role), &ending, None, talk);
    }

    /// Abort: | error StatusCode 4 | reason String |. It ends a request that waited for this reply.
    fn aborted(&mut self, role: Side, chunk: &Chunk<'_>, talk: &mut Talk<'_>) {
        talk.flag(Flag::OpcuaChunkAborted, Some(3), None);
        self.chunks.abort(role, chunk.request);
        if role == Side::Client {
            return;
        }
        let Some(mut request) = self.pairing.take(chunk.request, None) else { return };
        let r = &mut Reader::new(chunk.body);
        let (code, reason) = (r.u32().unwrap_or(0), r.text().unwrap_or_default());
        request.first(|entry| entry.note("reason", &reason));
        let bytes = u32::try_from(chunk.length).unwrap_or(u32::MAX);
        let ending = Ending::answered(&request, code, talk.span(), bytes);
        self.ended(request, &ending, talk);
    }

    /// Bytes of one direction are missing.
    pub fn gap(&mut self, side: Side) {
        let role = self.actual(side);
        self.chunks.gap(role);
        self.pairing.gap(role);
        if let Some(held) = self.encrypted.get_mut(usize::from(role == Side::Server)) {
            *held = 0;
        }
        if role == Side::Server {
            self.handshake.blind();
            self.channel.blind();
        }
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        let client = self.actual(Side::Client);
        self.handshake.expire(now, client, talk);
        self.channel.expire(now, client, talk);
        let mut voice = Voice { client, tables: &mut self.tables, security: &self.channel.security };
        self.pairing.expire(now, &mut voice, talk);
    }

    pub fn close(&mut self, talk: &mut Talk<'_>) {
        self.chunks.close(talk);
        self.expire(i64::MAX, talk);
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.pairing.weight() + self.chunks.weight() + self.tables.weight()
    }
}
