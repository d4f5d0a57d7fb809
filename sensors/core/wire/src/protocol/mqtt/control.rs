//! PINGREQ, PINGRESP, DISCONNECT, AUTH (MQTT 5.0, 3.12 to 3.15).

use super::flow::{Flow, Packet};
use super::packet::{self as p, Version};
use super::property;
use super::reader::Reader;
use super::reason;
use super::told::{Ending, Odd, Told};
use super::waiting::Phase;
use crate::dataset::Flag;
use crate::protocol::{Outcome, Reply, Talk};
use crate::text::Details;

impl Flow {
    pub(super) fn ping(&mut self, packet: &Packet<'_>, mut odd: Odd, talk: &mut Talk<'_>) {
        if !packet.body.is_empty() {
            odd.add(Flag::MqttLengthMismatch, 1);
        }
        odd.tell(talk);
        let who = self.who.clone();
        if packet.kind == p::PINGREQ {
            let mut told = Told::plain(packet.kind, packet.side, packet.length, talk);
            told.flagged = talk.flagged();
            for entry in self.sent(packet.side).waiting.push(0, Phase::Pingresp, told) {
                talk.flag(Flag::ParserLimit, None, None);
                entry.told.tell(&Ending::NONE, &who, talk);
            }
            return;
        }
        let Some(entry) = self.sent(packet.side.other()).waiting.take(Phase::Pingresp, 0) else {
            return self.lone(packet, 0, talk);
        };
        let ending = Ending {
            outcome: Outcome::Success,
            status: None,
            reply: Reply::Answered,
            answer: Some(talk.span()),
            bytes: u32::try_from(packet.length).unwrap_or(u32::MAX),
            flagged: talk.flagged(),
        };
        entry.told.tell(&ending, &who, talk);
    }

    /// DISCONNECT: | reason code 1 (5) | properties (5) |
    pub(super) fn disconnect(&mut self, packet: &Packet<'_>, mut odd: Odd, talk: &mut Talk<'_>) {
        let (told, ending) = reasoned(packet, &mut odd, talk);
        let ending = Ending { outcome: ending.status.map_or(Outcome::Success, |_| ending.outcome), ..ending };
        told.tell(&ending, &self.who, talk);
    }

    /// AUTH: the same form. Each step is told; who he is stands in CONNECT.
    pub(super) fn authenticate(&mut self, packet: &Packet<'_>, mut odd: Odd, talk: &mut Talk<'_>) {
        let (told, ending) = reasoned(packet, &mut odd, talk);
        let done = matches!(ending.status, Some((0 | 0x80.., _)));
        let ending = Ending { outcome: if done { ending.outcome } else { Outcome::Unknown }, ..ending };
        told.tell(&ending, &self.who, talk);
    }
}

/// Reason and properties of a packet that asks for no answer.
fn reasoned(packet: &Packet<'_>, odd: &mut Odd, talk: &mut Talk<'_>) -> (Told, Ending) {
    let mut reader = Reader::new(packet.body);
    let new = packet.version == Version::V5;
    // Left out, it means success (3.14.2.1, 3.15.2.1).
    let code = new.then(|| reader.u8().unwrap_or(0));
    if code.is_some_and(|code| !reason::reason(packet.kind, code).1) {
        odd.add(Flag::MqttReasonCode, packet.offset);
    }
    let mut details = Details::default();
    if new && !reader.done() {
        let at = packet.offset + reader.at();
        match property::read(&mut reader, packet.kind) {
            Some(found) => {
                found.check(at, odd);
                found.tell(&mut details, false);
            }
            None => odd.add(Flag::MqttProperty, at),
        }
    }
    if !reader.done() {
        odd.add(Flag::MqttLengthMismatch, packet.offset + reader.at());
    }
    odd.tell(talk);
    let mut told = Told::plain(packet.kind, packet.side, packet.length, talk);
    told.details = details.finish().map(String::into_boxed_str);
    told.flagged = talk.flagged();
    let ending = Ending {
        outcome: code.map_or(Outcome::Unknown, reason::outcome),
        status: code.map(|code| reason::reason(packet.kind, code).0),
        ..Ending { reply: Reply::None, ..Ending::NONE }
    };
    (told, ending)
}
