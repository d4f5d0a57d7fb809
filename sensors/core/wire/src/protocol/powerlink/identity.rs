//! Who a node is (DS 301, 7.3.3.2.1, IdentResponse), and what its object dictionary says of it. | 4 flags 1 | 5 flags 1 |
//! 6 NMT status 1 | 7 reserved 1 | 8 version 1 | 9 reserved 1 | 10 feature flags 4 | 14 MTU 2 | 16 PReq size 2 |
//! 18 PRes size 2 | 20 response time 4 | 24 reserved 2 | 26 device type 4 | 30 vendor 4 | 34 product code 4 |
//! 38 revision 4 | 42 serial number 4 | 46 vendor's 8 | 54 configuration date 4, time 4 | 62 software date 4, time 4 |
//! 70 IP address 4 | 74 mask 4 | 78 gateway 4 | 82 host name 32 | 114 vendor's 48 |.

use super::words;
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::protocol::dictionary::value::readable;
use crate::text::{self, Details};
use std::net::Ipv4Addr;

const CONFIDENCE: f32 = 0.9;
/// Bytes up to the host name's end.
const LEAST: usize = 114;
const HOST_NAME: std::ops::Range<usize> = 82..LEAST;
const EVIDENCE: &str = "powerlink IdentResponse";

/// Feature flags by bit (DS 301, table 118).
const FEATURES: [&str; 21] = [
    "isochronous",
    "SDO by UDP/IP",
    "SDO by ASnd",
    "SDO by PDO",
    "NMT info services",
    "extended NMT state commands",
    "dynamic PDO mapping",
    "NMT service by UDP/IP",
    "configuration manager",
    "multiplexed access",
    "node id by software",
    "basic Ethernet mode",
    "routing type 1",
    "routing type 2",
    "SDO read/write all",
    "SDO read/write multiple",
    "multiple ASnd",
    "ring redundancy",
    "PRes chaining",
    "multiple PReq/PRes",
    "dynamic node allocation",
];

/// What was told of a node: device type, then vendor, product, revision and serial number.
#[derive(Default)]
pub struct Identity {
    numbers: [Option<u32>; 5],
}

impl Identity {
    /// Takes one number of the node at `about`; whether it is another one than before.
    fn number(&mut self, about: Side, (sub, number): (u8, u32), evidence: &str, talk: &mut Talk<'_>) -> bool {
        let Some(slot) = self.numbers.get_mut(usize::from(sub)) else { return false };
        let before = slot.replace(number);
        if before == Some(number) || number == 0 {
            return false;
        }
        let (attribute, value) = match sub {
            0 => ("service", format!("CiA {}", number & 0xffff)),
            1 => ("vendor", format!("CiA vendor {number:#010X}")),
            2 => ("order_number", format!("{number:#010X}")),
            3 => ("module", format!("revision {}.{}", number >> 16, number & 0xffff)),
            _ => ("serial", number.to_string()),
        };
        talk.identity(about, attribute, &value, CONFIDENCE, evidence);
        before.is_some_and(|before| before != 0)
    }

    /// An object that was read from the node at `about`.
    pub fn read(&mut self, about: Side, index: u16, sub: u8, bytes: &[u8], talk: &mut Talk<'_>) {
        let attribute = match index {
            0x1008 => "model",
            0x1009 => "hardware",
            0x100a => "firmware",
            0x1000 | 0x1018 => {
                let sub = if index == 0x1000 { 0 } else { sub };
                if let Some(number) = le32(bytes, 0).filter(|_| index == 0x1000 || sub != 0) {
                    self.number(about, (sub, number), &format!("powerlink {index:#06X}"), talk);
                }
                return;
            }
            _ => return,
        };
        let (_, text) = readable(bytes);
        if !text.trim().is_empty() {
            talk.identity(about, attribute, text.trim(), CONFIDENCE, &format!("powerlink {index:#06X}"));
        }
    }

    /// An IdentResponse of the node at the server's end: what is told of it with the exchange.
    pub fn response(&mut self, node: u8, data: &[u8], talk: &mut Talk<'_>) -> Option<String> {
        let word = |at| le32(data, at).unwrap_or(0);
        if data.len() < LEAST {
            talk.flag(Flag::PowerlinkLength, Some(4), None);
            return None;
        }
        let mut changed = false;
        for (sub, at) in [(0, 26), (1, 30), (2, 34), (3, 38), (4, 42)] {
            changed |= self.number(Side::Server, (sub, word(at)), EVIDENCE, talk);
        }
        let (ip, host) = (Ipv4Addr::from(word(70)), host_name(data.get(HOST_NAME).unwrap_or_default()));
        if !ip.is_unspecified() {
            talk.identity(Side::Server, "alias", &ip.to_string(), CONFIDENCE, EVIDENCE);
        }
        if !host.is_empty() {
            talk.identity(Side::Server, "name", &host, CONFIDENCE, EVIDENCE);
        }
        if changed {
            let mut details = Details::default();
            details.number("node", node);
            talk.flag(Flag::PowerlinkIdentityChanged, Some(26), details.finish().as_deref());
        }
        let mut details = Details::default();
        details.text("nmt_state", words::state(u8_at(data, 6).unwrap_or(0)).unwrap_or("unknown"));
        let version = u8_at(data, 8).unwrap_or(0);
        details.text("version", &format!("{}.{}", version >> 4, version & 0x0f));
        let features = word(10);
        details.texts("features", FEATURES.iter().enumerate().filter(|(n, _)| features >> n & 1 == 1).map(|(_, n)| *n));
        details.number("mtu", le16(data, 14).unwrap_or(0)).number("response_time", word(20));
        details.number("vendor", word(30)).number("product", word(34));
        details.number("revision", word(38)).number("serial", word(42));
        details.text("address", &format!("{ip}/{} {}", Ipv4Addr::from(word(74)), Ipv4Addr::from(word(78))));
        if !host.is_empty() {
            details.text("host_name", &host);
        }
        details.finish()
    }
}

/// A name that nought ends.
pub fn host_name(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    text::bounded(bytes.get(..end).unwrap_or_default(), text::TEXT_LIMIT).0
}
