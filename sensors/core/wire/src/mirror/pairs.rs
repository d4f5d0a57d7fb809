//! Stations that talk to each other, by direction: what is not TCP has directions too.

use super::view::View;
use super::{Counts, Mac};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};

/// Pairs of stations at most.
const MOST: usize = 8192;
/// So many frames in one direction, and none in the other, are no accident.
const ENOUGH: u64 = 5;

/// Frames between two stations, from the lower address and from the higher one. One way is a pair of which one is never
/// heard.
#[derive(Default)]
pub struct Pairs {
    table: HashMap<(Mac, Mac), (u64, u64), RandomState>,
    /// Stations that were heard, also to groups: some answer all stations at once (POWERLINK, PROFINET).
    heard: HashSet<Mac, RandomState>,
    untold: u64,
}

impl Pairs {
    pub fn frame(&mut self, view: &View<'_>) {
        let Some((source, destination)) = view.stations() else { return };
        if self.heard.len() < MOST {
            self.heard.insert(source);
        }
        if !view.unicast() {
            return;
        }
        let forward = source < destination;
        let key = if forward { (source, destination) } else { (destination, source) };
        if self.table.len() >= MOST && !self.table.contains_key(&key) {
            self.untold += 1;
            return;
        }
        let (up, down) = self.table.entry(key).or_default();
        *(if forward { up } else { down }) += 1;
    }

    pub fn tell(&self, counts: &mut Counts) {
        let busy = self.table.iter().filter(|(_, (up, down))| (*up).max(*down) >= ENOUGH);
        let (mut pairs, mut one_way) = (0, 0);
        for ((low, high), (up, down)) in busy {
            pairs += 1;
            let listener = if *down == 0 { high } else { low };
            one_way += u64::from((*up).min(*down) == 0 && !self.heard.contains(listener));
        }
        counts.extend([("pairs", pairs), ("pairs_one_way", one_way), ("pairs_untold", self.untold)]);
    }
}
