//! An encrypted ring gives the same packets to who has the key, nothing to who has not, and tells what was changed.

use super::super::index::Index;
use super::super::kept::files_of;
use super::super::seal::sealed;
use super::super::{Carved, Chunks, Former, Keeper, Keys, NoKey, Past, Reach, Wanted, by_filter, by_numbers, standing};
use super::ring::{ETERNAL, Scratch, octets, put, sent};
use crate::capture::filter::Filter;
use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;

const OLD: [u8; 32] = [1; 32];
const NEW: [u8; 32] = [2; 32];

fn keys(all: &[[u8; 32]]) -> Keys {
    Keys::of(all.to_vec())
}

fn keeper(folder: &Path, all: &[[u8; 32]]) -> Keeper {
    Keeper::sealing(folder, &["eth1@1".to_owned()], ETERNAL, keys(all)).unwrap()
}

fn filled(all: &[[u8; 32]]) -> Scratch {
    let scratch = Scratch::new();
    fill(&scratch.0, all, 1..=500);
    scratch
}

fn fill(folder: &Path, all: &[[u8; 32]], numbers: RangeInclusive<i64>) {
    let mut keeper = keeper(folder, all);
    put(&mut Chunks::default(), &mut keeper, numbers, 10);
    keeper.close().unwrap();
}

fn found(folder: &Path, filter: &str, all: &[[u8; 32]]) -> io::Result<Carved> {
    let filter = Filter::parse(filter).unwrap();
    let wanted = Wanted { filter: &filter, since: i64::MIN, until: i64::MAX, most: usize::MAX };
    by_filter(&[folder.join("eth1@1")], &wanted, &keys(all))
}

#[test]
fn what_is_found_is_the_same_and_less_is_read() {
    let (plain, sealed) = (filled(&[]), filled(&[OLD]));
    for filter in ["", "host 10.0.0.3 and port 502", "vlan 9", "host 10.9.9.9", "ether host 02:00:00:00:00:05"] {
        let (one, other) = (found(&plain.0, filter, &[]).unwrap(), found(&sealed.0, filter, &[NEW, OLD]).unwrap());
        assert_eq!((one.file, one.frames), (other.file, other.frames), "{filter}");
    }
    assert_eq!(found(&sealed.0, "host 10.9.9.9", &[OLD]).unwrap().read, 0, "the index knows");
    let spans = [(3, 40), (499, 600)];
    let cut =
        |scratch: &Scratch, all: &[[u8; 32]]| by_numbers(&scratch.0.join("eth1@1"), &spans, 99, &keys(all)).unwrap();
    assert_eq!(
        (cut(&plain, &[]).file, cut(&plain, &[]).numbers),
        (cut(&sealed, &[OLD]).file, cut(&sealed, &[OLD]).numbers)
    );
}

#[test]
fn a_capture_file_sealed_by_itself_is_found_like_one_of_a_sensor() {
    let plain = filled(&[]);
    let whole = by_numbers(&plain.0.join("eth1@1"), &[(1, 10)], 99, &keys(&[])).unwrap().file;
    let long: Vec<u8> = whole[..24].iter().chain(whole[24..].repeat(400).iter()).copied().collect();
    let (scratch, held) = (Scratch::new(), keys(&[NEW, OLD]));
    let folder = scratch.0.join("eth1@1");
    fs::create_dir_all(&folder).unwrap();
    let made = sealed(&long, 7, &held).unwrap().unwrap();
    assert!(made.len() > long.len() && !made.windows(14).any(|window| window == &octets(1)[..14]));
    fs::write(folder.join(format!("{:012}-{:019}.sealed", 7, 5)), made).unwrap();
    let found = by_numbers(&folder, &[(7, 4006)], 9_999, &held).unwrap();
    assert_eq!((found.frames, found.file == long), (4_000, true));
    assert_eq!(by_numbers(&folder, &[(4_006, 4_006)], 9, &held).unwrap().numbers, [4_006]);
    assert_eq!(sealed(&long, 7, &keys(&[])).unwrap(), None);
    assert_eq!(sealed(&long[..long.len() - 1], 7, &held).unwrap_err().kind(), io::ErrorKind::InvalidData);
    assert_eq!(sealed(&long[1..], 7, &held).unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[test]
fn no_address_and_no_octet_is_readable_on_the_disk() {
    let sealed = filled(&[OLD]);
    for kept in files_of(&sealed.0.join("eth1@1")).unwrap() {
        let (packets, index) = (fs::read(&kept.path).unwrap(), fs::read(kept.index()).unwrap());
        for number in 1..=500 {
            let whole = octets(number);
            assert!(!packets.windows(14).any(|window| window == &whole[..14]));
        }
        let mut opened = Index::open(&kept.index()).unwrap();
        assert!(opened.chunks_with(7).is_err(), "terms are asked for behind the key alone");
        let filter = Filter::parse("host 10.0.0.3").unwrap();
        let term = super::super::terms::term(filter.needs()[0][0]).to_le_bytes();
        assert!(!index.windows(4).any(|window| window == term));
    }
}

#[test]
fn a_lost_key_is_named_and_a_ring_of_several_keys_and_none_works() {
    let scratch = Scratch::new();
    fill(&scratch.0, &[], 1..=100);
    fill(&scratch.0, &[OLD], 101..=200);
    fill(&scratch.0, &[NEW, OLD], 201..=300);
    let all: Vec<i64> = (1..=300).filter(|number| number % 11 != 0).collect();
    assert_eq!(sent(&found(&scratch.0, "", &[NEW, OLD]).unwrap()), all);
    for held in [&[][..], &[NEW], &[OLD]] {
        let error = found(&scratch.0, "", held).unwrap_err();
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<NoKey>());
        assert_eq!(inner.map(|NoKey(id)| id.len()), Some(16), "{error}");
    }
    let there = standing(&scratch.0, true).unwrap();
    assert!(there[0].files > there[0].sealed && there[0].sealed > 0);
    assert_eq!((there[0].frames, there[0].changed.len()), (300, 0), "hashes need no key");
}

#[test]
fn what_was_changed_moved_or_renamed_is_not_believed() {
    let sealed = filled(&[OLD]);
    let kept = files_of(&sealed.0.join("eth1@1")).unwrap();
    let whole = fs::read(&kept[0].path).unwrap();
    let mut changed = whole.clone();
    changed[70] ^= 1;
    fs::write(&kept[0].path, &changed).unwrap();
    let found_anew = found(&sealed.0, "", &[OLD]).unwrap();
    assert_eq!(found_anew.changed, 1);
    assert!(found_anew.frames > 0, "other files are whole");
    assert_eq!(standing(&sealed.0, true).unwrap()[0].changed.len(), 1);
    fs::write(&kept[0].path, fs::read(&kept[1].path).unwrap()).unwrap();
    assert!(found(&sealed.0, "", &[OLD]).is_err(), "another file under this name");
}

#[test]
fn a_sensor_that_was_killed_takes_up_what_was_whole() {
    let scratch = filled(&[OLD]);
    let kept = files_of(&scratch.0.join("eth1@1")).unwrap();
    let last = kept.last().unwrap();
    fs::remove_file(last.index()).unwrap();
    let whole = fs::read(&last.path).unwrap();
    fs::write(&last.path, &whole[..whole.len() - 5]).unwrap();
    let before = sent(&found(&scratch.0, "", &[OLD]).unwrap());
    drop(keeper(&scratch.0, &[NEW]));
    assert!(!last.index().exists(), "without its key it stays as it is");
    drop(keeper(&scratch.0, &[NEW, OLD]));
    assert!(last.index().exists());
    assert!(fs::metadata(&last.path).unwrap().len() < u64::try_from(whole.len() - 5).unwrap(), "half a chunk went");
    assert_eq!(sent(&found(&scratch.0, "", &[OLD]).unwrap()), before);
    assert!(standing(&scratch.0, true).unwrap()[0].changed.is_empty());
}

#[test]
fn what_an_earlier_run_kept_is_read_once_more() {
    let scratch = filled(&[OLD]);
    let former = Former { folder: scratch.0.join("eth1@1"), source: 0, handed: 450 };
    let reach = Reach { frames: 95, window: i64::MAX, gap: i64::MAX };
    let read = |all: &[[u8; 32]]| {
        let mut past = Past::unsealing(std::slice::from_ref(&former), 60_000_000_000, reach, &keys(all)).unwrap();
        let (left_out, mut numbers) = (past.left_out, Vec::new());
        while past.is_next_known().unwrap().is_some() {
            past.give(&mut |frame| {
                assert_eq!(frame.data, octets(frame.number));
                numbers.push(frame.number);
            })
            .unwrap();
        }
        (left_out, numbers)
    };
    assert_eq!(read(&[OLD]), (0, (411..=500).collect::<Vec<_>>()));
    assert_eq!(read(&[NEW]), (50, Vec::new()), "what no key opens is counted");
}
