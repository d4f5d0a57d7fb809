//! The block driver of TCP (component CmpBlkDrvTcp).
//!
//! | 0 magic 4 (e8170100) | 4 length 4 (with these eight bytes) | 8 datagram |

use crate::bytes::{le32, u8_at};
use crate::dataset::Flag;
use crate::protocol::{Framing, next_message};

pub const MAGIC: u32 = 0xe817_0100;
pub const HEADER: usize = 8;
/// Header and the shortest datagram.
const LEAST: u32 = 14;
/// Longest block that is read; those of the runtime have 512 bytes.
const LONGEST: u32 = 16 * 1024;

/// Length of the block at the head of `data`.
pub fn framing(data: &[u8]) -> Framing {
    if (0..4).any(|at| u8_at(data, at).is_some_and(|byte| MAGIC.to_le_bytes().get(at) != Some(&byte))) {
        return Framing::Bad(Flag::CodesysBlock);
    }
    let Some(length) = le32(data, 4) else { return Framing::Need };
    let whole = usize::try_from(length).unwrap_or(usize::MAX);
    match length {
        ..LEAST => Framing::Bad(Flag::CodesysBlock),
        0x0100_0000.. => Framing::Bad(Flag::CodesysBlock),
        _ if length > LONGEST => Framing::Oversize(whole),
        _ => Framing::Message(whole),
    }
}

/// Looks for the next block.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    next_message(data, framing)
}
