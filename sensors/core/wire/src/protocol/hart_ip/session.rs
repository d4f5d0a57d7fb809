//! What a message is, what is odd about its form, and what is known of a session.

use super::call::Call;
use super::header::{self, Header};
use super::pdu::{self, Pdu};
use super::recognise::{AUDIT_REQUEST, AUDIT_RESPONSE, SESSION};
use super::{command, direct, layouts, wireless};
use crate::bytes::u8_at;
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::Talk;
use crate::protocol::dialogue::Turn;
use crate::protocol::draft::Drafts;

/// What a response names its request by: sequence number and message id.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Key {
    pub sequence: u16,
    pub id: u8,
}

/// What is known of one flow.
#[derive(Default)]
pub struct Session {
    pub drafts: Drafts,
    /// Address of whom a command goes to, written again for each.
    pub unit: String,
    /// The device at the other end, as it called itself first.
    pub device: Option<[u8; 5]>,
    /// A session was accepted, or what was said before is not known.
    pub open: bool,
    told_closed: bool,
    secured: bool,
}

impl Session {
    pub fn read<'a>(&mut self, side: Side, data: &'a [u8], datagram: bool, talk: &mut Talk<'_>) -> Turn<'a, Key> {
        if !datagram && header::is_tls(data) {
            self.secure(side, talk);
            return Turn::Pass;
        }
        let Some(header) = Header::read(data) else {
            talk.flag(Flag::HartIpHeader, Some(0), None);
            return Turn::Pass;
        };
        if !header.sound() {
            talk.flag(Flag::HartIpHeader, Some(0), None);
            return Turn::Pass;
        }
        if header.length != data.len() {
            talk.flag(Flag::HartIpLength, Some(6), None);
        }
        check(&header, talk);
        let key = Key { sequence: header.sequence, id: header.id };
        if header.answers() {
            return Turn::Answer { key, data };
        }
        if header.kind == header::PUBLISH {
            return Turn::Say { key, data };
        }
        let opens = header.id == header::SESSION_INITIATE;
        if !opens && !datagram && talk.facts.begun && !self.open && !self.told_closed {
            self.told_closed = true;
            talk.flag(Flag::HartIpNoSession, Some(2), None);
        }
        // The answer may come from a port that is not known here.
        if opens && datagram { Turn::Call { key, data } } else { Turn::Ask { key, data } }
    }

    /// From here on the connection cannot be read.
    fn secure(&mut self, side: Side, talk: &mut Talk<'_>) {
        if std::mem::replace(&mut self.secured, true) {
            return;
        }
        let row = SessionRow {
            ot_session_kind: Some("hart_ip_tls"),
            ot_operation: Some(Operation::SessionOpen.name()),
            event_outcome: Some("unknown"),
            ot_message: Some(talk.ordinal()),
            ot_security_mode: Some("SignAndEncrypt"),
            ..SessionRow::default()
        };
        let (span, ordinal) = (talk.span(), talk.ordinal());
        talk.session(side, span, ordinal, row);
    }

    pub fn weight(&self) -> usize {
        self.drafts.weight() + self.unit.capacity()
    }
}

/// What is odd about a message by itself.
fn check(header: &Header<'_>, talk: &mut Talk<'_>) {
    let body = header.body;
    if matches!(header.kind, header::ERROR | header::NAK) {
        return;
    }
    let response = header.kind != header::REQUEST;
    // What was refused needs no body.
    let bare = response && header.status != 0 && body.is_empty();
    let sound = match header.id {
        header::SESSION_INITIATE => {
            if !response && u8_at(body, 0).is_some_and(|master| master > 1) {
                talk.flag(Flag::HartIpMasterType, Some(8), None);
            }
            body.len() == SESSION || bare
        }
        header::SESSION_CLOSE | header::KEEP_ALIVE => body.is_empty(),
        header::TOKEN_PASSING_PDU => {
            if !bare {
                frame(body, response, talk);
            }
            true
        }
        header::DIRECT_PDU => direct::fits(body, response) || bare,
        header::READ_AUDIT_LOG if response => body.len() >= AUDIT_RESPONSE || bare,
        header::READ_AUDIT_LOG => body.len() == AUDIT_REQUEST,
        _ => {
            talk.flag(Flag::HartIpMessageId, Some(2), None);
            true
        }
    };
    if !sound {
        talk.flag(Flag::HartIpLength, Some(8), None);
    }
    if header.id == header::DIRECT_PDU && !response {
        for entry in direct::List::of(body).take(direct::MOST) {
            demand(&Call { number: entry.number, asked: Some(entry.data), told: None }, talk);
        }
    }
}

/// A token-passing PDU.
fn frame(body: &[u8], response: bool, talk: &mut Talk<'_>) {
    let Some(pdu) = Pdu::read(body) else { return talk.flag(Flag::HartIpFrame, Some(8), None) };
    let kind = pdu.frame_type();
    let expected = if response { matches!(kind, pdu::REPLY | pdu::BURST) } else { kind == pdu::REQUEST };
    if !pdu.counted || !expected || (response && pdu.status().is_none()) {
        talk.flag(Flag::HartIpFrame, Some(8), None);
    } else if !pdu.checked {
        talk.flag(Flag::HartIpCheck, Some(8), None);
    }
    if response {
        return;
    }
    let (number, data) = pdu.command();
    match direct::Inner::read(data, true).filter(|_| number == direct::TO_SUB_DEVICE) {
        Some(inner) => {
            if !inner.frame.counted {
                talk.flag(Flag::HartIpFrame, Some(8), None);
            }
            demand(&Call { number: inner.number, asked: Some(inner.data), told: None }, talk);
        }
        None if number == direct::TO_SUB_DEVICE => talk.flag(Flag::HartIpData, Some(8), None),
        None => demand(&Call { number, asked: Some(data), told: None }, talk),
    }
}

/// What is odd about a command that is asked for.
fn demand(call: &Call<'_>, talk: &mut Talk<'_>) {
    if command::of(call.number).is_none() && !command::is_private(call.number) {
        talk.flag(Flag::HartIpCommandUnknown, Some(8), None);
    }
    let layout = layouts::written(call.number).or_else(|| layouts::asked(call.number));
    let short = call.asked.is_some_and(|data| layout.is_some_and(|layout| data.len() < layout.least));
    if short && wireless::secret(call.number).is_none() {
        talk.flag(Flag::HartIpData, Some(8), None);
    }
}
