//! Channels (segment, VLAN, client, server, unit) and the devices (server, unit) their points belong to.

use crate::flow::Facts;
use crate::flow::facts::name_of;
use crate::hash;
use crate::protocol::Unit;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::net::IpAddr;

/// 3-grams remembered for one channel; beyond it they are counted only.
pub const GRAMS: usize = 1024;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct ChannelKey {
    client: IpAddr,
    device: u32,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct DeviceKey {
    server: IpAddr,
    vlan: Option<u16>,
    protocol: Option<&'static str>,
    unit: u64,
}

/// Counts of one channel in the current ten seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChannelRate {
    pub messages: u32,
    pub writes: u32,
    pub failures: u32,
    pub unanswered: u32,
    pub objects: u32,
    pub bytes: i64,
    pub functions: u128,
    /// First and last frame of the window's messages, and their source.
    pub frames: Option<(i64, i64)>,
    pub source: u32,
}

/// Who speaks to which unit.
pub struct Channel {
    pub key: i64,
    pub device: u32,
    pub unit: Option<Box<str>>,
    /// Addresses for rows that belong to no single flow; port of the client 0.
    pub facts: Facts,
    /// Symbols of the last two messages and their shapes.
    pub trail: [(u64, u32); 2],
    pub grams: Vec<u64>,
    pub gram_count: u32,
    /// What it does in the current ten seconds, while it does anything.
    pub rate: Option<Box<ChannelRate>>,
}

/// All channels, bounded by the flow table's memory: one channel needs at least one flow.
#[derive(Default)]
pub struct Channels {
    table: HashMap<ChannelKey, u32, RandomState>,
    devices: HashMap<DeviceKey, u32, RandomState>,
    pub list: Vec<Channel>,
    /// Changed whenever a constant or enumeration of the device changed, so that equal bytes mean equal points.
    pub versions: Vec<u32>,
    pub device_keys: Vec<i64>,
}

/// Unit as a number to look up with.
pub fn unit_hash(unit: &Unit<'_>) -> u64 {
    match unit {
        Unit::None => u64::MAX,
        Unit::Number(n) => u64::from(*n),
        Unit::Text(text) => hash::quick(text.as_bytes()) | 1 << 63,
    }
}

fn unit_text(unit: &Unit<'_>) -> Option<String> {
    match unit {
        Unit::None => None,
        Unit::Number(n) => Some(n.to_string()),
        Unit::Text(text) => Some((*text).to_owned()),
    }
}

impl Channels {
    /// The channel a flow speaks on to a unit, new or known. None when the table is full.
    pub fn of(&mut self, facts: &mut Facts, unit: &Unit<'_>, segment: &str, limit: usize) -> Option<u32> {
        let hash = unit_hash(unit);
        if let Some((known, channel)) = facts.channel
            && known == hash
        {
            return Some(channel);
        }
        let device = self.device(facts, unit, hash, segment, limit)?;
        let key = ChannelKey { client: facts.client.ip, device };
        let index = match self.table.get(&key) {
            Some(index) => *index,
            None if self.list.len() >= limit => return None,
            None => {
                let index = u32::try_from(self.list.len()).ok()?;
                self.table.insert(key, index);
                self.list.push(Self::fresh(facts, unit, device, segment));
                index
            }
        };
        facts.channel = Some((hash, index));
        Some(index)
    }

    fn device(&mut self, facts: &Facts, unit: &Unit<'_>, hash: u64, segment: &str, limit: usize) -> Option<u32> {
        let key = DeviceKey { server: facts.server.ip, vlan: facts.vlan, protocol: facts.protocol, unit: hash };
        if let Some(index) = self.devices.get(&key) {
            return Some(*index);
        }
        if self.versions.len() >= limit {
            return None;
        }
        let index = u32::try_from(self.versions.len()).ok()?;
        self.devices.insert(key, index);
        self.versions.push(0);
        self.device_keys.push(hash::key(&[
            b"device",
            segment.as_bytes(),
            &facts.vlan.unwrap_or(u16::MAX).to_be_bytes(),
            name_of(facts.server.ip).as_bytes(),
            facts.protocol.unwrap_or_default().as_bytes(),
            unit_text(unit).unwrap_or_default().as_bytes(),
        ]));
        Some(index)
    }

    fn fresh(facts: &Facts, unit: &Unit<'_>, device: u32, segment: &str) -> Channel {
        let unit = unit_text(unit);
        let mut own = Facts::new(facts.client, facts.server, facts.transport, 0);
        own.client.port = 0;
        own.vlan = facts.vlan;
        own.inner_vlan = facts.inner_vlan;
        own.interface = facts.interface;
        own.protocol = facts.protocol;
        let key = hash::key(&[
            b"channel",
            segment.as_bytes(),
            &facts.vlan.unwrap_or(u16::MAX).to_be_bytes(),
            name_of(facts.client.ip).as_bytes(),
            name_of(facts.server.ip).as_bytes(),
            facts.protocol.unwrap_or_default().as_bytes(),
            unit.as_deref().unwrap_or_default().as_bytes(),
        ]);
        Channel {
            key,
            device,
            unit: unit.map(String::into_boxed_str),
            facts: own,
            trail: [(0, u32::MAX); 2],
            grams: Vec::new(),
            gram_count: 0,
            rate: None,
        }
    }

    pub fn get(&mut self, index: u32) -> Option<&mut Channel> {
        self.list.get_mut(usize::try_from(index).ok()?)
    }

    pub fn version(&mut self, device: u32) -> Option<&mut u32> {
        self.versions.get_mut(usize::try_from(device).ok()?)
    }
}
