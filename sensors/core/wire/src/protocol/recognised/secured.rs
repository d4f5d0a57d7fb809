//! Control protocols inside TLS or DTLS: what they say is hidden, that they are secured is seen. The bytes show TLS, the
//! port which protocol it keeps; Modbus/TCP Security shows itself by the role in the client's certificate as well.
//!
//! TLS record (RFC 8446 5.1): | 0 type 1 | 1 version 2 | 3 length 2 | handshake: 5 type 1 | 6 length 3 | 9 version 2 |
//! 11 random 32 | 43 length of the session id 1 |.
//! DTLS record (RFC 6347 4.1): | 0 type 1 | 1 version 2 | 3 epoch 2 | 5 sequence number 6 | 11 length 2 | handshake: 13 type 1 |
//! 14 length 3 | 17 message number 2 | 19 offset of the fragment 3 | 22 its length 3 | 25 version 2 |.

use super::Signature;
use crate::bytes::{be16, u8_at};
use crate::flow::{Side, Transport};
use crate::protocol::{Guess, Probe};

/// MODBUS/TCP Security (MB-TCP-Security-v21), IANA mbap-s.
pub const MODBUS: Signature =
    Signature { name: "mbaps", ports: &[802], transports: &[Transport::Tcp], probe: |probe| modbus(probe) };
/// CIP Security (ODVA, CIP Volume 8), TLS over TCP and DTLS over UDP.
pub const ENIP: Signature = Signature {
    name: "enips",
    ports: &[2221],
    transports: &[Transport::Tcp, Transport::Udp],
    probe: |probe| at_port(probe, &ENIP),
};
/// IEC 60870-5-104 over TLS (IEC 62351-3), IANA iec-104-sec.
pub const IEC104: Signature = Signature {
    name: "iec104s",
    ports: &[19_998],
    transports: &[Transport::Tcp],
    probe: |probe| at_port(probe, &IEC104),
};
/// MQTT over TLS, IANA secure-mqtt.
pub const MQTT: Signature =
    Signature { name: "mqtts", ports: &[8883], transports: &[Transport::Tcp], probe: |probe| at_port(probe, &MQTT) };
/// Niagara Fox over TLS.
pub const FOX: Signature =
    Signature { name: "foxs", ports: &[4911], transports: &[Transport::Tcp], probe: |probe| at_port(probe, &FOX) };

const HANDSHAKE: u8 = 22;
/// Change cipher spec, alert, handshake, application data.
const RECORDS: std::ops::RangeInclusive<u8> = 20..=23;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const HELLO_VERIFY_REQUEST: u8 = 3;
const CERTIFICATE: u8 = 11;
/// Longest record: 2^14 bytes and what a cipher adds (RFC 5246 6.2.3).
const LONGEST: u16 = 16_384 + 2_048;
const SESSION_ID: u8 = 32;
/// Object identifier 1.3.6.1.4.1.50316.802.1 in DER: the role of a Modbus client (MB-TCP-Security-v21 8).
const ROLE: [u8; 13] = [0x06, 0x0b, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0x89, 0x0c, 0x86, 0x22, 0x01];

/// What the head of a segment or datagram shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Shown {
    No,
    Need,
    /// A hello, and who says it.
    Hello(Side),
    /// A handshake message of another type.
    Handshake(u8),
    /// A record behind the handshake, whose contents are hidden.
    Record,
}

fn shown(probe: &Probe<'_>) -> Shown {
    match probe.transport {
        Transport::Udp => dtls(probe.data),
        _ => tls(probe.data),
    }
}

fn tls(data: &[u8]) -> Shown {
    let (Some(kind), Some(major), Some(minor)) = (u8_at(data, 0), u8_at(data, 1), u8_at(data, 2)) else {
        return if data.first().is_none_or(|kind| RECORDS.contains(kind)) { Shown::Need } else { Shown::No };
    };
    if !RECORDS.contains(&kind) || major != 3 || minor > 4 {
        return Shown::No;
    }
    let Some(length) = be16(data, 3) else { return Shown::Need };
    if length == 0 || length > LONGEST {
        return Shown::No;
    }
    if kind != HANDSHAKE {
        return Shown::Record;
    }
    let Some(message) = u8_at(data, 5) else { return Shown::Need };
    if !matches!(message, CLIENT_HELLO | SERVER_HELLO) {
        return Shown::Handshake(message);
    }
    let Some(session) = u8_at(data, 43) else { return Shown::Need };
    let inner = u8_at(data, 9) == Some(3) && u8_at(data, 10).is_some_and(|minor| minor <= 4);
    hello(message, u8_at(data, 6) == Some(0) && inner && session <= SESSION_ID)
}

fn dtls(data: &[u8]) -> Shown {
    let length = be16(data, 11);
    let version = matches!(be16(data, 1), Some(0xfeff | 0xfefd));
    let whole = length.is_some_and(|length| length > 0 && data.len() >= usize::from(length).saturating_add(13));
    if !u8_at(data, 0).is_some_and(|kind| RECORDS.contains(&kind)) || !version || !whole {
        return Shown::No;
    }
    let encrypted = be16(data, 3) != Some(0);
    match u8_at(data, 13) {
        Some(message) if u8_at(data, 0) == Some(HANDSHAKE) && !encrypted => {
            let inner = matches!(be16(data, 25), Some(0xfeff | 0xfefd));
            match message {
                CLIENT_HELLO | SERVER_HELLO | HELLO_VERIFY_REQUEST => hello(message, inner),
                _ => Shown::Handshake(message),
            }
        }
        _ => Shown::Record,
    }
}

fn hello(message: u8, sound: bool) -> Shown {
    match (message, sound) {
        (CLIENT_HELLO, true) => Shown::Hello(Side::Client),
        (_, true) => Shown::Hello(Side::Server),
        (_, false) => Shown::No,
    }
}

/// TLS on the port that promises the protocol inside.
fn at_port(probe: &Probe<'_>, signature: &Signature) -> Guess {
    if !signature.ports.iter().any(|port| [probe.source_port, probe.destination_port].contains(port)) {
        return Guess::No;
    }
    match shown(probe) {
        Shown::No => Guess::No,
        Shown::Need if probe.ended => Guess::No,
        Shown::Need => Guess::Need,
        Shown::Hello(sender) => Guess::Yes { confidence: 0.8, sender: Some(sender) },
        // Seen from the middle: the port says who serves.
        Shown::Handshake(_) | Shown::Record => Guess::Yes { confidence: 0.5, sender: None },
    }
}

/// The role in a certificate before the port: no other protocol has it.
fn modbus(probe: &Probe<'_>) -> Guess {
    let certificate = shown(probe) == Shown::Handshake(CERTIFICATE);
    if certificate && probe.data.windows(ROLE.len()).any(|bytes| bytes == ROLE) {
        return Guess::Yes { confidence: 0.95, sender: Some(Side::Client) };
    }
    at_port(probe, &MODBUS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_hello() -> Vec<u8> {
        let mut data = vec![HANDSHAKE, 3, 1, 0, 47, CLIENT_HELLO, 0, 0, 43, 3, 3];
        data.extend([7; 32]);
        data.extend([0, 0, 2, 0x13, 1, 1, 0, 0, 0]);
        data
    }

    fn asked(data: &[u8], transport: Transport, port: u16, of: &Signature) -> Guess {
        (of.probe)(&Probe { data, transport, source_port: 50_000, destination_port: port, ended: false })
    }

    #[test]
    fn a_hello_on_the_port_is_named_and_elsewhere_is_not() {
        let data = client_hello();
        for (signature, port) in [(&MODBUS, 802), (&ENIP, 2221), (&IEC104, 19_998), (&MQTT, 8883), (&FOX, 4911)] {
            let told = Guess::Yes { confidence: 0.8, sender: Some(Side::Client) };
            assert_eq!(asked(&data, Transport::Tcp, port, signature), told);
            assert_eq!(asked(&data, Transport::Tcp, 443, signature), Guess::No);
        }
    }

    #[test]
    fn a_hello_in_pieces_is_waited_for() {
        let data = client_hello();
        for end in 1..=43 {
            assert_eq!(asked(&data[..end], Transport::Tcp, 802, &MODBUS), Guess::Need, "{end} bytes");
        }
    }

    #[test]
    fn a_port_alone_names_nothing() {
        for data in [
            &[0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1][..],
            b"GET / HTTP/1.1\r\n",
            &[22, 3, 9, 0, 1, 1],
            &[22, 3, 1, 0, 0, 1],
        ] {
            assert_eq!(asked(data, Transport::Tcp, 802, &MODBUS), Guess::No);
        }
        let mut data = client_hello();
        data[43] = 33;
        assert_eq!(asked(&data, Transport::Tcp, 802, &MODBUS), Guess::No);
    }

    #[test]
    fn the_role_in_a_certificate_names_modbus_on_any_port() {
        let mut data = vec![HANDSHAKE, 3, 3, 0, 40, CERTIFICATE, 0, 0, 36];
        data.extend([0; 10]);
        let without = data.clone();
        data.extend(ROLE);
        let told = Guess::Yes { confidence: 0.95, sender: Some(Side::Client) };
        assert_eq!(asked(&data, Transport::Tcp, 1802, &MODBUS), told);
        assert_eq!(asked(&without, Transport::Tcp, 1802, &MODBUS), Guess::No);
    }

    #[test]
    fn dtls_on_the_port_of_cip_security() {
        let mut data =
            vec![HANDSHAKE, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14, CLIENT_HELLO, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2];
        data.extend([0xfe, 0xfd]);
        let told = Guess::Yes { confidence: 0.8, sender: Some(Side::Client) };
        assert_eq!(asked(&data, Transport::Udp, 2221, &ENIP), told);
        for end in 0..data.len() {
            assert_eq!(asked(&data[..end], Transport::Udp, 2221, &ENIP), Guess::No);
        }
    }
}
