//! One connection: what each frame is to those before it.

use super::frame::{self, Frame};
use super::tell;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::dialogue::{Language, Turn, Turns};
use crate::protocol::{Framing, Talk};

/// What an answer names its question by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Key {
    #[default]
    None,
    Reply(i64),
    Hello,
    Login,
}

/// What is known of a connection.
#[derive(Default)]
pub struct Speaker {
    /// Sequence number that each side sends next; None before the first was seen, or after a gap.
    next: [Option<i64>; 2],
    /// Who logs in, until it is said how that went.
    pub user: Option<String>,
    /// How who logs in is to prove it.
    pub method: Option<String>,
}

impl Speaker {
    /// Frames of a side count up; keep-alives and closing ones do not.
    fn count(&mut self, side: Side, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        if matches!(frame.kind, frame::KEEPS_ALIVE | frame::CLOSES) {
            return;
        }
        let next = match side {
            Side::Client => self.next.first_mut(),
            Side::Server => self.next.last_mut(),
        };
        let Some(next) = next else { return };
        if next.is_some_and(|next| next != frame.sequence) {
            talk.flag(Flag::FoxSequence, None, None);
        }
        *next = Some(frame.sequence.wrapping_add(1));
    }

    /// Frames of the channel `fox` itself have no reply number: the command says what it answers.
    fn own<'a>(&mut self, side: Side, frame: &Frame<'_>, data: &'a [u8]) -> Turn<'a, Key> {
        match (frame.command, side) {
            ("hello", Side::Client) => Turn::Ask { key: Key::Hello, data },
            ("hello" | "busy" | "redirect", Side::Server) => Turn::Answer { key: Key::Hello, data },
            ("username" | "login", _) => {
                self.user = tell::user(frame);
                Turn::Ask { key: Key::Login, data }
            }
            ("challenge", _) => {
                self.method = tell::method(frame);
                Turn::Pass
            }
            ("welcome" | "rejected", _) => Turn::Answer { key: Key::Login, data },
            // Proofs and keys: nothing of them is told.
            ("kerberos" | "retry" | "clientKeyExchangeMethod", _) => Turn::Pass,
            (command, _) if command.starts_with("authMessage") || command.starts_with("srp6") => Turn::Pass,
            _ => Turn::Say { key: Key::None, data },
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
        let Some(frame) = Frame::read(data) else {
            talk.flag(Flag::FoxFrame, Some(0), None);
            return Turn::Pass;
        };
        self.count(side, &frame, talk);
        let key = Key::Reply(frame.reply);
        match frame.kind {
            frame::ASKS => Turn::Ask { key, data },
            frame::ANSWERS | frame::REFUSES | frame::ANSWERS_NOTHING if frame.channel != "fox" || frame.reply >= 0 => {
                Turn::Answer { key, data }
            }
            frame::KEEPS_ALIVE => Turn::Pass,
            frame::CLOSES => Turn::Say { key: Key::None, data },
            _ if frame.channel == "fox" => self.own(side, &frame, data),
            // What streams through a circuit is what the command that opened it reads or writes.
            _ if frame.channel == "circuit" && frame.command != "open" => Turn::Pass,
            _ => Turn::Say { key: Key::None, data },
        }
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        tell::tell(self, turns, talk);
    }

    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {
        self.next = [None, None];
    }

    fn weight(&self) -> usize {
        self.user.as_ref().map_or(0, String::capacity) + self.method.as_ref().map_or(0, String::capacity)
    }
}
