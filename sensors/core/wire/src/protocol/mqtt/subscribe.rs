//! SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK: who listens to what (MQTT 5.0, 3.8 to 3.11).
//!
//! | packet id 2 | properties (5) | for each: filter, options 1 (SUBSCRIBE) |; answers: one code for each.

use super::flow::{Flow, Packet};
use super::packet::{self as p, Version};
use super::property;
use super::reader::Reader;
use super::reason;
use super::told::{Ending, Odd, Part, Told, merged};
use super::waiting::Phase;
use crate::dataset::Flag;
use crate::protocol::{Outcome, Reply, Talk};
use crate::text::Details;

/// Filters of one packet that get a row of their own.
const FILTERS: usize = 256;

impl Flow {
    pub(super) fn subscribe(&mut self, packet: &Packet<'_>, mut odd: Odd, talk: &mut Talk<'_>) {
        let mut told = Told::new(packet.kind, packet.side, packet.length, talk);
        let mut reader = Reader::new(packet.body);
        let id = reader.u16();
        if id == Some(0) {
            odd.add(Flag::MqttPacketIdZero, packet.offset);
        }
        let mut common = Details::default();
        properties(packet, &mut reader, &mut common, &mut odd);
        let common = common.finish();
        let mut count = 0usize;
        while !reader.done() {
            let at = packet.offset + reader.at();
            let Some(part) = filter(packet, &mut reader, common.as_deref(), &mut odd) else {
                odd.add(Flag::MqttLengthMismatch, at);
                break;
            };
            count += 1;
            if count <= FILTERS {
                told.parts.push(part);
            } else {
                odd.add(Flag::Truncated, at);
            }
        }
        if id.is_none() {
            odd.add(Flag::MqttLengthMismatch, packet.offset);
        }
        if count == 0 {
            odd.add(Flag::MqttNoFilter, packet.offset + reader.at());
            told.parts.push(Part::new(p::operation(packet.kind)));
        }
        odd.tell(talk);
        told.flagged = talk.flagged();
        let phase = if packet.kind == p::SUBSCRIBE { Phase::Suback } else { Phase::Unsuback };
        let who = self.who.clone();
        let waiting = &mut self.sent(packet.side).waiting;
        let id = id.unwrap_or(0);
        if let Some(earlier) = waiting.same_id(id) {
            talk.flag(Flag::PairingIdReused, Some(0), None);
            earlier.silent(&who, talk);
        }
        for entry in waiting.push(id, phase, told) {
            talk.flag(Flag::ParserLimit, None, None);
            entry.told.tell(&Ending::NONE, &who, talk);
        }
    }

    /// SUBACK, UNSUBACK.
    pub(super) fn granted(&mut self, packet: &Packet<'_>, mut odd: Odd, talk: &mut Talk<'_>) {
        let mut reader = Reader::new(packet.body);
        let Some(id) = reader.u16() else {
            odd.add(Flag::MqttLengthMismatch, packet.offset);
            odd.tell(talk);
            return self.lone(packet, 0, talk);
        };
        let mut details = Details::default();
        properties(packet, &mut reader, &mut details, &mut odd);
        let codes = reader.rest();
        let known = |code: &u8| {
            let (_, known) = status(packet, *code);
            known
        };
        if !codes.iter().all(known) {
            odd.add(Flag::MqttReasonCode, packet.offset + reader.at());
        }
        let phase = if packet.kind == p::SUBACK { Phase::Suback } else { Phase::Unsuback };
        let Some(mut entry) = self.sent(packet.side.other()).waiting.take(phase, id) else {
            odd.tell(talk);
            return self.lone(packet, id, talk);
        };
        let each = packet.kind == p::SUBACK || packet.version == Version::V5;
        let asked = entry.told.parts.iter().filter(|part| part.address.is_some()).count();
        if (each && codes.len() != asked && asked < FILTERS) || (!each && !codes.is_empty()) {
            odd.add(Flag::MqttAckCount, packet.offset + reader.at());
        }
        odd.tell(talk);
        let more = details.finish();
        for (i, part) in entry.told.parts.iter_mut().enumerate() {
            part.details = merged(part.details.as_deref(), more.clone());
            if let Some(code) = codes.get(i).filter(|_| each) {
                answer(packet, part, *code);
            }
        }
        let failed = each && codes.iter().any(|code| *code >= reason::FAILURE);
        let ending = Ending {
            outcome: if failed { Outcome::Failure } else { Outcome::Success },
            status: None,
            reply: Reply::Answered,
            answer: Some(talk.span()),
            bytes: u32::try_from(packet.length).unwrap_or(u32::MAX),
            flagged: talk.flagged(),
        };
        entry.told.tell(&ending, &self.who, talk);
    }
}

fn properties(packet: &Packet<'_>, reader: &mut Reader<'_>, details: &mut Details, odd: &mut Odd) {
    if packet.version != Version::V5 {
        return;
    }
    let at = packet.offset + reader.at();
    match property::read(reader, packet.kind) {
        Some(found) => {
            found.check(at, odd);
            found.tell(details, packet.kind != p::SUBSCRIBE && packet.kind != p::UNSUBSCRIBE);
        }
        None => odd.add(Flag::MqttProperty, at),
    }
}

fn status(packet: &Packet<'_>, code: u8) -> ((u32, &'static str), bool) {
    match packet.kind {
        p::SUBACK => reason::suback(code, packet.version),
        _ => reason::reason(packet.kind, code),
    }
}

fn answer(packet: &Packet<'_>, part: &mut Part, code: u8) {
    let (status, _) = status(packet, code);
    part.outcome = Some(reason::outcome(code));
    part.status = Some(status);
    if packet.kind == p::SUBACK && code <= 2 {
        let mut details = Details::default();
        details.number("granted_qos", code);
        part.details = merged(part.details.as_deref(), details.finish());
    }
}

/// One filter with its options: | reserved 2 | retain handling 2 | retain as published 1 | no local 1 | QoS 2 |.
fn filter(packet: &Packet<'_>, reader: &mut Reader<'_>, common: Option<&str>, odd: &mut Odd) -> Option<Part> {
    let at = packet.offset + reader.at();
    let bytes = reader.block()?;
    let options = if packet.kind == p::SUBSCRIBE { Some(reader.u8()?) } else { None };
    let filter = odd.text(bytes, at);
    let (group, levels) = shared(&filter);
    if !valid(levels) {
        odd.add(Flag::MqttTopicFilter, at);
    }
    let mut details = Details::default();
    if let Some(options) = options {
        let new = packet.version == Version::V5;
        if options & 3 == 3 {
            odd.add(Flag::MqttQosIllegal, at);
        }
        if options & if new { 0xc0 } else { 0xfc } != 0 || (new && options & 0x30 == 0x30) {
            odd.add(Flag::MqttSubscribeOptions, at);
        }
        details.number("qos", options & 3);
        if new {
            details.truth("no_local", options & 4 != 0).truth("retain_as_published", options & 8 != 0);
            details.number("retain_handling", options >> 4 & 3);
        }
    }
    details.truth("wildcard", levels.contains(['#', '+']));
    details.truth("root_wildcard", levels.starts_with(['#', '+']));
    details.truth("system", levels.starts_with("$SYS/") || levels == "$SYS");
    if let Some(group) = group {
        details.text("share_group", group);
    }
    let mut part = Part::of(p::operation(packet.kind), "topic", filter.as_str());
    part.details = merged(common, details.finish());
    Some(part)
}

/// Group and filter of a shared subscription (4.8.2), else the filter itself.
fn shared(filter: &str) -> (Option<&str>, &str) {
    filter.strip_prefix("$share/").and_then(|rest| rest.split_once('/')).map_or((None, filter), |(g, f)| (Some(g), f))
}

/// `#` stands alone at the end, `+` alone in its level, and something stands there (4.7.1).
fn valid(filter: &str) -> bool {
    let mut levels = filter.split('/').peekable();
    let mut good = !filter.is_empty();
    while let Some(level) = levels.next() {
        let last = levels.peek().is_none();
        good &= !level.contains('#') || (level == "#" && last);
        good &= !level.contains('+') || level == "+";
    }
    good
}
