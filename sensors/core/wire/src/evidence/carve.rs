//! Cuts frames out of the ring again: by number, as events name them, or by time and a capture filter.

use super::index::Index;
use super::kept::{Kept, files_of};
use super::records::{self, Record, Records};
use super::seal::{Keys, Opened};
use super::sieve::Sieve;
use super::terms;
use crate::capture::LinkType;
use crate::capture::filter::{Clause, Filter};
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
pub fn by_numbers(capture: &Path, spans: &[(i64, i64)], most: usize, keys: &Keys) -> io::Result<Carved> {
    let files = files_of(capture)?;
    let mut found = Found::default();
    for (place, kept) in files.iter().enumerate() {
        let next = files.get(place.saturating_add(1)).map_or(i64::MAX, |next| next.first);
        let inside = |&(first, last): &(i64, i64)| (first.max(kept.first), last.min(next.saturating_sub(1)));
        let spans: Vec<(i64, i64)> = spans.iter().map(inside).filter(|(first, last)| first <= last).collect();
        if !spans.is_empty() && found.frames.len() < most {
            let_go(numbered(kept, &spans, most, keys, &mut found))?;
        }
    }
    Ok(found.finish(true))
}

/// The frames of captures that pass, by time.
///
/// # Errors
/// What the system says; a file that goes meanwhile is none.
pub fn by_filter(captures: &[PathBuf], wanted: &Wanted<'_>, keys: &Keys) -> io::Result<Carved> {
    let needs = wanted.filter.needs();
    let sieve = Sieve::of(&needs);
    let mut found = Found::default();
    for capture in captures {
        for kept in files_of(capture)? {
            if !found.is_cut {
                let_go(filtered(&kept, &needs, &sieve, wanted, keys, &mut found))?;
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

/// What was sealed and is not what it was any more is counted and passed over.
fn read_part(opened: &mut Opened, part: &Part, found: &mut Found) -> io::Result<Option<Vec<u8>>> {
    let (begin, end) = part.range.unwrap_or((opened.begin, u64::MAX));
    let mut octets = Vec::with_capacity(usize::try_from(end.saturating_sub(begin)).unwrap_or(0).min(LARGE));
    opened.file.seek(SeekFrom::Start(begin))?;
    (&mut opened.file).take(end.saturating_sub(begin)).read_to_end(&mut octets)?;
    found.read = found.read.saturating_add(u64::try_from(octets.len()).unwrap_or(0));
    match opened.records(part.chunk, octets) {
        // Of a file that is written just now the first chunk may not be whole yet.
        Err(error) if error.kind() == io::ErrorKind::InvalidData && part.range.is_none() => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            found.changed = found.changed.saturating_add(1);
            Ok(None)
        }
        records => records.map(Some),
    }
}

/// Memory that is taken before a chunk is read.
const LARGE: usize = 1 << 20;

/// A chunk of a file: where it lies (`None`: all that there is, where there is no index), its number, and that of its
/// first frame.
struct Part {
    range: Option<(u64, u64)>,
    chunk: u64,
    first: i64,
}

impl Part {
    fn whole(kept: &Kept) -> Vec<Self> {
        vec![Self { range: None, chunk: 0, first: kept.first }]
    }

    fn of(index: &Index, place: usize) -> Self {
        let before = index.places.get(place).map_or(index.frames, |place| i64::from(place.frames));
        let chunk = u64::try_from(place).unwrap_or(u64::MAX);
        Self { range: index.range(place), chunk, first: index.first + before }
    }
}

/// Opens a file with its index. That is missing while the file is written, and unreadable after a power cut until the
/// sensor begins again: then all is read.
fn opened(kept: &Kept, keys: &Keys) -> io::Result<Option<(Opened, Option<Index>)>> {
    let index = Index::open(&kept.index()).ok();
    Ok(Opened::of(kept, keys)?.map(|opened| (opened, index)))
}

fn numbered(kept: &Kept, spans: &[(i64, i64)], most: usize, keys: &Keys, found: &mut Found) -> io::Result<()> {
    let Some((mut opened, index)) = opened(kept, keys)? else { return Ok(()) };
    if index.as_ref().map(|index| index.fits(&kept.path)).transpose()? == Some(false) {
        found.changed = found.changed.saturating_add(1);
        return Ok(());
    }
    let parts = index.as_ref().map_or_else(|| Part::whole(kept), |index| with_numbers(index, spans));
    for part in parts {
        let Some(octets) = read_part(&mut opened, &part, found)? else { return Ok(()) };
        for (number, record) in (part.first..).zip(Records::of(&octets)) {
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

fn with_numbers(index: &Index, spans: &[(i64, i64)]) -> Vec<Part> {
    let begins = |place: usize| index.places.get(place).map_or(index.frames, |place| i64::from(place.frames));
    let holds = |place: &usize| {
        let (first, next) = (index.first + begins(*place), index.first + begins(place.saturating_add(1)));
        spans.iter().any(|&(from, to)| from < next && to >= first)
    };
    (0..index.places.len()).filter(holds).map(|place| Part::of(index, place)).collect()
}

fn filtered(
    kept: &Kept,
    needs: &[Clause],
    sieve: &Sieve,
    wanted: &Wanted<'_>,
    keys: &Keys,
    found: &mut Found,
) -> io::Result<()> {
    if Index::open(&kept.index()).is_ok_and(|index| index.latest < wanted.since || index.earliest > wanted.until) {
        return Ok(());
    }
    let Some((mut opened, mut index)) = opened(kept, keys)? else { return Ok(()) };
    if let Some(index) = &mut index {
        index.unseal(opened.seal.as_ref())?;
    }
    let parts = match &mut index {
        Some(index) => with_terms(index, needs, wanted)?,
        None => Part::whole(kept),
    };
    for part in parts {
        let Some(octets) = read_part(&mut opened, &part, found)? else { return Ok(()) };
        for (number, record) in (part.first..).zip(Records::of(&octets)) {
            let is_then = (wanted.since..=wanted.until).contains(&record.time);
            if !is_then || !sieve.may_pass(record.data) {
                continue;
            }
            if !wanted.filter.matches(&terms::view_of(opened.link, record.data)) {
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
fn with_terms(index: &mut Index, needs: &[Clause], wanted: &Wanted<'_>) -> io::Result<Vec<Part>> {
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
    let chosen = may.iter().enumerate().filter(|(_, may)| **may);
    Ok(chosen.map(|(place, _)| Part::of(index, place)).collect())
}
