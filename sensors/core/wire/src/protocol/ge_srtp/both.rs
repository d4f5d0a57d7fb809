//! A request and its reply, side by side: what was asked, and how it ended.

use super::header::{Answer, Header, Request};
use super::{service, status};
use crate::dataset::Operation;
use crate::protocol::Outcome;

/// A request and its reply, taken apart.
pub struct Both<'a> {
    pub asked: Option<Request<'a>>,
    pub told: Option<Answer<'a>>,
    pub operation: Operation,
    pub outcome: Outcome,
    pub status: Option<(u32, &'static str)>,
}

impl<'a> Both<'a> {
    pub fn of(asked: Option<&Header<'a>>, told: Option<&Header<'a>>) -> Self {
        let asked = asked.filter(|header| header.fits()).and_then(Header::request);
        let told = told.filter(|header| header.fits()).and_then(Header::answer);
        let (outcome, status) = match told {
            None => (Outcome::Unknown, None),
            Some(Answer { refused: false, major: 0, .. }) => (Outcome::Success, None),
            Some(Answer { major, minor, .. }) => {
                (Outcome::Failure, Some((u32::from(major) << 8 | u32::from(minor), status::name(major, minor))))
            }
        };
        let operation = asked.map_or(Operation::Unknown, |asked| operation(&asked, told.as_ref()));
        Self { asked, told, operation, outcome, status }
    }

    /// A reply that did what was asked.
    pub fn done(&self) -> Option<&Answer<'a>> {
        self.told.as_ref().filter(|_| self.outcome == Outcome::Success)
    }
}

/// What a request does: of some its parameter decides.
fn operation(asked: &Request<'_>, told: Option<&Answer<'_>>) -> Operation {
    let first = asked.parameters.first().copied().unwrap_or(0);
    match asked.service {
        service::SET_STATE => {
            let code = Some(u16::from(first)).filter(|code| matches!(code, 0..=2 | 6));
            match code.or(told.and_then(|told| told.status.state())) {
                Some(code) if status::runs(code) => Operation::ModeRun,
                _ => Operation::ModeStop,
            }
        }
        // Levels 0 and 1 only read, -1 is what needs no password.
        service::PRIVILEGE if !matches!(first, 2..=4) => Operation::SecurityLock,
        code => service::of(code).map_or(Operation::Unknown, |(_, operation)| operation),
    }
}
