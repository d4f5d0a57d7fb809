//! Emerson DeltaV between controllers and operator stations, UDP 18507. The maker published nothing: the layout is that
//! which the Apache PLC4X project found by looking at a system ("DeltaV Industrial Ethernet Communication").
//!
//! | 0 FACE 2 | 2 length of the payload 2 | 4 type 2 | 6 message id 2 | 8 sender 2 | 10 time stamp 3 | 13 80 04 00 3, of types
//! 3 and 4 00 44 00 | 16 payload | checksum 2 |; big-endian. An acknowledgement repeats type and message id without a payload.

use super::Signature;
use crate::bytes::be16;
use crate::flow::Transport;
use crate::protocol::Guess;

pub const SIGNATURE: Signature =
    Signature { name: "deltav", ports: &[18_507], transports: &[Transport::Udp], probe: |probe| deltav(probe.data) };

const HEAD: u16 = 0xface;
const HEADER: usize = 16;
const CHECKSUM: usize = 2;
/// Types seen: data 2, connection request 3, connection response 4, synchronisation 6; room for their neighbours.
const TYPES: std::ops::RangeInclusive<u16> = 1..=15;
const USUAL: &[u8] = &[0x80, 4, 0];
const CONNECTING: &[u8] = &[0, 0x44, 0];

fn deltav(data: &[u8]) -> Guess {
    let length = be16(data, 2).map(|length| HEADER + CHECKSUM + usize::from(length));
    let kind = be16(data, 4).is_some_and(|kind| TYPES.contains(&kind));
    let constant = data.get(13..HEADER).is_some_and(|bytes| bytes == USUAL || bytes == CONNECTING);
    if be16(data, 0) == Some(HEAD) && length == Some(data.len()) && kind && constant {
        Guess::Yes { confidence: 0.9, sender: None }
    } else {
        Guess::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACKNOWLEDGED: [u8; 18] = [0xfa, 0xce, 0, 0, 0, 2, 0, 9, 0, 13, 1, 2, 3, 0x80, 4, 0, 0xbe, 0xef];

    #[test]
    fn a_header_that_fits_its_datagram() {
        let named = Guess::Yes { confidence: 0.9, sender: None };
        assert_eq!(deltav(&ACKNOWLEDGED), named);
        let mut request = ACKNOWLEDGED.to_vec();
        request[5] = 3;
        request[13..16].copy_from_slice(CONNECTING);
        request.extend([1, 2, 3]);
        assert_eq!(deltav(&request), Guess::No, "more than its length says");
        request[3] = 3;
        assert_eq!(deltav(&request), named);
    }

    #[test]
    fn anything_else_is_not() {
        for (at, byte) in [(0, 0xfb), (1, 0xcf), (3, 1), (4, 1), (5, 0), (5, 16), (13, 0), (14, 5), (15, 1)] {
            let mut data = ACKNOWLEDGED;
            data[at] = byte;
            assert_eq!(deltav(&data), Guess::No, "byte {at}");
        }
        for end in 0..ACKNOWLEDGED.len() {
            assert_eq!(deltav(&ACKNOWLEDGED[..end]), Guess::No);
        }
    }
}
