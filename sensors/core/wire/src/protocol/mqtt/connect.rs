//! CONNECT and CONNACK: who opens a session, with what, and whether he was let in (MQTT 5.0, 3.1, 3.2).
//!
//! CONNECT: | protocol name | level 1 | flags 1: user, password, will retain, will QoS 2, will, clean, 0 | keep alive 2 |
//! properties | client id | will properties, topic, payload | user | password |

use super::flow::{Flow, Packet};
use super::packet::{self as p, Version};
use super::property;
use super::reader::Reader;
use super::told::{Ending, Odd, Part, Told, Who};
use super::{payload, session};
use crate::dataset::{Flag, Operation};
use crate::hash;
use crate::protocol::{Reply, TIMEOUT, Talk, defaults};
use crate::text::Details;

/// Bit of the level by which a bridge tells the broker what it is (mosquitto's extension).
const BRIDGE: u8 = 0x80;

/// A CONNECT that waits for its CONNACK. The password itself is not kept.
#[derive(Debug)]
pub struct Opening {
    pub told: Told,
    /// `none`, `password` or `token`.
    pub secret: &'static str,
    /// User and password are a maker's default.
    pub known: Option<bool>,
    pub blind: bool,
}

/// What a CONNECT says.
struct Connect {
    version: Version,
    clean: bool,
    client: Option<String>,
    user: Option<String>,
    secret: &'static str,
    known: Option<bool>,
    alias_maximum: u16,
    details: Details,
}

impl Flow {
    pub(super) fn connect(&mut self, packet: &Packet<'_>, mut odd: Odd, talk: &mut Talk<'_>) {
        if self.connected {
            odd.add(Flag::MqttConnectSecond, 0);
        } else if self.spoke {
            odd.add(Flag::MqttConnectFirst, 0);
        }
        let connect = read(packet, &mut odd);
        odd.tell(talk);
        if let Some(earlier) = self.opening.take() {
            earlier.silent(&self.who, talk);
        }
        self.version = Some(connect.version);
        self.connected = true;
        self.resumed = !connect.clean;
        for direction in [&mut self.from_client, &mut self.from_server] {
            direction.complete = true;
            direction.aliases.clear();
        }
        // Without the property the receiver takes no alias at all (3.1.2.11.5).
        self.sent(packet.side.other()).aliases.maximum = Some(connect.alias_maximum);
        let client = connect.client.filter(|id| !id.is_empty());
        let server = talk.facts.server.ip.to_string();
        self.who = Who {
            side: packet.side,
            session: client.as_ref().map(|id| hash::key(&[b"mqtt", server.as_bytes(), id.as_bytes()])),
            client: client.map(String::into_boxed_str),
            user: connect.user.map(String::into_boxed_str),
        };
        if let Some(client) = &self.who.client {
            talk.identity(packet.side, "name", client, 0.9, "mqtt CONNECT client id");
        }
        let mut told = Told::plain(p::CONNECT, packet.side, packet.length, talk);
        if self.who.user.is_some() {
            told.parts.push(Part::new(Operation::SecurityLogin));
        }
        told.details = connect.details.finish().map(String::into_boxed_str);
        told.flagged = talk.flagged();
        self.opening = Some(Opening { told, secret: connect.secret, known: connect.known, blind: false });
    }
}

impl Opening {
    pub fn expired(&self, now: i64) -> bool {
        now.saturating_sub(self.told.span.last.time) >= TIMEOUT
    }

    pub fn weight(&self) -> usize {
        self.told.weight()
    }

    /// A CONNECT nobody answered.
    pub fn silent(self, who: &Who, talk: &mut Talk<'_>) {
        let reply = if self.blind { Reply::None } else { Reply::Unanswered };
        session::tell(&self, &Ending { reply, ..Ending::NONE }, who, talk);
    }
}

fn read(packet: &Packet<'_>, odd: &mut Odd) -> Connect {
    let mut connect = Connect {
        version: Version::V311,
        clean: true,
        client: None,
        user: None,
        secret: "none",
        known: None,
        alias_maximum: 0,
        details: Details::default(),
    };
    let mut reader = Reader::new(packet.body);
    let whole = fields(&mut connect, &mut reader, packet.offset, odd);
    if whole.is_none() || !reader.done() {
        odd.add(Flag::MqttLengthMismatch, packet.offset + reader.at());
    }
    if connect.details.truncated() {
        odd.add(Flag::Truncated, packet.offset);
    }
    connect
}

fn fields(connect: &mut Connect, r: &mut Reader<'_>, offset: usize, odd: &mut Odd) -> Option<()> {
    let name = r.block()?;
    let level = r.u8()?;
    connect.version = match (name, level & !BRIDGE) {
        (b"MQIsdp", 3) => Version::V31,
        (b"MQTT", 4) => Version::V311,
        (b"MQTT", 5) => Version::V5,
        (b"MQTT" | b"MQIsdp", _) => {
            odd.add(Flag::MqttProtocolLevel, offset + r.at() - 1);
            Version::V311
        }
        _ => {
            odd.add(Flag::MqttProtocolName, offset);
            if level == 5 { Version::V5 } else { Version::V311 }
        }
    };
    let details = &mut connect.details;
    details.text("version", connect.version.name()).number("level", level & !BRIDGE);
    if level & BRIDGE != 0 {
        details.truth("bridge", true);
    }
    let flags = r.u8()?;
    let keepalive = r.u16()?;
    connect.clean = flags & 0x02 != 0;
    details.truth("clean", connect.clean).number("keepalive", keepalive);
    if odd_flags(flags, connect.version) {
        odd.add(Flag::MqttConnectFlags, offset + r.at() - 3);
    }
    if flags & 0x18 == 0x18 {
        odd.add(Flag::MqttQosIllegal, offset + r.at() - 3);
    }
    if connect.version == Version::V5 {
        properties(connect, r, p::CONNECT, offset, odd)?;
    }
    let at = offset + r.at();
    let client = odd.text(r.block()?, at);
    if client.is_empty() && (connect.version == Version::V31 || (connect.version == Version::V311 && !connect.clean)) {
        odd.add(Flag::MqttClientIdEmpty, at);
    }
    connect.client = Some(client);
    if flags & 0x04 != 0 {
        will(connect, r, flags, offset, odd)?;
    }
    if flags & 0x80 != 0 {
        let at = offset + r.at();
        connect.user = Some(odd.text(r.block()?, at));
    }
    if flags & 0x40 != 0 {
        let secret = r.block()?;
        connect.secret = "password";
        connect.known = Some(defaults::known(connect.user.as_deref().unwrap_or_default(), secret));
    }
    Some(())
}

/// Reserved bit, will bits without a will, a password without a user where the version forbids it.
const fn odd_flags(flags: u8, version: Version) -> bool {
    let will_less = flags & 0x04 == 0 && flags & 0x38 != 0;
    let user_less = flags & 0xc0 == 0x40 && !matches!(version, Version::V5);
    match version {
        // 3.1 leaves bit 0 unused and says nothing of the others.
        Version::V31 => false,
        _ => flags & 0x01 != 0 || will_less || user_less,
    }
}

/// Properties of CONNECT, or of the will.
fn properties(connect: &mut Connect, r: &mut Reader<'_>, place: u8, offset: usize, odd: &mut Odd) -> Option<()> {
    let at = offset + r.at();
    let found = property::read(r, place)?;
    found.check(at, odd);
    if place == p::CONNECT {
        connect.alias_maximum =
            found.number(property::TOPIC_ALIAS_MAXIMUM).and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
        if found.get(property::AUTH_METHOD).is_some() {
            connect.secret = "token";
        }
        found.tell(&mut connect.details, false);
    } else if let Some(delay) = found.number(property::WILL_DELAY) {
        connect.details.number("will_delay", delay);
    }
    Some(())
}

fn will(connect: &mut Connect, r: &mut Reader<'_>, flags: u8, offset: usize, odd: &mut Odd) -> Option<()> {
    if connect.version == Version::V5 {
        properties(connect, r, property::WILL, offset, odd)?;
    }
    let at = offset + r.at();
    let name = r.block()?;
    if name.is_empty() {
        odd.add(Flag::MqttTopicEmpty, at);
    }
    if name.contains(&b'#') || name.contains(&b'+') {
        odd.add(Flag::MqttTopicWildcard, at);
    }
    let topic = odd.text(name, at);
    let content = r.block()?;
    let sparkplug = crate::protocol::sparkplug::topic::read(&topic).flatten().is_some_and(|t| t.kind.death());
    let shape = if sparkplug { "sparkplug".to_owned() } else { payload::read(content).shape };
    connect
        .details
        .text("will_topic", &topic)
        .number("will_qos", flags >> 3 & 3)
        .truth("will_retain", flags & 0x20 != 0)
        .text("will_payload_shape", &shape)
        .number("will_payload_bytes", u32::try_from(content.len()).unwrap_or(u32::MAX));
    Some(())
}
