//! What is known of the nodes of a network: who speaks for each, and which state it is in.

use super::frame::{Frame, MANAGER};
use super::identity::Identity;
use super::words;
use crate::bytes::u8_at;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::flow::facts::name_of;
use crate::protocol::Talk;
use crate::text::Details;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Stations that may speak for one node before each further one is told anew.
const STATIONS: usize = 4;
/// Polls without an answer after which a node is called silent.
const PATIENCE: u8 = 4;

/// One node.
#[derive(Default)]
pub struct Node {
    /// Who spoke for it, the first one first.
    stations: Vec<IpAddr>,
    /// State as it last said itself, unless it was commanded since.
    state: Option<u8>,
    pub before: Option<u8>,
    /// Polls since it spoke last.
    missed: u8,
    answers: bool,
    pub identity: Identity,
    /// Hash of the errors that were told last.
    pub errors: u64,
}

/// The nodes of a network: at most 255.
#[derive(Default)]
pub struct Nodes {
    known: BTreeMap<u8, Node>,
}

impl Nodes {
    pub fn at(&mut self, node: u8) -> &mut Node {
        self.known.entry(node).or_default()
    }

    /// Where a node is, as far as it spoke.
    pub fn station(&self, node: u8) -> Option<IpAddr> {
        self.known.get(&node).and_then(|known| known.stations.first().copied())
    }

    /// A station speaks for a node: there is one of each number, and of managing nodes one at all.
    pub fn speaks(&mut self, node: u8, station: IpAddr, talk: &mut Talk<'_>) {
        let known = self.at(node);
        if known.stations.contains(&station) {
            return;
        }
        talk.seen(Side::Client);
        if let Some(first) = known.stations.first() {
            let mut details = Details::default();
            details.number("node", node).text("station", &name_of(station)).text("station_before", &name_of(*first));
            let flag = if node == MANAGER { Flag::PowerlinkSecondManager } else { Flag::PowerlinkNodeTwice };
            talk.flag(flag, Some(2), details.finish().as_deref());
        }
        if known.stations.len() < STATIONS {
            known.stations.push(station);
        }
    }

    /// A redundant managing node says that it took over.
    pub fn takes_over(&mut self, station: IpAddr) {
        let known = self.at(MANAGER);
        known.stations.retain(|other| *other != station);
        known.stations.insert(0, station);
        known.stations.truncate(STATIONS);
    }

    /// A frame that only the managing node sends, from another station or node.
    pub fn foreign(&self, frame: &Frame<'_>, station: IpAddr, talk: &mut Talk<'_>) {
        let manager = self.station(MANAGER);
        if frame.source == MANAGER && manager.is_none_or(|manager| manager == station) {
            return;
        }
        let mut details = Details::default();
        details.number("node", frame.source).text("station", &name_of(station));
        if let Some(manager) = manager {
            details.text("station_before", &name_of(manager));
        }
        details.number("nmt_command", u8_at(frame.data, 4).unwrap_or(0));
        talk.flag(Flag::PowerlinkForeignCommand, Some(2), details.finish().as_deref());
    }

    /// In which state a node is now is not known until it says so.
    pub fn commanded(&mut self, node: Option<u8>) {
        for (_, known) in self.known.iter_mut().filter(|(number, _)| node.is_none_or(|node| node == **number)) {
            known.state = None;
        }
    }

    pub fn weight(&self) -> usize {
        let stations = |node: &Node| node.stations.capacity() * size_of::<IpAddr>();
        self.known.values().map(|node| size_of::<Node>() + 32 + stations(node)).sum()
    }
}

impl Node {
    /// The node is asked for its data.
    pub fn polled(&mut self, number: u8, talk: &mut Talk<'_>) {
        self.missed = self.missed.saturating_add(1);
        if self.answers && self.missed > PATIENCE {
            self.answers = false;
            let mut details = Details::default();
            details.number("node", number);
            talk.flag(Flag::PowerlinkSilent, None, details.finish().as_deref());
        }
    }

    pub fn answered(&mut self) {
        (self.missed, self.answers) = (0, true);
    }

    /// A node says its state; the one before it, where that was another. One lower without a command is told.
    pub fn says(&mut self, number: u8, state: u8, talk: &mut Talk<'_>) -> Option<u8> {
        if words::state(state).is_none() {
            talk.flag(Flag::PowerlinkState, None, None);
            return None;
        }
        let uncommanded = self.state.replace(state);
        let before = self.before.replace(state).filter(|before| *before != state);
        if uncommanded.is_some_and(|before| words::height(state) < words::height(before)) {
            let mut details = Details::default();
            details.number("node", number).text("nmt_state", words::state(state).unwrap_or("unknown"));
            details.text("nmt_state_before", before.and_then(words::state).unwrap_or("unknown"));
            talk.flag(Flag::PowerlinkStateFell, None, details.finish().as_deref());
        }
        before
    }
}
