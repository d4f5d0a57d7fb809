//! Where a dissector is asked: questions written, answers taken apart, troubles counted. One that makes trouble is begun
//! anew; one that keeps making it is switched off.

use super::answer::{Bytes, Opinion, Taken, body};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::Probe;

/// Troubles after which a dissector is switched off, and good answers that make up for one of them.
const STRIKES: u32 = 4;
const FORGIVEN: u64 = 100_000;
/// Flows whose end is still to be told to the process.
const ENDED: usize = 1024;

/// Kinds of question.
const PROBE: u8 = 1;
const READ: u8 = 2;
const RESYNCHRONISE: u8 = 3;

/// A way to ask a dissector. Must come back in bounded time, whatever the dissector does.
pub trait Asker: Send {
    /// One question, one answer. Begins the process when none runs.
    fn ask(&mut self, question: &[u8]) -> Result<Vec<u8>, (Trouble, String)>;

    /// Ends the process, which is in an unknown state; the next question begins a new one.
    fn stop(&mut self);
}

/// What may be wrong with a dissector.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// It took too long.
    TooSlow,
    /// It wanted too much memory.
    Memory,
    /// Its process ended.
    Died,
    /// Its answer cannot be right.
    Nonsense,
    /// Its code failed; the process goes on.
    Failed,
    /// It could not be loaded.
    Unloadable,
    /// It was switched off.
    Off,
}

impl Trouble {
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooSlow => "too_slow",
            Self::Memory => "memory",
            Self::Died => "died",
            Self::Nonsense => "nonsense",
            Self::Failed => "failed",
            Self::Unloadable => "unloadable",
            Self::Off => "off",
        }
    }

    pub const fn flag(self) -> Flag {
        match self {
            Self::TooSlow => Flag::DissectorTooSlow,
            Self::Memory => Flag::DissectorMemory,
            Self::Died => Flag::DissectorDied,
            Self::Nonsense => Flag::DissectorNonsense,
            Self::Failed => Flag::DissectorFailed,
            Self::Unloadable | Self::Off => Flag::DissectorOff,
        }
    }
}

/// How a dissector fares in this run.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    pub questions: u64,
    /// Troubles by kind, in the order in which they came first.
    pub troubles: Vec<(&'static str, u64)>,
    /// Why it was switched off.
    pub off: Option<&'static str>,
    /// What the last trouble said of itself: an exception and its line.
    pub said: String,
}

pub struct Desk {
    asker: Box<dyn Asker>,
    standing: Standing,
    strikes: u32,
    /// Questions answered well since the last strike was forgiven.
    good: u64,
    flows: u64,
    ended: Vec<u64>,
    question: Vec<u8>,
}

/// Bytes of one side of a flow, to be read.
pub struct Stretch<'a> {
    pub flow: u64,
    pub side: Side,
    pub transport: Transport,
    /// Sides whose bytes were missing since the last question.
    pub lost: u8,
    pub data: &'a [u8],
}

impl Desk {
    pub fn new(asker: Box<dyn Asker>) -> Self {
        Self {
            asker,
            standing: Standing::default(),
            strikes: 0,
            good: 0,
            flows: 0,
            ended: Vec::new(),
            question: Vec::new(),
        }
    }

    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    pub fn off(&self) -> bool {
        self.standing.off.is_some()
    }

    /// A number for a new flow.
    pub fn open(&mut self) -> u64 {
        self.flows += 1;
        self.flows
    }

    /// A flow is over. The process bounds what it keeps, so one that is not told is only forgotten later.
    pub fn close(&mut self, flow: u64) {
        if self.ended.len() < ENDED {
            self.ended.push(flow);
        }
    }

    pub fn probe(&mut self, probe: &Probe<'_>) -> Result<Opinion, Trouble> {
        let mut question = std::mem::take(&mut self.question);
        question.clear();
        question.extend([PROBE, transport(probe.transport), u8::from(probe.ended)]);
        question.extend(probe.source_port.to_le_bytes());
        question.extend(probe.destination_port.to_le_bytes());
        question.extend(probe.data);
        self.asked(question, |answer| answer.opinion())
    }

    pub fn read(&mut self, stretch: &Stretch<'_>, flags: &[&'static str]) -> Result<Taken, Trouble> {
        let question = self.about(READ, stretch);
        self.asked(question, |answer| answer.taken(stretch.data.len(), flags))
    }

    pub fn resynchronise(&mut self, stretch: &Stretch<'_>) -> Result<(usize, bool), Trouble> {
        let question = self.about(RESYNCHRONISE, stretch);
        self.asked(question, |answer| answer.step(stretch.data.len()))
    }

    fn about(&mut self, kind: u8, stretch: &Stretch<'_>) -> Vec<u8> {
        let mut question = std::mem::take(&mut self.question);
        question.clear();
        question.extend([kind, transport(stretch.transport), u8::from(stretch.side == Side::Server), stretch.lost]);
        question.extend(stretch.flow.to_le_bytes());
        question.extend(u16::try_from(self.ended.len()).unwrap_or(0).to_le_bytes());
        for flow in self.ended.drain(..) {
            question.extend(flow.to_le_bytes());
        }
        question.extend(stretch.data);
        question
    }

    fn asked<T>(&mut self, question: Vec<u8>, read: impl FnOnce(&mut Bytes<'_>) -> Option<T>) -> Result<T, Trouble> {
        if self.off() {
            return Err(Trouble::Off);
        }
        self.standing.questions += 1;
        let answer = self.asker.ask(&question);
        self.question = question;
        let found = answer.and_then(|answer| {
            let mut bytes = body(&answer)?;
            read(&mut bytes).filter(|_| bytes.over()).ok_or((Trouble::Nonsense, String::new()))
        });
        match found {
            Ok(found) => {
                self.good += 1;
                if self.good >= FORGIVEN {
                    (self.good, self.strikes) = (0, self.strikes.saturating_sub(1));
                }
                Ok(found)
            }
            Err((trouble, said)) => {
                self.trouble(trouble, said);
                Err(trouble)
            }
        }
    }

    /// Its code failed on one message of an answer that is right otherwise.
    pub fn failed(&mut self, said: &str) {
        self.trouble(Trouble::Failed, said.to_owned());
    }

    fn trouble(&mut self, trouble: Trouble, said: String) {
        match self.standing.troubles.iter_mut().find(|(name, _)| *name == trouble.name()) {
            Some((_, count)) => *count += 1,
            None => self.standing.troubles.push((trouble.name(), 1)),
        }
        self.standing.said = said;
        // An exception leaves the process as it was.
        if trouble == Trouble::Failed {
            return;
        }
        self.asker.stop();
        self.strikes += 1;
        if self.strikes >= STRIKES || trouble == Trouble::Unloadable {
            self.standing.off = Some(trouble.name());
        }
    }
}

const fn transport(transport: Transport) -> u8 {
    match transport {
        Transport::Tcp => 6,
        Transport::Udp => 17,
        _ => 255,
    }
}
