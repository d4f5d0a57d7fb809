//! The kernel's program of a filter, run by an interpreter: it passes what the filter passes, on every frame, and nothing
//! else but frames that are odd; shares of an interface hold each frame once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::fs;
use std::path::{Path, PathBuf};
use wire::capture::filter::kernel::{Instruction, MOST_SHARES, Share};
use wire::capture::{FileSource, Filter, Limits, LinkType};
use wire::evidence::view_of;

const FILTERS: &[&str] = &[
    "ip",
    "ip6",
    "arp",
    "tcp",
    "udp",
    "icmp",
    "icmp6",
    "vlan",
    "vlan 100",
    "vlan 0",
    "not vlan",
    "host 10.0.0.1",
    "host 192.168.1.10",
    "src host 192.168.88.60",
    "dst net 192.168.0.0/16",
    "net 10.0.0.0/8",
    "src and dst net 10.0.0.0/8",
    "arp host 192.168.1.1",
    "ip host 192.168.1.1",
    "host fe80::1",
    "net fe80::/10",
    "net ::/0",
    "net 0.0.0.0/0",
    "port 502",
    "tcp port 102",
    "udp port 47808",
    "portrange 1-1023",
    "src port 502",
    "dst portrange 2404-20000",
    "ether proto 0x88b8",
    "ether proto 0x8892",
    "ether host 00:00:5e:00:53:01",
    "ether src ff:ff:ff:ff:ff:ff",
    "ip proto 6",
    "ip6 proto 58",
    "not port 502",
    "not (tcp or udp)",
    "tcp and not port 502 or udp and host 10.0.0.1",
    "(ip or arp) and not (net 10.0.0.0/8 and port 502) and not vlan 5",
    "! ip && ! ip6 || arp",
    "port 502 or 102 or 44818",
]; // fmt: skip

/// Runs a program as the kernel does: reading beyond the frame ends it, and nothing passes.
fn run(program: &[Instruction], frame: &[u8], tag: Option<u16>) -> bool {
    let (mut a, mut x, mut scratch, mut at) = (0u32, 0u32, [None; 16], 0usize);
    let read = |from: u32, octets: usize| -> Option<u32> {
        let bytes = frame.get(usize::try_from(from).unwrap()..)?.get(..octets)?;
        Some(bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    };
    loop {
        let (code, yes, no, k) = program[at];
        at += 1;
        let slot = usize::try_from(k & 15).unwrap();
        let mut jump = |holds: bool| at += usize::from(if holds { yes } else { no });
        let loaded = match code {
            0x20 if k == 0xffff_f000 + 44 => Some(u32::from(tag.unwrap_or(0))),
            0x20 if k == 0xffff_f000 + 48 => Some(u32::from(tag.is_some())),
            0x20 => read(k, 4),
            0x28 => read(k, 2),
            0x40 => read(x + k, 4),
            0x48 => read(x + k, 2),
            0x50 => read(x + k, 1),
            0x80 => Some(u32::try_from(frame.len()).unwrap()),
            0x60 => Some(scratch[slot].expect("the kernel refuses to read what was not written")),
            0x00 => Some(k),
            0x04 => Some(a.wrapping_add(k)),
            0x0c => Some(a.wrapping_add(x)),
            0x1c => Some(a.wrapping_sub(x)),
            0xac => Some(a ^ x),
            0x54 => Some(a & k),
            0x64 => Some(a << k),
            0x74 => Some(a >> k),
            0x24 => Some(a.wrapping_mul(k)),
            0x94 => Some(a % k),
            0x87 => Some(x),
            _ => Some(a),
        };
        let Some(value) = loaded else { return false };
        a = value;
        match code {
            0x02 => scratch[slot] = Some(a),
            0x07 => x = a,
            0x61 => x = scratch[slot].expect("the kernel refuses to read what was not written"),
            0x01 => x = k,
            0x05 => at += usize::try_from(k).unwrap(),
            0x06 => return k != 0,
            0x15 => jump(a == k),
            0x25 => jump(a > k),
            0x35 => jump(a >= k),
            0x3d => jump(a >= x),
            0x45 => jump(a & k != 0),
            _ => {}
        }
    }
}

/// Takes the outer tag off, as a kernel does before a filter is asked.
fn untagged(frame: &[u8]) -> (Vec<u8>, Option<u16>) {
    match frame.get(12..16) {
        Some([0x81, 0, high, low]) if frame.len() >= 18 => {
            ([&frame[..12], &frame[16..]].concat(), Some(u16::from_be_bytes([*high, *low])))
        }
        _ => (frame.to_vec(), None),
    }
}

fn is_fragment_or_broken(frame: &[u8]) -> bool {
    let view = view_of(LinkType::ETHERNET, frame);
    let mut at = 12;
    while frame.get(at..at + 2).is_some_and(|e| matches!(e, [0x81 | 0x91 | 0x92, 0] | [0x88, 0xa8])) {
        at += 4;
    }
    let network = frame.get(at + 2..).unwrap_or_default();
    match view.ether_type {
        Some(0x0800) => view.source.is_none() || network[6] & 0x3f != 0 || network[7] != 0,
        Some(0x86dd) => view.source.is_none() || [0, 43, 44, 51, 60, 135].contains(&network[6]),
        Some(0x0806) => view.source.is_none(),
        _ => frame.len() < 14 || at >= 20,
    }
}

fn captures() -> Vec<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/golden");
    let folders = fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "pcap")).collect();
    all.sort();
    all
}

fn frames(most: usize) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for path in captures() {
        let file = fs::File::open(&path).unwrap();
        let mut source = FileSource::from_reader(Box::new(file), "golden", Limits::default()).unwrap();
        let mut left = most;
        while let Some(frame) = source.next().unwrap() {
            if frame.link == LinkType::ETHERNET && left > 0 {
                all.push(frame.data.to_vec());
                left -= 1;
            }
        }
    }
    all
}

#[test]
fn frames_of_all_protocols_pass_as_the_filter_says() {
    let all = frames(300);
    assert!(all.len() > 5_000, "{} frames", all.len());
    for text in FILTERS {
        let filter = Filter::parse(text).unwrap();
        let program = filter.program(None).unwrap();
        let (mut passed, mut more) = (0, 0);
        for frame in &all {
            let wanted = filter.matches(&view_of(LinkType::ETHERNET, frame));
            passed += usize::from(wanted);
            let (bare, tag) = untagged(frame);
            for got in [run(&program, frame, None), run(&program, &bare, tag)] {
                assert!(got || !wanted, "{text}: {frame:02x?}");
                if got && !wanted {
                    more += 1;
                    assert!(is_fragment_or_broken(frame), "{text}: {frame:02x?}");
                }
            }
        }
        assert!(more * 20 < all.len(), "{text}: {passed} and {more} that need not");
    }
}

#[test]
fn each_frame_is_of_one_share_and_both_directions_of_the_same() {
    let turned = |frame: &[u8]| {
        let mut turned = [&frame[6..12], &frame[..6], &frame[12..]].concat();
        if frame.len() >= 34 && frame[12..14] == [8, 0] {
            turned[26..30].copy_from_slice(&frame[30..34]);
            turned[30..34].copy_from_slice(&frame[26..30]);
        }
        turned
    };
    let all = frames(50);
    for of in [1, 2, 3, 7, MOST_SHARES] {
        let programs: Vec<_> =
            (1..=of).map(|number| Filter::default().program(Share::new(number, of)).unwrap()).collect();
        let share = |frame: &[u8]| -> Vec<usize> {
            programs.iter().enumerate().filter(|(_, program)| run(program, frame, None)).map(|(i, _)| i).collect()
        };
        for frame in &all {
            let (bare, _) = untagged(frame);
            let shares = share(frame);
            assert_eq!(shares.len(), 1, "{frame:02x?}");
            assert_eq!(share(&bare), shares, "with and without its tag: {frame:02x?}");
            assert_eq!(share(&turned(frame)), shares, "the other direction: {frame:02x?}");
        }
    }
}

#[test]
fn pairs_of_hosts_are_spread() {
    let program = Filter::default().program(Share::new(2, 4)).unwrap();
    let frame = |a: u8, b: u8| [&[0; 12][..], &[8, 0, 0x45], &[0; 11], &[10, 0, 0, a, 10, 0, 0, b]].concat();
    let taken = (0..=255u8).filter(|device| run(&program, &frame(1, *device), None)).count();
    assert!((40..90).contains(&taken), "{taken} of 256 devices of one master");
}

#[test]
fn a_share_takes_its_part_of_what_the_filter_passes() {
    let filter = Filter::parse("not port 502").unwrap();
    for frame in frames(50) {
        let wanted = filter.matches(&view_of(LinkType::ETHERNET, &frame));
        let parts = (1..=3).filter(|n| run(&filter.program(Share::new(*n, 3)).unwrap(), &frame, None)).count();
        assert!(parts == usize::from(wanted) || parts == 1 && is_fragment_or_broken(&frame), "{frame:02x?}");
    }
}

#[test]
fn an_empty_filter_needs_no_program_and_a_long_one_is_refused() {
    assert_eq!(Filter::default().program(None).unwrap(), Vec::new());
    let long = vec!["host 10.0.0.1"; 300].join(" or ");
    assert_eq!(Filter::parse(&long).unwrap().program(None).unwrap_err().code, "too_long");
    assert!(Share::new(0, 2).is_none() && Share::new(3, 2).is_none() && Share::new(1, MOST_SHARES + 1).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(0x00b1_77e7), failure_persistence: None, cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_passes_the_filter_is_left_out(
        pick in any::<prop::sample::Index>(),
        text in prop::sample::select(FILTERS.to_vec()),
        changes in prop::collection::vec((0usize..64, any::<u8>()), 0..6),
        cut in prop::option::of(0usize..80),
        type_at in prop::option::of((0usize..4, prop::sample::select(vec![0x8100u16, 0x88a8, 0x9100, 0x0800, 0x86dd, 0x0806]))),
    ) {
        static FRAMES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
        let all = FRAMES.get_or_init(|| frames(20));
        let mut frame = all[pick.index(all.len())].clone();
        for (at, byte) in changes {
            if let Some(slot) = frame.get_mut(at) {
                *slot = byte;
            }
        }
        if let Some((depth, number)) = type_at {
            let at = 12 + 4 * depth;
            if frame.len() >= at + 2 {
                frame[at..at + 2].copy_from_slice(&number.to_be_bytes());
            }
        }
        if let Some(cut) = cut {
            frame.truncate(cut);
        }
        let filter = Filter::parse(text).unwrap();
        let program = filter.program(None).unwrap();
        if filter.matches(&view_of(LinkType::ETHERNET, &frame)) {
            let (bare, tag) = untagged(&frame);
            prop_assert!(run(&program, &frame, None), "{}: {:02x?}", text, frame);
            prop_assert!(run(&program, &bare, tag), "{}: {:02x?}", text, frame);
        }
    }
}
