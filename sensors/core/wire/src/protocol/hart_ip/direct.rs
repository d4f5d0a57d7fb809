//! Lists of commands: the body of a direct PDU (TS20085 10.3.2.5), and commands that are read together (command 78).
//!
//! Direct PDU: | device status 1 | extended status 1 |, then of each command: | number 2 | byte count 1 | data |, whose data begin
//! with a response code in a response.

use super::pdu::{EXTENDED, Embedded};
use crate::bytes::{be16, u8_at};

/// Commands that are read of one message; more are counted.
pub const MOST: usize = 32;
const STATUS: usize = 2;
pub const READ_AGGREGATED: u16 = 78;
/// The same as Rosemount gateways have it.
pub const READ_AGGREGATED_ROSEMOUNT: u16 = 178;
pub const TO_SUB_DEVICE: u16 = 77;

/// One command of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry<'a> {
    pub number: u16,
    pub data: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Response code and the data behind it.
    pub fn response(&self) -> Option<(u8, &'a [u8])> {
        self.data.split_first().map(|(code, data)| (*code, data))
    }
}

/// Goes through the commands of a list; ends where one does not fit.
pub struct List<'a> {
    rest: &'a [u8],
}

impl<'a> List<'a> {
    /// Of a direct PDU's body.
    pub fn of(body: &'a [u8]) -> Self {
        Self { rest: body.get(STATUS..).unwrap_or_default() }
    }

    /// Of a reply to command 78: their number stands before, in some devices behind the extended device status.
    pub fn aggregated(data: &'a [u8]) -> Option<Self> {
        (0..2).find_map(|at| {
            let (number, rest) = (usize::from(u8_at(data, at)?), data.get(at + 1..)?);
            let mut list = Self { rest };
            (list.by_ref().count() == number && number > 0 && list.whole()).then_some(Self { rest })
        })
    }

    /// Whether nothing is left.
    pub const fn whole(&self) -> bool {
        self.rest.is_empty()
    }
}

impl<'a> Iterator for List<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let (number, count) = (be16(self.rest, 0)?, usize::from(u8_at(self.rest, 2)?));
        let (data, rest) = self.rest.get(3..)?.split_at_checked(count)?;
        self.rest = rest;
        Some(Entry { number, data })
    }
}

/// Device status and extended device status before the list.
pub fn status(body: &[u8]) -> Option<(u8, u8)> {
    Some((u8_at(body, 0)?, u8_at(body, 1)?))
}

/// Whether a list fills its body, each response with its code.
pub fn fits(body: &[u8], response: bool) -> bool {
    let mut list = List::of(body);
    let mut sound = body.len() > STATUS;
    for entry in list.by_ref() {
        sound &= !response || !entry.data.is_empty();
    }
    sound && list.whole()
}

/// The frame inside command 77, with its own extension read.
pub struct Inner<'a> {
    pub frame: Embedded<'a>,
    pub number: u16,
    /// Response code and device status of a reply.
    pub status: Option<(u8, u8)>,
    pub data: &'a [u8],
}

impl<'a> Inner<'a> {
    pub fn read(data: &'a [u8], request: bool) -> Option<Self> {
        let frame = Embedded::read(data, request)?;
        let status = if request { None } else { Some((u8_at(frame.data, 0)?, u8_at(frame.data, 1)?)) };
        let own = frame.data.get(if request { 0 } else { 2 }..).unwrap_or_default();
        let (number, data) = match be16(own, 0) {
            Some(number) if frame.command == EXTENDED => (number, own.get(2..).unwrap_or_default()),
            _ => (u16::from(frame.command), own),
        };
        Some(Self { frame, number, status, data })
    }
}
