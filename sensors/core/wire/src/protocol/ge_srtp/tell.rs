//! What is said of a service request with its reply.

use super::both::Both;
use super::header::{self, Answer, Header, Request};
use super::memory::{self, Cut};
use super::{identity, robot, service, session, status, values};
use crate::dataset::{Flag, Operation};
use crate::protocol::dialogue::Turns;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk, Unit, Values};
use crate::text::Details;

/// What is known of one flow.
#[derive(Default)]
pub struct Known {
    /// Values of the memory being told.
    buffer: Vec<u8>,
    /// State of the CPU as last told.
    state: Option<u16>,
}

/// What is odd about a message's form.
pub fn check(header: &Header<'_>, talk: &mut Talk<'_>) {
    if matches!(header.kind, header::OPEN | header::OPENED) {
        if !header.text.is_empty() {
            talk.flag(Flag::GeSrtpLength, Some(4), None);
        }
        return;
    }
    if !header.fits() {
        return talk.flag(Flag::GeSrtpMailbox, Some(31), None);
    }
    if !header.text_fits() {
        talk.flag(Flag::GeSrtpLength, Some(4), None);
    }
    if !header.packets_fit() {
        talk.flag(Flag::GeSrtpPackets, Some(40), None);
    }
    let Some(request) = header.request().filter(|_| header.asks()) else { return };
    if service::of(request.service).is_none() {
        talk.flag(Flag::GeSrtpServiceUnknown, Some(if header.mailbox == header::WITH_TEXT { 50 } else { 42 }), None);
    }
    if !places(request.service) {
        return;
    }
    match memory::of(request.selector) {
        None => talk.flag(Flag::GeSrtpSelectorUnknown, Some(43), None),
        Some((_, cut)) if request.service == service::WRITE_SYSTEM => {
            let wanted = memory::size(cut, request.offset, request.length);
            let fits = if header.mailbox == header::WITH_TEXT { request.data.len() == wanted } else { wanted <= 6 };
            if !fits && header.text_fits() {
                talk.flag(Flag::GeSrtpLength, Some(4), None);
            }
        }
        Some(_) => {}
    }
}

/// Whether a service names places in system memory.
const fn places(code: u8) -> bool {
    matches!(code, service::READ_SYSTEM | service::WRITE_SYSTEM | service::TOGGLE_FORCE)
}

impl Known {
    pub fn tell(&mut self, turns: &Turns<'_, u32>, talk: &mut Talk<'_>) {
        let (asked, told) = (turns.request.and_then(Header::read), turns.answer.and_then(Header::read));
        let Some(first) = asked.or(told) else { return };
        if matches!(first.kind, header::OPEN | header::OPENED) {
            return session::open(turns, talk);
        }
        let mut both = Both::of(asked.as_ref(), told.as_ref());
        let command = both
            .asked
            .filter(|asked| asked.selector == memory::GLOBAL_BYTES)
            .and_then(|asked| (asked.service == service::WRITE_SYSTEM).then(|| robot::read(asked.data)).flatten());
        if let Some((_, operation)) = &command {
            both.operation = *operation;
        }
        self.changed(&both, talk);
        let mut details = Details::default();
        if first.packet.1 > 1 {
            details.text("packet", &format!("{}/{}", first.packet.0, first.packet.1));
        }
        self.describe(&both, turns, talk, &mut details);
        session::rights(&both, turns, first.slot(), talk);
        let (object, cut) = both.asked.map_or((Object::default(), None), |asked| object(&asked));
        let read = self.values(&both, cut, talk);
        let values = match (&command, cut) {
            (Some((text, _)), _) => Values::Text { kind: "string", text },
            (None, Some(cut)) if read => values::told(&self.buffer, cut),
            _ => Values::None,
        };
        if command.is_some() && both.outcome == Outcome::Success {
            talk.identity(turns.sender.other(), "vendor", "FANUC", 0.8, "GE SRTP 07 %G");
        }
        let details = details.finish();
        let item = Item { object, values, details: details.as_deref(), ..Item::new(both.operation) };
        talk.exchange(&Exchange {
            function: Function {
                code: both.asked.map(|asked| u32::from(asked.service)),
                name: both.asked.and_then(|asked| service::of(asked.service)).map(|(name, _)| name),
            },
            unit: Unit::Number(first.slot()),
            outcome: both.outcome,
            status: both.status,
            flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
            ..turns.exchange(std::slice::from_ref(&item))
        });
    }

    /// Each reply carries the state of the CPU: another one than before is news, whoever made it so.
    fn changed(&mut self, both: &Both<'_>, talk: &mut Talk<'_>) {
        let Some(now) = both.told.and_then(|told| told.status.state()) else { return };
        let before = self.state.replace(now).filter(|before| *before != now);
        let Some(before) = before else { return };
        let stopped = status::runs(before) && !status::runs(now);
        let flag = if stopped { Flag::GeSrtpStopped } else { Flag::GeSrtpStateChanged };
        let mut details = Details::default();
        details.text("state_before", status::state(before).unwrap_or_default());
        details.text("state", status::state(now).unwrap_or_default());
        talk.flag(flag, Some(54), details.finish().as_deref());
    }

    /// Values of what was written, or of what was read. Whether there are any.
    fn values(&mut self, both: &Both<'_>, cut: Option<Cut>, talk: &mut Talk<'_>) -> bool {
        let (Some(asked), Some(cut)) = (both.asked, cut) else { return false };
        let range = (asked.offset, asked.length);
        match asked.service {
            service::WRITE_SYSTEM => values::read(&mut self.buffer, cut, range, asked.data),
            service::READ_SYSTEM => {
                let Some(done) = both.done() else { return false };
                let read = values::read(&mut self.buffer, cut, range, done.data);
                if !read && done.with_text {
                    talk.flag(Flag::GeSrtpLength, Some(4), None);
                }
                read
            }
            _ => false,
        }
    }

    /// What a service says beyond its operation.
    fn describe(&self, both: &Both<'_>, turns: &Turns<'_, u32>, talk: &mut Talk<'_>, details: &mut Details) {
        let Some(asked) = both.asked else { return };
        let first = asked.parameters.first().copied().unwrap_or(0);
        let about = turns.sender.other();
        match asked.service {
            service::SET_STATE => {
                match status::state(u16::from(first)) {
                    Some(name) => details.text("state_asked", name),
                    None => details.number("state_code", first),
                };
            }
            service::PRIVILEGE => {
                details.number("level", i8::from_le_bytes([first]));
            }
            service::SET_ID => {
                if let Some(id) = identity::text(if asked.data.len() > 6 { asked.data } else { asked.parameters }) {
                    details.text("cpu_id", id);
                }
            }
            service::SET_TIME => {
                if let Some(clock) = identity::clock(asked.data) {
                    details.text("time", &clock);
                }
            }
            service::FAULTS | service::CLEAR_FAULTS => {
                match first {
                    1 => details.text("fault_table", "I/O"),
                    2 => details.text("fault_table", "PLC"),
                    _ => details,
                };
            }
            _ => {}
        }
        let Some(done) = both.done() else { return };
        match asked.service {
            service::CONTROLLER => identity::controller(done.data, about, talk, details),
            service::PROGRAM_NAME => identity::program(done.data, about, talk, details),
            service::CONTROL_PROGRAMS | service::CONTROL_PROGRAM_NAMES => identity::programs(done.data, details),
            service::GET_TIME => {
                if let Some(clock) = identity::clock(done.data) {
                    details.text("time", &clock);
                }
            }
            service::SHORT_STATUS => {
                details.number("sweep", done.status.sweep).texts("conditions", done.status.conditions());
            }
            _ => {}
        }
        let plain = both.operation.quiet() || both.operation == Operation::Write;
        if !plain || asked.service == service::SHORT_STATUS {
            piggyback(done, asked.service, details);
        }
    }

    pub fn weight(&self) -> usize {
        self.buffer.capacity()
    }
}

/// State of the CPU; of services that have to do with rights, those of the client as well.
fn piggyback(done: &Answer<'_>, code: u8, details: &mut Details) {
    if let Some(state) = done.status.state().and_then(status::state) {
        details.text("state", state);
    }
    if matches!(code, service::SHORT_STATUS | service::LOGON | service::PRIVILEGE | service::SESSION) {
        details.number("privilege", done.status.privilege);
        details.truth("logged_on", done.status.control_program != 0xff);
    }
}

/// What a request names, and how its values are cut.
fn object(asked: &Request<'_>) -> (Object<'static>, Option<Cut>) {
    let range = |kind| Object {
        kind: Some(kind),
        address: Address::Range,
        start: i64::from(asked.offset),
        count: u32::from(asked.length),
    };
    match asked.service {
        code if places(code) => {
            let object = memory::object(asked.selector, asked.offset, asked.length);
            (object, memory::of(asked.selector).map(|(_, cut)| cut))
        }
        service::READ_TASK | service::WRITE_TASK => (range("task"), None),
        service::READ_PROGRAM | service::WRITE_PROGRAM => (range("program"), None),
        _ => (Object::default(), None),
    }
}
