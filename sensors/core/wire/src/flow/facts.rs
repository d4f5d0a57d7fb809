//! What every event says of its flow: addresses, names, identity.

pub use super::fieldbus::{can_end, is_bus, kind_of, profibus_end, serial_end, station_of};

use super::{Side, Span, Transport};
use crate::dataset::EventRow;
use crate::text;
use std::net::IpAddr;

/// One end of a flow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Endpoint {
    pub ip: IpAddr,
    pub port: u16,
    pub mac: Option<[u8; 6]>,
}

/// The end of a flow without IP: its MAC address in the discard-only prefix 100::/64 (RFC 6666), which no host has, so
/// that tables by address serve both. It is never shown: rows of such a flow have no IP address.
pub fn mac_end(mac: [u8; 6]) -> IpAddr {
    let [a, b, c, d, e, f] = mac;
    IpAddr::V6([0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d, e, f].into())
}

/// The MAC address that `mac_end` made an end of.
pub fn mac_of(end: IpAddr) -> Option<[u8; 6]> {
    let IpAddr::V6(v6) = end else { return None };
    let [0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d, e, f] = v6.octets() else { return None };
    Some([a, b, c, d, e, f])
}

/// Whether an address is that of a group, or of everybody: such a one hears, and never asks.
pub fn is_group(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_broadcast() || v4.is_multicast(),
        IpAddr::V6(v6) => v6.is_multicast(),
    }
}

/// An end as people write it: IP, or MAC where there is none, or station of a field bus.
pub fn name_of(end: IpAddr) -> String {
    link_name(end).unwrap_or_else(|| text::ip(end))
}

/// The address of an end that has no IP.
fn link_name(end: IpAddr) -> Option<String> {
    mac_of(end).map(text::mac).or_else(|| station_of(end))
}

/// Addresses in readable form, made when the first row of the flow is written: IP of client and server (none where there
/// is none), then MAC or station of both. One text behind the other, since there are as many as flows and channels.
#[derive(Debug)]
struct Names {
    text: Box<str>,
    ends: [u8; 4],
}

impl Names {
    fn of(client: Endpoint, server: Endpoint) -> Self {
        let (mut text, mut ends) = (String::with_capacity(72), [0; 4]);
        let ip = |end: Endpoint| link_name(end.ip).is_none().then(|| text::ip(end.ip));
        let mac = |end: Endpoint| end.mac.map(text::mac).or_else(|| station_of(end.ip));
        for (end, name) in ends.iter_mut().zip([ip(client), ip(server), mac(client), mac(server)]) {
            text.push_str(&name.unwrap_or_default());
            // None is longer than 39 letters.
            *end = u8::try_from(text.len()).unwrap_or(u8::MAX);
        }
        Self { text: text.into(), ends }
    }

    /// The four of them.
    fn all(&self) -> [Option<&str>; 4] {
        let mut from = 0;
        self.ends.map(|end| {
            let name = self.text.get(usize::from(from)..usize::from(end)).filter(|name| !name.is_empty());
            from = end;
            name
        })
    }
}

/// The facts of one flow. `ordinal` counts the messages parsed so far, whether or not they were emitted.
#[derive(Debug)]
pub struct Facts {
    pub client: Endpoint,
    pub server: Endpoint,
    pub vlan: Option<u16>,
    pub inner_vlan: Option<u16>,
    pub interface: u32,
    pub transport: Transport,
    pub protocol: Option<&'static str>,
    pub id: i64,
    pub ordinal: i64,
    /// The last unit spoken to and its channel: most flows speak to one.
    pub channel: Option<(u64, u32)>,
    /// No exchange was seen yet: 3-grams begin anew with the connection.
    pub opened: bool,
    /// The connection's beginning was seen (a SYN): nothing came before the first message.
    pub begun: bool,
    names: Option<Names>,
}

/// Names that do not belong to a flow but to the sensor.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub sensor: String,
    pub interface: String,
    pub segment: String,
    pub capture: String,
    pub drill: bool,
}

impl Facts {
    pub fn new(client: Endpoint, server: Endpoint, transport: Transport, id: i64) -> Self {
        Self {
            client,
            server,
            vlan: None,
            inner_vlan: None,
            interface: 0,
            transport,
            protocol: None,
            id,
            ordinal: 0,
            channel: None,
            opened: true,
            begun: false,
            names: None,
        }
    }

    /// Exchanges client and server: content showed that the first guess was wrong.
    pub fn swap(&mut self) {
        std::mem::swap(&mut self.client, &mut self.server);
        self.names = None;
        self.channel = None;
    }

    /// Whom the next message is between, where one flow holds all that is said on a bus.
    pub fn between(&mut self, client: IpAddr, server: IpAddr) {
        if (self.client.ip, self.server.ip) == (client, server) {
            return;
        }
        let end = |ip, port| Endpoint { ip, port, mac: mac_of(ip) };
        (self.client, self.server) = (end(client, self.client.port), end(server, self.server.port));
        self.names = None;
        self.channel = None;
    }

    /// The same where the ends have addresses and ports: a conversation that is said to everybody.
    pub fn meet(&mut self, client: Endpoint, server: Endpoint) {
        if (self.client, self.server) == (client, server) {
            return;
        }
        (self.client, self.server) = (client, server);
        self.names = None;
        self.channel = None;
    }

    /// Fills the columns of every event. `source` says which side sent the request or publication.
    pub fn event<'a>(
        &'a mut self,
        place: &'a Place,
        clock: i64,
        source: Side,
        span: Span,
        id: &'a str,
    ) -> EventRow<'a> {
        let (client, server) = (self.client, self.server);
        let names = self.names.get_or_insert_with(|| Names::of(client, server));
        let [client_ip, server_ip, client_mac, server_mac] = names.all();
        let client_side = (client_mac, client_ip, client.port);
        let server_side = (server_mac, server_ip, server.port);
        let (from, to) = match source {
            Side::Client => (client_side, server_side),
            Side::Server => (server_side, client_side),
        };
        // Port 0: no port, or a channel over many flows.
        let ports = matches!(self.transport, Transport::Tcp | Transport::Udp);
        let port = |number: u16| (ports && number != 0).then_some(number);
        EventRow {
            timestamp: Some(span.first.time),
            event_end: Some(span.last.time),
            event_id: Some(id),
            ot_clock: Some(clock),
            observer_name: Some(&place.sensor),
            observer_ingress_interface_name: Some(&place.interface),
            ot_segment: Some(&place.segment),
            network_vlan_id: self.vlan,
            network_inner_vlan_id: self.inner_vlan,
            source_mac: from.0,
            source_ip: from.1,
            source_port: port(from.2),
            destination_mac: to.0,
            destination_ip: to.1,
            destination_port: port(to.2),
            ot_client_ip: client_ip,
            ot_server_ip: server_ip,
            ot_server_port: port(server.port),
            network_transport: Some(self.transport.name()),
            network_protocol: self.protocol,
            ot_flow: (self.id != 0).then_some(self.id),
            ot_capture: Some(&place.capture),
            ot_packet_first: Some(span.first.number),
            ot_packet_last: Some(span.last.number),
            ot_drill: Some(place.drill),
            ..EventRow::default()
        }
    }
}
