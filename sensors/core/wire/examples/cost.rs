//! What a protocol costs: captures that hold it again and again, in ns a packet and, beyond what the same packets cost
//! with nothing in them, ns a message, as JSON.
//!
//! `cost SECONDS FILES`. Time is CPU time of this thread as Linux counts it; the best of five rounds counts.
#![allow(clippy::unwrap_used, clippy::as_conversions, clippy::indexing_slicing)]

use std::path::PathBuf;
use wire::capture::{Frame, Limits, LinkType, Merged};
use wire::dataset::Batch;
use wire::dataset::column::ColumnView;
use wire::{Engine, Place, Settings};

const ROUNDS: usize = 5;
/// Time between two turns, ns: ticks of packet time cost too, and must not be most of it.
const SHIFT: i64 = 2_000_000_000;

struct Taken {
    time: i64,
    data: Vec<u8>,
    link: LinkType,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds: f64 = arguments.next().unwrap().parse().unwrap();
    let captures: Vec<Vec<Taken>> = arguments.map(|file| frames(&PathBuf::from(file))).collect();
    let (packets, messages) = (captures.iter().map(Vec::len).sum::<usize>(), messages(&captures));
    let best = |captures: &[Vec<Taken>]| {
        (0..ROUNDS).map(|_| nanoseconds(captures, seconds / ROUNDS as f64)).fold(f64::MAX, f64::min)
    };
    let (whole, blank) = (best(&captures), best(&captures.iter().map(|each| blanked(each)).collect::<Vec<_>>()));
    println!(
        "{{\"packets\":{packets},\"messages\":{messages},\"packet_ns\":{:.0},\"message_ns\":{:.0}}}",
        whole / packets as f64,
        (whole - blank).max(0.0) / messages.max(1) as f64
    );
}

/// The same frames with nothing said in them: link, TCP and flow work stay, no protocol is recognised.
fn blanked(capture: &[Taken]) -> Vec<Taken> {
    let blank = |taken: &Taken| {
        let mut data = taken.data.clone();
        if let Some(start) = if taken.link == LinkType::CAN_SOCKETCAN { Some(0) } else { payload(&data) } {
            data[start..].fill(0);
        }
        Taken { data, ..*taken }
    };
    capture.iter().map(blank).collect()
}

/// Where TCP or UDP payload begins over IPv4, or what a protocol on Ethernet says; IPv6 and ARP stay as they are.
fn payload(data: &[u8]) -> Option<usize> {
    let start = if data.get(12..14)? == [0x81, 0x00] { 18 } else { 14 };
    let ip = match data.get(start - 2..start)? {
        [0x08, 0x00] => start,
        [0x86, 0xdd] | [0x08, 0x06] => return None,
        _ => return (start < data.len()).then_some(start),
    };
    let header = ip + usize::from(data.get(ip)? & 15) * 4;
    let start = match data.get(ip + 9)? {
        6 => header + usize::from(data.get(header + 12)? >> 4) * 4,
        17 => header + 8,
        _ => return None,
    };
    (start < data.len()).then_some(start)
}

fn frames(file: &PathBuf) -> Vec<Taken> {
    let mut merged = Merged::open(std::slice::from_ref(file), Limits::default());
    let mut all = Vec::new();
    while let Some(frame) = merged.next() {
        all.push(Taken { time: frame.timestamp, data: frame.data.to_vec(), link: frame.link });
    }
    all
}

fn engine(full: bool) -> Engine {
    Engine::new(Settings { full, ..Settings::default() }, vec![Place::default()], None)
}

/// Plays a capture, moved by `later` ns, into an engine.
fn play(engine: &mut Engine, capture: &[Taken], later: i64, number: &mut i64, seen: &mut dyn FnMut(&Batch)) {
    for taken in capture {
        *number += 1;
        engine.frame(&Frame {
            timestamp: taken.time + later,
            data: &taken.data,
            wire_length: taken.data.len() as u32,
            link: taken.link,
            number: *number,
            source: 0,
            interface: 0,
        });
        if engine.batch_full() {
            seen(&engine.take_batch());
        }
    }
}

/// Requests with their replies, and publications: transactions counted once for all their items.
fn messages(captures: &[Vec<Taken>]) -> usize {
    let mut found = 0;
    let mut count = |batch: &Batch| {
        batch.visit(&mut |dataset, each, _| {
            if dataset == "transaction" {
                each(&mut |column, view| {
                    if let (true, ColumnView::U16(items)) = (column == "ot.item", &view) {
                        found += items.values.iter().filter(|item| **item == 0).count();
                    }
                });
            }
        });
    };
    for capture in captures {
        let mut engine = engine(true);
        play(&mut engine, capture, 0, &mut 0, &mut count);
        engine.finish();
        count(&engine.take_batch());
    }
    found
}

/// Nanoseconds for all captures once, after as many turns as fit into the time. Each turn is later, so that every
/// connection is a new one.
fn nanoseconds(captures: &[Vec<Taken>], seconds: f64) -> f64 {
    let (mut turns, mut number) = (0u32, 0);
    let mut engine = engine(false);
    let began = cpu_seconds();
    while turns == 0 || cpu_seconds() - began < seconds {
        for capture in captures {
            play(&mut engine, capture, i64::from(turns) * SHIFT, &mut number, &mut |_| {});
        }
        turns += 1;
    }
    engine.finish();
    engine.take_batch();
    (cpu_seconds() - began) * 1e9 / f64::from(turns)
}

/// Seconds this thread was on a processor: first number of its schedstat, in ns.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}
