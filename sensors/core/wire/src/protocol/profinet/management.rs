//! Calls of connection management with their answers: Connect, Control, Release, record data, endpoint mapper.
//!
//! Body of a request: | 0 longest answer 4 | 4 length 4 | 8 array: most 4, offset 4, actual 4 | 20 blocks |; of an answer:
//! | 0 PNIOStatus 4 | 4 length 4 | 8 array 12 | 20 blocks |.

use super::block::{self, Blocks, Relation};
use super::rpc::{FRAGMENT, Header, Interface, LAST_FRAGMENT};
use super::tell;
use crate::bytes::{be16, be32, le32};
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::protocol::{Reply, TIMEOUT, Talk};

const ARGUMENTS: usize = 20;
/// Calls that wait, calls remembered as answered, calls put together, and bytes of one.
const WAITING: usize = 32;
const ANSWERED: usize = 8;
const GATHERED: usize = 8;
const LONGEST: usize = 64 * 1024;

pub const CONNECT: u16 = 0;
pub const RELEASE: u16 = 1;
pub const READ: u16 = 2;
pub const WRITE: u16 = 3;
pub const CONTROL: u16 = 4;
pub const READ_IMPLICIT: u16 = 5;

/// Activity and sequence: what makes a call one.
type Call = ([u8; 16], u32);

/// A call that was asked for.
pub struct Waiting {
    call: Call,
    pub side: Side,
    pub interface: Interface,
    pub operation: u16,
    pub little: bool,
    pub span: Span,
    pub ordinal: i64,
    pub body: Box<[u8]>,
}

/// Fragments of one direction of a call, so far.
struct Gathered {
    call: Call,
    side: Side,
    next: u16,
    span: Span,
    bytes: Vec<u8>,
}

/// How a call ended.
pub struct Ending<'a> {
    pub reply: Reply,
    pub span: Span,
    /// PNIOStatus of the answer, or of a fault.
    pub status: Option<u32>,
    pub fault: bool,
    pub blocks: &'a [u8],
    pub bytes: usize,
}

/// Calls of one flow.
#[derive(Default)]
pub struct Management {
    waiting: Vec<Waiting>,
    /// Calls answered, and when.
    answered: Vec<(Call, i64)>,
    gathered: Vec<Gathered>,
}

impl Management {
    pub fn request(&mut self, side: Side, header: &Header, body: &[u8], talk: &mut Talk<'_>) {
        let call = (header.activity, header.sequence);
        // Datagrams are lost, so callers repeat themselves.
        if self.waiting.iter().any(|waiting| waiting.call == call) || self.was_answered(call, talk) {
            return talk.flag(Flag::ProfinetRpcRepeated, Some(64), None);
        }
        let Some((body, span)) = self.whole(side, header, body, talk) else { return };
        if self.waiting.len() >= WAITING {
            talk.flag(Flag::ParserLimit, None, None);
            let oldest = self.waiting.remove(0);
            tell::call(&oldest, &Ending::silent(&oldest, Reply::Unanswered), talk);
        }
        let ordinal = talk.ordinal();
        let (interface, operation, little) = (header.interface, header.operation, header.little);
        self.waiting.push(Waiting { call, side, interface, operation, little, span, ordinal, body: body.into() });
    }

    pub fn response(&mut self, side: Side, header: &Header, body: &[u8], talk: &mut Talk<'_>) {
        let call = (header.activity, header.sequence);
        if self.was_answered(call, talk) {
            return talk.flag(Flag::ProfinetRpcRepeated, Some(64), None);
        }
        let Some((body, span)) = self.whole(side, header, body, talk) else { return };
        let mapper = header.interface == Interface::Mapper;
        let status = if mapper { Some(0) } else { super::status::read(&body, 0, header.little) };
        let blocks = if mapper { &body } else { arguments(&body, header.little, talk) };
        self.end(side, header, (span, status, false), (blocks, body.len()), talk);
    }

    /// Fault and reject: the call was not carried out.
    pub fn refused(&mut self, side: Side, header: &Header, body: &[u8], talk: &mut Talk<'_>) {
        let status = if header.little { le32(body, 0) } else { be32(body, 0) };
        self.end(side, header, (talk.span(), status, true), (&[], body.len()), talk);
    }

    fn end(
        &mut self,
        side: Side,
        header: &Header,
        (span, status, fault): (Span, Option<u32>, bool),
        (blocks, bytes): (&[u8], usize),
        talk: &mut Talk<'_>,
    ) {
        let call = (header.activity, header.sequence);
        if self.answered.len() >= ANSWERED {
            self.answered.remove(0);
        }
        self.answered.push((call, talk.now()));
        let place = self.waiting.iter().position(|waiting| waiting.call == call);
        let (request, reply) = match place {
            Some(place) => (self.waiting.remove(place), Reply::Answered),
            None => (Waiting::lone(side.other(), header, span, talk), Reply::Unexpected),
        };
        let span = Span { first: request.span.first, last: span.last };
        tell::call(&request, &Ending { reply, span, status, fault, blocks, bytes }, talk);
    }

    /// Whether a call was answered just now: a caller that restarts may begin with the same activity and sequence.
    fn was_answered(&self, call: Call, talk: &Talk<'_>) -> bool {
        self.answered.iter().any(|(known, at)| *known == call && talk.now().saturating_sub(*at) <= TIMEOUT)
    }

    /// The body of a call, put together when it comes in fragments. None: there is more to come, or one is missing.
    fn whole(&mut self, side: Side, header: &Header, body: &[u8], talk: &mut Talk<'_>) -> Option<(Vec<u8>, Span)> {
        if header.flags & FRAGMENT == 0 {
            return Some((body.to_vec(), talk.span()));
        }
        let call = (header.activity, header.sequence);
        let place = self.gathered.iter().position(|known| (known.call, known.side) == (call, side));
        if header.fragment == 0 && place.is_none() {
            if self.gathered.len() >= GATHERED {
                self.gathered.remove(0);
                talk.flag(Flag::ParserLimit, None, None);
            }
            self.gathered.push(Gathered { call, side, next: 1, span: talk.span(), bytes: body.to_vec() });
        } else {
            let known = place.and_then(|place| self.gathered.get_mut(place));
            let Some(known) = known.filter(|known| known.next == header.fragment) else {
                talk.flag(Flag::ProfinetRpcFragment, Some(76), None);
                return None;
            };
            if known.bytes.len() + body.len() > LONGEST {
                talk.flag(Flag::ParserLimit, None, None);
                self.gathered.retain(|known| (known.call, known.side) != (call, side));
                return None;
            }
            known.bytes.extend_from_slice(body);
            known.next = known.next.saturating_add(1);
            known.span.last = talk.span().last;
        }
        if header.flags & LAST_FRAGMENT == 0 {
            return None;
        }
        let place = self.gathered.iter().position(|known| (known.call, known.side) == (call, side))?;
        let Gathered { bytes, span, .. } = self.gathered.remove(place);
        Some((bytes, span))
    }

    /// Calls that nobody answered in time.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        let late = |at: i64| now.saturating_sub(at) > TIMEOUT;
        while let Some(place) = self.waiting.iter().position(|waiting| late(waiting.span.last.time)) {
            let waiting = self.waiting.remove(place);
            tell::call(&waiting, &Ending::silent(&waiting, Reply::Unanswered), talk);
        }
        self.gathered.retain(|known| !late(known.span.last.time));
    }

    pub fn weight(&self) -> usize {
        self.waiting.iter().map(|waiting| size_of::<Waiting>() + waiting.body.len()).sum::<usize>()
            + self.gathered.iter().map(|known| size_of::<Gathered>() + known.bytes.len()).sum::<usize>()
            + self.answered.len() * size_of::<(Call, i64)>()
    }
}

impl Waiting {
    fn lone(side: Side, header: &Header, span: Span, talk: &Talk<'_>) -> Self {
        Self {
            call: (header.activity, header.sequence),
            side,
            interface: header.interface,
            operation: header.operation,
            little: header.little,
            span,
            ordinal: talk.ordinal(),
            body: [].into(),
        }
    }

    /// The blocks of the request.
    pub fn blocks<'a>(&'a self, talk: &mut Talk<'_>) -> &'a [u8] {
        if self.body.is_empty() || self.interface == Interface::Mapper {
            return &self.body;
        }
        arguments(&self.body, self.little, talk)
    }
}

impl Ending<'_> {
    fn silent(request: &Waiting, reply: Reply) -> Self {
        Self { reply, span: request.span, status: None, fault: false, blocks: &[], bytes: 0 }
    }
}

/// The blocks behind the head of the arguments.
fn arguments<'a>(body: &'a [u8], little: bool, talk: &mut Talk<'_>) -> &'a [u8] {
    let length = if little { le32(body, 4) } else { be32(body, 4) };
    let whole = length.and_then(|length| body.get(ARGUMENTS..ARGUMENTS.checked_add(usize::try_from(length).ok()?)?));
    // An answer that refuses may end behind its status.
    if whole.is_none() && body.len() >= ARGUMENTS {
        talk.flag(Flag::ProfinetRpcArguments, Some(84), None);
    }
    whole.unwrap_or_default()
}

/// ControlCommand of a control or release block: | 0 reserved 2 | 2 ARUUID 16 | 18 session 2 | 20 alarm 2 | 22 command 2 |.
pub fn command(blocks: &[u8]) -> Option<(u16, Option<[u8; 16]>)> {
    let block = Blocks { left: blocks }.next()?;
    Some((be16(block.body, 22)?, block.body.get(2..).and_then(|body| body.first_chunk().copied())))
}

/// What request and answer say of the relation.
pub fn relation(request: &[u8], answer: &[u8]) -> Relation {
    let mut relation = Relation::default();
    relation.read(request);
    relation.read(answer);
    relation
}

/// `ot.session` of a call that is no Connect.
pub fn session(id: Option<[u8; 16]>) -> Option<i64> {
    id.filter(|id| id.iter().any(|octet| *octet != 0)).map(|id| block::key(&id))
}
