//! The first version (EtherType 0x3E3F): | 0 service 1 | 1 destination 1 | 2 source 1 | 3 its own |, with node 0 as the
//! managing one. Poll: | 3 flags 1 | 4 size 2 | 8 data |; ident of an acyclic send: | 3 channel 1 | 4 size 2 | 6 node 4 |
//! 10 hardware 4 | 14 firmware 4 | 18 variant 4 | 22 size in 4 | 26 size out 4 |.

use super::tell::{self, Way, named};
use super::{ETHERTYPE_V1, frame};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::facts::name_of;
use crate::flow::{Side, Transport};
use crate::protocol::exchange::Notation;
use crate::protocol::{Address, Form, Framing, Function, Guess, Item, Object, Parser, Probe, Talk, Values};
use crate::text::Details;
use std::fmt::Write as _;
use std::net::IpAddr;

const SOC: u8 = 1;
const EOC: u8 = 2;
const PREQ: u8 = 3;
const PRES: u8 = 4;
const AINV: u8 = 5;
const ASND: u8 = 6;
const MANAGER: u8 = 0;
const ALL: u8 = 255;
const POLL: usize = 8;
/// Channel on which a node says who it is.
const IDENT: u8 = 1;
const CONFIDENCE: f32 = 0.9;
const OUTPUT: u64 = 0x100;

fn function(service: u8) -> Function {
    named(
        u32::from(service),
        match service {
            SOC => "SoC",
            EOC => "EoC",
            PREQ => "PReq",
            PRES => "PRes",
            AINV => "AInv",
            _ => "ASnd",
        },
    )
}

/// The bit above the service is none of it.
fn service(data: &[u8]) -> Option<u8> {
    u8_at(data, 0).map(|byte| byte & frame::KIND)
}

/// | 4 size 2 | 8 data |
fn poll(data: &[u8]) -> Option<&[u8]> {
    let size = usize::from(le16(data, 4)?);
    data.get(POLL..POLL.checked_add(size)?)
}

/// Whether service and nodes go together.
fn meant(service: u8, to: u8, from: u8) -> bool {
    match service {
        SOC | EOC => (from, to) == (MANAGER, ALL),
        PREQ | AINV => from == MANAGER && to != MANAGER,
        PRES => from != ALL && to == MANAGER,
        ASND => from != ALL,
        _ => false,
    }
}

pub fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let own = probe.transport == Transport::Ethernet && probe.destination_port == ETHERTYPE_V1;
    let (Some(service), Some(to), Some(from)) = (service(data), u8_at(data, 1), u8_at(data, 2)) else {
        return Guess::No;
    };
    let polls = !matches!(service, PREQ | PRES) || poll(data).is_some();
    match own && meant(service, to, from) && polls {
        true => Guess::Yes { confidence: 0.9, sender: Some(Side::Client) },
        false => Guess::No,
    }
}

fn address(out: &mut String, part: u64, start: i64, count: u32) {
    let kind = if part & OUTPUT != 0 { "output" } else { "input" };
    let _ = write!(out, "{kind}:{}/{start}", part & 0xff);
    if count > 1 {
        let _ = write!(out, "-{}", start.saturating_add(i64::from(count)).saturating_sub(1));
    }
}

/// The first version on one network.
#[derive(Default)]
pub struct Segment {
    manager: Option<IpAddr>,
    /// A further managing node was told.
    told: Option<IpAddr>,
}

impl Segment {
    fn manages(&mut self, station: IpAddr, talk: &mut Talk<'_>) {
        let manager = *self.manager.get_or_insert(station);
        if manager != station && self.told.replace(station) != Some(station) {
            let mut details = Details::default();
            details
                .number("node", MANAGER)
                .text("station", &name_of(station))
                .text("station_before", &name_of(manager));
            talk.flag(Flag::PowerlinkSecondManager, Some(2), details.finish().as_deref());
        }
    }
}

/// A poll or its answer.
fn cyclic(service: u8, node: u8, way: &Way, data: &[u8], talk: &mut Talk<'_>) {
    let Some(bytes) = poll(data) else { return talk.flag(Flag::PowerlinkLength, Some(4), None) };
    let (kind, part) = if service == PREQ { ("output", OUTPUT) } else { ("input", 0) };
    let (notation, count) =
        (Notation { part: part | u64::from(node), step: 1, write: address }, u32::try_from(bytes.len()).unwrap_or(0));
    let mut item = Item::new(Operation::Publish);
    item.object = Object { kind: Some(kind), address: Address::Placed(notation), start: 0, count };
    if count > 0 {
        item.values = Values::Packed { kind: "uint8", form: Form::Uint8, bytes };
    }
    tell::say(way, (function(service), Function::default()), &[item], data.len(), talk);
}

/// A node says who it is.
fn ident(data: &[u8], talk: &mut Talk<'_>) {
    let mut fact = |attribute, at, what: &str| {
        if let Some(number) = le32(data, at).filter(|number| *number != 0) {
            talk.identity(Side::Client, attribute, &format!("{what}{number:#010X}"), CONFIDENCE, "powerlink 1 ident");
        }
    };
    fact("hardware", 10, "");
    fact("firmware", 14, "");
    fact("module", 18, "variant ");
}

impl Parser for Segment {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let ends = (talk.facts.client.ip, talk.facts.server.ip);
        let (Some(service), Some(to), Some(from)) = (service(data), u8_at(data, 1), u8_at(data, 2)) else {
            return talk.flag(Flag::PowerlinkLength, Some(0), None);
        };
        if !(SOC..=ASND).contains(&service) {
            return talk.flag(Flag::PowerlinkType, Some(0), None);
        }
        if !meant(service, to, from) {
            talk.flag(Flag::PowerlinkNode, Some(1), None);
        }
        talk.seen(Side::Client);
        if matches!(service, SOC | EOC | PREQ | AINV) {
            self.manages(ends.0, talk);
        }
        // What is said to all or to the managing node is about its sender.
        let about = if from == MANAGER && to == ALL { 0 } else { if from == MANAGER { to } else { from } };
        let way = Way { from: frame::MANAGER, to: about, side, ends: Some(ends) };
        let (operation, kind) = match service {
            PREQ | PRES => return cyclic(service, about, &way, data, talk),
            AINV => (Operation::SessionKeepalive, "node"),
            ASND if u8_at(data, 3) == Some(IDENT) => {
                ident(data, talk);
                (Operation::IdentifyDevice, "node")
            }
            ASND => (Operation::Notify, "node"),
            _ => (Operation::Publish, "cycle"),
        };
        let address = if kind == "cycle" { kind.to_owned() } else { format!("node:{about}") };
        let mut item = Item::new(operation);
        item.object = Object { kind: Some(kind), address: Address::Text(&address), start: 0, count: 0 };
        tell::say(&way, (function(service), Function::default()), &[item], data.len(), talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
    }
}
