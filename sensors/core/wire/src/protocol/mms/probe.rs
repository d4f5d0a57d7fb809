//! Recognition: an association that names the abstract syntax of MMS, or an MMS PDU whose elements fit, in TPKT and COTP.

use super::pdu::{self, Pdu};
use super::session::{self, Unit};
use crate::bytes::u8_at;
use crate::flow::Side;
use crate::protocol::iso::{self, Tpdu};
use crate::protocol::{Guess, Probe};

/// Looks through the packets for one that tells.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let decided = iso::recognise(probe, session::begins, |packet| match packet {
        // Some stacks acknowledge by data PDUs without data.
        Tpdu::Data { data: [], .. } => None,
        Tpdu::Data { end, data } => Some(if end { whole(data) } else { segment(data) }),
        _ => None,
    });
    decided.unwrap_or_else(|| iso::undecided(probe))
}

fn whole(data: &[u8]) -> Guess {
    if let Some(asks) = session::names_mms(data) {
        return yes(0.98, Some(if asks { Side::Client } else { Side::Server }));
    }
    match session::unit(data) {
        Unit::Mms(pdu) if session::begins(data) == Some(true) => match pdu::read(pdu) {
            Some(pdu) => yes(0.95, sender(&pdu)),
            None => Guess::No,
        },
        _ => Guess::No,
    }
}

/// The first segment of a longer unit.
fn segment(data: &[u8]) -> Guess {
    let user = data.strip_prefix(&[1, 0, 1, 0]).unwrap_or_default();
    // [APPLICATION 1] { SEQUENCE { context, [0] { PDU: its identifier stands within the first bytes.
    let inner = user.windows(2).take(24).any(|pair| matches!(pair, [0xa0, _]));
    let plain = pdu::tag(u8_at(data, 0).unwrap_or(0)) && pdu::begins(data) == Some(true);
    match session::begins(data) {
        Some(true) if plain || (inner && user.first() == Some(&0x61)) => yes(0.7, None),
        _ => Guess::No,
    }
}

const fn yes(confidence: f32, sender: Option<Side>) -> Guess {
    Guess::Yes { confidence, sender }
}

/// Who sends such a PDU. Servers that get a file ask too: then the guess is wrong, and the port decides.
const fn sender(pdu: &Pdu<'_>) -> Option<Side> {
    match pdu {
        Pdu::Request { .. } | Pdu::Initiate(_) | Pdu::Conclude | Pdu::Cancel { .. } => Some(Side::Client),
        _ => Some(Side::Server),
    }
}

#[cfg(test)]
mod tests {
    use super::probe;
    use crate::flow::{Side, Transport};
    use crate::protocol::{Guess, Probe};

    fn guess(data: &[u8], ended: bool) -> Guess {
        probe(&Probe { data, transport: Transport::Tcp, source_port: 40_000, destination_port: 40_001, ended })
    }

    fn packet(data: &[u8]) -> Vec<u8> {
        let length = u8::try_from(data.len() + 7).unwrap();
        [&[3, 0, 0, length, 2, 0xf0, 0x80], data].concat()
    }

    #[test]
    fn a_request_in_its_layers_or_bare_is_recognised() {
        let identify = [0xa0, 5, 2, 1, 1, 0x82, 0];
        let wrapped = [&[1, 0, 1, 0, 0x61, 14, 0x30, 12, 2, 1, 3, 0xa0, 7][..], &identify].concat();
        for data in [packet(&identify), packet(&wrapped)] {
            assert_eq!(guess(&data, false), Guess::Yes { confidence: 0.95, sender: Some(Side::Client) });
            assert_eq!(guess(&data[..data.len() - 1], false), Guess::Need);
        }
    }

    #[test]
    fn other_users_of_the_transport_are_not_named() {
        for other in [&[0x32, 1, 0, 0, 0, 1][..], &[0x72, 1, 0, 4], &[13, 5, 5, 3, 19, 1, 0], &[0xa0, 9, 2, 1, 1]] {
            assert_eq!(guess(&packet(other), true), Guess::No, "{other:02x?}");
        }
    }
}
