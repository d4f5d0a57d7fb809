//! What is known of each slave of a segment.

use super::alstate;
use super::command::Place;
use super::identity::Identity;
use super::post::Post;
use super::sii;
use crate::dataset::Flag;
use crate::protocol::Talk;
use std::collections::BTreeMap;

/// Slaves followed on one flow.
const SLAVES: usize = 512;

/// One slave, or all at once.
#[derive(Default)]
pub struct Slave {
    /// State as it was last read, or asked for.
    pub state: Option<u8>,
    /// AL status as it was last read.
    pub seen: Option<u8>,
    pub code: u16,
    pub sii: Option<sii::Access>,
    /// Words to be written to the EEPROM next.
    pub words: Option<u32>,
    pub identity: Identity,
    pub post: Post,
}

/// Slaves of one flow.
#[derive(Default)]
pub struct Slaves {
    pub known: BTreeMap<Place, Slave>,
    /// Station address given to a place in the ring.
    stations: BTreeMap<u16, u16>,
    refused: bool,
}

impl Slaves {
    /// The place that a slave is known by: its station address, once it has one.
    pub fn known_as(&self, place: Place) -> Place {
        match place {
            Place::Position(position) => self.stations.get(&position).map_or(place, |station| Place::Station(*station)),
            place => place,
        }
    }

    /// A slave was given an address.
    pub fn addressed(&mut self, position: u16, station: u16) {
        if self.stations.len() < SLAVES || self.stations.contains_key(&position) {
            self.stations.insert(position, station);
        }
        if let Some(slave) = self.known.remove(&Place::Position(position)) {
            self.known.insert(Place::Station(station), slave);
        }
    }

    /// A slave, new or known.
    pub fn at(&mut self, place: Place, talk: &mut Talk<'_>) -> Option<&mut Slave> {
        if self.known.len() >= SLAVES && !self.known.contains_key(&place) {
            if !std::mem::replace(&mut self.refused, true) {
                talk.flag(Flag::ParserLimit, None, None);
            }
            return None;
        }
        Some(self.known.entry(place).or_default())
    }

    /// State that a slave was last seen in. Of all: the highest of any.
    pub fn state(&self, place: Place) -> Option<u8> {
        let all = self.known.get(&Place::All).and_then(|slave| slave.state);
        if place == Place::All {
            let running = self.known.values().filter_map(|slave| slave.state);
            return running.filter(|state| *state != alstate::BOOT).max().or(all);
        }
        self.known.get(&place).and_then(|slave| slave.state).or(all)
    }

    /// A slave, or all of them, is in a state now.
    pub fn in_state(&mut self, place: Place, state: u8, talk: &mut Talk<'_>) {
        if let Some(slave) = self.at(place, talk) {
            slave.state = Some(state);
        }
        if place == Place::All {
            for slave in self.known.values_mut() {
                slave.state = Some(state);
            }
        }
    }

    pub fn weight(&self) -> usize {
        let slaves = self.known.values().map(|slave| size_of::<Slave>() + 32 + slave.post.weight());
        slaves.sum::<usize>() + self.stations.len() * 16
    }
}
