//! Messages of SuiteLink, and where one ends. Numbers are little-endian, texts UTF-16.
//!
//! | 0 bytes that follow 2 | 2 type 2 | body | a5 1 |, tags. Before them the handshake, which a magic number of 16 bytes begins:
//! | 0 magic 16 | 16 application 32 | of old clients, | 0 bytes that follow 1 | 1 magic 16 | … | of others and for alarms.
//! Messages of the alarm service: | 0 bytes that follow: 1, or 0 and 2, or 0 0 0 and 4 | 00 4 | de2d | version 2 | …, its
//! heartbeat is 02 05 00.

use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Flag;
use crate::protocol::Framing;

pub type Magic = [u8; 16];
/// A client that asks for an application, in ASCII.
pub const QUERY_OLD: Magic =
    [0x60, 0x5f, 0xc3, 0xb1, 0x2d, 0x05, 0xd1, 0x11, 0xbf, 0x08, 0x00, 0xa0, 0xc9, 0x72, 0x3e, 0x82];
/// A client that asks for an application and says who it is.
pub const QUERY: Magic =
    [0xca, 0xfe, 0x8b, 0xba, 0xfe, 0x8b, 0xd3, 0x11, 0xaa, 0x05, 0x00, 0xa0, 0xc9, 0xec, 0xfd, 0x9f];
/// A client of the alarm service.
pub const REGISTER: Magic =
    [0xd5, 0xcf, 0xc7, 0xf8, 0x0b, 0xcd, 0xd3, 0x11, 0xaa, 0x10, 0x00, 0xa0, 0xc9, 0xec, 0xfd, 0x9f];
/// Answers of the alarm service, and a socket handed on to it.
const ALARM_ANSWER: Magic =
    [0xd4, 0xcf, 0xc7, 0xf8, 0x0b, 0xcd, 0xd3, 0x11, 0xaa, 0x10, 0x00, 0xa0, 0xc9, 0xec, 0xfd, 0x9f];
const REGISTER_ANSWER: Magic =
    [0x96, 0xe2, 0x78, 0x44, 0xfc, 0xcd, 0xd3, 0x11, 0xaa, 0x10, 0x00, 0xa0, 0xc9, 0xec, 0xfd, 0x9f];
const TRANSFER: Magic =
    [0xbc, 0x7a, 0x00, 0x61, 0x64, 0xdb, 0xd3, 0x11, 0xaa, 0x16, 0x00, 0xa0, 0xc9, 0xec, 0xfd, 0x9f];
const MAGICS: [Magic; 5] = [QUERY, REGISTER, ALARM_ANSWER, REGISTER_ANSWER, TRANSFER];
/// A query of old clients is so long.
const OLD_LENGTH: usize = 48;
/// The mark of the alarm service's messages.
const ALARM: u16 = 0x2dde;
const HEARTBEAT: [u8; 3] = [2, 5, 0];
pub const END: u8 = 0xa5;
const SHORTEST_ALARM: usize = 20;
/// A message of the alarm service, above which it is passed over.
const LONGEST: usize = 256 * 1024;
/// Of the tag service: the shortest, and the longest of a type that is not known.
const SHORTEST: usize = 5;
const LONGEST_UNKNOWN: usize = 4096;

pub const HANDSHAKE_ACK: u16 = 0x0001;
pub const ADVISE_ACK: u16 = 0x0003;
pub const UNADVISE_ACK: u16 = 0x0004;
pub const TIME: u16 = 0x0008;
pub const UPDATE: u16 = 0x0009;
pub const POKE_ACK: u16 = 0x000b;
pub const CONNECT: u16 = 0x8001;
pub const UNADVISE: u16 = 0x8004;
pub const POKE: u16 = 0x800b;
/// As it was seen on the wire beside the other.
pub const POKE_OLD: u16 = 0x080b;
pub const ADVISE: u16 = 0x8010;
/// Four kinds of keep-alive.
const ALIVE: std::ops::RangeInclusive<u16> = 0x4023..=0x4026;

/// One message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Message<'a> {
    /// A handshake: its magic, and what follows it.
    Handshake(&'a Magic, &'a [u8]),
    /// A message of the alarm service.
    Alarm,
    /// Type and body.
    Tags(u16, &'a [u8]),
}

/// Whether the type is one of the tag service.
pub fn known(kind: u16) -> bool {
    ALIVE.contains(&kind)
        || matches!(
            kind,
            HANDSHAKE_ACK
                | ADVISE_ACK
                | UNADVISE_ACK
                | TIME
                | UPDATE
                | POKE_ACK
                | CONNECT
                | UNADVISE
                | POKE
                | POKE_OLD
                | ADVISE
        )
}

pub fn keeps_alive(kind: u16) -> bool {
    ALIVE.contains(&kind)
}

/// What the head of the bytes begins.
enum Head<'a> {
    Need,
    /// A magic and the bytes of the length before it.
    Handshake(&'a Magic, usize),
    /// A message of the alarm service, and where it ends.
    Alarm(usize),
    Tags,
}

/// A magic at a place: whole, or as far as the bytes go.
fn magic_at<'a>(data: &'a [u8], skip: usize, of: &[Magic]) -> Option<Head<'a>> {
    let rest = data.get(skip..).filter(|rest| !rest.is_empty())?;
    let seen = rest.get(..rest.len().min(16))?;
    of.iter().find(|magic| magic.starts_with(seen))?;
    Some(rest.first_chunk().map_or(Head::Need, |magic| Head::Handshake(magic, skip)))
}

/// Bytes of the length, and the length, as handshakes and the alarm service write it. None: more bytes are needed.
fn length(data: &[u8]) -> Option<(usize, usize)> {
    let byte = u8_at(data, 0)?;
    if byte != 0 {
        return Some((1, usize::from(byte)));
    }
    let word = le16(data, 1)?;
    if word != 0 {
        return Some((3, usize::from(word)));
    }
    Some((7, usize::try_from(le32(data, 3)?).ok()?))
}

/// Whether the alarm service's mark stands behind a length. None: more bytes are needed.
fn alarm(data: &[u8]) -> Option<Option<usize>> {
    let (head, length) = length(data)?;
    if length < SHORTEST_ALARM {
        return Some(None);
    }
    let marked = u8_at(data, head)? == 0 && le16(data, head + 4)? == ALARM;
    Some(marked.then_some(head.saturating_add(length)))
}

fn head(data: &[u8]) -> Head<'_> {
    let skip = if data.first() == Some(&0) { 3 } else { 1 };
    if let Some(found) = magic_at(data, 0, &[QUERY_OLD]).or_else(|| magic_at(data, skip, &MAGICS)) {
        return found;
    }
    if data.starts_with(&HEARTBEAT) {
        return Head::Alarm(HEARTBEAT.len());
    }
    let Some(kind) = le16(data, 2) else { return Head::Need };
    // A length of one byte leaves the type where the tag service has it, which no message of the alarm service meets.
    if skip == 1 && known(kind) {
        return Head::Tags;
    }
    match alarm(data) {
        None => Head::Need,
        Some(Some(end)) => Head::Alarm(end),
        Some(None) => Head::Tags,
    }
}

/// Whether the bytes are so few that they may begin a magic, or anything.
pub fn undecided(data: &[u8]) -> bool {
    matches!(head(data), Head::Need)
}

/// Where the message at the head ends.
pub fn framing(data: &[u8]) -> Framing {
    match head(data) {
        Head::Need => Framing::Need,
        Head::Handshake(&QUERY_OLD, 0) => Framing::Message(OLD_LENGTH),
        Head::Handshake(_, skip) => match length(data).map(|(_, length)| skip + length) {
            Some(end) if end >= skip + 16 => Framing::Message(end),
            _ => Framing::Bad(Flag::SuitelinkFrame),
        },
        Head::Alarm(end) if end > LONGEST => Framing::Oversize(end),
        Head::Alarm(end) => Framing::Message(end),
        Head::Tags => tags(data),
    }
}

/// A message of the tag service: of a known type, or one that ends as it should.
fn tags(data: &[u8]) -> Framing {
    let (Some(length), Some(kind)) = (le16(data, 0), le16(data, 2)) else { return Framing::Need };
    let end = usize::from(length) + 2;
    match data.get(end - 1) {
        _ if end < SHORTEST => Framing::Bad(Flag::SuitelinkFrame),
        _ if known(kind) => Framing::Message(end),
        Some(&END) => Framing::Message(end),
        None if end <= LONGEST_UNKNOWN => Framing::Need,
        _ => Framing::Bad(Flag::SuitelinkFrame),
    }
}

/// The whole message at the head of the bytes.
pub fn read(data: &[u8]) -> Option<Message<'_>> {
    match head(data) {
        Head::Handshake(found, skip) => Some(Message::Handshake(found, data.get(skip + 16..)?)),
        Head::Alarm(_) => Some(Message::Alarm),
        _ => Some(Message::Tags(le16(data, 2)?, data.get(4..data.len().checked_sub(1)?)?)),
    }
}

/// The next place where a magic, the alarm service's mark or a whole message of a known type begins.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        let rest = data.get(at..).unwrap_or_default();
        let sound = match (head(rest), framing(rest)) {
            (Head::Need, _) => return (at, false),
            (Head::Handshake(..) | Head::Alarm(_), told) => !matches!(told, Framing::Bad(_)),
            (Head::Tags, Framing::Message(end)) => {
                le16(rest, 2).is_some_and(known) && rest.get(end - 1).is_none_or(|byte| *byte == END)
            }
            (Head::Tags, _) => false,
        };
        if sound {
            return (at, true);
        }
    }
    (data.len(), false)
}
