use super::build::{ENDS, End, MICROSECONDS, NANOSECONDS, PATCHED, at_seconds};
use super::{drain, read, refused, source};
use crate::capture::{CaptureErrorKind, LATEST, LinkType, Part};

const SECOND: i64 = 1_000_000_000;

#[test]
fn reads_both_orders_and_both_resolutions() {
    for end in ENDS {
        for (magic, nanoseconds) in [(MICROSECONDS, 5_000), (NANOSECONDS, 5)] {
            let bytes = [end.pcap(magic, (2, 4), 1), end.record(7, 5, b"abc"), end.record(8, 0, b"")].concat();
            let (frames, error) = read(&bytes);
            assert_eq!(error, None);
            assert_eq!(frames.len(), 2);
            assert_eq!(frames[0].timestamp, 7 * SECOND + nanoseconds, "{end:?} {magic:#x}");
            assert_eq!((frames[0].data.as_slice(), frames[0].wire_length), (&b"abc"[..], 3));
            assert_eq!((frames[0].number, frames[1].number), (1, 2));
            assert_eq!(frames[1].data, b"");
        }
    }
}

#[test]
fn reads_the_longer_records_of_the_patched_format() {
    for end in ENDS {
        let record = [end.words(&[3, 1, 2, 2, 99, 0x0008_0001]), b"hi".to_vec()].concat();
        let bytes = [end.pcap(PATCHED, (2, 4), 1), record.clone(), record].concat();
        let (frames, error) = read(&bytes);
        assert_eq!(error, None);
        assert_eq!(frames.iter().map(|frame| frame.data.as_slice()).collect::<Vec<_>>(), [b"hi", b"hi"]);
        assert_eq!(frames[0].timestamp, 3 * SECOND + 1_000);
    }
}

#[test]
fn masks_the_length_of_the_check_sequence_and_maps_old_raw_types() {
    for (field, link) in
        [(0x2400_0001, LinkType::ETHERNET), (12, LinkType::RAW), (14, LinkType::RAW), (113, LinkType::LINUX_SLL)]
    {
        let bytes = [End::Little.pcap(MICROSECONDS, (2, 4), field), End::Little.record(0, 0, b"x")].concat();
        let mut opened = source(&bytes).unwrap();
        assert_eq!(drain(&mut opened).0[0].link, link.0);
        assert_eq!(opened.interfaces().get(0).unwrap().link, link);
    }
}

#[test]
fn old_versions_state_the_lengths_the_other_way_round() {
    let end = End::Little;
    for (version, stated) in [((2, 2), [9, 3]), ((2, 3), [9, 3]), ((2, 3), [3, 9]), ((543, 0), [9, 3])] {
        let bytes =
            [end.pcap(MICROSECONDS, version, 1), end.words(&[0, 0]), end.words(&stated), b"abc".to_vec()].concat();
        let (frames, error) = read(&bytes);
        assert_eq!(error, None);
        assert_eq!((frames[0].data.as_slice(), frames[0].wire_length), (&b"abc"[..], 9), "{version:?} {stated:?}");
    }
}

#[test]
fn refuses_unknown_versions() {
    let kind = refused(&End::Big.pcap(MICROSECONDS, (3, 1), 1));
    assert_eq!(kind, CaptureErrorKind::UnsupportedVersion { format: "pcap", major: 3, minor: 1 });
}

#[test]
fn a_header_alone_is_an_empty_capture_and_a_cut_one_an_error() {
    let header = End::Little.pcap(MICROSECONDS, (2, 4), 1);
    assert_eq!(read(&header), (Vec::new(), None));
    assert_eq!(refused(&header[..20]), CaptureErrorKind::Truncated { part: Part::FileHeader, expected: 24, found: 20 });
    assert_eq!(refused(b""), CaptureErrorKind::Empty);
}

#[test]
fn gives_all_whole_frames_before_a_cut_one() {
    let bytes = at_seconds(&[1, 2, 3]);
    let cuts = [(bytes.len() - 1, Part::Record, 20, 19), (bytes.len() - 19, Part::RecordHeader, 16, 1)];
    for (cut, part, expected, found) in cuts {
        let (frames, error) = read(&bytes[..cut]);
        assert_eq!(frames.len(), 2);
        let error = error.unwrap();
        assert_eq!(error.kind, CaptureErrorKind::Truncated { part, expected, found });
        assert_eq!((error.offset, error.frames), (24 + 2 * 20, 2));
        assert_eq!(error.path, "made.pcap");
    }
}

#[test]
fn an_absurd_length_is_an_error_with_its_place() {
    let end = End::Little;
    let bytes = [at_seconds(&[1]), end.words(&[2, 0, 262_145, 60]), vec![0; 300_000]].concat();
    let (frames, error) = read(&bytes);
    assert_eq!(frames.len(), 1);
    let error = error.unwrap();
    assert_eq!(error.kind, CaptureErrorKind::FrameTooLong { length: 262_145, limit: 262_144 });
    assert_eq!(error.offset, 44);
    assert!(error.to_string().contains("at byte 44"), "{error}");
}

#[test]
fn the_longest_frame_outgrows_a_small_window() {
    let end = End::Little;
    let long: Vec<u8> = (0..262_144_u32).map(|index| index as u8).collect();
    let bytes =
        [end.pcap(MICROSECONDS, (2, 4), 1), end.record(1, 0, b"a"), end.record(2, 0, &long), end.record(3, 0, b"b")];
    let limits = crate::capture::Limits { window: 1, ..crate::capture::Limits::default() };
    let reader = Box::new(std::io::Cursor::new(bytes.concat()));
    let mut opened = crate::capture::FileSource::from_reader(reader, "made.pcap", limits).unwrap();
    let (frames, error) = drain(&mut opened);
    assert_eq!(error, None);
    assert_eq!(frames.iter().map(|frame| frame.data.len()).collect::<Vec<_>>(), [1, 262_144, 1]);
    assert_eq!(frames[1].data, long);
}

#[test]
fn counts_what_is_odd() {
    let end = End::Little;
    let bytes = [
        end.pcap(MICROSECONDS, (2, 4), 1),
        end.words(&[10, 0, 2, 60]),
        b"ab".to_vec(),
        end.words(&[9, 0, 2, 1]),
        b"cd".to_vec(),
        end.words(&[u32::MAX, u32::MAX, 0, 0]),
    ];
    let mut opened = source(&bytes.concat()).unwrap();
    let (frames, error) = drain(&mut opened);
    assert_eq!(error, None);
    let counters = opened.counters();
    assert_eq!((counters.frames, counters.bytes), (3, 4));
    assert_eq!((counters.shortened, counters.longer_than_wire), (1, 1));
    assert_eq!((counters.out_of_order, counters.odd_times), (1, 1));
    assert!(frames[2].timestamp <= LATEST);
}

#[test]
fn peeking_does_not_take() {
    let mut opened = source(&at_seconds(&[5, 6])).unwrap();
    assert_eq!(opened.position(), 24);
    assert_eq!(opened.peek_time().unwrap(), Some(5 * SECOND));
    assert_eq!(opened.peek_time().unwrap(), Some(5 * SECOND));
    assert_eq!(opened.position(), 24);
    assert_eq!(opened.next().unwrap().unwrap().number, 1);
    assert_eq!(opened.position(), 44);
    assert_eq!(opened.next().unwrap().unwrap().timestamp, 6 * SECOND);
    assert_eq!(opened.peek_time().unwrap(), None);
    assert_eq!(opened.next().unwrap(), None);
}
