//! What a call says: an exchange, and a session row where a relation begins or ends.

use super::management::{
    CONNECT, CONTROL, Ending, READ, READ_IMPLICIT, RELEASE, WRITE, Waiting, command, relation, session,
};
use super::record::{self, Place, Record};
use super::rpc::Interface;
use super::status;
use crate::bytes::{be32, le32};
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Reply, Talk, Values};
use crate::text::{self, Details};

/// Octets of a record that are shown, and writes told of one call.
const SHOWN: usize = 64;
const WRITES: usize = 32;
/// Calls of the endpoint mapper.
const LOOKUP: u16 = 2;

/// Bits of ControlCommand.
const COMMANDS: [(u16, &str); 7] = [
    (0x0001, "PrmEnd"),
    (0x0002, "ApplicationReady"),
    (0x0004, "Release"),
    (0x0010, "ReadyForCompanion"),
    (0x0020, "ReadyForRT_CLASS_3"),
    (0x0040, "PrmBegin"),
    (0x0008, "Done"),
];

pub fn call(request: &Waiting, ending: &Ending<'_>, talk: &mut Talk<'_>) {
    if request.interface == Interface::Mapper {
        return mapper(request, ending, talk);
    }
    match request.operation {
        CONNECT => connect(request, ending, talk),
        RELEASE | CONTROL => control(request, ending, talk),
        READ | READ_IMPLICIT => read(request, ending, talk),
        WRITE => write(request, ending, talk),
        _ => {
            talk.flag(Flag::ProfinetRpcOperation, Some(68), None);
            tell(request, ending, (Function::default(), None), &[Item::new(Operation::Unknown)], talk);
        }
    }
}

fn function(operation: u16) -> Function {
    let name = match operation {
        CONNECT => "Connect",
        RELEASE => "Release",
        READ => "Read",
        WRITE => "Write",
        CONTROL => "Control",
        READ_IMPLICIT => "ReadImplicit",
        _ => "Reserved",
    };
    Function { code: Some(u32::from(operation)), name: Some(name) }
}

fn outcome(ending: &Ending<'_>) -> (Outcome, Option<(u32, &'static str)>) {
    match (ending.reply, ending.status) {
        (Reply::Unanswered | Reply::None, _) => (Outcome::Unknown, None),
        (_, Some(code)) if ending.fault => (Outcome::Failure, Some((code, fault(code)))),
        (_, Some(0)) => (Outcome::Success, None),
        (_, Some(code)) => (Outcome::Failure, Some((code, status::name(code)))),
        (_, None) => (Outcome::Unknown, None),
    }
}

/// Reasons of fault and reject packets (C706, annex E).
fn fault(code: u32) -> &'static str {
    match code {
        0x1c01_0002 => "nca_op_rng_error",
        0x1c01_0003 => "nca_unk_if",
        0x1c01_000b => "nca_proto_error",
        0x1c01_0014 => "nca_server_too_busy",
        0x1c00_001b => "nca_s_fault_remote_no_memory",
        _ => "RPC fault",
    }
}

fn duration(ending: &Ending<'_>) -> Option<i64> {
    (ending.reply == Reply::Answered).then(|| ending.span.last.time.saturating_sub(ending.span.first.time))
}

fn tell(
    request: &Waiting,
    ending: &Ending<'_>,
    (subfunction, session): (Function, Option<i64>),
    items: &[Item<'_>],
    talk: &mut Talk<'_>,
) {
    let (outcome, status) = outcome(ending);
    let mut exchange = Exchange::new(ending.span, request.side, request.ordinal, items);
    exchange.function = match request.interface {
        Interface::Mapper => Function { code: Some(u32::from(request.operation)), name: Some("EndpointMapper") },
        _ => function(request.operation),
    };
    exchange.subfunction = subfunction;
    exchange.outcome = outcome;
    exchange.status = status;
    exchange.reply = ending.reply;
    exchange.duration = duration(ending);
    exchange.bytes = u32::try_from(request.body.len() + ending.bytes).unwrap_or(u32::MAX);
    exchange.session = session;
    exchange.flagged = talk.flagged();
    talk.exchange(&exchange);
}

fn connect(request: &Waiting, ending: &Ending<'_>, talk: &mut Talk<'_>) {
    let relation = relation(request.blocks(talk), ending.blocks);
    if relation.odd {
        talk.flag(Flag::ProfinetBlock, Some(100), None);
    }
    if let Some(station) = relation.station.as_deref().filter(|name| !name.is_empty()) {
        talk.identity(request.side, "name", station, 0.9, "profinet connect");
        talk.identity(request.side, "role", "IO-Controller", 0.8, "profinet connect");
    }
    if let Some(server) = &relation.server {
        talk.identity(request.side.other(), "name", server, 0.9, "profinet connect");
    }
    let details = relation.details();
    let mut item = Item::new(Operation::SessionOpen);
    item.object.kind = Some("connection");
    item.details = details.as_deref();
    let kind = relation.kind.map(|kind| (u32::from(kind), super::block::relation_type(kind)));
    let subfunction = Function { code: kind.map(|kind| kind.0), name: kind.map(|kind| kind.1) };
    tell(request, ending, (subfunction, relation.session()), &[item], talk);
    let station = relation.station.as_deref();
    let names = (station, relation.server.as_deref(), details.as_deref());
    opened(request, ending, (Operation::SessionOpen, relation.session()), names, talk);
}

fn opened(
    request: &Waiting,
    ending: &Ending<'_>,
    (operation, session): (Operation, Option<i64>),
    (client, server, details): (Option<&str>, Option<&str>, Option<&str>),
    talk: &mut Talk<'_>,
) {
    let (outcome, status) = outcome(ending);
    let row = SessionRow {
        ot_session_kind: Some("profinet_ar"),
        ot_session: session,
        ot_operation: Some(operation.name()),
        event_outcome: Some(outcome.name()),
        ot_status_code: status.map(|status| status.0),
        ot_status_name: status.map(|status| status.1),
        ot_reply: Some(ending.reply.name()),
        event_duration: duration(ending),
        ot_client_name: client,
        ot_server_name: server,
        ot_details: details,
        ..SessionRow::default()
    };
    talk.session(request.side, ending.span, request.ordinal, row);
}

fn control(request: &Waiting, ending: &Ending<'_>, talk: &mut Talk<'_>) {
    let blocks = request.blocks(talk);
    let (bits, id) = command(blocks).or_else(|| command(ending.blocks)).unwrap_or_default();
    let name = COMMANDS.iter().find(|(bit, _)| bits & bit != 0).map(|(_, name)| *name);
    let operation = match name {
        _ if request.operation == RELEASE => Operation::SessionClose,
        Some("PrmEnd" | "PrmBegin") => Operation::ConfigureConnection,
        _ => Operation::Notify,
    };
    let mut details = Details::default();
    if let Some(id) = id {
        details.text("relation", &super::ptcp::uuid(&id, false));
    }
    let details = details.finish();
    let mut item = Item::new(operation);
    item.object.kind = Some("connection");
    item.details = details.as_deref();
    let session = session(id);
    tell(request, ending, (Function { code: Some(u32::from(bits)), name }, session), &[item], talk);
    if operation == Operation::SessionClose {
        opened(request, ending, (operation, session), (None, None, details.as_deref()), talk);
    }
}

/// What is said of one record.
struct Line {
    place: Place,
    operation: Operation,
    address: String,
    text: Option<String>,
    details: Option<String>,
}

fn line(record: &Record<'_>, write: bool, data: Option<&[u8]>) -> Line {
    let mut details = Details::default();
    if record.place.relation.iter().any(|octet| *octet != 0) {
        details.text("relation", &super::ptcp::uuid(&record.place.relation, false));
    }
    details.number("record_size", record.place.length);
    Line {
        place: record.place,
        operation: record.place.deed(write),
        address: record.place.address(),
        text: data.filter(|data| !data.is_empty()).map(|data| text::hex(data, SHOWN)),
        details: details.finish(),
    }
}

fn records(request: &Waiting, ending: &Ending<'_>, lines: &[Line], statuses: &[Option<u32>], talk: &mut Talk<'_>) {
    let mut items = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let mut item = Item::new(line.operation);
        let subfunction =
            Function { code: Some(u32::from(line.place.index)), name: Some(record::name(line.place.index)) };
        item.functions = Some((function(request.operation), subfunction));
        item.object = Object { kind: Some("record"), address: Address::Text(&line.address), start: 0, count: 0 };
        if let Some(text) = &line.text {
            item.values = Values::Text { kind: "octets", text };
        }
        if let Some(code) = statuses.get(at).copied().flatten() {
            item.outcome = Some(if code == 0 { Outcome::Success } else { Outcome::Failure });
            item.status = (code != 0).then(|| (code, status::name(code)));
        }
        item.details = line.details.as_deref();
        items.push(item);
    }
    let session = session(lines.first().map(|line| line.place.relation));
    tell(request, ending, (Function::default(), session), &items, talk);
}

fn read(request: &Waiting, ending: &Ending<'_>, talk: &mut Talk<'_>) {
    let blocks = request.blocks(talk);
    let (asked, answer) = (record::read(blocks), record::read(ending.blocks));
    let Some(named) = asked.or(answer) else {
        if ending.status == Some(0) || !blocks.is_empty() {
            talk.flag(Flag::ProfinetBlock, Some(100), None);
        }
        return tell(request, ending, (Function::default(), None), &[Item::new(Operation::Read)], talk);
    };
    let data = answer.map(|answer| answer.data);
    if let Some(data) = data {
        let mut told = Vec::new();
        record::identity(data, &mut told);
        for (attribute, value) in told {
            talk.identity(request.side.other(), attribute, &value, 0.95, "profinet i&m");
        }
    }
    records(request, ending, &[line(&named, false, data)], &[], talk);
}

fn write(request: &Waiting, ending: &Ending<'_>, talk: &mut Talk<'_>) {
    let blocks = request.blocks(talk);
    let Some(first) = record::read(blocks).or_else(|| record::read(ending.blocks)) else {
        talk.flag(Flag::ProfinetBlock, Some(100), None);
        return tell(request, ending, (Function::default(), None), &[Item::new(Operation::WriteParameter)], talk);
    };
    if first.kind != record::WRITE_REQUEST || first.place.index != record::MULTIPLE {
        let data = (first.kind == record::WRITE_REQUEST).then_some(first.data);
        let status = record::read(ending.blocks).and_then(|answer| answer.place.status);
        return records(request, ending, &[line(&first, true, data)], &[status], talk);
    }
    let mut lines = Vec::new();
    for (record, data) in many(first.data) {
        if lines.len() >= WRITES {
            talk.flag(Flag::ParserLimit, None, None);
            break;
        }
        lines.push(line(&record, true, Some(data)));
    }
    let inside = answers(ending.blocks).filter(|record| record.place.index != record::MULTIPLE);
    let statuses: Vec<Option<u32>> = inside.map(|record| record.place.status).collect();
    records(request, ending, &lines, &statuses, talk);
}

/// The writes inside a multiple write: each header with its data, padded to four octets.
fn many(mut left: &[u8]) -> impl Iterator<Item = (Record<'_>, &[u8])> {
    std::iter::from_fn(move || {
        let mut record = record::read(left)?;
        // Some clients put the envelope into one more.
        if record.place.index == record::MULTIPLE {
            record = record::read(record.data)?;
            left = left.get(record::HEADER..)?;
        }
        let length = usize::try_from(record.place.length).ok()?;
        let data = record.data.get(..length)?;
        left = left.get(record::HEADER..)?.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((record, data))
    })
}

/// The answers inside the answer to a multiple write; the first header is the envelope's.
fn answers(blocks: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut left = blocks.get(record::HEADER..).unwrap_or_default();
    std::iter::from_fn(move || {
        let record = record::read(left)?;
        left = record.data;
        Some(record)
    })
}

/// The endpoint mapper: a lookup answers with a text that names the device.
fn mapper(request: &Waiting, ending: &Ending<'_>, talk: &mut Talk<'_>) {
    let told = annotation(ending.blocks, request.little).filter(|_| request.operation == LOOKUP);
    let mut details = Details::default();
    if let Some(told) = &told {
        details.text("annotation", told);
        for (attribute, from, to) in [("model", 0, 25), ("order_number", 26, 46), ("hardware", 47, 52)] {
            let part = told.get(from..to).map(str::trim).filter(|part| !part.is_empty());
            if let Some(part) = part.filter(|_| told.len() >= 60) {
                talk.identity(request.side.other(), attribute, part, 0.9, "profinet endpoint mapper");
            }
        }
    }
    let details = details.finish();
    let mut item = Item::new(Operation::IdentifyServices);
    item.details = details.as_deref();
    let name = if request.operation == LOOKUP { Some("Lookup") } else { None };
    tell(request, ending, (Function { code: None, name }, None), &[item], talk);
}

/// | handle 20 | entries 4 | array 12 | object 16 | tower 4 | annotation: offset 4, length 4, text |.
fn annotation(body: &[u8], little: bool) -> Option<String> {
    let length = if little { le32(body, 60) } else { be32(body, 60) }?;
    let text = body.get(64..64 + usize::try_from(length).ok()?.min(64))?;
    let text = text::bounded(text, text::TEXT_LIMIT).0;
    Some(text.trim_end_matches(['\u{fffd}', ' ']).to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::management;

    #[test]
    fn a_relation_without_an_id_has_no_session() {
        assert_eq!(management::session(Some([0; 16])), None);
        assert!(management::session(Some([1; 16])).is_some_and(|session| session > 0));
    }
}
