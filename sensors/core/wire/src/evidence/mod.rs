//! The ring of packets on disk: what a sensor saw lately, found again by frame number, time and address.
//!
//! ```text
//! FOLDER/<capture>/<first frame, 12 digits>-<its time in ns, 19 digits>.pcap   frames without a gap between their numbers; .sealed: encrypted
//! FOLDER/<capture>/….idx                                                       what is in it; missing while it is written
//! ```
//!
//! | file | subject |
//! | --- | --- |
//! | `chunk` | frames on their way to a file: the unit that an index speaks of |
//! | `records` | records of a classic pcap file |
//! | `terms` | addresses, ports and the like as 32-bit terms |
//! | `index` | what is in a file and where; its byte table |
//! | `kept` | names of files, and which there are |
//! | `keeper` | writes, rotates, gives up the oldest |
//! | `carve` | cuts frames out again, by number or by filter |
//! | `seal` | encrypts files chunk by chunk |
//! | `sieve` | passes over what cannot pass a filter |
//! | `past` | reads once more what an earlier run kept |

mod carve;
mod chunk;
mod index;
mod keeper;
mod kept;
mod past;
pub(crate) mod records;
mod seal;
mod sieve;
mod terms;
#[cfg(test)]
mod tests;

pub use carve::{Carved, Wanted, by_filter, by_numbers};
pub use chunk::{Chunk, Chunks};
pub use keeper::{Bounds, Keeper};
pub use kept::{Standing, standing};
pub use past::{Former, Past, Reach};
pub use seal::{KEY, Keys, NoKey, sealed};
pub use terms::view_of;
