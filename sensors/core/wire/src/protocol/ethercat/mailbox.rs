//! Head of a mailbox message (IEC 61158-6-12, 5.6):
//!
//! | 0 length 2 | 2 address 2 | 4 channel 6 bits, priority 2 bits | 5 type 4 bits, counter 3 bits, reserved 1 bit | 6 data |

use super::command::Place;
use super::tell;
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::{Address, Exchange, Function, Item, Object, Talk};

pub const HEADER: usize = 6;
pub const ERROR: u8 = 0;
pub const AOE: u8 = 1;
pub const EOE: u8 = 2;
pub const COE: u8 = 3;
pub const FOE: u8 = 4;
pub const SOE: u8 = 5;
pub const VOE: u8 = 15;
/// Header of an AMS packet in AoE.
const AMS_HEADER: usize = 32;

/// One message.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    pub address: u16,
    pub kind: u8,
    pub counter: u8,
    pub data: &'a [u8],
    /// The length says more than there is.
    pub cut: bool,
    plain: bool,
}

/// Reads a message out of the bytes of a mailbox.
pub fn read(bytes: &[u8]) -> Option<Mail<'_>> {
    let length = usize::from(le16(bytes, 0)?);
    let (channel, kind) = (u8_at(bytes, 4)?, u8_at(bytes, 5)?);
    let whole = bytes.get(HEADER..HEADER + length);
    Some(Mail {
        address: le16(bytes, 2)?,
        kind: kind & 0x0f,
        counter: kind >> 4 & 7,
        data: whole.or_else(|| bytes.get(HEADER..))?,
        cut: whole.is_none(),
        plain: channel & 0x3f == 0 && kind & 0x80 == 0 && length > 0,
    })
}

/// Whether bytes in a slave's memory are a mailbox message, where nothing said that there is a mailbox.
pub fn likely(mail: &Mail<'_>) -> bool {
    let word = le16(mail.data, 0);
    let fits = match mail.kind {
        ERROR => word == Some(1) && mail.data.len() == 4,
        AOE => {
            let follows = le32(mail.data, 20).and_then(|size| usize::try_from(size).ok());
            mail.data.len().checked_sub(AMS_HEADER).is_some_and(|rest| follows == Some(rest))
        }
        EOE => word.is_some_and(|word| word & 0x0f <= 8) && mail.data.len() >= 4,
        COE => word.is_some_and(|word| (1..=8).contains(&(word >> 12)) && word & 0x0e00 == 0) && mail.data.len() >= 6,
        FOE => word.is_some_and(|word| (1..=6).contains(&word)) && mail.data.len() >= 6,
        SOE => word.is_some_and(|word| (1..=6).contains(&(word & 7))) && mail.data.len() >= 4,
        _ => false,
    };
    fits && mail.plain && !mail.cut && mail.counter != 0
}

/// The protocol of a mailbox.
pub const fn name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        ERROR => "ERR",
        AOE => "AoE",
        EOE => "EoE",
        COE => "CoE",
        FOE => "FoE",
        SOE => "SoE",
        VOE => "VoE",
        _ => return None,
    })
}

pub fn function(kind: u8) -> Function {
    Function { code: Some(u32::from(kind)), name: name(kind) }
}

/// A message on its way between a tool and the master's mailbox gateway.
pub fn tell_gateway(side: Side, mail: &Mail<'_>, unit: &mut String, talk: &mut Talk<'_>) {
    let mut item = Item::new(Operation::Unknown);
    item.object = Object { kind: Some("mailbox"), address: Address::Text("mailbox:gateway"), start: 0, count: 0 };
    let items = [item];
    let mut exchange = Exchange::new(talk.span(), side, talk.ordinal(), &items);
    exchange.function = function(mail.kind);
    exchange.unit = tell::unit(Place::Station(mail.address), unit);
    exchange.flagged = talk.flagged();
    talk.exchange(&exchange);
}

#[cfg(test)]
mod tests {
    use super::{AMS_HEADER, AOE, likely, read};

    fn ads(length: u32, bytes: usize) -> bool {
        let mut message = vec![u8::try_from(AMS_HEADER + bytes).unwrap(), 0, 1, 0, 0, AOE | 0x10];
        message.resize(26, 0);
        message.extend_from_slice(&length.to_le_bytes());
        message.resize(super::HEADER + AMS_HEADER + bytes, 0);
        read(&message).is_some_and(|mail| likely(&mail))
    }

    #[test]
    fn a_packet_of_ads_is_as_long_as_it_says() {
        assert!(ads(4, 4));
        assert!(!ads(5, 4));
        assert!(!ads(u32::MAX, 4), "a length that no number holds with its header");
    }
}
