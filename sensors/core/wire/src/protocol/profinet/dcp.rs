//! Discovery and basic configuration (IEC 61158-6-10, 4.3): who is there, and who sets names and addresses.
//!
//! | 0 FrameID 2 | 2 ServiceID 1 | 3 ServiceType 1 | 4 Xid 4 | 8 ResponseDelay or reserved 2 | 10 DCPDataLength 2 |
//! 12 blocks |

use super::option::{self, Block, Blocks};
use super::realtime::single;
use crate::bytes::{be16, be32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Reply, TIMEOUT, Talk, Values};
use crate::text::Details;

pub const HELLO: u16 = 0xfefc;
const GET_SET: u16 = 0xfefd;
const IDENTIFY_REQUEST: u16 = 0xfefe;
pub const IDENTIFY_RESPONSE: u16 = 0xfeff;
const GET: u8 = 3;
const SET: u8 = 4;
const IDENTIFY: u8 = 5;
const SERVICE_HELLO: u8 = 6;
const NOT_SUPPORTED: u8 = 0x04;
const HEADER: usize = 12;
/// Requests that wait, and blocks of a message that are told.
const WAITING: usize = 32;
const BLOCKS: usize = 32;
/// BlockInfo of an address: another host uses it too.
const CONFLICT: u16 = 0x0080;

struct Waiting {
    side: Side,
    service: u8,
    xid: u32,
    span: Span,
    ordinal: i64,
    blocks: Box<[u8]>,
}

/// Get and Set of one flow that wait for their answer.
#[derive(Default)]
pub struct Dcp {
    waiting: Vec<Waiting>,
}

/// Service and FrameID belong together and the blocks end within the frame.
pub fn fits(data: &[u8]) -> bool {
    let (Some(frame), Some(service), Some(kind), Some(length)) =
        (be16(data, 0), u8_at(data, 2), u8_at(data, 3), be16(data, 10))
    else {
        return false;
    };
    let pair = match frame {
        HELLO => service == SERVICE_HELLO,
        GET_SET => service == GET || service == SET,
        _ => service == IDENTIFY,
    };
    pair && matches!(kind, 0 | 1 | 5) && HEADER + usize::from(length) <= data.len()
}

fn function(service: u8) -> Function {
    let name = match service {
        GET => "Get",
        SET => "Set",
        IDENTIFY => "Identify",
        SERVICE_HELLO => "Hello",
        _ => "Reserved",
    };
    Function { code: Some(u32::from(service)), name: Some(name) }
}

/// Whether the blocks of a service carry BlockInfo or BlockQualifier.
fn informed(service: u8, answer: bool) -> bool {
    matches!((service, answer), (GET | IDENTIFY, true) | (SET, false) | (SERVICE_HELLO, _))
}

impl Dcp {
    pub fn frame(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let (Some(frame), Some(service), Some(kind), Some(xid), Some(length)) =
            (be16(data, 0), u8_at(data, 2), u8_at(data, 3), be32(data, 4), be16(data, 10))
        else {
            return talk.flag(Flag::ProfinetDcpLength, Some(2), None);
        };
        let end = HEADER + usize::from(length);
        if end > data.len() {
            talk.flag(Flag::ProfinetDcpLength, Some(10), None);
        }
        let blocks = data.get(HEADER..end.min(data.len())).unwrap_or_default();
        let answer = kind & 1 == 1;
        let expected = match service {
            GET | SET => frame == GET_SET,
            IDENTIFY => frame == if answer { IDENTIFY_RESPONSE } else { IDENTIFY_REQUEST },
            SERVICE_HELLO => frame == HELLO,
            _ => false,
        };
        if !expected {
            talk.flag(Flag::ProfinetDcpService, Some(2), None);
        }
        match (service, answer) {
            (GET | SET, false) => self.ask(side, service, xid, blocks, talk),
            (GET | SET, true) => self.answer(side, service, (xid, kind), blocks, talk),
            (IDENTIFY, false) => told(side, (service, Operation::IdentifyNetwork, false), xid, blocks, talk),
            (IDENTIFY, true) => told(side, (service, Operation::IdentifyDevice, true), xid, blocks, talk),
            (SERVICE_HELLO, _) => told(side, (service, Operation::Notify, true), xid, blocks, talk),
            _ => {}
        }
    }

    fn ask(&mut self, side: Side, service: u8, xid: u32, blocks: &[u8], talk: &mut Talk<'_>) {
        let (span, ordinal, blocks) = (talk.span(), talk.ordinal(), blocks.into());
        let waiting = Waiting { side, service, xid, span, ordinal, blocks };
        // A group gives no answer that comes back on this flow.
        if !single(side.other(), talk) {
            return settle(&waiting, None, Reply::None, talk);
        }
        if self.waiting.len() >= WAITING {
            talk.flag(Flag::ParserLimit, None, None);
            let oldest = self.waiting.remove(0);
            settle(&oldest, None, Reply::Unanswered, talk);
        }
        self.waiting.push(waiting);
    }

    fn answer(&mut self, side: Side, service: u8, (xid, kind): (u32, u8), blocks: &[u8], talk: &mut Talk<'_>) {
        let place = self.waiting.iter().position(|w| (w.side, w.service, w.xid) == (side.other(), service, xid));
        let Some(place) = place else {
            let lone = Waiting {
                side: side.other(),
                service,
                xid,
                span: talk.span(),
                ordinal: talk.ordinal(),
                blocks: [].into(),
            };
            return settle(&lone, Some((kind, blocks)), Reply::Unexpected, talk);
        };
        let waiting = self.waiting.remove(place);
        settle(&waiting, Some((kind, blocks)), Reply::Answered, talk);
    }

    /// Requests that nobody answered in time.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        let late = |waiting: &Waiting| now.saturating_sub(waiting.span.last.time) > TIMEOUT;
        while let Some(place) = self.waiting.iter().position(late) {
            let waiting = self.waiting.remove(place);
            settle(&waiting, None, Reply::Unanswered, talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.waiting.iter().map(|waiting| size_of::<Waiting>() + waiting.blocks.len()).sum()
    }
}

/// One line of a message, before it becomes an item.
struct Line {
    option: u16,
    operation: Operation,
    text: Option<String>,
    info: Option<u16>,
    status: Option<u8>,
}

/// Bytes of a message with so many in its blocks.
fn size(blocks: usize) -> u32 {
    u32::try_from(HEADER.saturating_add(blocks)).unwrap_or(u32::MAX)
}

/// Get or Set with what came back.
fn settle(request: &Waiting, reply: Option<(u8, &[u8])>, how: Reply, talk: &mut Talk<'_>) {
    let set = request.service == SET;
    let refused = reply.is_some_and(|(kind, _)| kind & NOT_SUPPORTED != 0);
    let mut lines = Vec::new();
    if set {
        read(&request.blocks, true, None, &mut lines, talk);
        for line in &mut lines {
            line.operation = option::deed(line.option);
        }
    }
    if let Some((_, blocks)) = reply {
        let about = (!set).then(|| request.side.other());
        let from = lines.len();
        read(blocks, informed(request.service, true), about, &mut lines, talk);
        let answers = lines.split_off(from.min(lines.len()));
        for answer in answers {
            match lines.iter_mut().find(|line| set && line.option == answer.option) {
                Some(line) => line.status = answer.status.or(line.status),
                None => lines.push(answer),
            }
        }
    }
    if !set {
        for option in request.blocks.chunks_exact(2).take(BLOCKS).filter_map(|pair| be16(pair, 0)) {
            if !lines.iter().any(|line| line.option == option) {
                lines.push(Line { option, operation: Operation::IdentifyDevice, text: None, info: None, status: None });
            }
        }
    }
    let outcome = match (reply, refused) {
        (None, _) => Outcome::Unknown,
        (_, true) => Outcome::Failure,
        _ if lines.iter().any(|line| line.status.is_some_and(|status| status != 0)) => Outcome::Failure,
        _ => Outcome::Success,
    };
    let span =
        Span { first: request.span.first, last: if reply.is_some() { talk.span().last } else { request.span.last } };
    let answered = how == Reply::Answered;
    let mut head = Exchange::new(span, request.side, request.ordinal, &[]);
    head.outcome = outcome;
    head.bytes = size(request.blocks.len()).saturating_add(reply.map_or(0, |(_, blocks)| size(blocks.len())));
    head.status = refused.then_some((u32::from(NOT_SUPPORTED), "Request not supported"));
    head.reply = how;
    head.duration = answered.then(|| span.last.time.saturating_sub(span.first.time));
    tell(request.service, &lines, request.xid, head, talk);
}

/// A message that stands for itself: a question to whom it may concern, an answer to one, Hello.
fn told(side: Side, (service, operation, answer): (u8, Operation, bool), xid: u32, blocks: &[u8], talk: &mut Talk<'_>) {
    let mut lines = Vec::new();
    read(blocks, informed(service, answer), answer.then_some(side), &mut lines, talk);
    for line in &mut lines {
        line.operation = operation;
    }
    let mut head = Exchange::new(talk.span(), side, talk.ordinal(), &[]);
    head.bytes = size(blocks.len());
    head.outcome = if answer { Outcome::Success } else { Outcome::Unknown };
    tell(service, &lines, xid, head, talk);
}

/// Reads blocks into lines. `about`: the side that tells them of itself.
fn read(data: &[u8], informed: bool, about: Option<Side>, lines: &mut Vec<Line>, talk: &mut Talk<'_>) {
    let mut blocks = Blocks { left: data, informed };
    for block in blocks.by_ref().take(BLOCKS) {
        lines.push(line(&block));
        let Some(about) = about else { continue };
        if matches!(block.option, option::IP_PARAMETER | option::FULL_IP_SUITE)
            && block.info.is_some_and(|info| info & CONFLICT != 0)
        {
            let mut details = Details::default();
            details.text("address", &option::value(&block));
            talk.flag(Flag::ProfinetAddressConflict, None, details.finish().as_deref());
        }
        if let Some((attribute, value)) = option::identity(&block).filter(|_| single(about, talk)) {
            talk.identity(about, attribute, &value, 0.9, "profinet dcp");
        }
    }
    if !blocks.left.is_empty() {
        let limit = blocks.next().is_some();
        talk.flag(if limit { Flag::ParserLimit } else { Flag::ProfinetDcpBlock }, None, None);
    }
}

fn line(block: &Block<'_>) -> Line {
    if block.option == option::RESPONSE {
        let of = be16(block.value, 0).unwrap_or(option::RESPONSE);
        let status = u8_at(block.value, 2);
        return Line { option: of, operation: Operation::IdentifyDevice, text: None, info: None, status };
    }
    let text = Some(option::value(block)).filter(|text| !text.is_empty());
    Line { option: block.option, operation: Operation::IdentifyDevice, text, info: block.info, status: None }
}

fn described(xid: u32, info: Option<u16>) -> Option<String> {
    let mut details = Details::default();
    details.number("xid", xid);
    if let Some(info) = info {
        details.number("block_info", info);
    }
    details.finish()
}

fn tell(service: u8, lines: &[Line], xid: u32, head: Exchange<'_>, talk: &mut Talk<'_>) {
    let function = function(service);
    let details: Vec<Option<String>> = lines.iter().map(|line| described(xid, line.info)).collect();
    let bare = described(xid, None);
    let mut items = Vec::with_capacity(lines.len().max(1));
    for (line, details) in lines.iter().zip(&details) {
        let mut item = Item::new(line.operation);
        item.functions =
            Some((function, Function { code: Some(u32::from(line.option)), name: Some(option::name(line.option)) }));
        item.object =
            Object { kind: Some("option"), address: Address::Text(option::name(line.option)), start: 0, count: 0 };
        if let Some(text) = &line.text {
            item.values = Values::Text { kind: "text", text };
        }
        if let Some(status) = line.status {
            item.outcome = Some(if status == 0 { Outcome::Success } else { Outcome::Failure });
            item.status = Some((u32::from(status), option::error(status)));
        }
        item.details = details.as_deref();
        items.push(item);
    }
    if items.is_empty() {
        let operation = match service {
            SET => Operation::ConfigureDevice,
            SERVICE_HELLO => Operation::Notify,
            IDENTIFY => Operation::IdentifyNetwork,
            _ => Operation::IdentifyDevice,
        };
        items.push(Item { details: bare.as_deref(), ..Item::new(operation) });
    }
    let exchange = Exchange { function, flagged: talk.flagged(), items: &items, ..head };
    talk.exchange(&exchange);
}
