//! Channels of a flow: what they are for, and the sequence counters of both sides (KNX 3/8/2 5.3, 3/8/4 2.6).

use super::frame::Connection;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::hash;

/// Channels followed on one flow.
const CHANNELS: usize = 32;

/// Counter of one side.
#[derive(Clone, Copy, Debug)]
struct Counter {
    last: u8,
    hash: u64,
}

#[derive(Clone, Copy, Debug)]
struct Channel {
    id: u8,
    open: bool,
    /// Individual address that the server gave the tunnel.
    address: Option<u16>,
    counters: [Option<Counter>; 2],
}

/// What a frame on a channel is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Next,
    /// The same frame again, because its acknowledgement was lost.
    Again,
    Odd(Flag),
}

#[derive(Default)]
pub struct Channels {
    list: Vec<Channel>,
    /// A channel was opened on this flow: others that nobody opened are odd.
    opened: bool,
}

const fn index(side: Side) -> usize {
    match side {
        Side::Client => 0,
        Side::Server => 1,
    }
}

impl Channels {
    fn find(&mut self, id: u8) -> Option<&mut Channel> {
        self.list.iter_mut().find(|channel| channel.id == id)
    }

    fn put(&mut self, channel: Channel) {
        self.list.retain(|known| known.id != channel.id);
        if self.list.len() >= CHANNELS {
            self.list.remove(0);
        }
        self.list.push(channel);
    }

    pub fn open(&mut self, id: u8, address: Option<u16>) {
        self.opened = true;
        self.put(Channel { id, open: true, address, counters: [None; 2] });
    }

    pub fn close(&mut self, id: u8) {
        if let Some(channel) = self.find(id) {
            channel.open = false;
        }
    }

    pub fn address(&mut self, id: u8) -> Option<u16> {
        self.find(id)?.address
    }

    /// Frames of one side are missing.
    pub fn gap(&mut self, side: Side) {
        for channel in &mut self.list {
            if let Some(counter) = channel.counters.get_mut(index(side)) {
                *counter = None;
            }
        }
    }

    /// Follows the counter of a frame. A stream counts nothing: nothing gets lost there.
    pub fn follow(&mut self, side: Side, connection: &Connection<'_>, counts: bool) -> Step {
        if self.find(connection.channel).is_none() {
            if self.opened {
                return Step::Odd(Flag::KnxChannel);
            }
            self.put(Channel { id: connection.channel, open: true, address: None, counters: [None; 2] });
        }
        let Some(channel) = self.find(connection.channel) else { return Step::Next };
        if !channel.open {
            return Step::Odd(Flag::KnxChannel);
        }
        let Some(counter) = channel.counters.get_mut(index(side)).filter(|_| counts) else { return Step::Next };
        let now = Counter { last: connection.sequence, hash: hash::quick(connection.rest) };
        match counter.replace(now) {
            None => Step::Next,
            Some(before) if before.last.wrapping_add(1) == now.last => Step::Next,
            Some(before) if before.last == now.last && before.hash == now.hash => Step::Again,
            Some(_) => Step::Odd(Flag::KnxSequence),
        }
    }

    pub fn weight(&self) -> usize {
        self.list.capacity() * size_of::<Channel>()
    }
}
