//! The sequence layer of service data objects (DS 301, 6.3.2.3): connections, and frames that were lost or sent again.
//!
//! | 0 receive number 6 bits, connection 2 bits | 1 send number 6 bits, connection 2 bits | 2 reserved 2 | 4 command layer |

use super::tell::{self, Asked, Ending, Way, named};
use super::{frame, words};
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::hash;
use crate::protocol::{Address, Function, Item, Object, Talk};

pub const HEADER: usize = 4;
/// Connections followed on one flow, in one direction each.
const LINKS: usize = 256;

/// State of a connection as each side sees it.
const NONE: u8 = 0;
const INITIALISATION: u8 = 1;
const VALID: u8 = 2;
/// From the receiver: send again; from the sender: valid, and acknowledge.
const FURTHER: u8 = 3;

/// One direction of a connection.
struct Link {
    way: Way,
    /// It asked for the connection.
    opening: Option<Asked>,
    /// Send number of the last command, and the hash of it.
    last: Option<(u8, u64)>,
}

#[derive(Default)]
pub struct Links {
    known: Vec<Link>,
    refused: bool,
}

/// How the bytes of both sides say the connection is.
pub fn states(body: &[u8]) -> Option<(u8, u8)> {
    Some((u8_at(body, 0)? & 3, u8_at(body, 1)? & 3))
}

/// Whether bytes may be this layer: the states go together and what is reserved is nought.
pub fn likely(body: &[u8]) -> bool {
    let fits = matches!(
        states(body),
        Some(
            (NONE, NONE | INITIALISATION)
                | (INITIALISATION, INITIALISATION | VALID)
                | (VALID | FURTHER, VALID | FURTHER)
        )
    );
    fits && le16(body, 2) == Some(0)
}

impl Links {
    /// One frame: the command layer's bytes, where there are any that were not seen before.
    pub fn frame<'a>(&mut self, way: &Way, body: &'a [u8], talk: &mut Talk<'_>) -> Option<&'a [u8]> {
        let Some((receive, send)) = states(body).filter(|_| body.len() >= HEADER) else {
            talk.flag(Flag::PowerlinkLength, Some(4), None);
            return None;
        };
        let number = u8_at(body, 1).unwrap_or(0) >> 2;
        match (receive, send) {
            (NONE, NONE) => self.closed(way, body.len(), talk),
            (NONE, INITIALISATION) => self.opens(way, body.len(), talk),
            (INITIALISATION, INITIALISATION) => self.opened(way, body.len(), talk),
            (INITIALISATION, VALID) => {}
            (VALID | FURTHER, VALID | FURTHER) => {
                if receive == FURTHER {
                    talk.flag(Flag::PowerlinkSdoLost, Some(4), None);
                }
                let command = body.get(HEADER..).filter(|command| super::command::is_any(command))?;
                return self.is_new(way, number, command, talk).then_some(command);
            }
            _ => talk.flag(Flag::PowerlinkSdoSequence, Some(4), None),
        }
        None
    }

    fn at(&mut self, way: &Way, talk: &mut Talk<'_>) -> Option<&mut Link> {
        if let Some(at) = self.known.iter().position(|link| link.way.same(way)) {
            return self.known.get_mut(at);
        }
        if self.known.len() >= LINKS {
            if !std::mem::replace(&mut self.refused, true) {
                talk.flag(Flag::ParserLimit, None, None);
            }
            return None;
        }
        self.known.push(Link { way: *way, opening: None, last: None });
        self.known.last_mut()
    }

    fn is_new(&mut self, way: &Way, number: u8, command: &[u8], talk: &mut Talk<'_>) -> bool {
        let Some(link) = self.at(way, talk) else { return true };
        let hash = hash::quick(command);
        match link.last.replace((number, hash)) {
            Some((before, same)) if before == number && same == hash => {
                talk.flag(Flag::PowerlinkSdoRepeated, Some(4), None);
                false
            }
            Some((before, _)) if number != before && number != before.wrapping_add(1) & 0x3f => {
                talk.flag(Flag::PowerlinkSdoSequence, Some(4), None);
                true
            }
            Some((before, _)) if number == before => {
                talk.flag(Flag::PowerlinkSdoSequence, Some(4), None);
                true
            }
            _ => true,
        }
    }

    fn opens(&mut self, way: &Way, length: usize, talk: &mut Talk<'_>) {
        let asked = Asked::now(length, talk);
        let Some(link) = self.at(way, talk) else { return };
        link.last = None;
        if let Some(before) = link.opening.replace(asked) {
            session(&before, Ending::SILENCE, way, Operation::SessionOpen, talk);
        }
    }

    fn opened(&mut self, way: &Way, length: usize, talk: &mut Talk<'_>) {
        let asker = way.back();
        if let Some(link) = self.at(way, talk) {
            link.last = None;
        }
        let asked = self.known.iter_mut().find(|link| link.way.same(&asker)).and_then(|link| link.opening.take());
        match asked {
            Some(mut asked) => {
                asked.goes_on(length, talk);
                session(&asked, Ending::DONE, &asker, Operation::SessionOpen, talk);
            }
            None => session(&Asked::now(length, talk), Ending::LONE, &asker, Operation::SessionOpen, talk),
        }
    }

    fn closed(&mut self, way: &Way, length: usize, talk: &mut Talk<'_>) {
        let back = way.back();
        self.known.retain(|link| link.opening.is_some() || !(link.way.same(way) || link.way.same(&back)));
        let ending = Ending { reply: crate::protocol::Reply::None, ..Ending::SILENCE };
        session(&Asked::now(length, talk), ending, way, Operation::SessionClose, talk);
    }

    /// Tells connections that were asked for and did not come about.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        for link in &mut self.known {
            if let Some(asked) = link.opening.take_if(|asked| asked.over(now)) {
                session(&asked, Ending::SILENCE, &link.way, Operation::SessionOpen, talk);
            }
        }
    }

    pub fn weight(&self) -> usize {
        self.known.capacity() * size_of::<Link>()
    }
}

fn session(asked: &Asked, ending: Ending, way: &Way, operation: Operation, talk: &mut Talk<'_>) {
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("connection"), address: Address::Text("sdo"), start: 0, count: 0 };
    let functions = (named(u32::from(frame::ASND), words::service(super::sdo::SERVICE)), Function::default());
    tell::exchange(asked, ending, way, functions, &[item], talk);
}
