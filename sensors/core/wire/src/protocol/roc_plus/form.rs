//! What form data must have, beyond their length.

use super::frame::Frame;
use super::{file, opcode, parameter};
use crate::bytes::le16;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::Talk;

/// Whether data have the form that their opcode gives them, beyond their length.
pub fn sound(frame: &Frame<'_>, asks: bool, answers: bool) -> bool {
    let data = frame.data;
    match frame.opcode {
        opcode::READ_PARAMETERS => {
            (asks && parameter::list(data).is_some()) || (answers && parameter::valued(data, &[]).is_some())
        }
        opcode::WRITE_PARAMETERS if asks => parameter::valued(data, &[]).is_some(),
        opcode::SET_POINT if asks => parameter::block(data).is_some(),
        opcode::FILE if asks && !answers => file::fits(data),
        opcode::STORE_AND_FORWARD | opcode::PEER if asks && !answers => frame.inner().is_some(),
        opcode::SET_CLOCK if asks => clock(data).is_some(),
        opcode::ERROR => data.len().is_multiple_of(2),
        _ => true,
    }
}

/// What is odd about a message's form.
pub fn check(frame: &Frame<'_>, side: Side, talk: &mut Talk<'_>) {
    if !frame.crc_fits {
        talk.flag(Flag::RocPlusCrc, None, None);
    }
    if opcode::of(frame.opcode).is_none() {
        return talk.flag(Flag::RocPlusOpcodeUnknown, Some(4), None);
    }
    let (asks, answers) = frame.may();
    let fits = match side {
        Side::Client => asks && sound(frame, true, false),
        Side::Server => answers && sound(frame, false, true),
    };
    if !fits && frame.opcode != opcode::SRBX {
        talk.flag(Flag::RocPlusLength, Some(5), None);
    }
}

/// `2024-06-30 13:05:00` of | second 1 | minute 1 | hour 1 | day 1 | month 1 | year 2 |; None for what is no date.
pub fn clock(data: &[u8]) -> Option<String> {
    let [second, minute, hour, day, month, ..] = *data else { return None };
    let year = le16(data, 5)?;
    let possible = second < 60 && minute < 60 && hour < 24 && (1..=31).contains(&day) && (1..=12).contains(&month);
    possible.then(|| format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"))
}
