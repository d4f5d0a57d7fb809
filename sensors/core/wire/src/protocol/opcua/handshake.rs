//! Messages of the transport: Hello, Acknowledge, Error, ReverseHello (Part 6, 7.1.2.3 to 7.1.2.6).

use super::discovery::{URL, note_url};
use super::frame::HEADER;
use super::message::Request;
use super::reader::{Read, Reader};
use super::service;
use super::tables::Tables;
use super::tell::{Ending, tell};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::{Outcome, Reply, Talk};

/// Least size of a buffer (Part 6, 7.1.2.3; 1,024 for ECC policies, which are not known yet when it is said).
const BUFFER: u32 = 1024;

/// What both sides said they would take; 0 is no limit.
#[derive(Clone, Copy, Default)]
pub struct Limits {
    client: Limit,
    server: Limit,
}

/// Limits on what one side sends.
#[derive(Clone, Copy, Default)]
struct Limit {
    chunk: u32,
    message: u32,
    chunks: u32,
}

fn above(size: usize, limit: u32) -> bool {
    limit != 0 && usize::try_from(limit).is_ok_and(|limit| size > limit)
}

impl Limits {
    const fn of(&self, from: Side) -> &Limit {
        match from {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    pub fn check_chunk(&self, from: Side, size: usize, talk: &mut Talk<'_>) {
        if above(size, self.of(from).chunk) {
            talk.flag(Flag::OpcuaChunkTooBig, Some(4), None);
        }
    }

    pub fn check_message(&self, from: Side, size: usize, chunks: u32, talk: &mut Talk<'_>) {
        let limit = self.of(from);
        if above(size, limit.message) {
            talk.flag(Flag::OpcuaMessageTooBig, None, None);
        }
        if limit.chunks != 0 && chunks > limit.chunks {
            talk.flag(Flag::OpcuaChunkLimit, None, None);
        }
    }
}

/// | version 4 | receive buffer 4 | send buffer 4 | longest message 4 | most chunks 4 |
struct Buffers {
    version: u32,
    receive: u32,
    send: u32,
    message: u32,
    chunks: u32,
}

fn buffers(r: &mut Reader<'_>) -> Read<Buffers> {
    Ok(Buffers { version: r.u32()?, receive: r.u32()?, send: r.u32()?, message: r.u32()?, chunks: r.u32()? })
}

/// The handshake of one connection.
#[derive(Default)]
pub struct Handshake {
    hello: Option<Request>,
    /// A Hello was seen.
    seen: bool,
    pub limits: Limits,
    /// What the client asked for.
    pub endpoint_url: String,
}

impl Handshake {
    /// Hello: buffers, endpoint URL.
    pub fn hello(&mut self, data: &[u8], sender: Side, tables: &Tables, talk: &mut Talk<'_>) {
        if self.seen {
            talk.flag(Flag::OpcuaHandshakeOrder, Some(0), None);
        }
        if let Some(mut waiting) = self.hello.take() {
            let ending = Ending::silent(Reply::Unanswered, waiting.span);
            tell(&mut waiting, sender, &ending, None, talk);
        }
        self.seen = true;
        let mut request = begin(&service::HELLO, data, talk);
        let r = &mut Reader::new(data.get(HEADER..).unwrap_or_default());
        let read = (|| {
            let said = buffers(r)?;
            let url = r.bytes()?.unwrap_or_default();
            Ok((said, url))
        })();
        match read {
            Ok((said, url)) => {
                if url.len() >= URL {
                    talk.flag(Flag::OpcuaUrlTooLong, Some(28), None);
                }
                if said.receive < BUFFER || said.send < BUFFER {
                    talk.flag(Flag::OpcuaBufferSize, Some(12), None);
                }
                self.limits.server = Limit { chunk: said.receive, message: said.message, chunks: said.chunks };
                self.limits.client = Limit { chunk: said.send, ..Limit::default() };
                self.endpoint_url = r.bounded(url);
                let url = self.endpoint_url.as_str();
                request.first(|entry| {
                    note_url(entry, url, tables);
                    entry.details.number("protocol_version", said.version);
                    entry.details.number("receive_buffer", said.receive);
                    entry.details.number("send_buffer", said.send);
                    entry.details.number("max_message_size", said.message);
                    entry.details.number("max_chunk_count", said.chunks);
                });
            }
            Err(fault) => super::stream::malformed(fault, HEADER + r.at(), talk),
        }
        request.flagged = talk.flagged();
        self.hello = Some(request);
    }

    /// Acknowledge: buffers. The server's may only be smaller than the client's.
    pub fn acknowledge(&mut self, data: &[u8], client: Side, talk: &mut Talk<'_>) {
        let r = &mut Reader::new(data.get(HEADER..).unwrap_or_default());
        match buffers(r) {
            Ok(said) => {
                self.limits.client = Limit { chunk: said.receive, message: said.message, chunks: said.chunks };
                self.limits.server.chunk = said.send;
                if said.receive < BUFFER || said.send < BUFFER {
                    talk.flag(Flag::OpcuaBufferSize, Some(12), None);
                }
                if let Some(request) = &mut self.hello {
                    request.first(|entry| {
                        entry.details.number("revised_receive_buffer", said.receive);
                        entry.details.number("revised_send_buffer", said.send);
                        entry.details.number("revised_max_message_size", said.message);
                        entry.details.number("revised_max_chunk_count", said.chunks);
                    });
                }
            }
            Err(fault) => super::stream::malformed(fault, HEADER + r.at(), talk),
        }
        let bytes = u32::try_from(data.len()).unwrap_or(u32::MAX);
        match self.hello.take() {
            Some(mut request) => {
                let mut ending = Ending::answered(&request, 0, talk.span(), bytes);
                ending.status = None;
                tell(&mut request, client, &ending, None, talk);
            }
            None => {
                let mut request = begin(&service::HELLO, &[], talk);
                let mut ending = Ending::silent(Reply::Unexpected, talk.span());
                (ending.outcome, ending.bytes) = (Outcome::Success, bytes);
                tell(&mut request, client, &ending, None, talk);
            }
        }
    }

    /// The Hello that waits, for an Error to answer.
    pub fn take_hello(&mut self) -> Option<Request> {
        self.hello.take()
    }

    /// ReverseHello: | server URI | endpoint URL |, sent by a server that opened the connection.
    pub fn reverse(&mut self, data: &[u8], sender: Side, tables: &Tables, talk: &mut Talk<'_>) {
        let mut request = begin(&service::REVERSE_HELLO, data, talk);
        let r = &mut Reader::new(data.get(HEADER..).unwrap_or_default());
        let read = (|| {
            let uri = r.text()?;
            let url = r.bytes()?.unwrap_or_default();
            Ok((uri, url))
        })();
        match read {
            Ok((uri, url)) => {
                if url.len() >= URL {
                    talk.flag(Flag::OpcuaUrlTooLong, None, None);
                }
                let url = r.bounded(url);
                request.first(|entry| {
                    entry.note("server_uri", &uri);
                    note_url(entry, &url, tables);
                });
            }
            Err(fault) => super::stream::malformed(fault, HEADER + r.at(), talk),
        }
        let ending = Ending::silent(Reply::None, talk.span());
        tell(&mut request, sender, &ending, None, talk);
    }

    /// Tells a Hello that waited too long.
    pub fn expire(&mut self, now: i64, client: Side, talk: &mut Talk<'_>) {
        let late = |r: &Request| now.saturating_sub(r.span.last.time) >= r.patience;
        if let Some(mut request) = self.hello.take_if(|r| late(r)) {
            let reply = if request.blind { Reply::None } else { Reply::Unanswered };
            let ending = Ending::silent(reply, request.span);
            tell(&mut request, client, &ending, None, talk);
        }
    }

    /// Bytes of the server's direction are missing.
    pub fn blind(&mut self) {
        if let Some(request) = &mut self.hello {
            request.blind = true;
        }
    }
}

/// The message being read, with its length.
pub fn begin(service: &'static service::Service, data: &[u8], talk: &Talk<'_>) -> Request {
    let mut request = Request::new(service, talk);
    request.bytes = u32::try_from(data.len()).unwrap_or(u32::MAX);
    request
}

/// Error: | error StatusCode 4 | reason String |
pub fn error(data: &[u8], talk: &mut Talk<'_>) -> (u32, String) {
    let r = &mut Reader::new(data.get(HEADER..).unwrap_or_default());
    let code = r.u32();
    match (code, r.text()) {
        (Ok(code), Ok(reason)) => (code, reason),
        (code, _) => {
            super::stream::malformed(super::reader::Fault::Malformed, HEADER + r.at(), talk);
            (code.unwrap_or(0), String::new())
        }
    }
}
