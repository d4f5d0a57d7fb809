//! The flow table: one entry a conversation of two endpoints, bounded, least recently used out first.

use super::entry::{Birth, Flow, FlowKey, born};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};
use std::hash::BuildHasher;

/// All flows.
#[derive(Default)]
pub struct FlowTable {
    table: HashTable<u32>,
    seed: RandomState,
    slots: Vec<Option<Box<Flow>>>,
    free: Vec<u32>,
    hand: usize,
    /// Flows on which nothing was said so far.
    bare: usize,
    /// Tagged flows by their key without tags, and the second keys of flows whose two directions carry different tags.
    untagged: HashMap<FlowKey, u32, RandomState>,
}

impl FlowTable {
    pub fn find(&self, key: &FlowKey) -> Option<u32> {
        let hash = self.seed.hash_one(key);
        self.table.find(hash, |i| self.flow(*i).is_some_and(|f| f.key == *key)).copied()
    }

    /// The flow of a packet whose tags no flow has: a mirror port often shows one direction tagged and the other not, or
    /// each in a VLAN of its own. It joins a flow of the same endpoints whose side it is on was never heard.
    pub fn join(&mut self, key: &FlowKey, source_low: bool) -> Option<u32> {
        let second = self.untagged.get(key).copied();
        if let Some(index) = second.filter(|i| self.flow(*i).is_some_and(|f| f.second_key.as_deref() == Some(key))) {
            return Some(index);
        }
        let bare = FlowKey { vlans: (None, None), ..*key };
        let index = self.untagged.get(&bare).copied().or_else(|| self.find(&bare))?;
        let flow = self.get(index)?;
        let side = flow.side_of(source_low);
        if flow.side(side).heard || flow.second_key.is_some() {
            return None;
        }
        flow.second_key = Some(Box::new(*key));
        self.untagged.insert(*key, index);
        Some(index)
    }

    fn flow(&self, index: u32) -> Option<&Flow> {
        self.slots.get(usize::try_from(index).ok()?)?.as_deref()
    }

    pub fn get(&mut self, index: u32) -> Option<&mut Flow> {
        self.slots.get_mut(usize::try_from(index).ok()?)?.as_deref_mut()
    }

    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// How many of them nothing was said on so far.
    pub fn bare(&self) -> usize {
        self.bare
    }

    /// Something was said on a flow.
    pub fn spoken(&mut self, index: u32) {
        if let Some(flow) = self.get(index)
            && std::mem::take(&mut flow.bare)
        {
            self.bare -= 1;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One past the greatest index in use.
    pub fn end(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// Of the next 64 flows behind a moving hand the one to make room with: one that is over, else the least recently used
    /// of those on which nothing was said, else of all, unless only `bare` ones may go.
    pub fn victim(&mut self, bare: bool) -> Option<u32> {
        let count = self.slots.len();
        let hand = self.hand;
        self.hand = (hand + 64) % count.max(1);
        let found = (0..64).map(|i| (hand + i) % count.max(1)).filter_map(|i| {
            let flow = self.slots.get(i)?.as_deref()?;
            let spoken = !flow.is_bare();
            let worth = if flow.state.over() { 0 } else { 1 + u8::from(spoken) };
            (worth < 2 || !bare).then_some(((worth, flow.last.time), i))
        });
        found.min().and_then(|(_, i)| u32::try_from(i).ok())
    }

    /// The heaviest of the next 64 flows behind the hand, to give back memory.
    pub fn heaviest(&mut self) -> Option<u32> {
        let count = self.slots.len();
        let hand = self.hand;
        self.hand = (hand + 64) % count.max(1);
        let weighed = (0..64.min(count)).map(|i| (hand + i) % count).filter_map(|i| {
            let flow = self.slots.get(i)?.as_deref()?;
            (flow.weight > 0).then_some((flow.weight, i))
        });
        weighed.max().and_then(|(_, i)| u32::try_from(i).ok())
    }

    pub fn insert(&mut self, birth: &Birth) -> Option<u32> {
        let key = birth.key;
        let flow = Box::new(born(birth));
        let index = match self.free.pop() {
            Some(index) => {
                if let Some(slot) = self.slots.get_mut(usize::try_from(index).ok()?) {
                    *slot = Some(flow);
                }
                index
            }
            None => {
                self.slots.push(Some(flow));
                u32::try_from(self.slots.len() - 1).ok()?
            }
        };
        if key.vlans != (None, None) {
            self.untagged.insert(FlowKey { vlans: (None, None), ..key }, index);
        }
        let hash = self.seed.hash_one(key);
        let (slots, seed) = (&self.slots, &self.seed);
        self.table.insert_unique(hash, index, |i| {
            let flow = usize::try_from(*i).ok().and_then(|i| slots.get(i)).and_then(|f| f.as_deref());
            flow.map_or(0, |f| seed.hash_one(f.key))
        });
        self.bare += 1;
        Some(index)
    }

    pub fn remove(&mut self, index: u32) -> Option<Box<Flow>> {
        let flow = self.slots.get_mut(usize::try_from(index).ok()?)?.take()?;
        let hash = self.seed.hash_one(flow.key);
        if let Ok(entry) = self.table.find_entry(hash, |i| *i == index) {
            entry.remove();
        }
        let bare = FlowKey { vlans: (None, None), ..flow.key };
        for key in [Some(bare), flow.second_key.as_deref().copied()].into_iter().flatten() {
            if self.untagged.get(&key) == Some(&index) {
                self.untagged.remove(&key);
            }
        }
        self.free.push(index);
        self.bare -= usize::from(flow.bare);
        Some(flow)
    }
}
