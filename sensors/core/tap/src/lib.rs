//! Frames from network interfaces, and no way to send any: packet sockets whose receive ring the kernel shares with us
//! (`packet(7)`, TPACKET_V3). The only crate of the core with unsafe lines.
//!
//! | file | subject |
//! | --- | --- |
//! | `block` | a block of the ring: its packets, read without unsafe code |
//! | `map` | the ring's memory: which blocks are ours, how one is given back |
//! | `system` | the system calls, each behind a safe function |
//! | `interface` | what an interface is and how it stands |
//! | `ring` | one interface: socket, ring, counts, survival of a link that goes |
//! | `rings` | several interfaces on one time line |
//! | `timeline` | packet time in silence, and when the system's clock is set |
//! | `overload` | what is given up while the rings fill |
//! | `disk` | how much room a disk has |
//! | `seal`, `program` | what the process gives up once its sockets are open |

#[cfg(target_os = "linux")]
mod block;
mod disk;
mod error;
#[cfg(target_os = "linux")]
mod interface;
#[cfg(target_os = "linux")]
mod map;
#[cfg(not(target_os = "linux"))]
mod other;
mod overload;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod ring;
#[cfg(target_os = "linux")]
mod rings;
#[cfg(target_os = "linux")]
mod seal;
mod state;
#[cfg(target_os = "linux")]
mod system;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
mod timeline;

pub use disk::disk;
pub use error::{TapError, TapErrorKind};
#[cfg(not(target_os = "linux"))]
pub use other::Rings;
pub use overload::Overload;
#[cfg(target_os = "linux")]
pub use rings::Rings;
pub use state::{Counts, Health, Link, Settings};
pub use timeline::Timeline;
