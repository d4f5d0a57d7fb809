//! What a message is, and what is odd about its form.

use super::command;
use super::header::{BROADCAST, Header, ICF_RESERVED, NO_RESPONSE};
use super::transfer::Transfer;
use super::{memory, program};
use crate::dataset::Flag;
use crate::protocol::Talk;
use crate::protocol::dialogue::Turn;

/// What a response names its command by: service ID and command code. Node addresses do not serve: a node that is asked
/// as 0, the one at this address, answers with its own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Key {
    pub command: u16,
    pub sid: u8,
}

/// What is known of one flow.
#[derive(Default)]
pub struct State {
    /// Address of who is asked and of who asks, written again for each message.
    pub unit: String,
    pub client: String,
    /// A program or file under way.
    pub transfer: Option<Box<Transfer>>,
}

impl State {
    /// Bytes are missing: a part may be among them.
    pub fn gap(&mut self) {
        if let Some(transfer) = &mut self.transfer {
            transfer.broken = true;
        }
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        Transfer::expire(&mut self.transfer, now, talk);
    }

    pub fn weight(&self) -> usize {
        self.unit.capacity() + self.client.capacity() + self.transfer.as_ref().map_or(0, |transfer| transfer.weight())
    }
}

/// One message, which begins `offset` bytes into what was sent.
pub fn read<'a>(data: &'a [u8], offset: u32, talk: &mut Talk<'_>) -> Turn<'a, Key> {
    let Some(header) = Header::read(data) else {
        talk.flag(Flag::FinsHeader, Some(offset), None);
        return Turn::Pass;
    };
    if header.icf & ICF_RESERVED != 0 || header.reserved != 0 {
        talk.flag(Flag::FinsHeader, Some(offset), None);
    }
    let known = command::of(header.command);
    if known.is_none() && !header.is_response() {
        talk.flag(Flag::FinsCommandUnknown, Some(offset.saturating_add(10)), None);
    }
    let key = Key { command: header.command, sid: header.sid };
    if header.is_response() {
        if header.text.len() < 2 {
            talk.flag(Flag::FinsLength, Some(offset.saturating_add(12)), None);
        }
        return Turn::Answer { key, data };
    }
    let odd = match known {
        Some(command) if !command.fits(header.text.len()) => Some(Flag::FinsLength),
        _ => memory::oddity(header.command, header.text).or_else(|| program::counted(header.command, header.text)),
    };
    if let Some(flag) = odd {
        talk.flag(flag, Some(offset.saturating_add(12)), None);
    }
    if header.icf & NO_RESPONSE != 0 {
        Turn::Say { key, data }
    } else if header.destination.node == BROADCAST {
        Turn::Call { key, data }
    } else {
        Turn::Ask { key, data }
    }
}
