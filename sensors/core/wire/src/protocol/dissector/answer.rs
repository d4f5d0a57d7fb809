//! Answers of a dissector's process, taken apart. Nothing in them is trusted: what cannot be right is `None`, and the
//! process that gave it is ended.
//!
//! Numbers are little-endian. Text: length u16 (FFFF: none), UTF-8. Answer: status u8 | body.
//!
//! | question | body |
//! | --- | --- |
//! | probe | opinion u8: 0 no, 1 need, 2 yes, then confidence f32, sender u8 (0 client, 1 server, 2 not told) |
//! | read | count u16, messages: length u32, count u8, facts; then tail u8: 0 nothing, 1 need u32, 2 length u32, 3 oversize u32, 4 bad: flag text, 5 more messages are there |
//! | resynchronise | skip u32, found u8 |

use super::Trouble;
use super::fact::{Ending, Fact, Heading, Session, Told, Values};
use super::wording::word;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::{Function, Outcome};
use crate::text::{DETAILS_LIMIT, TEXT_LIMIT};

/// Items of one message.
const ITEMS: usize = 256;
/// Numbers of one item.
const NUMBERS: usize = 4096;

/// What a dissector thinks of first bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Opinion {
    No,
    Need,
    Yes { confidence: f32, sender: Option<Side> },
}

/// What is behind the whole messages of a piece of stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tail {
    Nothing,
    /// Too few bytes to tell; so many would do (0: not known).
    Need(usize),
    /// A message that is not whole yet.
    Message(usize),
    Oversize(usize),
    Bad(Flag),
    /// More messages, not read in this answer.
    More,
}

/// Whole messages with their facts, and what is behind them.
#[derive(Debug)]
pub struct Taken {
    pub messages: Vec<(usize, Vec<Fact>)>,
    pub tail: Tail,
}

/// The body of an answer, or the trouble its status tells.
pub fn body(answer: &[u8]) -> Result<Bytes<'_>, (Trouble, String)> {
    let (status, rest) = answer.split_first().ok_or((Trouble::Nonsense, String::new()))?;
    let told = || crate::text::bounded(rest, TEXT_LIMIT).0;
    match status {
        0 => Ok(Bytes(rest)),
        1 => Err((Trouble::Memory, told())),
        2 => Err((Trouble::Nonsense, told())),
        3 => Err((Trouble::Failed, told())),
        _ => Err((Trouble::Nonsense, format!("status {status}"))),
    }
}

/// Bytes still to be read.
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub fn over(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }

    fn confidence(&mut self) -> Option<f32> {
        let value = f32::from_le_bytes(self.array()?);
        (0.0..=1.0).contains(&value).then_some(value)
    }

    /// A text that may be absent, of at most so many bytes.
    fn text(&mut self, limit: usize) -> Option<Option<&'a str>> {
        let length = self.u16()?;
        if length == u16::MAX {
            return Some(None);
        }
        let length = usize::from(length);
        if length > limit {
            return None;
        }
        std::str::from_utf8(self.take(length)?).ok().map(Some)
    }

    fn kept(&mut self, limit: usize) -> Option<Option<Box<str>>> {
        Some(self.text(limit)?.map(Box::from))
    }

    /// A word; one too many for the core's memory is as good as none.
    fn word(&mut self) -> Option<Option<&'static str>> {
        Some(self.text(TEXT_LIMIT)?.and_then(word))
    }

    fn operation(&mut self) -> Option<Option<Operation>> {
        match self.text(TEXT_LIMIT)? {
            None => Some(None),
            Some(name) => Operation::named(name).map(Some),
        }
    }

    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.u8()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    fn function(&mut self) -> Option<Function> {
        Some(Function { code: self.optional(Self::u32)?, name: self.word()? })
    }

    fn status(&mut self) -> Option<Option<(u32, &'static str)>> {
        self.optional(|bytes| Some((bytes.u32()?, bytes.word()?.unwrap_or_default())))
    }

    fn outcome(&mut self) -> Option<Option<Outcome>> {
        Some(Some(match self.u8()? {
            0 => Outcome::Unknown,
            1 => Outcome::Success,
            2 => Outcome::Failure,
            255 => return Some(None),
            _ => return None,
        }))
    }

    fn ending(&mut self) -> Option<Ending> {
        Some(Ending { outcome: self.outcome()?.unwrap_or_default(), status: self.status()? })
    }

    fn heading(&mut self) -> Option<Heading> {
        let key = self.optional(|bytes| {
            let length = usize::from(bytes.u8()?);
            bytes.take(length).map(Box::from)
        })?;
        Some(Heading {
            key,
            function: self.function()?,
            subfunction: self.function()?,
            unit: self.kept(TEXT_LIMIT)?,
            client_name: self.kept(TEXT_LIMIT)?,
            user: self.kept(TEXT_LIMIT)?,
        })
    }

    fn values(&mut self) -> Option<Values> {
        match self.u8()? {
            0 => Some(Values::None),
            1 => {
                let kind = self.word()?.unwrap_or("number");
                let count = usize::from(self.u16()?);
                if count > NUMBERS {
                    return None;
                }
                let numbers = self.take(count * 8)?.chunks_exact(8);
                let numbers = numbers.filter_map(|chunk| chunk.try_into().ok().map(f64::from_le_bytes)).collect();
                Some(Values::Numbers { kind, numbers, exact: self.kept(TEXT_LIMIT)? })
            }
            2 => {
                let kind = self.word()?.unwrap_or("text");
                Some(Values::Text { kind, text: self.kept(TEXT_LIMIT)?.unwrap_or_default() })
            }
            _ => None,
        }
    }

    fn item(&mut self) -> Option<Told> {
        Some(Told {
            operation: self.operation()?,
            kind: self.word()?,
            address: self.kept(TEXT_LIMIT)?,
            start: self.optional(|bytes| bytes.array().map(i64::from_le_bytes))?,
            count: self.u32()?,
            values: self.values()?,
            outcome: self.outcome()?,
            status: self.status()?,
            details: self.kept(DETAILS_LIMIT)?,
        })
    }

    fn items(&mut self) -> Option<Vec<Told>> {
        let count = usize::from(self.u16()?);
        if count > ITEMS {
            return None;
        }
        (0..count).map(|_| self.item()).collect()
    }

    fn session(&mut self) -> Option<Session> {
        Some(Session {
            kind: self.word()??,
            operation: self.operation()??,
            ending: self.ending()?,
            user: self.kept(TEXT_LIMIT)?,
            secret_kind: self.word()?,
            client_name: self.kept(TEXT_LIMIT)?,
            server_name: self.kept(TEXT_LIMIT)?,
            details: self.kept(DETAILS_LIMIT)?,
        })
    }

    fn flag(&mut self, declared: &[&'static str]) -> Option<Flag> {
        let name = self.text(TEXT_LIMIT)??;
        declared.iter().find(|known| **known == name).map(|known| Flag::Declared(known))
    }

    fn fact(&mut self, flags: &[&'static str]) -> Option<Fact> {
        Some(match self.u8()? {
            1 => Fact::Request { heading: self.heading()?, items: self.items()? },
            2 => Fact::Reply { heading: self.heading()?, ending: self.ending()?, items: self.items()? },
            3 => Fact::Publication { heading: self.heading()?, ending: self.ending()?, items: self.items()? },
            4 => Fact::Flag {
                flag: self.flag(flags)?,
                offset: self.optional(Self::u32)?,
                details: self.kept(DETAILS_LIMIT)?,
            },
            5 => Fact::Identity {
                of_sender: self.u8()? == 0,
                attribute: self.word()??,
                value: self.kept(TEXT_LIMIT)??,
                confidence: self.confidence()?,
            },
            6 => Fact::Session(Box::new(self.session()?)),
            // The dissector's code failed on this message alone; where, in its own words.
            7 => Fact::Flag { flag: Flag::DissectorFailed, offset: None, details: self.kept(DETAILS_LIMIT)? },
            _ => return None,
        })
    }

    /// Answer to "is this yours?".
    pub fn opinion(&mut self) -> Option<Opinion> {
        Some(match self.u8()? {
            0 => Opinion::No,
            1 => Opinion::Need,
            2 => {
                let confidence = self.confidence()?;
                let sender = match self.u8()? {
                    0 => Some(Side::Client),
                    1 => Some(Side::Server),
                    2 => None,
                    _ => return None,
                };
                Opinion::Yes { confidence, sender }
            }
            _ => return None,
        })
    }

    /// Answer to "what do these bytes say?", of which there were `length`.
    pub fn taken(&mut self, length: usize, flags: &[&'static str]) -> Option<Taken> {
        let (count, mut used) = (self.u16()?, 0usize);
        let mut messages = Vec::new();
        for _ in 0..count {
            let size = self.size().filter(|size| *size > 0)?;
            used = used.checked_add(size).filter(|used| *used <= length)?;
            let facts = self.u8()?;
            messages.push((size, (0..facts).map(|_| self.fact(flags)).collect::<Option<Vec<_>>>()?));
        }
        let rest = length.checked_sub(used)?;
        let tail = match self.u8()? {
            0 if rest == 0 => Tail::Nothing,
            1 if rest > 0 => Tail::Need(self.size()?),
            2 => Tail::Message(self.size().filter(|size| *size > rest)?),
            3 => Tail::Oversize(self.size().filter(|size| *size > 0)?),
            4 if rest > 0 => Tail::Bad(self.flag(flags)?),
            5 if rest > 0 && count > 0 => Tail::More,
            _ => return None,
        };
        Some(Taken { messages, tail })
    }

    /// Answer to "where does the next message begin?": (bytes to pass over, whether one begins there).
    pub fn step(&mut self, length: usize) -> Option<(usize, bool)> {
        let skip = self.size().filter(|skip| *skip <= length)?;
        Some((skip, self.u8()? == 1))
    }
}
