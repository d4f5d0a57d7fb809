//! Why a capture cannot be read: a code with parameters and a place. The sentence is made where it is read, in the
//! reader's language.

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
    /// Whole frames given before it.
    pub frames: u64,
    pub kind: CaptureErrorKind,
}

/// What is wrong, with the parameters of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureErrorKind {
    /// The first bytes belong to no capture format.
    NotACapture { head: Vec<u8>, looks_like: Foreign },
    /// No byte in it.
    Empty,
    /// The stream ends inside a part of the format.
    Truncated { part: Part, expected: u64, found: u64 },
    /// The operating system refuses to open or read it; `errno` where it says so.
    Unreadable { errno: Option<i32>, message: String },
    /// A version of the format that nobody has written down.
    UnsupportedVersion { format: &'static str, major: u16, minor: u16 },
    /// A pcapng block that contradicts itself.
    BadBlock { block: u32, length: u32, problem: Problem },
    /// A frame longer than the limit: the file is damaged here.
    FrameTooLong { length: u32, limit: u32 },
    /// More interfaces than any machine has.
    TooManyInterfaces { limit: usize },
    /// The compressed stream is damaged; `message` is the library's own.
    Decompression { format: &'static str, message: String },
    /// The compressed stream ends early.
    CompressedCut { format: &'static str },
    /// A folder without a single capture.
    NoCaptures { files: usize },
}

/// Parts of the formats that a file may end inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    FileHeader,
    RecordHeader,
    Record,
    BlockHeader,
    Block,
}

impl Part {
    /// Stable word, for translation.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::FileHeader => "file_header",
            Self::RecordHeader => "record_header",
            Self::Record => "record",
            Self::BlockHeader => "block_header",
            Self::Block => "block",
        }
    }
}

/// How a pcapng block contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    ByteOrder,
    ShorterThanABlock,
    LongerThanABlock,
    LengthsDiffer,
    ShorterThanItsFields,
    PacketLonger,
}

impl Problem {
    /// Stable word, for translation.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ByteOrder => "byte_order",
            Self::ShorterThanABlock => "shorter_than_a_block",
            Self::LongerThanABlock => "longer_than_a_block",
            Self::LengthsDiffer => "lengths_differ",
            Self::ShorterThanItsFields => "shorter_than_its_fields",
            Self::PacketLonger => "packet_longer",
        }
    }
}

/// Value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    Number(u64),
    Text(String),
}

impl From<u64> for Parameter {
    fn from(value: u64) -> Self {
        Self::Number(value)
    }
}

impl From<u32> for Parameter {
    fn from(value: u32) -> Self {
        Self::Number(u64::from(value))
    }
}

impl From<usize> for Parameter {
    fn from(value: usize) -> Self {
        Self::Number(super::bytes::count(value))
    }
}

impl From<&str> for Parameter {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Parameter {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(out, "{number}"),
            Self::Text(text) => write!(out, "{text}"),
        }
    }
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
            Self::CompressedCut { .. } => "compressed_cut",
            Self::NoCaptures { .. } => "no_captures",
        }
    }

    /// Names and values that fill the message of this kind.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, Parameter)> {
        match self {
            Self::Empty => Vec::new(),
            Self::NotACapture { head, looks_like } => {
                let head: String = head.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                vec![("head", head.into()), ("looks_like", looks_like.code().into())]
            }
            Self::Truncated { part, expected, found } => {
                vec![("part", part.code().into()), ("expected", (*expected).into()), ("found", (*found).into())]
            }
            Self::Unreadable { errno, message } => {
                let errno = errno.and_then(|number| u64::try_from(number).ok()).unwrap_or_default();
                vec![("errno", errno.into()), ("message", message.clone().into())]
            }
            Self::UnsupportedVersion { format, major, minor } => {
                vec![("format", (*format).into()), ("version", format!("{major}.{minor}").into())]
            }
            Self::BadBlock { block, length, problem } => vec![
                ("block", format!("{block:#010x}").into()),
                ("length", (*length).into()),
                ("problem", problem.code().into()),
            ],
            Self::FrameTooLong { length, limit } => vec![("length", (*length).into()), ("limit", (*limit).into())],
            Self::TooManyInterfaces { limit } => vec![("limit", (*limit).into())],
            Self::Decompression { format, message } => {
                vec![("format", (*format).into()), ("message", message.clone().into())]
            }
            Self::CompressedCut { format } => vec![("format", (*format).into())],
            Self::NoCaptures { files } => vec![("files", (*files).into())],
        }
    }

    pub(super) fn unreadable(error: &io::Error) -> Self {
        Self::Unreadable { errno: error.raw_os_error(), message: error.to_string() }
    }
}

/// For logs and tests: the code with its parameters.
impl fmt::Display for CaptureError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: at byte {}: {}", self.path, self.offset, self.kind.code())?;
        self.kind.parameters().iter().try_for_each(|(name, value)| write!(out, " {name}={value}"))
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

    /// An error after `frames` whole frames of the source called `path`.
    pub(super) fn named(self, path: &str, frames: u64) -> CaptureError {
        CaptureError { path: path.to_owned(), offset: self.offset, frames, kind: self.kind }
    }
}
