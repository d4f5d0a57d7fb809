//! Words of dissectors as the rest of the core has words: known for the whole run. Each is kept once, for ever, so only
//! so many are taken.

use hashbrown::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Words of all dissectors together; they come from the dissectors' own tables, so more than a few hundred mean that
/// one takes them from packets.
const WORDS: usize = 16_384;
/// Longest word, in bytes.
pub const LENGTH: usize = 96;

static KNOWN: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(|| Mutex::new(HashSet::new()));

/// The word as one that stays. None when it is too long, or there are too many already.
pub fn word(text: &str) -> Option<&'static str> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get(text) {
        return Some(found);
    }
    if known.len() >= WORDS || text.len() > LENGTH {
        return None;
    }
    let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
    known.insert(kept);
    Some(kept)
}
