//! The table that gives notifications their nodes back: what a flow's subscriptions watch.

use hashbrown::HashMap;
use std::sync::Arc;

/// Monitored items followed on one flow.
const MONITORED: usize = 16_384;

/// One monitored item.
#[derive(Clone)]
pub struct Watched {
    pub address: Box<str>,
    /// Names of the event fields it selects; empty for data.
    pub fields: Arc<[Box<str>]>,
}

type Map<V> = HashMap<(u32, u32), V, foldhash::fast::RandomState>;

/// Monitored items by (subscription, client handle), and client handles by (subscription, item id).
#[derive(Default)]
pub struct Monitored {
    watched: Map<Watched>,
    handles: Map<u32>,
}

impl Monitored {
    pub fn of_handle(&self, subscription: u32, handle: u32) -> Option<&Watched> {
        self.watched.get(&(subscription, handle))
    }

    pub fn of_item(&self, subscription: u32, item: u32) -> Option<&Watched> {
        self.of_handle(subscription, *self.handles.get(&(subscription, item))?)
    }

    /// Notes what a request asks to be watched: notifications may overtake the reply. False when the table is full.
    pub fn watch(&mut self, subscription: u32, handle: u32, watched: Watched) -> bool {
        let room = self.watched.len() < MONITORED || self.watched.contains_key(&(subscription, handle));
        if room {
            self.watched.insert((subscription, handle), watched);
        }
        room
    }

    /// A request for it was refused.
    pub fn unwatch(&mut self, subscription: u32, handle: u32) {
        self.watched.remove(&(subscription, handle));
    }

    pub fn bind(&mut self, subscription: u32, item: u32, handle: u32) {
        if self.handles.len() < MONITORED {
            self.handles.insert((subscription, item), handle);
        }
    }

    pub fn forget(&mut self, subscription: u32, item: u32) {
        if let Some(handle) = self.handles.remove(&(subscription, item)) {
            self.watched.remove(&(subscription, handle));
        }
    }

    pub fn forget_all(&mut self, subscription: u32) {
        self.watched.retain(|(known, _), _| *known != subscription);
        self.handles.retain(|(known, _), _| *known != subscription);
    }

    pub fn weight(&self) -> usize {
        self.watched.capacity() * (size_of::<Watched>() + 48) + self.handles.capacity() * 12
    }
}
