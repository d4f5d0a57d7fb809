//! CAN (ISO 11898-1) as Linux and its adapters show it: classic frames, CAN FD and CAN XL, and the controller's own error
//! frames. What nothing above CAN is known to say is told by identifier, none of it is lost.
//!
//! A frame names neither sender nor receiver. A bus is one flow with itself; protocols above CAN that put station numbers
//! into identifiers say between whom a message is. Which protocol it is shows in several frames together, so all of them
//! share the parser of the bus, and a bus is found out to speak one also later.

pub mod asked;
mod bus;
mod error;
mod flood;
pub mod frame;
mod plain;
#[cfg(test)]
mod tests;

pub use bus::{Above, Bus};
pub use plain::{object, tell as tell_plain};

use super::{Guess, Probe, Protocol};
use crate::flow::{Side, Transport};
use frame::Frames;

/// Frames after which a bus of which nothing more is known is CAN and no more.
const ENOUGH: usize = 32;

pub const NAME: &str = "can";
pub const PROTOCOL: Protocol =
    Protocol { name: NAME, ports: &[], transports: &[Transport::Can], probe, parser: || Box::new(Bus::new(None)) };

fn probe(probe: &Probe<'_>) -> Guess {
    if probe.transport != Transport::Can {
        return Guess::No;
    }
    match probe.ended || Frames::of(probe.data).count() >= ENOUGH {
        true => Guess::Yes { confidence: 0.5, sender: Some(Side::Client) },
        false => Guess::Need,
    }
}
