//! A CIP request and its reply (CIP Networks Library Volume 1, 2-4): unwrapped down to single services.
//!
//! Request: | 0 service 1 | 1 path size in words 1 | path | data |
//! Reply: | 0 service with bit 7 set 1 | 1 reserved 1 | 2 general status 1 | 3 size of extended status in words 1 |
//! extended status | data |

use super::path::{self, Path};
use super::reading::Reading;
use super::service::{self, REPLY, Target};
use super::status;
use super::transfer::{self, Step};
use super::{attribute, data, open, pccc, tag};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::Outcome;
use crate::text::Details;
use std::fmt::Write as _;

/// Requests inside requests that are followed: Unconnected_Send holds Multiple_Service_Packet holds a service.
const DEPTH: u8 = 3;
/// Services of one message that become items (504 bytes hold at most 60).
const SERVICES: usize = 512;

/// A request taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub service: u8,
    pub path: Path<'a>,
    pub data: &'a [u8],
}

impl<'a> Ask<'a> {
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let size = usize::from(u8_at(bytes, 1)?) * 2;
        Some(Self {
            service: u8_at(bytes, 0)?,
            path: Path::read(bytes.get(2..2 + size)?),
            data: bytes.get(2 + size..)?,
        })
    }

    pub fn target(&self) -> Target {
        Target { class: self.path.class, symbolic: self.path.symbolic }
    }
}

/// A reply taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub service: u8,
    pub status: u8,
    pub extended: Option<u16>,
    pub data: &'a [u8],
}

impl<'a> Answer<'a> {
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let words = usize::from(u8_at(bytes, 3)?);
        Some(Self {
            service: u8_at(bytes, 0)?,
            status: u8_at(bytes, 2)?,
            extended: le16(bytes, 4).filter(|_| words > 0),
            data: bytes.get(4 + words * 2..)?,
        })
    }

    /// Whether there is data that means something.
    pub fn good(&self) -> bool {
        matches!(self.status, 0 | status::PARTIAL_TRANSFER | status::EMBEDDED_SERVICE_ERROR)
    }

    pub fn end(&self, target: Target) -> (Outcome, Option<(u32, &'static str)>) {
        let name = status::general(self.status).unwrap_or("Reserved status");
        let further = match self.status {
            status::CONNECTION_FAILURE => self.extended.and_then(status::connection),
            0xff if target.is_tag() => self.extended.and_then(status::tag),
            _ => None,
        };
        match self.status {
            0 => (Outcome::Success, None),
            status::PARTIAL_TRANSFER => (Outcome::Success, Some((u32::from(self.status), name))),
            _ => (Outcome::Failure, Some((u32::from(self.status), further.unwrap_or(name)))),
        }
    }
}

/// Reads a request, and its reply where there is one, into items.
pub fn read(request: &[u8], reply: Option<&[u8]>, depth: u8, out: &mut Reading) {
    let Some(ask) = Ask::read(request) else {
        out.odd(Flag::EnipPath);
        return unreadable(request, reply, out);
    };
    if !ask.path.whole {
        out.odd(Flag::EnipPath);
    }
    let answer = reply.and_then(Answer::read);
    if reply.is_some() && answer.is_none() {
        out.odd(Flag::EnipServiceLength);
    }
    let (answer, class) = (answer.as_ref(), ask.path.class);
    match (ask.service, class) {
        _ if depth >= DEPTH => plain(&ask, answer, out),
        (service::UNCONNECTED_SEND, Some(service::CONNECTION_MANAGER)) => unconnected(&ask, reply, depth, out),
        (service::MULTIPLE_SERVICE_PACKET, Some(service::MESSAGE_ROUTER)) => several(&ask, answer, depth, out),
        (service::FORWARD_OPEN | service::LARGE_FORWARD_OPEN, Some(service::CONNECTION_MANAGER)) => {
            open::forward_open(&ask, answer, out);
        }
        (service::FORWARD_CLOSE, Some(service::CONNECTION_MANAGER)) => open::forward_close(&ask, answer, out),
        (service::EXECUTE_PCCC, Some(service::PCCC)) => pccc::execute(&ask, answer, out),
        (service::READ_TAG, Some(service::MEMORY)) => memory(&ask, answer, out),
        (service::CLASS_SPECIFIC.., Some(service::FILE)) => file(&ask, answer, out),
        (service::CLASS_SPECIFIC.., _) if ask.target().is_tag() => tag::read(&ask, answer, out),
        (service::CLASS_SPECIFIC.., _) => plain(&ask, answer, out),
        _ => attribute::read(&ask, answer, out),
    }
}

/// A request that is shorter than its path says.
fn unreadable(request: &[u8], reply: Option<&[u8]>, out: &mut Reading) {
    let ask = Ask { service: u8_at(request, 0).unwrap_or(0), path: Path::default(), data: &[] };
    out.item(&ask, reply.and_then(Answer::read).as_ref());
    out.operation(Operation::Unknown);
}

/// A service whose data has no known layout: sizes, and its first bytes.
pub fn plain(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    out.item(ask, answer);
    let mut details = Details::default();
    if !ask.data.is_empty() {
        // A lock's password, a key or certificate: what they are called and how long, not what they are.
        if !out.last().is_some_and(|draft| service::is_secret(draft.operation)) {
            details.text("data", &crate::text::hex(ask.data, 64));
        }
        details.number("data_size", i64::try_from(ask.data.len()).unwrap_or(i64::MAX));
    }
    if let Some(answer) = answer.filter(|answer| !answer.data.is_empty()) {
        details.number("reply_size", i64::try_from(answer.data.len()).unwrap_or(i64::MAX));
    }
    extended(answer, &mut details);
    out.details(details);
    if let Some(bytes) = answer.filter(|answer| answer.good()).map(|answer| answer.data)
        && out.last().is_some_and(|draft| draft.operation == Operation::Read)
    {
        let values = data::bytes("BYTES", bytes, &mut out.drafts);
        out.values(values);
    }
}

/// A service of the File object: a file or a part of one.
fn file(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    plain(ask, answer, out);
    let Some(answer) = answer.filter(|answer| answer.good()) else { return };
    let data = match ask.service {
        transfer::INITIATE_UPLOAD | transfer::UPLOAD_TRANSFER => answer.data,
        transfer::INITIATE_DOWNLOAD | transfer::DOWNLOAD_TRANSFER => ask.data,
        _ => return,
    };
    let mut file = String::new();
    ask.path.write(&mut file);
    out.step = Some(Step { service: ask.service, file, data: data.to_vec() });
}

/// Memory read at an address: | byte address 4 | elements 2 |, which is where it reads, not what.
fn memory(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    let Some(at) = le32(ask.data, 0) else { return plain(ask, answer, out) };
    out.item(ask, answer);
    let address = out.drafts.texts(|text| {
        ask.path.write(text);
        let _ = write!(text, "/{at}");
    });
    let told = answer.filter(|answer| answer.good()).map_or(&[][..], |answer| answer.data);
    let values = data::bytes("BYTES", told, &mut out.drafts);
    if let Some(draft) = out.last() {
        (draft.address, draft.told) = (address, values);
    }
}

/// Extended status, where a reply has one.
pub fn extended(answer: Option<&Answer<'_>>, details: &mut Details) {
    if let Some(code) = answer.and_then(|answer| answer.extended) {
        details.number("extended_status", code);
    }
}

/// Unconnected_Send (Volume 1, 3-5.5.4): | priority and tick 1 | time-out 1 | message size 2 | message | pad | route size
/// in words 1 | reserved 1 | route |.
fn unconnected(ask: &Ask<'_>, reply: Option<&[u8]>, depth: u8, out: &mut Reading) {
    let message = le16(ask.data, 2).map(usize::from).and_then(|size| ask.data.get(4..4 + size));
    let Some(message) = message else {
        out.odd(Flag::EnipServiceLength);
        return plain(ask, reply.and_then(Answer::read).as_ref(), out);
    };
    let at = 4 + message.len() + message.len() % 2;
    match u8_at(ask.data, at).and_then(|words| ask.data.get(at + 2..at + 2 + usize::from(words) * 2)) {
        Some(route) => path::write_route(route, &mut out.route),
        None => out.odd(Flag::EnipServiceLength),
    }
    read(message, reply, depth + 1, out);
}

/// Multiple_Service_Packet (Volume 1, A-4.10): | count 2 | offset 2 for each, from the count on | requests or replies |.
fn several(ask: &Ask<'_>, answer: Option<&Answer<'_>>, depth: u8, out: &mut Reading) {
    let count = le16(ask.data, 0).unwrap_or(0);
    let replies = answer.filter(|answer| answer.good()).map(|answer| answer.data);
    if count == 0 || replies.is_some_and(|data| le16(data, 0) != Some(count)) {
        out.odd(Flag::EnipServiceLength);
    }
    if count == 0 {
        return plain(ask, answer, out);
    }
    // Refused as a whole: each service shares the status.
    out.outcome = answer.filter(|answer| !answer.good()).map(|answer| answer.end(ask.target()));
    let (mut asked, mut answered) = (Parts::new(ask.data), replies.map(Parts::new));
    for _ in 0..count {
        if out.drafts.list.len() >= SERVICES {
            out.odd(Flag::ParserLimit);
            break;
        }
        let (request, reply) = (asked.next(), answered.as_mut().and_then(Parts::next));
        let Some(request) = request else {
            out.odd(Flag::EnipServiceLength);
            break;
        };
        if let Some(reply) = reply
            && u8_at(reply, 0).map(|code| code & !REPLY) != u8_at(request, 0)
        {
            out.odd(Flag::EnipReplyService);
        }
        read(request, reply, depth + 1, out);
    }
    if out.drafts.list.is_empty() {
        plain(ask, answer, out);
    }
}

/// Requests or replies of a Multiple_Service_Packet. Each begins behind the one before: none is read twice, and the packet
/// cannot hold itself.
struct Parts<'a> {
    data: &'a [u8],
    count: u16,
    number: u16,
    floor: usize,
}

impl<'a> Parts<'a> {
    fn new(data: &'a [u8]) -> Self {
        let count = le16(data, 0).unwrap_or(0);
        Self { data, count, number: 0, floor: 2 + 2 * usize::from(count) }
    }

    fn offset(&self, number: u16) -> Option<usize> {
        le16(self.data, 2 + 2 * usize::from(number)).map(usize::from)
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let from = self.offset(self.number).filter(|from| self.number < self.count && *from >= self.floor)?;
        self.number += 1;
        let to = if self.number < self.count { self.offset(self.number)? } else { self.data.len() };
        self.floor = to.max(from);
        self.data.get(from..to)
    }
}

/// The replies of a Multiple_Service_Packet whose request nobody saw.
pub fn replies(data: &[u8]) -> impl Iterator<Item = Answer<'_>> {
    Parts::new(data).take(SERVICES).filter_map(Answer::read)
}
