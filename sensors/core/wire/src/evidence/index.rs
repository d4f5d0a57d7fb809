//! What is in a file of the ring, and where. All numbers are little-endian.
//!
//! | octets | field |
//! | --- | --- |
//! | 0 | `BTRNIDX1` 8; `BTRNIDX2` of an encrypted file, where terms and postings are one sealed chunk (`seal`) |
//! | 8 | number of the first frame 8, frames 8 |
//! | 24 | octets of the file 8, BLAKE2b-256 of the file (RFC 7693; `b2sum -l 256`) 32 |
//! | 64 | earliest and latest time, ns 8+8 |
//! | 80 | chunks 4, terms 4, postings 4, reserved 4 |
//! | 96 | each chunk: offset in the file 4, frames before it in the file 4, earliest 8, latest 8 |
//! | … | each term, ascending: the term 4, its first posting 4 |
//! | … | each posting: number of a chunk in which a frame has the term, ascending, 2 |

use super::chunk::Chunk;
use super::records::{HEADER, Records};
use super::seal::{Seal, TERMS};
use super::terms;
use crate::bytes::{le32, le64};
use blake2b_simd::{Params, State};
use hashbrown::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

const MAGIC: &[u8; 8] = b"BTRNIDX1";
const SEALED: &[u8; 8] = b"BTRNIDX2";
const HEAD: usize = 96;
const CHUNK: usize = 24;
const TERM: usize = 8;
const POSTING: usize = 2;

/// A chunk's place in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub offset: u32,
    /// Frames before it in the file.
    pub frames: u32,
    pub earliest: i64,
    pub latest: i64,
}

/// An index while its file is written.
pub struct Building {
    first: i64,
    frames: i64,
    bytes: u64,
    digest: State,
    places: Vec<Place>,
    /// Terms with the number of their chunk in the lowest 16 bits.
    pairs: Vec<u64>,
    seen: HashSet<u32, foldhash::fast::FixedState>,
}

impl Building {
    /// Begins with the head of the file, which is written already.
    pub fn begin(first: i64, head: &[u8]) -> Self {
        let mut digest = Params::new().hash_length(32).to_state();
        digest.update(head);
        let bytes = u64::try_from(head.len()).unwrap_or(0);
        let (places, pairs, seen) = (Vec::new(), Vec::new(), HashSet::default());
        Self { first, frames: 0, bytes, digest, places, pairs, seen }
    }

    /// Number of the frame that would come next.
    pub fn next_frame(&self) -> i64 {
        self.first.saturating_add(self.frames)
    }

    /// Octets of the file so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Time of the earliest frame so far.
    pub fn earliest(&self) -> Option<i64> {
        self.places.iter().map(|place| place.earliest).min()
    }

    /// Time of the latest frame so far.
    pub fn latest(&self) -> Option<i64> {
        self.places.iter().map(|place| place.latest).max()
    }

    /// Whether it can speak of one more chunk.
    pub fn has_room(&self) -> bool {
        self.places.len() < usize::from(u16::MAX)
    }

    /// Chunks so far.
    pub fn chunks(&self) -> u64 {
        u64::try_from(self.places.len()).unwrap_or(u64::MAX)
    }

    /// Takes a chunk that was written as these octets.
    pub fn add(&mut self, chunk: &Chunk, written: &[u8]) {
        let number = u64::try_from(self.places.len()).unwrap_or(u64::MAX);
        self.places.push(Place {
            offset: u32::try_from(self.bytes).unwrap_or(u32::MAX),
            frames: u32::try_from(self.frames).unwrap_or(u32::MAX),
            earliest: chunk.earliest,
            latest: chunk.latest,
        });
        self.seen.clear();
        let Self { seen, pairs, .. } = self;
        for record in Records::of(&chunk.records) {
            terms::each(&terms::view_of(chunk.link, record.data), &mut |term| {
                if seen.insert(term) {
                    pairs.push(u64::from(term) << 16 | number);
                }
            });
        }
        self.digest.update(written);
        self.bytes = self.bytes.saturating_add(u64::try_from(written.len()).unwrap_or(0));
        self.frames = self.frames.saturating_add(chunk.frames);
    }

    /// The index as a file has it.
    ///
    /// # Errors
    /// As `Seal::close`.
    pub fn finish(mut self, seal: Option<&Seal>) -> io::Result<Vec<u8>> {
        self.pairs.sort_unstable();
        let (mut listed, mut postings, mut before) = (Vec::new(), Vec::with_capacity(self.pairs.len() * POSTING), None);
        for (at, pair) in (0u32..).zip(&self.pairs) {
            let term = u32::try_from(pair >> 16).unwrap_or(u32::MAX);
            if before != Some(term) {
                before = Some(term);
                listed.extend_from_slice(&term.to_le_bytes());
                listed.extend_from_slice(&at.to_le_bytes());
            }
            postings.extend_from_slice(&u16::try_from(pair & 0xffff).unwrap_or(u16::MAX).to_le_bytes());
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
        let mut out = Vec::with_capacity(HEAD + self.places.len() * CHUNK + listed.len() + postings.len());
        out.extend_from_slice(if seal.is_some() { SEALED } else { MAGIC });
        out.extend_from_slice(&self.first.to_le_bytes());
        out.extend_from_slice(&self.frames.to_le_bytes());
        out.extend_from_slice(&self.bytes.to_le_bytes());
        out.extend_from_slice(self.digest.finalize().as_bytes());
        out.extend_from_slice(&self.earliest().unwrap_or_default().to_le_bytes());
        out.extend_from_slice(&self.latest().unwrap_or_default().to_le_bytes());
        out.extend_from_slice(&count(self.places.len()));
        out.extend_from_slice(&count(listed.len() / TERM));
        out.extend_from_slice(&count(postings.len() / POSTING));
        out.extend_from_slice(&[0; 4]);
        for place in &self.places {
            out.extend_from_slice(&place.offset.to_le_bytes());
            out.extend_from_slice(&place.frames.to_le_bytes());
            out.extend_from_slice(&place.earliest.to_le_bytes());
            out.extend_from_slice(&place.latest.to_le_bytes());
        }
        listed.extend_from_slice(&postings);
        match seal {
            Some(seal) => out.extend_from_slice(&seal.close(TERMS, &listed)?),
            None => out.extend_from_slice(&listed),
        }
        Ok(out)
    }
}

/// An index that is looked into. Its terms are read when they are asked for.
pub struct Index {
    pub first: i64,
    pub frames: i64,
    pub bytes: u64,
    digest: [u8; 32],
    pub earliest: i64,
    pub latest: i64,
    pub places: Vec<Place>,
    terms: u64,
    postings: u64,
    file: File,
    is_sealed: bool,
    /// Terms and postings of an encrypted file, once they were opened.
    opened: Option<Vec<u8>>,
}

impl Index {
    /// Reads its head and its chunks.
    ///
    /// # Errors
    /// What the system says, and `InvalidData` for what is no index.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut head = [0u8; HEAD];
        file.read_exact(&mut head)?;
        Self::headed(&head, file)?.ok_or_else(no_index)
    }

    fn headed(head: &[u8; HEAD], mut file: File) -> io::Result<Option<Self>> {
        let is_sealed = head.first_chunk::<8>() == Some(SEALED);
        if !is_sealed && head.first_chunk::<8>() != Some(MAGIC) {
            return Ok(None);
        }
        let number = |at| le64(head, at).and_then(|value| i64::try_from(value).ok());
        let size = |at| le32(head, at).map(u64::from);
        let (Some(chunks), Some(terms), Some(postings)) = (le32(head, 80), size(84), size(88)) else { return Ok(None) };
        if chunks > u32::from(u16::MAX) {
            return Ok(None);
        }
        let mut table = vec![0u8; usize::try_from(chunks).unwrap_or(0) * CHUNK];
        file.read_exact(&mut table)?;
        let (Some(first), Some(frames), Some(bytes)) = (number(8), number(16), le64(head, 24)) else { return Ok(None) };
        let (Some(earliest), Some(latest)) = (number(64), number(72)) else { return Ok(None) };
        let digest = head.get(32..).and_then(|d| d.first_chunk::<32>()).copied().unwrap_or_default();
        let places = table.chunks_exact(CHUNK).filter_map(place).collect();
        let opened = None;
        Ok(Some(Self {
            first,
            frames,
            bytes,
            digest,
            earliest,
            latest,
            places,
            terms,
            postings,
            file,
            is_sealed,
            opened,
        }))
    }

    /// Opens the terms of an encrypted file.
    ///
    /// # Errors
    /// What the system says; `InvalidData` for what was not sealed so.
    pub fn unseal(&mut self, seal: Option<&Seal>) -> io::Result<()> {
        let Some(seal) = seal.filter(|_| self.is_sealed && self.opened.is_none()) else { return Ok(()) };
        let mut octets = Vec::new();
        self.file.seek(SeekFrom::Start(self.behind_chunks()))?;
        self.file.read_to_end(&mut octets)?;
        self.opened = Some(seal.open(TERMS, &octets)?.0);
        Ok(())
    }

    /// Whether the file of packets is what it was when this was written.
    ///
    /// # Errors
    /// What the system says.
    pub fn fits(&self, packets: &Path) -> io::Result<bool> {
        let mut digest = Params::new().hash_length(32).to_state();
        let (mut file, mut read, mut octets) = (File::open(packets)?, 0u64, vec![0u8; 256 * 1024]);
        loop {
            let some = file.read(&mut octets)?;
            if some == 0 {
                return Ok(read == self.bytes && digest.finalize().as_bytes() == self.digest);
            }
            digest.update(octets.get(..some).unwrap_or_default());
            read = read.saturating_add(u64::try_from(some).unwrap_or(0));
        }
    }

    /// Numbers of the chunks in which a frame has the term, ascending.
    ///
    /// # Errors
    /// What the system says.
    pub fn chunks_with(&mut self, term: u32) -> io::Result<Vec<u16>> {
        let (mut low, mut high) = (0u64, self.terms);
        while low < high {
            let middle = low.midpoint(high);
            if self.term(middle)?.0 < term { low = middle.saturating_add(1) } else { high = middle }
        }
        if low >= self.terms {
            return Ok(Vec::new());
        }
        let (found, begin) = self.term(low)?;
        let next = low.saturating_add(1);
        let end = if next < self.terms { self.term(next)?.1 } else { self.postings };
        if found != term || begin > end || end > self.postings {
            return Ok(Vec::new());
        }
        let mut octets = vec![0u8; usize::try_from(end - begin).unwrap_or(0) * POSTING];
        self.read(self.terms * 8 + begin * 2, &mut octets)?;
        Ok(octets.as_chunks::<POSTING>().0.iter().map(|posting| u16::from_le_bytes(*posting)).collect())
    }

    /// A term and its first posting.
    fn term(&mut self, number: u64) -> io::Result<(u32, u64)> {
        let mut octets = [0u8; TERM];
        self.read(number * 8, &mut octets)?;
        Ok((le32(&octets, 0).unwrap_or_default(), le32(&octets, 4).map(u64::from).unwrap_or_default()))
    }

    /// Reads what lies so far behind the chunks.
    fn read(&mut self, at: u64, octets: &mut [u8]) -> io::Result<()> {
        if let Some(opened) = &self.opened {
            let begin = usize::try_from(at).unwrap_or(usize::MAX);
            let found = opened.get(begin..begin.saturating_add(octets.len())).ok_or_else(no_index)?;
            octets.copy_from_slice(found);
            return Ok(());
        }
        if self.is_sealed {
            return Err(no_index()); // nobody opened it
        }
        self.file.seek(SeekFrom::Start(self.behind_chunks().saturating_add(at)))?;
        self.file.read_exact(octets)
    }

    fn behind_chunks(&self) -> u64 {
        u64::try_from(HEAD + self.places.len() * CHUNK).unwrap_or(u64::MAX)
    }

    /// Where a chunk begins and ends in the file.
    pub fn range(&self, chunk: usize) -> Option<(u64, u64)> {
        let begin = u64::from(self.places.get(chunk)?.offset);
        let end = self.places.get(chunk.saturating_add(1)).map_or(self.bytes, |next| u64::from(next.offset));
        (begin >= u64::try_from(HEADER).ok()? && begin <= end && end <= self.bytes).then_some((begin, end))
    }
}

fn place(octets: &[u8]) -> Option<Place> {
    let time = |at| le64(octets, at).and_then(|value| i64::try_from(value).ok());
    Some(Place { offset: le32(octets, 0)?, frames: le32(octets, 4)?, earliest: time(8)?, latest: time(16)? })
}

fn no_index() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no index of the packet ring")
}
