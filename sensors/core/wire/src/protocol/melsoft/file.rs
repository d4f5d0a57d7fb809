//! Files by their handles.
//!
//! | 1867 | keyword 4 | mode 2: 0000 to read, 0100 to write | drive 2 | size 4, of what is to be written | bytes 2 | path |, answer: handle 2
//! | 1868 | handle 2 | offset 4 | bytes 2 |, answer: bytes 2 | data |
//! | 1869 | handle 2 | offset 4 | bytes 2 | data |, answer: bytes 2
//! | 186a | handle 2 | 0 2 |
//! The mode is 0100 as in the manual of `slmp`; a size of 0 stands for one that is not known yet.

use super::command as fc;
use super::frame::Call;
use super::parties::Key;
use super::transfer::{IDLE, Transfer};
use super::{directory, path};
use crate::bytes::{le16, le32};
use crate::dataset::Operation;
use crate::protocol::Talk;
use crate::protocol::dialogue::Turns;
use std::collections::VecDeque;
use std::net::IpAddr;

/// Files that may be open, and searches whose answer is remembered.
const OPEN: usize = 16;
const FOUND: usize = 8;
const TO_WRITE: u16 = 0x0100;

/// What of a file a message is about.
pub struct Part {
    pub path: Option<String>,
    pub operation: Option<Operation>,
    pub offset: Option<u32>,
    pub bytes: Option<u32>,
    pub to_write: bool,
}

/// Files that are open, and sizes that were asked for before.
#[derive(Default)]
pub struct Files {
    open: Vec<Transfer>,
    found: VecDeque<(IpAddr, String, u32)>,
}

impl Files {
    /// What a request is about, and what follows from it when it was done.
    pub fn follow(
        &mut self,
        (asked, done): (Option<&Call<'_>>, Option<&Call<'_>>),
        unit: &str,
        turns: &Turns<'_, Key>,
        talk: &mut Talk<'_>,
    ) -> Option<Part> {
        let asked = asked?;
        let mut part = Part { path: None, operation: None, offset: None, bytes: None, to_write: false };
        match asked.command {
            fc::OPEN => {
                part.to_write = le16(asked.data, 4)? == TO_WRITE;
                let (path, _) = path::counted(asked.data, 12)?;
                if let Some(handle) = done.and_then(|done| le16(done.data, 0)) {
                    let size = self.size(&path, part.to_write, asked, talk);
                    let opened = Transfer::open((handle, unit), path.clone(), (part.to_write, size), turns, talk);
                    self.close(handle, talk);
                    self.keep(opened, talk);
                }
                part.path = Some(path);
            }
            fc::SEARCH_FILE => {
                let path = path::last(asked.data)?;
                if let Some(size) = done.and_then(|done| directory::size(done.data)) {
                    let server = talk.facts.server.ip;
                    let same = |open: &&mut Transfer| open.server == server && open.path == path;
                    self.open.iter_mut().filter(same).for_each(|open| open.has(size));
                    self.found.retain(|(of, known, _)| *of != server || *known != path);
                    self.found.push_back((server, path, size));
                    if self.found.len() > FOUND {
                        self.found.pop_front();
                    }
                }
            }
            fc::FILE_READ | fc::FILE_WRITE => {
                let (handle, offset, bytes) = (le16(asked.data, 0)?, le32(asked.data, 2)?, le16(asked.data, 6)?);
                (part.offset, part.bytes) = (Some(offset), Some(u32::from(bytes)));
                part.to_write = asked.command == fc::FILE_WRITE;
                let moved = match part.to_write {
                    true => done.and_then(|_| asked.data.get(8..)),
                    false => done.and_then(|done| done.data.get(2..)),
                };
                if let Some(open) = self.of(handle, talk) {
                    part.path = Some(open.path.clone());
                    part.operation = Some(open.operation(part.to_write));
                    if let Some(moved) = moved {
                        open.part(offset, moved, turns);
                    }
                }
            }
            fc::CLOSE => {
                let handle = le16(asked.data, 0)?;
                part.path = self.of(handle, talk).map(|open| open.path.clone());
                if done.is_some() {
                    self.close(handle, talk);
                }
            }
            _ => {}
        }
        Some(part)
    }

    fn of(&mut self, handle: u16, talk: &Talk<'_>) -> Option<&mut Transfer> {
        let server = talk.facts.server.ip;
        self.open.iter_mut().find(|open| open.handle == handle && open.server == server)
    }

    /// Bytes that the file has: said when it is opened to be written, by a search before when it is to be read.
    fn size(&self, path: &str, to_write: bool, asked: &Call<'_>, talk: &Talk<'_>) -> Option<u32> {
        if to_write {
            return le32(asked.data, 8).filter(|size| *size > 0);
        }
        let server = talk.facts.server.ip;
        self.found.iter().find(|(of, known, _)| *of == server && known == path).map(|(_, _, size)| *size)
    }

    fn keep(&mut self, opened: Transfer, talk: &mut Talk<'_>) {
        if self.open.len() >= OPEN {
            self.open.remove(0).end(false, talk);
        }
        self.open.push(opened);
    }

    fn close(&mut self, handle: u16, talk: &mut Talk<'_>) {
        let server = talk.facts.server.ip;
        if let Some(at) = self.open.iter().position(|open| open.handle == handle && open.server == server) {
            self.open.remove(at).end(true, talk);
        }
    }

    /// Bytes are missing: whatever is open may lack a part.
    pub fn broken(&mut self) {
        for open in &mut self.open {
            open.broken = true;
        }
    }

    /// Ends those that nobody went on with.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        let over = |open: &Transfer| now.saturating_sub(open.span.last.time) >= IDLE;
        while let Some(at) = self.open.iter().position(over) {
            self.open.remove(at).end(false, talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.open.capacity() * size_of::<Transfer>()
            + self.open.iter().map(|open| open.path.capacity()).sum::<usize>()
            + self.found.iter().map(|(_, path, _)| path.capacity() + size_of::<(IpAddr, String, u32)>()).sum::<usize>()
    }
}
