use super::build::{ENDS, End};
use super::{drain, read, source};
use crate::capture::{Drops, LATEST, LinkType};

const SECOND: i64 = 1_000_000_000;

#[test]
fn reads_packets_of_several_interfaces_in_both_orders() {
    for end in ENDS {
        let bytes = [
            end.section(),
            end.interface(1, 0, &[end.option(2, b"eth0")]),
            end.interface(101, 0, &[]),
            end.enhanced(1, 2_000_001, b"raw", &[]),
            end.enhanced(0, 3_000_000, b"ether", &[end.option(1, b"a comment")]),
        ];
        let mut opened = source(&bytes.concat()).unwrap();
        let (frames, error) = drain(&mut opened);
        assert_eq!(error, None, "{end:?}");
        let seen: Vec<_> =
            frames.iter().map(|frame| (frame.interface, frame.link, frame.timestamp, frame.data.as_slice())).collect();
        assert_eq!(seen, [(1, 101, 2 * SECOND + 1_000, &b"raw"[..]), (0, 1, 3 * SECOND, &b"ether"[..])]);
        let names: Vec<_> = opened.interfaces().rows().iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["eth0", "made.pcap#1"]);
    }
}

#[test]
fn interfaces_are_numbered_anew_in_each_section() {
    let (little, big) = (End::Little, End::Big);
    let bytes = [
        little.section(),
        little.interface(1, 0, &[little.option(2, b"a")]),
        little.enhanced(0, 1, b"1", &[]),
        big.section(),
        big.interface(101, 0, &[big.option(2, b"b")]),
        big.enhanced(0, 2, b"2", &[]),
        little.section(),
        little.interface(1, 0, &[little.option(2, b"a")]),
        little.enhanced(0, 3, b"3", &[]),
    ];
    let mut opened = source(&bytes.concat()).unwrap();
    let (frames, error) = drain(&mut opened);
    assert_eq!(error, None);
    let seen: Vec<_> = frames.iter().map(|frame| (frame.interface, frame.link, frame.number)).collect();
    assert_eq!(seen, [(0, 1, 1), (1, 101, 2), (0, 1, 3)]);
    assert_eq!(opened.interfaces().rows().len(), 2, "the same interface again is the same row");
    assert_eq!(opened.interfaces().get(1).unwrap().link, LinkType::RAW);
}

#[test]
fn clocks_of_all_kinds() {
    let end = End::Big;
    let offset = |seconds: i64| end.option(14, &end.b64(seconds.cast_unsigned()));
    let resolution = |value: u8| end.option(9, &[value]);
    let cases: [(Vec<Vec<u8>>, u64, i64, u64); 9] = [
        (vec![], 5_000_001, 5 * SECOND + 1_000, 0),
        (vec![resolution(0)], 5, 5 * SECOND, 0),
        (vec![resolution(9)], 5, 5, 0),
        (vec![resolution(12)], 5_999, 5, 0),
        (vec![resolution(0x80 | 10)], 1_536, 3 * SECOND / 2, 0),
        (vec![resolution(0xff)], u64::MAX, 0, 0),
        (vec![resolution(0x7f)], u64::MAX, 0, 0),
        (vec![offset(-2)], 5_000_000, 3 * SECOND, 0),
        (vec![offset(-9)], 5_000_000, 0, 1),
    ];
    for (options, ticks, timestamp, odd) in cases {
        let bytes = [end.section(), end.interface(1, 0, &options), end.enhanced(0, ticks, b"", &[])].concat();
        let mut opened = source(&bytes).unwrap();
        let (frames, error) = drain(&mut opened);
        assert_eq!((frames[0].timestamp, error), (timestamp, None), "{options:?}");
        assert_eq!(opened.counters().odd_times, odd, "{options:?}");
    }
}

#[test]
fn times_beyond_the_last_are_moved_and_counted() {
    let end = End::Little;
    for options in [vec![], vec![end.option(9, &[0])], vec![end.option(14, &end.b64(i64::MAX.cast_unsigned()))]] {
        let bytes = [end.section(), end.interface(1, 0, &options), end.enhanced(0, u64::MAX, b"", &[])].concat();
        let mut opened = source(&bytes).unwrap();
        assert_eq!(drain(&mut opened).0[0].timestamp, LATEST);
        assert_eq!(opened.counters().odd_times, 1);
    }
}

#[test]
fn simple_packets_take_the_time_before_and_the_snap_length() {
    let end = End::Little;
    let simple = |wire: u32, data: &[u8]| end.block(3, &[&end.b32(wire)[..], data].concat());
    let bytes = [
        end.section(),
        end.interface(1, 6, &[]),
        simple(4, b"abcd"),
        end.enhanced(0, 7_000_000, b"x", &[]),
        simple(90, b"abcdef"),
        simple(3, b"abc"),
    ];
    let mut opened = source(&bytes.concat()).unwrap();
    let (frames, error) = drain(&mut opened);
    assert_eq!(error, None);
    let seen: Vec<_> = frames.iter().map(|frame| (frame.timestamp, frame.data.as_slice(), frame.wire_length)).collect();
    let expected = [(0, &b"abcd"[..], 4), (7 * SECOND, b"x", 1), (7 * SECOND, b"abcdef", 90), (7 * SECOND, b"abc", 3)];
    assert_eq!(seen, expected);
    assert_eq!(opened.counters().untimed, 3);
    assert_eq!(opened.counters().out_of_order, 0);
}

#[test]
fn reads_the_obsolete_packet_block() {
    for end in ENDS {
        let packet = |drops: u16| {
            let fields = [&end.b16(0)[..], &end.b16(drops), &end.words(&[0, 1_000_000, 3, 64])].concat();
            end.block(2, &[&fields[..], b"abc"].concat())
        };
        let bytes = [end.section(), end.interface(1, 0, &[]), packet(4), packet(0xffff)].concat();
        let mut opened = source(&bytes).unwrap();
        let (frames, error) = drain(&mut opened);
        assert_eq!(error, None);
        assert_eq!((frames[0].timestamp, frames[0].data.as_slice(), frames[0].wire_length), (SECOND, &b"abc"[..], 64));
        assert_eq!(opened.drops().between_packets, 4);
    }
}

#[test]
fn keeps_the_last_statistics_of_each_interface_and_section() {
    let end = End::Little;
    let bytes = [
        end.section(),
        end.interface(1, 0, &[]),
        end.interface(1, 0, &[]),
        end.statistics(0, &[(4, 10), (5, 1), (7, 2)]),
        end.statistics(0, &[(4, 20), (5, 3), (7, 4)]),
        end.statistics(1, &[(5, 100)]),
        end.enhanced(0, 0, b"x", &[end.option(4, &end.b64(9))]),
        end.section(),
        end.interface(1, 0, &[]),
        end.statistics(0, &[(5, 1_000)]),
        end.statistics(7, &[(5, 1_000)]),
    ];
    let mut opened = source(&bytes.concat()).unwrap();
    assert_eq!(drain(&mut opened).1, None);
    assert_eq!(opened.drops(), Drops { received: 20, interface: 1_103, system: 4, between_packets: 9 });
    assert_eq!(opened.counters().skipped_blocks, 1, "statistics of an interface that is not described");
}

#[test]
fn passes_over_blocks_of_no_use_however_long() {
    let end = End::Little;
    let bytes = [
        end.section(),
        end.interface(1, 0, &[]),
        end.block(4, &[1; 20]),
        end.block(0x4000_0bad, &vec![7; 3 << 20]),
        end.enhanced(0, 1, b"x", &[]),
        end.block(10, b""),
    ];
    let mut opened = source(&bytes.concat()).unwrap();
    let (frames, error) = drain(&mut opened);
    assert_eq!((frames.len(), error), (1, None));
    assert_eq!(opened.counters().skipped_blocks, 3);
}

#[test]
fn a_section_alone_is_an_empty_capture() {
    assert_eq!(read(&End::Little.section()), (Vec::new(), None));
    assert_eq!(read(&End::Big.section_of(1, 2)), (Vec::new(), None));
}
