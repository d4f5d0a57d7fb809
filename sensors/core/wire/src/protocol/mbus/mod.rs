//! M-Bus of utility meters in TCP, as device servers and level converters carry it: frames FT1.2, one master that asks.
//!
//! Sources: EN 13757-2:2018 (link), EN 13757-3:2018 (application), EN 13757-7:2018 (header, security), The M-Bus: A
//! Documentation, 4.8 (M-Bus Usergroup 1997).

mod command;
mod header;
mod master;
mod probe;
mod quantity;
mod record;
mod telegram;
mod tell;
#[cfg(test)]
mod tests;
mod value;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::ft12::{self, Head};
use super::{Framing, Protocol, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "mbus",
    // Device servers use any port; none is registered for it.
    ports: &[],
    transports: &[Transport::Tcp],
    probe: probe::probe,
    parser: || Box::<Dialogue<MBus>>::default(),
};

/// Octets of an address: each frame has one.
const ADDRESS: Option<usize> = Some(1);

/// M-Bus on one connection.
#[derive(Default)]
pub struct MBus {
    master: master::Master,
}

impl Language for MBus {
    type Key = u64;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        match ft12::head(data, ADDRESS) {
            Head::Frame(length) => Framing::Message(length),
            Head::Need => Framing::Need,
            Head::Broken => Framing::Bad(Flag::MbusFrame),
            Head::None => Framing::Bad(Flag::MbusStart),
        }
    }

    fn resynchronise(&self, side: Side, data: &[u8]) -> (usize, bool) {
        // A meter acknowledges by one octet: alone, or with a frame behind it, it is one that can be gone on from.
        let alone = data.get(1).is_none_or(|next| [ft12::SINGLE, ft12::FIXED, ft12::VARIABLE].contains(next));
        if side == Side::Server && data.first() == Some(&ft12::SINGLE) && alone {
            return (0, true);
        }
        ft12::resynchronise(data, ADDRESS)
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u64> {
        self.master.read(side, data, talk)
    }

    fn tell(&mut self, turns: &Turns<'_, u64>, talk: &mut Talk<'_>) {
        tell::tell(turns, talk);
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.master.gap(side);
    }
}
