//! Whatever the bytes: no panic, an end, and nothing given that was not there.

use std::io::Write;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::build::{ENDS, End, MICROSECONDS, NANOSECONDS, PATCHED, at_seconds, rich_pcapng};
use super::{drain, read, source};
use crate::capture::{Filter, FilterView, LATEST};

/// The shortest record of any format is a pcapng block without a body.
const SHORTEST: usize = 12;

/// Reads whatever it is, and checks what must hold for every input.
fn survives(bytes: &[u8]) {
    let Ok(mut opened) = source(bytes) else { return };
    let (frames, _) = drain(&mut opened);
    assert!(frames.len() <= bytes.len() / SHORTEST);
    assert!(frames.iter().map(|frame| frame.data.len()).sum::<usize>() <= bytes.len());
    assert!(frames.iter().all(|frame| (0..=LATEST).contains(&frame.timestamp)));
    assert!(frames.windows(2).all(|pair| pair[0].number < pair[1].number));
    assert_eq!(opened.counters().frames, frames.len() as u64);
    assert!(frames.iter().all(|frame| opened.interfaces().get(frame.interface).is_some()));
}

fn samples() -> Vec<Vec<u8>> {
    let mut samples: Vec<Vec<u8>> = ENDS.into_iter().map(rich_pcapng).collect();
    samples.push([rich_pcapng(End::Little), rich_pcapng(End::Big)].concat());
    samples.push(at_seconds(&[1, 2, 3]));
    let end = End::Big;
    samples.push([end.pcap(NANOSECONDS, (2, 4), 1), end.record(1, 2, &[7; 40]), end.record(3, 4, &[9; 3])].concat());
    samples.push([end.pcap(MICROSECONDS, (2, 3), 1), end.record(1, 2, &[7; 40]), end.record(3, 4, &[9; 3])].concat());
    samples.push([end.pcap(PATCHED, (2, 4), 1), end.words(&[1, 2, 8, 8, 0, 0]), vec![5; 8]].concat());
    samples
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_byte_set_to_every_hard_value() {
    for sample in samples() {
        for at in 0..sample.len() {
            for value in [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff] {
                let mut bytes = sample.clone();
                bytes[at] = value;
                survives(&bytes);
            }
        }
    }
}

#[test]
fn every_prefix_gives_the_frames_that_are_whole() {
    for sample in samples() {
        let (whole, error) = read(&sample);
        assert_eq!(error, None);
        for cut in 0..sample.len() {
            let Ok(mut opened) = source(&sample[..cut]) else { continue };
            let (frames, _) = drain(&mut opened);
            assert_eq!(frames, whole[..frames.len()]);
            survives(&sample[..cut]);
        }
    }
}

#[test]
fn every_prefix_and_byte_of_packed_captures() {
    let plain = rich_pcapng(End::Little);
    let whole = read(&plain).0;
    for packed in [gzip(&plain), zstd::encode_all(&plain[..], 1).unwrap()] {
        for cut in 0..packed.len() {
            if let Ok(mut opened) = source(&packed[..cut]) {
                let (frames, error) = drain(&mut opened);
                assert_eq!(frames, whole[..frames.len()]);
                assert!(error.is_some() || frames == whole, "cut at {cut}: neither whole nor an error");
            }
            let mut bytes = packed.clone();
            bytes[cut] ^= 0x41;
            if let Ok(mut opened) = source(&bytes) {
                let _ = drain(&mut opened);
            }
        }
    }
}

fn fixed() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(0x00b1_77e7), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(fixed())]

    #[test]
    fn random_bytes(head in 0_usize..8, bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let heads: [&[u8]; 8] = [
            &[], &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0], &[0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4],
            &[0xa1, 0xb2, 0xcd, 0x34, 0, 2, 0, 3], &[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a],
            &[0x0a, 0x0d, 0x0d, 0x0a], &[0x1f, 0x8b, 8], &[0x28, 0xb5, 0x2f, 0xfd],
        ];
        survives(&[heads[head], &bytes].concat());
    }

    #[test]
    fn random_blocks(blocks in proptest::collection::vec((0_u32..8, proptest::collection::vec(any::<u8>(), 0..80)), 0..12)) {
        let end = End::Little;
        let body = blocks.iter().flat_map(|(kind, body)| end.block(*kind, body));
        survives(&[end.section(), end.interface(1, 0, &[]), body.collect()].concat());
    }

    #[test]
    fn several_bytes_changed(sample in 0_usize..7, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = samples().swap_remove(sample);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        survives(&bytes);
    }

    #[test]
    fn any_filter_text(text in "(host|net|port|src|dst|vlan|ether|proto|not|and|or|tcp|ip6|[()!&|/:.0-9a-f -]|\\PC| ){0,24}") {
        match Filter::parse(&text) {
            Ok(filter) => { let _ = filter.matches(&FilterView::default()); }
            Err(error) => {
                prop_assert!(error.position <= text.len());
                prop_assert!(text.is_char_boundary(error.position));
            }
        }
    }
}
