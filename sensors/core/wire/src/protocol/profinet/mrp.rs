//! Media redundancy protocol (IEC 62439-2, 8): a manager tests a ring, clients tell of links.
//!
//! | 0 Version 2 | TLVs: type 1 | length 1 | data |

use super::ptcp::uuid;
use crate::bytes::{be16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Transport};
use crate::protocol::{
    Address, Exchange, Framing, Function, Guess, Item, Object, Outcome, Parser, Probe, Protocol, Talk, Values,
};
use crate::text::{self, Details};

pub const ETHERTYPE: u16 = 0x88e3;

pub const PROTOCOL: Protocol = Protocol {
    name: "profinet",
    ports: &[ETHERTYPE],
    transports: &[Transport::Ethernet],
    probe,
    parser: || Box::<Mrp>::default(),
};

const COMMON: u8 = 1;
const COMMON_LENGTH: u8 = 18;
const TEST: u8 = 2;
const TOPOLOGY_CHANGE: u8 = 3;
const LINK_DOWN: u8 = 4;
const LINK_UP: u8 = 5;
const IN_TEST: u8 = 6;
const IN_LINK_STATUS: u8 = 0x0a;
const OPTION: u8 = 0x7f;
/// TLVs of one frame that are read.
const MOST: usize = 16;
const CLOSED: u16 = 1;

/// What the frames of one sender said last.
#[derive(Default)]
pub struct Mrp {
    ring: Option<u16>,
}

/// Version 1, and a first TLV of a type and length that there are.
fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let first = (u8_at(data, 2), u8_at(data, 3).map(usize::from));
    let fits = probe.destination_port == ETHERTYPE
        && be16(data, 0) == Some(1)
        && matches!(first, (Some(COMMON..=IN_LINK_STATUS), Some(length)) if length > 0 && 4 + length <= data.len());
    if fits { Guess::Yes { confidence: 0.95, sender: Some(Side::Client) } } else { Guess::No }
}

/// Manufacturers' and test options are read by their type only.
fn name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        TEST => "MRP_Test",
        TOPOLOGY_CHANGE => "MRP_TopologyChange",
        LINK_DOWN => "MRP_LinkDown",
        LINK_UP => "MRP_LinkUp",
        IN_TEST => "MRP_InTest",
        7 => "MRP_InTopologyChange",
        8 => "MRP_InLinkDown",
        9 => "MRP_InLinkUp",
        IN_LINK_STATUS => "MRP_InLinkStatus",
        OPTION => "MRP_Option",
        _ => return None,
    })
}

/// One frame, taken apart.
#[derive(Default)]
struct Reading {
    kind: Option<(u8, &'static str)>,
    domain: String,
    details: Details,
    state: Option<u16>,
}

impl Parser for Mrp {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let mut reading = Reading::default();
        let mut at = 2;
        for _ in 0..MOST {
            let (Some(kind), Some(length)) = (u8_at(data, at), u8_at(data, at + 1)) else { break };
            if kind == 0 {
                // Two octets that bring the common block to a multiple of four are not counted by the one before.
                if (u8_at(data, at + 2), u8_at(data, at + 3)) == (Some(COMMON), Some(COMMON_LENGTH)) {
                    at += 2;
                    continue;
                }
                break;
            }
            let Some(tlv) = data.get(at + 2..at + 2 + usize::from(length)) else {
                talk.flag(Flag::ProfinetMrpLength, u32::try_from(at).ok(), None);
                break;
            };
            reading.tlv(kind, tlv);
            at += 2 + usize::from(length);
        }
        if let Some((TEST, _)) = reading.kind {
            self.ring(reading.state, talk);
        }
        tell(side, data.len(), reading, talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
    }
}

impl Mrp {
    /// The manager says whether its ring is closed.
    fn ring(&mut self, state: Option<u16>, talk: &mut Talk<'_>) {
        let before = self.ring;
        self.ring = state.or(before);
        if before == Some(CLOSED) && self.ring != before {
            talk.flag(Flag::ProfinetRingOpen, None, None);
        } else if before.is_some() && before != self.ring {
            talk.flag(Flag::ProfinetRingClosed, None, None);
        }
    }
}

impl Reading {
    fn tlv(&mut self, kind: u8, tlv: &[u8]) {
        if kind == COMMON {
            if let Some(sequence) = be16(tlv, 0) {
                self.details.number("sequence", sequence);
            }
            self.domain = uuid(tlv.get(2..18).unwrap_or_default(), false);
            return;
        }
        let Some(name) = name(kind) else { return };
        if self.kind.is_some() {
            return;
        }
        self.kind = Some((kind, name));
        let mac = |at: usize| tlv.get(at..).and_then(|rest| rest.first_chunk::<6>()).map(|mac| text::mac(*mac));
        match kind {
            TEST => {
                self.state = be16(tlv, 10);
                self.fields(tlv, mac(2), &[("mrp_priority", 0), ("port_role", 8), ("transition", 12)]);
            }
            TOPOLOGY_CHANGE => self.fields(tlv, mac(2), &[("mrp_priority", 0), ("interval", 8)]),
            LINK_DOWN | LINK_UP => self.fields(tlv, mac(0), &[("port_role", 6), ("interval", 8), ("blocked", 10)]),
            _ => {}
        }
    }

    fn fields(&mut self, tlv: &[u8], sender: Option<String>, fields: &[(&'static str, usize)]) {
        if let Some(sender) = sender {
            self.details.text("mrp_sender", &sender);
        }
        for (key, at) in fields {
            if let Some(value) = be16(tlv, *at) {
                self.details.number(key, value);
            }
        }
    }
}

fn tell(side: Side, length: usize, reading: Reading, talk: &mut Talk<'_>) {
    let Some((kind, name)) = reading.kind else { return };
    let repeated = matches!(kind, TEST | IN_TEST | OPTION);
    let role = match kind {
        TEST | TOPOLOGY_CHANGE => Some("MRP manager"),
        LINK_DOWN | LINK_UP => Some("MRP client"),
        _ => None,
    };
    if let Some(role) = role {
        talk.identity(side, "role", role, 0.8, "mrp");
    }
    match kind {
        TOPOLOGY_CHANGE => talk.flag(Flag::ProfinetRingTopology, None, None),
        LINK_DOWN | LINK_UP => talk.flag(Flag::ProfinetRingLink, None, None),
        _ => {}
    }
    let address = format!("domain:{}", reading.domain);
    let state = [f64::from(reading.state.unwrap_or(0))];
    let details = reading.details.finish();
    let mut item = Item::new(if repeated { Operation::Publish } else { Operation::Notify });
    item.object = Object { kind: Some("ring"), address: Address::Text(&address), start: 0, count: 0 };
    item.details = details.as_deref();
    if reading.state.is_some() {
        item.values = Values::Numbers { kind: "ring_state", numbers: &state, exact: None };
    }
    let items = [item];
    let exchange = Exchange {
        function: Function { code: Some(u32::from(kind)), name: Some(name) },
        outcome: Outcome::Success,
        bytes: u32::try_from(length).unwrap_or(u32::MAX),
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), side, talk.ordinal(), &items)
    };
    talk.exchange(&exchange);
}
