//! The services layer: what a message asks of a component of the runtime, or is told by it.
//!
//! | 0 protocol 2 (cd55; 7557: TLS) | 2 length of the rest of the header 2 (12 or 16) | 4 group 2, bit 7: a reply | 6 service 2 |
//! | 8 session 4 | 12 length of the content 4 | 16 reserved 4, in a header of 16 | tags |

use super::channel::Packet;
use super::datagram::{CHANNEL, Datagram};
use super::tag::Tags;
use crate::bytes::{le16, le32};

const PLAIN: u16 = 0xcd55;
const SECURE: u16 = 0x7557;
const REPLY: u16 = 0x80;
/// Protocol and length stand before the rest of the header.
const BEFORE: usize = 4;

/// One message.
#[derive(Clone, Copy, Debug)]
pub struct Service<'a> {
    pub group: u16,
    pub service: u16,
    pub reply: bool,
    pub session: u32,
    /// Length of the content, as told.
    pub told: u32,
    pub content: &'a [u8],
}

/// What a block's message is.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    Service(Service<'a>),
    /// Encrypted.
    Secure,
}

impl<'a> Service<'a> {
    /// The one that a datagram carries.
    pub fn of(data: &'a [u8]) -> Option<Self> {
        let datagram = Datagram::read(data).filter(|datagram| datagram.service == CHANNEL)?;
        match Packet::read(datagram.payload)? {
            Packet::Block(block) => match read(block.data)? {
                Content::Service(service) => Some(service),
                Content::Secure => None,
            },
            _ => None,
        }
    }

    pub const fn tags(&self) -> Tags<'a> {
        Tags::new(self.content)
    }
}

/// None: no header, or not of a known protocol.
pub fn read(data: &[u8]) -> Option<Content<'_>> {
    match le16(data, 0)? {
        SECURE => return Some(Content::Secure),
        PLAIN => {}
        _ => return None,
    }
    let length = usize::from(le16(data, 2)?);
    let group = le16(data, 4)?;
    if !matches!(length, 12 | 16) {
        return None;
    }
    Some(Content::Service(Service {
        group: group & !REPLY,
        service: le16(data, 6)?,
        reply: group & REPLY != 0,
        session: le32(data, 8)?,
        told: le32(data, 12)?,
        content: data.get(BEFORE + length..)?,
    }))
}
