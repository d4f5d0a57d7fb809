//! State of one connection, and what becomes of each packet.

use super::alias::Aliases;
use super::connect::Opening;
use super::fits;
use super::frame::Header;
use super::packet::{self as p, Version};
use super::told::{Odd, Who};
use super::waiting::Waiting;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::protocol::sparkplug::Sparkplug;

/// One packet, its fixed header taken off.
pub struct Packet<'a> {
    pub side: Side,
    pub kind: u8,
    pub flags: u8,
    pub body: &'a [u8],
    /// Bytes before the body.
    pub offset: usize,
    /// Bytes of the whole packet.
    pub length: usize,
    pub version: Version,
}

/// What one side sends.
#[derive(Default)]
pub struct Direction {
    pub waiting: Waiting,
    pub aliases: Aliases,
    /// Nothing was lost since CONNECT.
    pub complete: bool,
}

/// One connection.
#[derive(Default)]
pub struct Flow {
    /// From CONNECT, or proved by a packet that fits only one.
    pub version: Option<Version>,
    pub who: Who,
    /// CONNECT that waits for its CONNACK.
    pub opening: Option<Opening>,
    /// A CONNECT was seen.
    pub connected: bool,
    /// The client spoke before any CONNECT was seen.
    pub spoke: bool,
    /// The session may go on from an earlier connection: acknowledgements of what was sent there are no surprise.
    pub resumed: bool,
    pub from_client: Direction,
    pub from_server: Direction,
    pub sparkplug: Sparkplug,
}

impl Flow {
    /// What a side sends.
    pub fn sent(&mut self, side: Side) -> &mut Direction {
        match side {
            Side::Client => &mut self.from_client,
            Side::Server => &mut self.from_server,
        }
    }

    /// All since CONNECT was seen.
    pub fn complete(&self) -> bool {
        self.connected && self.from_client.complete && self.from_server.complete
    }

    /// Takes one packet.
    pub fn packet(&mut self, side: Side, header: &Header, body: &[u8], talk: &mut Talk<'_>) {
        let mut odd = Odd::default();
        let kind = header.kind;
        if self.version.is_none() && kind != p::CONNECT {
            self.version = fits::version(kind, header.flags, body);
        }
        self.fixed_header(side, header, &mut odd);
        let from_client = side == self.who.side && !self.connected;
        if kind != p::CONNECT && from_client && !self.spoke && talk.facts.begun {
            odd.add(Flag::MqttConnectFirst, 0);
        }
        let version = self.version.unwrap_or(Version::V311);
        let (flags, offset, length) = (header.flags, header.body, header.total());
        let packet = Packet { side, kind, flags, body, offset, length, version };
        match kind {
            p::CONNECT => self.connect(&packet, odd, talk),
            p::CONNACK => self.connack(&packet, odd, talk),
            p::PUBLISH => self.publish(&packet, odd, talk),
            p::PUBACK | p::PUBREC | p::PUBREL | p::PUBCOMP => self.acknowledge(&packet, odd, talk),
            p::SUBSCRIBE | p::UNSUBSCRIBE => self.subscribe(&packet, odd, talk),
            p::SUBACK | p::UNSUBACK => self.granted(&packet, odd, talk),
            p::PINGREQ | p::PINGRESP => self.ping(&packet, odd, talk),
            p::DISCONNECT => self.disconnect(&packet, odd, talk),
            _ => self.authenticate(&packet, odd, talk),
        }
        self.spoke |= from_client && !self.connected;
    }

    /// What the first bytes alone show to be odd.
    fn fixed_header(&self, side: Side, header: &Header, odd: &mut Odd) {
        let known = self.version;
        if let Some(flag) = p::odd_flags(header.kind, header.flags, known) {
            odd.add(flag, 0);
        }
        if header.kind == p::AUTH && known.is_some_and(|v| v < Version::V5) {
            odd.add(Flag::MqttTypeReserved, 0);
        }
        if !header.shortest {
            odd.add(Flag::MqttLengthEncoding, 1);
        }
        let role = if side == self.who.side { Side::Client } else { Side::Server };
        if self.connected && header.kind != p::CONNECT && p::sender(header.kind, known).is_some_and(|s| s != role) {
            odd.add(Flag::MqttDirection, 0);
        }
    }

    /// Bytes of one side are missing.
    pub fn gap(&mut self, side: Side) {
        self.sent(side).complete = false;
        self.sent(side.other()).waiting.blind();
        self.sparkplug.gap();
        self.spoke = false;
        if let Some(opening) = &mut self.opening {
            opening.blind |= side != opening.told.sender;
        }
    }

    /// Tells what waited too long at `now`.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        if self.opening.as_ref().is_some_and(|o| o.expired(now))
            && let Some(opening) = self.opening.take()
        {
            opening.silent(&self.who, talk);
        }
        self.from_client.waiting.expire(now, &self.who, talk);
        self.from_server.waiting.expire(now, &self.who, talk);
    }

    pub fn weight(&self) -> usize {
        let direction = |d: &Direction| d.waiting.weight() + d.aliases.weight();
        let opening = self.opening.as_ref().map_or(0, Opening::weight);
        let sides = direction(&self.from_client) + direction(&self.from_server);
        size_of::<Self>() + sides + opening + self.sparkplug.weight()
    }
}
