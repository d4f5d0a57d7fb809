//! Messages as a stack would send them, for the tests.

use super::Bench;
use crate::flow::Side;

pub const CHANNEL: u32 = 6;
pub const TOKEN: u32 = 1001;
pub const NONE: &str = "http://opcfoundation.org/UA/SecurityPolicy#None";
pub const BASIC256SHA256: &str = "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256";

/// Bytes under construction.
#[derive(Clone, Default)]
pub struct Body(pub Vec<u8>);

impl Body {
    pub fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub fn u16(self, value: u16) -> Self {
        self.raw(&value.to_le_bytes())
    }

    pub fn u32(self, value: u32) -> Self {
        self.raw(&value.to_le_bytes())
    }

    pub fn i64(self, value: i64) -> Self {
        self.raw(&value.to_le_bytes())
    }

    pub fn f64(self, value: f64) -> Self {
        self.raw(&value.to_le_bytes())
    }

    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn bytes(self, bytes: &[u8]) -> Self {
        self.u32(u32::try_from(bytes.len()).unwrap()).raw(bytes)
    }

    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Null String or ByteString, empty array.
    pub fn null(self) -> Self {
        self.raw(&[0xff; 4])
    }

    /// A four-byte NodeId.
    pub fn numeric(self, namespace: u8, id: u16) -> Self {
        self.u8(1).u8(namespace).u16(id)
    }

    /// A String NodeId.
    pub fn named(self, namespace: u16, name: &str) -> Self {
        self.u8(3).u16(namespace).text(name)
    }

    /// An ExtensionObject.
    pub fn object(self, kind: u16, body: Body) -> Self {
        self.numeric(0, kind).u8(1).bytes(&body.0)
    }

    /// ReadValueId of an attribute.
    pub fn attribute(self, name: &str, attribute: u32) -> Self {
        self.named(2, name).u32(attribute).null().u16(0).null()
    }

    /// DataValue with a Double and a status.
    pub fn double(self, value: f64, status: u32) -> Self {
        self.u8(3).u8(11).f64(value).u32(status)
    }
}

pub fn body() -> Body {
    Body::default()
}

/// A message of the transport.
pub fn transport(kind: &[u8; 3], chunk: u8, body: Body) -> Vec<u8> {
    let size = u32::try_from(8 + body.0.len()).unwrap();
    Body::default().raw(kind).u8(chunk).u32(size).raw(&body.0).0
}

pub fn hello(url: &str, receive: u32, largest: u32, chunks: u32) -> Vec<u8> {
    transport(b"HEL", b'F', body().u32(0).u32(receive).u32(receive).u32(largest).u32(chunks).text(url))
}

pub fn acknowledge(receive: u32, largest: u32, chunks: u32) -> Vec<u8> {
    transport(b"ACK", b'F', body().u32(0).u32(receive).u32(receive).u32(largest).u32(chunks))
}

pub fn error(code: u32, reason: &str) -> Vec<u8> {
    transport(b"ERR", b'F', body().u32(code).text(reason))
}

/// One chunk of MSG.
pub fn chunk(part: u8, sequence: u32, request: u32, body: &[u8]) -> Vec<u8> {
    let head = Body::default().u32(CHANNEL).u32(13).u32(sequence).u32(request);
    transport(b"MSG", part, head.raw(body))
}

pub fn request_header(body: Body, token: u32) -> Body {
    body.u8(2).u16(0).u32(token).i64(133_000_000_000_000_000).u32(1).u32(0).null().u32(4000).u8(0).u8(0).u8(0)
}

pub fn response_header(body: Body, result: u32) -> Body {
    body.i64(133_000_000_000_000_000).u32(1).u32(result).u8(0).null().u8(0).u8(0).u8(0)
}

/// Type, header and body of a request.
pub fn request(kind: u16, content: Body) -> Vec<u8> {
    request_header(body().numeric(0, kind), TOKEN).raw(&content.0).0
}

/// Type, header and body of a reply.
pub fn response(kind: u16, content: Body) -> Vec<u8> {
    response_header(body().numeric(0, kind), 0).raw(&content.0).0
}

/// A fault with a result.
pub fn fault(result: u32) -> Vec<u8> {
    response_header(body().numeric(0, 397), result).0
}

/// OPN of either side with policy None.
pub fn open_none(side: Side, sequence: u32) -> Vec<u8> {
    let channel = if side == Side::Client { 0 } else { CHANNEL };
    let head = body().u32(channel).text(NONE).null().null().u32(sequence).u32(1);
    let content = match side {
        Side::Client => request_header(head.numeric(0, 446), 0).u32(0).u32(0).u32(1).null().u32(3_600_000),
        Side::Server => response_header(head.numeric(0, 449), 0).u32(0).u32(CHANNEL).u32(13).i64(1).u32(600_000).null(),
    };
    transport(b"OPN", b'F', content)
}

/// OPN of either side with a policy that hides its body.
pub fn open_secured(side: Side, policy: &str, certificate: &[u8]) -> Vec<u8> {
    let channel = if side == Side::Client { 0 } else { CHANNEL };
    let content = body().u32(channel).text(policy).bytes(certificate).bytes(&[0x5a; 20]).raw(&[0xa7; 256]);
    transport(b"OPN", b'F', content)
}

/// Sends whole messages of a conversation and counts their sequence numbers.
pub struct Dialogue {
    pub bench: Bench,
    pub sequence: [u32; 2],
    pub request: u32,
}

impl Dialogue {
    /// Hello, Acknowledge and a channel with policy None.
    pub fn open() -> Self {
        Self::on(Bench::new())
    }

    pub fn on(mut bench: Bench) -> Self {
        bench.client(&hello("opc.tcp://10.9.1.20:4840/line1", 65_535, 0, 0));
        bench.server(&acknowledge(65_535, 0, 0));
        bench.client(&open_none(Side::Client, 1));
        bench.server(&open_none(Side::Server, 1));
        Self { bench, sequence: [1, 1], request: 1 }
    }

    fn next(&mut self, side: Side) -> u32 {
        let number = &mut self.sequence[usize::from(side == Side::Server)];
        *number += 1;
        *number
    }

    /// A request; its id.
    pub fn ask(&mut self, kind: u16, content: Body) -> u32 {
        self.request += 1;
        let sequence = self.next(Side::Client);
        let message = chunk(b'F', sequence, self.request, &request(kind, content));
        self.bench.client(&message);
        self.request
    }

    pub fn answer(&mut self, id: u32, message: &[u8]) {
        let sequence = self.next(Side::Server);
        self.bench.server(&chunk(b'F', sequence, id, message));
    }

    /// A request with its reply.
    pub fn exchange(&mut self, kind: u16, content: Body, reply: u16, answer: Body) {
        let id = self.ask(kind, content);
        self.answer(id, &response(reply, answer));
    }
}
