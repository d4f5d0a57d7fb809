//! What a request and its reply are about, under construction.

use super::service::Service;
use super::speaker::Known;
use super::tag::Tags;
use super::{access, application, device, file, group, settings, variable};
use crate::dataset::Operation;
use crate::protocol::draft::{Draft, Drafts, Told};
use crate::text::Details;
use std::fmt::Write as _;

/// Objects told of one exchange: more than the variables of a picture of an operator station.
const TOLD: usize = 256;

/// The account of one exchange.
pub struct Account<'a> {
    pub drafts: &'a mut Drafts,
    pub details: Details,
    pub operation: Operation,
    /// Objects beyond those that are told.
    pub untold: u32,
}

impl Account<'_> {
    /// `kind:name`, with a value.
    pub fn object(&mut self, kind: &'static str, name: &str, told: Told) {
        if self.drafts.list.len() >= TOLD {
            self.untold = self.untold.saturating_add(1);
            return;
        }
        let address = self.drafts.texts(|out| {
            let _ = write!(out, "{kind}:{name}");
        });
        self.drafts.list.push(Draft { kind: Some(kind), address, told, ..Draft::new(self.operation) });
    }
}

/// A request with its reply, as much as there is of both.
#[derive(Clone, Copy)]
pub struct Both<'a> {
    pub asked: Option<Service<'a>>,
    pub told: Option<Service<'a>>,
    /// It was done.
    pub done: bool,
}

impl<'a> Both<'a> {
    pub fn asked(&self) -> Tags<'a> {
        super::result::tags(self.asked.as_ref())
    }

    pub fn told(&self) -> Tags<'a> {
        super::result::tags(self.told.as_ref())
    }
}

/// Reads what the group of the service has to say.
pub fn read(code: (u16, u16), both: &Both<'_>, known: &mut Known, out: &mut Account<'_>) {
    match code.0 {
        group::DEVICE => device::read(code.1, both, known, out),
        group::APPLICATION | group::BREAKPOINTS | group::FORCE => application::read(code.1, both, known, out),
        group::SETTINGS => settings::read(both, out),
        group::FILE_TRANSFER => file::read(both, out),
        group::VARIABLE_ACCESS => variable::by_name(both, out),
        group::USERS => access::read(both, out),
        group::SHELL => application::shell(both, out),
        group::MONITOR => variable::read(code.1, both, known, out),
        _ => {}
    }
}
