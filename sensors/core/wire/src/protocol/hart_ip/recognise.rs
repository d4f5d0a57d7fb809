//! What HART-IP looks like: a sound header, and a body that is what the message id says to its last byte.

use super::header::{self, Header};
use super::pdu::{self, Pdu};
use super::{PORT, direct};
use crate::bytes::{be32, u8_at};
use crate::flow::Transport;
use crate::protocol::{Guess, Probe};

/// Body of a session that is opened: master type, inactivity timer.
pub const SESSION: usize = 5;
/// Of an audit log: start and number; in a response also times, status, size of a record.
pub const AUDIT_REQUEST: usize = 2;
pub const AUDIT_RESPONSE: usize = 22;

/// Whether the body is that of its id.
pub fn fits(header: &Header<'_>) -> bool {
    let body = header.body;
    if matches!(header.kind, header::ERROR | header::NAK) {
        return header::name(header.id).is_some() && body.len() <= SESSION;
    }
    let response = header.kind != header::REQUEST;
    match header.id {
        // A refusal may be bare.
        header::SESSION_INITIATE => {
            (body.len() == SESSION && u8_at(body, 0).is_some_and(|master| master <= 1) && be32(body, 1).is_some())
                || (response && header.status != 0 && body.is_empty())
        }
        header::SESSION_CLOSE | header::KEEP_ALIVE => body.is_empty(),
        header::TOKEN_PASSING_PDU => {
            let wanted: &[u8] = if response { &[pdu::REPLY, pdu::BURST] } else { &[pdu::REQUEST] };
            Pdu::read(body).is_some_and(|pdu| pdu.counted && pdu.checked && wanted.contains(&pdu.frame_type()))
                || (response && header.status != 0 && body.is_empty())
        }
        header::DIRECT_PDU => direct::fits(body, response),
        header::READ_AUDIT_LOG if response => body.len() >= AUDIT_RESPONSE,
        header::READ_AUDIT_LOG => body.len() == AUDIT_REQUEST,
        _ => false,
    }
}

pub fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let datagram = probe.transport == Transport::Udp;
    let Some(header) = Header::read(data) else {
        let begun = matches!(header::framing(data), crate::protocol::Framing::Need) && !header::is_tls(data);
        return if begun && !datagram && !probe.ended && data.first() != Some(&22) { Guess::Need } else { Guess::No };
    };
    let bare = header.length == header::LENGTH;
    if !header.sound() || (header.kind == header::REQUEST && header.status != 0) || header::name(header.id).is_none() {
        return Guess::No;
    }
    let Some(whole) = data.get(..header.length) else {
        return if datagram || probe.ended { Guess::No } else { Guess::Need };
    };
    let at_port = probe.source_port == PORT || probe.destination_port == PORT;
    // Eight bytes say little: elsewhere they are not enough.
    if !Header::read(whole).is_some_and(|header| fits(&header)) || (bare && !at_port) {
        return Guess::No;
    }
    if datagram
        && whole.len() < data.len()
        && !Header::read(data.get(header.length..).unwrap_or_default()).is_some_and(|next| next.sound())
    {
        return Guess::No;
    }
    Guess::Yes { confidence: if at_port { 0.97 } else { 0.9 }, sender: Some(header.sender()) }
}

/// A server may answer a session's beginning from the port at which the session goes on: that answer belongs to the request.
pub fn conversation(data: &[u8], (source, destination): (u16, u16)) -> Option<(u16, u16)> {
    // Any datagram comes by here.
    let [1 | 2, header::RESPONSE, header::SESSION_INITIATE, ..] = data else { return None };
    if source == PORT || destination == PORT {
        return None;
    }
    let header = Header::read(data).filter(|header| header.length == data.len() && fits(header))?;
    (header.body.len() == SESSION).then_some((PORT, destination))
}
