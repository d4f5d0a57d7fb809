//! CONNACK and the session row that comes of CONNECT and CONNACK together (MQTT 5.0, 3.2).

use super::connect::Opening;
use super::flow::{Flow, Packet};
use super::packet::{self as p, Version};
use super::property;
use super::reader::Reader;
use super::reason;
use super::told::{Ending, Odd, Told, Who, merged};
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::flow::Span;
use crate::hash;
use crate::protocol::{Outcome, Reply, Talk};
use crate::text::{self, Details};

impl Flow {
    /// CONNACK: | flags 1: session present | code 1 | properties |
    pub(super) fn connack(&mut self, packet: &Packet<'_>, mut odd: Odd, talk: &mut Talk<'_>) {
        let mut reader = Reader::new(packet.body);
        let (flags, code) = (reader.u8().unwrap_or(0), reader.u8());
        // A server that does not know version 5 refuses in the form of version 3.
        let version = if reader.done() { packet.version.min(Version::V311) } else { packet.version };
        let version = if packet.version == Version::V5 && code.is_some_and(|c| c >= 6) { Version::V5 } else { version };
        let status = code.map(|code| reason::connack(code, version));
        if status.is_some_and(|(_, known)| !known) {
            odd.add(Flag::MqttReasonCode, packet.offset + 1);
        }
        let present = flags & 1 != 0;
        if packet.version != Version::V31 && (flags & 0xfe != 0 || (present && code != Some(0))) {
            odd.add(Flag::MqttConnectFlags, packet.offset);
        }
        let mut details = Details::default();
        if packet.version != Version::V31 {
            details.truth("session_present", present);
        }
        self.server_properties(packet, &mut reader, &mut details, &mut odd, talk);
        if code.is_none() || !reader.done() {
            odd.add(Flag::MqttLengthMismatch, packet.offset + reader.at());
        }
        self.resumed |= present;
        let opening = self.opening.take();
        if opening.is_none() && self.complete() && !self.from_client.waiting.overflowed {
            odd.add(Flag::PairingUnexpectedReply, 0);
        }
        odd.tell(talk);
        let mut opening = opening.unwrap_or_else(|| Opening {
            told: Told { details: None, ..Told::plain(p::CONNACK, packet.side.other(), 0, talk) },
            secret: "",
            known: None,
            blind: false,
        });
        opening.told.details = merged(opening.told.details.as_deref(), details.finish());
        let ending = Ending {
            outcome: code.map_or(Outcome::Unknown, reason::connack_outcome),
            status: status.map(|(status, _)| status),
            reply: if opening.secret.is_empty() { Reply::Unexpected } else { Reply::Answered },
            answer: Some(talk.span()),
            bytes: u32::try_from(packet.length).unwrap_or(u32::MAX),
            flagged: talk.flagged(),
        };
        tell(&opening, &ending, &self.who, talk);
        talk.identity(packet.side, "service", "mqtt", 0.95, "mqtt CONNACK");
        if code.is_some_and(|code| reason::refused(code, version)) {
            talk.refused_login();
        }
        if code.is_some_and(|code| code != 0) {
            self.who = Who { side: self.who.side, ..Who::default() };
        }
    }

    /// What the server says of itself and asks for, in version 5.
    fn server_properties(
        &mut self,
        packet: &Packet<'_>,
        reader: &mut Reader<'_>,
        details: &mut Details,
        odd: &mut Odd,
        talk: &mut Talk<'_>,
    ) {
        if packet.version != Version::V5 || reader.done() {
            return;
        }
        let at = packet.offset + reader.at();
        let Some(found) = property::read(reader, p::CONNACK) else {
            odd.add(Flag::MqttProperty, at);
            return;
        };
        found.check(at, odd);
        found.tell(details, true);
        let maximum = found.number(property::TOPIC_ALIAS_MAXIMUM).and_then(|n| u16::try_from(n).ok());
        self.sent(packet.side.other()).aliases.maximum = Some(maximum.unwrap_or(0));
        if let Some(assigned) = found.text(property::ASSIGNED_CLIENT_ID).filter(|id| !id.is_empty()) {
            let id = text::bounded(assigned, text::TEXT_LIMIT).0;
            let server = talk.facts.server.ip.to_string();
            self.who.session = Some(hash::key(&[b"mqtt", server.as_bytes(), id.as_bytes()]));
            self.who.client = Some(id.into_boxed_str());
        }
    }
}

/// The transaction and the session row of one login.
pub fn tell(opening: &Opening, ending: &Ending, who: &Who, talk: &mut Talk<'_>) {
    let Opening { told, secret, known, .. } = opening;
    told.tell(ending, who, talk);
    let last = ending.answer.map_or(told.span.last, |a| a.last);
    let operation = if who.user.is_some() { Operation::SecurityLogin } else { Operation::SessionOpen };
    let row = SessionRow {
        ot_session_kind: Some("mqtt_connect"),
        ot_session: who.session,
        ot_operation: Some(operation.name()),
        event_outcome: Some(ending.outcome.name()),
        ot_status_code: ending.status.map(|s| s.0),
        ot_status_name: ending.status.map(|s| s.1),
        ot_reply: Some(ending.reply.name()),
        event_duration: ending.answer.map(|a| a.first.time.saturating_sub(told.span.last.time).max(0)),
        user_name: who.user.as_deref(),
        ot_secret_kind: Some(*secret).filter(|secret| !secret.is_empty()),
        // What this parser reads is not encrypted.
        ot_secret_encrypted: matches!(*secret, "password" | "token").then_some(false),
        ot_secret_known: *known,
        ot_client_name: who.client.as_deref(),
        ot_details: told.details.as_deref(),
        ..SessionRow::default()
    };
    talk.session(told.sender, Span { first: told.span.first, last }, told.ordinal, row);
}
