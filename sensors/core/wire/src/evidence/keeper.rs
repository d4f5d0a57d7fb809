//! Writes the ring: files of bounded size and age, each with its index once it is whole; the oldest go first.
//!
//! Nothing is synchronised: what a power cut leaves behind is looked through when the ring is opened again, and ends at
//! the first record that is not whole. A process that is killed loses nothing that was handed over.

use super::chunk::{Chunk, FULL};
use super::index::{Building, Index};
use super::kept::{INDEX, Kept, PACKETS, PART, SEALED, captures_in, files_of, paths_in};
use super::records::{self, Records};
use super::seal::{HEAD, Keys, Seal};
use crate::capture::LinkType;
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How much is kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Octets of all files together.
    pub bytes: u64,
    /// Age of a frame beyond which its file goes, by the newest frame, ns.
    pub age: i64,
    /// Octets and time (ns) of one file.
    pub file_bytes: u64,
    pub file_age: i64,
}

/// Files that go for their age when a new one begins, at most: a clock that is set a year ahead for a minute must not
/// cost all evidence.
const MOST_AGED: usize = 2;
/// Files of a ring at least: a bound in octets is kept by giving up one of so many.
const LEAST_FILES: u64 = 8;

struct Open {
    kept: Kept,
    file: File,
    index: Building,
    seal: Option<Seal>,
}

struct Closed {
    kept: Kept,
    octets: u64,
    latest: i64,
}

/// The ring of one sensor.
pub struct Keeper {
    /// Folder of each source's capture.
    folders: Vec<PathBuf>,
    bounds: Bounds,
    keys: Keys,
    open: Vec<Option<Open>>,
    closed: VecDeque<Closed>,
    closed_octets: u64,
    /// Held as long as the ring is written: two writers would give up each other's files.
    _lock: File,
}

impl Keeper {
    /// Opens a ring for captures of these names, makes it where it is not there, and takes up what is left in it.
    ///
    /// # Errors
    /// What the system says; `WouldBlock` while another process writes this ring.
    pub fn begin(folder: &Path, captures: &[String], bounds: Bounds) -> io::Result<Self> {
        Self::sealing(folder, captures, bounds, Keys::default())
    }

    /// The same; what is written from now on is encrypted with the first key, where there is one.
    ///
    /// # Errors
    /// As `begin`.
    pub fn sealing(folder: &Path, captures: &[String], bounds: Bounds, keys: Keys) -> io::Result<Self> {
        private(folder)?;
        let lock = writable(&folder.join("lock"))?;
        lock.try_lock().map_err(io::Error::from)?;
        let file_bytes = bounds.file_bytes.min(bounds.bytes / LEAST_FILES).max(1);
        let folders: Vec<PathBuf> = captures.iter().map(|capture| folder.join(capture)).collect();
        let open = folders.iter().map(|_| None).collect();
        let mut closed: Vec<Closed> = Vec::new();
        for capture in captures_in(folder)? {
            closed.extend(taken_up(&capture, &keys)?);
            let _ = fs::remove_dir(&capture); // of a run of which nothing is left
        }
        closed.sort_by_key(|each| each.latest);
        let closed_octets = closed.iter().map(|each| each.octets).sum();
        let bounds = Bounds { file_bytes, ..bounds };
        Ok(Self { folders, bounds, keys, open, closed: closed.into(), closed_octets, _lock: lock })
    }

    /// Writes a chunk. After an error its frames are lost, and the next chunk begins another file.
    ///
    /// # Errors
    /// What the system says once no older file is left that could make room.
    pub fn keep(&mut self, chunk: &Chunk) -> io::Result<()> {
        let Ok(place) = usize::try_from(chunk.source) else { return Ok(()) };
        if self.open.get(place).and_then(Option::as_ref).is_some_and(|open| !self.continues(open, chunk)) {
            self.close_one(place)?;
        }
        let size = u64::try_from(chunk.records.len()).unwrap_or(u64::MAX);
        while self.octets().saturating_add(size) > self.bounds.bytes && self.give_up_oldest()? {}
        loop {
            match self.write(place, chunk) {
                Err(error) if is_full(&error) && self.give_up_oldest()? => {}
                Err(error) => {
                    let _ = self.close_one(place);
                    return Err(error);
                }
                Ok(()) => return Ok(()),
            }
        }
    }

    /// Gives up the oldest files until so many octets are free, or none is left.
    ///
    /// # Errors
    /// What the system says.
    pub fn make_room(&mut self, octets: u64) -> io::Result<()> {
        let wanted = self.closed_octets.saturating_sub(octets);
        while self.closed_octets > wanted && self.give_up_oldest()? {}
        Ok(())
    }

    /// Octets on disk, without indexes of files that are being written.
    pub fn octets(&self) -> u64 {
        let open = self.open.iter().flatten().map(|open| open.index.bytes()).sum::<u64>();
        self.closed_octets.saturating_add(open)
    }

    /// Ends all files.
    ///
    /// # Errors
    /// What the system says of the last index that could not be written; it is made when the ring is opened again.
    pub fn close(&mut self) -> io::Result<()> {
        let closed: Vec<io::Result<()>> = (0..self.open.len()).map(|place| self.close_one(place)).collect();
        closed.into_iter().collect()
    }

    fn continues(&self, open: &Open, chunk: &Chunk) -> bool {
        let bytes = open.index.bytes().saturating_add(u64::try_from(chunk.records.len()).unwrap_or(u64::MAX));
        open.index.next_frame() == chunk.first
            && bytes <= self.bounds.file_bytes
            && chunk.latest.saturating_sub(open.kept.time) <= self.bounds.file_age
            && open.index.has_room()
    }

    fn write(&mut self, place: usize, chunk: &Chunk) -> io::Result<()> {
        if self.open.get(place).is_some_and(Option::is_none) {
            self.give_up_aged(chunk.latest)?;
            let begun = self.folders.get(place).map(|folder| begin_file(folder, chunk, &self.keys)).transpose()?;
            if let Some(slot) = self.open.get_mut(place) {
                *slot = begun;
            }
        }
        let Some(Some(open)) = self.open.get_mut(place) else { return Ok(()) };
        let sealed = open.seal.as_ref().map(|seal| seal.close(open.index.chunks(), &chunk.records)).transpose()?;
        let octets = sealed.as_deref().unwrap_or(&chunk.records);
        if let Err(error) = open.file.write_all(octets) {
            let _ = open.file.set_len(open.index.bytes()); // no half chunk, which would be written again behind it
            return Err(error);
        }
        open.index.add(chunk, octets);
        Ok(())
    }

    fn close_one(&mut self, place: usize) -> io::Result<()> {
        let Some(open) = self.open.get_mut(place).and_then(Option::take) else { return Ok(()) };
        let Some(latest) = open.index.latest() else { return open.kept.remove() };
        let bytes = open.index.bytes();
        let index = open.index.finish(open.seal.as_ref())?;
        let octets = bytes.saturating_add(u64::try_from(index.len()).unwrap_or(0));
        let written = write_index(&open.kept, &index);
        let behind = self.closed.iter().rev().take_while(|each| each.latest > latest).count();
        self.closed.insert(self.closed.len().saturating_sub(behind), Closed { kept: open.kept, octets, latest });
        self.closed_octets = self.closed_octets.saturating_add(octets);
        written
    }

    fn give_up_aged(&mut self, now: i64) -> io::Result<()> {
        for _ in 0..MOST_AGED {
            let is_old = |each: &Closed| now.saturating_sub(each.latest) > self.bounds.age;
            if !self.closed.front().is_some_and(is_old) || !self.give_up_oldest()? {
                break;
            }
        }
        Ok(())
    }

    /// False when no file is left that could go.
    fn give_up_oldest(&mut self) -> io::Result<bool> {
        let Some(oldest) = self.closed.pop_front() else { return Ok(false) };
        self.closed_octets = self.closed_octets.saturating_sub(oldest.octets);
        oldest.kept.remove()?;
        if let Some(folder) = oldest.kept.path.parent().filter(|folder| !self.folders.iter().any(|own| own == folder)) {
            let _ = fs::remove_dir(folder); // once it is empty
        }
        Ok(true)
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn begin_file(folder: &Path, chunk: &Chunk, keys: &Keys) -> io::Result<Open> {
    private(folder)?;
    let seal = keys.begin(chunk.link, chunk.first)?;
    let kept = Kept::named(folder, chunk.first, chunk.earliest, seal.is_some());
    let mut file = writable(&kept.path)?;
    let head = seal.as_ref().map_or_else(|| records::header(chunk.link), |seal| seal.head.clone());
    file.write_all(&head)?;
    Ok(Open { kept, file, index: Building::begin(chunk.first, &head), seal })
}

fn write_index(kept: &Kept, index: &[u8]) -> io::Result<()> {
    let part = kept.index().with_extension(PART);
    let mut file = writable(&part)?;
    let written = file.write_all(index).and_then(|()| fs::rename(&part, kept.index()));
    written.inspect_err(|_| drop(fs::remove_file(&part)))
}

/// Files of a capture of an earlier run; those without an index are looked through.
fn taken_up(folder: &Path, keys: &Keys) -> io::Result<Vec<Closed>> {
    for path in paths_in(folder)? {
        let has_packets = [PACKETS, SEALED].iter().any(|end| path.with_extension(end).exists());
        let is_alone = path.extension().is_some_and(|end| end == INDEX) && !has_packets;
        if is_alone || path.extension().is_some_and(|end| end == PART) {
            fs::remove_file(path)?;
        }
    }
    let mut found = Vec::new();
    for kept in files_of(folder)? {
        let known = Index::open(&kept.index()).map(|index| index.latest);
        let latest = known.map_or_else(|_| indexed_anew(&kept, keys), |latest| Ok(Some(latest)));
        // A full disk has no room for an index: the file does without, and may go to make room.
        let latest = latest.or_else(|error| if is_full(&error) { Ok(Some(kept.time)) } else { Err(error) });
        if let Some(latest) = latest? {
            let octets = kept.octets();
            found.push(Closed { kept, octets, latest });
        }
    }
    Ok(found)
}

/// Makes the index of a file that has none, and cuts off what is not whole; time of its latest frame. A file without a
/// frame goes.
fn indexed_anew(kept: &Kept, keys: &Keys) -> io::Result<Option<i64>> {
    let data = fs::read(&kept.path)?;
    if kept.is_sealed() {
        return unsealed_anew(kept, keys, &data);
    }
    let (Some(link), Some((head, mut rest))) = (records::link_of(&data), data.split_at_checked(records::HEADER)) else {
        kept.remove()?;
        return Ok(None);
    };
    let mut index = Building::begin(kept.first, head);
    while let Some(chunk) = next_chunk(rest, link, index.next_frame()) {
        let octets = rest.get(..chunk.records.len()).unwrap_or_default();
        rest = rest.get(chunk.records.len()..).unwrap_or_default();
        index.add(&chunk, octets);
    }
    ended(kept, index, None)
}

/// The same of an encrypted file. One whose key is not there stays as it is, without an index, until it is too old.
fn unsealed_anew(kept: &Kept, keys: &Keys, data: &[u8]) -> io::Result<Option<i64>> {
    let Some((head, mut rest)) = data.split_first_chunk::<HEAD>() else { return kept.remove().map(|()| None) };
    let seal = match keys.open(head, kept.first) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(Some(kept.time)),
        Err(_) => return kept.remove().map(|()| None),
        Ok(seal) => seal,
    };
    let mut index = Building::begin(kept.first, head);
    while let Ok((records, size)) = seal.open(index.chunks(), rest)
        && let Some(chunk) = whole_chunk(&records, seal.link, index.next_frame())
    {
        let (octets, behind) = rest.split_at_checked(size).unwrap_or((rest, &[]));
        index.add(&chunk, octets);
        rest = behind;
    }
    ended(kept, index, Some(&seal))
}

/// Cuts off what is not whole and writes the index; time of the latest frame.
fn ended(kept: &Kept, index: Building, seal: Option<&Seal>) -> io::Result<Option<i64>> {
    let Some(latest) = index.latest() else { return kept.remove().map(|()| None) };
    OpenOptions::new().write(true).open(&kept.path)?.set_len(index.bytes())?;
    write_index(kept, &index.finish(seal)?)?;
    Ok(Some(latest))
}

/// All records as one chunk.
fn whole_chunk(data: &[u8], link: LinkType, first: i64) -> Option<Chunk> {
    chunk_of(data, link, first, usize::MAX)
}

/// The next records that are worth a chunk.
fn next_chunk(data: &[u8], link: LinkType, first: i64) -> Option<Chunk> {
    chunk_of(data, link, first, FULL)
}

fn chunk_of(data: &[u8], link: LinkType, first: i64, full: usize) -> Option<Chunk> {
    let (mut found, mut frames) = (Records::of(data), 0i64);
    let (mut earliest, mut latest) = (i64::MAX, i64::MIN);
    while found.at < full
        && let Some(record) = found.next()
    {
        frames = frames.saturating_add(1);
        (earliest, latest) = (earliest.min(record.time), latest.max(record.time));
    }
    let records = data.get(..found.at)?.to_vec();
    (frames > 0).then_some(Chunk { source: 0, link, first, frames, earliest, latest, records })
}

/// Packets may hold what nobody else should read.
fn private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn writable(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
