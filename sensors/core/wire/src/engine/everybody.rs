//! Conversations in datagrams that both sides send to everybody.

use super::conversation::deliver;
use super::{Arrival, Engine};
use crate::dataset::Flag;
use crate::flow::entry::FlowKey;
use crate::flow::facts::Endpoint;
use crate::flow::stream::Piece;
use crate::flow::{Side, Span, Transport};
use std::net::{IpAddr, Ipv4Addr};

/// The address of everybody on a network.
pub(super) const EVERYBODY: IpAddr = IpAddr::V4(Ipv4Addr::BROADCAST);

impl Engine {
    /// A datagram of a conversation in which both sides speak to everybody, so that it is one flow with itself. The parser
    /// finds out who speaks to whom. Who asked first stands for the client in what is said of the flow as a whole; an answer
    /// to nobody who was heard begins none.
    pub(super) fn said_to_all(
        &mut self,
        mut arrival: Arrival<'_>,
        (source, destination): ((IpAddr, u16), (IpAddr, u16)),
        (side, port): (Side, u16),
        payload: &[u8],
    ) {
        let macs = (arrival.packet.source_mac.take(), arrival.packet.destination_mac.take());
        let end = |(ip, port), mac| Endpoint { ip, port, mac };
        let (source, destination) = (end(source, macs.0), end(destination, macs.1));
        let all = (destination.ip, port);
        let vlans = (arrival.packet.vlan, arrival.packet.inner_vlan);
        let key = FlowKey { low: all, high: all, transport: Transport::Udp, vlans, segment: arrival.stamp.source };
        let known = self.flows.find(&key).and_then(|index| self.flows.get(index));
        let whole = known.map(|flow| (flow.facts.client, flow.facts.server));
        if side == Side::Server && whole.is_none() {
            return self.ledger.counters.add("udp", "answers_to_nobody", 1);
        }
        let (client, server) = whole.unwrap_or((source, end(all, None)));
        let Some(index) = self.flow_of(&arrival, (all.0, all.0), Transport::Udp, (port, port), None) else { return };
        let Some(flow) = self.flows.get(index) else { return };
        flow.answered |= side == Side::Server;
        match side {
            Side::Client => flow.facts.meet(source, end(all, None)),
            Side::Server => flow.facts.meet(destination, source),
        }
        if arrival.snapped {
            self.ledger.flag(&mut flow.facts, Flag::LinkSnapped, Span::at(arrival.stamp), None, None);
        }
        deliver(flow, &mut self.ledger, side, &Piece::Bytes(payload, arrival.stamp));
        flow.side(side).assembly = Default::default();
        flow.facts.meet(client, server);
        self.weigh(index);
    }
}
