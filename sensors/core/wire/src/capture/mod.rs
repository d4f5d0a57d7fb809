//! Where frames come from: capture files in all their forms.
//!
//! | file | subject |
//! | --- | --- |
//! | `discover` | paths and folders → the capture files in them, in a fixed order |
//! | `content` | what a file is, by its first bytes |
//! | `decompress`, `window` | gzip and Zstandard; a window over `Read` (no map: truncating a mapped file kills the process) |
//! | `pcap`, `pcapng`, `block`, `section`, `options`, `interfaces`, `time` | the two formats |
//! | `source`, `merged` | one file as a lending iterator of frames; many files on one time line |
//! | `filter` | a documented subset of the capture-filter language |
//!
//! Every frame that cannot be given is either an error with a place or a counter: nothing is silent.

pub mod discover;
pub mod filter;

mod block;
mod bytes;
mod content;
mod counters;
mod decompress;
mod error;
mod format;
mod interfaces;
mod link_type;
mod merged;
mod options;
mod pcap;
mod pcapng;
mod progress;
mod section;
mod source;
mod time;
mod window;

#[cfg(test)]
mod tests;

pub use content::{Content, Foreign};
pub use counters::{Counters, Drops, SourceSummary};
pub use discover::{Discovered, discover};
pub use error::{CaptureError, CaptureErrorKind, Parameter, Part, Problem};
pub use filter::{Filter, FilterError, FilterView};
pub use interfaces::{Interface, Interfaces};
pub use link_type::LinkType;
pub use merged::Merged;
pub use progress::BytesRead;
pub use source::FileSource;
pub use time::LATEST;

/// One captured frame, borrowed from the reader's window until the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Nanoseconds since 1970-01-01T00:00:00Z, in `0..=LATEST`.
    pub timestamp: i64,
    /// The captured bytes, from the first byte of the link layer header.
    pub data: &'a [u8],
    /// Length on the wire as the capture states it; may be above (cut by the snap length) or, in odd files, below
    /// `data.len()`. Both are counted.
    pub wire_length: u32,
    /// What `data` begins with.
    pub link: LinkType,
    /// Number of the frame in its source, from 1, over all frames of the file.
    pub number: i64,
    /// Index of the source.
    pub source: u32,
    /// Row in the table of [`Interfaces`].
    pub interface: u32,
}

/// What a reader takes before it calls a file bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest captured frame in bytes. A longer one means a damaged file; 262,144 is what tcpdump and Wireshark take.
    pub frame: u32,
    /// Bytes read at once.
    pub window: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { frame: 262_144, window: 1 << 20 }
    }
}
