//! The network: frames of all nodes in their order, and which belong together.

use super::cycle::{self, Invited};
use super::frame::{self, Frame, MANAGER};
use super::node::Nodes;
use super::sdo::Sdo;
use super::tell::{self, Asked, Ending, Way, named};
use super::{nmt, status, words};
use crate::bytes::u8_at;
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::{Address, Framing, Item, Object, Parser, Reply, Talk};

const NMT_REQUEST: u8 = 3;
const NMT_COMMAND: u8 = 4;
const SDO: u8 = 5;
/// Head of an ASnd.
const ASND: usize = 4;

/// POWERLINK on one network.
#[derive(Default)]
pub struct Bus {
    nodes: Nodes,
    sdo: Sdo,
    invited: Option<Invited>,
}

impl Bus {
    fn frame(&mut self, frame: &Frame<'_>, way: &Way, talk: &mut Talk<'_>) {
        match frame.kind {
            frame::SOC => cycle::soc(frame, way, talk),
            frame::PREQ => cycle::preq(frame, way, &mut self.nodes, talk),
            frame::PRES => cycle::pres(frame, way, &mut self.nodes, talk),
            frame::SOA => {
                self.give_up(i64::MAX, talk);
                way.go(talk);
                self.invited = cycle::soa(frame, way, talk);
            }
            frame::ASND => self.asnd(frame, way, talk),
            frame::AMNI => {
                if let Some((station, _)) = way.ends {
                    self.nodes.takes_over(station);
                }
                cycle::amni(frame, way, talk);
            }
            _ => plain(frame, way, talk),
        }
    }

    fn asnd(&mut self, frame: &Frame<'_>, way: &Way, talk: &mut Talk<'_>) {
        // Sent to a group address, and meant for one node: that is whom it is between.
        let station = self.nodes.station(frame.destination);
        let meant = Way { ends: way.ends.map(|(from, to)| (from, station.unwrap_or(to))), ..*way };
        match frame.service() {
            NMT_REQUEST => nmt::requests(frame, &meant, talk),
            NMT_COMMAND => nmt::commands(frame, &meant, &mut self.nodes, talk),
            SDO => self.sdo.frame(&meant, frame.data.get(ASND..).unwrap_or_default(), talk),
            service => self.response(frame, way, service, talk),
        }
    }

    /// What a node answers when it was invited to.
    fn response(&mut self, frame: &Frame<'_>, way: &Way, service: u8, talk: &mut Talk<'_>) {
        let invited = self.invited.take_if(|invited| invited.is_answered_by(frame.source, service));
        let station = way.ends.map(|(station, _)| station);
        let manager = invited.as_ref().map(|invited| invited.manager).or_else(|| self.nodes.station(MANAGER));
        if let (Some(manager), Some(station)) = (manager, station) {
            talk.between(manager, station);
        }
        let known = self.nodes.at(frame.source);
        let (operation, details) = match service {
            1 => (Operation::IdentifyDevice, known.identity.response(frame.source, frame.data, talk)),
            2 => (Operation::DiagnoseRead, status::details(frame.data, talk)),
            _ => (Operation::Notify, None),
        };
        if let Some(state) = u8_at(frame.data, 6).filter(|_| matches!(service, 1 | 2)) {
            known.says(frame.source, state, talk);
        }
        let errors = if service == 2 { status::errors(known, frame.data, talk) } else { Vec::new() };
        let address = format!("node:{}", frame.source);
        let mut item = Item::new(operation);
        item.object = Object { kind: Some("node"), address: Address::Text(&address), start: 0, count: 0 };
        item.details = details.as_deref();
        let items: Vec<Item<'_>> = std::iter::once(item).chain(errors.iter().map(status::Error::item)).collect();
        if let Some(mut invited) = invited {
            invited.asked.goes_on(frame.data.len(), talk);
            invited.tell(Ending::DONE, station, &items, talk);
        } else {
            let functions = (frame::named(frame.kind), named(u32::from(service), words::service(service)));
            tell::exchange(&Asked::now(frame.data.len(), talk), Ending::LONE, way, functions, &items, talk);
        }
    }

    /// Tells what a node was asked for and did not answer.
    fn give_up(&mut self, now: i64, talk: &mut Talk<'_>) {
        if let Some(invited) = self.invited.take_if(|invited| invited.asked.over(now)) {
            let station = self.nodes.station(invited.target);
            invited.tell(Ending::SILENCE, station, &[], talk);
        }
    }
}

/// A frame whose contents are not read.
fn plain(frame: &Frame<'_>, way: &Way, talk: &mut Talk<'_>) {
    let address = format!("node:{}", frame.destination);
    let mut item = Item::new(Operation::Notify);
    item.object = Object { kind: Some("node"), address: Address::Text(&address), start: 0, count: 0 };
    let functions = (frame::named(frame.kind), Default::default());
    let ending = Ending { reply: Reply::None, ..Ending::SILENCE };
    tell::exchange(&Asked::now(frame.data.len(), talk), ending, way, functions, &[item], talk);
}

impl Parser for Bus {
    /// A frame holds one message, and what pads it to the least length of Ethernet.
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let ends = (talk.facts.client.ip, talk.facts.server.ip);
        let Some(frame) = Frame::of(data) else {
            return talk.flag(crate::dataset::Flag::PowerlinkLength, Some(0), None);
        };
        if !frame.sound(talk) {
            return;
        }
        self.nodes.speaks(frame.source, ends.0, talk);
        let way = Way { from: frame.source, to: frame.destination, side, ends: Some(ends) };
        self.frame(&frame, &way, talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.give_up(now, talk);
        self.sdo.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.nodes.weight() + self.sdo.weight()
    }
}
