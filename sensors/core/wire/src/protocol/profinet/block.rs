//! Blocks of connection management (IEC 61158-6-10, 5.2): | 0 BlockType 2 | 2 BlockLength 2 | 4 version 2 | 6 body |.
//! The length counts from the version on. All numbers are big-endian.

use super::module;
use super::ptcp::uuid;
use crate::bytes::{be16, be32};
use crate::hash;
use crate::text::{self, Details};
use std::fmt::Write as _;

const AR_REQUEST: u16 = 0x0101;
const IOCR_REQUEST: u16 = 0x0102;
const ALARM_REQUEST: u16 = 0x0103;
const EXPECTED: u16 = 0x0104;
const AR_RESPONSE: u16 = 0x8101;
const IOCR_RESPONSE: u16 = 0x8102;
const DIFFERENCE: u16 = 0x8104;
const SERVER: u16 = 0x8106;
/// Blocks of one message that are read.
const MOST: usize = 64;

#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    pub kind: u16,
    pub body: &'a [u8],
}

/// Walks over blocks; `left` holds what does not fit.
pub struct Blocks<'a> {
    pub left: &'a [u8],
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        let (kind, length) = (be16(self.left, 0)?, usize::from(be16(self.left, 2)?));
        let body = self.left.get(6..4 + length)?;
        self.left = self.left.get(4 + length..).unwrap_or_default();
        Some(Block { kind, body })
    }
}

/// What is known of an application relation.
#[derive(Debug, Default)]
pub struct Relation {
    pub id: Option<[u8; 16]>,
    pub station: Option<String>,
    pub kind: Option<u16>,
    frames: Vec<(&'static str, u16, u16)>,
    modules: String,
    differences: String,
    session: Option<u16>,
    mac: Option<[u8; 6]>,
    properties: Option<u32>,
    pub server: Option<String>,
    /// A block is cut off.
    pub odd: bool,
}

pub fn relation_type(kind: u16) -> &'static str {
    match kind {
        0x0001 => "IO controller",
        0x0003 => "IO controller, redundant inputs",
        0x0006 => "IO supervisor, device access",
        0x0010 => "IO controller, RT_CLASS_3",
        0x0020 => "IO controller, system redundancy",
        _ => "reserved",
    }
}

impl Relation {
    /// Takes in the blocks of a request or an answer.
    pub fn read(&mut self, data: &[u8]) {
        let mut blocks = Blocks { left: data };
        for block in blocks.by_ref().take(MOST) {
            self.block(&block);
        }
        self.odd |= !blocks.left.is_empty();
    }

    fn block(&mut self, block: &Block<'_>) {
        let body = block.body;
        match block.kind {
            AR_REQUEST => {
                (self.kind, self.id) = (be16(body, 0), body.get(2..).and_then(|b| b.first_chunk().copied()));
                self.session = be16(body, 18);
                self.mac = body.get(20..).and_then(|b| b.first_chunk().copied());
                self.properties = be32(body, 42);
                let length = usize::from(be16(body, 50).unwrap_or(0));
                self.station = body.get(52..52 + length).map(|name| text::bounded(name, text::TEXT_LIMIT).0);
                self.odd |= self.station.is_none();
            }
            AR_RESPONSE => {
                self.id = self.id.or_else(|| body.get(2..).and_then(|b| b.first_chunk().copied()));
                self.kind = self.kind.or(be16(body, 0));
            }
            // | 0 type 2 | 2 reference 2 | 4 EtherType 2 | 6 properties 4 | 10 data length 2 | 12 FrameID 2 |
            IOCR_REQUEST => self.frame(be16(body, 0), be16(body, 12), be16(body, 10)),
            // | 0 type 2 | 2 reference 2 | 4 FrameID 2 |: the consumer chose it.
            IOCR_RESPONSE => {
                let direction = direction(be16(body, 0).unwrap_or(0));
                if let Some(id) = be16(body, 4)
                    && let Some(frame) = self.frames.iter_mut().find(|frame| frame.0 == direction)
                {
                    frame.1 = id;
                }
            }
            ALARM_REQUEST => {}
            EXPECTED => self.odd |= !module::expected(body, &mut self.modules),
            DIFFERENCE => self.odd |= !module::differences(body, &mut self.differences),
            SERVER => {
                let length = usize::from(be16(body, 0).unwrap_or(0));
                self.server = body.get(2..2 + length).map(|name| text::bounded(name, text::TEXT_LIMIT).0);
            }
            _ => {}
        }
    }

    fn frame(&mut self, kind: Option<u16>, id: Option<u16>, length: Option<u16>) {
        let (Some(kind), Some(id), Some(length)) = (kind, id, length) else {
            self.odd = true;
            return;
        };
        self.frames.push((direction(kind), id, length));
    }

    /// `ot.session`.
    pub fn session(&self) -> Option<i64> {
        self.id.map(|id| key(&id))
    }

    pub fn details(&self) -> Option<String> {
        let mut details = Details::default();
        if let Some(id) = self.id {
            details.text("relation", &uuid(&id, false));
        }
        if let Some(station) = &self.station {
            details.text("station", station);
        }
        if let Some(kind) = self.kind {
            details.text("relation_type", relation_type(kind));
        }
        if let Some(session) = self.session {
            details.number("session_key", session);
        }
        if let Some(mac) = self.mac {
            details.text("initiator", &text::mac(mac));
        }
        if let Some(properties) = self.properties {
            details.truth("takeover_allowed", properties & 0x08 != 0);
        }
        let mut frames = String::new();
        for (direction, id, length) in &self.frames {
            let gap = if frames.is_empty() { "" } else { ", " };
            let _ = write!(frames, "{gap}{direction} 0x{id:04X} {length}");
        }
        for (key, text) in [("frames", &frames), ("modules", &self.modules), ("differences", &self.differences)] {
            if !text.is_empty() {
                details.text(key, text);
            }
        }
        details.finish()
    }
}

fn direction(kind: u16) -> &'static str {
    match kind {
        1 => "input",
        2 => "output",
        3 => "multicast provider",
        4 => "multicast consumer",
        _ => "reserved",
    }
}

/// `ot.session` of an application relation.
pub fn key(id: &[u8; 16]) -> i64 {
    hash::key(&[b"profinet ar", id])
}
