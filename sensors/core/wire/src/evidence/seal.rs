//! Packets that are encrypted where they lie: ChaCha20-Poly1305 (RFC 8439), a chunk at a time. All numbers are
//! little-endian.
//!
//! | octets | field |
//! | --- | --- |
//! | 0 | `BTRNSEA1` 8 |
//! | 8 | id of the key 8 |
//! | 16 | a random number of this file 24 |
//! | 40 | link type 4, number of the first frame 8 |
//! | 52 | each chunk: length of what follows 4, its records encrypted, tag 16 |
//!
//! A file's key is the keyed BLAKE2b-256 of its head, so that a chunk fits no other file, and no other head this one. The
//! nonce is the number of the chunk in the file: chunks cannot change places, and one number never seals two chunks, for
//! a file ends when writing it failed.

use super::chunk::FULL;
use super::records::{self, HEADER, Records};
use crate::bytes::{le32, le64};
use crate::capture::LinkType;
use blake2b_simd::Params;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};

/// Octets of a key.
pub const KEY: usize = 32;
pub const HEAD: usize = 52;
const MAGIC: &[u8; 8] = b"BTRNSEA1";
const LENGTH: usize = 4;
/// Octets of a chunk at most: one that is full, and the largest frame.
const MOST: u32 = 1 << 20;
/// The chunk that an index has in the place of its terms.
pub const TERMS: u64 = u64::MAX;

/// Keys of a ring: the first one seals, each opens what it sealed.
#[derive(Clone, Default)]
pub struct Keys(Vec<[u8; KEY]>);

impl Keys {
    pub fn of(keys: Vec<[u8; KEY]>) -> Self {
        Self(keys)
    }

    /// Begins a file; `None` where nothing is to be encrypted.
    ///
    /// # Errors
    /// What the system says where it gives no random number.
    pub fn begin(&self, link: LinkType, first: i64) -> io::Result<Option<Seal>> {
        let Some(key) = self.0.first() else { return Ok(None) };
        let mut random = [0u8; 24];
        File::open("/dev/urandom")?.read_exact(&mut random)?;
        let mut head = Vec::with_capacity(HEAD);
        head.extend_from_slice(MAGIC);
        head.extend_from_slice(&key_id(key));
        head.extend_from_slice(&random);
        head.extend_from_slice(&link.0.to_le_bytes());
        head.extend_from_slice(&first.to_le_bytes());
        Ok(Some(Seal { cipher: cipher(key, &head), link, head }))
    }

    /// The seal of a file with such a head.
    ///
    /// # Errors
    /// `NoKey` (as `PermissionDenied`) where none of these keys fits; `InvalidData` for what is no such head.
    pub fn open(&self, head: &[u8; HEAD], first: i64) -> io::Result<Seal> {
        let link = le32(head, 40).map(LinkType).filter(|_| head.first_chunk() == Some(MAGIC));
        let named = le64(head, 44).and_then(|number| i64::try_from(number).ok());
        let (Some(link), Some(id)) = (link, head.get(8..16)) else { return Err(broken()) };
        if named != Some(first) {
            return Err(broken()); // it was given another name
        }
        let Some(key) = self.0.iter().find(|key| key_id(key) == id) else {
            let id = id.iter().map(|octet| format!("{octet:02x}")).collect();
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, NoKey(id)));
        };
        Ok(Seal { cipher: cipher(key, head), link, head: head.to_vec() })
    }
}

/// No key opens a file; the id of the one that does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoKey(pub String);

impl fmt::Display for NoKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "no key {}", self.0)
    }
}

impl std::error::Error for NoKey {}

/// Seals and opens the chunks of one file.
pub struct Seal {
    cipher: ChaCha20Poly1305,
    pub link: LinkType,
    pub head: Vec<u8>,
}

impl Seal {
    /// A chunk as it is written.
    ///
    /// # Errors
    /// `InvalidData` for one beyond what a chunk may hold.
    pub fn close(&self, number: u64, octets: &[u8]) -> io::Result<Vec<u8>> {
        let sealed = self.cipher.encrypt(&nonce(number), octets).map_err(|_| broken())?;
        let length = u32::try_from(sealed.len()).map_err(|_| broken())?;
        let mut out = Vec::with_capacity(sealed.len().saturating_add(LENGTH));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// The chunk that begins here, and the octets that it takes in the file.
    ///
    /// # Errors
    /// `InvalidData` for what this key did not seal as this chunk of this file, and for half a chunk.
    pub fn open(&self, number: u64, octets: &[u8]) -> io::Result<(Vec<u8>, usize)> {
        let length = le32(octets, 0).filter(|length| *length <= MOST || number == TERMS).ok_or_else(broken)?;
        let end = LENGTH.saturating_add(usize::try_from(length).map_err(|_| broken())?);
        let sealed = octets.get(LENGTH..end).ok_or_else(broken)?;
        Ok((self.cipher.decrypt(&nonce(number), sealed).map_err(|_| broken())?, end))
    }

    /// The chunks that follow one another from this number on, as long as they are whole.
    pub fn chunks<'a>(&'a self, mut number: u64, mut octets: &'a [u8]) -> impl Iterator<Item = Vec<u8>> + 'a {
        std::iter::from_fn(move || {
            let (chunk, size) = self.open(number, octets).ok()?;
            octets = octets.get(size..).unwrap_or_default();
            number = number.saturating_add(1);
            Some(chunk)
        })
    }
}

/// A capture file of the ring's form as it is written encrypted, its first frame having this number; `None` where nothing
/// is to be encrypted.
///
/// # Errors
/// `InvalidData` for a file of another form, or one that ends within a record; and as `Keys::begin`.
pub fn sealed(file: &[u8], first: i64, keys: &Keys) -> io::Result<Option<Vec<u8>>> {
    let (link, octets) = records::link_of(file).zip(file.get(HEADER..)).ok_or_else(broken)?;
    let ends = chunk_ends(octets).ok_or_else(broken)?;
    let Some(seal) = keys.begin(link, first)? else { return Ok(None) };
    let (mut out, mut begin) = (seal.head.clone(), 0);
    for (number, end) in (0u64..).zip(ends) {
        out.extend_from_slice(&seal.close(number, octets.get(begin..end).unwrap_or_default())?);
        begin = end;
    }
    Ok(Some(out))
}

/// Where the chunks of records end; `None` where they end within a record.
fn chunk_ends(octets: &[u8]) -> Option<Vec<usize>> {
    let (mut ends, mut begin) = (Vec::new(), 0);
    let mut records = Records::of(octets);
    while records.next().is_some() {
        if records.at.saturating_sub(begin) >= FULL || records.at == octets.len() {
            begin = records.at;
            ends.push(begin);
        }
    }
    (begin == octets.len()).then_some(ends)
}

/// A file of packets that was opened: its link type, its seal where it is encrypted, and where its first chunk lies.
pub struct Opened {
    pub file: File,
    pub link: LinkType,
    pub seal: Option<Seal>,
    pub begin: u64,
}

impl Opened {
    /// `None` for a file that was begun a moment ago, or that no sensor wrote.
    ///
    /// # Errors
    /// What the system says, and as `Keys::open`.
    pub fn of(kept: &super::kept::Kept, keys: &Keys) -> io::Result<Option<Self>> {
        let mut file = File::open(&kept.path)?;
        if kept.is_sealed() {
            let mut head = [0u8; HEAD];
            if file.read_exact(&mut head).is_err() {
                return Ok(None);
            }
            let seal = keys.open(&head, kept.first)?;
            return Ok(Some(Self { file, link: seal.link, seal: Some(seal), begin: 52 }));
        }
        let mut head = [0u8; HEADER];
        if file.read_exact(&mut head).is_err() {
            return Ok(None);
        }
        Ok(records::link_of(&head).map(|link| Self { file, link, seal: None, begin: 24 }))
    }

    /// Records out of octets of the file that begin with the chunk of this number.
    ///
    /// # Errors
    /// `InvalidData` where the first chunk is not what was sealed.
    pub fn records(&self, number: u64, octets: Vec<u8>) -> io::Result<Vec<u8>> {
        let Some(seal) = &self.seal else { return Ok(octets) };
        if octets.is_empty() {
            return Ok(octets);
        }
        let (first, size) = seal.open(number, &octets)?;
        let rest = octets.get(size..).unwrap_or_default();
        Ok(seal.chunks(number.saturating_add(1), rest).fold(first, |mut all, chunk| {
            all.extend_from_slice(&chunk);
            all
        }))
    }
}

/// The id of a key says nothing of it.
fn key_id(key: &[u8; KEY]) -> [u8; 8] {
    derived(key, b"key id").first_chunk().copied().unwrap_or_default()
}

fn cipher(key: &[u8; KEY], head: &[u8]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&derived(key, head).into())
}

fn derived(key: &[u8; KEY], of: &[u8]) -> [u8; KEY] {
    let hash = Params::new().hash_length(KEY).key(key).personal(b"bittern packets").hash(of);
    hash.as_bytes().first_chunk().copied().unwrap_or_default()
}

fn nonce(number: u64) -> Nonce {
    let mut nonce = [0u8; 12];
    nonce.iter_mut().zip(number.to_le_bytes()).for_each(|(to, from)| *to = from);
    nonce.into()
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not what was sealed")
}
