//! Requests on a bus, and what came of them.

use crate::flow::{Side, Span};
use crate::protocol::{Exchange, Function, Item, Outcome, Reply, TIMEOUT, Talk};

/// A request that waits for its answer.
#[derive(Clone, Copy)]
pub struct Asked {
    pub span: Span,
    pub ordinal: i64,
    pub flagged: bool,
    pub bytes: u32,
    /// When the last frame of it was sent.
    pub last: i64,
}

impl Asked {
    pub fn now(length: usize, talk: &Talk<'_>) -> Self {
        let span = talk.span();
        let bytes = u32::try_from(length).unwrap_or(0);
        Self { span, ordinal: talk.ordinal(), flagged: talk.flagged(), bytes, last: span.last.time }
    }

    /// A further frame belongs to it.
    pub fn goes_on(&mut self, length: usize, talk: &Talk<'_>) {
        self.span.last = talk.span().last;
        self.last = self.span.last.time;
        self.flagged |= talk.flagged();
        self.bytes = self.bytes.saturating_add(u32::try_from(length).unwrap_or(0));
    }

    pub fn over(&self, now: i64) -> bool {
        now.saturating_sub(self.last) >= TIMEOUT
    }
}

/// How it came out.
#[derive(Clone, Copy)]
pub struct Ending {
    pub reply: Reply,
    pub outcome: Outcome,
    pub status: Option<(u32, &'static str)>,
}

impl Ending {
    pub const DONE: Self = Self { reply: Reply::Answered, outcome: Outcome::Success, status: None };
    pub const SILENCE: Self = Self { reply: Reply::Unanswered, outcome: Outcome::Unknown, status: None };
    pub const LONE: Self = Self { reply: Reply::Unexpected, outcome: Outcome::Success, status: None };

    pub const fn failed(reply: Reply, code: u32, name: &'static str) -> Self {
        Self { reply, outcome: Outcome::Failure, status: Some((code, name)) }
    }
}

/// Tells what was asked with what came of it; whom it is between was said before.
pub fn exchange(asked: &Asked, ending: Ending, functions: (Function, Function), item: &Item<'_>, talk: &mut Talk<'_>) {
    let since = asked.span.first.time;
    let duration = (ending.reply == Reply::Answered).then(|| asked.last.saturating_sub(since).max(0));
    let exchange = Exchange {
        function: functions.0,
        subfunction: functions.1,
        outcome: ending.outcome,
        status: ending.status,
        reply: ending.reply,
        duration,
        bytes: asked.bytes,
        flagged: asked.flagged,
        ..Exchange::new(asked.span, Side::Client, asked.ordinal, std::slice::from_ref(item))
    };
    talk.exchange(&exchange);
}

/// Tells a message that nobody answers.
pub fn say(functions: (Function, Function), item: &Item<'_>, length: usize, talk: &mut Talk<'_>) {
    let ending = Ending { reply: Reply::None, outcome: Outcome::Unknown, status: None };
    exchange(&Asked::now(length, talk), ending, functions, item, talk);
}
