//! Control direction: commands, interrogations, readings, clock, test, reset and parameters, paired with what the
//! outstation says of them.

use super::application::{Application, Selected};
use super::asdu::Raw;
use super::details;
use super::waiting::{Ending, Request, verdict};
use super::{Asdu, Reading, cause, kind, reading};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::{Outcome, Reply, Talk};

/// Requests that may wait on one connection.
const WAITING: usize = 64;
/// Selections remembered on one connection.
const SELECTIONS: usize = 32;
/// A selection is given up after this time, ns: sites set some seconds to a minute.
const SELECTED_FOR: i64 = 60_000_000_000;
/// Types with time tag behind those without (58 is 45 with CP56Time2a).
const WITH_TIME: u8 = 58;
const TIME_STEP: u8 = 13;

impl Application {
    /// A data unit that asks, or answers what was asked.
    pub fn control(&mut self, side: Side, asdu: &Asdu<'_>, talk: &mut Talk<'_>) {
        let mut objects = asdu.objects();
        let none = Raw { address: asdu.first_address().unwrap_or(0), data: &[] };
        let mut object = objects.next().unwrap_or(none);
        loop {
            let read = asdu.kind.and_then(|kind| reading::read(kind, object.data));
            if read.and_then(|read| read.time).is_some_and(|time| time.illegal() && !time.invalid) {
                talk.flag(self.companion.time_illegal, None, None);
            }
            if cause::answers(asdu.cause) {
                self.answer(side, asdu, object.address, read, talk);
            } else {
                self.request(side, asdu, object.address, read, talk);
            }
            let Some(next) = objects.next() else { return };
            object = next;
        }
    }

    fn request(&mut self, side: Side, asdu: &Asdu<'_>, object: u32, read: Option<Reading>, talk: &mut Talk<'_>) {
        let operation = self.operation(asdu, object, read.as_ref(), talk);
        let mut request = self.of(side, asdu, object, read, operation, talk);
        // Told at once: nobody answers it (a spontaneous clock, a cause that asks for nothing).
        if !cause::asks(asdu.cause) {
            request.sender = side;
            request.tell(&Ending::default(), talk);
            return;
        }
        if self.waiting.len() >= WAITING {
            talk.flag(Flag::ParserLimit, None, None);
            let mut oldest = self.waiting.remove(0);
            oldest.blind = true;
            oldest.give_up(talk);
        }
        self.waiting.push(request);
    }

    fn of(
        &mut self,
        side: Side,
        asdu: &Asdu<'_>,
        object: u32,
        read: Option<Reading>,
        operation: Operation,
        talk: &Talk<'_>,
    ) -> Request {
        let moves = !matches!(operation, Operation::ControlSelect | Operation::ControlCancel);
        Request {
            code: asdu.code,
            name: asdu.name(),
            cause: asdu.cause,
            operation,
            sender: side,
            common: asdu.common_address,
            object,
            originator: asdu.originator,
            reading: read,
            details: details::request(asdu, read.as_ref(), moves, talk.now(), &mut self.words),
            span: talk.span(),
            ordinal: talk.ordinal(),
            bytes: asdu.octets(),
            flagged: talk.flagged(),
            blind: false,
            confirmed: None,
            touched: talk.now(),
            points: 0,
        }
    }

    /// What a request does. An execution is `control.operate` behind its selection, `control.direct` without one.
    fn operation(&mut self, asdu: &Asdu<'_>, object: u32, read: Option<&Reading>, talk: &mut Talk<'_>) -> Operation {
        if !asdu.kind.is_some_and(kind::Kind::commands) {
            return details::operation(asdu.code, read.and_then(Reading::qualifier));
        }
        let code = untimed(asdu.code);
        let (common, now) = (asdu.common_address, talk.now());
        let same = |s: &Selected| s.common == common && s.object == object && s.code == code;
        let before = self.selected.iter().position(same).map(|at| self.selected.remove(at));
        if asdu.cause == cause::DEACTIVATION {
            return Operation::ControlCancel;
        }
        let number = read.map_or(0.0, |read| read.number);
        if read.is_some_and(Reading::select) {
            self.select(Selected { common, object, code, number, time: now });
            return Operation::ControlSelect;
        }
        match before.filter(|selected| now.saturating_sub(selected.time) < SELECTED_FOR) {
            Some(selected) => {
                if selected.number.to_bits() != number.to_bits() {
                    talk.flag(self.companion.execute_differs, Some(asdu.element_at()), None);
                }
                Operation::ControlOperate
            }
            None => Operation::ControlDirect,
        }
    }

    fn select(&mut self, selected: Selected) {
        if self.selected.len() >= SELECTIONS {
            self.selected.remove(0);
        }
        self.selected.push(selected);
    }

    fn answer(&mut self, side: Side, asdu: &Asdu<'_>, object: u32, read: Option<Reading>, talk: &mut Talk<'_>) {
        let (code, common) = (asdu.code, asdu.common_address);
        let (outcome, status) = verdict(asdu.cause, asdu.negative);
        let all = asdu.layout.broadcast();
        let fits = |r: &Request| {
            r.sender != side && r.answered_by(code, object, asdu.cause) && (r.common == common || r.common == all)
        };
        // A termination belongs to the request that was confirmed.
        let confirmed = |r: &Request| fits(r) && r.confirmed.is_some();
        let found = self.waiting.iter().position(confirmed).or_else(|| self.waiting.iter().position(fits));
        let Some(at) = found else { return self.lone(side, asdu, object, read, talk) };
        self.in_step = true;
        if let Some(request) = self.waiting.get_mut(at) {
            request.touched = talk.now();
            request.bytes = request.bytes.saturating_add(asdu.octets());
            // Terminations of real stacks come with whatever value.
            if asdu.cause <= cause::DEACTIVATION_CONFIRMATION && differs(request, asdu, read.as_ref()) {
                talk.flag(self.companion.mirror_differs, Some(asdu.element_at()), None);
            }
            request.flagged |= talk.flagged();
            let more = outcome == Outcome::Success && asdu.cause == cause::ACTIVATION_CONFIRMATION;
            // Some outstations confirm that they will read; the value is still to come.
            if more && request.code == kind::C_RD_NA_1 {
                return;
            }
            if more && request.terminates() {
                request.confirmed = Some(talk.span());
                return;
            }
        }
        let request = self.waiting.remove(at);
        self.refused = (outcome == Outcome::Failure).then_some((code, request.common, object));
        if outcome == Outcome::Failure && request.operation == Operation::ControlSelect {
            self.selected.retain(|s| s.common != request.common || s.object != request.object);
        }
        let ending = Ending {
            outcome,
            status,
            reply: Reply::Answered,
            answer: request.confirmed.or(Some(talk.span())),
            last: Some(talk.span()),
            terminated: (asdu.cause == cause::ACTIVATION_TERMINATION).then_some(true),
            flagged: false,
        };
        request.tell(&ending, talk);
    }

    /// An answer to nothing that was seen. A termination may come long after its command was told, and some outstations
    /// refuse twice: by P/N and by a cause.
    fn lone(&mut self, side: Side, asdu: &Asdu<'_>, object: u32, read: Option<Reading>, talk: &mut Talk<'_>) {
        let late = asdu.cause == cause::ACTIVATION_TERMINATION;
        let again = self.refused == Some((asdu.code, asdu.common_address, object)) && asdu.cause >= cause::UNKNOWN_TYPE;
        if self.in_step && !late && !again {
            talk.flag(Flag::PairingUnexpectedReply, Some(asdu.at(2)), None);
        }
        let operation = match asdu.kind {
            Some(kind) if kind.commands() && asdu.cause == cause::DEACTIVATION_CONFIRMATION => Operation::ControlCancel,
            Some(kind) if kind.commands() && read.as_ref().is_some_and(Reading::select) => Operation::ControlSelect,
            Some(kind) if kind.commands() => Operation::ControlOperate,
            _ => details::operation(asdu.code, read.as_ref().and_then(Reading::qualifier)),
        };
        // The selection itself was lost: what is executed next was selected all the same.
        if operation == Operation::ControlSelect && !asdu.negative && asdu.cause == cause::ACTIVATION_CONFIRMATION {
            let code = untimed(asdu.code);
            let number = read.map_or(0.0, |read| read.number);
            self.select(Selected { common: asdu.common_address, object, code, number, time: talk.now() });
        }
        let mut request = self.of(side.other(), asdu, object, read, operation, talk);
        request.flagged = talk.flagged();
        let (outcome, status) = verdict(asdu.cause, asdu.negative);
        let reply = match (late, again) {
            (true, _) => Reply::None,
            (_, true) => Reply::Duplicate,
            _ => Reply::Unexpected,
        };
        request.tell(&Ending { outcome, status, reply, ..Ending::default() }, talk);
    }
}

/// Type of a command without its time tag.
const fn untimed(code: u8) -> u8 {
    if code >= WITH_TIME { code - TIME_STEP } else { code }
}

/// A confirmation repeats value and qualifier of what it confirms (7.2.3). Clocks answer with their own time.
fn differs(request: &Request, asdu: &Asdu<'_>, read: Option<&Reading>) -> bool {
    let mirrored = asdu.kind.is_some_and(|kind| kind.commands() || kind.code == kind::C_TS_NA_1);
    let (Some(asked), Some(said)) = (request.reading, read) else { return false };
    mirrored && (asked.number.to_bits() != said.number.to_bits() || asked.select() != said.select())
}
