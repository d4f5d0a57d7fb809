//! The name service: which node is where, and what it is.
//!
//! | 0 package 2 (c201, c202: asked; c280: a node) | 2 version 2 | 4 message 4 | and of a node: | 8 channels 2 | 10 byte order 1 |
//! 11 reserved 1 | 12 length of the parent's address 2 | 14, 16, 18 characters of node, device, vendor 2 each | 20 type 4 |
//! 24 target id 4 | 28 version 4 | 32 flags 4 | 36 length of the serial number 1 | 37 of the maker's data 1 | 38 block
//! driver 1 | 39 reserved 9 | 48 parent's address | node, device, vendor: UTF-16, each with a zero | serial number |

use super::value::{text, wide};
use crate::bytes::{le16, le32, u8_at};
use crate::flow::Side;
use crate::protocol::Talk;

const RESOLVE_NAME: u16 = 0xc201;
const NODE_ASKED: u16 = 0xc202;
const NODE: u16 = 0xc280;
const NAMES: usize = 48;
const EVIDENCE: &str = "codesys.name_service";

/// A package of the name service.
#[derive(Clone, Copy, Debug)]
pub struct Package<'a> {
    pub kind: u16,
    pub message: u32,
    data: &'a [u8],
}

impl<'a> Package<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let kind = le16(data, 0).filter(|kind| matches!(*kind, RESOLVE_NAME | NODE_ASKED | NODE))?;
        Some(Self { kind, message: le32(data, 4)?, data })
    }

    /// Asks for a name rather than who is there.
    pub const fn resolves(&self) -> bool {
        self.kind == RESOLVE_NAME
    }

    pub const fn is_node(&self) -> bool {
        self.kind == NODE
    }

    /// The name that is asked for.
    pub fn name(&self) -> Option<String> {
        self.data.get(8..).filter(|name| self.resolves() && !name.is_empty()).map(wide)
    }

    pub fn node(&self) -> Option<Node> {
        if !self.is_node() {
            return None;
        }
        let data = self.data;
        let length = |at| le16(data, at).map(usize::from);
        let mut at = NAMES + length(12)?;
        let mut take = |bytes: usize| {
            let part = data.get(at..at.checked_add(bytes)?)?;
            at += bytes;
            Some(part)
        };
        let mut names = [const { String::new() }; 3];
        for (name, from) in names.iter_mut().zip([14, 16, 18]) {
            *name = wide(take((length(from)? + 1) * 2)?);
        }
        let [name, device, vendor] = names;
        let version = le32(data, 28)?.to_be_bytes().map(|part| part.to_string()).join(".");
        let serial = take(usize::from(u8_at(data, 36)?)).map(text).unwrap_or_default();
        Some(Node { name, device, vendor, version, serial, kind: le32(data, 20)?, id: le32(data, 24)? })
    }
}

/// What a node says of itself.
#[derive(Clone, Debug)]
pub struct Node {
    pub name: String,
    pub device: String,
    pub vendor: String,
    pub version: String,
    pub serial: String,
    /// Type and id of the target.
    pub kind: u32,
    pub id: u32,
}

impl Node {
    pub fn tell(&self, about: Side, talk: &mut Talk<'_>) {
        let facts = [
            ("name", &self.name),
            ("model", &self.device),
            ("vendor", &self.vendor),
            ("firmware", &self.version),
            ("serial", &self.serial),
        ];
        for (attribute, value) in facts {
            if !value.is_empty() {
                talk.identity(about, attribute, value, 0.95, EVIDENCE);
            }
        }
    }
}
