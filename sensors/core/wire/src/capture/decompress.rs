//! Opens a stream whatever it is packed in. What it is says its first bytes.

use std::io::{self, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use super::content::{Content, HEAD};
use super::error::CaptureErrorKind;

/// Bytes of compressed data read at once.
const STEP: usize = 128 * 1024;

/// Largest back-reference of a Zstandard stream, as a power of two: 128 MiB, the limit of `zstd` itself without `--long`.
const ZSTANDARD_WINDOW: u32 = 27;

/// How a stream is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstandard,
}

impl Packing {
    /// What a failed read means: damage of the compressed data, or a refusal of the operating system.
    pub(super) fn failure(self, error: &io::Error) -> CaptureErrorKind {
        let format = match self {
            Self::Plain => return CaptureErrorKind::unreadable(error),
            _ if error.raw_os_error().is_some() => return CaptureErrorKind::unreadable(error),
            Self::Gzip => "gzip",
            Self::Zstandard => "Zstandard",
        };
        match error.kind() {
            io::ErrorKind::UnexpectedEof => CaptureErrorKind::CompressedCut { format },
            _ => CaptureErrorKind::Decompression { format, message: error.to_string() },
        }
    }
}

/// Tells an error met within the first bytes when its place in the stream is reached.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Looks at the first bytes and unpacks gzip (also of several members) and Zstandard (also of several frames).
pub(super) fn unpack(mut reader: Box<dyn Read + Send>) -> io::Result<(Box<dyn Read + Send>, Packing)> {
    let mut head = Vec::with_capacity(HEAD);
    let failure = reader.by_ref().take(super::bytes::count(HEAD)).read_to_end(&mut head).err();
    let content = Content::of(&head);
    let whole = Cursor::new(head).chain(Failing(failure)).chain(reader);
    Ok(match content {
        Content::Gzip => (Box::new(MultiGzDecoder::new(BufReader::with_capacity(STEP, whole))), Packing::Gzip),
        Content::Zstandard => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(BufReader::with_capacity(STEP, whole))?;
            decoder.window_log_max(ZSTANDARD_WINDOW)?;
            (Box::new(decoder), Packing::Zstandard)
        }
        Content::Pcap | Content::Pcapng | Content::Foreign(_) => (Box::new(whole), Packing::Plain),
    })
}
