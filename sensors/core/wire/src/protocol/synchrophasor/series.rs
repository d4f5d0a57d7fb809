//! Configuration frame 3 in parts (IEEE C37.118.2-2011 6.4, CONT_IDX): 0 alone, 1 first, 2… following, 0xFFFF last.

use crate::bytes::be16;

/// Bytes before the rest of the contents.
const CONT_IDX: usize = 2;
const ALONE: u16 = 0;
const FIRST: u16 = 1;
const LAST: u16 = 0xffff;
/// Bytes put together at most.
const LIMIT: usize = 128 * 1024;

/// What a part makes.
#[derive(Debug, PartialEq)]
pub enum Part<'a> {
    /// The whole configuration.
    Alone(&'a [u8]),
    /// The whole configuration, put together from its parts.
    Joined(Vec<u8>),
    /// More parts are to come.
    Waits,
    /// It continues nothing.
    Strange,
    TooLong,
}

/// Parts of one stream's configuration.
#[derive(Default)]
pub struct Series {
    id: u16,
    next: u16,
    data: Vec<u8>,
}

impl Series {
    pub fn part<'a>(&mut self, id: u16, contents: &'a [u8]) -> Part<'a> {
        let Some(index) = be16(contents, 0) else { return Part::Strange };
        let rest = contents.get(CONT_IDX..).unwrap_or_default();
        let begun = !self.data.is_empty();
        match index {
            ALONE => {
                self.clear();
                Part::Alone(rest)
            }
            FIRST => {
                self.clear();
                (self.id, self.next) = (id, FIRST + 1);
                self.data.extend_from_slice(rest);
                if begun { Part::Strange } else { Part::Waits }
            }
            _ if !begun || id != self.id || (index != LAST && index != self.next) => {
                self.clear();
                Part::Strange
            }
            _ if self.data.len() + rest.len() > LIMIT => {
                self.clear();
                Part::TooLong
            }
            _ => {
                self.data.extend_from_slice(rest);
                self.next = self.next.wrapping_add(1);
                if index == LAST { Part::Joined(std::mem::take(&mut self.data)) } else { Part::Waits }
            }
        }
    }

    pub fn clear(&mut self) {
        self.data = Vec::new();
    }

    pub fn weight(&self) -> usize {
        self.data.capacity()
    }
}
