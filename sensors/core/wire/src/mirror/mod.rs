//! What a mirror port gives, told by counters alone: facts, no judgement (`rules/mirror` holds that).
//!
//! | file | subject |
//! | --- | --- |
//! | `view` | a frame opened as far as the counters need |
//! | `kinds` | unicast, broadcast, multicast, own frames, lengths, VLANs |
//! | `wrapped` | frames in tunnels, by kind |
//! | `twins` | the same packet twice within a moment |
//! | `talks`, `stream` | TCP conversations: directions, ways, bytes acknowledged and never seen |
//! | `pairs` | stations that talk, by direction |
//! | `hosts` | addresses and the stations behind them |
//! | `clocks` | time servers of the wire against the time of the frames |
//! | `pace` | how much in how long |
//!
//! All tables are bounded; what finds no room is counted as `…_untold`.

mod clocks;
mod hosts;
mod kinds;
mod pace;
mod pairs;
mod stream;
mod talks;
#[cfg(test)]
mod tests;
mod twins;
mod view;
mod wrapped;

use crate::capture::Frame;
pub use clocks::Clock;
pub use hosts::{Address, Station};
use std::collections::BTreeMap;
use view::View;

/// A station's address (IEEE 802).
pub type Mac = [u8; 6];

/// Totals by name.
pub type Counts = BTreeMap<&'static str, u64>;

/// What was counted.
#[derive(Debug, Default)]
pub struct Facts {
    pub counts: Counts,
    /// Frames by VLAN id, the outer tag; 0 is a tag that only carries a priority.
    pub vlans: BTreeMap<u16, u64>,
    /// Stations, those with the most addresses first.
    pub stations: Vec<Station>,
    /// IP addresses in their order.
    pub addresses: Vec<Address>,
    /// Time servers.
    pub clocks: Vec<Clock>,
    /// Conversations of which one direction alone was seen: sender, then receiver; the first few.
    pub one_way: Vec<(String, String)>,
    /// Time of the first and the last frame, ns since 1970.
    pub span: Option<(i64, i64)>,
}

/// Counts frames.
#[derive(Default)]
pub struct Examiner {
    own: Vec<Mac>,
    kinds: kinds::Kinds,
    wrapped: wrapped::Wrapped,
    twins: twins::Twins,
    talks: talks::Talks,
    pairs: pairs::Pairs,
    hosts: hosts::Hosts,
    clocks: clocks::Clocks,
    pace: pace::Pace,
}

impl Examiner {
    /// `own` are the stations of the machine that listens.
    #[must_use]
    pub fn new(own: Vec<Mac>) -> Self {
        Self { own, ..Self::default() }
    }

    /// Counts one frame.
    pub fn frame(&mut self, frame: &Frame<'_>) {
        self.pace.frame(frame);
        let Some(view) = View::open(frame) else {
            self.kinds.unread(frame);
            return;
        };
        let own = self.kinds.frame(frame, &view, &self.own);
        self.wrapped.frame(frame, &view);
        if own {
            return;
        }
        self.pairs.frame(&view);
        self.hosts.frame(&view);
        self.clocks.frame(&view);
        self.twins.frame(frame, &view);
        self.talks.frame(&view);
    }

    /// What was counted so far.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let mut facts = Facts { span: self.pace.span(), vlans: self.kinds.vlans.clone(), ..Facts::default() };
        let counts = &mut facts.counts;
        self.pace.tell(counts);
        self.kinds.tell(counts);
        self.wrapped.tell(counts);
        self.twins.tell(counts);
        self.pairs.tell(counts);
        self.hosts.tell(counts);
        self.talks.tell(counts, &mut facts.one_way);
        (facts.stations, facts.addresses) = self.hosts.lists();
        facts.clocks = self.clocks.list();
        facts
    }
}
