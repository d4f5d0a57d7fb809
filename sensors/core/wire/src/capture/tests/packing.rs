use std::io::{self, Cursor, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::build::{End, at_seconds, rich_pcapng};
use super::{drain, read, refused, source};
use crate::capture::{CaptureErrorKind, Content, FileSource, Foreign, Limits, Part};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// Frames that do not compress to nothing.
fn noisy(frames: u32) -> Vec<u8> {
    let records = (0..frames).flat_map(|number| {
        let data: Vec<u8> =
            (0..50_u32).map(|index| (number.wrapping_mul(2_654_435_761) >> (index % 24)) as u8).collect();
        End::Little.record(number, 0, &data)
    });
    [at_seconds(&[]), records.collect()].concat()
}

#[test]
fn unpacks_by_content() {
    for plain in [at_seconds(&[1, 2, 3]), rich_pcapng(End::Big)] {
        let expected = read(&plain);
        assert!(!expected.0.is_empty());
        assert_eq!(read(&gzip(&plain)), expected);
        assert_eq!(read(&zstandard(&plain)), expected);
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9][..], &zstandard(&plain)].concat();
        assert_eq!(read(&skippable), expected);
    }
}

#[test]
fn reads_on_through_members_and_frames() {
    let plain = at_seconds(&[1, 2, 3, 4]);
    let (first, second) = plain.split_at(50);
    let expected = read(&plain);
    assert_eq!(read(&[gzip(first), gzip(second)].concat()), expected);
    assert_eq!(read(&[zstandard(first), zstandard(second)].concat()), expected);
}

#[test]
fn a_cut_stream_gives_its_whole_frames_and_then_the_reason() {
    let plain = noisy(5_000);
    for (packed, format) in [(gzip(&plain), "gzip"), (zstandard(&plain), "Zstandard")] {
        let (frames, error) = read(&packed[..packed.len() / 2]);
        assert!(frames.len() > 1_000, "{format}: {}", frames.len());
        assert_eq!(frames, read(&plain).0[..frames.len()]);
        assert_eq!(error.unwrap().kind, CaptureErrorKind::CompressedCut { format });
    }
}

#[test]
fn a_damaged_stream_is_told_apart_from_a_cut_capture() {
    let plain = noisy(5_000);
    let mut packed = gzip(&plain);
    let end = packed.len() - 6;
    packed[end] ^= 0xff;
    let (frames, error) = read(&packed);
    assert_eq!(frames.len(), 5_000, "the check sum stands behind all frames");
    assert!(matches!(error.unwrap().kind, CaptureErrorKind::Decompression { format: "gzip", .. }));
    let cut = gzip(&plain[..plain.len() - 1]);
    assert!(matches!(read(&cut).1.unwrap().kind, CaptureErrorKind::Truncated { part: Part::Record, .. }));
}

#[test]
fn things_that_are_no_captures_get_a_hint() {
    let tar = [&[b'a'; 257][..], b"ustar\0"].concat();
    let cases: [(&[u8], Foreign); 10] = [
        (b"BZh91AY&SY", Foreign::Bzip2),
        (b"\xfd7zXZ\0\0", Foreign::Xz),
        (b"\x04\x22\x4d\x18", Foreign::Lz4),
        (b"PK\x03\x04\x14", Foreign::Zip),
        (b"\x7fELF\x02", Foreign::Program),
        (b"snoop\0\0\0\0\0\0\x02", Foreign::Snoop),
        (b"#fields\tts\tuid\n", Foreign::Text),
        ("1号机组\n".as_bytes(), Foreign::Text),
        (&tar, Foreign::Tar),
        (&[0, 1, 2, 3], Foreign::Unknown),
    ];
    for (bytes, expected) in cases {
        assert_eq!(Content::of(bytes), Content::Foreign(expected));
        let CaptureErrorKind::NotACapture { head, looks_like } = refused(bytes) else { panic!("{expected:?}") };
        assert_eq!(looks_like, expected);
        assert_eq!(head, bytes[..bytes.len().min(16)]);
    }
    let twice = gzip(&zstandard(&at_seconds(&[1])));
    assert!(matches!(refused(&twice), CaptureErrorKind::NotACapture { looks_like: Foreign::CompressedTwice, .. }));
    assert!(matches!(refused(&gzip(b"log line\n")), CaptureErrorKind::NotACapture { looks_like: Foreign::Text, .. }));
    assert_eq!(refused(&gzip(b"")), CaptureErrorKind::Empty);
}

/// Gives a few bytes at a time, sometimes an interruption, and fails at the end.
struct Drip {
    bytes: Cursor<Vec<u8>>,
    step: usize,
    failure: Option<io::ErrorKind>,
}

impl Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.step = self.step % 7 + 1;
        if self.step == 4 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = buffer.len().min(self.step);
        let read = self.bytes.read(&mut buffer[..length])?;
        match self.failure {
            Some(kind) if read == 0 => Err(kind.into()),
            _ => Ok(read),
        }
    }
}

#[test]
fn any_split_of_the_reads_gives_the_same_frames() {
    for plain in [at_seconds(&[1, 2, 3]), rich_pcapng(End::Little)] {
        for packed in [plain.clone(), gzip(&plain), zstandard(&plain)] {
            let drip = Drip { bytes: Cursor::new(packed), step: 0, failure: None };
            let mut opened = FileSource::from_reader(Box::new(drip), "made.pcap", Limits::default()).unwrap();
            assert_eq!(drain(&mut opened), read(&plain));
        }
    }
}

#[test]
fn a_failing_disk_ends_the_source_after_its_frames() {
    for plain in [at_seconds(&[1, 2, 3]), at_seconds(&[1, 2, 3, 4])[..80].to_vec(), rich_pcapng(End::Little)] {
        let drip = Drip { bytes: Cursor::new(plain.clone()), step: 0, failure: Some(io::ErrorKind::ConnectionReset) };
        let mut opened = FileSource::from_reader(Box::new(drip), "made.pcap", Limits::default()).unwrap();
        let (frames, error) = drain(&mut opened);
        assert_eq!(frames, read(&plain).0);
        let kind = error.unwrap().kind;
        assert!(matches!(kind, CaptureErrorKind::Unreadable { .. }), "{kind:?}");
    }
}

#[test]
fn a_missing_file_and_a_folder_are_unreadable() {
    let missing = FileSource::open("/nowhere/at/all.pcap", Limits::default()).err().unwrap();
    assert!(matches!(missing.kind, CaptureErrorKind::Unreadable { errno: Some(2), .. }));
    assert!(missing.to_string().starts_with("/nowhere/at/all.pcap: at byte 0: unreadable errno=2"), "{missing}");
    let folder = FileSource::open(std::env::temp_dir(), Limits::default()).err().unwrap();
    assert!(matches!(folder.kind, CaptureErrorKind::Unreadable { .. }));
}

#[test]
fn the_smallest_window_reads_the_largest_capture() {
    let plain = noisy(5_000);
    let limits = Limits { window: 0, ..Limits::default() };
    let mut opened = FileSource::from_reader(Box::new(Cursor::new(plain.clone())), "made.pcap", limits).unwrap();
    assert_eq!(drain(&mut opened), drain(&mut source(&plain).unwrap()));
}
