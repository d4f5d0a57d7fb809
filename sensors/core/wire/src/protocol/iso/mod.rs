//! ISO transport on TCP: TPKT packets (RFC 1006) that carry class 0 transport PDUs (ITU-T X.224).

pub mod cotp;
mod segments;
pub mod tpkt;

pub use cotp::Tpdu;
pub use segments::{Put, Segments};
