//! Whether bytes are a packet by structure alone: for recognition, finding the step again and guessing the version.

use super::frame::{self, Head};
use super::packet::{self as p, Version};
use super::property;
use super::reader::{Reader, well_formed};
use super::reason;
use crate::bytes::be16;

/// A topic that names a protocol by itself is this long at least.
const TELLING: usize = 3;
/// Longest topic believed while nothing is certain.
const TOPIC: usize = 1024;

/// How far bytes look like a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fit {
    No,
    /// Too few bytes.
    Need,
    /// Could be one, and could be chance: a few bytes without text.
    Weak(Found),
    /// Text and lengths fit together.
    Strong(Found),
}

/// Type and whole length of a packet that fits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Found {
    pub kind: u8,
    pub total: usize,
}

/// Looks at the head of `data`. A long publication counts as soon as its topic is there; all others must be whole.
pub fn fit(data: &[u8]) -> Fit {
    let header = match frame::header(data) {
        Head::Need => return Fit::Need,
        Head::Bad(_) => return Fit::No,
        Head::Good(header) => header,
    };
    if p::odd_flags(header.kind, header.flags, Some(Version::V311)).is_some() || !header.shortest {
        return Fit::No;
    }
    let found = Found { kind: header.kind, total: header.total() };
    let rest = data.get(header.body..).unwrap_or_default();
    if header.kind == p::PUBLISH {
        return match topic_at(rest, header.length, header.flags) {
            None => Fit::Need,
            Some(0) => Fit::No,
            Some(length) if length < TELLING => Fit::Weak(found),
            Some(_) => Fit::Strong(found),
        };
    }
    if header.total() > frame::LIMIT || !possible(header.kind, header.length) {
        return Fit::No;
    }
    let Some(body) = rest.get(..header.length) else { return Fit::Need };
    if !fits(header.kind, header.flags, body, Version::V311) && !fits(header.kind, header.flags, body, Version::V5) {
        return Fit::No;
    }
    let texts = matches!(header.kind, p::CONNECT | p::SUBSCRIBE | p::UNSUBSCRIBE) || header.length > 16;
    if texts { Fit::Strong(found) } else { Fit::Weak(found) }
}

/// Length of the topic at the head of a PUBLISH body; 0: no topic, None: not all there.
fn topic_at(body: &[u8], remaining: usize, flags: u8) -> Option<usize> {
    let length = usize::from(be16(body, 0)?);
    let id = if flags & 0x06 == 0 { 0 } else { 2 };
    if length == 0 || length > TOPIC || length + 2 + id > remaining {
        return Some(0);
    }
    let here = body.get(2..).unwrap_or_default();
    let topic = here.get(..length).unwrap_or(here);
    let printable = |b: &u8| (0x20..0x7f).contains(b) || *b >= 0x80;
    if !topic.iter().all(printable) || topic.contains(&b'#') || topic.contains(&b'+') {
        return Some(0);
    }
    if topic.len() < length {
        return None;
    }
    Some(if std::str::from_utf8(topic).is_ok() { length } else { 0 })
}

/// Whether a packet of this type may have a body of this length at all.
const fn possible(kind: u8, length: usize) -> bool {
    match kind {
        p::CONNECT => length >= 12,
        p::CONNACK | p::PUBACK | p::PUBREC | p::PUBREL | p::PUBCOMP | p::UNSUBACK => length >= 2,
        p::SUBSCRIBE => length >= 6,
        p::SUBACK => length >= 3,
        p::UNSUBSCRIBE => length >= 5,
        p::PINGREQ | p::PINGRESP => length == 0,
        _ => true,
    }
}

/// The version the body of a packet proves, None where both fit or neither.
pub fn version(kind: u8, flags: u8, body: &[u8]) -> Option<Version> {
    let (old, new) = (fits(kind, flags, body, Version::V311), fits(kind, flags, body, Version::V5));
    match (old, new) {
        (true, false) => Some(Version::V311),
        (false, true) => Some(Version::V5),
        (true, true) if kind == p::PUBLISH => publication(flags, body),
        _ => None,
    }
}

/// A publication whose payload could begin with properties: an empty list before text, or a list with something in it.
fn publication(flags: u8, body: &[u8]) -> Option<Version> {
    let mut reader = Reader::new(body);
    reader.block()?;
    if flags & 0x06 != 0 {
        reader.u16()?;
    }
    let properties = property::read(&mut reader, p::PUBLISH)?;
    let text = !reader.done() && well_formed(reader.rest()) && !reader.rest().iter().any(|b| *b < 9);
    (text || !properties.is_empty()).then_some(Version::V5)
}

/// Whether a whole body is one of this type in this version, to the last byte.
pub fn fits(kind: u8, flags: u8, body: &[u8], version: Version) -> bool {
    body_fits(kind, flags, &mut Reader::new(body), version == Version::V5).unwrap_or(false)
}

fn body_fits(kind: u8, flags: u8, r: &mut Reader<'_>, new: bool) -> Option<bool> {
    match kind {
        p::CONNECT => {
            let name = r.block()?;
            r.take(4)?;
            Some(matches!(name, b"MQTT" | b"MQIsdp"))
        }
        p::CONNACK => {
            let (acknowledge, code) = (r.u8()?, r.u8()?);
            let version = if new { Version::V5 } else { Version::V311 };
            let known = acknowledge <= 1 && reason::connack(code, version).1;
            Some(known && (!new || legal(r, kind)?) && r.done())
        }
        p::PUBLISH => {
            let topic = r.block()?;
            let id = if flags & 0x06 == 0 { 1 } else { r.u16()? };
            let named = well_formed(topic) && !topic.contains(&b'#') && !topic.contains(&b'+');
            let alone = !topic.is_empty();
            let properties = if new { property::read(r, kind)? } else { property::Properties::default() };
            let aliased = properties.number(property::TOPIC_ALIAS).is_some();
            Some(named && id != 0 && !properties.illegal && (alone || aliased))
        }
        p::PUBACK | p::PUBREC | p::PUBREL | p::PUBCOMP => {
            let id = r.u16()?;
            if r.done() || !new {
                return Some(id != 0 && r.done());
            }
            let known = reason::reason(kind, r.u8()?).1;
            Some(id != 0 && known && (r.done() || legal(r, kind)?) && r.done())
        }
        p::SUBSCRIBE | p::UNSUBSCRIBE => {
            let id = r.u16()?;
            if id == 0 || (new && !legal(r, kind)?) || r.done() {
                return Some(false);
            }
            while !r.done() {
                let filter = r.block()?;
                let options = if kind == p::SUBSCRIBE { r.u8()? } else { 0 };
                let bits = if new { options & 0xc0 == 0 && options & 0x30 != 0x30 } else { options & 0xfc == 0 };
                if filter.is_empty() || !well_formed(filter) || !bits || options & 3 == 3 {
                    return Some(false);
                }
            }
            Some(true)
        }
        p::SUBACK | p::UNSUBACK => {
            let id = r.u16()?;
            if !new && kind == p::UNSUBACK {
                return Some(id != 0 && r.done());
            }
            if id == 0 || (new && !legal(r, kind)?) || r.done() {
                return Some(false);
            }
            let known = |code: u8| match (new, kind) {
                (true, _) => reason::reason(kind, code).1,
                (false, _) => reason::suback(code, Version::V311).1,
            };
            Some(r.rest().iter().all(|code| known(*code)))
        }
        p::PINGREQ | p::PINGRESP => Some(r.done()),
        p::DISCONNECT if !new => Some(r.done()),
        p::DISCONNECT | p::AUTH => {
            if r.done() {
                return Some(true);
            }
            if !new || !reason::reason(kind, r.u8()?).1 {
                return Some(false);
            }
            Some((r.done() || legal(r, kind)?) && r.done())
        }
        _ => Some(false),
    }
}

fn legal(reader: &mut Reader<'_>, kind: u8) -> Option<bool> {
    property::read(reader, kind).map(|p| !p.illegal)
}
