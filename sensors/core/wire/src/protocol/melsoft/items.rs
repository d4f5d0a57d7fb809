//! Which devices a request names, and where their values stand in it and in the response.
//!
//! | 0410, 1410 | 0 10 | device 2 | number 4 | 0 4 | points 2 | 1410: values |, bits packed in words, the first in the lowest bit
//! | 0b16 | area 2 | number 4 | words 2 | values |
//! Single devices: `random`.

use super::command as fc;
use super::device::Named as Device;
use super::frame::Call;
use super::random;
use crate::protocol::slmp::items::{Cut, Objects};
use crate::protocol::slmp::reader::Reader;
use crate::protocol::{Address, Notation, Object};
use std::fmt::Write as _;

/// Zeros before the device.
const BEFORE: usize = 10;

/// Reads what a request names. None where it is cut or cannot be; what was read until then stays.
pub fn request(objects: &mut Objects, call: &Call<'_>) -> Option<()> {
    objects.clear();
    let mut body = Reader::new(call.data, false);
    match (call.command, call.long) {
        (fc::READ | fc::WRITE, true) => {
            body.take(BEFORE)?;
            let (code, number) = (body.u16()?, body.u32()?);
            body.u32()?;
            let points = u32::from(body.u16()?);
            let device = Device { code, number, long: true };
            let bits = device.is_bit() == Some(true);
            let words = if bits { points.div_ceil(16) } else { points };
            if device.in_bits(points) {
                let count = usize::try_from(points).unwrap_or(0);
                objects.push(device.object(points, false), count, Cut::Bits);
            } else {
                let cut = if device.is_double() { Cut::Doubles } else { Cut::Words };
                objects.push(device.object(words, true), usize::try_from(words).unwrap_or(0), cut);
            }
            if call.command == fc::WRITE {
                fill(objects, 0, &mut body)?;
            }
        }
        (fc::AREA_WRITE, _) => {
            let (area, number, words) = (body.u16()?, body.u32()?, body.u16()?);
            let address = Address::Placed(Notation { part: u64::from(area), step: 1, write });
            let object = Object { kind: Some("area"), address, start: i64::from(number), count: u32::from(words) };
            objects.push(object, 0, Cut::Words);
            body.take(usize::from(words) * 2)?;
        }
        _ if random::is(call) => random::request(objects, call, &mut body)?,
        // What follows is not read.
        _ => return Some(()),
    }
    body.data.is_empty().then_some(())
}

/// Reads the values of a response for what the request named. None where there are more or fewer.
pub fn response(objects: &mut Objects, asked: &Call<'_>, told: &Call<'_>) -> Option<()> {
    let mut body = Reader::new(told.data, false);
    if asked.command != fc::READ {
        return random::response(objects, &mut body);
    }
    fill(objects, 0, &mut body)?;
    body.data.is_empty().then_some(())
}

/// Whether a response carries the values of what was asked for, in a form that is known.
pub fn reads(call: &Call<'_>) -> bool {
    call.long && matches!(call.command, fc::READ | fc::RANDOM_READ | fc::RANDOM_READ_AGAIN)
}

/// Takes the values of an object into the buffer; bits, told one by one as a byte each, come in words.
fn fill(objects: &mut Objects, at: usize, body: &mut Reader<'_>) -> Option<()> {
    let named = objects.list.get(at)?;
    if named.cut != Cut::Bits {
        return objects.fill(at, body);
    }
    let count = named.count;
    let words = body.take(count.div_ceil(16) * 2)?;
    let begin = objects.buffer.len();
    objects.buffer.extend(words.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1)).take(count));
    objects.list.get_mut(at)?.values = begin..objects.buffer.len();
    Some(())
}

/// `0x54:3456-3473`.
fn write(out: &mut String, part: u64, start: i64, count: u32) {
    let last = start.saturating_add(i64::from(count.max(1)) - 1);
    let _ = write!(out, "{part:#04x}:{start}-{last}");
}
