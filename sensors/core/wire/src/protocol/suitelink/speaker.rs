//! One connection: who speaks, the tags' names by their numbers, and what each message is to those before it.

use super::frame::{self, Message};
use super::item;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::dialogue::{Language, Turn, Turns};
use crate::protocol::{Framing, Talk};
use std::collections::HashMap;

/// Tags whose names are kept.
const TAGS: usize = 8192;

/// What an answer names its question by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Key {
    #[default]
    None,
    Handshake,
    Connect,
    /// The first tag of the message.
    Advise(u32),
    Unadvise(u32),
    Poke,
    Update,
}

/// Whom a connection is of: each of its messages is told with it.
#[derive(Default)]
pub struct Who {
    /// `ot.unit`: the application, and behind a bar its topic.
    pub unit: String,
    pub client: Option<String>,
    pub user: Option<String>,
}

/// What is known of a connection.
#[derive(Default)]
pub struct Speaker {
    names: HashMap<u32, String>,
    named_bytes: usize,
    pub who: Who,
}

impl Speaker {
    /// The name of a tag; its number where the advise was not seen.
    pub fn name(&self, id: u32) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }

    /// Keeps the name of a tag.
    fn learn(&mut self, id: u32, name: String, talk: &mut Talk<'_>) {
        if self.names.len() >= TAGS && !self.names.contains_key(&id) {
            return talk.flag(Flag::ParserLimit, None, None);
        }
        self.named_bytes += name.capacity();
        if let Some(old) = self.names.insert(id, name) {
            self.named_bytes = self.named_bytes.saturating_sub(old.capacity());
        }
    }

    /// Keeps the names of an advise; a number for each tag of an update that has none yet.
    fn learn_all(&mut self, kind: u16, body: &[u8], talk: &mut Talk<'_>) {
        let mut rest = body;
        while !rest.is_empty() {
            let read = match kind {
                frame::ADVISE => item::advise(rest),
                frame::UPDATE => item::update(rest).map(|(tag, behind)| (tag.id, String::new(), behind)),
                frame::POKE | frame::POKE_OLD => item::poke(rest).map(|(tag, behind)| (tag.id, String::new(), behind)),
                _ => return,
            };
            let Some((id, name, behind)) = read else {
                // Offset in the message: length and type before the body.
                let at = u32::try_from(body.len() - rest.len() + 4).ok();
                return talk.flag(Flag::SuitelinkItem, at, None);
            };
            if !name.is_empty() || self.name(id).is_none() {
                self.learn(id, if name.is_empty() { format!("#{id}") } else { name }, talk);
            }
            rest = behind;
        }
    }

    fn tags<'a>(&mut self, side: Side, kind: u16, body: &[u8], data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        self.learn_all(kind, body, talk);
        let first = crate::bytes::le32(body, 0).unwrap_or_default();
        match kind {
            frame::HANDSHAKE_ACK if side == Side::Server => Turn::Answer { key: Key::Handshake, data },
            frame::CONNECT => Turn::Say { key: Key::Connect, data },
            frame::ADVISE => Turn::Call { key: Key::Advise(first), data },
            frame::ADVISE_ACK => Turn::Answer { key: Key::Advise(first), data },
            frame::UNADVISE => Turn::Call { key: Key::Unadvise(first), data },
            frame::UNADVISE_ACK => Turn::Answer { key: Key::Unadvise(first), data },
            frame::POKE | frame::POKE_OLD => Turn::Call { key: Key::Poke, data },
            frame::POKE_ACK => Turn::Answer { key: Key::Poke, data },
            frame::UPDATE => Turn::Say { key: Key::Update, data },
            _ if kind == frame::TIME || frame::keeps_alive(kind) => Turn::Pass,
            _ => {
                talk.flag(Flag::SuitelinkMessageUnknown, Some(2), None);
                Turn::Say { key: Key::None, data }
            }
        }
    }
}

impl Language for Speaker {
    type Key = Key;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        frame::framing(data)
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        frame::resynchronise(data)
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        match frame::read(data) {
            Some(Message::Handshake(magic, _)) => match (side, *magic) {
                (Side::Client, frame::QUERY | frame::QUERY_OLD | frame::REGISTER) => {
                    Turn::Ask { key: Key::Handshake, data }
                }
                (Side::Server, _) => Turn::Answer { key: Key::Handshake, data },
                (Side::Client, _) => Turn::Pass,
            },
            // What the alarm service says is not read.
            Some(Message::Alarm) => Turn::Pass,
            Some(Message::Tags(kind, body)) => {
                if data.last() != Some(&frame::END) {
                    talk.flag(Flag::SuitelinkFrame, u32::try_from(data.len() - 1).ok(), None);
                }
                self.tags(side, kind, body, data, talk)
            }
            None => {
                talk.flag(Flag::SuitelinkFrame, Some(0), None);
                Turn::Pass
            }
        }
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        super::tell::tell(self, turns, talk);
    }

    fn weight(&self) -> usize {
        let Who { unit, client, user } = &self.who;
        let texts = unit.capacity() + [client, user].into_iter().flatten().map(String::capacity).sum::<usize>();
        // A table of the standard library holds a key, a value and a byte of control in each place.
        texts + self.named_bytes + self.names.capacity() * (size_of::<(u32, String)>() + 1)
    }
}
