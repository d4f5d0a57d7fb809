//! The precision transparent clock protocol (IEC 61158-6-10, 4.5): who gives the time to whom.
//!
//! | 0 FrameID 2 | 2 reserved 12, or delay in a Sync | 14 SequenceID 2 | 16 delay 6 | 22 TLVs |;
//! TLV: | type 7 bits, length 9 bits | data | padding to four octets |.

use crate::bytes::{be16, be32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk, Values};
use crate::text::{self, Details};

const SEQUENCE: usize = 14;
const TLVS: usize = 22;
/// Types of TLV.
const END: u16 = 0;
const SUBDOMAIN: u16 = 1;
const TIME: u16 = 2;
const MASTER: u16 = 4;
const DELAY: u16 = 6;
/// TLVs of one frame that are read.
const MOST: usize = 16;

/// The first TLV is one of those that begin a PDU.
pub fn fits(data: &[u8]) -> bool {
    be16(data, TLVS)
        .is_some_and(|head| matches!(head >> 9, SUBDOMAIN..=7) && usize::from(head & 0x1ff) + TLVS + 2 <= data.len())
}

/// What one flow's frames said last.
#[derive(Default)]
pub struct Clock {
    master: Option<[u8; 6]>,
}

impl Clock {
    pub fn frame(&mut self, side: Side, frame: u16, name: &'static str, data: &[u8], talk: &mut Talk<'_>) {
        let mut details = Details::default();
        let mut address = String::from("delay");
        let mut value = None;
        let mut at = TLVS;
        for _ in 0..MOST {
            let Some(head) = be16(data, at) else { break };
            let (kind, length) = (head >> 9, usize::from(head & 0x1ff));
            if kind == END {
                break;
            }
            let Some(tlv) = data.get(at + 2..at + 2 + length) else {
                talk.flag(Flag::ProfinetPtcpLength, u32::try_from(at).ok(), None);
                break;
            };
            match kind {
                SUBDOMAIN => {
                    value = tlv.first_chunk::<6>().copied();
                    address = format!("subdomain:{}", uuid(tlv.get(6..22).unwrap_or_default(), false));
                }
                TIME => time(tlv, &mut details),
                MASTER => master(tlv, &mut details),
                DELAY => value = tlv.first_chunk::<6>().copied(),
                _ => {}
            }
            at += (2 + length).next_multiple_of(4);
        }
        let sync = address.starts_with("subdomain");
        if sync && self.master.is_some() && value.is_some() && self.master != value {
            talk.flag(Flag::ProfinetPtcpMaster, None, None);
        }
        if sync {
            self.master = value.or(self.master);
        }
        if sync && let Some(master) = value {
            details.text("master", &text::mac(master));
        }
        let sequence = be16(data, SEQUENCE).unwrap_or(0);
        details.number("sequence", sequence);
        let details = details.finish();
        let value = value.map(text::mac);
        let mut item = Item::new(Operation::Publish);
        item.object = Object { kind: Some("clock"), address: Address::Text(&address), start: 0, count: 0 };
        item.details = details.as_deref();
        if let Some(value) = &value {
            item.values = Values::Text { kind: "mac", text: value };
        }
        let items = [item];
        let exchange = Exchange {
            function: Function { code: Some(u32::from(frame)), name: Some(name) },
            outcome: Outcome::Success,
            bytes: u32::try_from(data.len()).unwrap_or(u32::MAX),
            flagged: talk.flagged(),
            ..Exchange::new(talk.span(), side, talk.ordinal(), &items)
        };
        talk.exchange(&exchange);
    }
}

/// | epoch 2 | seconds 4 | nanoseconds 4 |.
fn time(tlv: &[u8], details: &mut Details) {
    if let Some(seconds) = be32(tlv, 2) {
        details.number("clock_seconds", seconds);
    }
}

/// | MasterPriority1 1 | MasterPriority2 1 | ClockClass 1 | ClockAccuracy 1 | ClockVariance 2 |.
fn master(tlv: &[u8], details: &mut Details) {
    for (key, at) in [("master_priority1", 0), ("master_priority2", 1), ("clock_class", 2), ("clock_accuracy", 3)] {
        if let Some(value) = u8_at(tlv, at) {
            details.number(key, value);
        }
    }
}

/// A UUID as text; in little-endian form its first three fields are turned round.
pub fn uuid(data: &[u8], little: bool) -> String {
    let Some(mut bytes) = data.first_chunk::<16>().copied() else { return text::hex(data, 16) };
    if little {
        let [a, b, c, d, e, f, g, h, ..] = bytes;
        for (slot, byte) in bytes.iter_mut().zip([d, c, b, a, f, e, h, g]) {
            *slot = byte;
        }
    }
    let hex = text::hex(&bytes, 16);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
