//! Frames of one flow to their stations.

use super::items::Parts;
use super::link::{self, Frame};
use super::pairing;
use super::reply;
use super::station::{Asked, Station};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::Talk;

/// Pairs of addresses on one flow.
const STATIONS: usize = 64;

/// All stations of one flow.
#[derive(Default)]
pub struct State {
    stations: Vec<Station>,
    /// The station of the frame before: most frames are of the same.
    recent: usize,
    parts: Parts,
    user: Vec<u8>,
}

impl State {
    pub fn frame(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let Some(frame) = Frame::read(data) else { return };
        let mut user = std::mem::take(&mut self.user);
        user.clear();
        if !link::user_data(data, &mut user) {
            talk.flag(Flag::Dnp3BlockCrc, u32::try_from(link::HEADER).ok(), None);
            self.user = user;
            return;
        }
        let at = self.station(frame, talk);
        let Some(station) = self.stations.get_mut(at) else { return };
        station.last = talk.now();
        if frame.carries_data() {
            let bytes = u32::try_from(data.len()).unwrap_or(u32::MAX);
            let parts = &mut self.parts;
            station.segment((frame, side), &user, bytes, talk, |station, fragment, talk| {
                pairing::fragment(station, fragment, parts, talk);
            });
        } else {
            control(station, frame, side, talk);
        }
        self.user = user;
    }

    fn station(&mut self, frame: Frame, talk: &mut Talk<'_>) -> usize {
        if self.stations.get(self.recent).is_some_and(|station| station.fits(frame)) {
            return self.recent;
        }
        if let Some(at) = self.stations.iter().position(|station| station.fits(frame)) {
            self.recent = at;
            return at;
        }
        if self.stations.len() >= STATIONS {
            let oldest = self.stations.iter().enumerate().min_by_key(|(_, station)| station.last).map_or(0, |(i, _)| i);
            let mut station = self.stations.swap_remove(oldest);
            talk.flag(Flag::ParserLimit, None, None);
            station.expire(i64::MAX, &mut self.parts, talk);
        }
        self.stations.push(Station::of(frame));
        self.recent = self.stations.len() - 1;
        self.recent
    }

    pub fn gap(&mut self, side: Side) {
        for station in &mut self.stations {
            station.gap(side);
        }
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        for station in &mut self.stations {
            station.expire(now, &mut self.parts, talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.stations.iter().map(Station::weight).sum::<usize>() + self.user.capacity() + size_of::<Self>()
    }
}

/// A frame without user data.
fn control(station: &mut Station, frame: Frame, side: Side, talk: &mut Talk<'_>) {
    let code = frame.function();
    if frame.primary() {
        if link::primary(code).is_none() {
            talk.flag(Flag::Dnp3LinkFunction, Some(3), None);
        }
        let asked = Asked {
            function: code,
            destination: frame.destination,
            source: frame.source,
            sender: side,
            span: talk.span(),
            ordinal: talk.ordinal(),
            blind: false,
        };
        if let Some(earlier) = station.link.replace(asked) {
            reply::link(&earlier, None, talk);
        }
        return;
    }
    if link::secondary(code).is_none() {
        talk.flag(Flag::Dnp3LinkFunction, Some(3), None);
    }
    // An answer to user data is no news: the response tells of it.
    if let Some(asked) = station.link.take_if(|asked| asked.source == frame.destination && asked.sender != side) {
        station.in_step = true;
        reply::link(&asked, Some(code), talk);
    }
}
