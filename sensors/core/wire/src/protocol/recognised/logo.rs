//! PG protocol of Siemens LOGO! 0BA4 to 0BA6, whose serial interface a device server carries over TCP; from 0BA7 on LOGO!
//! speaks S7comm.
//! Source: LOGO! PG Protocol Reference Guide, Rev. Bx (an open description; the maker published none).
//!
//! | query | 55 1 | function 1, twice | data | AA 1 |: stop 12, monitor 13, mode 17, start 18
//! | confirmation | 06 1 | 55 1 | 11 1, twice | length 2, little-endian | data | AA 1 |
//! | hello | 21 1 |, confirmed by | 06 03 21 | model 1 |: 42 0BA5, 43 and 44 0BA6

use super::Signature;
use crate::bytes::{le16, u8_at};
use crate::flow::{Side, Transport};
use crate::protocol::{Guess, Probe};

pub const SIGNATURE: Signature = Signature { name: "logo_pg", ports: &[10_005], transports: &[Transport::Tcp], probe };

const CONTROL: u8 = 0x55;
const END: u8 = 0xaa;
const CONFIRMED: u8 = 0x06;
const HELLO: [u8; 3] = [CONFIRMED, 0x03, 0x21];
const MODELS: std::ops::RangeInclusive<u8> = 0x42..=0x44;
const MONITORED: [u8; 4] = [CONFIRMED, CONTROL, 0x11, 0x11];

/// Short messages, which have to be the whole payload.
fn probe(probe: &Probe<'_>) -> Guess {
    let sender = match probe.data {
        [CONTROL, 0x12, 0x12, END] | [CONTROL, 0x17, 0x17, END] | [CONTROL, 0x18, 0x18, END] => Side::Client,
        [CONTROL, 0x13, 0x13, _, END] => Side::Client,
        data if data.starts_with(&HELLO) && data.len() == 4 && u8_at(data, 3).is_some_and(|m| MODELS.contains(&m)) => {
            Side::Server
        }
        data if monitored(data) => Side::Server,
        _ => return Guess::No,
    };
    Guess::Yes { confidence: 0.7, sender: Some(sender) }
}

/// A monitoring response: its length counts the data, behind which the end stands.
fn monitored(data: &[u8]) -> bool {
    let length = le16(data, MONITORED.len()).map(|length| usize::from(length).saturating_add(MONITORED.len() + 3));
    data.starts_with(&MONITORED) && length == Some(data.len()) && data.last() == Some(&END)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(data: &[u8]) -> Guess {
        let transport = Transport::Tcp;
        probe(&Probe { data, transport, source_port: 50_000, destination_port: 10_005, ended: false })
    }

    #[test]
    fn queries_and_confirmations() {
        for query in [&[0x55, 0x12, 0x12, 0xaa][..], &[0x55, 0x13, 0x13, 0, 0xaa], &[0x55, 0x18, 0x18, 0xaa]] {
            assert_eq!(asked(query), Guess::Yes { confidence: 0.7, sender: Some(Side::Client) });
        }
        let monitored = [&[6, 0x55, 0x11, 0x11, 0x40, 0][..], &[0; 0x40], &[0xaa]].concat();
        for answer in [&[6, 3, 0x21, 0x43][..], &monitored] {
            assert_eq!(asked(answer), Guess::Yes { confidence: 0.7, sender: Some(Side::Server) });
        }
    }

    #[test]
    fn anything_else_is_not() {
        for other in [
            &[0x21][..],
            &[0x06],
            &[0x55, 0x12, 0x13, 0xaa],
            &[0x55, 0x14, 0x14, 0xaa],
            &[0x55, 0x12, 0x12, 0xab],
            &[0x55, 0x12, 0x12, 0xaa, 0],
            &[6, 3, 0x21, 0x45],
            &[6, 0x55, 0x11, 0x11, 0x40, 0xaa],
        ] {
            assert_eq!(asked(other), Guess::No, "{other:02x?}");
        }
    }
}
