//! Groups of more than 8 bytes (SAE J1939-21, 5.10): announced to all (BAM) or agreed with one (RTS, CTS), then packets of
//! 7 bytes.
//!
//! | 0 control 1 | 1 size 2 | 3 packets 1 | 4 at once 1 | 5 group 3 |; a packet: | 0 number from 1 on 1 | 1 data 7 |.

use super::{Head, between, number};
use crate::bytes::{le16, u8_at};
use crate::dataset::Flag;
use crate::flow::Span;
use crate::protocol::Talk;
use crate::text::Details;

const REQUEST_TO_SEND: u8 = 16;
const CLEAR_TO_SEND: u8 = 17;
const END: u8 = 19;
const BROADCAST: u8 = 32;
const ABORT: u8 = 255;
const PACKET: usize = 7;
const LONGEST: usize = 1785;
/// Transfers under way at once.
const TRANSFERS: usize = 64;
/// One without a packet for so long is over, ns (T1 to T4 are shorter).
const PATIENCE: i64 = 3_000_000_000;

/// One group on its way.
pub struct Transfer {
    pub head: Head,
    pub data: Vec<u8>,
    pub span: Span,
    pub ordinal: i64,
    size: usize,
    next: u8,
    last: i64,
}

/// Those of one bus.
#[derive(Default)]
pub struct Transfers {
    list: Vec<Transfer>,
}

impl Transfers {
    /// Between the same two, in the same direction.
    fn place(&self, head: Head) -> Option<usize> {
        let ends = (head.source, head.destination);
        self.list.iter().position(|transfer| (transfer.head.source, transfer.head.destination) == ends)
    }

    pub fn manage(&mut self, head: Head, data: &[u8], talk: &mut Talk<'_>) {
        between(head, talk);
        let (Some(control), Some(group)) = (u8_at(data, 0), number(data, 5)) else {
            return talk.flag(Flag::J1939Length, None, None);
        };
        match control {
            REQUEST_TO_SEND | BROADCAST => self.begin(head, data, group, talk),
            CLEAR_TO_SEND | END => {}
            // Either side may end it; why is the other's.
            ABORT => {
                let back = Head { source: head.destination, destination: head.source, ..head };
                if let Some(at) = self.place(head).or_else(|| self.place(back)) {
                    self.list.remove(at);
                    lost(group, u8_at(data, 1), talk);
                }
            }
            _ => talk.flag(Flag::J1939Transport, None, None),
        }
    }

    fn begin(&mut self, head: Head, data: &[u8], group: u32, talk: &mut Talk<'_>) {
        let (Some(size), Some(packets)) = (le16(data, 1).map(usize::from), u8_at(data, 3).map(usize::from)) else {
            return;
        };
        if !(9..=LONGEST).contains(&size) || size.div_ceil(PACKET) != packets {
            return talk.flag(Flag::J1939Transport, None, None);
        }
        if let Some(at) = self.place(head) {
            self.list.remove(at);
        }
        if self.list.len() >= TRANSFERS {
            self.list.remove(0);
            talk.flag(Flag::ParserLimit, None, None);
        }
        let span = talk.span();
        let head = Head { group, ..head };
        let (ordinal, last) = (talk.ordinal(), span.last.time);
        self.list.push(Transfer { head, data: Vec::new(), span, ordinal, size, next: 1, last });
    }

    /// A packet; the group, where it was the last one.
    pub fn packet(&mut self, head: Head, data: &[u8], talk: &mut Talk<'_>) -> Option<Transfer> {
        between(head, talk);
        // Without its announcement nobody knows what it belongs to.
        let at = self.place(head)?;
        let transfer = self.list.get_mut(at)?;
        let got = u8_at(data, 0)?;
        transfer.last = talk.now();
        if got.wrapping_add(1) == transfer.next {
            return None;
        }
        if got != transfer.next {
            talk.flag(Flag::J1939Transport, None, None);
            self.list.remove(at);
            return None;
        }
        transfer.next = transfer.next.wrapping_add(1);
        let room = transfer.size.saturating_sub(transfer.data.len()).min(PACKET);
        let bytes = data.get(1..).unwrap_or_default();
        transfer.data.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        (transfer.data.len() >= transfer.size).then(|| self.list.remove(at))
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        let over = |transfer: &Transfer| now.saturating_sub(transfer.last) >= PATIENCE;
        while let Some(at) = self.list.iter().position(over) {
            let transfer = self.list.remove(at);
            between(transfer.head, talk);
            lost(transfer.head.group, None, talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.list.iter().map(|transfer| size_of::<Transfer>() + transfer.data.capacity()).sum()
    }
}

fn lost(group: u32, reason: Option<u8>, talk: &mut Talk<'_>) {
    let mut details = Details::default();
    details.number("group", i64::from(group));
    if let Some(reason) = reason {
        details.number("reason", reason);
    }
    talk.flag(Flag::J1939TransferLost, None, details.finish().as_deref());
}
