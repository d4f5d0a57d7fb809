//! Recognition: TPKT and COTP around a message whose header fits; or, when nothing more will come, a connection request
//! with TSAPs in Siemens' form.

use super::connection::siemens;
use super::function as fc;
use super::pdu::{self, JOB, Pdu, USERDATA};
use super::userdata::Head;
use crate::bytes::u8_at;
use crate::flow::Side;
use crate::protocol::iso::{self, Tpdu};
use crate::protocol::{Guess, Probe};

/// Looks through the packets for one that tells.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let mut asked = None;
    let decided = iso::recognise(probe, pdu::begins, |packet| {
        match packet {
            Tpdu::Request(connect) if siemens(&connect) => asked = Some(Side::Client),
            Tpdu::Confirm(connect) if siemens(&connect) => asked = asked.or(Some(Side::Server)),
            Tpdu::Data { end: true, data } if pdu::whole(data) => return Some(yes(0.97, data)),
            // The first segment of a longer message.
            Tpdu::Data { end: false, data } if !data.is_empty() => {
                return Some(if pdu::begins(data) == Some(true) { yes(0.8, data) } else { Guess::No });
            }
            Tpdu::Data { end: true, .. } => return Some(Guess::No),
            _ => {}
        }
        None
    });
    decided.unwrap_or_else(|| match asked {
        Some(side) if probe.ended => Guess::Yes { confidence: 0.6, sender: Some(side) },
        _ => iso::undecided(probe),
    })
}

fn yes(confidence: f32, message: &[u8]) -> Guess {
    Guess::Yes { confidence, sender: sender(message) }
}

/// Who sends such a message. While a block is loaded the device asks the programmer for its parts.
fn sender(message: &[u8]) -> Option<Side> {
    let pdu = Pdu::read(message)?;
    if pdu.rosctr == USERDATA {
        let asks = Head::read(pdu.parameter)?.asks();
        return Some(if asks { Side::Client } else { Side::Server });
    }
    let device_asks = u8_at(pdu.parameter, 0).is_some_and(fc::asked_by_device);
    Some(if (pdu.rosctr == JOB) != device_asks { Side::Client } else { Side::Server })
}

#[cfg(test)]
mod tests {
    use super::probe;
    use crate::flow::{Side, Transport};
    use crate::protocol::{Guess, Probe};

    fn guess(data: &[u8], ended: bool) -> Guess {
        probe(&Probe { data, transport: Transport::Tcp, source_port: 40_000, destination_port: 40_001, ended })
    }

    fn size(bytes: &[u8]) -> u8 {
        u8::try_from(bytes.len()).unwrap()
    }

    fn request(called: &[u8]) -> Vec<u8> {
        let mut cotp = vec![0xe0, 0, 0, 0, 1, 0, 0xc0, 1, 10, 0xc1, 2, 1, 0, 0xc2, size(called)];
        cotp.extend_from_slice(called);
        [&[3, 0, 0, size(&cotp) + 5, size(&cotp)][..], &cotp].concat()
    }

    #[test]
    fn a_lone_connection_request_is_named_when_the_flow_is_over_and_its_tsap_is_siemens() {
        let scan = request(&[1, 2]);
        assert_eq!(guess(&scan, false), Guess::Need);
        assert_eq!(guess(&scan, true), Guess::Yes { confidence: 0.6, sender: Some(Side::Client) });
        for other in [&[0, 1][..], b"SIMATIC-ROOT-ES", &[1, 2, 3], &[0x4b, 0x54]] {
            assert_eq!(guess(&request(other), true), Guess::No, "{other:?}");
        }
    }

    #[test]
    fn what_the_connection_then_carries_decides() {
        let data =
            |payload: &[u8]| [&request(&[1, 2])[..], &[3, 0, 0, size(payload) + 7, 2, 0xf0, 0x80], payload].concat();
        assert_eq!(guess(&data(&[0x72, 1, 0, 4, 1, 2, 3, 4]), true), Guess::No);
        assert_eq!(guess(&data(&[0x0d, 4, 1, 2, 3, 4]), true), Guess::No);
        let setup = [0x32, 1, 0, 0, 0, 1, 0, 8, 0, 0, 0xf0, 0, 0, 1, 0, 1, 1, 0xe0];
        assert_eq!(guess(&data(&setup), false), Guess::Yes { confidence: 0.97, sender: Some(Side::Client) });
        let mut long = setup;
        long[7] = 9;
        assert_eq!(guess(&data(&long), false), Guess::No);
    }
}
