//! PUBLISH: topic, quality, retention, payload as values (MQTT 5.0, 3.3).
//!
//! | topic | packet id 2 (QoS 1, 2) | properties (5) | payload |; flags: DUP, QoS 2 bits, RETAIN.

use super::alias::Resolved;
use super::flow::{Flow, Packet};
use super::packet::Version;
use super::property::{self, Properties};
use super::reader::Reader;
use super::told::{Ending, Odd, Told};
use super::waiting::Phase;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::{Function, Talk};
use crate::text::Details;

/// A PUBLISH taken apart.
pub struct Publication<'a> {
    pub topic: Resolved,
    pub qos: u8,
    pub retain: bool,
    pub dup: bool,
    pub id: u16,
    pub payload: &'a [u8],
    /// Flags and properties, as JSON.
    pub details: Option<String>,
}

impl Flow {
    pub(super) fn publish(&mut self, packet: &Packet<'_>, mut odd: Odd, talk: &mut Talk<'_>) {
        let publication = self.taken_apart(packet, &mut odd);
        let mut told = Told::new(packet.kind, packet.side, packet.length, talk);
        let delivery = packet.side != self.who.side;
        told.subfunction = way(delivery, publication.retain);
        odd.tell(talk);
        let cut = self.content(&publication, &mut told, delivery, talk);
        // An empty retained message deletes the one the broker keeps: a change without a value, so always told.
        let deletes = publication.retain && publication.payload.is_empty() && !delivery;
        told.flagged |= talk.flagged() || deletes;
        if cut {
            // Told, but no news: large documents are cut at every publication.
            talk.flag(Flag::Truncated, None, None);
        }
        let phase = match publication.qos {
            1 => Phase::Puback,
            2 => Phase::Pubrec,
            _ => return told.tell(&Ending::NONE, &self.who, talk),
        };
        let direction = match packet.side {
            Side::Client => &mut self.from_client,
            Side::Server => &mut self.from_server,
        };
        if let Some(earlier) = direction.waiting.same_id(publication.id) {
            if !publication.dup {
                talk.flag(Flag::PairingIdReused, None, None);
                told.flagged = true;
            }
            earlier.silent(&self.who, talk);
        }
        for entry in direction.waiting.push(publication.id, phase, told) {
            talk.flag(Flag::ParserLimit, None, None);
            entry.told.tell(&Ending::NONE, &self.who, talk);
        }
    }

    fn taken_apart<'a>(&mut self, packet: &Packet<'a>, odd: &mut Odd) -> Publication<'a> {
        let qos = packet.flags >> 1 & 3;
        let mut publication = Publication {
            topic: Resolved::Unknown,
            qos,
            retain: packet.flags & 1 != 0,
            dup: packet.flags & 8 != 0,
            id: 0,
            payload: &[],
            details: None,
        };
        let mut details = Details::default();
        details.truth("retain", publication.retain).number("qos", qos);
        if publication.dup {
            details.truth("dup", true);
        }
        let mut reader = Reader::new(packet.body);
        let Some(name) = reader.block() else {
            odd.add(Flag::MqttLengthMismatch, packet.offset);
            publication.details = details.finish();
            return publication;
        };
        if name.contains(&b'#') || name.contains(&b'+') {
            odd.add(Flag::MqttTopicWildcard, packet.offset);
        }
        let topic = odd.text(name, packet.offset + 2);
        if qos > 0 {
            let id = reader.u16();
            publication.id = id.unwrap_or(0);
            match id {
                None => odd.add(Flag::MqttLengthMismatch, packet.offset + reader.at()),
                Some(0) => odd.add(Flag::MqttPacketIdZero, packet.offset + reader.at() - 2),
                Some(_) => {}
            }
        }
        let at = packet.offset + reader.at();
        let mut properties = Properties::default();
        if packet.version == Version::V5 {
            match property::read(&mut reader, packet.kind) {
                Some(found) => properties = found,
                None => odd.add(Flag::MqttProperty, at),
            }
        }
        properties.check(at, odd);
        properties.tell(&mut details, false);
        publication.topic = self.topic(packet, &properties, topic, at, odd);
        publication.payload = reader.rest();
        if details.truncated() {
            odd.add(Flag::Truncated, at);
        }
        publication.details = details.finish();
        publication
    }

    /// The topic, by its name or by its alias.
    fn topic(
        &mut self,
        packet: &Packet<'_>,
        properties: &Properties<'_>,
        topic: String,
        at: usize,
        odd: &mut Odd,
    ) -> Resolved {
        let alias = properties.number(property::TOPIC_ALIAS).and_then(|n| u16::try_from(n).ok());
        let complete = self.complete();
        if topic.is_empty() && alias.is_none() {
            odd.add(Flag::MqttTopicEmpty, packet.offset);
            return Resolved::Topic(topic);
        }
        let aliases = &mut self.sent(packet.side).aliases;
        let above = alias.zip(aliases.maximum).is_some_and(|(alias, maximum)| alias > maximum);
        let resolved = aliases.resolve(alias, topic);
        if complete && (above || (resolved == Resolved::Unknown && !aliases.forgot)) {
            odd.add(Flag::MqttTopicAlias, at);
        }
        resolved
    }
}

/// Which way it goes and whether it is kept: a client that only received a topic so far and now publishes it, or now has
/// it retained, does something new.
const fn way(delivery: bool, retain: bool) -> Function {
    match (delivery, retain) {
        (false, false) => Function { code: None, name: None },
        (true, false) => Function { code: Some(1), name: Some("delivery") },
        (false, true) => Function { code: Some(2), name: Some("retained") },
        (true, true) => Function { code: Some(3), name: Some("retained delivery") },
    }
}
