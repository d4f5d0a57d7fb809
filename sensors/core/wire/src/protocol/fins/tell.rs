//! What is said of a command with its response.

use super::command::{self, Command};
use super::end_code::EndCode;
use super::header::{Header, Place};
use super::said::Said;
use super::state::{Key, State};
use super::transfer::Transfer;
use super::{file, identity, memory, program, status};
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::protocol::dialogue::Turns;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk, Unit, Values};

/// A command and its response, taken apart.
struct Both<'a> {
    command: Option<&'static Command>,
    code: u16,
    operation: Operation,
    asked: Option<&'a [u8]>,
    /// Text of a response behind the end code, whether it did what was asked or not.
    told: Option<&'a [u8]>,
    end: Option<EndCode>,
    outcome: Outcome,
}

impl<'a> Both<'a> {
    fn of(turns: &Turns<'a, Key>, asked: Option<&Header<'a>>, told: Option<&Header<'a>>) -> Self {
        let command = command::of(turns.key.command);
        let asked = asked.map(|header| header.text);
        let end = told.and_then(|header| EndCode::read(header.text));
        Self {
            command,
            code: turns.key.command,
            operation: command.map_or(Operation::Unknown, |command| command::operation(command, asked)),
            asked,
            told: told.and_then(|header| header.text.get(2..)),
            end,
            outcome: end.map_or(Outcome::Unknown, EndCode::outcome),
        }
    }

    /// Text of a response that did what was asked.
    fn done(&self) -> Option<&'a [u8]> {
        self.told.filter(|_| self.outcome == Outcome::Success)
    }
}

impl State {
    pub fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let (asked, told) = (turns.request.and_then(Header::read), turns.answer.and_then(Header::read));
        let both = Both::of(turns, asked.as_ref(), told.as_ref());
        let places = match (&asked, &told) {
            (Some(asked), _) => (asked.destination, asked.source),
            (None, Some(told)) => (told.source, told.destination),
            (None, None) => (Place::default(), Place::default()),
        };
        places.0.write(&mut self.unit);
        places.1.write(&mut self.client);
        match both.asked {
            Some(text) if memory::is_range(both.code) => {
                let (item, odd) = memory::range(both.code, both.operation, text, both.done());
                flag(odd, talk);
                self.hand(turns, &both, &[item], talk);
            }
            Some(text) if memory::names_several(both.code) => {
                let (items, odd) = memory::several(both.code, both.operation, text, both.done());
                flag(odd, talk);
                let none = [memory::unknown(both.operation)];
                self.hand(turns, &both, if items.is_empty() { &none } else { &items }, talk);
            }
            None if memory::is_range(both.code) || memory::names_several(both.code) => {
                self.hand(turns, &both, &[memory::unknown(both.operation)], talk);
            }
            _ => self.others(turns, &both, talk),
        }
    }

    fn hand(&self, turns: &Turns<'_, Key>, both: &Both<'_>, items: &[Item<'_>], talk: &mut Talk<'_>) {
        let name = both.command.map(|command| command.name);
        talk.exchange(&Exchange {
            function: Function { code: Some(u32::from(both.code)), name },
            unit: Unit::Text(&self.unit),
            client_name: Some(&self.client),
            outcome: both.outcome,
            status: both.end.and_then(EndCode::status),
            flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
            ..turns.exchange(items)
        });
    }

    fn others(&mut self, turns: &Turns<'_, Key>, both: &Both<'_>, talk: &mut Talk<'_>) {
        let mut said = Said::default();
        let (asked, done) = (both.asked.unwrap_or_default(), both.done());
        let odd = program::tell(both.code, asked, done.filter(|_| both.asked.is_some()), &mut said);
        flag(odd, talk);
        command::describe(both.code, asked, &mut said);
        file::tell(both.code, asked, done, &mut said);
        // A refusal says who holds the access right.
        status::tell(both.code, asked, both.told.unwrap_or_default(), &mut said);
        if let Some(told) = done {
            identity::tell(both.code, told, turns.sender.other(), talk, &mut said);
        }
        if matches!(both.code, command::PROGRAM_AREA_PROTECT | command::PROGRAM_AREA_PROTECT_CLEAR) {
            program::protected(asked, &mut said);
            self.protection(turns, both, talk);
        }
        if let Some(end) = both.end {
            for (key, set) in
                [("relay_error", end.relay), ("fatal_error", end.fatal), ("non_fatal_error", end.non_fatal)]
            {
                if set {
                    said.details.truth(key, true);
                }
            }
        }
        self.moves(turns, both, &said, talk);
        self.emit(turns, both, said, talk);
    }

    fn moves(&mut self, turns: &Turns<'_, Key>, both: &Both<'_>, said: &Said, talk: &mut Talk<'_>) {
        let (Some(asked), Some(done), Some((_, name))) = (both.asked, both.done(), said.objects.first()) else {
            return;
        };
        let part = program::part(both.code, asked, done, name).or_else(|| file::part(both.code, asked, done, name));
        if let Some(part) = part {
            Transfer::follow(&mut self.transfer, &part, (turns, &self.unit), talk);
        }
    }

    /// A password that protects the program, or lifts its protection: that there was one, never which.
    fn protection(&self, turns: &Turns<'_, Key>, both: &Both<'_>, talk: &mut Talk<'_>) {
        let Some(asked) = both.asked else { return };
        let given =
            asked.get(program::PROTECTION..).is_some_and(|text| text.iter().any(|byte| !matches!(byte, 0 | b' ')));
        let status = both.end.and_then(EndCode::status);
        let row = SessionRow {
            ot_session_kind: Some("fins_protection"),
            ot_operation: Some(both.operation.name()),
            event_outcome: Some(both.outcome.name()),
            ot_status_code: status.map(|s| s.0),
            ot_status_name: status.map(|s| s.1),
            ot_reply: Some(turns.reply.name()),
            event_duration: turns.duration,
            ot_message: Some(turns.ordinal),
            ot_secret_kind: Some(if given { "password" } else { "none" }),
            ot_secret_encrypted: given.then_some(false),
            ot_unit: Some(&self.unit),
            ot_client_name: Some(&self.client),
            ..SessionRow::default()
        };
        talk.session(turns.sender, turns.span, turns.ordinal, row);
        if both.outcome == Outcome::Failure && both.operation == Operation::SecurityUnlock {
            talk.refused_login();
        }
    }

    fn emit(&self, turns: &Turns<'_, Key>, both: &Both<'_>, said: Said, talk: &mut Talk<'_>) {
        if said.details.truncated() {
            talk.flag(Flag::Truncated, None, None);
        }
        let details = said.details.finish();
        let mut item = Item { details: details.as_deref(), ..Item::new(both.operation) };
        if let Some((kind, text)) = &said.value {
            item.values = Values::Text { kind, text };
        }
        let items: Vec<Item<'_>> = said
            .objects
            .iter()
            .map(|(kind, address)| {
                let object = Object { kind: Some(kind), address: Address::Text(address), start: 0, count: 0 };
                Item { object, ..item }
            })
            .collect();
        self.hand(turns, both, if items.is_empty() { std::slice::from_ref(&item) } else { &items }, talk);
    }
}

/// Only what stands in a response is flagged when it is told: what is odd about a command was, when it was read.
fn flag(odd: Option<Flag>, talk: &mut Talk<'_>) {
    if let Some(flag) = odd {
        talk.flag(flag, Some(14), None);
    }
}
