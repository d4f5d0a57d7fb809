//! Captures for other people's eyes: addresses replaced by others, the same ones alike, and what packets carry cut off.
//!
//! | file | subject |
//! | --- | --- |
//! | `names` | which address stands for which: keyed, one to one, common prefixes of IP stay common |
//! | `frame` | what of a frame is replaced, kept and cut: link and network |
//! | `transport` | the same above IP |
//! | `sums` | checksums put right |
//! | `capture` | a whole capture file |

mod capture;
mod frame;
mod names;
mod sums;
#[cfg(test)]
mod tests;
mod transport;

pub use capture::{Anonymised, Payload, anonymised};
pub use names::{KEY, Names};
