//! BACnet/SC (ANSI/ASHRAE 135 Annex AB): BACnet in WebSockets. The handshake names it in `Sec-WebSocket-Protocol` (AB.7.1;
//! RFC 6455 1.9, 4.1): `hub.bsc.bacnet.org` to a hub, `dc.bsc.bacnet.org` between two nodes. The standard demands TLS, in
//! which the handshake is hidden: only what goes without TLS, or what a proxy has taken out of it, is seen.

use super::Signature;
use crate::flow::{Side, Transport};
use crate::protocol::{Guess, Probe};

/// No port is registered: whoever runs the hub chooses it.
pub const SIGNATURE: Signature = Signature { name: "bacnet_sc", ports: &[], transports: &[Transport::Tcp], probe };

const REQUEST: &[u8] = b"GET ";
const RESPONSE: &[u8] = b"HTTP/1.1 101";
const END: &[u8] = b"\r\n\r\n";
/// Longest head that is waited for.
const LONGEST: usize = 2_048;
const FIELD: &[u8] = b"sec-websocket-protocol:";
const PROTOCOLS: [&[u8]; 2] = [b"hub.bsc.bacnet.org", b"dc.bsc.bacnet.org"];

fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let sender = match (data.starts_with(REQUEST), data.starts_with(RESPONSE)) {
        (true, _) => Side::Client,
        (_, true) => Side::Server,
        _ => return Guess::No,
    };
    let end = data.windows(END.len()).position(|bytes| bytes == END);
    let Some(head) = end.and_then(|end| data.get(..end)) else {
        let wait = !probe.ended && data.len() < LONGEST;
        return if wait { Guess::Need } else { Guess::No };
    };
    let named = head.split(|byte| *byte == b'\n').filter_map(value).any(names);
    if named { Guess::Yes { confidence: 0.95, sender: Some(sender) } } else { Guess::No }
}

/// What a line says of WebSocket protocols.
fn value(line: &[u8]) -> Option<&[u8]> {
    let (name, value) = line.split_at_checked(FIELD.len())?;
    name.eq_ignore_ascii_case(FIELD).then_some(value)
}

/// Whether one of the protocols in a list is BACnet's.
fn names(list: &[u8]) -> bool {
    list.split(|byte| *byte == b',').any(|word| PROTOCOLS.contains(&word.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(data: &[u8], ended: bool) -> Guess {
        probe(&Probe { data, transport: Transport::Tcp, source_port: 50_000, destination_port: 8080, ended })
    }

    #[test]
    fn a_handshake_that_names_it() {
        let hub = b"GET /hub HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Protocol: hub.bsc.bacnet.org\r\n\r\n";
        assert_eq!(asked(hub, false), Guess::Yes { confidence: 0.95, sender: Some(Side::Client) });
        let direct = b"HTTP/1.1 101 Switching\r\nsec-websocket-protocol:x, dc.bsc.bacnet.org\r\nA: b\r\n\r\n";
        assert_eq!(asked(direct, false), Guess::Yes { confidence: 0.95, sender: Some(Side::Server) });
        for end in 12..hub.len() {
            assert_eq!(asked(&hub[..end], false), Guess::Need);
            assert_eq!(asked(&hub[..end], true), Guess::No);
        }
    }

    #[test]
    fn other_handshakes_and_pages_are_not() {
        for other in [
            &b"GET / HTTP/1.1\r\nHost: hub.bsc.bacnet.org\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
            b"GET / HTTP/1.1\r\nSec-WebSocket-Protocol: xhub.bsc.bacnet.org\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nSec-WebSocket-Protocol: hub.bsc.bacnet.org\r\n\r\n",
            b"POST / HTTP/1.1\r\nSec-WebSocket-Protocol: hub.bsc.bacnet.org\r\n\r\n",
        ] {
            assert_eq!(asked(other, false), Guess::No);
        }
        let endless = [&b"GET /"[..], &[b'a'; LONGEST]].concat();
        assert_eq!(asked(&endless, false), Guess::No);
    }
}
