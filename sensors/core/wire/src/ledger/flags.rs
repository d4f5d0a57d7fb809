//! Flags: repeats of one flag on one flow are counted, not repeated, and told at the end of the span.

use super::{Ledger, event_id_at, pick};
use crate::dataset::rows::FlagRow;
use crate::dataset::{EventRow, Flag};
use crate::delta::CADENCE_SPAN;
use crate::flow::facts::Endpoint;
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use hashbrown::HashMap;
use std::net::{IpAddr, Ipv4Addr};

/// Different (flow, flag) pairs counted in one span; beyond it each repeat is only counted in `capture`.
const PAIRS: usize = 65_536;

struct Repeat {
    order: usize,
    count: i64,
    span: Span,
    ordinal: i64,
    window: i64,
    facts: Facts,
}

/// What repeats in the current span.
#[derive(Default)]
pub struct Repeats {
    seen: HashMap<(i64, Flag), Option<Box<Repeat>>, foldhash::fast::RandomState>,
}

impl Ledger {
    /// A flag on a flow.
    pub fn flag(&mut self, facts: &mut Facts, flag: Flag, span: Span, offset: Option<u32>, details: Option<&str>) {
        self.counters.add("flag", flag.name(), 1);
        let order = self.flags.seen.len();
        let (ordinal, window) = (facts.ordinal, self.clock.div_euclid(CADENCE_SPAN));
        match self.flags.seen.get_mut(&(facts.id, flag)) {
            None if order >= PAIRS => self.counters.add("flag", "not_told", 1),
            None => {
                self.flags.seen.insert((facts.id, flag), None);
                self.flag_row(facts, flag, span, (ordinal, window), "first", 1, offset, details);
            }
            Some(Some(repeat)) => {
                repeat.count += 1;
                repeat.span.last = span.last;
            }
            Some(slot) => {
                let mut copy = Facts::new(facts.client, facts.server, facts.transport, facts.id);
                (copy.vlan, copy.inner_vlan, copy.interface, copy.protocol) =
                    (facts.vlan, facts.inner_vlan, facts.interface, facts.protocol);
                *slot = Some(Box::new(Repeat { order, count: 1, span, ordinal, window, facts: copy }));
            }
        }
    }

    /// A flag on a frame that belongs to no flow.
    pub fn frame_flag(&mut self, flag: Flag, stamp: Stamp, source: Option<IpAddr>, destination: Option<IpAddr>) {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let end = |ip: Option<IpAddr>| Endpoint { ip: ip.unwrap_or(nowhere), port: 0, mac: None };
        let mut facts = Facts::new(end(source), end(destination), Transport::Other(0), 0);
        facts.ordinal = stamp.number;
        self.flag(&mut facts, flag, Span::at(stamp), None, None);
    }

    /// Tells the repeats of the span that ends.
    pub fn flags_tick(&mut self) {
        let mut repeats: Vec<(Flag, Box<Repeat>)> =
            self.flags.seen.drain().filter_map(|((_, flag), repeat)| repeat.map(|r| (flag, r))).collect();
        repeats.sort_by_key(|(flag, r)| (r.span.first.time, r.span.first.number, r.order, flag.name()));
        for (flag, mut repeat) in repeats {
            let Repeat { span, ordinal, window, count, .. } = *repeat;
            self.flag_row(&mut repeat.facts, flag, span, (ordinal, window), "repeats", count, None, None);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn flag_row(
        &mut self,
        facts: &mut Facts,
        flag: Flag,
        span: Span,
        (ordinal, window): (i64, i64),
        part: &str,
        count: i64,
        offset: Option<u32>,
        details: Option<&str>,
    ) {
        let place = pick(&self.places, span.first.source);
        // A flag of the connection itself has the same ordinal in each span: which span it is tells them apart.
        let kind = format!("{}.{part}@{window}", flag.name());
        let id = event_id_at(span.first.time, &place.sensor, "flag", facts.id, (ordinal, 0), &kind);
        let event = EventRow { event_dataset: Some("flag"), ..facts.event(place, self.clock, Side::Client, span, &id) };
        let row = FlagRow {
            event,
            ot_flag: Some(flag.name()),
            ot_offset: offset,
            ot_count: Some(count),
            ot_message: (ordinal > 0).then_some(ordinal),
            ot_details: details,
        };
        self.batch.flag.push(&row, &mut self.batch.words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::column::ColumnView;
    use crate::{Place, Settings};
    use std::collections::HashSet;

    fn stamp(time: i64) -> Stamp {
        Stamp { time, ..Stamp::default() }
    }

    #[test]
    fn a_flag_in_two_spans_is_two_events() {
        let mut ledger = Ledger::new(Settings::default(), vec![Place::default()]);
        let end = Endpoint { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), port: 502, mac: None };
        let mut facts = Facts::new(end, end, Transport::Tcp, 7);
        for window in [0, CADENCE_SPAN] {
            ledger.clock = window;
            for time in 0..3 {
                ledger.flag(&mut facts, Flag::LinkSnapped, Span::at(stamp(window + time)), None, None);
            }
            ledger.flags_tick();
        }
        let (batch, mut ids) = (ledger.take_batch(), HashSet::new());
        batch.visit(&mut |dataset, each, _| {
            each(&mut |column, view| {
                if let ("flag", "event.id", ColumnView::Text(texts)) = (dataset, column, view) {
                    ids.extend(texts.bytes.chunks(26).map(<[u8]>::to_vec));
                }
            });
        });
        assert_eq!((batch.flag.rows(), ids.len()), (4, 4));
    }
}
