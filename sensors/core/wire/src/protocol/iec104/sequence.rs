//! Sequence numbers (5.1), windows (5.5) and the data transfer states (5.3) of one connection.
//!
//! The tap sees an acknowledgement not later than the side it is meant for, and a message not later than its receiver:
//! what is counted here can only be less than what the stations count.

use super::frame;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text::Details;

/// Messages that may be sent without acknowledgement (5.5: k = 12). Sites may set another number.
const K: u16 = 12;
/// Messages received after which an acknowledgement is due at the latest (5.5: w = 8). Sites may set another number.
const W: u16 = 8;
/// Time within which sent messages must be acknowledged (5.2, 9.6: t1 = 15 s), ns.
pub const T1: i64 = 15_000_000_000;
const MODULO: u16 = 0x8000;
const HALF: u16 = MODULO / 2;

/// What one side has sent.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    /// N(S) that must come next.
    next: Option<u16>,
    /// N(R) the other side sent last.
    acknowledged: Option<u16>,
    /// Since when something at the latest is not acknowledged.
    since: Option<i64>,
    /// The window is exceeded, and that was told.
    exceeded: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Transfer {
    /// The connection's beginning was not seen, or bytes are missing since.
    #[default]
    Unknown,
    Stopped,
    Started,
}

/// Both sides.
#[derive(Debug, Default)]
pub struct Sequence {
    client: Line,
    server: Line,
    transfer: Transfer,
    /// Messages before the start were told.
    told: bool,
    begun: bool,
}

const fn ahead(of: u16, number: u16) -> u16 {
    number.wrapping_sub(of) % MODULO
}

impl Sequence {
    fn line(&mut self, side: Side) -> &mut Line {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// Any message: on a connection seen from its beginning both sides count from 0.
    pub fn begin(&mut self, talk: &Talk<'_>) {
        if !self.begun && talk.facts.begun {
            let zero = Line { next: Some(0), acknowledged: Some(0), ..Line::default() };
            (self.client, self.server, self.transfer) = (zero, zero, Transfer::Stopped);
        }
        self.begun = true;
    }

    /// A message of I format was sent.
    pub fn sent(&mut self, side: Side, number: u16, talk: &mut Talk<'_>) {
        if self.transfer == Transfer::Stopped && !self.told {
            self.told = true;
            talk.flag(Flag::Iec104NotStarted, Some(2), None);
        }
        let now = talk.now();
        let line = self.line(side);
        let expected = line.next.unwrap_or(number);
        let beyond = ahead(expected, number);
        if beyond != 0 {
            let flag = if beyond < HALF { Flag::Iec104SequenceGap } else { Flag::Iec104SequenceDuplicate };
            talk.flag(flag, Some(2), differing(expected, number).as_deref());
        }
        if beyond < HALF {
            line.next = Some((number + 1) % MODULO);
        }
        line.since = line.since.or(Some(now));
        let base = *line.acknowledged.get_or_insert(number);
        let waiting = ahead(base, line.next.unwrap_or(number));
        if waiting > K && waiting < HALF && !line.exceeded {
            line.exceeded = true;
            let mut details = Details::default();
            details.number("unacknowledged", waiting);
            talk.flag(Flag::Iec104WindowExceeded, Some(2), details.finish().as_deref());
        }
    }

    /// A message of I or S format says what came from the other side.
    pub fn received(&mut self, side: Side, number: u16, talk: &mut Talk<'_>) {
        let now = talk.now();
        let line = self.line(side.other());
        if let Some(next) = line.next
            && (1..HALF).contains(&ahead(next, number))
        {
            talk.flag(Flag::Iec104AckUnsent, Some(4), differing(next, number).as_deref());
            return;
        }
        if let Some(base) = line.acknowledged {
            let newly = ahead(base, number);
            if newly >= HALF {
                talk.flag(Flag::Iec104AckBackward, Some(4), differing(base, number).as_deref());
                return;
            }
            if newly > W {
                let mut details = Details::default();
                details.number("unacknowledged", newly);
                talk.flag(Flag::Iec104AckLate, Some(4), details.finish().as_deref());
            }
            if let Some(since) = line.since
                && now.saturating_sub(since) > T1
                && newly > 0
            {
                let mut details = Details::default();
                details.number("waited", now.saturating_sub(since) / 1_000_000);
                talk.flag(Flag::Iec104AckTimeout, Some(4), details.finish().as_deref());
            }
            if newly > 0 {
                line.since = Some(now);
            }
        }
        line.acknowledged = Some(number);
        if line.next == Some(number) {
            line.since = None;
        }
        line.exceeded &= line.next.is_some_and(|next| ahead(number, next) > K);
    }

    /// A U function changes the state of data transfer.
    pub fn function(&mut self, function: u8) {
        let known = self.transfer != Transfer::Unknown;
        match function {
            frame::STARTDT_CON => self.transfer = Transfer::Started,
            frame::STOPDT_CON if known => self.transfer = Transfer::Stopped,
            _ => return,
        }
        self.told = false;
    }

    /// Bytes of one side are missing: messages, and acknowledgements of the other's.
    pub fn gap(&mut self, side: Side) {
        *self.line(side) = Line::default();
        let other = self.line(side.other());
        (other.acknowledged, other.since, other.exceeded) = (None, None, false);
        self.transfer = Transfer::Unknown;
        self.begun = true;
    }
}

fn differing(expected: u16, observed: u16) -> Option<String> {
    let mut details = Details::default();
    details.number("expected", expected).number("observed", observed);
    details.finish()
}
