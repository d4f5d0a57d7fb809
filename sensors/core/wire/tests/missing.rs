//! With one packet of a golden capture missing, whichever it is, the transactions outside the gap still appear: the
//! property behind "0.2 % of the packets lost", for every protocol over TCP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use support::{Taken, engine, frames, golden, rows};

/// Of what was lost with an earlier packet: a session's names, ordinals, the flow's beginning; and when it was told.
const OF_THE_PAST: [&str; 10] = [
    "event.id",
    "ot.message",
    "ot.flow",
    "ot.session",
    "ot.news",
    "ot.value.before",
    "user.name",
    "ot.client_name",
    "ot.details",
    "ot.clock",
];
/// Said once, and lost with that packet: what an alias stands for (MQTT 5, Sparkplug), where a connection leads (the route
/// of a CIP Forward_Open), how data is cut into values (the configuration of a synchrophasor stream), which symbol a handle
/// of ADS is and of what type, which topic a connection of SuiteLink is to and what its tags are called, which interface
/// a context of OPC Classic is and what its items are called, which file a handle of MELSOFT is. The message appears without it.
const SAID_ONCE: [(&str, &[&str]); 7] = [
    ("mqtt", &["ot.object.address", "ot.object.kind", "ot.value.type", "ot.value.numbers"]),
    ("enip", &["ot.unit"]),
    ("synchrophasor", &OF_ITEMS),
    ("ads", &ADS_SYMBOLS),
    ("suitelink", &["ot.unit", "ot.object.address"]),
    ("opc_classic", &OPC_CONTEXTS),
    ("melsoft", &["ot.operation", "ot.activity", "ot.object.address", "ot.object.kind", "ot.object.count"]),
];
const OPC_CONTEXTS: [&str; 12] = [
    "ot.activity",
    "ot.operation",
    "ot.function.name",
    "ot.object.address",
    "ot.object.kind",
    "ot.value.type",
    "ot.value.numbers",
    "ot.value.text",
    "ot.value.exact",
    "ot.item",
    "ot.items",
    "event.outcome",
];
const OF_ITEMS: [&str; 8] = [
    "ot.object.address",
    "ot.object.kind",
    "ot.object.start",
    "ot.object.count",
    "ot.value.type",
    "ot.value.numbers",
    "ot.item",
    "ot.items",
];
const ADS_SYMBOLS: [&str; 8] = [
    "ot.object.address",
    "ot.object.kind",
    "ot.object.start",
    "ot.object.count",
    "ot.value.type",
    "ot.value.numbers",
    "ot.value.text",
    "ot.value.exact",
];

/// Transactions as text with the frames they stand in; frames keep their numbers when one is missing.
fn transactions(protocol: &str, taken: &[Taken], missing: Option<usize>) -> Vec<(i64, i64, String)> {
    let mut engine = engine(true);
    for (i, one) in taken.iter().enumerate().filter(|(i, _)| Some(*i) != missing) {
        engine.frame(&wire::capture::Frame {
            timestamp: one.time,
            data: &one.data,
            wire_length: one.data.len() as u32,
            link: one.link,
            number: i as i64,
            source: 0,
            interface: 0,
        });
    }
    engine.finish();
    let number = |row: &str, column: &str| -> i64 {
        let (_, rest) = row.split_once(&format!(" {column}=")).unwrap();
        rest.split(' ').next().unwrap().parse().unwrap()
    };
    let mut skip = OF_THE_PAST.to_vec();
    for (_, columns) in SAID_ONCE.iter().filter(|(name, _)| *name == protocol) {
        skip.extend(*columns);
    }
    let mut told: Vec<(i64, i64, String)> = rows(&engine.take_batch(), &["transaction"], &skip)
        .into_iter()
        .map(|row| (number(&row, "ot.packet.first"), number(&row, "ot.packet.last"), row))
        .collect();
    if skip.contains(&"ot.item") {
        // Without their items the rows of a message are the same.
        told.dedup();
    }
    told
}

/// Of the transactions that do not span the missing frame: how many there are, and how many still appear.
fn outside(
    protocol: &str,
    whole: &[(i64, i64, String)],
    taken: &[Taken],
    missing: usize,
) -> (usize, usize, Option<String>) {
    let gap = missing as i64;
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for (_, _, row) in transactions(protocol, taken, Some(missing)) {
        *found.entry(row).or_default() += 1;
    }
    let (mut wanted, mut seen, mut first_lost) = (0, 0, None);
    for (_, _, row) in whole.iter().filter(|(first, last, _)| !(*first..=*last).contains(&gap)) {
        wanted += 1;
        match found.get_mut(row).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                seen += 1;
            }
            None => first_lost = first_lost.or(Some(row.clone())),
        }
    }
    (wanted, seen, first_lost)
}

/// Addresses and ports of a frame that carries payload in TCP over IPv4 without tags.
fn tcp_ends(data: &[u8]) -> Option<Vec<u8>> {
    if data.get(12..14)? != [8, 0] || *data.get(23)? != 6 {
        return None;
    }
    let header = 14 + usize::from(data.get(14)? & 15) * 4;
    let start = header + usize::from(data.get(header + 12)? >> 4) * 4;
    let end = 14 + usize::from(u16::from_be_bytes([*data.get(16)?, *data.get(17)?]));
    (end > start).then(|| [&data[26..34], &data[header..header + 4]].concat())
}

#[test]
fn a_missing_packet_costs_no_transaction_outside_the_gap() {
    let mut counts: BTreeMap<String, (usize, usize, Option<String>)> = BTreeMap::new();
    for (protocol, file) in golden() {
        let taken = frames(&file);
        let whole = transactions(&protocol, &taken, None);
        // Not the first of either side: what is left of a conversation of three packets may name no protocol.
        let mut begun = BTreeSet::new();
        let carrying: Vec<usize> =
            (0..taken.len()).filter(|i| tcp_ends(&taken[*i].data).is_some_and(|ends| !begun.insert(ends))).collect();
        // Long captures repeat themselves: 200 packets of each are taken out, one at a time.
        for missing in carrying.iter().step_by(carrying.len() / 200 + 1) {
            let (wanted, seen, lost) = outside(&protocol, &whole, &taken, *missing);
            let total = counts.entry(protocol.clone()).or_default();
            total.0 += wanted;
            total.1 += seen;
            let place = || lost.map(|row| format!("{} without frame {missing}: {row}", file.display()));
            if total.2.is_none() {
                total.2 = place();
            }
        }
    }
    for (protocol, (wanted, seen, lost)) in &counts {
        println!("{protocol}: {seen} of {wanted} transactions outside the gaps");
        assert!(seen * 100 >= wanted * 99, "{protocol}: {seen} of {wanted}; {}", lost.clone().unwrap_or_default());
    }
}
