//! Frames by kind: to whom, how long, with which tags.

use super::view::{View, is_group};
use super::{Counts, Mac};
use crate::bytes::{be16, u8_at};
use crate::capture::Frame;
use crate::flow::ip::TCP;
use std::collections::BTreeMap;

const BROADCAST: Mac = [0xff; 6];
/// Frames that plants send to groups by design: PROFINET, EtherCAT, GOOSE, GSE, sampled values, POWERLINK, SERCOS III.
const TO_GROUPS: [u16; 7] = [0x8892, 0x88A4, 0x88B8, 0x88B9, 0x88BA, 0x88AB, 0x88CD];
/// The largest datagram of an Ethernet frame without jumbo frames (IEEE 802.3: maxBasicDataSize).
const BASIC: usize = 1500;
/// Nobody's frames are that long, jumbo frames have some 9,000 bytes.
const JUMBO: usize = 9_216;
/// Option of a TCP header: the largest segment (RFC 9293, 3.7.1).
const MSS: u8 = 2;

/// Counters of frames by kind.
#[derive(Default)]
pub struct Kinds {
    unread: u64,
    unicast: u64,
    multicast: u64,
    broadcast: u64,
    to_groups: u64,
    stationless: u64,
    own: u64,
    tagged: u64,
    stacked: u64,
    cut_in_capture: u64,
    cut_before: u64,
    long_tcp: u64,
    beyond_jumbo: u64,
    without_length: u64,
    largest_mss: u64,
    tcp: u64,
    arp: u64,
    ip: u64,
    pub vlans: BTreeMap<u16, u64>,
}

impl Kinds {
    /// A frame that cannot be opened.
    pub fn unread(&mut self, frame: &Frame<'_>) {
        self.unread += 1;
        self.cut(frame);
    }

    /// Counts a frame; true for a unicast frame from or to the machine that listens.
    pub fn frame(&mut self, frame: &Frame<'_>, view: &View<'_>, own: &[Mac]) -> bool {
        let cut = self.cut(frame);
        let packet = &view.packet;
        if let Some(id) = packet.vlan {
            self.tagged += 1;
            *self.vlans.entry(id).or_default() += 1;
            self.stacked += u64::from(packet.inner_vlan.is_some());
        }
        self.arp += u64::from(packet.ether_type == Some(crate::link::decode::ETHERTYPE_ARP));
        self.lengths(view, cut);
        let Some((source, destination)) = view.stations() else {
            self.stationless += 1;
            return false;
        };
        let group = is_group(destination);
        if !group && (own.contains(&source) || own.contains(&destination)) {
            self.own += 1;
            return true;
        }
        let kind = match () {
            () if destination == BROADCAST => &mut self.broadcast,
            () if group => &mut self.multicast,
            () => &mut self.unicast,
        };
        *kind += 1;
        self.to_groups += u64::from(group && packet.ether_type.is_some_and(|kind| TO_GROUPS.contains(&kind)));
        false
    }

    /// Counts a frame that the capture cut off; true if it did.
    fn cut(&mut self, frame: &Frame<'_>) -> bool {
        let cut = usize::try_from(frame.wire_length).is_ok_and(|length| frame.data.len() < length);
        self.cut_in_capture += u64::from(cut);
        cut
    }

    /// Datagrams that are longer than a frame, or than what is there of them.
    fn lengths(&mut self, view: &View<'_>, cut: bool) {
        let Some(ip) = &view.ip else { return };
        self.ip += 1;
        self.cut_before += u64::from(ip.datagram.short && !cut);
        if ip.datagram.protocol != TCP {
            return;
        }
        self.tcp += 1;
        self.without_length += u64::from(ip.length == 0);
        self.long_tcp += u64::from(ip.length > BASIC);
        self.beyond_jumbo += u64::from(ip.length > JUMBO);
        if ip.datagram.fragment.is_none_or(|part| part.offset == 0) {
            self.largest_mss = self.largest_mss.max(largest_segment(ip.datagram.payload).unwrap_or(0).into());
        }
    }

    pub fn tell(&self, counts: &mut Counts) {
        counts.extend([
            ("unread", self.unread),
            ("unicast", self.unicast),
            ("multicast", self.multicast),
            ("broadcast", self.broadcast),
            ("realtime_groups", self.to_groups),
            ("stationless", self.stationless),
            ("own", self.own),
            ("tagged", self.tagged),
            ("stacked", self.stacked),
            ("cut_in_capture", self.cut_in_capture),
            ("cut_before", self.cut_before),
            ("long_tcp", self.long_tcp),
            ("beyond_jumbo", self.beyond_jumbo),
            ("without_length", self.without_length),
            ("largest_mss", self.largest_mss),
            ("tcp", self.tcp),
            ("arp", self.arp),
            ("ip", self.ip),
        ]);
    }
}

/// The largest segment that the sender of a SYN takes, bytes.
fn largest_segment(segment: &[u8]) -> Option<u16> {
    if u8_at(segment, 13)? & 0x02 == 0 {
        return None;
    }
    let header = usize::from(u8_at(segment, 12)? >> 4) * 4;
    let mut options = segment.get(20..header)?;
    loop {
        match u8_at(options, 0)? {
            0 => return None,
            1 => options = options.get(1..)?,
            MSS => return be16(options, 2),
            _ => options = options.get(usize::from(u8_at(options, 1)?).max(2)..)?,
        }
    }
}
