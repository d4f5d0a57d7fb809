//! What every parser of the list must keep, on every golden capture (design §3, contract tests).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use support::{Taken, all_golden, engine, frames, golden, play, rows, same};
use wire::capture::LinkType;

/// Octets of a record before those of the line.
const SERIAL: usize = 12;

/// Where a TCP or UDP payload lies in an Ethernet frame without tags, or octets in a record of a serial line; frames of a
/// bus are all payload: (start, whether it is part of a stream).
fn payload(taken: &Taken) -> Option<(usize, bool)> {
    let data = &taken.data;
    if taken.link == LinkType::RTAC_SERIAL {
        // Events other than octets are no part of a stream.
        return (data.len() > SERIAL).then_some((SERIAL, (1..=4).contains(&data[8])));
    }
    if [LinkType::PROFIBUS_DL, LinkType::CAN_SOCKETCAN].contains(&taken.link) {
        return Some((0, false));
    }
    if data.get(12..14)? != [8, 0] || data.get(14)? >> 4 != 4 {
        return None;
    }
    let header = 14 + usize::from(data[14] & 15) * 4;
    let length = 14 + usize::from(u16::from_be_bytes([data[16], data[17]]));
    match data.get(23)? {
        6 => {
            let start = header + usize::from(data.get(header + 12)? >> 4) * 4;
            (start < length).then_some((start, true))
        }
        17 => (header + 8 < length).then_some((header + 8, false)),
        _ => None,
    }
}

/// Bytes that a frame has without what pads it.
fn total(taken: &Taken) -> usize {
    match taken.link {
        LinkType::RTAC_SERIAL => taken.data.len(),
        _ => 14 + usize::from(u16::from_be_bytes([taken.data[16], taken.data[17]])),
    }
}

/// One TCP segment, or record of a serial line, as two, cut at `at` bytes of payload.
fn cut(taken: &Taken, start: usize, at: usize) -> [Taken; 2] {
    if taken.link == LinkType::RTAC_SERIAL {
        let head = &taken.data[..start];
        return [&taken.data[start..start + at], &taken.data[start + at..]].map(|part| Taken {
            time: taken.time,
            data: [head, part].concat(),
            link: taken.link,
        });
    }
    let total = 14 + usize::from(u16::from_be_bytes([taken.data[16], taken.data[17]]));
    let header = 14 + usize::from(taken.data[14] & 15) * 4;
    let part = |from: usize, to: usize| {
        let mut data = taken.data[..start].to_vec();
        data.extend_from_slice(&taken.data[start + from..start + to]);
        let length = (data.len() - 14) as u16;
        data[16..18].copy_from_slice(&length.to_be_bytes());
        let sequence = u32::from_be_bytes(data[header + 4..header + 8].try_into().unwrap()).wrapping_add(from as u32);
        data[header + 4..header + 8].copy_from_slice(&sequence.to_be_bytes());
        Taken { time: taken.time, data, link: taken.link }
    };
    [part(0, at), part(at, total - start)]
}

/// Columns that say where packets were; a cut changes them and nothing else.
const PACKETS: [&str; 3] = ["ot.packet.first", "ot.packet.last", "network.bytes"];
const FACTS: [&str; 5] = ["transaction", "value", "session", "file", "flag"];

#[test]
fn a_protocol_is_named_on_its_own_captures_and_on_no_other() {
    let named = wire::protocol::recognised::SIGNATURES.iter().map(|signature| signature.name.to_owned());
    let listed: Vec<String> = golden().into_iter().map(|(folder, _)| folder).chain(named).collect();
    for (folder, file) in all_golden() {
        let mut engine = engine(true);
        play(&mut engine, &frames(&file));
        engine.finish();
        let batch = engine.take_batch();
        let named: Vec<String> = rows(&batch, &["flow"], &[])
            .iter()
            .filter_map(|line| {
                line.split(" network.protocol=").nth(1).map(|rest| rest.split(' ').next().unwrap().to_owned())
            })
            .collect();
        assert!(named.iter().all(|name| *name == folder), "{}: {named:?}", file.display());
        // What a dissector reads is nobody's without it.
        assert!(named.contains(&folder) == listed.contains(&folder), "{}: not recognised", file.display());
    }
}

#[test]
fn the_same_frames_give_the_same_rows() {
    for (_, file) in golden() {
        let taken = frames(&file);
        let run = || {
            let mut engine = engine(false);
            play(&mut engine, &taken);
            engine.finish();
            rows(&engine.take_batch(), &[], &[])
        };
        same(&run(), &run(), &file.display().to_string());
    }
}

#[test]
fn a_stream_cut_anywhere_gives_the_same_facts() {
    for (_, file) in golden() {
        let taken = frames(&file);
        let facts = |taken: &[Taken]| {
            let mut engine = engine(true);
            play(&mut engine, taken);
            engine.finish();
            rows(&engine.take_batch(), &FACTS, &PACKETS)
        };
        let whole = facts(&taken);
        let streams = taken.iter().filter_map(|one| Some((one, payload(one).filter(|(_, stream)| *stream)?.0)));
        let longest = streams.map(|(one, start)| total(one) - start).max().unwrap_or(0);
        // Each run cuts every segment once, at another place; together they cut at every place of those up to 256 bytes.
        for step in 0..longest.clamp(2, 257) - 1 {
            let mut pieces = Vec::new();
            for one in &taken {
                match payload(one) {
                    Some((start, true)) if total(one) > start + 1 => {
                        let length = total(one) - start;
                        pieces.extend(cut(one, start, 1 + step % (length - 1)));
                    }
                    _ => pieces.push(one.clone()),
                }
            }
            same(&whole, &facts(&pieces), &format!("{} cut at {step}", file.display()));
        }
    }
}

#[test]
fn any_batch_size_gives_the_same_rows() {
    for (_, file) in golden() {
        let taken = frames(&file);
        let mut whole = engine(false);
        play(&mut whole, &taken);
        whole.finish();
        let mut whole = rows(&whole.take_batch(), &[], &[]);
        let mut split = engine(false);
        let mut parts = Vec::new();
        for (i, one) in taken.iter().enumerate() {
            let number = i as i64 + 1;
            split.frame(&wire::capture::Frame {
                timestamp: one.time,
                data: &one.data,
                wire_length: one.data.len() as u32,
                link: one.link,
                number,
                source: 0,
                interface: 0,
            });
            parts.extend(rows(&split.take_batch(), &[], &[]));
        }
        split.finish();
        parts.extend(rows(&split.take_batch(), &[], &[]));
        whole.sort();
        parts.sort();
        same(&whole, &parts, &file.display().to_string());
    }
}

/// Whether the engine took a parser out of service over these frames.
fn failed(taken: &[Taken]) -> bool {
    let mut engine = engine(true);
    play(&mut engine, taken);
    engine.finish();
    engine.ledger.counters.totals().iter().any(|(_, counter, _)| *counter == "parser_failed")
}

/// Runs a check on all captures, as many at a time as there are cores.
fn on_all(check: impl Fn(&str, &[Taken]) + Sync) {
    let captures: Vec<(String, Vec<Taken>)> =
        golden().into_iter().map(|(_, file)| (file.display().to_string(), frames(&file))).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((name, taken)) = captures.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    check(name, taken);
                }
            });
        }
    });
}

#[test]
fn hostile_bytes_never_fail_a_parser() {
    on_all(|name, taken| {
        let longest = taken.iter().filter_map(|one| Some(one.data.len() - payload(one)?.0)).max().unwrap_or(0);
        for value in [0u8, 1, 2, 0x7f, 0x80, 0xfe, 0xff] {
            // Every payload byte takes the value once: one byte of each frame in each run.
            for at in 0..longest {
                let mut changed = taken.to_vec();
                for one in &mut changed {
                    let start = payload(one).map(|(start, _)| start);
                    if let Some(byte) = start.and_then(|start| one.data.get_mut(start + at)) {
                        *byte = value;
                    }
                }
                assert!(!failed(&changed), "{name}: byte {at} set to {value:#x}");
            }
        }
    });
}

#[test]
fn every_prefix_of_a_capture_is_taken() {
    on_all(|name, taken| {
        for keep in 1..=taken.len() {
            let mut head = taken[..keep].to_vec();
            let last = head.last().unwrap().clone();
            let Some((start, _)) = payload(&last) else { continue };
            let length = last.data.len() - start;
            // The last frame is cut within its payload, as in a capture that was stopped: anywhere in a short one.
            for at in (0..length).step_by(1 + length / 64) {
                head.last_mut().unwrap().data = last.data[..start + at].to_vec();
                assert!(!failed(&head), "{name}: {keep} frames, the last with {at} bytes");
            }
        }
    });
}

#[test]
fn lost_packets_cost_only_what_they_carried() {
    for (protocol, file) in golden() {
        let taken = frames(&file);
        let number = |line: &str, column: &str| -> usize {
            line.split(&format!(" {column}="))
                .nth(1)
                .and_then(|r| r.split(' ').next())
                .and_then(|n| n.parse().ok())
                .unwrap_or(0)
        };
        let seen = |taken: &[Taken]| {
            let mut engine = engine(true);
            play(&mut engine, taken);
            engine.finish();
            let mut told = rows(&engine.take_batch(), &["transaction"], &[]);
            if protocol == "synchrophasor" {
                // With its configuration lost a data frame is one row instead of one for each value.
                told.dedup_by_key(|line| number(line, "ot.packet.first"));
            }
            told
        };
        let whole = seen(&taken);
        for gone in (3..taken.len()).step_by(1 + taken.len() / 16) {
            let mut lossy = taken.clone();
            lossy.remove(gone);
            let inside = |line: &&String| {
                (number(line, "ot.packet.first")..=number(line, "ot.packet.last")).contains(&(gone + 1))
            };
            let carried = whole.iter().filter(inside).count();
            let left = seen(&lossy).len();
            assert!(
                left + carried >= whole.len(),
                "{}: without frame {}: {left} of {}",
                file.display(),
                gone + 1,
                whole.len()
            );
        }
    }
}
