//! Frames of EtherType 0x8892: the FrameID says what a frame is (IEC 61158-6-10, table "FrameID").
//!
//! | 0 FrameID 2 | PDU |

use super::cyclic::Cyclic;
use super::dcp::Dcp;
use super::{ETHERTYPE, alarm, dcp, ptcp};
use crate::bytes::{be16, u8_at};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::flow::facts::mac_of;
use crate::protocol::{Framing, Guess, Parser, Probe, Talk};

/// What stands behind a FrameID.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// RTSyncPDU with and without follow-up, announce, follow-up, delay.
    Ptcp(&'static str),
    /// RT_CLASS_3, 2 and 1, over UDP, unicast and multicast.
    Cyclic,
    Alarm {
        high: bool,
    },
    Dcp,
    /// Fragments of frames sent in a reserved time slot.
    Fragment,
    Reserved,
}

pub fn kind(frame: u16) -> Kind {
    match frame {
        0x0020..=0x0021 => Kind::Ptcp("Sync with follow-up"),
        0x0080..=0x0081 => Kind::Ptcp("Sync"),
        0x0100..=0x0fff | 0x8000..=0xfbff => Kind::Cyclic,
        0xfc01 => Kind::Alarm { high: true },
        0xfe01 => Kind::Alarm { high: false },
        dcp::HELLO..=dcp::IDENTIFY_RESPONSE => Kind::Dcp,
        0xff00..=0xff01 => Kind::Ptcp("Announce"),
        0xff20..=0xff21 => Kind::Ptcp("Follow-up"),
        0xff40 => Kind::Ptcp("Delay request"),
        0xff41 => Kind::Ptcp("Delay response with follow-up"),
        0xff42 => Kind::Ptcp("Delay response follow-up"),
        0xff43 => Kind::Ptcp("Delay response"),
        0xff80..=0xff8f => Kind::Fragment,
        _ => Kind::Reserved,
    }
}

/// Whether this side of the flow is one host: the first bit of a group address is set.
pub fn single(side: Side, talk: &Talk<'_>) -> bool {
    let ip = if side == Side::Client { talk.facts.client.ip } else { talk.facts.server.ip };
    mac_of(ip).and_then(|mac| mac.first().copied()).is_some_and(|first| first & 1 == 0)
}

/// A frame of a known kind whose PDU has that kind's form. Who answers a question is the server.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let Some(frame) = be16(data, 0).filter(|_| probe.destination_port == ETHERTYPE) else { return Guess::No };
    let fits = match kind(frame) {
        Kind::Dcp => dcp::fits(data),
        Kind::Cyclic => data.len() >= 46 && data.last() == Some(&0),
        Kind::Alarm { .. } => alarm::fits(data),
        Kind::Ptcp(_) => ptcp::fits(data),
        Kind::Fragment | Kind::Reserved => false,
    };
    match (fits, kind(frame)) {
        (false, _) => Guess::No,
        (true, Kind::Dcp) if u8_at(data, 3).is_some_and(|kind| kind & 1 == 1) => Guess::Reversed { confidence: 0.98 },
        (true, Kind::Cyclic) => Guess::Yes { confidence: 0.9, sender: Some(Side::Client) },
        (true, _) => Guess::Yes { confidence: 0.98, sender: Some(Side::Client) },
    }
}

/// PROFINET between two Ethernet addresses.
#[derive(Default)]
pub struct Realtime {
    dcp: Dcp,
    cyclic: Cyclic,
    clock: ptcp::Clock,
}

impl Parser for Realtime {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let Some(frame) = be16(data, 0) else { return };
        match kind(frame) {
            Kind::Dcp => self.dcp.frame(side, data, talk),
            Kind::Cyclic => self.cyclic.frame(side, frame, data, talk),
            Kind::Alarm { high } => alarm::frame(side, high, data, talk),
            Kind::Ptcp(name) => self.clock.frame(side, frame, name, data, talk),
            Kind::Fragment | Kind::Reserved => talk.flag(Flag::ProfinetFrameId, Some(0), None),
        }
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.dcp.expire(now, talk);
        self.cyclic.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.dcp.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.dcp.weight() + self.cyclic.weight()
    }
}
