//! What an earlier run kept, read once more: a sensor that begins again takes up what it knew.
//!
//! Frames that the earlier run handed over come first, then those it did not, each by time.

use super::index::Index;
use super::kept::{Kept, files_of};
use super::records::Records;
use super::seal::{Keys, Opened};
use crate::capture::{Frame, LinkType};
use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

/// A capture of an earlier run.
#[derive(Debug, Clone)]
pub struct Former {
    pub folder: PathBuf,
    /// Source that its frames are given as.
    pub source: u32,
    /// Number of the last frame of which everything was handed over; 0: of none.
    pub handed: i64,
}

/// How far back is read.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// Frames, at most.
    pub frames: u64,
    /// Time before the last frame, ns.
    pub window: i64,
    /// Nothing is read when the last frame is older than this, ns.
    pub gap: i64,
}

/// Frames of earlier runs.
#[derive(Default)]
pub struct Past {
    cursors: Vec<Cursor>,
    /// Time of the last frame, ns; `None` when there is none that is near enough.
    pub latest: Option<i64>,
    /// Frames that were not handed over and are not read either, for they are too long ago, or no key opens them.
    pub left_out: u64,
}

struct Cursor {
    former: Former,
    files: VecDeque<Beginning>,
    keys: Keys,
    octets: Vec<u8>,
    at: usize,
    /// Number of the record at `at`.
    number: i64,
    link: LinkType,
}

/// A file, and where in it is begun.
struct Beginning {
    kept: Kept,
    offset: u64,
    /// Number of the chunk, and of its first frame.
    chunk: u64,
    first: i64,
}

/// A chunk: its time, its frames, and where it is.
struct Piece {
    former: usize,
    kept: Kept,
    latest: i64,
    frames: u64,
    offset: u64,
    chunk: u64,
    first: i64,
}

impl Piece {
    /// Its frames that were not handed over.
    fn not_handed_over(&self, formers: &[Former]) -> u64 {
        let handed = formers.get(self.former).map_or(i64::MAX, |former| former.handed);
        let frames = i64::try_from(self.frames).unwrap_or(i64::MAX);
        let last = self.first.saturating_add(frames).saturating_sub(1);
        u64::try_from(last.saturating_sub(handed).clamp(0, frames)).unwrap_or(0)
    }
}

impl Past {
    /// Opens what captures hold that ended before `now` (ns).
    ///
    /// # Errors
    /// What the system says.
    pub fn open(formers: &[Former], now: i64, reach: Reach) -> io::Result<Self> {
        Self::unsealing(formers, now, reach, &Keys::default())
    }

    /// The same, where files may be encrypted; those that no key opens are passed over.
    ///
    /// # Errors
    /// What the system says.
    pub fn unsealing(formers: &[Former], now: i64, reach: Reach, keys: &Keys) -> io::Result<Self> {
        let mut pieces = Vec::new();
        for (place, former) in formers.iter().enumerate() {
            for kept in files_of(&former.folder)? {
                pieces.extend(pieces_of(place, &kept)?);
            }
        }
        let latest = pieces.iter().map(|piece| piece.latest).max();
        let latest = latest.filter(|latest| now.saturating_sub(*latest).saturating_abs() <= reach.gap);
        let new_in = |pieces: &[Piece]| pieces.iter().map(|piece| piece.not_handed_over(formers)).sum::<u64>();
        let all = new_in(&pieces);
        pieces.retain(|piece| latest.is_some_and(|latest| latest.saturating_sub(piece.latest) <= reach.window));
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.latest));
        let mut left = reach.frames;
        pieces.retain(|piece| {
            let fits = piece.frames <= left;
            left = if fits { left.saturating_sub(piece.frames) } else { 0 };
            fits
        });
        let mut asked: Vec<(Kept, bool)> = Vec::new();
        pieces.retain(|piece| {
            if asked.last().is_none_or(|(kept, _)| *kept != piece.kept) {
                asked.push((piece.kept.clone(), opens(&piece.kept, keys)));
            }
            asked.last().is_some_and(|(_, opens)| *opens)
        });
        let cursors =
            formers.iter().enumerate().map(|(place, former)| Cursor::over(former, place, &pieces, keys)).collect();
        Ok(Self { cursors, latest, left_out: all.saturating_sub(new_in(&pieces)) })
    }

    /// Whether the next frame was handed over by the earlier run; `None` after the last one.
    ///
    /// # Errors
    /// What the system says.
    pub fn is_next_known(&mut self) -> io::Result<Option<bool>> {
        Ok(self.first()?.map(|((is_new, _), _)| !is_new))
    }

    /// Gives the next frame, if there is one.
    ///
    /// # Errors
    /// What the system says.
    pub fn give(&mut self, take: &mut dyn FnMut(&Frame<'_>)) -> io::Result<()> {
        if let Some((_, place)) = self.first()?
            && let Some(cursor) = self.cursors.get_mut(place)
        {
            cursor.give(take);
        }
        Ok(())
    }

    /// Passes over what is left of what was handed over.
    ///
    /// # Errors
    /// What the system says.
    pub fn forget_known(&mut self) -> io::Result<()> {
        for cursor in &mut self.cursors {
            while cursor.peek()?.is_some() && cursor.number <= cursor.former.handed {
                cursor.give(&mut |_| {});
            }
        }
        Ok(())
    }

    /// The frame that is next: whether it is new, its time, and its cursor.
    fn first(&mut self) -> io::Result<Option<((bool, i64), usize)>> {
        let mut first: Option<((bool, i64), usize)> = None;
        for (place, cursor) in self.cursors.iter_mut().enumerate() {
            let Some(time) = cursor.peek()? else { continue };
            let order = (cursor.number > cursor.former.handed, time);
            if first.is_none_or(|(before, _)| order < before) {
                first = Some((order, place));
            }
        }
        Ok(first)
    }
}

impl Cursor {
    fn over(former: &Former, place: usize, pieces: &[Piece], keys: &Keys) -> Self {
        let mut own: Vec<&Piece> = pieces.iter().filter(|piece| piece.former == place).collect();
        own.sort_by_key(|piece| piece.first);
        let mut files: VecDeque<Beginning> = VecDeque::new();
        for piece in own {
            if files.back().is_none_or(|begun| begun.kept != piece.kept) {
                let kept = piece.kept.clone();
                files.push_back(Beginning { kept, offset: piece.offset, chunk: piece.chunk, first: piece.first });
            }
        }
        let (octets, link) = (Vec::new(), LinkType::ETHERNET);
        Self { former: former.clone(), files, keys: keys.clone(), octets, at: 0, number: 0, link }
    }

    /// Time of the next frame.
    fn peek(&mut self) -> io::Result<Option<i64>> {
        loop {
            let rest = self.octets.get(self.at..).unwrap_or_default();
            if let Some(record) = Records::of(rest).next() {
                return Ok(Some(record.time));
            }
            let Some(begun) = self.files.pop_front() else { return Ok(None) };
            (self.octets, self.at, self.number) = (Vec::new(), 0, begun.first);
            let mut opened = match Opened::of(&begun.kept, &self.keys) {
                // It has just been given up, its key is gone, or it is not what it was.
                Err(error) if is_passed_over(&error) => continue,
                opened => match opened? {
                    Some(opened) => opened,
                    None => continue,
                },
            };
            self.link = opened.link;
            let mut octets = Vec::new();
            opened.file.seek(SeekFrom::Start(begun.offset))?;
            opened.file.read_to_end(&mut octets)?;
            self.octets = opened.records(begun.chunk, octets).unwrap_or_default();
        }
    }

    fn give(&mut self, take: &mut dyn FnMut(&Frame<'_>)) {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        let mut records = Records::of(rest);
        let Some(record) = records.next() else { return };
        take(&Frame {
            timestamp: record.time,
            data: record.data,
            wire_length: record.wire_length,
            link: self.link,
            number: self.number,
            source: self.former.source,
            interface: self.former.source,
        });
        self.at = self.at.saturating_add(records.at);
        self.number = self.number.saturating_add(1);
    }
}

fn opens(kept: &Kept, keys: &Keys) -> bool {
    !matches!(Opened::of(kept, keys), Err(error) if is_passed_over(&error))
}

fn is_passed_over(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidData)
}

/// The chunks of a file; a file without an index has none, for it is being written.
fn pieces_of(former: usize, kept: &Kept) -> io::Result<Vec<Piece>> {
    let Ok(index) = Index::open(&kept.index()) else { return Ok(Vec::new()) };
    let frames_before = |place: usize| index.places.get(place).map_or(index.frames, |place| i64::from(place.frames));
    let piece = |(number, place): (usize, &super::index::Place)| {
        let next = frames_before(number.saturating_add(1));
        Piece {
            former,
            kept: kept.clone(),
            latest: place.latest,
            frames: u64::try_from(next.saturating_sub(i64::from(place.frames))).unwrap_or(0),
            offset: u64::from(place.offset),
            chunk: u64::try_from(number).unwrap_or(u64::MAX),
            first: index.first.saturating_add(i64::from(place.frames)),
        }
    };
    Ok(index.places.iter().enumerate().map(piece).collect())
}
