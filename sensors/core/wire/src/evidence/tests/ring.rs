//! What was handed over is found again: by number and by filter, after a kill, within bounds.

use super::super::{Bounds, Carved, Chunks, Keeper, Keys, Wanted, by_filter, standing};
use crate::capture::filter::Filter;
use crate::capture::{Frame, LinkType};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

const SECOND: i64 = 1_000_000_000;
pub(super) const ETERNAL: Bounds = Bounds { bytes: u64::MAX, age: i64::MAX, file_bytes: 4096, file_age: i64::MAX };

/// A folder that goes with the test.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("bittern-ring-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A frame of TCP between 10.0.0.<number % 7> and 10.0.1.<number % 3>; every fifth in VLAN 9, every eleventh ARP.
pub(super) fn octets(number: i64) -> Vec<u8> {
    let (client, server) = (u8::try_from(number % 7).unwrap(), u8::try_from(number % 3).unwrap());
    let mut frame = vec![2, 0, 0, 0, 1, server, 2, 0, 0, 0, 0, client];
    if number % 5 == 0 {
        frame.extend([0x81, 0x00, 0, 9]);
    }
    if number % 11 == 0 {
        frame.extend([0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, client, 10, 0, 0, client]);
        frame.extend([0, 0, 0, 0, 0, 0, 10, 0, 1, server]);
        return frame;
    }
    frame.extend([0x08, 0x00, 0x45, 0, 0, 44, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, client, 10, 0, 1, server]);
    frame.extend([0xc0, client, 0x01, 0xf6, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x18, 0, 0, 0, 0, 0, 0]);
    frame.extend(u32::try_from(number).unwrap().to_be_bytes());
    frame
}

pub(super) fn put(chunks: &mut Chunks, keeper: &mut Keeper, numbers: impl Iterator<Item = i64>, batch: i64) {
    for number in numbers {
        let data = octets(number);
        let frame = Frame {
            timestamp: number * SECOND / 10,
            data: &data,
            wire_length: u32::try_from(data.len()).unwrap(),
            link: LinkType::ETHERNET,
            number,
            source: 0,
            interface: 0,
        };
        let broken = chunks.take(&frame);
        broken.into_iter().for_each(|chunk| keeper.keep(&chunk).unwrap());
        if number % batch == 0 {
            chunks.drain().for_each(|chunk| keeper.keep(&chunk).unwrap());
        }
    }
    chunks.drain().for_each(|chunk| keeper.keep(&chunk).unwrap());
}

fn begin(folder: &Path, bounds: Bounds) -> Keeper {
    Keeper::begin(folder, &["eth1@1".to_owned()], bounds).unwrap()
}

fn found(folder: &Path, filter: &str, (since, until): (i64, i64)) -> Carved {
    let filter = Filter::parse(filter).unwrap();
    by_filter(&[folder.join("eth1@1")], &Wanted { filter: &filter, since, until, most: usize::MAX }, &Keys::default())
        .unwrap()
}

/// Payload numbers of a carved file, by the frames' last four octets; ARP frames do not count.
pub(super) fn sent(carved: &Carved) -> Vec<i64> {
    let records = super::super::records::Records::of(carved.file.get(24..).unwrap_or_default());
    let tcp = records.filter(|record| record.data.len() >= 58);
    tcp.map(|record| i64::from(u32::from_be_bytes(*record.data.last_chunk::<4>().unwrap()))).collect()
}

#[test]
fn frames_are_found_by_number_in_whole_and_in_growing_files() {
    let scratch = Scratch::new();
    let mut keeper = begin(&scratch.0, ETERNAL);
    put(&mut Chunks::default(), &mut keeper, 1..=1000, 10);
    let folder = scratch.0.join("eth1@1");
    assert!(fs::read_dir(&folder).unwrap().count() > 20, "one file does not test rotation");
    let all = by_numbers(&folder, &[(1, 1000)], 5000).unwrap();
    assert_eq!(all.numbers, (1..=1000).collect::<Vec<_>>());
    assert_eq!(sent(&all), (1..=1000).filter(|n| n % 11 != 0).collect::<Vec<_>>());
    let some = by_numbers(&folder, &[(3, 4), (700, 702), (1000, 2000)], 5000).unwrap();
    assert_eq!((some.numbers.as_slice(), some.is_cut), ([3, 4, 700, 701, 702, 1000].as_slice(), false));
    assert!(some.read < 60_000, "{} octets read for six frames", some.read);
    let few = by_numbers(&folder, &[(1, 1000)], 7).unwrap();
    assert_eq!((few.numbers.len(), few.is_cut), (7, true));
    keeper.close().unwrap();
    assert_eq!(by_numbers(&folder, &[(1, 1000)], 5000).unwrap().file, all.file);
}

#[test]
fn a_filter_finds_through_the_index_what_it_finds_frame_by_frame() {
    let scratch = Scratch::new();
    let mut keeper = begin(&scratch.0, Bounds { file_bytes: 20_000, ..ETERNAL });
    put(&mut Chunks::default(), &mut keeper, 1..=2000, 3);
    keeper.close().unwrap();
    let all = by_numbers(&scratch.0.join("eth1@1"), &[(1, 2000)], 5000).unwrap();
    for text in [
        "",
        "host 10.0.0.3",
        "host 10.0.0.3 and host 10.0.1.1",
        "not host 10.0.0.3",
        "net 10.0.1.0/24 and port 49155",
        "arp",
        "arp or host 10.0.0.1",
        "vlan 9",
        "vlan and port 502",
        "ether host 02:00:00:00:01:02",
        "(host 10.0.0.1 or host 10.0.0.2) and (port 49153 or arp)",
        "portrange 49152-49153",
        "host 10.9.9.9",
        "tcp and not (vlan 9 or host 10.0.1.2)",
        "src host 10.0.1.1",
    ] {
        let filter = Filter::parse(text).unwrap();
        let records = super::super::records::Records::of(&all.file[24..]);
        let expected: Vec<u8> = records
            .filter(|r| filter.matches(&super::super::terms::view_of(LinkType::ETHERNET, r.data)))
            .flat_map(|record| record.whole.to_vec())
            .collect();
        let carved = found(&scratch.0, text, (0, i64::MAX));
        assert_eq!(carved.file.get(24..).unwrap_or_default(), expected, "{text}");
    }
    let rare = found(&scratch.0, "host 10.9.9.9", (0, i64::MAX));
    assert_eq!((rare.frames, rare.read), (0, 0), "an index is there to read nothing");
    let then = found(&scratch.0, "port 502", (20 * SECOND, 21 * SECOND));
    assert_eq!(sent(&then), (200..=210).filter(|n| n % 11 != 0).collect::<Vec<_>>());
}

#[test]
fn a_killed_writer_leaves_everything_and_the_next_one_takes_it_up() {
    let scratch = Scratch::new();
    let mut keeper = begin(&scratch.0, ETERNAL);
    put(&mut Chunks::default(), &mut keeper, 1..=100, 10);
    assert!(Keeper::begin(&scratch.0, &[], ETERNAL).is_err(), "two writers");
    drop(keeper); // as a kill would: nothing is closed
    let folder = scratch.0.join("eth1@1");
    let mut names: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let open = names.iter().rfind(|path| path.extension().is_some_and(|end| end == "pcap")).unwrap();
    assert!(!open.with_extension("idx").exists());
    let mut whole = fs::read(open).unwrap();
    whole.extend([1, 2, 3, 4, 5]); // half a record
    fs::write(open, &whole).unwrap();
    let keeper = Keeper::begin(&scratch.0, &["eth1@2".to_owned()], ETERNAL).unwrap();
    assert!(open.with_extension("idx").exists());
    assert_eq!(by_numbers(&folder, &[(1, 100)], 500).unwrap().numbers, (1..=100).collect::<Vec<_>>());
    let there = standing(&scratch.0, true).unwrap();
    assert_eq!((there.len(), there[0].frames, there[0].changed.len()), (1, 100, 0));
    assert_eq!(there[0].octets, keeper.octets());
}

#[test]
fn the_oldest_go_first_and_bounds_hold() {
    let scratch = Scratch::new();
    let bounds = Bounds { bytes: 40_000, ..ETERNAL };
    let mut keeper = begin(&scratch.0, bounds);
    for first in (1..5000).step_by(10) {
        put(&mut Chunks::default(), &mut keeper, first..first + 10, 100);
        let used: u64 = standing(&scratch.0, false).unwrap().iter().map(|each| each.octets).sum();
        assert!(used <= 40_000 && keeper.octets() == used, "{used} {}", keeper.octets());
    }
    keeper.close().unwrap();
    let kept = by_numbers(&scratch.0.join("eth1@1"), &[(1, 5010)], 9999).unwrap().numbers;
    let oldest = *kept.first().unwrap();
    assert!(oldest > 4000 && kept == (oldest..=*kept.last().unwrap()).collect::<Vec<_>>(), "{kept:?}");
}

#[test]
fn what_is_old_goes_a_few_files_at_a_time() {
    let scratch = Scratch::new();
    let mut keeper = begin(&scratch.0, Bounds { age: 10 * SECOND, ..ETERNAL });
    put(&mut Chunks::default(), &mut keeper, 1..=3000, 10);
    let oldest = by_numbers(&scratch.0.join("eth1@1"), &[(1, 3000)], 9999).unwrap().numbers[0];
    assert!((2800..=2901).contains(&oldest), "{oldest}");
    let files = || fs::read_dir(scratch.0.join("eth1@1")).unwrap().count();
    let before = files();
    put(&mut Chunks::default(), &mut keeper, std::iter::once(9_000_000), 10); // a clock that was set
    assert!(files() + 4 >= before, "{before} {}", files());
}

#[test]
fn a_gap_between_numbers_begins_another_file() {
    let scratch = Scratch::new();
    let mut keeper = begin(&scratch.0, Bounds { file_bytes: 1 << 20, ..ETERNAL });
    let mut chunks = Chunks::default();
    put(&mut chunks, &mut keeper, (1..=10).chain(15..=20), 100);
    let found = by_numbers(&scratch.0.join("eth1@1"), &[(1, 30)], 99).unwrap();
    assert_eq!(found.numbers, (1..=10).chain(15..=20).collect::<Vec<_>>());
}

#[test]
fn a_file_that_was_changed_is_no_evidence() {
    let scratch = Scratch::new();
    let mut keeper = begin(&scratch.0, ETERNAL);
    put(&mut Chunks::default(), &mut keeper, 1..=10, 10);
    keeper.close().unwrap();
    let folder = scratch.0.join("eth1@1");
    let file =
        fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).find(|p| p.extension().unwrap() == "pcap").unwrap();
    let mut octets = fs::read(&file).unwrap();
    octets[100] ^= 1;
    fs::write(&file, octets).unwrap();
    let found = by_numbers(&folder, &[(1, 10)], 99).unwrap();
    assert_eq!((found.frames, found.changed), (0, 1));
    assert_eq!(standing(&scratch.0, true).unwrap()[0].changed.len(), 1);
}

/// As it is without keys.
fn by_numbers(capture: &Path, spans: &[(i64, i64)], most: usize) -> std::io::Result<Carved> {
    super::super::by_numbers(capture, spans, most, &Keys::default())
}
