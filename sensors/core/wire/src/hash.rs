//! Hashes that reach ids and keys. They have no seed: the same input gives the same id on every machine (law 7).

use blake2::digest::consts::U16;
use blake2::{Blake2b, Digest};

/// 63-bit key of some parts, each framed by its length.
pub fn key(parts: &[&[u8]]) -> i64 {
    let digest = digest(parts);
    let mut head = [0u8; 8];
    head.copy_from_slice(digest.first_chunk::<8>().unwrap_or(&[0; 8]));
    i64::from_be_bytes(head) & i64::MAX
}

/// BLAKE2b-128 of some parts, each framed by its length.
pub fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Blake2b::<U16>::new();
    for part in parts {
        hasher.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Quick 64-bit hash of bytes for change detection inside the core (never an id): FNV-1a over 8-byte words.
pub fn quick(bytes: &[u8]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.first_chunk::<8>().map_or(0, |c| u64::from_le_bytes(*c));
        state = (state ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
    }
    for byte in chunks.remainder() {
        state = (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state ^ (state >> 29)
}
