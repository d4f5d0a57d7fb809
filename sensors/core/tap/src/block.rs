//! A block of a TPACKET_V3 ring (`linux/if_packet.h`), numbers in the machine's byte order:
//!
//! ```text
//! block    0 version 4   4 offset of private area 4   8 status 4   12 packets 4   16 offset of the first packet 4
//!          20 length 4   24 sequence number 8   32 first time 4+4   40 last time 4+4
//! packet   0 offset of the next 4   4 seconds 4   8 nanoseconds 4   12 captured 4   16 length on the wire 4   20 status 4
//!          24 offset of the MAC header 2   26 of the network header 2   28 hash 4   32 VLAN tag 4   36 its EtherType 2
//!          48 sockaddr_ll: 48 family 2   50 protocol 2   52 index 4   56 hardware 2   58 packet type 1   59 length 1 …
//! ```

/// The packet was sent by this machine.
const OUTGOING: u8 = libc::PACKET_OUTGOING;
/// EtherType of a customer's VLAN tag, where the kernel does not say which it was (IEEE 802.1Q 9.6).
const VLAN: u16 = 0x8100;
/// Offsets in the header of a packet.
const PACKET_TYPE: usize = 58;

/// The packets of a block, in order of arrival. What lies is passed over and counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor {
    /// Packets left by the block's own count.
    left: u32,
    /// Where the next one begins.
    at: usize,
}

/// A packet as the ring holds it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Packet<'a> {
    /// Nanoseconds since 1970.
    pub time: i64,
    pub data: &'a [u8],
    pub wire_length: u32,
    /// EtherType and control information of the VLAN tag that was taken out of the frame.
    pub tag: Option<(u16, u16)>,
    pub outgoing: bool,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|raw| u16::from_ne_bytes(*raw))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|raw| u32::from_ne_bytes(*raw))
}

fn size_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

impl Cursor {
    /// Before the first packet of a block.
    pub fn begin(block: &[u8]) -> Self {
        Self { left: u32_at(block, 12).unwrap_or(0), at: size_at(block, 16).unwrap_or(usize::MAX) }
    }

    /// Whether all packets were given.
    pub fn is_done(&self) -> bool {
        self.left == 0
    }

    /// Time of the next packet without taking it.
    pub fn peek_time(&self, block: &[u8]) -> Option<i64> {
        if self.is_done() { None } else { time(block.get(self.at..)?) }
    }

    /// The next packet; `None` at the end of the block, and `Some(None)` once for all that is left where the block
    /// contradicts itself.
    pub fn next<'a>(&mut self, block: &'a [u8]) -> Option<Option<Packet<'a>>> {
        if self.is_done() {
            return None;
        }
        let found = block.get(self.at..).and_then(|bytes| Some((packet(bytes)?, size_at(bytes, 0)?)));
        let Some((packet, step)) = found else {
            self.left = 0;
            return Some(None);
        };
        self.left = self.left.saturating_sub(1);
        // The last packet of a block has no next one; a step of nothing before it would go round for ever.
        if step == 0 {
            self.left = 0;
        }
        self.at = self.at.saturating_add(step);
        Some(Some(packet))
    }
}

fn time(header: &[u8]) -> Option<i64> {
    let (seconds, nanoseconds) = (u32_at(header, 4)?, u32_at(header, 8)?);
    Some(i64::from(seconds).saturating_mul(1_000_000_000).saturating_add(i64::from(nanoseconds)))
}

fn packet(header: &[u8]) -> Option<Packet<'_>> {
    let captured = size_at(header, 12)?;
    let status = u32_at(header, 20)?;
    let start = usize::from(u16_at(header, 24)?);
    let data = header.get(start..)?.get(..captured)?;
    let tag = match status & libc::TP_STATUS_VLAN_VALID {
        0 => None,
        _ => {
            let kind = (status & libc::TP_STATUS_VLAN_TPID_VALID != 0).then(|| u16_at(header, 36)).flatten();
            // The upper half of the field is not used.
            let control = u16::try_from(u32_at(header, 32)? & 0xffff).ok()?;
            Some((kind.unwrap_or(VLAN), control))
        }
    };
    let outgoing = header.get(PACKET_TYPE).is_some_and(|kind| *kind == OUTGOING);
    Some(Packet { time: time(header)?, data, wire_length: u32_at(header, 16)?, tag, outgoing })
}

/// The frame as it was on the wire: the tag stands behind both MAC addresses again. `None` for a frame too short to have
/// had one.
pub fn put_tag_back<'a>(data: &[u8], (kind, control): (u16, u16), whole: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let (addresses, rest) = data.split_at_checked(12)?;
    whole.clear();
    for part in [addresses, &kind.to_be_bytes(), &control.to_be_bytes(), rest] {
        whole.extend_from_slice(part);
    }
    Some(whole)
}
