//! Dataset `link`: neighbour protocols. A repeated fact is counted and told at the end of the span.

use super::{Ledger, event_id, pick};
use crate::dataset::EventRow;
use crate::dataset::rows::LinkRow;
use crate::flow::{Facts, Side, Span};
use crate::text;
use hashbrown::HashMap;

/// Different facts counted in one span.
const KINDS: usize = 65_536;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct LinkKey {
    kind: &'static str,
    action: &'static str,
    source: std::net::IpAddr,
    mac: Option<[u8; 6]>,
    target: std::net::IpAddr,
    vlan: Option<u16>,
    details: Option<&'static str>,
}

struct Repeat {
    order: usize,
    count: i64,
    span: Span,
    facts: Facts,
}

/// What repeats in the current span.
#[derive(Default)]
pub struct Links {
    seen: HashMap<LinkKey, Option<Box<Repeat>>, foldhash::fast::RandomState>,
}

impl Ledger {
    /// A message of a neighbour protocol from `facts.client` about or to `facts.server`; `details` is what is odd about
    /// it, as JSON with declared keys.
    pub fn link(
        &mut self,
        facts: &mut Facts,
        kind: &'static str,
        action: &'static str,
        span: Span,
        details: Option<&'static str>,
    ) {
        let key = LinkKey {
            kind,
            action,
            source: facts.client.ip,
            mac: facts.client.mac,
            target: facts.server.ip,
            vlan: facts.vlan,
            details,
        };
        let order = self.links.seen.len();
        match self.links.seen.get_mut(&key) {
            None if order >= KINDS => self.counters.add("link", "neighbours_not_told", 1),
            None => {
                self.links.seen.insert(key, None);
                self.link_row(facts, &key, span, 1);
            }
            Some(Some(repeat)) => {
                repeat.count += 1;
                repeat.span.last = span.last;
            }
            Some(slot) => {
                let mut copy = Facts::new(facts.client, facts.server, facts.transport, 0);
                (copy.vlan, copy.inner_vlan, copy.interface) = (facts.vlan, facts.inner_vlan, facts.interface);
                *slot = Some(Box::new(Repeat { order, count: 1, span, facts: copy }));
            }
        }
    }

    /// Tells the repeats of the span that ends.
    pub fn links_tick(&mut self) {
        let mut repeats: Vec<(LinkKey, Box<Repeat>)> =
            self.links.seen.drain().filter_map(|(key, repeat)| repeat.map(|r| (key, r))).collect();
        repeats.sort_by_key(|(_, r)| (r.span.first.time, r.span.first.number, r.order));
        for (key, mut repeat) in repeats {
            let Repeat { span, count, .. } = *repeat;
            self.link_row(&mut repeat.facts, &key, span, count);
        }
    }

    fn link_row(&mut self, facts: &mut Facts, key: &LinkKey, span: Span, count: i64) {
        let LinkKey { kind, action, details, .. } = *key;
        let place = pick(&self.places, span.first.source);
        let frame = span.first.number;
        let id = event_id(
            &place.sensor,
            "link",
            i64::from(facts.interface),
            frame,
            0,
            &format!("{kind}.{action}{}", details.unwrap_or_default()),
        );
        let (address, target) = (text::ip(facts.client.ip), text::ip(facts.server.ip));
        let event = EventRow {
            event_dataset: Some("link"),
            ot_client_ip: None,
            ot_server_ip: None,
            network_transport: Some(if kind == "icmp" { "icmp" } else { "ethernet" }),
            network_protocol: Some(kind),
            ..facts.event(place, self.clock, Side::Client, span, &id)
        };
        let row = LinkRow {
            event,
            ot_link_kind: Some(kind),
            event_action: Some(action),
            ot_link_address: Some(&address),
            ot_link_target: Some(&target),
            ot_count: Some(count),
            ot_details: details,
            ..LinkRow::default()
        };
        self.batch.link.push(&row, &mut self.batch.words);
    }
}
