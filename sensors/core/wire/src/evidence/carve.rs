//! Cuts frames out of the ring again: by number, as events name them, or by time and a capture filter.

use super::index::Index;
use super::kept::{Kept, files_of};
use super::records::{self, HEADER, Record, Records};
use super::terms;
use crate::capture::LinkType;
use crate::capture::filter::{Clause, Filter};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What is looked for.
pub struct Wanted<'a> {
    pub filter: &'a Filter,
    /// First and last time, ns.
    pub since: i64,
    pub until: i64,
    /// Octets of the answer, at most.
    pub most: usize,
}

/// Frames that were found, as a capture file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carved {
    /// Classic pcap; empty when nothing was found.
    pub file: Vec<u8>,
    /// Numbers of the frames where they were asked for by number.
    pub numbers: Vec<i64>,
    pub frames: u64,
    /// There is more than was asked for at most.
    pub is_cut: bool,
    /// Frames that pass but begin with other headers than those of the file.
    pub other_link: u64,
    /// Octets of the ring that were read.
    pub read: u64,
    /// Files that are not what they were when their index was made; looked at where frames are asked for by number.
    pub changed: u64,
}

/// The frames of these spans (inclusive, ascending) of a capture, at most so many.
///
/// # Errors
/// What the system says; a file that goes meanwhile is none.
pub fn by_numbers(capture: &Path, spans: &[(i64, i64)], most: usize) -> io::Result<Carved> {
    let files = files_of(capture)?;
    let mut found = Found::default();
    for (place, kept) in files.iter().enumerate() {
        let next = files.get(place.saturating_add(1)).map_or(i64::MAX, |next| next.first);
        let inside = |&(first, last): &(i64, i64)| (first.max(kept.first), last.min(next.saturating_sub(1)));
        let spans: Vec<(i64, i64)> = spans.iter().map(inside).filter(|(first, last)| first <= last).collect();
        if !spans.is_empty() && found.frames.len() < most {
            let_go(numbered(kept, &spans, most, &mut found))?;
        }
    }
    Ok(found.finish(true))
}

/// The frames of captures that pass, by time.
///
/// # Errors
/// What the system says; a file that goes meanwhile is none.
pub fn by_filter(captures: &[PathBuf], wanted: &Wanted<'_>) -> io::Result<Carved> {
    let needs = wanted.filter.needs();
    let mut found = Found::default();
    for capture in captures {
        for kept in files_of(capture)? {
            if !found.is_cut {
                let_go(filtered(&kept, &needs, wanted, &mut found))?;
            }
        }
    }
    Ok(found.finish(false))
}

/// What was found so far.
#[derive(Default)]
struct Found {
    link: Option<LinkType>,
    records: Vec<u8>,
    /// Time, number, and where it lies in `records`.
    frames: Vec<(i64, i64, usize, usize)>,
    is_cut: bool,
    other_link: u64,
    read: u64,
    changed: u64,
}

impl Found {
    fn take(&mut self, link: LinkType, number: i64, record: &Record<'_>) {
        if *self.link.get_or_insert(link) != link {
            self.other_link = self.other_link.saturating_add(1);
            return;
        }
        let begin = self.records.len();
        self.records.extend_from_slice(record.whole);
        self.frames.push((record.time, number, begin, self.records.len()));
    }

    fn finish(mut self, numbered: bool) -> Carved {
        self.frames.sort_by_key(|&(time, number, ..)| if numbered { (number, 0) } else { (time, number) });
        let mut file = self.link.map(records::header).unwrap_or_default();
        file.reserve(self.records.len());
        for &(.., begin, end) in &self.frames {
            file.extend_from_slice(self.records.get(begin..end).unwrap_or_default());
        }
        Carved {
            file,
            numbers: if numbered { self.frames.iter().map(|&(_, number, ..)| number).collect() } else { Vec::new() },
            frames: u64::try_from(self.frames.len()).unwrap_or(0),
            is_cut: self.is_cut,
            other_link: self.other_link,
            read: self.read,
            changed: self.changed,
        }
    }
}

/// A file that went between two steps holds nothing any more.
fn let_go(done: io::Result<()>) -> io::Result<()> {
    done.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// A file of packets that is looked into.
struct Opened {
    file: File,
    link: LinkType,
    /// Missing while the file is written, and unreadable after a power cut until the sensor begins again: then all is read.
    index: Option<Index>,
}

impl Opened {
    fn of(kept: &Kept) -> io::Result<Option<Self>> {
        let index = Index::open(&kept.index()).ok();
        let mut file = File::open(&kept.path)?;
        let mut head = [0u8; HEADER];
        if file.read_exact(&mut head).is_err() {
            return Ok(None); // it was begun a moment ago
        }
        Ok(records::link_of(&head).map(|link| Self { file, link, index }))
    }

    /// The records of a chunk, or all where there is no index.
    fn chunk(&mut self, range: Option<(u64, u64)>) -> io::Result<Vec<u8>> {
        let mut octets = Vec::new();
        let (begin, end) = range.unwrap_or((u64::try_from(HEADER).unwrap_or(24), u64::MAX));
        self.file.seek(SeekFrom::Start(begin))?;
        (&mut self.file).take(end.saturating_sub(begin)).read_to_end(&mut octets)?;
        Ok(octets)
    }
}

/// Chunks of a file: where each lies, and the number of its first frame. One without end where there is no index.
type Parts = Vec<(Option<(u64, u64)>, i64)>;

fn numbered(kept: &Kept, spans: &[(i64, i64)], most: usize, found: &mut Found) -> io::Result<()> {
    let Some(mut opened) = Opened::of(kept)? else { return Ok(()) };
    if opened.index.as_ref().map(|index| index.fits(&kept.path)).transpose()? == Some(false) {
        found.changed = found.changed.saturating_add(1);
        return Ok(());
    }
    let parts = opened.index.as_ref().map_or_else(|| vec![(None, kept.first)], |index| with_numbers(index, spans));
    for (range, first) in parts {
        let octets = opened.chunk(range)?;
        found.read = found.read.saturating_add(u64::try_from(octets.len()).unwrap_or(0));
        for (number, record) in (first..).zip(Records::of(&octets)) {
            if spans.iter().any(|&(first, last)| (first..=last).contains(&number)) {
                if found.frames.len() >= most {
                    found.is_cut = true;
                    return Ok(());
                }
                found.take(opened.link, number, &record);
            }
        }
    }
    Ok(())
}

fn with_numbers(index: &Index, spans: &[(i64, i64)]) -> Parts {
    let begins = |place: usize| index.places.get(place).map_or(index.frames, |place| i64::from(place.frames));
    let holds = |place: &usize| {
        let (first, next) = (index.first + begins(*place), index.first + begins(place.saturating_add(1)));
        spans.iter().any(|&(from, to)| from < next && to >= first)
    };
    (0..index.places.len()).filter(holds).map(|place| (index.range(place), index.first + begins(place))).collect()
}

fn filtered(kept: &Kept, needs: &[Clause], wanted: &Wanted<'_>, found: &mut Found) -> io::Result<()> {
    if Index::open(&kept.index()).is_ok_and(|index| index.latest < wanted.since || index.earliest > wanted.until) {
        return Ok(());
    }
    let Some(mut opened) = Opened::of(kept)? else { return Ok(()) };
    let parts = match &mut opened.index {
        Some(index) => with_terms(index, needs, wanted)?,
        None => vec![(None, kept.first)],
    };
    for (range, first) in parts {
        let octets = opened.chunk(range)?;
        found.read = found.read.saturating_add(u64::try_from(octets.len()).unwrap_or(0));
        for (number, record) in (first..).zip(Records::of(&octets)) {
            let is_then = (wanted.since..=wanted.until).contains(&record.time);
            if !is_then || !wanted.filter.matches(&terms::view_of(opened.link, record.data)) {
                continue;
            }
            if found.records.len().saturating_add(record.whole.len()) > wanted.most {
                found.is_cut = true;
                return Ok(());
            }
            found.take(opened.link, number, &record);
        }
    }
    Ok(())
}

/// Chunks in which every clause may be fulfilled within the time.
fn with_terms(index: &mut Index, needs: &[Clause], wanted: &Wanted<'_>) -> io::Result<Parts> {
    let is_then = |place: &super::index::Place| place.latest >= wanted.since && place.earliest <= wanted.until;
    let mut may: Vec<bool> = index.places.iter().map(is_then).collect();
    for clause in needs {
        let mut here = vec![false; may.len()];
        for need in clause {
            for chunk in index.chunks_with(terms::term(*need))? {
                if let Some(one) = here.get_mut(usize::from(chunk)) {
                    *one = true;
                }
            }
        }
        may.iter_mut().zip(here).for_each(|(before, now)| *before &= now);
    }
    let begin = |place: usize| index.places.get(place).map_or(0, |place| i64::from(place.frames));
    let chosen = may.iter().enumerate().filter(|(_, may)| **may);
    Ok(chosen.map(|(place, _)| (index.range(place), index.first + begin(place))).collect())
}
