//! Why a capture cannot be read: a code with parameters, a place, and an English sentence for logs.

use std::fmt;
use std::io;

use super::content::Foreign;

/// A capture that cannot be opened, or not be read further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureError {
    /// Path or name of the source.
    pub path: String,
    /// Byte where the trouble begins, counted in the decompressed stream.
    pub offset: u64,
    pub kind: CaptureErrorKind,
}

/// What is wrong, with the parameters of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureErrorKind {
    /// The first bytes belong to no capture format.
    NotACapture { head: Vec<u8>, looks_like: Foreign },
    /// No byte in it.
    Empty,
    /// The stream ends inside `what`.
    Truncated { what: &'static str, expected: u64, found: u64 },
    /// The operating system refuses to open or read it.
    Unreadable { reason: io::ErrorKind, message: String },
    /// A version of the format that nobody has written down.
    UnsupportedVersion { format: &'static str, major: u16, minor: u16 },
    /// A pcapng block that contradicts itself.
    BadBlock { block: u32, length: u32, problem: &'static str },
    /// A frame longer than the limit: the file is damaged here.
    FrameTooLong { length: u32, limit: u32 },
    /// More interfaces than any machine has.
    TooManyInterfaces { limit: usize },
    /// The compressed stream is damaged.
    Decompression { format: &'static str, message: String },
    /// A folder without a single capture.
    NoCaptures { files: usize },
}

impl CaptureErrorKind {
    /// Stable word for this kind, for translation.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotACapture { .. } => "not_a_capture",
            Self::Empty => "empty",
            Self::Truncated { .. } => "truncated",
            Self::Unreadable { .. } => "unreadable",
            Self::UnsupportedVersion { .. } => "unsupported_version",
            Self::BadBlock { .. } => "bad_block",
            Self::FrameTooLong { .. } => "frame_too_long",
            Self::TooManyInterfaces { .. } => "too_many_interfaces",
            Self::Decompression { .. } => "decompression",
            Self::NoCaptures { .. } => "no_captures",
        }
    }
}

impl fmt::Display for CaptureErrorKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACapture { head, looks_like } => {
                write!(out, "not a capture (begins with ")?;
                head.iter().take(8).try_for_each(|byte| write!(out, "{byte:02x}"))?;
                write!(out, "): {}", looks_like.hint())
            }
            Self::Empty => write!(out, "the file is empty"),
            Self::Truncated { what, expected, found } => {
                write!(
                    out,
                    "the file ends inside a {what}: {expected} bytes expected, {found} found; what stands before was read"
                )
            }
            Self::Unreadable { message, .. } => write!(out, "cannot be read: {message}"),
            Self::UnsupportedVersion { format, major, minor } => {
                write!(out, "{format} version {major}.{minor} is not known; save it as pcap 2.4 or pcapng 1.0")
            }
            Self::BadBlock { block, length, problem } => {
                write!(out, "damaged pcapng block of type {block:#010x}, length {length}: {problem}")
            }
            Self::FrameTooLong { length, limit } => {
                write!(out, "a frame of {length} bytes is above the limit of {limit}; the file is damaged here")
            }
            Self::TooManyInterfaces { limit } => {
                write!(out, "more than {limit} interfaces described")
            }
            Self::Decompression { format, message } => {
                write!(out, "damaged {format} data: {message}")
            }
            Self::NoCaptures { files } => {
                write!(
                    out,
                    "no capture in this folder ({files} other files); pcap and pcapng, also as .gz or .zst, are read"
                )
            }
        }
    }
}

impl fmt::Display for CaptureError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.offset == 0 {
            write!(out, "{}: {}", self.path, self.kind)
        } else {
            write!(out, "{}: at byte {}: {}", self.path, self.offset, self.kind)
        }
    }
}

impl std::error::Error for CaptureError {}

/// An error inside one reader, before the name of the source is added.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) offset: u64,
    pub(super) kind: CaptureErrorKind,
}

impl Fault {
    pub(super) fn at(offset: u64, kind: CaptureErrorKind) -> Self {
        Self { offset, kind }
    }

    pub(super) fn named(self, path: &str) -> CaptureError {
        CaptureError { path: path.to_owned(), offset: self.offset, kind: self.kind }
    }
}

impl CaptureErrorKind {
    pub(super) fn unreadable(error: &io::Error) -> Self {
        Self::Unreadable { reason: error.kind(), message: error.to_string() }
    }
}
