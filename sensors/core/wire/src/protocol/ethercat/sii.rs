//! The slave's EEPROM (slave information interface, ETG.1000.4 6.4), read and written word by word through registers:
//! | 0x0502 control/status 2 | 0x0504 word address 4 | 0x0508 data 4 or 8 |.

use super::identity::Fact;
use crate::bytes::{le16, le32};

const COMMAND: u16 = 0x0700;
const READ: u16 = 0x0100;
const WRITE: u16 = 0x0200;
const RELOAD: u16 = 0x0400;

/// What is asked of the EEPROM.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    Read(u32),
    Write(u32),
    Reload,
}

/// A write of the control register and what follows it; `before`: the address, where that was written before.
pub fn access(data: &[u8], before: Option<u32>) -> Option<Access> {
    let address = || le32(data, 2).or_else(|| le16(data, 2).map(u32::from)).or(before);
    match le16(data, 0)? & COMMAND {
        READ => address().map(Access::Read),
        WRITE => address().map(Access::Write),
        RELOAD => Some(Access::Reload),
        _ => None,
    }
}

/// The identity that stands at a word address of two words.
pub const fn fact(word: u32) -> Option<Fact> {
    Some(match word {
        0x08 => Fact::Vendor,
        0x0a => Fact::Product,
        0x0c => Fact::Revision,
        0x0e => Fact::Serial,
        _ => return None,
    })
}
