//! Which format a stream has, and what its reader gives.

use std::path::Path;

use super::LinkType;
use super::content::{Content, Foreign, HEAD};
use super::decompress::Packing;
use super::error::{CaptureErrorKind, Fault};
use super::interfaces::{Interface, Interfaces};
use super::pcap::Pcap;
use super::pcapng::Pcapng;
use super::window::Window;

/// A packet that lies whole in the window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) timestamp: i64,
    pub(super) wire_length: u32,
    pub(super) link: LinkType,
    pub(super) interface: u32,
    /// Bytes before the data, bytes of data, bytes of the record.
    pub(super) skip: usize,
    pub(super) length: usize,
    pub(super) total: usize,
}

/// The reader of one format.
pub(super) enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

/// Recognises the format and reads its first header.
///
/// # Errors
/// `Empty`, `NotACapture`, and those of the formats' headers.
pub(super) fn open_format(
    window: &mut Window,
    packing: Packing,
    name: &str,
    interfaces: &mut Interfaces,
) -> Result<Format, Fault> {
    window.want(HEAD);
    let head = window.rest();
    if head.is_empty() {
        return Err(Fault::at(0, CaptureErrorKind::Empty));
    }
    let looks_like = match Content::of(head) {
        Content::Pcap => {
            let pcap = Pcap::open(window)?;
            let (link, snap_length) = (pcap.link, pcap.snap_length);
            interfaces.add(Interface { source: 0, name: base_name(name).to_owned(), link, snap_length });
            return Ok(Format::Pcap(pcap));
        }
        Content::Pcapng => return Pcapng::open(window, base_name(name)).map(Format::Pcapng),
        Content::Gzip | Content::Zstandard if packing != Packing::Plain => Foreign::CompressedTwice,
        Content::Gzip | Content::Zstandard => Foreign::Unknown,
        Content::Foreign(foreign) => foreign,
    };
    let head = head.iter().take(16).copied().collect();
    Err(Fault::at(0, CaptureErrorKind::NotACapture { head, looks_like }))
}

/// The name of the file without its folders, so that the same capture gives the same events wherever it lies.
fn base_name(name: &str) -> &str {
    Path::new(name).file_name().and_then(|base| base.to_str()).unwrap_or(name)
}
