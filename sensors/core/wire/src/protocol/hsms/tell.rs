//! Exchanges, sessions, identity and recipes as rows.

use super::acknowledge::{self, Status};
use super::header::{
    ALL, DATA, DESELECT_REQ, DESELECT_RSP, Header, LINKTEST_REQ, LINKTEST_RSP, REJECT_REQ, SELECT_REQ, SELECT_RSP,
    SEPARATE_REQ,
};
use super::message::{self, Message};
use super::secs::{Item, Reader};
use super::shape::{self, Account, Shape};
use super::speaker::{Key, REFUSALS, Speaker};
use crate::dataset::rows::{FileRow, SessionRow};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::draft::Draft;
use crate::protocol::{Exchange, Function, Item as Row, Outcome, Talk, Unit};
use crate::text::Details;
use sha2::{Digest, Sha256};

/// Model and software revision are told by these.
const ARE_YOU_THERE: (u8, u8) = (1, 2);
const ESTABLISH: (u8, u8) = (1, 13);
const ESTABLISHED: (u8, u8) = (1, 14);
const PROCESS_PROGRAM: u8 = 7;

const fn unit(session: u16) -> Unit<'static> {
    match session {
        ALL => Unit::None,
        session => Unit::Number(session_number(session)),
    }
}

const fn session_number(session: u16) -> u32 {
    let [high, low] = session.to_be_bytes();
    u32::from_be_bytes([0, 0, high, low])
}

/// How a request ended.
fn ending(answer: Option<&Header<'_>>) -> (Outcome, Option<Status>) {
    match answer {
        Some(answer) if answer.stype == REJECT_REQ => (Outcome::Failure, Some(acknowledge::of_rejection(answer.byte3))),
        Some(answer) if answer.stype == DATA && answer.stream() == REFUSALS => {
            (Outcome::Failure, answer.message().map(|message| (u32::from(answer.byte3), message.name)))
        }
        Some(answer) if answer.stype == DATA => acknowledge::of_reply(answer.stream(), answer.byte3, answer.text),
        Some(answer) => acknowledge::of_control(answer.stype, answer.byte3),
        None => (Outcome::Unknown, None),
    }
}

/// A data message with its reply.
pub fn data(speaker: &mut Speaker, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let (asked, answer) = (turns.request.and_then(Header::read), turns.answer.and_then(Header::read));
    let Some(head) = asked.or(answer) else { return };
    let primary = asked.is_some() || head.stream() == REFUSALS;
    let function = if primary { head.byte3 } else { head.byte3.saturating_sub(1) };
    let message = message::of(head.stream(), function);
    let (outcome, status) = ending(answer.as_ref().or(Some(&head).filter(|head| head.stream() == REFUSALS)));
    let equipment = speaker.equipment();
    identity(equipment, turns, [asked.as_ref(), answer.as_ref()], talk);
    let mut drafts = std::mem::take(&mut speaker.drafts);
    drafts.clear();
    let mut account = Account {
        drafts: &mut drafts,
        details: Details::default(),
        operation: message.map_or(Operation::Unknown, |message| operation(message, turns.sender == equipment)),
        cut: false,
    };
    let asked = if asked.is_none() && primary { answer } else { asked };
    shape::read(message.map_or(Shape::Nothing, |message| message.shape), text(asked), text(answer), &mut account);
    let (operation, cut) = (account.operation, account.cut);
    account.details.text("message", &format!("S{}F{function}", head.stream()));
    if turns.repeats > 0 {
        account.details.number("repeats", turns.repeats);
    }
    let details = account.details.finish();
    if cut {
        talk.flag(Flag::ParserLimit, None, None);
    }
    if drafts.list.is_empty() {
        drafts.list.push(Draft::new(operation));
    }
    let written = drafts.texts(|out| out.push_str(details.as_deref().unwrap_or_default()));
    for draft in &mut drafts.list {
        (draft.operation, draft.details) = (operation, written.clone());
    }
    drafts.hand(|items| {
        talk.exchange(&Exchange {
            function: Function {
                code: Some(u32::from(head.stream()) << 8 | u32::from(function)),
                name: message.map(|message| message.name),
            },
            unit: unit(head.session),
            outcome,
            status,
            flagged: turns.flagged || cut,
            ..turns.exchange(items)
        });
    });
    speaker.drafts = drafts;
}

/// The text of a data message.
fn text<'a>(header: Option<Header<'a>>) -> &'a [u8] {
    header.filter(|header| header.stype == DATA).map_or(&[], |header| header.text)
}

/// A program that the equipment sends is one that is read out of it.
const fn operation(message: &Message, by_equipment: bool) -> Operation {
    match (message.operation, by_equipment) {
        (Operation::ProgramDownload, true) => Operation::ProgramUpload,
        (Operation::ProgramUpload, true) => Operation::ProgramDownload,
        (operation, _) => operation,
    }
}

/// MDLN and SOFTREV, in the message of the equipment.
fn identity(equipment: Side, turns: &Turns<'_, Key>, told: [Option<&Header<'_>>; 2], talk: &mut Talk<'_>) {
    let sides = [turns.sender, turns.sender.other()];
    for (header, side) in told.into_iter().zip(sides) {
        let Some(header) = header.filter(|header| header.stype == DATA && side == equipment) else { continue };
        let mut reader = Reader::new(header.text);
        match (header.stream(), header.byte3) {
            ARE_YOU_THERE | ESTABLISH => {}
            ESTABLISHED => {
                if reader.list().is_none() || reader.take().is_none() {
                    continue;
                }
            }
            _ => continue,
        }
        if reader.list() != Some(2) {
            continue;
        }
        for attribute in ["model", "firmware"] {
            let Some(item) = reader.take().filter(Item::text) else { break };
            let value = crate::text::bounded(item.body, 64).0;
            let value = value.trim();
            if !value.is_empty() {
                talk.identity(side, attribute, value, 0.95, "hsms.establish_communications");
            }
        }
    }
}

/// A control message with its reply.
pub fn control(turns: &Turns<'_, Key>, head: &Header<'_>, talk: &mut Talk<'_>) {
    let answer = turns.answer.and_then(Header::read);
    let (outcome, status) = ending(answer.as_ref());
    let (name, operation) = match head.stype {
        SELECT_REQ | SELECT_RSP => ("Select", Operation::SessionOpen),
        DESELECT_REQ | DESELECT_RSP => ("Deselect", Operation::SessionClose),
        LINKTEST_REQ | LINKTEST_RSP => ("Linktest", Operation::SessionKeepalive),
        SEPARATE_REQ => ("Separate", Operation::SessionClose),
        _ => return,
    };
    let items = [Row::new(operation)];
    let exchange = Exchange {
        function: Function { code: Some(u32::from(head.stype)), name: Some(name) },
        unit: unit(head.session),
        outcome,
        status,
        ..turns.exchange(&items)
    };
    talk.exchange(&exchange);
    if operation == Operation::SessionKeepalive {
        return;
    }
    let row = SessionRow {
        ot_session_kind: Some("hsms_select"),
        ot_operation: Some(operation.name()),
        event_outcome: Some(outcome.name()),
        ot_status_code: status.map(|status| status.0),
        ot_status_name: status.map(|status| status.1),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_secret_kind: Some("none"),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
}

/// A recipe that a message carries whole: S7F3, and S7F6 that was asked for.
pub fn recipe(equipment: Side, side: Side, header: &Header<'_>, talk: &mut Talk<'_>) {
    if header.stream() != PROCESS_PROGRAM || !matches!(header.byte3, 3 | 6) {
        return;
    }
    let mut reader = Reader::new(header.text);
    let (Some(2), Some(name), Some(body)) = (reader.list(), reader.take(), reader.take()) else { return };
    let from_equipment = side == equipment;
    let operation = if from_equipment { Operation::ProgramUpload } else { Operation::ProgramDownload };
    let name = shape::word(&name);
    let hash = crate::text::hex(&Sha256::digest(body.body), 32);
    let number = session_number(header.session).to_string();
    let row = FileRow {
        file_name: Some(&name),
        file_size: i64::try_from(body.body.len()).ok(),
        file_hash_sha256: Some(&hash),
        ot_file_direction: Some(if from_equipment { "from_device" } else { "to_device" }),
        ot_operation: Some(operation.name()),
        ot_unit: (header.session != ALL).then_some(number.as_str()),
        ..FileRow::default()
    };
    let (span, ordinal) = (talk.span(), talk.ordinal());
    talk.file(side, span, ordinal, row);
}
