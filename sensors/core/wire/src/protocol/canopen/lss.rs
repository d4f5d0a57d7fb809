//! Layer setting services (CiA 305): | 0 command 1 | 1 data 7 |. The master speaks to all slaves, or to the one that it
//! selected by its identity; slaves do not say who they are.

use super::lss_words as words;
use super::tell::{self, Asked, Ending, named};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::can::frame::Frame;
use crate::protocol::{Address, Function, Item, Object, Outcome, Reply, Talk, Values};
use crate::text::Details;

const LENGTH: usize = 8;

/// A request that waits.
struct Waiting {
    command: u8,
    data: [u8; LENGTH],
    asked: Asked,
    /// Nobody need answer.
    open: bool,
}

/// The services on one bus.
#[derive(Default)]
pub struct Lss {
    waiting: Option<Waiting>,
    /// A question to all that one slave answered: others may too.
    open: Option<u8>,
}

impl Lss {
    /// The master's side.
    pub fn asks(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        tell::to(0, talk);
        let Some((command, data)) = whole(frame, talk) else { return };
        if words::service(command).is_none() {
            talk.flag(Flag::CanopenLssCommand, None, None);
        }
        self.open = None;
        if let Some(before) = self.waiting.take() {
            silent(&before, talk);
        }
        let waiting = Waiting { command, data, asked: Asked::now(LENGTH, talk), open: !words::answered(command) };
        match words::answered(command) || words::maybe(command) {
            true => self.waiting = Some(waiting),
            false => silent(&waiting, talk),
        }
    }

    /// A slave's side; several may answer who they are.
    pub fn answers(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        tell::to(0, talk);
        let Some((command, data)) = whole(frame, talk) else { return };
        let fits = |waiting: &mut Waiting| {
            waiting.command == words::asked_by(command) || command == words::SLAVE && words::maybe(waiting.command)
        };
        let Some(mut waiting) = self.waiting.take_if(fits) else {
            let asked = Asked::now(LENGTH, talk);
            let lone = Waiting { command: words::asked_by(command), data: [0; LENGTH], asked, open: false };
            let further = self.open.is_some_and(|open| lone.command == open || command == words::SLAVE);
            return tell(&lone, Some(&data), if further { Reply::None } else { Reply::Unexpected }, talk);
        };
        self.open = Some(waiting.command).filter(|command| words::maybe(*command));
        waiting.asked.goes_on(LENGTH, talk);
        tell(&waiting, Some(&data), Reply::Answered, talk);
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        if let Some(waiting) = self.waiting.take_if(|waiting| waiting.asked.over(now)) {
            tell::to(0, talk);
            silent(&waiting, talk);
        }
    }
}

fn whole(frame: &Frame<'_>, talk: &mut Talk<'_>) -> Option<(u8, [u8; LENGTH])> {
    if frame.data.len() != LENGTH {
        talk.flag(Flag::CanopenLength, None, None);
    }
    Some((u8_at(frame.data, 0)?, *frame.data.first_chunk::<LENGTH>()?))
}

fn silent(waiting: &Waiting, talk: &mut Talk<'_>) {
    tell(waiting, None, if waiting.open { Reply::None } else { Reply::Unanswered }, talk);
}

/// What is set or told, under the name that it goes by.
fn said(waiting: &Waiting, answer: Option<&[u8; LENGTH]>) -> (&'static str, Option<u32>) {
    let asked = &waiting.data;
    let byte = |data: &[u8; LENGTH], at: usize| u8_at(data, at).map(u32::from);
    match waiting.command {
        words::NODE_ID => ("node_id", byte(asked, 1)),
        words::INQUIRE_NODE => ("node_id", answer.and_then(|data| byte(data, 1))),
        words::BIT_TIMING => ("bit_timing", byte(asked, 2)),
        words::SWITCH_ALL => ("mode", byte(asked, 1)),
        words::ACTIVATE => ("delay", le16(asked, 1).map(u32::from)),
        words::STORE | words::UNCONFIGURED => ("configuration", None),
        0x5a..=0x5d => ("identity", answer.and_then(|data| le32(data, 1))),
        _ => ("identity", le32(asked, 1)),
    }
}

/// What the answer says of success, where it says it.
fn outcome(waiting: &Waiting, answer: Option<&[u8; LENGTH]>, reply: Reply) -> Ending {
    let code = answer.and_then(|data| u8_at(data, 1)).unwrap_or(0);
    let refuses = matches!(waiting.command, words::NODE_ID | words::BIT_TIMING | words::STORE);
    match answer {
        None => Ending { reply, outcome: Outcome::Unknown, status: None },
        Some(_) if refuses && code != 0 => {
            Ending::failed(reply, u32::from(code), words::refusal(waiting.command, code))
        }
        Some(_) => Ending { reply, ..Ending::DONE },
    }
}

fn tell(waiting: &Waiting, answer: Option<&[u8; LENGTH]>, reply: Reply, talk: &mut Talk<'_>) {
    let command = waiting.command;
    let (name, operation) = words::service(command).unwrap_or(("Unknown service", Operation::Unknown));
    let back = matches!(command, words::SWITCH_ALL) && u8_at(&waiting.data, 1) == Some(0);
    let (what, number) = said(waiting, answer);
    let numbers = number.map(|number| [f64::from(number)]);
    let mut details = Details::default();
    if command == words::BIT_TIMING
        && let Some(rate) = words::bit_rate(waiting.data[1], waiting.data[2])
    {
        details.number("bit_rate", i64::from(rate));
    }
    let details = details.finish();
    let mut item = Item::new(if back { Operation::SessionClose } else { operation });
    item.object = Object { kind: Some("lss"), address: Address::Text(what), start: 0, count: 0 };
    if let Some(numbers) = &numbers {
        item.values = Values::Numbers { kind: "uint32", numbers, exact: None };
    }
    item.details = details.as_deref();
    let service: Function = named(u32::from(command), name);
    tell::exchange(&waiting.asked, outcome(waiting, answer, reply), (tell::LSS, service), &item, talk);
}
