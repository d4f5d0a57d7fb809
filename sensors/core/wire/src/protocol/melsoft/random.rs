//! Single devices read and written.
//!
//! | iQ: 0 10 | words 1 | bits 1 | 0 2, 0411 and 0412: 0 4 | of the words, then of the bits, if there are any: those of the short form
//! 1, of the long form 1, 0 2, entries | 1411: values of the words 2 each, the bits packed in words |
//! | entry, short | device 2 | number 4 | 0 4 |, long | device 2 | number 4 | 0 10 |
//! | Q, L: words 1 | bits 1 | 0 2 | short entries | 1402: values as above |
//! The response to 0411 and 0412 has two bytes before the values. That of 0402 is not read: no capture shows one with its request.

use super::command as fc;
use super::device::Named as Device;
use super::frame::Call;
use crate::protocol::slmp::items::{Cut, Objects};
use crate::protocol::slmp::reader::Reader;

const BEFORE: usize = 10;
/// Bytes of an entry behind device and number.
const SHORT: usize = 4;
const LONG: usize = 10;

/// Whether a request is of this kind.
pub fn is(call: &Call<'_>) -> bool {
    match call.command {
        fc::RANDOM_READ | fc::RANDOM_READ_AGAIN | fc::RANDOM_WRITE => call.long,
        fc::RANDOM_READ_SHORT | fc::RANDOM_WRITE_SHORT => !call.long,
        _ => false,
    }
}

pub fn request(objects: &mut Objects, call: &Call<'_>, body: &mut Reader<'_>) -> Option<()> {
    if call.long {
        body.take(BEFORE)?;
    }
    let (words, bits) = (body.u8()?, body.u8()?);
    let writes = matches!(call.command, fc::RANDOM_WRITE | fc::RANDOM_WRITE_SHORT);
    body.take(if call.long && !writes { 4 } else { 2 })?;
    for (count, bit) in [(words, false), (bits, true)].into_iter().filter(|(count, _)| *count > 0) {
        let (short, long) = if call.long { (body.u8()?, body.u8()?) } else { (count, 0) };
        if call.long {
            body.u16()?;
        }
        if u16::from(short) + u16::from(long) != u16::from(count) {
            return None;
        }
        for number in 0..count {
            let device = Device { code: body.u16()?, number: body.u32()?, long: call.long };
            body.take(if number < short { SHORT } else { LONG })?;
            objects.push(device.object(1, !bit), 1, if bit { Cut::Bits } else { Cut::Words });
        }
    }
    if writes { values(objects, body) } else { Some(()) }
}

pub fn response(objects: &mut Objects, body: &mut Reader<'_>) -> Option<()> {
    body.u16()?;
    values(objects, body)?;
    body.data.is_empty().then_some(())
}

/// The words, then the bits.
fn values(objects: &mut Objects, body: &mut Reader<'_>) -> Option<()> {
    let words = objects.list.iter().take_while(|named| named.cut == Cut::Words).count();
    for at in 0..words {
        objects.fill(at, body)?;
    }
    let bits = objects.list.len() - words;
    let packed = body.take(bits.div_ceil(16) * 2)?;
    for (at, bit) in packed.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1)).take(bits).enumerate() {
        objects.value(words + at, bit);
    }
    Some(())
}
