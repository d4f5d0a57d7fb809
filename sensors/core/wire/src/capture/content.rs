//! What a file is, by its first bytes. Names and endings are not believed.

/// Bytes that [`Content::of`] wants to see (the mark of a tar archive stands at 257).
pub(super) const HEAD: usize = 512;

/// What the first bytes promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Pcap,
    Pcapng,
    Gzip,
    Zstandard,
    Foreign(Foreign),
}

/// Known things that are not captures; a text per code tells the person who chose the file what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    Bzip2,
    Xz,
    Lz4,
    Compress,
    SevenZip,
    Zip,
    Rar,
    Tar,
    CompressedTwice,
    Snoop,
    NetworkMonitor,
    Sniffer,
    NetsniffNg,
    VectorBlf,
    Program,
    Parquet,
    Sqlite,
    Pdf,
    Text,
    Unknown,
}

impl Foreign {
    /// Stable word, for translation.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
            Self::Compress => "compress",
            Self::SevenZip => "7z",
            Self::Zip => "zip",
            Self::Rar => "rar",
            Self::Tar => "tar",
            Self::CompressedTwice => "compressed_twice",
            Self::Snoop => "snoop",
            Self::NetworkMonitor => "network_monitor",
            Self::Sniffer => "sniffer",
            Self::NetsniffNg => "netsniff_ng",
            Self::VectorBlf => "blf",
            Self::Program => "program",
            Self::Parquet => "parquet",
            Self::Sqlite => "sqlite",
            Self::Pdf => "pdf",
            Self::Text => "text",
            Self::Unknown => "unknown",
        }
    }
}

/// Marks at the beginning of a file.
const MARKS: &[(&[u8], Content)] = &[
    (&[0xd4, 0xc3, 0xb2, 0xa1], Content::Pcap),
    (&[0xa1, 0xb2, 0xc3, 0xd4], Content::Pcap),
    (&[0x4d, 0x3c, 0xb2, 0xa1], Content::Pcap),
    (&[0xa1, 0xb2, 0x3c, 0x4d], Content::Pcap),
    (&[0x34, 0xcd, 0xb2, 0xa1], Content::Pcap),
    (&[0xa1, 0xb2, 0xcd, 0x34], Content::Pcap),
    (&[0x0a, 0x0d, 0x0d, 0x0a], Content::Pcapng),
    (&[0x1f, 0x8b], Content::Gzip),
    (&[0x28, 0xb5, 0x2f, 0xfd], Content::Zstandard),
    (b"BZh", Content::Foreign(Foreign::Bzip2)),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0x00], Content::Foreign(Foreign::Xz)),
    (&[0x04, 0x22, 0x4d, 0x18], Content::Foreign(Foreign::Lz4)),
    (&[0x02, 0x21, 0x4c, 0x18], Content::Foreign(Foreign::Lz4)),
    (&[0x1f, 0x9d], Content::Foreign(Foreign::Compress)),
    (&[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c], Content::Foreign(Foreign::SevenZip)),
    (b"PK\x03\x04", Content::Foreign(Foreign::Zip)),
    (b"PK\x05\x06", Content::Foreign(Foreign::Zip)),
    (b"Rar!\x1a\x07", Content::Foreign(Foreign::Rar)),
    (b"snoop\0\0\0", Content::Foreign(Foreign::Snoop)),
    (b"GMBU", Content::Foreign(Foreign::NetworkMonitor)),
    (b"RTSS", Content::Foreign(Foreign::NetworkMonitor)),
    (b"TRSNIFF data", Content::Foreign(Foreign::Sniffer)),
    (&[0x12, 0xcb, 0xe2, 0xa1], Content::Foreign(Foreign::NetsniffNg)),
    (&[0xa1, 0xe2, 0xcb, 0x12], Content::Foreign(Foreign::NetsniffNg)),
    (b"LOGG", Content::Foreign(Foreign::VectorBlf)),
    (b"\x7fELF", Content::Foreign(Foreign::Program)),
    (b"MZ", Content::Foreign(Foreign::Program)),
    (b"PAR1", Content::Foreign(Foreign::Parquet)),
    (b"SQLite format 3\0", Content::Foreign(Foreign::Sqlite)),
    (b"%PDF-", Content::Foreign(Foreign::Pdf)),
];

impl Content {
    /// Looks at the beginning of a file (up to 512 bytes; fewer are enough for all but tar).
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        if let Some((_, content)) = MARKS.iter().find(|(mark, _)| head.starts_with(mark)) {
            return *content;
        }
        if is_skippable_zstandard(head) {
            return Self::Zstandard;
        }
        if head.get(257..262) == Some(b"ustar") {
            return Self::Foreign(Foreign::Tar);
        }
        Self::Foreign(if is_text(head) { Foreign::Text } else { Foreign::Unknown })
    }
}

/// A Zstandard stream may begin with a skippable frame (RFC 8878, 3.1.2): magic 0x184D2A50 to 0x184D2A5F.
fn is_skippable_zstandard(head: &[u8]) -> bool {
    matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Text in UTF-8: no control character but white space. A letter cut at the end does no harm.
fn is_text(head: &[u8]) -> bool {
    let printable = |byte: &u8| *byte >= 0x20 && *byte != 0x7f || matches!(byte, b'\t' | b'\n' | b'\r');
    !head.is_empty() && head.iter().all(printable) && head.utf8_chunks().all(|chunk| !chunk.valid().is_empty())
}
