//! What is said of a request with its reply, and of what the device sends of itself.

use super::block;
use super::clock;
use super::connection::Connection;
use super::function as fc;
use super::jobs::{self, Jobs};
use super::login;
use super::request::{Asked, Ending, Request};
use super::service;
use super::szl;
use super::test_job;
use super::transfer::Transfers;
use super::userdata::contents;
use super::variable::{self, Pair};
use crate::bytes::{be16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Reply, Talk, Unit, Values};
use crate::text::Details;

/// What a message says beyond variables.
pub struct Said {
    pub operation: Operation,
    pub subfunction: Function,
    /// Kind and address of each object.
    pub objects: Vec<(&'static str, String)>,
    /// Type and text of a value.
    pub value: Option<(&'static str, String)>,
    pub details: Details,
}

impl Said {
    pub fn new(operation: Operation) -> Self {
        Self {
            operation,
            subfunction: Function::default(),
            objects: Vec::new(),
            value: None,
            details: Details::default(),
        }
    }

    pub fn object(&mut self, kind: &'static str, address: String) {
        self.objects.push((kind, address));
    }
}

/// State that a message may change.
#[derive(Debug, Default)]
pub struct Known {
    pub connection: Connection,
    pub transfers: Transfers,
    pub jobs: Jobs,
    /// Rack and slot.
    pub unit: Option<String>,
}

impl Known {
    /// A request with how it ended.
    pub fn tell(&mut self, request: &Request, ending: &Ending<'_>, talk: &mut Talk<'_>) {
        if let Asked::Job(code) = request.asked
            && variable::names_variables(code)
        {
            let pairs = variable::pairs(request, ending, code == fc::WRITE_VAR, talk);
            return self.hand(request, ending, (&pairs, request.asked.operation()), talk);
        }
        let asked = contents(request.data()).1;
        if let Some(pairs) = self.listed(request, ending, asked, talk) {
            return self.hand(request, ending, (&pairs, request.asked.operation()), talk);
        }
        let said = match request.asked {
            Asked::Job(code) => self.job(request, ending, code, talk),
            Asked::Userdata(group, code) => self.userdata(request, ending, (group, code), talk),
        };
        let functions = (request.asked.functions().0, filled(request.asked.functions().1, said.subfunction));
        let (ordinal, sender) = (request.ordinal, request.side);
        self.emit_said(said, exchange(ending, functions, (sender, ordinal), self.unit.as_deref()), talk);
    }

    /// Variables that userdata names: cyclic transfers and test jobs.
    fn listed<'a>(
        &mut self,
        request: &Request,
        ending: &Ending<'a>,
        asked: &'a [u8],
        talk: &mut Talk<'_>,
    ) -> Option<Vec<Pair<'a>>> {
        let Asked::Userdata(group, code) = request.asked else { return None };
        let pairs = match (group, code) {
            (fc::CYCLIC, fc::CYCLIC_TRANSFER | fc::CHANGE_DRIVEN) => jobs::cyclic(asked, ending.data),
            (fc::PROGRAMMER, code) if test_job::names_variables(code) => test_job::asked(asked, code),
            _ => return None,
        };
        let kept = ending.outcome != Outcome::Success || self.jobs.begin(group, ending.sequence, asked);
        if !kept {
            talk.flag(Flag::ParserLimit, None, None);
        }
        Some(pairs)
    }

    fn hand(&self, request: &Request, ending: &Ending<'_>, said: (&[Pair<'_>], Operation), talk: &mut Talk<'_>) {
        let flagged = ending.flagged || talk.flagged();
        variable::hand(said.0, said.1, |items| {
            let who = (request.side, request.ordinal);
            let out = exchange(ending, request.asked.functions(), who, self.unit.as_deref());
            talk.exchange(&Exchange { flagged, items, ..out });
        });
    }

    fn job(&mut self, request: &Request, ending: &Ending<'_>, code: u8, talk: &mut Talk<'_>) -> Said {
        match code {
            fc::SETUP => {
                let at = (request.side, ending.span, request.ordinal);
                self.connection.set_up(request.parameter(), ending, at, talk);
            }
            fc::REQUEST_DOWNLOAD..=fc::END_UPLOAD => {
                return self.transfers.tell(request, ending, code, self.unit.as_deref(), talk);
            }
            fc::PI_SERVICE => {
                if let Some(said) = service::tell(request.parameter()) {
                    return said;
                }
                // Of a lone reply nobody knows the service.
                if request.parameter().is_empty() {
                    return Said::new(Operation::Unknown);
                }
                talk.flag(Flag::S7commItemMalformed, Some(17), None);
            }
            fc::PLC_STOP => return service::stop(request.parameter()),
            _ => {}
        }
        Said::new(request.asked.operation())
    }

    fn userdata(&mut self, request: &Request, ending: &Ending<'_>, of: (u8, u8), talk: &mut Talk<'_>) -> Said {
        let mut said = Said::new(request.asked.operation());
        let asked = contents(request.data()).1;
        let told = ending.data;
        match of {
            (fc::PROGRAMMER, code) => {
                if let Some((function, number)) = test_job::referred(code, asked) {
                    said.details.number("job", number);
                    about_job(function, &mut said);
                    if code == fc::DELETE_JOB && ending.outcome == Outcome::Success {
                        self.jobs.end(fc::PROGRAMMER, number);
                    }
                }
            }
            (fc::CYCLIC, fc::UNSUBSCRIBE) => {
                if let Some(number) = u8_at(asked, 1) {
                    said.details.number("job", number);
                    self.jobs.end(fc::CYCLIC, number);
                }
            }
            (fc::BLOCK, fc::LIST_BLOCKS) => said.text("blocks", block::counts(told)),
            (fc::BLOCK, fc::LIST_BLOCKS_OF_TYPE) => {
                let kind = block::of_type(asked).unwrap_or_default();
                if !kind.is_empty() {
                    said.object("block", kind.to_owned());
                }
                said.text("blocks", block::listed(kind, told));
            }
            (fc::BLOCK, fc::BLOCK_INFO) => {
                if let Some(name) = block::Name::read(asked) {
                    said.object("block", name.text);
                }
                block::header(told, &mut said.details);
            }
            (fc::CPU, fc::READ_SZL) => szl::tell(asked, told, request.side.other(), talk, &mut said),
            (fc::CPU, fc::MESSAGE_SERVICE) => said.text("events", events(u8_at(asked, 0).unwrap_or(0))),
            (fc::SECURITY, fc::ENTER_PASSWORD) => login::tell(request, asked, ending, talk),
            (fc::TIME, fc::READ_CLOCK | fc::READ_CLOCK_FOLLOWING) => said.moment(told),
            (fc::TIME, fc::SET_CLOCK | fc::SET_CLOCK_FOLLOWING) => said.moment(asked),
            _ => {}
        }
        said
    }

    /// What the device sends of itself.
    pub fn pushed(&self, of: (u8, u8), number: u8, data: &[u8], bytes: usize, talk: &mut Talk<'_>) {
        let (group, code) = of;
        let told = contents(data).1;
        let known = self.jobs.contents(group, number);
        let pairs = match of {
            (fc::CYCLIC, fc::CYCLIC_TRANSFER | fc::CHANGE_DRIVEN | fc::CHANGED) => Some(jobs::cyclic(known, told)),
            (fc::PROGRAMMER, code) if test_job::names_variables(code) => Some(test_job::pushed(told, known, code)),
            _ => None,
        };
        let operation = fc::subfunction(group, code).map_or(Operation::Unknown, |(_, o)| fc::pushed(o));
        let ending = Ending {
            reply: Reply::None,
            outcome: Outcome::Unknown,
            status: None,
            duration: None,
            parameter: &[],
            data: told,
            sequence: number,
            span: talk.span(),
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            flagged: talk.flagged(),
        };
        let who = (Side::Server, talk.ordinal());
        let out = exchange(&ending, fc::of_userdata(of), who, self.unit.as_deref());
        if let Some(pairs) = pairs {
            return variable::hand(&pairs, operation, |items| talk.exchange(&Exchange { items, ..out }));
        }
        let mut said = Said::new(operation);
        if let (fc::CPU, fc::DIAGNOSTIC_MESSAGE, Some(event)) = (group, code, be16(told, 0)) {
            said.text("event_id", format!("{event:#06x}"));
        }
        self.emit_said(said, out, talk);
    }

    fn emit_said(&self, said: Said, out: Exchange<'_>, talk: &mut Talk<'_>) {
        let details = said.details.finish();
        let mut item = Item::new(said.operation);
        item.details = details.as_deref();
        if let Some((kind, text)) = &said.value {
            item.values = Values::Text { kind, text };
        }
        let flagged = out.flagged || talk.flagged();
        let items: Vec<Item<'_>> = said
            .objects
            .iter()
            .map(|(kind, address)| {
                let object = Object { kind: Some(kind), address: Address::Text(address), start: 0, count: 0 };
                Item { object, ..item }
            })
            .collect();
        let items = if items.is_empty() { std::slice::from_ref(&item) } else { &items };
        talk.exchange(&Exchange { flagged, items, ..out });
    }
}

impl Said {
    fn text(&mut self, key: &str, text: String) {
        if !text.is_empty() {
            self.details.text(key, &text);
        }
    }

    fn moment(&mut self, contents: &[u8]) {
        self.value = clock::clock(contents).map(|moment| ("date_and_time", moment));
    }
}

/// A job by its function. What it enables is what is done: a modified variable is written when its job is enabled.
fn about_job(function: u8, said: &mut Said) {
    let Some((name, operation)) = fc::subfunction(fc::PROGRAMMER, function) else { return };
    said.details.text("job_function", name);
    if test_job::names_variables(function) && said.operation == Operation::ProgramDebug {
        said.operation = operation;
    }
}

/// The events that a message service subscribes to.
fn events(bits: u8) -> String {
    let names = [(1, "MODE"), (2, "SYSTEM"), (4, "USER"), (0x80, "ALARM")];
    let set: Vec<&str> = names.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name).collect();
    set.join(" ")
}

fn filled(known: Function, said: Function) -> Function {
    if said.name.is_some() { said } else { known }
}

fn exchange<'a>(
    ending: &Ending<'_>,
    (function, subfunction): (Function, Function),
    (sender, ordinal): (Side, i64),
    unit: Option<&'a str>,
) -> Exchange<'a> {
    Exchange {
        function,
        subfunction,
        unit: unit.map_or(Unit::None, Unit::Text),
        outcome: ending.outcome,
        status: ending.status,
        reply: ending.reply,
        duration: ending.duration,
        bytes: ending.bytes,
        flagged: ending.flagged,
        ..Exchange::new(ending.span, sender, ordinal, &[])
    }
}
