//! GE SRTP (Service Request Transport Protocol) of GE Fanuc Series 90-30 and 90-70, VersaMax and PACSystems controllers, and
//! of FANUC robots (SNPX): service requests of SNP behind a header of 56 bytes, over TCP.
//!
//! Sources: Denton, Karpisek, Breitinger, Baggili, "Leveraging the SRTP protocol for over-the-network memory acquisition of a
//! GE Fanuc Series 90-30" (DFRWS 2017); GE GFK-0529 (Series 90 PLC SNP Communications) and GFK-0582; FANUC B-82604EN
//! (CIMPLICITY HMI for Robots). The maker publishes no description of SRTP itself.

mod both;
mod header;
mod identity;
mod memory;
mod recognise;
mod robot;
mod service;
mod session;
mod status;
mod tell;
#[cfg(test)]
mod tests;
mod values;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Protocol, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use header::Header;
use tell::Known;

pub const PROTOCOL: Protocol = Protocol {
    name: "ge_srtp",
    ports: &[18245, 18246],
    transports: &[Transport::Tcp],
    probe: recognise::probe,
    parser: || Box::<Dialogue<GeSrtp>>::default(),
};

/// Keys: the opening of a connection, which has no number, and sequence numbers above it.
const OPENING: u32 = 0x1_0000;
const NUMBERED: u32 = 0x2_0000;

/// GE SRTP on one connection.
#[derive(Default)]
pub struct GeSrtp {
    known: Known,
}

impl Language for GeSrtp {
    type Key = u32;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        header::framing(data)
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        header::resynchronise(data)
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u32> {
        let Some(header) = Header::read(data).filter(|header| header.asks() == (side == Side::Client)) else {
            talk.flag(Flag::GeSrtpHeader, Some(0), None);
            return Turn::Pass;
        };
        tell::check(&header, talk);
        let key = match header.kind {
            header::OPEN | header::OPENED => OPENING,
            _ => NUMBERED | u32::from(header.sequence),
        };
        match side {
            Side::Server => Turn::Answer { key, data },
            // More packets of the same request are to come: this one may get no reply of its own.
            Side::Client if header.kind != header::OPEN && header.packet.0 < header.packet.1 => {
                Turn::Call { key, data }
            }
            Side::Client => Turn::Ask { key, data },
        }
    }

    fn tell(&mut self, turns: &Turns<'_, u32>, talk: &mut Talk<'_>) {
        self.known.tell(turns, talk);
    }

    fn weight(&self) -> usize {
        self.known.weight()
    }
}
