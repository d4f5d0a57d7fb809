//! pcapng files that break the rules.

use super::build::{ENDS, End};
use super::{drain, read, refused, source};
use crate::capture::{CaptureErrorKind, Part, Problem};

fn opened(end: End, block: &[u8]) -> Vec<u8> {
    [&end.section()[..], &end.interface(1, 0, &[]), &end.enhanced(0, 1, b"good", &[]), block].concat()
}

/// The kind and place of the error after one good frame.
fn trouble(bytes: &[u8]) -> (CaptureErrorKind, u64) {
    let (frames, error) = read(bytes);
    assert_eq!(frames.len(), 1);
    let error = error.expect("an error");
    (error.kind, error.offset)
}

const PLACE: u64 = 28 + 20 + 36;

#[test]
fn two_lengths_that_differ_are_an_error_with_its_place() {
    for kind in [6, 5, 4] {
        for end in ENDS {
            let mut block = end.block(kind, &[0; 24]);
            let last = block.len() - 1;
            block[last] ^= 0x55;
            let problem = Problem::LengthsDiffer;
            let expected = CaptureErrorKind::BadBlock { block: kind, length: 36, problem };
            assert_eq!(trouble(&opened(end, &block)), (expected, PLACE));
        }
    }
}

#[test]
fn a_length_below_the_least_is_an_error() {
    let end = End::Little;
    let block = end.words(&[4, 8, 8]);
    let expected = CaptureErrorKind::BadBlock { block: 4, length: 8, problem: Problem::ShorterThanABlock };
    assert_eq!(trouble(&opened(end, &block)), (expected, PLACE));
}

#[test]
fn lengths_that_do_not_count_the_padding_are_read() {
    let end = End::Big;
    let fields = end.words(&[0, 0, 5, 3, 3]);
    let block = [end.words(&[6, 35]), fields, b"abc\0".to_vec(), end.b32(35).to_vec()].concat();
    let (frames, error) = read(&opened(end, &block));
    assert_eq!((frames.len(), error), (2, None));
    assert_eq!(frames[1].data, b"abc");
}

#[test]
fn a_packet_longer_than_its_block_is_an_error() {
    let end = End::Little;
    let block = end.block(6, &end.words(&[0, 0, 5, 5, 5, 0]));
    let expected = CaptureErrorKind::BadBlock { block: 6, length: 36, problem: Problem::PacketLonger };
    assert_eq!(trouble(&opened(end, &block)), (expected, PLACE));
}

#[test]
fn a_packet_above_the_limit_is_an_error() {
    let end = End::Little;
    let block = end.block(6, &[end.words(&[0, 0, 5, 262_145, 262_145]), vec![0; 262_148]].concat());
    let expected = CaptureErrorKind::FrameTooLong { length: 262_145, limit: 262_144 };
    assert_eq!(trouble(&opened(end, &block)), (expected, PLACE));
    let simple = end.block(3, &[end.words(&[300_000]), vec![0; 300_000]].concat());
    let expected = CaptureErrorKind::FrameTooLong { length: 300_000, limit: 262_144 };
    assert_eq!(trouble(&opened(end, &simple)), (expected, PLACE));
}

#[test]
fn a_packet_block_that_claims_gigabytes_is_refused_without_reading_them() {
    let end = End::Little;
    let block = end.words(&[6, 0xffff_fff0, 0]);
    let (kind, _) = trouble(&opened(end, &block));
    assert!(matches!(kind, CaptureErrorKind::BadBlock { length: 0xffff_fff0, .. }), "{kind:?}");
    let skipped = end.words(&[4, 0xffff_fff0, 0, 0]);
    let expected = CaptureErrorKind::Truncated { part: Part::Block, expected: 0xffff_fff0, found: 16 };
    assert_eq!(trouble(&opened(end, &skipped)), (expected, PLACE));
}

#[test]
fn cut_blocks_are_truncated() {
    let end = End::Little;
    let whole = opened(end, &end.enhanced(0, 2, b"more", &[]));
    for (cut, part, expected, found) in [(1, Part::Block, 36, 35), (25, Part::BlockHeader, 12, 11)] {
        let kind = CaptureErrorKind::Truncated { part, expected, found };
        assert_eq!(trouble(&whole[..whole.len() - cut]), (kind, PLACE));
    }
}

#[test]
fn packets_of_unknown_interfaces_are_numbered_and_counted() {
    let end = End::Little;
    let bytes = [
        end.section(),
        end.block(3, &[&end.b32(1)[..], b"x"].concat()),
        end.interface(1, 0, &[]),
        end.enhanced(1, 5, b"lost", &[]),
        end.enhanced(0, 5, b"kept", &[]),
    ];
    let mut opened = source(&bytes.concat()).unwrap();
    let (frames, error) = drain(&mut opened);
    assert_eq!(error, None);
    assert_eq!(
        frames.iter().map(|frame| (frame.number, frame.data.as_slice())).collect::<Vec<_>>(),
        [(3, &b"kept"[..])]
    );
    assert_eq!(opened.counters().without_interface, 2);
}

#[test]
fn options_that_overrun_their_block_are_not_believed() {
    let end = End::Little;
    let overrun = [&end.b16(2)[..], &end.b16(0xffff), b"eth0"].concat();
    let bytes = [end.section(), end.interface(1, 0, &[overrun]), end.enhanced(0, 1_000_000, b"x", &[])].concat();
    let mut opened = source(&bytes).unwrap();
    let (frames, error) = drain(&mut opened);
    assert_eq!((frames.len(), error), (1, None));
    assert_eq!(opened.interfaces().get(0).unwrap().name, "made.pcap");
}

#[test]
fn sections_that_cannot_be_read_are_refused() {
    let end = End::Little;
    let unsupported = CaptureErrorKind::UnsupportedVersion { format: "pcapng", major: 2, minor: 0 };
    assert_eq!(refused(&end.section_of(2, 0)), unsupported);
    assert_eq!(trouble(&opened(end, &end.section_of(2, 0))), (unsupported, PLACE));
    let mut odd = end.section();
    odd[8] = 0;
    assert!(matches!(refused(&odd), CaptureErrorKind::BadBlock { problem: Problem::ByteOrder, .. }));
    assert!(matches!(refused(&end.section()[..20]), CaptureErrorKind::Truncated { expected: 28, found: 20, .. }));
}

#[test]
fn interfaces_without_end_are_refused() {
    let end = End::Little;
    let many = (0..5000_u32).flat_map(|index| end.interface(1, index, &[]));
    let (_, error) = read(&[end.section(), many.collect()].concat());
    assert_eq!(error.unwrap().kind, CaptureErrorKind::TooManyInterfaces { limit: 4096 });
    let sections = (0..5000_u32).flat_map(|index| [end.section(), end.interface(1, index, &[])].concat());
    let (_, error) = read(&sections.collect::<Vec<_>>());
    assert_eq!(error.unwrap().kind, CaptureErrorKind::TooManyInterfaces { limit: 4096 });
}
