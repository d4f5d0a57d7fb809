//! Dataset `rate`: hosts and channels per ten seconds of packet time, for learners.

use super::{Ledger, event_id, pick};
use crate::dataset::rows::RateRow;
use crate::dataset::{EventRow, Operation};
use crate::delta::RATE_SPAN;
use crate::delta::channel::ChannelRate;
use crate::flow::facts::{Endpoint, mac_of, name_of};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::protocol::{Exchange, Outcome, Reply};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Hosts counted apart in one window; beyond it they are only counted.
const HOSTS: usize = 131_072;
/// Hosts that are told of one window, whatever they did; beyond it one that did little and proved nothing is only counted.
const TOLD: usize = 8192;
/// What is little: packets in ten seconds.
const LITTLE: u32 = 8;
/// Peers and ports counted apart for one host in one window.
const DISTINCT: usize = 4096;

/// A host: VLAN and address.
pub type HostKey = (Option<u16>, IpAddr);

/// What one flow did in the window, seen from its client.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlowRate {
    pub packets: [u32; 2],
    pub bytes: [i64; 2],
    pub reset: bool,
    pub half_open: bool,
}

#[derive(Default)]
struct HostRate {
    packets: u32,
    bytes: i64,
    resets: u32,
    half_open: u32,
    refused: u32,
    channel: ChannelRate,
    peers: Vec<IpAddr>,
    ports: Vec<(IpAddr, u16)>,
}

/// Counts of the current window.
#[derive(Default)]
pub struct Rates {
    pub window: i64,
    hosts: BTreeMap<HostKey, HostRate>,
}

/// Writes and commands: what changes something.
fn commands(operation: Operation) -> bool {
    operation.activity() == "command"
}

impl Ledger {
    /// Counts a message into its channel.
    pub(super) fn count_rate(&mut self, channel: u32, x: &Exchange<'_>) {
        let Some(state) = self.channels.get(channel) else { return };
        if state.rate.is_none() {
            self.touched_channels.push(channel);
        }
        let rate = state.rate.get_or_insert_default();
        rate.messages += 1;
        let first = rate.frames.map_or(x.span.first.number, |(first, _)| first);
        rate.frames = Some((first, x.span.last.number));
        rate.source = x.span.first.source;
        rate.bytes += i64::from(x.bytes);
        rate.failures += u32::from(x.outcome == Outcome::Failure);
        rate.unanswered += u32::from(x.reply == Reply::Unanswered);
        rate.writes += u32::from(x.items.iter().any(|i| commands(i.operation)));
        rate.functions |= 1 << (x.function.code.unwrap_or(127) & 127);
    }

    /// Counts a shape as an object addressed, once a window.
    pub(super) fn count_object(&mut self, channel: u32, shape: u32) {
        let window = self.rates.window;
        let Some(state) = self.shapes.get(shape) else { return };
        if state.window == window {
            return;
        }
        state.window = window;
        if let Some(rate) = self.channels.get(channel).and_then(|channel| channel.rate.as_mut()) {
            rate.objects += 1;
        }
    }

    /// A login was refused.
    pub fn refused_login(&mut self, facts: &Facts) {
        if let Some(host) = self.rates.host((facts.vlan, facts.client.ip)) {
            host.refused += 1;
        }
    }

    /// What one flow did in the window.
    pub fn flow_rate(&mut self, facts: &Facts, rate: FlowRate) {
        let [from_client, from_server] = rate.packets;
        let [client_bytes, server_bytes] = rate.bytes;
        if let Some(host) = self.rates.host((facts.vlan, facts.server.ip)) {
            host.packets += from_server;
            host.bytes += server_bytes;
        }
        let Some(host) = self.rates.host((facts.vlan, facts.client.ip)) else { return };
        host.packets += from_client;
        host.bytes += client_bytes;
        host.resets += u32::from(rate.reset);
        host.half_open += u32::from(rate.half_open);
        if from_client > 0 && host.ports.len() < DISTINCT {
            host.peers.push(facts.server.ip);
            host.ports.push((facts.server.ip, facts.server.port));
        }
    }

    /// Ends the window: one row a channel and one a host, and the counting begins anew.
    pub fn rates_tick(&mut self) {
        let window = self.rates.window;
        let touched = std::mem::take(&mut self.touched_channels);
        for index in touched {
            let Some(channel) = self.channels.get(index) else { continue };
            let (Some(rate), key) = (channel.rate.take(), channel.key) else { continue };
            let host = (channel.facts.vlan, channel.facts.client.ip);
            let entity = format!("{}>{}", name_of(channel.facts.client.ip), name_of(channel.facts.server.ip));
            let entity = channel.unit.as_ref().map_or_else(|| entity.clone(), |unit| format!("{entity}#{unit}"));
            if let Some(host) = self.rates.host(host) {
                host.channel.add(&rate);
            }
            let Some(channel) = self.channels.get(index) else { continue };
            let place = pick(&self.places, rate.source);
            let id = event_id(&place.sensor, "rate", key, window, 0, "channel");
            let event = channel.facts.event(place, self.clock, Side::Client, window_span(window), &id);
            let event = EventRow {
                event_dataset: Some("rate"),
                ot_packet_first: rate.frames.map(|frames| frames.0),
                ot_packet_last: rate.frames.map(|frames| frames.1),
                ..event
            };
            let row = RateRow {
                event,
                ot_entity_kind: Some("channel"),
                ot_entity: Some(&entity),
                ot_channel: Some(key),
                ..counts(&rate)
            };
            self.batch.rate.push(&row, &mut self.batch.words);
            self.relieve();
        }
        let hosts = std::mem::take(&mut self.rates.hosts);
        let many = hosts.len() > TOLD;
        for ((vlan, ip), mut host) in hosts {
            if many && host.packets <= LITTLE && !self.assets.is_proved(vlan, ip) {
                self.counters.add("rate", "hosts_not_told", 1);
                continue;
            }
            host.peers.sort_unstable();
            host.peers.dedup();
            host.ports.sort_unstable();
            host.ports.dedup();
            self.host_row(vlan, ip, &host, window);
            self.relieve();
        }
    }

    fn host_row(&mut self, vlan: Option<u16>, ip: IpAddr, host: &HostRate, window: i64) {
        let end = Endpoint { ip, port: 0, mac: mac_of(ip) };
        let mut facts = Facts::new(end, end, Transport::Other(0), 0);
        facts.vlan = vlan;
        let entity = name_of(ip);
        let key = crate::hash::key(&[b"host", &vlan.unwrap_or(u16::MAX).to_be_bytes(), entity.as_bytes()]);
        let place = pick(&self.places, 0);
        let id = event_id(&place.sensor, "rate", key, window, 0, "host");
        let event = EventRow {
            event_dataset: Some("rate"),
            destination_ip: None,
            ot_client_ip: None,
            ot_server_ip: None,
            network_transport: None,
            ot_packet_first: None,
            ot_packet_last: None,
            ..facts.event(place, self.clock, Side::Client, window_span(window), &id)
        };
        let row = RateRow {
            event,
            ot_entity_kind: Some("host"),
            ot_entity: Some(&entity),
            ot_rate_packets: Some(host.packets),
            ot_rate_bytes: Some(host.bytes),
            ot_rate_peers: u32::try_from(host.peers.len()).ok(),
            ot_rate_ports: u32::try_from(host.ports.len()).ok(),
            ot_rate_resets: Some(host.resets),
            ot_rate_half_open: Some(host.half_open),
            ot_rate_refused_logins: Some(host.refused),
            ..counts(&host.channel)
        };
        self.batch.rate.push(&row, &mut self.batch.words);
    }

    /// Begins the window that `time` is in.
    pub fn rates_window(&mut self, time: i64) {
        self.rates.window = time.div_euclid(RATE_SPAN);
    }
}

impl Rates {
    fn host(&mut self, key: HostKey) -> Option<&mut HostRate> {
        if self.hosts.len() >= HOSTS && !self.hosts.contains_key(&key) {
            return None;
        }
        Some(self.hosts.entry(key).or_default())
    }
}

impl ChannelRate {
    fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.writes += other.writes;
        self.failures += other.failures;
        self.unanswered += other.unanswered;
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.functions |= other.functions;
    }
}

fn counts<'a>(rate: &ChannelRate) -> RateRow<'a> {
    RateRow {
        ot_rate_messages: Some(rate.messages),
        ot_rate_bytes: Some(rate.bytes),
        ot_rate_writes: Some(rate.writes),
        ot_rate_failures: Some(rate.failures),
        ot_rate_unanswered: Some(rate.unanswered),
        ot_rate_objects: Some(rate.objects),
        ot_rate_functions: Some(rate.functions.count_ones()),
        ..RateRow::default()
    }
}

fn window_span(window: i64) -> Span {
    let start = window.saturating_mul(RATE_SPAN);
    let stamp = |time| Stamp { time, ..Stamp::default() };
    Span { first: stamp(start), last: stamp(start.saturating_add(RATE_SPAN)) }
}
