//! The frame of GOOSE and of sampled values on Ethernet (IEC 61850-8-1, annex C; IEC 61850-9-2, 5.3.3).
//!
//! | 0 APPID 2 | 2 length 2, from APPID on | 4 reserved 1: simulated bit, length of an extension | 6 reserved 2 | 8 APDU |

use crate::bytes::be16;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::ber::element;
use crate::protocol::{Framing, Guess, Parser, Probe, Talk};

/// Bytes before the APDU.
pub const HEADER: usize = 8;
/// Bit of reserved 1: a test set speaks (Ed. 2).
const SIMULATED: u16 = 0x8000;
/// Octets of reserved 1 that count the extension behind the APDU, which holds its signature (IEC 62351-6, 7.2).
const EXTENSION: u16 = 0x00ff;

/// One APDU with what its frame or session says of it.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a> {
    pub application: u16,
    pub simulated: bool,
    /// Octets that the frame or session gives it, head and all.
    pub length: usize,
    pub apdu: &'a [u8],
    /// Octets of the extension with a signature.
    pub extension: u16,
}

/// What a protocol makes of the APDUs of one flow.
pub trait Publications: Default + Send {
    /// Raised where the length field does not fit the frame.
    const LENGTH_MISMATCH: Flag;

    fn publication(&mut self, published: &Published<'_>, talk: &mut Talk<'_>);
    /// Publishers that stopped are told.
    fn expire(&mut self, now: i64, talk: &mut Talk<'_>);
    fn weight(&self) -> usize;
}

/// The APDU of a frame, and whether the length field fits it. Where it does not, all that the frame holds is looked at.
pub fn read(data: &[u8]) -> Option<(Published<'_>, bool)> {
    let (application, length, reserved) = (be16(data, 0)?, usize::from(be16(data, 2)?), be16(data, 4)?);
    let (within, all) = (data.get(HEADER..length), data.get(HEADER..)?);
    let whole = within.filter(|apdu| element(apdu).is_some());
    let beyond = whole.is_none() && element(all).is_some();
    let apdu = if beyond { all } else { whole.or(within).unwrap_or(all) };
    let simulated = reserved & SIMULATED != 0;
    let published = Published { application, simulated, length, apdu, extension: reserved & EXTENSION };
    Some((published, within.is_some() && !beyond))
}

/// Whether a frame under this EtherType begins an APDU with one of these tags.
pub fn probe(probe: &Probe<'_>, ether_type: u16, tags: &[u8]) -> Guess {
    let fits = probe.destination_port == ether_type && be16(probe.data, 2).is_some_and(|l| usize::from(l) > HEADER);
    let apdu = probe.data.get(HEADER).is_some_and(|tag| tags.contains(tag));
    if fits && apdu { Guess::Yes { confidence: 0.98, sender: Some(Side::Client) } } else { Guess::No }
}

/// Publications between one sender and one group address on Ethernet.
#[derive(Default)]
pub struct OnEthernet<P>(P);

impl<P: Publications> Parser for OnEthernet<P> {
    /// A frame holds one message, and what pads it to the least length of Ethernet.
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, _side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let Some((published, fits)) = read(data) else { return };
        if !fits {
            talk.flag(P::LENGTH_MISMATCH, Some(2), None);
        }
        self.0.publication(&published, talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.0.expire(now, talk);
    }

    fn weight(&self) -> usize {
        self.0.weight()
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_length_that_does_not_fit_is_told_and_all_is_looked_at() {
        let whole = [0x40, 0, 0, 12, 0x80, 3, 0, 0, 0x60, 2, 1, 2, 0, 0];
        let told = |length: u8| {
            let mut data = whole;
            data[3] = length;
            read(&data).map(|(published, fits)| (published.apdu.len(), fits))
        };
        assert_eq!(told(12), Some((4, true)), "what pads the frame is left out");
        assert_eq!(told(10), Some((6, false)), "shorter than the APDU");
        assert_eq!(told(200), Some((6, false)), "longer than the frame");
        let published = read(&whole).unwrap().0;
        assert_eq!((published.application, published.simulated, published.extension), (0x4000, true, 3));
        assert!(read(&whole[..7]).is_none());
    }
}
