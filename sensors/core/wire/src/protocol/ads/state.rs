//! ADS between two routers: which packet asks, answers or tells, and what a flow knows.

use super::command::{self, DEVICE_NOTIFICATION};
use super::files::Files;
use super::header::{self, Ams, BROADCAST, HEADER, Header, NO_RETURN, TCP_HEADER};
use super::names::Names;
use super::notify::Watched;
use super::request::{Asked, Reply};
use super::symbols::Symbols;
use super::value::Buffers;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::dialogue::{Language, Turn, Turns};
use crate::protocol::{Framing, Talk};

/// What a reply names its request by: many AMS ports talk over one connection, each with numbers of its own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Key {
    asker: Ams,
    invoke: u32,
    command: u16,
}

/// ADS on one flow.
#[derive(Default)]
pub struct Ads {
    pub names: Names,
    pub symbols: Symbols,
    pub watched: Watched,
    pub files: Files,
    pub buffers: Buffers,
}

impl Language for Ads {
    type Key = Key;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        header::framing(data)
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        header::resynchronise(data)
    }

    fn read<'a>(&mut self, _side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let packet = data.get(TCP_HEADER..).unwrap_or_default();
        let Some(header) = Header::read(packet) else {
            talk.flag(Flag::AdsHeader, None, None);
            return Turn::Pass;
        };
        let body = packet.get(HEADER..).unwrap_or_default();
        if usize::try_from(header.length).is_ok_and(|length| length != body.len()) {
            talk.flag(Flag::AdsLength, Some(26), None);
        }
        if !command::known(header.command) {
            talk.flag(Flag::AdsCommand, Some(22), None);
        }
        let asker = if header.answers() { header.target } else { header.source };
        let key = Key { asker, invoke: header.invoke, command: header.command };
        if header.answers() {
            if Reply::read(packet).uneven {
                talk.flag(Flag::AdsData, Some(38), None);
            }
            return Turn::Answer { key, data: packet };
        }
        if header.command == DEVICE_NOTIFICATION {
            return Turn::Say { key, data: packet };
        }
        if command::places(header.command) && Asked::read(header.command, body).is_none_or(|asked| asked.uneven) {
            talk.flag(Flag::AdsData, Some(38), None);
        }
        match header.flags {
            flags if flags & BROADCAST != 0 => Turn::Call { key, data: packet },
            flags if flags & NO_RETURN != 0 => Turn::Say { key, data: packet },
            _ => Turn::Ask { key, data: packet },
        }
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        self.told(turns, talk);
    }

    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {
        self.files.gap();
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.files.close(talk);
    }

    fn weight(&self) -> usize {
        self.names.weight()
            + self.symbols.weight()
            + self.watched.weight()
            + self.files.weight()
            + self.buffers.weight()
    }
}
