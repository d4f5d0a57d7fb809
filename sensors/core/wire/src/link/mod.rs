//! The link layer: from a frame to its network payload, and the neighbour protocols that live on it.

pub mod arp;
pub mod decode;
pub mod echo;
pub mod icmp;
pub mod maker;
pub mod rtac;

pub use decode::{LinkIssue, Packet, decode};
