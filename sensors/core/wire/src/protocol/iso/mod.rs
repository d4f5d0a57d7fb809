//! ISO transport on TCP: TPKT packets (RFC 1006) that carry class 0 transport PDUs (ITU-T X.224).

mod carried;
pub mod cotp;
mod recognition;
mod segments;
pub mod tpkt;

pub use carried::{Application, Carried};
pub use cotp::Tpdu;
pub use recognition::{recognise, undecided};
pub use segments::{Put, Segments};
