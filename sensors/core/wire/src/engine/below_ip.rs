//! Frames without IP: protocols that stand on Ethernet, and buses whose stations all hear each other.

use super::conversation::deliver;
use super::{Arrival, Engine};
use crate::dataset::Flag;
use crate::flow::entry::FlowKey;
use crate::flow::facts::{can_end, mac_end, profibus_end};
use crate::flow::stream::Piece;
use crate::flow::{Side, Span, Transport};
use crate::link::decode;
use crate::protocol;
use std::net::IpAddr;

impl Engine {
    /// A frame of a protocol that stands directly on Ethernet: who sends it is the client, and its EtherType takes the
    /// place of both ports. Frames hold whole messages; what pads a short one belongs to no message. A frame that comes
    /// back to its sender is the answer of those it was sent to.
    pub(super) fn ethernet(&mut self, mut arrival: Arrival<'_>, ether_type: u16) {
        let (Some(mut source), Some(mut destination)) = (arrival.packet.source_mac, arrival.packet.destination_mac)
        else {
            self.ledger.counters.add("link", "no_address", 1);
            return;
        };
        let sender = protocol::returned(ether_type, source);
        if let Some(sender) = sender.filter(|sender| self.knows(&arrival, (*sender, destination), ether_type)) {
            (source, destination) = (destination, sender);
            (arrival.packet.source_mac, arrival.packet.destination_mac) = (Some(source), Some(destination));
        }
        if let Some(group) = protocol::heard_by_all(ether_type) {
            return self.heard_by_all(arrival, (source, destination), group, ether_type);
        }
        let (ends, ports) = ((mac_end(source), mac_end(destination)), (ether_type, ether_type));
        let Some(index) = self.flow_of(&arrival, ends, Transport::Ethernet, ports, None) else { return };
        let Some(flow) = self.flows.get(index) else { return };
        let side = flow.side_of((ends.0, ether_type) == flow.key.low);
        flow.answered |= side == Side::Server;
        deliver(flow, &mut self.ledger, side, &Piece::Bytes(arrival.packet.payload, arrival.stamp));
        let side = flow.side_of((ends.0, ether_type) == flow.key.low);
        flow.side(side).assembly = Default::default();
    }

    /// A frame of a network whose stations all hear each other, so that it is one flow with itself, like a bus. Who speaks
    /// to whom is said of each frame.
    fn heard_by_all(&mut self, mut arrival: Arrival<'_>, macs: ([u8; 6], [u8; 6]), group: [u8; 6], ether_type: u16) {
        (arrival.packet.source_mac, arrival.packet.destination_mac) = (None, None);
        let (all, ports) = (mac_end(group), (ether_type, ether_type));
        let Some(index) = self.flow_of(&arrival, (all, all), Transport::Ethernet, ports, None) else { return };
        let Some(flow) = self.flows.get(index) else { return };
        flow.facts.between(mac_end(macs.0), mac_end(macs.1));
        if arrival.snapped {
            self.ledger.flag(&mut flow.facts, Flag::LinkSnapped, Span::at(arrival.stamp), None, None);
        }
        deliver(flow, &mut self.ledger, Side::Client, &Piece::Bytes(arrival.packet.payload, arrival.stamp));
        flow.client.assembly = Default::default();
        flow.facts.between(all, all);
        self.weigh(index);
    }

    /// A frame of a CAN bus. Whoever sent it is not in it; what stands above CAN says who speaks.
    pub(super) fn can(&mut self, arrival: Arrival<'_>) {
        let cooked = arrival.packet.ether_type == Some(decode::ETHERTYPE_CAN_COOKED);
        let turned = cooked.then(|| decode::network_order(arrival.packet.payload));
        let frame = turned.as_deref().unwrap_or(arrival.packet.payload);
        self.bus(arrival, can_end(arrival.stamp.source, None), Transport::Can, frame);
    }

    /// A frame of a PROFIBUS, which names its stations.
    pub(super) fn profibus(&mut self, arrival: Arrival<'_>) {
        let bus = profibus_end(arrival.stamp.source, None);
        self.bus(arrival, bus, Transport::Profibus, arrival.packet.payload);
    }

    /// A frame of a bus whose stations all hear each other, so that it is one flow with itself. A frame is one message.
    fn bus(&mut self, mut arrival: Arrival<'_>, bus: IpAddr, transport: Transport, frame: &[u8]) {
        (arrival.packet.source_mac, arrival.packet.destination_mac) = (None, None);
        let Some(index) = self.flow_of(&arrival, (bus, bus), transport, (0, 0), None) else { return };
        let Some(flow) = self.flows.get(index) else { return };
        if arrival.snapped {
            self.ledger.flag(&mut flow.facts, Flag::LinkSnapped, Span::at(arrival.stamp), None, None);
        }
        if !frame.is_empty() {
            deliver(flow, &mut self.ledger, Side::Client, &Piece::Bytes(frame, arrival.stamp));
            flow.client.assembly = Default::default();
        }
        self.weigh(index);
    }

    /// Whether there is a flow between two Ethernet addresses.
    fn knows(&self, arrival: &Arrival<'_>, macs: ([u8; 6], [u8; 6]), ether_type: u16) -> bool {
        let ends = ((mac_end(macs.0), ether_type), (mac_end(macs.1), ether_type));
        let (low, high) = if ends.0 <= ends.1 { ends } else { (ends.1, ends.0) };
        let vlans = (arrival.packet.vlan, arrival.packet.inner_vlan);
        let key = FlowKey { low, high, transport: Transport::Ethernet, vlans, segment: 0 };
        self.flows.find(&key).is_some()
    }
}
