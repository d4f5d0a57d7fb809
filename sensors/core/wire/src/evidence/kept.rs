//! Files of the ring: their names, and which there are.

use super::index::Index;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub const PACKETS: &str = "pcap";
/// Packets that are encrypted (`seal`).
pub const SEALED: &str = "sealed";
pub const INDEX: &str = "idx";
/// An index that is being written.
pub const PART: &str = "part";

/// A file of packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub path: PathBuf,
    /// Number and time (ns) of its first frame.
    pub first: i64,
    pub time: i64,
}

impl Kept {
    /// The file that begins with this frame.
    pub fn named(folder: &Path, first: i64, time: i64, is_sealed: bool) -> Self {
        let end = if is_sealed { SEALED } else { PACKETS };
        Self { path: folder.join(format!("{first:012}-{time:019}.{end}")), first, time }
    }

    pub fn is_sealed(&self) -> bool {
        self.path.extension().is_some_and(|end| end == SEALED)
    }

    fn of(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let (name, end) = name.split_once('.')?;
        let (first, time) = name.split_once('-').filter(|_| end == PACKETS || end == SEALED)?;
        let digits =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
        let (first, time) = (digits(first)?, digits(time)?);
        Some(Self { path, first, time })
    }

    pub fn index(&self) -> PathBuf {
        self.path.with_extension(INDEX)
    }

    /// Octets on disk, with the index.
    pub fn octets(&self) -> u64 {
        let size = |path: &Path| fs::metadata(path).map(|about| about.len()).unwrap_or(0);
        size(&self.path).saturating_add(size(&self.index()))
    }

    /// Removes it. What is gone already is no error.
    pub fn remove(&self) -> io::Result<()> {
        [self.index(), self.path.clone()].iter().try_for_each(|path| match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
    }
}

/// The files of a capture in the order of their frames; none where there is no such folder.
///
/// # Errors
/// What the system says.
pub fn files_of(folder: &Path) -> io::Result<Vec<Kept>> {
    let mut found: Vec<Kept> = paths_in(folder)?.into_iter().filter_map(Kept::of).collect();
    found.sort_unstable_by_key(|kept| (kept.first, kept.time));
    Ok(found)
}

/// Folders of captures.
///
/// # Errors
/// What the system says.
pub fn captures_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = paths_in(folder)?.into_iter().filter(|path| path.is_dir()).collect();
    found.sort_unstable();
    Ok(found)
}

pub fn paths_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// What there is of a capture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub capture: String,
    pub files: u64,
    /// Those of them that are encrypted.
    pub sealed: u64,
    pub octets: u64,
    /// Time of its first frame that is still there, and of the last one that is in an index, ns.
    pub earliest: Option<i64>,
    pub latest: Option<i64>,
    /// Frames that are in an index; those of the file that is being written come on top.
    pub frames: i64,
    /// Files that are not what they were when their index was made, where that was asked.
    pub changed: Vec<String>,
}

/// What there is of every capture in a ring; `verified`: every file is read and compared with its index.
///
/// # Errors
/// What the system says.
pub fn standing(folder: &Path, verified: bool) -> io::Result<Vec<Standing>> {
    captures_in(folder)?.iter().map(|capture| of_capture(capture, verified)).collect()
}

fn of_capture(folder: &Path, verified: bool) -> io::Result<Standing> {
    let capture = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut all = Standing { capture, ..Standing::default() };
    for kept in files_of(folder)? {
        all.files = all.files.saturating_add(1);
        all.sealed = all.sealed.saturating_add(u64::from(kept.is_sealed()));
        all.octets = all.octets.saturating_add(kept.octets());
        let known = Index::open(&kept.index()).ok();
        let (earliest, latest) = known.as_ref().map_or((kept.time, kept.time), |index| (index.earliest, index.latest));
        all.earliest = Some(all.earliest.map_or(earliest, |before| before.min(earliest)));
        all.latest = Some(all.latest.map_or(latest, |before| before.max(latest)));
        all.frames = all.frames.saturating_add(known.as_ref().map_or(0, |index| index.frames));
        if verified && !known.map_or(Ok(true), |index| index.fits(&kept.path))? {
            all.changed.extend(kept.path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    Ok(all)
}
