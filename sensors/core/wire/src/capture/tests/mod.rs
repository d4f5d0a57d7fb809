//! Tests of the capture reader, over captures assembled byte by byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod build;
mod discover;
mod filter;
mod hostile;
mod merged;
mod packing;
mod pcap;
mod pcapng;
mod pcapng_odd;

use std::io::Cursor;

use super::{CaptureError, CaptureErrorKind, FileSource, Limits};

/// A frame with its own bytes, for comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) timestamp: i64,
    pub(super) data: Vec<u8>,
    pub(super) wire_length: u32,
    pub(super) link: u32,
    pub(super) number: i64,
    pub(super) interface: u32,
}

pub(super) fn source(bytes: &[u8]) -> Result<FileSource, CaptureError> {
    FileSource::from_reader(Box::new(Cursor::new(bytes.to_vec())), "made.pcap", Limits::default())
}

/// Reads a source to its end: all frames and the error that ended it.
pub(super) fn drain(source: &mut FileSource) -> (Vec<Kept>, Option<CaptureError>) {
    let mut frames = Vec::new();
    loop {
        match source.next() {
            Ok(Some(frame)) => frames.push(Kept {
                timestamp: frame.timestamp,
                data: frame.data.to_vec(),
                wire_length: frame.wire_length,
                link: frame.link.0,
                number: frame.number,
                interface: frame.interface,
            }),
            Ok(None) => return (frames, None),
            Err(error) => {
                assert_eq!(source.next(), Ok(None), "an error is told once");
                return (frames, Some(error));
            }
        }
    }
}

pub(super) fn read(bytes: &[u8]) -> (Vec<Kept>, Option<CaptureError>) {
    drain(&mut source(bytes).unwrap())
}

/// The error of a capture that cannot even be opened.
pub(super) fn refused(bytes: &[u8]) -> CaptureErrorKind {
    source(bytes).err().expect("must be refused").kind
}
