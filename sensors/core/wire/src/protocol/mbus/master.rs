//! The one master of a bus and what it waits for: an answer belongs to the last that was asked, for a bus has room for one.

use super::command;
use super::header::{Header, SECONDARY};
use super::record::Records;
use super::telegram::{SELECTED, Service, Telegram};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::protocol::dialogue::Turn;
use crate::protocol::ft12;

/// Place of the address in a long frame.
const ADDRESS: u32 = 5;
const INFORMATION: u32 = 6;
const DATA: u32 = 7;

#[derive(Default)]
pub struct Master {
    /// Number of the frame asked last.
    asked: u64,
    address: Option<u8>,
}

impl Master {
    pub fn read<'a>(&mut self, side: Side, frame: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u64> {
        if !ft12::fits(frame) {
            talk.flag(Flag::MbusChecksum, u32::try_from(frame.len().saturating_sub(2)).ok(), None);
            return Turn::Pass;
        }
        let Some(telegram) = Telegram::read(frame) else {
            talk.flag(Flag::MbusFrame, Some(0), None);
            return Turn::Pass;
        };
        check(&telegram, talk);
        if telegram.asks() {
            self.asked += 1;
            self.address = telegram.address;
            let key = self.asked;
            return if telegram.broadcast() { Turn::Say { key, data: frame } } else { Turn::Ask { key, data: frame } };
        }
        let other = |asked: u8| asked < SELECTED && telegram.address.is_some_and(|address| address != asked);
        if self.address.is_some_and(other) && side == Side::Server {
            talk.flag(Flag::MbusAddress, Some(ADDRESS), None);
        }
        Turn::Answer { key: self.asked, data: frame }
    }

    /// What the master asked may be lost: the next answer belongs to nothing that was seen.
    pub fn gap(&mut self, side: Side) {
        if side == Side::Client {
            self.asked += 1;
            self.address = None;
        }
    }
}

/// What is odd about a frame whose checksum fits.
fn check(telegram: &Telegram<'_>, talk: &mut Talk<'_>) {
    let Some(service) = telegram.service else {
        talk.flag(Flag::MbusControl, Some(if telegram.data.is_empty() { 1 } else { 4 }), None);
        return;
    };
    let Some(information) = telegram.information else {
        if matches!(service, Service::Send | Service::Respond) {
            talk.flag(Flag::MbusLength, Some(1), None);
        }
        return;
    };
    if command::of(information).is_none() {
        talk.flag(Flag::MbusInformation, Some(INFORMATION), None);
    } else if !fits(information, telegram.data) {
        talk.flag(Flag::MbusLength, Some(DATA), None);
    } else if records(telegram).is_some_and(|list| list.broken) {
        talk.flag(Flag::MbusRecord, Some(DATA), None);
    }
}

/// Whether data have the size that goes with their control information.
pub fn fits(information: u8, data: &[u8]) -> bool {
    match information {
        command::RESET => data.len() <= 16,
        command::SELECT | 0x56 => data.len() >= SECONDARY,
        command::ERROR | command::ALARM => data.len() <= 1,
        command::VARIABLE | 0x76 => Header::long(data).is_some(),
        command::SHORT_HEADER => Header::short(data).is_some(),
        command::FIXED | 0x77 => data.len() == 16,
        0xb8..=0xbf => data.is_empty(),
        _ => true,
    }
}

/// Records of a telegram that has them in the clear, walked to their end.
pub fn records<'a>(telegram: &Telegram<'a>) -> Option<Records<'a>> {
    let mut list = Records::of(clear(telegram)?);
    list.by_ref().for_each(drop);
    Some(list)
}

/// Octets of records: none where they are secured.
pub fn clear<'a>(telegram: &Telegram<'a>) -> Option<&'a [u8]> {
    let open = |(header, data): (Header, &'a [u8])| (header.security() == 0).then_some(data);
    match telegram.information? {
        command::SEND | command::NO_HEADER => Some(telegram.data),
        command::SELECT => telegram.data.get(SECONDARY..),
        command::VARIABLE => open(Header::long(telegram.data)?),
        command::SHORT_HEADER => open(Header::short(telegram.data)?),
        _ => None,
    }
}
