//! Replies: what was read or done, and the exchange that comes of request and reply together.

use super::function as fc;
use super::identification;
use super::items::{kind, with_items};
use super::request::Request;
use super::state::{Adu, both, outcome};
use super::umas;
use crate::bytes::{be16, u8_at};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::{Exchange, Item, Outcome, Reply, Talk, Unit};

/// A request with its reply.
pub fn emit(request: &Request, adu: &Adu<'_>, reply: Reply, talk: &mut Talk<'_>) {
    let (outcome, status) = outcome(adu.pdu);
    let station = umas::station(request);
    check(request, adu.pdu, outcome, status, talk);
    let duration = talk.span().first.time.saturating_sub(request.span.last.time).max(0);
    let data = if outcome == Outcome::Success { adu.pdu } else { &[] };
    let bytes = request.bytes.saturating_add(u32::try_from(adu.length).unwrap_or(0));
    let flagged = request.flagged || talk.flagged();
    let (function, subfunction) = terms(request);
    with_items(request, data, outcome, talk, |items, talk| {
        let mut exchange = Exchange::new(both(request.span, talk.span()), Side::Client, request.ordinal, items);
        (exchange.function, exchange.subfunction) = (function, subfunction);
        exchange.unit = Unit::Number(u32::from(request.unit));
        (exchange.outcome, exchange.status, exchange.reply) = (outcome, status, reply);
        exchange.duration = Some(duration);
        (exchange.client_name, exchange.session) = (station.as_deref(), umas::session(request));
        exchange.bytes = bytes;
        exchange.flagged = flagged;
        talk.exchange(&exchange);
    });
    if outcome == Outcome::Success && request.code == fc::UMAS {
        umas::tell(request, adu.pdu, talk);
    } else if outcome == Outcome::Success {
        identification::tell(request, adu.pdu, talk);
    }
}

/// A request whose reply never came, or may have been among lost packets.
pub fn emit_silent(request: &Request, reply: Reply, talk: &mut Talk<'_>) {
    let (function, subfunction) = terms(request);
    with_items(request, &[], Outcome::Unknown, talk, |items, talk| {
        let mut exchange = Exchange::new(request.span, Side::Client, request.ordinal, items);
        (exchange.function, exchange.subfunction) = (function, subfunction);
        exchange.unit = Unit::Number(u32::from(request.unit));
        exchange.reply = reply;
        exchange.bytes = request.bytes;
        exchange.flagged = request.flagged;
        talk.exchange(&exchange);
    });
}

/// A reply without a request: what it says of itself. The addresses stood in the request.
pub fn emit_lone(adu: &Adu<'_>, reply: Reply, talk: &mut Talk<'_>) {
    let (outcome, status) = outcome(adu.pdu);
    let code = u8_at(adu.pdu, 0).unwrap_or(0) & !fc::EXCEPTION;
    let sub = be16(adu.pdu, 1).filter(|_| code == fc::DIAGNOSTICS);
    let (function, subfunction) = fc::terms(code, sub);
    let mut item = Item::new(fc::operation(code, sub.unwrap_or(0)));
    item.object.kind = kind(code);
    let items = [item];
    let mut exchange = Exchange::new(talk.span(), Side::Client, talk.ordinal(), &items);
    (exchange.function, exchange.subfunction) = (function, subfunction);
    exchange.unit = Unit::Number(u32::from(adu.unit));
    (exchange.outcome, exchange.status, exchange.reply) = (outcome, status, reply);
    exchange.bytes = u32::try_from(adu.length).unwrap_or(u32::MAX);
    exchange.flagged = talk.flagged();
    talk.exchange(&exchange);
}

fn terms(request: &Request) -> (crate::protocol::Function, crate::protocol::Function) {
    let has_sub = matches!(request.code, fc::DIAGNOSTICS | fc::ENCAPSULATED_INTERFACE_TRANSPORT | fc::UMAS);
    fc::terms(request.code, has_sub.then_some(request.sub))
}

/// What must hold between a request and its reply.
fn check(request: &Request, pdu: &[u8], outcome: Outcome, status: Option<(u32, &str)>, talk: &mut Talk<'_>) {
    if outcome == Outcome::Failure {
        if status.is_none_or(|(_, name)| name == "Undefined Exception") {
            talk.flag(Flag::ModbusExceptionCode, Some(8), None);
        }
        return;
    }
    let counted = |wanted: usize| {
        let count = u8_at(pdu, 1).map(usize::from);
        count != Some(wanted) || pdu.len() != wanted + 2
    };
    let wrong_count = match request.code {
        fc::READ_COILS | fc::READ_DISCRETE_INPUTS => counted(usize::from(request.count).div_ceil(8)),
        fc::READ_HOLDING_REGISTERS | fc::READ_INPUT_REGISTERS | fc::READ_WRITE_MULTIPLE_REGISTERS => {
            counted(usize::from(request.count) * 2)
        }
        _ => false,
    };
    if wrong_count {
        talk.flag(Flag::ModbusByteCount, Some(8), None);
    }
    let echoes = match request.code {
        fc::WRITE_SINGLE_COIL | fc::WRITE_SINGLE_REGISTER | fc::MASK_WRITE_REGISTER => {
            be16(pdu, 1) == Some(request.start)
        }
        fc::WRITE_MULTIPLE_COILS | fc::WRITE_MULTIPLE_REGISTERS => {
            be16(pdu, 1) == Some(request.start) && be16(pdu, 3) == Some(request.count)
        }
        fc::DIAGNOSTICS => be16(pdu, 1) == Some(request.sub),
        _ => true,
    };
    if !echoes {
        talk.flag(Flag::ModbusEchoDiffers, Some(8), None);
    }
}
