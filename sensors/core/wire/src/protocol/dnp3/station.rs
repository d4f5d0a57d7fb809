//! A master and an outstation that talk on a flow: several outstations may stand behind one connection.

use super::file::Transfer;
use super::link::Frame;
use super::reply;
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::protocol::{Reply, TIMEOUT, Talk};

/// Requests that may wait: a master waits for each response, so that older ones were given up.
pub const WAITING: usize = 4;
/// Longest fragment put together; the standard's default is 2048.
const FRAGMENT: usize = 4096;

const FIN: u8 = 0x80;
const FIR: u8 = 0x40;
const SEQUENCE: u8 = 0x3f;

/// A request that waits for its response.
#[derive(Default)]
pub struct Request {
    pub sequence: u8,
    pub function: u8,
    pub objects: Vec<u8>,
    pub master: u16,
    pub unit: u16,
    pub sender: Side,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub flagged: bool,
    /// Its response may be among lost packets.
    pub blind: bool,
    /// Fragments of its response so far.
    pub fragments: u32,
    /// Sequence of the reply to a challenge: the response may have it instead.
    pub challenged: Option<u8>,
    /// Path of the open file it is about, and whether that is written.
    pub file: Option<(String, bool)>,
    /// Operate: whether the select before it was the same.
    pub selected: Option<bool>,
}

/// A link frame that waits for its answer.
#[derive(Clone, Copy)]
pub struct Asked {
    pub function: u8,
    pub destination: u16,
    pub source: u16,
    pub sender: Side,
    pub span: Span,
    pub ordinal: i64,
    pub blind: bool,
}

/// Response or unsolicited response seen last.
#[derive(Clone, Copy)]
pub struct Told {
    pub sequence: u8,
    pub hash: u64,
}

/// A fragment on its way, segment by segment.
#[derive(Default)]
struct Assembly {
    data: Vec<u8>,
    next: u8,
    first: Span,
    bytes: u32,
    active: bool,
    side: Side,
}

/// A whole fragment.
pub struct Fragment<'a> {
    pub data: &'a [u8],
    pub frame: Frame,
    pub side: Side,
    pub span: Span,
    pub bytes: u32,
}

#[derive(Default)]
pub struct Station {
    pub low: u16,
    pub high: u16,
    /// From the lower address, from the higher.
    assemblies: [Assembly; 2],
    pub waiting: Vec<Request>,
    pub link: Option<Asked>,
    pub answered: Option<Told>,
    pub unsolicited: Option<Told>,
    /// Sequence numbers whose confirm is due: of responses, of unsolicited ones.
    pub confirm: [Option<u8>; 2],
    /// Sequence, objects of the select that was answered last.
    pub selected: Option<(u8, Vec<u8>)>,
    pub alarms: u16,
    /// Both directions are known to be complete since the last gap.
    pub in_step: bool,
    pub transfer: Option<Box<Transfer>>,
    pub last: i64,
}

impl Station {
    pub fn of(frame: Frame) -> Self {
        let (low, high) = ends(frame);
        Self { low, high, ..Self::default() }
    }

    pub fn fits(&self, frame: Frame) -> bool {
        (self.low, self.high) == ends(frame)
    }

    /// Takes a segment's data behind its transport byte; hands a fragment on when it is whole.
    pub fn segment(
        &mut self,
        (frame, side): (Frame, Side),
        data: &[u8],
        bytes: u32,
        talk: &mut Talk<'_>,
        whole: impl FnOnce(&mut Self, &Fragment<'_>, &mut Talk<'_>),
    ) {
        let Some((transport, data)) = data.split_first() else {
            talk.flag(Flag::Dnp3Empty, None, None);
            return;
        };
        let from = usize::from(frame.source != self.low);
        let Some(assembly) = self.assemblies.get_mut(from) else { return };
        let span = talk.span();
        if transport & FIR != 0 {
            if assembly.active && self.in_step {
                talk.flag(Flag::Dnp3TransportSequence, None, None);
            }
            assembly.active = false;
            if transport & FIN != 0 {
                return whole(self, &Fragment { data, frame, side, span, bytes }, talk);
            }
            assembly.data.clear();
            (assembly.active, assembly.first, assembly.bytes, assembly.side) = (true, span, 0, side);
        } else if !assembly.active || transport & SEQUENCE != assembly.next {
            // A segment without its first one, or out of order, is thrown away with what there is (8.2.3).
            if self.in_step {
                talk.flag(Flag::Dnp3TransportSequence, None, None);
            }
            assembly.active = false;
            return;
        }
        if assembly.data.len() + data.len() > FRAGMENT {
            assembly.active = false;
            talk.flag(Flag::Dnp3FragmentLength, None, None);
            return;
        }
        assembly.data.extend_from_slice(data);
        assembly.next = transport.wrapping_add(1) & SEQUENCE;
        assembly.bytes = assembly.bytes.saturating_add(bytes);
        if transport & FIN != 0 {
            assembly.active = false;
            let held = std::mem::take(&mut assembly.data);
            let span = Span { first: assembly.first.first, last: span.last };
            let bytes = assembly.bytes;
            whole(self, &Fragment { data: &held, frame, side, span, bytes }, talk);
            // Its room is kept for the next one.
            if let Some(assembly) = self.assemblies.get_mut(from) {
                assembly.data = held;
            }
        }
    }

    pub fn gap(&mut self, side: Side) {
        self.in_step = false;
        for assembly in self.assemblies.iter_mut().filter(|assembly| assembly.side == side) {
            assembly.active = false;
        }
        for request in &mut self.waiting {
            request.blind = true;
        }
        if let Some(asked) = &mut self.link {
            asked.blind = true;
        }
        self.selected = None;
        self.unsolicited = None;
        self.confirm = [None; 2];
        Transfer::gap(&mut self.transfer);
    }

    /// Tells what waited too long.
    pub fn expire(&mut self, now: i64, parts: &mut super::items::Parts, talk: &mut Talk<'_>) {
        if let Some(asked) = self.link.take_if(|asked| now.saturating_sub(asked.span.last.time) >= TIMEOUT) {
            reply::link(&asked, None, talk);
        }
        while self.waiting.first().is_some_and(|r| now.saturating_sub(r.span.last.time) >= TIMEOUT) {
            let request = self.waiting.remove(0);
            let kind = if request.blind || request.fragments > 0 { Reply::None } else { Reply::Unanswered };
            if request.fragments == 0 {
                reply::silent(&request, kind, parts, talk);
            }
        }
        Transfer::expire(&mut self.transfer, now, talk);
    }

    pub fn weight(&self) -> usize {
        let held: usize = self.assemblies.iter().map(|assembly| assembly.data.capacity()).sum();
        let waiting: usize = self.waiting.iter().map(|r| size_of::<Request>() + r.objects.capacity()).sum();
        let selected = self.selected.as_ref().map_or(0, |(_, objects)| objects.capacity());
        size_of::<Self>() + held + waiting + selected
    }
}

fn ends(frame: Frame) -> (u16, u16) {
    (frame.source.min(frame.destination), frame.source.max(frame.destination))
}
