//! Service data objects in UDP (DS 301, 6.3.2.1): a frame's head, in which nodes may be nought, then what an ASnd carries.

use super::frame::{ASND, KIND};
use super::sdo::{SERVICE, Sdo};
use super::tell::Way;
use super::{command, sequence};
use crate::bytes::u8_at;
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Parser, Probe, Talk};

const HEAD: usize = 4;

fn kind(data: &[u8]) -> Option<u8> {
    u8_at(data, 0).map(|byte| byte & KIND)
}

/// A connection that is asked for or granted, or a command of a known form.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let head = probe.transport == Transport::Udp && (kind(data), u8_at(data, 3)) == (Some(ASND), Some(SERVICE));
    let body = data.get(HEAD..).unwrap_or_default();
    if !head || !sequence::likely(body) {
        return Guess::No;
    }
    let command = body.get(sequence::HEADER..).unwrap_or_default();
    let empty = command.iter().all(|byte| *byte == 0);
    let numbers = (u8_at(body, 0).unwrap_or(1) >> 2, u8_at(body, 1).unwrap_or(1) >> 2);
    let sender = match sequence::states(body) {
        Some((0, 1)) if empty && numbers == (0, 0) => Side::Client,
        Some((1, 1)) if empty && numbers == (0, 0) => Side::Server,
        Some((2 | 3, 2 | 3)) if command::is_any(command) && command::likely(command) => {
            match u8_at(command, 2).is_some_and(|flags| flags & 0x80 != 0) {
                true => Side::Server,
                false => Side::Client,
            }
        }
        _ => return Guess::No,
    };
    Guess::Yes { confidence: 0.95, sender: Some(sender) }
}

/// SDO between two hosts.
#[derive(Default)]
pub struct Conversation {
    sdo: Sdo,
}

impl Parser for Conversation {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        if (kind(data), u8_at(data, 3)) != (Some(ASND), Some(SERVICE)) {
            return talk.flag(Flag::PowerlinkType, Some(0), None);
        }
        let way = Way { from: 0, to: 0, side, ends: None };
        self.sdo.frame(&way, data.get(HEAD..).unwrap_or_default(), talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.sdo.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.sdo.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.sdo.weight()
    }
}
