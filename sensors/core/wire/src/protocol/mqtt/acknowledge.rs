//! PUBACK, PUBREC, PUBREL, PUBCOMP: what became of a publication of QoS 1 or 2 (MQTT 5.0, 3.4 to 3.7, 4.3).
//!
//! | packet id 2 | reason code 1 (5) | properties (5) |

use super::flow::{Flow, Packet};
use super::packet::{self as p, Version};
use super::property;
use super::reader::Reader;
use super::reason;
use super::told::{Ending, Odd, Told, merged};
use super::waiting::{Entry, Phase};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::{Outcome, Reply, Talk};
use crate::text::Details;

/// An acknowledgement taken apart.
struct Acknowledgement {
    id: u16,
    code: Option<u8>,
    details: Option<String>,
}

impl Flow {
    pub(super) fn acknowledge(&mut self, packet: &Packet<'_>, mut odd: Odd, talk: &mut Talk<'_>) {
        let acknowledgement = read(packet, &mut odd);
        odd.tell(talk);
        let refused = acknowledgement.code.is_some_and(|code| code >= reason::FAILURE);
        let bytes = u32::try_from(packet.length).unwrap_or(u32::MAX);
        match packet.kind {
            p::PUBREL => self.release(packet, acknowledgement.id, bytes, talk),
            p::PUBREC if !refused => {
                let waiting = &mut self.sent(packet.side.other()).waiting;
                if let Some(entry) = waiting.find(Phase::Pubrec, acknowledgement.id) {
                    entry.phase = Phase::Pubcomp;
                    entry.answered = entry.answered.saturating_add(bytes);
                    entry.told.flagged |= talk.flagged();
                    return;
                }
                self.lone(packet, acknowledgement.id, talk);
            }
            kind => {
                let phase = match kind {
                    p::PUBACK => Phase::Puback,
                    p::PUBREC => Phase::Pubrec,
                    _ => Phase::Pubcomp,
                };
                let Some(entry) = self.sent(packet.side.other()).waiting.take(phase, acknowledgement.id) else {
                    return self.lone(packet, acknowledgement.id, talk);
                };
                self.finish(entry, &acknowledgement, packet, talk);
            }
        }
    }

    /// PUBREL comes from the side that published.
    fn release(&mut self, packet: &Packet<'_>, id: u16, bytes: u32, talk: &mut Talk<'_>) {
        let surprise = self.surprise(packet.side, id);
        let direction = self.sent(packet.side);
        if let Some(entry) = direction.waiting.find(Phase::Pubcomp, id) {
            entry.answered = entry.answered.saturating_add(bytes);
            entry.told.flagged |= talk.flagged();
            return;
        }
        if surprise {
            talk.flag(Flag::PairingUnexpectedReply, None, None);
        }
        // The publication was sent on an earlier connection, or among lost bytes: its end is told all the same.
        let mut told = Told::plain(packet.kind, packet.side, packet.length, talk);
        told.flagged = talk.flagged();
        for entry in direction.waiting.push(id, Phase::Pubcomp, told) {
            talk.flag(Flag::ParserLimit, None, None);
            entry.told.tell(&Ending::NONE, &self.who, talk);
        }
    }

    fn finish(&mut self, mut entry: Entry, by: &Acknowledgement, packet: &Packet<'_>, talk: &mut Talk<'_>) {
        if let Some(details) = &by.details {
            entry.told.details = merged(entry.told.details.as_deref(), Some(details.clone()));
        }
        let ending = Ending {
            outcome: by.code.map_or(Outcome::Success, reason::outcome),
            status: by.code.map(|code| reason::reason(packet.kind, code).0),
            reply: Reply::Answered,
            answer: Some(talk.span()),
            bytes: entry.answered.saturating_add(u32::try_from(packet.length).unwrap_or(u32::MAX)),
            flagged: talk.flagged(),
        };
        entry.told.tell(&ending, &self.who, talk);
    }

    /// Whether an acknowledgement that nothing waits for breaks the protocol: all was seen, and nothing forgotten.
    pub(super) fn surprise(&mut self, sender: Side, id: u16) -> bool {
        let complete = self.complete() && !self.resumed;
        let waiting = &self.sent(sender).waiting;
        complete && !waiting.overflowed && !waiting.was_late(id)
    }

    /// An acknowledgement without what it acknowledges.
    pub(super) fn lone(&mut self, packet: &Packet<'_>, id: u16, talk: &mut Talk<'_>) {
        if self.surprise(packet.side.other(), id) {
            talk.flag(Flag::PairingUnexpectedReply, None, None);
        }
        let mut told = Told::plain(packet.kind, packet.side.other(), packet.length, talk);
        told.flagged = talk.flagged();
        told.tell(&Ending { reply: Reply::Unexpected, ..Ending::NONE }, &self.who, talk);
    }
}

fn read(packet: &Packet<'_>, odd: &mut Odd) -> Acknowledgement {
    let mut reader = Reader::new(packet.body);
    let id = reader.u16();
    if id == Some(0) {
        odd.add(Flag::MqttPacketIdZero, packet.offset);
    }
    let new = packet.version == Version::V5;
    // A code left out means success (3.4.2.1).
    let code = if new && id.is_some() { Some(reader.u8().unwrap_or(0)) } else { None };
    if code.is_some_and(|code| !reason::reason(packet.kind, code).1) {
        odd.add(Flag::MqttReasonCode, packet.offset + 2);
    }
    let mut details = Details::default();
    if new && !reader.done() {
        let at = packet.offset + reader.at();
        match property::read(&mut reader, packet.kind) {
            Some(found) => {
                found.check(at, odd);
                found.tell(&mut details, true);
            }
            None => odd.add(Flag::MqttProperty, at),
        }
    }
    if id.is_none() || !reader.done() {
        odd.add(Flag::MqttLengthMismatch, packet.offset + reader.at());
    }
    Acknowledgement { id: id.unwrap_or(0), code, details: details.finish() }
}
