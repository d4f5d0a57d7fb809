//! Hashes that reach ids and keys. They have no seed: the same input gives the same id on every machine (law 7).

use blake2b_simd::{BLOCKBYTES, Hash, Params};

/// 63-bit key of some parts, each framed by its length.
pub fn key(parts: &[&[u8]]) -> i64 {
    let digest = digest(parts);
    let mut head = [0u8; 8];
    head.copy_from_slice(digest.first_chunk::<8>().unwrap_or(&[0; 8]));
    i64::from_be_bytes(head) & i64::MAX
}

/// BLAKE2b-128 (RFC 7693) of some parts, each framed by its length.
pub fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut params = Params::new();
    params.hash_length(16);
    let mut block = [0; BLOCKBYTES];
    let hash = match framed(parts, &mut block) {
        Some(whole) => params.hash(whole),
        None => in_pieces(&params, parts),
    };
    hash.as_bytes().first_chunk().copied().unwrap_or_default()
}

/// The parts with their lengths when all fit one block, as nearly all ids do: hashed at once they cost a third less.
fn framed<'a>(parts: &[&[u8]], block: &'a mut [u8; BLOCKBYTES]) -> Option<&'a [u8]> {
    let mut filled = 0;
    for part in parts {
        for piece in [&length(part)[..], part] {
            block.get_mut(filled..filled + piece.len())?.copy_from_slice(piece);
            filled += piece.len();
        }
    }
    block.get(..filled)
}

fn in_pieces(params: &Params, parts: &[&[u8]]) -> Hash {
    let mut state = params.to_state();
    for part in parts {
        state.update(&length(part)).update(part);
    }
    state.finalize()
}

fn length(part: &[u8]) -> [u8; 4] {
    u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes()
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

#[cfg(test)]
mod tests {
    use super::{BLOCKBYTES, digest};
    use crate::text;

    /// Expected values are those of Python's `hashlib.blake2b(data, digest_size=16)` over the framed parts.
    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(text::hex(&digest(&[]), 16), "cae66941d9efbd404e4d88758ea67670");
        assert_eq!(text::hex(&digest(&[b"flow", &[1, 2, 3]]), 16), "a2a7b00ac9c3f19340ed77dfbfe5d3eb");
        let full = [7; BLOCKBYTES - 4];
        assert_eq!(text::hex(&digest(&[&full]), 16), "a21e76740fe259eb4d49ccb9ed611b9c");
        let more = [7; BLOCKBYTES - 3];
        assert_eq!(text::hex(&digest(&[&more]), 16), "e363df928552b58ef8475bff381c5147");
    }
}
