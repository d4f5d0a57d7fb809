//! One conversation: what an APDU is, which answer belongs to which request, what was agreed.

use super::apdu::{
    self, AARE, AARQ, ACCESS_REQUEST, ACCESS_RESPONSE, ACTION_REQUEST, ACTION_RESPONSE, CONFIRMED_SERVICE_ERROR,
    DATA_NOTIFICATION, EVENT_NOTIFICATION, EXCEPTION, GET_REQUEST, GET_RESPONSE, INFORMATION_REPORT, READ_REQUEST,
    READ_RESPONSE, RLRE, RLRQ, SET_REQUEST, SET_RESPONSE, UNCONFIRMED_WRITE, WRITE_REQUEST, WRITE_RESPONSE, Way,
};
use super::block::Transfer;
use super::image::Image;
use super::said::Said;
use super::scaler::Scalers;
use super::{acse, association, link, notice, sealed, service, short, tell};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::dialogue::{Language, Turn, Turns};
use crate::protocol::draft::Drafts;
use crate::protocol::{Framing, Outcome, Talk};

/// Bytes by which an APDU may be longer than agreed: some count the header of the wrapper.
const ALLOWANCE: usize = 8;
/// Shortest PDU size that anybody agrees on; a smaller one says that there is no limit.
const LEAST_PDU: u16 = 12;

/// What a message is about.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum About {
    #[default]
    Nothing,
    /// HDLC: SNRM, DISC.
    Connect,
    Disconnect,
    Associate,
    Release,
    Get,
    Set,
    Action,
    Read,
    Write,
    Access,
    Ciphered,
    Notice,
}

/// What an answer names its request by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Key {
    pub about: About,
    pub invoke: u32,
    pub client: u16,
    pub server: u32,
}

/// What is known of a conversation.
#[derive(Default)]
pub struct Speaker {
    pub drafts: Drafts,
    pub scalers: Scalers,
    /// A long answer on its way, and a long request.
    pub answer: Option<Transfer>,
    pub request: Option<Transfer>,
    pub image: Option<Image>,
    counters: sealed::Counters,
    /// The last request, which an exception is about.
    last: Key,
    /// Ciphered requests without an answer.
    waiting: bool,
    most: Option<usize>,
}

impl Speaker {
    /// An association was granted with this PDU size.
    pub fn agreed(&mut self, pdu_size: Option<u16>) {
        self.most = pdu_size.filter(|size| *size >= LEAST_PDU).map(usize::from);
        (self.answer, self.request) = (None, None);
    }

    fn ask<'a>(&mut self, key: Key, data: &'a [u8]) -> Turn<'a, Key> {
        self.last = key;
        self.waiting |= key.about == About::Ciphered;
        Turn::Ask { key, data }
    }

    fn answer<'a>(&mut self, key: Key, data: &'a [u8]) -> Turn<'a, Key> {
        self.waiting &= key.about != About::Ciphered;
        Turn::Answer { key, data }
    }

    /// Which kind of thing an APDU that can be read is about, and whether it holds together.
    pub fn about(said: &Said<'_>) -> (About, bool) {
        let apdu = said.apdu;
        match said.tag() {
            AARQ | AARE => (About::Associate, acse::read(apdu).is_some_and(|acse| !acse.malformed)),
            RLRQ | RLRE => (About::Release, acse::read(apdu).is_some()),
            GET_REQUEST => (About::Get, service::request(apdu).is_some()),
            GET_RESPONSE => (About::Get, service::response(apdu).is_some()),
            SET_REQUEST => (About::Set, service::request(apdu).is_some()),
            SET_RESPONSE => (About::Set, service::response(apdu).is_some()),
            ACTION_REQUEST => (About::Action, service::request(apdu).is_some()),
            ACTION_RESPONSE => (About::Action, service::response(apdu).is_some()),
            READ_REQUEST => (About::Read, short::request(apdu).is_some()),
            READ_RESPONSE => (About::Read, short::response(apdu, true).is_some()),
            WRITE_REQUEST => (About::Write, short::request(apdu).is_some()),
            WRITE_RESPONSE => (About::Write, short::response(apdu, false).is_some()),
            UNCONFIRMED_WRITE | INFORMATION_REPORT => (About::Notice, short::request(apdu).is_some()),
            ACCESS_REQUEST => (About::Access, short::access(apdu).is_some()),
            ACCESS_RESPONSE => (About::Access, short::accessed(apdu).is_some()),
            EVENT_NOTIFICATION | DATA_NOTIFICATION => (About::Notice, short::notice(apdu).is_some()),
            tag if apdu::ciphered(tag) => (About::Ciphered, !said.broken),
            _ => (About::Notice, true),
        }
    }

    fn heard<'a>(&mut self, side: Side, said: &Said<'a>, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let Some((_, way)) = apdu::of(said.tag()) else {
            talk.flag(Flag::DlmsApduUnknown, Some(0), None);
            self.last = Key::default();
            return Turn::Pass;
        };
        if self.most.is_some_and(|most| data.len() > most.saturating_add(2 * ALLOWANCE)) {
            talk.flag(Flag::DlmsPduSize, None, None);
        }
        let speaker = way.speaker().or(said.speaker).unwrap_or(side);
        if let Some(seal) = said.sealed.or_else(|| acse::read(said.apdu).and_then(|acse| acse.initiate.sealed)) {
            self.counters.check(speaker, said.client, &seal, talk);
        }
        let (about, whole) = Self::about(said);
        if !whole {
            talk.flag(Flag::DlmsMalformed, Some(0), None);
        }
        let (invoke, confirmed) = service::invoke(said.apdu);
        let invoke = match about {
            About::Get | About::Set | About::Action => u32::from(invoke) + 1,
            About::Access => crate::bytes::be32(said.apdu, 1).unwrap_or(0) & 0x00ff_ffff,
            _ => 0,
        };
        let key = Key { about, invoke, client: said.client, server: said.server };
        match (said.tag(), way) {
            (CONFIRMED_SERVICE_ERROR | EXCEPTION | 0x2e | 0x4e, _) => match std::mem::take(&mut self.last) {
                // About a message that could not be read here either.
                Key { about: About::Nothing, .. } => Turn::Say { key: Key { about: About::Notice, ..key }, data },
                last => self.answer(last, data),
            },
            (SET_REQUEST | ACTION_REQUEST, _) if !confirmed => Turn::Say { key, data },
            (_, Way::Request) => self.ask(key, data),
            (_, Way::Response) => self.answer(key, data),
            (_, Way::Notice | Way::Order) => Turn::Say { key, data },
            (_, Way::Either) if about != About::Ciphered => Turn::Say { key, data },
            // What it is nobody can tell: a meter that calls its head-end pushes data in the same way.
            (_, Way::Either) if speaker == Side::Client => {
                self.ask(key, data);
                Turn::Call { key, data }
            }
            (_, Way::Either) if self.waiting => self.answer(key, data),
            (_, Way::Either) => Turn::Say { key, data },
        }
    }
}

impl Language for Speaker {
    type Key = Key;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let Some(said) = Said::read(data) else { return Turn::Pass };
        match said.control {
            None => self.heard(side, &said, data, talk),
            Some(control) => {
                let key = Key { about: link::about(control), invoke: 0, client: said.client, server: said.server };
                match control {
                    link::SNRM | link::DISC => self.ask(key, data),
                    _ => Turn::Answer { key: Key { about: self.last.about, ..key }, data },
                }
            }
        }
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let Some(said) = turns.request.or(turns.answer).and_then(Said::read) else { return };
        let answer = turns.answer.and_then(Said::read);
        let refused = answer.is_some_and(|answer| answer.control == Some(link::DM));
        match turns.key.about {
            About::Connect => association::connected(turns, true, refused, talk),
            About::Disconnect => association::connected(turns, false, refused, talk),
            About::Associate => association::tell(self, turns, talk),
            About::Release => association::released(turns, talk),
            About::Get | About::Set | About::Action | About::Read | About::Write | About::Access => {
                let (outcome, status) = tell::exchange(self, turns, talk);
                if tell::proves(&said) && outcome != Outcome::Unknown {
                    association::proven(turns, outcome, status, talk);
                }
            }
            About::Ciphered => sealed::tell(turns, &said, answer.as_ref(), talk),
            About::Notice if turns.request.is_some() => notice::tell(self, turns, &said, talk),
            About::Notice | About::Nothing => sealed::lone(turns, &said, talk),
        }
    }

    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {
        (self.answer, self.request, self.image) = (None, None, None);
    }

    fn weight(&self) -> usize {
        let held = |transfer: &Option<Transfer>| transfer.as_ref().map_or(0, Transfer::weight);
        self.drafts.weight()
            + self.scalers.weight()
            + self.counters.weight()
            + held(&self.answer)
            + held(&self.request)
            + self.image.as_ref().map_or(0, Image::weight)
    }
}
