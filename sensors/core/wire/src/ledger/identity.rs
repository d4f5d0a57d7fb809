//! Dataset `identity`: facts about assets, each told once, with the packet that told it.

use super::{Ledger, event_id, pick};
use crate::dataset::EventRow;
use crate::dataset::rows::IdentityRow;
use crate::delta::CADENCE_SPAN;
use crate::flow::facts::{is_bus, kind_of, mac_of, station_of};
use crate::flow::{Facts, Side, Span};
use crate::link::maker::maker;
use crate::{hash, text};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use std::net::IpAddr;

/// Assets and facts remembered; beyond it facts are told again and counted.
const ASSETS: usize = 131_072;
const FACTS: usize = 524_288;
/// Moves remembered of one address.
const MOVES: usize = 8;

/// Which key each address goes by, and which facts were told.
#[derive(Default)]
pub struct AssetKeys {
    keys: HashMap<(Option<u16>, IpAddr), AssetKey, RandomState>,
    told: HashSet<(u64, u64), RandomState>,
}

struct AssetKey {
    text: Box<str>,
    /// MAC address by which the address was last seen.
    mac: Option<[u8; 6]>,
    bound: bool,
    /// It answered somebody, or went on after an answer.
    proved: bool,
    /// Moves to another MAC that were told, the latest ones.
    moves: Vec<Move>,
}

/// An address moved to `mac`, by ARP or not, in a window of five minutes.
#[derive(Clone, Copy, Eq, PartialEq)]
struct Move {
    mac: [u8; 6],
    bound: bool,
    window: i64,
}

impl AssetKey {
    /// Whether a move is news. Two interfaces that take turns (teaming, two routers) move an address with every packet.
    fn is_news(&mut self, moved: Move) -> bool {
        if self.moves.contains(&moved) {
            return false;
        }
        self.moves.retain(|known| (known.mac, known.bound) != (moved.mac, moved.bound));
        if self.moves.len() >= MOVES {
            self.moves.remove(0);
        }
        self.moves.push(moved);
        true
    }
}

impl AssetKeys {
    /// Notes that an address is really in use. Whether that was known; `None` for one that nothing is known of.
    pub(super) fn proved(&mut self, vlan: Option<u16>, ip: IpAddr) -> Option<bool> {
        self.keys.get_mut(&(vlan, ip)).map(|key| std::mem::replace(&mut key.proved, true))
    }

    /// Whether an address is known to be really in use.
    pub(super) fn is_proved(&self, vlan: Option<u16>, ip: IpAddr) -> bool {
        self.keys.get(&(vlan, ip)).is_some_and(|key| key.proved)
    }
}

/// A fact about one address.
pub struct Fact<'a> {
    pub about: Side,
    pub span: Span,
    pub attribute: &'static str,
    pub value: &'a str,
    pub confidence: f32,
    pub evidence: &'a str,
}

impl Ledger {
    /// A fact about one side of a flow, told once for each value.
    #[allow(clippy::too_many_arguments)]
    pub fn identity(
        &mut self,
        facts: &mut Facts,
        about: Side,
        span: Span,
        attribute: &'static str,
        value: &str,
        confidence: f32,
        evidence: &str,
    ) {
        let ip = match about {
            Side::Client => facts.client.ip,
            Side::Server => facts.server.ip,
        };
        let key = self.asset_key(facts.vlan, ip, facts.interface);
        if self.told(&key, attribute, value) {
            return;
        }
        self.identity_row(facts, &key, &Fact { about, span, attribute, value, confidence, evidence });
    }

    fn asset_key(&mut self, vlan: Option<u16>, ip: IpAddr, interface: u32) -> Box<str> {
        if let Some(mac) = mac_of(ip) {
            return text::mac(mac).into_boxed_str();
        }
        if let Some(known) = self.assets.keys.get(&(vlan, ip)) {
            return known.text.clone();
        }
        let segment = &pick(&self.places, interface).segment;
        station_of(ip).map_or_else(|| address_key(vlan, ip, segment), |station| station_key(&station, segment))
    }

    fn identity_row(&mut self, facts: &mut Facts, key: &str, fact: &Fact<'_>) {
        let place = pick(&self.places, fact.span.first.source);
        let kind = format!("{key}|{}|{}", fact.attribute, fact.value);
        let entity = hash::key(&[b"asset", key.as_bytes()]);
        let id = event_id(&place.sensor, "identity", entity, fact.span.first.number, 0, &kind);
        let event =
            EventRow { event_dataset: Some("identity"), ..facts.event(place, self.clock, fact.about, fact.span, &id) };
        let row = IdentityRow {
            event,
            ot_asset_key: Some(key),
            ot_attribute: Some(fact.attribute),
            ot_attribute_value: Some(fact.value),
            ot_confidence: Some(fact.confidence),
            ot_evidence: Some(fact.evidence),
        };
        self.batch.identity.push(&row, &mut self.batch.words);
    }

    /// An address was seen in use. First sight is told as `address`; a new MAC behind it as `mac`. `bound` says that
    /// ARP itself bound the two.
    pub fn seen(&mut self, facts: &mut Facts, about: Side, span: Span, bound: bool) {
        let end = match about {
            Side::Client => facts.client,
            Side::Server => facts.server,
        };
        if let Some(mac) = mac_of(end.ip) {
            return self.seen_on_ethernet(facts, about, span, mac);
        }
        if let Some(station) = station_of(end.ip) {
            return self.seen_on_bus(facts, about, span, &station);
        }
        if !assignable(end.ip) {
            return;
        }
        let (vlan, ip, mac) = (facts.vlan, end.ip, end.mac);
        let window = self.clock.div_euclid(CADENCE_SPAN);
        match self.assets.keys.get_mut(&(vlan, ip)) {
            Some(known) if known.mac == mac && (known.bound || !bound) => {}
            Some(known) => {
                let moved = mac.filter(|_| known.mac != mac).map(|mac| Move { mac, bound, window });
                let newly_bound = bound && !known.bound;
                known.mac = mac.or(known.mac);
                known.bound |= bound;
                let moved = match moved {
                    Some(moved) if known.is_news(moved) => true,
                    Some(_) if !newly_bound => return self.counters.add("identity", "moves_again", 1),
                    _ => false,
                };
                let key = known.text.clone();
                let interface = mac;
                let mac = mac.map(text::mac).unwrap_or_default();
                if moved || newly_bound {
                    let evidence = if bound { "arp" } else { "ethernet" };
                    let confidence = if bound { 1.0 } else { 0.5 };
                    self.identity_row(
                        facts,
                        &key,
                        &Fact { about, span, attribute: "mac", value: &mac, confidence, evidence },
                    );
                }
                if newly_bound && *key != *mac {
                    self.identity_row(
                        facts,
                        &key,
                        &Fact { about, span, attribute: "alias", value: &mac, confidence: 1.0, evidence: "arp" },
                    );
                }
                if bound {
                    self.maker(facts, &key, about, span, interface);
                }
            }
            None => {
                if self.newcomer() {
                    self.first_sight(facts, about, span, (bound, false), mac);
                }
            }
        }
    }

    /// First sight of an address whose holder answered: one that was not told before, among too many that had not.
    pub(super) fn proven_sight(&mut self, facts: &mut Facts, about: Side, span: Span) {
        let end = match about {
            Side::Client => facts.client,
            Side::Server => facts.server,
        };
        if mac_of(end.ip).is_none() && station_of(end.ip).is_none() && assignable(end.ip) {
            self.first_sight(facts, about, span, (false, true), end.mac);
        }
    }

    /// A MAC address without IP: the asset goes by it, as it does once ARP binds it to an address.
    fn seen_on_ethernet(&mut self, facts: &mut Facts, about: Side, span: Span, mac: [u8; 6]) {
        // Group addresses (IEEE 802, 8.2: first bit sent) name no host.
        if mac.first().is_some_and(|first| first & 1 == 1) {
            return;
        }
        let key = text::mac(mac);
        if self.is_told(&key, "mac", &key) || !self.newcomer() || self.told(&key, "mac", &key) {
            return;
        }
        let fact = Fact { about, span, attribute: "mac", value: &key, confidence: 0.9, evidence: "ethernet" };
        self.identity_row(facts, &key, &fact);
        self.maker(facts, &key, about, span, Some(mac));
    }

    /// A station of a field bus: the asset goes by its number on that bus. The bus itself is none.
    fn seen_on_bus(&mut self, facts: &mut Facts, about: Side, span: Span, station: &str) {
        let ip = match about {
            Side::Client => facts.client.ip,
            Side::Server => facts.server.ip,
        };
        let key = station_key(station, &pick(&self.places, facts.interface).segment);
        if is_bus(ip) || self.told(&key, "mac", station) {
            return;
        }
        let fact = Fact { about, span, attribute: "mac", value: station, confidence: 0.9, evidence: kind_of(ip) };
        self.identity_row(facts, &key, &fact);
    }

    fn first_sight(
        &mut self,
        facts: &mut Facts,
        about: Side,
        span: Span,
        (bound, proved): (bool, bool),
        mac: Option<[u8; 6]>,
    ) {
        let ip = match about {
            Side::Client => facts.client.ip,
            Side::Server => facts.server.ip,
        };
        if self.assets.keys.len() >= ASSETS {
            self.counters.add("identity", "assets_refused", 1);
            return;
        }
        let mac_text = mac.map(text::mac);
        let segment = &pick(&self.places, facts.interface).segment;
        let key = match &mac_text {
            Some(mac) if bound => mac.clone().into_boxed_str(),
            _ => address_key(facts.vlan, ip, segment),
        };
        self.assets
            .keys
            .insert((facts.vlan, ip), AssetKey { text: key.clone(), mac, bound, proved, moves: Vec::new() });
        let (evidence, confidence) = if bound { ("arp", 1.0) } else { ("ip", 0.5) };
        let address = text::ip(ip);
        self.identity_row(
            facts,
            &key,
            &Fact { about, span, attribute: "address", value: &address, confidence, evidence },
        );
        if let Some(mac) = mac_text {
            self.identity_row(facts, &key, &Fact { about, span, attribute: "mac", value: &mac, confidence, evidence });
        }
        if bound {
            self.maker(facts, &key, about, span, mac);
        }
    }

    /// The maker of the interface an address is bound to, told once for each asset. A weak hint at the device's maker:
    /// many build in what others made.
    fn maker(&mut self, facts: &mut Facts, key: &str, about: Side, span: Span, mac: Option<[u8; 6]>) {
        let Some(value) = mac.and_then(maker) else { return };
        if self.told(key, "oui", value) {
            return;
        }
        let fact = Fact { about, span, attribute: "vendor", value, confidence: 0.3, evidence: "oui" };
        self.identity_row(facts, key, &fact);
    }

    /// Whether this fact was told before.
    fn is_told(&self, key: &str, attribute: &str, value: &str) -> bool {
        self.assets.told.contains(&hashed(key, attribute, value))
    }

    /// Whether this fact was told before; from now on it was.
    fn told(&mut self, key: &str, attribute: &str, value: &str) -> bool {
        let fact = hashed(key, attribute, value);
        if self.assets.told.contains(&fact) {
            return true;
        }
        if self.assets.told.len() < FACTS {
            self.assets.told.insert(fact);
        } else {
            self.counters.add("identity", "facts_not_kept", 1);
        }
        false
    }
}

/// What stands for a fact about an asset.
fn hashed(key: &str, attribute: &str, value: &str) -> (u64, u64) {
    let fact = hash::quick(attribute.as_bytes()) ^ hash::quick(value.as_bytes()).rotate_left(17);
    (hash::quick(key.as_bytes()), fact)
}

fn address_key(vlan: Option<u16>, ip: IpAddr, segment: &str) -> Box<str> {
    format!("{ip}@{}@{segment}", vlan.map_or_else(|| "-".to_owned(), |v| v.to_string())).into_boxed_str()
}

fn station_key(station: &str, segment: &str) -> Box<str> {
    format!("{station}@-@{segment}").into_boxed_str()
}

/// Addresses that name a host: no multicast, broadcast, unspecified or loopback-of-nothing.
fn assignable(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => !(v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast()),
        IpAddr::V6(v6) => !(v6.is_unspecified() || v6.is_multicast()),
    }
}
