//! Stations that talk to each other, by direction: what is not TCP has directions too.

use super::view::View;
use super::{Counts, Mac};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// Pairs of stations at most.
const MOST: usize = 8192;
/// So many frames in one direction, and none in the other, are no accident.
const ENOUGH: u64 = 5;

/// Frames between two stations, from the lower address and from the higher one.
#[derive(Default)]
pub struct Pairs {
    table: HashMap<(Mac, Mac), (u64, u64), RandomState>,
    untold: u64,
}

impl Pairs {
    pub fn frame(&mut self, view: &View<'_>) {
        let Some((source, destination)) = view.stations().filter(|_| view.unicast()) else { return };
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
        let busy = self.table.values().filter(|(up, down)| (*up).max(*down) >= ENOUGH);
        let (mut pairs, mut one_way) = (0, 0);
        for (up, down) in busy {
            pairs += 1;
            one_way += u64::from((*up).min(*down) == 0);
        }
        counts.extend([("pairs", pairs), ("pairs_one_way", one_way), ("pairs_untold", self.untold)]);
    }
}
