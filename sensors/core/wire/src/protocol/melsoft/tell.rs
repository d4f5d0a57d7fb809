//! What is said of a request with its response.

use super::command as fc;
use super::file::{Files, Part};
use super::frame::{Call, Message};
use super::parties::{Key, Parties};
use super::{directory, discovery, hello, identity, items, secret};
use crate::dataset::{Flag, Operation};
use crate::protocol::dialogue::Turns;
use crate::protocol::slmp::end_code;
use crate::protocol::slmp::items::Objects;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Reply, Talk, Unit};
use crate::text::Details;

/// What is known of one flow.
#[derive(Default)]
pub struct Known {
    unit: String,
    objects: Objects,
    pub files: Files,
    pub parties: Parties,
}

/// What is odd about a request.
pub fn check(message: &Message<'_>, talk: &mut Talk<'_>) {
    let Message::Call(call) = message else { return };
    if !call.target.sound() {
        talk.flag(Flag::MelsoftHeader, None, None);
    }
    if items::request(&mut Objects::default(), call).is_none() || directory::several(call).is_none() {
        talk.flag(Flag::MelsoftLength, None, None);
    }
}

impl Known {
    pub fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let read = |data: Option<&_>| data.copied().and_then(Message::read);
        let (mut asked, mut told) = (turns.request.and_then(Message::read), read(turns.answer.as_ref()));
        // What another controller answers to a question for all is told by itself.
        let another = told.is_none() && asked.as_ref().is_some_and(Message::is_response);
        if another {
            (asked, told) = (None, asked);
        }
        let turns = &Turns {
            sender: if another { turns.sender.other() } else { turns.sender },
            reply: if another { Reply::Answered } else { turns.reply },
            ..*turns
        };
        match (asked, told) {
            (Some(Message::Hello { kind, .. }), Some(Message::Hello { data, .. }))
            | (None, Some(Message::Hello { kind, data, .. })) => hello::tell(turns, (kind, Some(data)), talk),
            (Some(Message::Hello { kind, .. }), None) => hello::tell(turns, (kind, None), talk),
            (Some(Message::Call(asked)), Some(Message::Call(told))) => {
                self.call((Some(asked), Some(told)), turns, talk)
            }
            (Some(Message::Call(asked)), None) => self.call((Some(asked), None), turns, talk),
            (None, Some(Message::Call(told))) => self.call((None, Some(told)), turns, talk),
            _ => {}
        }
    }

    fn call(
        &mut self,
        (asked, told): (Option<Call<'_>>, Option<Call<'_>>),
        turns: &Turns<'_, Key>,
        talk: &mut Talk<'_>,
    ) {
        let Some(first) = asked.or(told) else { return };
        first.target.write(&mut self.unit);
        let (outcome, status) = match told.map(|told| told.end_code) {
            None => (Outcome::Unknown, None),
            Some(0) => (Outcome::Success, None),
            Some(code) => (Outcome::Failure, Some((u32::from(code), end_code::name(code)))),
        };
        let done = told.filter(|_| outcome == Outcome::Success);
        let known = fc::of(first.command);
        let mut details = Details::default();
        if let Some(asked) = &asked {
            describe(asked, &mut details);
            secret::tell(asked, turns, (outcome, status), &self.unit, talk);
        }
        self.read(asked.as_ref(), done.as_ref(), talk);
        let part = self.files.follow((asked.as_ref(), done.as_ref()), &self.unit, turns, talk);
        if let Some(part) = &part {
            part.describe(&mut details);
        }
        if let Some(done) = &done {
            let about = turns.sender.other();
            match done.command {
                fc::READ_TYPE_NAME | fc::READ_TYPE_NAME_LONG => identity::tell(done, about, talk, &mut details),
                fc::SEARCH_NETWORK => discovery::tell(done.data, about, talk, &mut details),
                _ if directory::describe(done, &mut details).is_none() => talk.flag(Flag::MelsoftLength, None, None),
                _ => {}
            }
        }
        let details = details.finish();
        let operation = part.as_ref().and_then(|part| part.operation);
        let operation = operation.or_else(|| asked.as_ref().and_then(directory::operation));
        let operation = operation.or(known.map(|(_, operation)| operation)).unwrap_or(Operation::Unknown);
        let bare = Item { details: details.as_deref(), ..Item::new(operation) };
        let mut paths = asked.as_ref().and_then(directory::several).unwrap_or_default();
        paths.extend(part.and_then(|part| part.path).or_else(|| asked.as_ref().and_then(directory::place)));
        let file = |path| Item {
            object: Object { kind: Some("file"), address: Address::Text(path), start: 0, count: 1 },
            ..bare
        };
        let named = self.objects.list.iter().map(|named| self.objects.item(named, bare));
        let mut items: Vec<Item<'_>> = named.chain(paths.iter().map(|path| file(path.as_str()))).collect();
        if items.is_empty() {
            items.push(bare);
        }
        talk.exchange(&Exchange {
            function: Function { code: Some(u32::from(first.command)), name: known.map(|(name, _)| name) },
            unit: Unit::Text(&self.unit),
            outcome,
            status,
            flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
            ..turns.exchange(&items)
        });
    }

    /// What the request names, with the values that it or the response carries.
    fn read(&mut self, asked: Option<&Call<'_>>, done: Option<&Call<'_>>, talk: &mut Talk<'_>) {
        let Some(asked) = asked else { return self.objects.clear() };
        // What is odd about the request was told when it came.
        let sound = items::request(&mut self.objects, asked).is_some();
        let Some(done) = done.filter(|_| sound && items::reads(asked) && !self.objects.list.is_empty()) else { return };
        if items::response(&mut self.objects, asked, done).is_none() {
            talk.flag(Flag::MelsoftLength, None, None);
        }
    }

    pub fn weight(&self) -> usize {
        self.unit.capacity()
            + self.objects.buffer.capacity()
            + self.objects.list.capacity() * size_of::<crate::protocol::slmp::items::Named>()
            + self.files.weight()
            + self.parties.weight()
    }
}

impl Part {
    fn describe(&self, details: &mut Details) {
        if self.to_write && self.offset.is_none() {
            details.text("mode", "write");
        }
        if let (Some(offset), Some(bytes)) = (self.offset, self.bytes) {
            details.number("offset", offset);
            details.number("bytes", bytes);
        }
    }
}

/// | 1001 | mode 2 | clear 1 | 0 1 |, 1002, 1003 | mode 2 |, as in `slmp`: mode 3 forces it past another who holds the controller.
fn describe(asked: &Call<'_>, details: &mut Details) {
    if !matches!(asked.command, fc::RUN | fc::STOP | fc::PAUSE) {
        return;
    }
    if asked.data.starts_with(&[3, 0]) {
        details.truth("forced", true);
    }
    match asked.data.get(2).filter(|_| asked.command == fc::RUN) {
        Some(1) => details.text("cleared", "all but latched devices"),
        Some(2) => details.text("cleared", "all devices"),
        _ => details,
    };
}
