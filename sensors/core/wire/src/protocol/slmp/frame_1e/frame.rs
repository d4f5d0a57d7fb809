//! Requests and responses of 1E frames (SH-080008 18.1, 18.2). There is no length: that of a request follows from its
//! subheader and its points, that of a response from what was asked.
//!
//! | request | 0 subheader 1 | 1 PC number 1 | 2 monitoring timer 2, of 250 ms | body, by the subheader |
//! | response | 0 subheader + 80 1 | 1 complete code 1 | data; behind 5B: abnormal code 1, 0 1 |
//! In ASCII each byte is two hexadecimal digits; bit devices are a digit each, to an even number of them.

use super::command::{self, Body};
use super::end_code::ABNORMAL;
use crate::dataset::Flag;
use crate::protocol::Framing;
use crate::protocol::slmp::items::Cut;
use crate::protocol::slmp::reader::Reader;

/// Bytes in binary of the header, a device, a block number, points with the zero behind them.
const HEADER: usize = 4;
const DEVICE: usize = 6;
const BLOCK: usize = 2;
const COUNT: usize = 2;
/// Start, bytes, module and zero of a buffer memory access.
const BUFFER: usize = 6;
/// Subheader and complete code.
pub const ANSWER: usize = 2;
const RESPONSE: u8 = 0x80;
/// Longest monitoring timer recommended (18.2): 15 s.
const LONGEST: u16 = 0x3c;
/// Own station; stations of a network behind it (18.2).
const OWN: u8 = 0xff;
const STATIONS: std::ops::RangeInclusive<u8> = 0..=64;

/// A request's header and where its body begins.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub command: u8,
    pub pc: u8,
    pub timer: u16,
    pub body: Reader<'a>,
}

/// A response's header and its data.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    pub command: u8,
    pub code: u8,
    pub body: Reader<'a>,
}

/// Whether a request is in ASCII, by its first byte. None: it begins no request.
fn request_form(first: u8) -> Option<bool> {
    match first {
        b'0'..=b'3' => Some(true),
        _ if first <= command::LAST => Some(false),
        _ => None,
    }
}

fn response_form(first: u8) -> Option<bool> {
    match first {
        b'8' | b'9' | b'A' | b'B' => Some(true),
        _ if (RESPONSE..=RESPONSE | command::LAST).contains(&first) => Some(false),
        _ => None,
    }
}

impl<'a> Request<'a> {
    /// Its header, as far as the bytes go.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let mut body = Reader::new(data, request_form(*data.first()?)?);
        Some(Self { command: body.u8()?, pc: body.u8()?, timer: body.u16()?, body })
    }

    /// Whether such a station can be.
    pub fn addressed(&self) -> bool {
        self.pc == OWN || STATIONS.contains(&self.pc)
    }

    fn is_own(&self) -> bool {
        self.pc == OWN
    }

    /// Whether the monitoring timer is one that the manual recommends, or waits for ever.
    pub fn usual_timer(&self) -> bool {
        self.timer <= LONGEST
    }
}

impl<'a> Response<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let mut body = Reader::new(data, response_form(*data.first()?)?);
        Some(Self { command: body.u8()? & !RESPONSE, code: body.u8()?, body })
    }
}

/// Points as they are written: 0 stands for 256.
pub fn points(byte: u8) -> usize {
    if byte == 0 { 256 } else { usize::from(byte) }
}

/// Bytes on the wire of so many values.
pub fn values(cut: Cut, count: usize, ascii: bool) -> usize {
    let bytes = match cut {
        Cut::Bits => return if ascii { count.saturating_add(count & 1) } else { count.div_ceil(2) },
        Cut::Words => count.saturating_mul(2),
        Cut::Doubles => count.saturating_mul(4),
        Cut::Bytes => count,
    };
    if ascii { bytes.saturating_mul(2) } else { bytes }
}

fn device(block: bool) -> usize {
    if block { DEVICE + BLOCK } else { DEVICE }
}

/// Length of a request. One whose body is not read ends behind its header.
pub fn request(data: &[u8]) -> Framing {
    let Some(first) = data.first() else { return Framing::Need };
    let Some(ascii) = request_form(*first) else { return Framing::Bad(Flag::SlmpHeader) };
    let wire = |bytes: usize| if ascii { bytes * 2 } else { bytes };
    if data.len() < wire(HEADER) {
        return Framing::Need;
    }
    let Some(request) = Request::read(data).filter(|request| request.command <= command::LAST) else {
        return Framing::Bad(Flag::SlmpHeader);
    };
    // Where the number of points stands, what is fixed, and what follows each or all.
    let (at, fixed) = match command::of(request.command).map_or(Body::Open, |command| command.body) {
        Body::None | Body::Monitor { .. } | Body::Open => return Framing::Message(wire(HEADER)),
        Body::Range { block, .. } => (HEADER + device(block), HEADER + device(block) + COUNT),
        Body::Random { .. } | Body::Entry { .. } => (HEADER, HEADER + COUNT),
        Body::Buffer { .. } => (HEADER + 3, HEADER + BUFFER),
        Body::Echo => (HEADER, HEADER + 1),
    };
    if data.len() < wire(fixed) {
        return Framing::Need;
    }
    let Some(count) = Reader::new(data.get(wire(at)..).unwrap_or_default(), ascii).u8().map(points) else {
        return Framing::Bad(Flag::SlmpHeader);
    };
    let rest = match command::of(request.command).map_or(Body::Open, |command| command.body) {
        Body::Range { cut, write: true, .. } => values(cut, count, ascii),
        Body::Random { cut, block } => {
            let value = if cut == Cut::Bits { 1 } else { 2 };
            wire(count.saturating_mul(device(block) + value))
        }
        Body::Entry { block, .. } => wire(count.saturating_mul(device(block))),
        Body::Buffer { write: true } | Body::Echo => wire(count),
        _ => 0,
    };
    Framing::Message(wire(fixed).saturating_add(rest))
}

/// Whether a request to the own station with a usual timer begins here: in a body that is not read nothing else tells where
/// the next one is. None: too few bytes to tell.
pub fn begins(data: &[u8]) -> Option<bool> {
    let Some(ascii) = request_form(*data.first()?) else { return Some(false) };
    if data.len() < if ascii { HEADER * 2 } else { HEADER } {
        return None;
    }
    let known = |request: &Request<'_>| command::of(request.command).is_some();
    let usual = |request: &Request<'_>| request.is_own() && request.timer > 0 && request.usual_timer();
    Some(Request::read(data).is_some_and(|request| known(&request) && usual(&request)))
}

/// Length of a response. `expected`: bytes of data by the request of this command and code; None: not known, the response
/// ends behind its complete code.
pub fn response(data: &[u8], expected: impl Fn(u8, bool) -> Option<usize>) -> Framing {
    let Some(first) = data.first() else { return Framing::Need };
    let Some(ascii) = response_form(*first) else { return Framing::Bad(Flag::SlmpHeader) };
    let wire = |bytes: usize| if ascii { bytes * 2 } else { bytes };
    if data.len() < wire(ANSWER) {
        return Framing::Need;
    }
    let Some(response) = Response::read(data) else { return Framing::Bad(Flag::SlmpHeader) };
    let rest = match response.code {
        0 => expected(response.command, ascii).unwrap_or(0),
        ABNORMAL => wire(2),
        _ => 0,
    };
    Framing::Message(wire(ANSWER).saturating_add(rest))
}

/// Whether a whole request that is read stands here: devices exist, fixed parts are right, the timer is a usual one. Without
/// devices it may be four bytes long: then it has to be for the own station, with a timer.
pub fn sound(data: &[u8]) -> Option<usize> {
    let Framing::Message(length) = request(data) else { return None };
    let request = Request::read(data.get(..length)?)?;
    let body = command::of(request.command)?.body;
    let usual = match body {
        Body::Open => false,
        Body::Range { .. } | Body::Random { .. } | Body::Entry { .. } => request.addressed(),
        Body::None | Body::Monitor { .. } | Body::Buffer { .. } | Body::Echo => request.is_own() && request.timer > 0,
    };
    (usual && request.usual_timer() && super::items::sound(&request, body)).then_some(length)
}
