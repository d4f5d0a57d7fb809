//! Sum commands (Read Write of 0xF080..0xF086; AdsDef.h): many places in one message, told one by one.
//!
//! | group | written | replied |
//! | --- | --- | --- |
//! | 0xF080 read | count * (group 4, offset 4, length 4) | count * result 4, data |
//! | 0xF081 write | count * (group 4, offset 4, length 4), data | count * result 4 |
//! | 0xF082 read write | count * (group 4, offset 4, read 4, written 4), data | count * (result 4, length 4), data |
//! | 0xF083, 0xF084 read | count * (group 4, offset 4, length 4) | count * (result 4, length 4), data |
//! | 0xF085 add | count * (group 4, offset 4, length 4, mode 4, delay 4, cycle 4, 16) | count * (result 4, handle 4) |
//! | 0xF086 delete | count * handle 4 | count * result 4 |
//!
//! The index offset is the count; with 0 of it a sum read answers with data alone.

use super::group::{
    SUMUP_ADDDEVNOTE, SUMUP_DELDEVNOTE, SUMUP_READ, SUMUP_READEX, SUMUP_READEX2, SUMUP_READWRITE, SUMUP_WRITE,
};
use super::request::Asked;
use crate::bytes::le32;

/// Places told of one message (Beckhoff advises 500 at most).
pub const PLACES: usize = 1000;

/// One place of a sum command.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Part<'a> {
    pub group: u32,
    pub offset: u32,
    pub size: u32,
    pub written: &'a [u8],
    pub code: Option<u32>,
    pub read: &'a [u8],
    /// Handle that was given, or is given up.
    pub handle: Option<u32>,
    /// Of a place to watch: transmission mode, longest delay, cycle time.
    pub watch: Option<[u32; 3]>,
}

pub const fn is_sum(group: u32) -> bool {
    matches!(group, SUMUP_READ..=SUMUP_DELDEVNOTE)
}

/// Bytes of a place in the request and of its result in the reply.
const fn sizes(group: u32) -> (usize, usize) {
    match group {
        SUMUP_READWRITE => (16, 8),
        SUMUP_READEX | SUMUP_READEX2 => (12, 8),
        SUMUP_ADDDEVNOTE => (40, 8),
        SUMUP_DELDEVNOTE => (4, 4),
        _ => (12, 4),
    }
}

/// Takes `length` bytes off the head of `rest`; fewer are an error.
fn take<'a>(rest: &mut &'a [u8], length: u32) -> Option<&'a [u8]> {
    let (head, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = behind;
    Some(head)
}

/// The places of a request with their parts of the reply; and whether the lengths come out even.
pub fn parts<'a>(asked: &Asked<'a>, reply: Option<&'a [u8]>, out: &mut Vec<Part<'a>>) -> bool {
    let (place, result) = sizes(asked.group);
    let told = usize::try_from(asked.offset).unwrap_or(usize::MAX);
    let count = if told == 0 && asked.group == SUMUP_READ { asked.data.len() / place } else { told };
    let counted = count.min(asked.data.len() / place).min(PLACES);
    let mut even = counted == count;
    let mut written = count.checked_mul(place).and_then(|at| asked.data.get(at..)).unwrap_or_default();
    let results = if told == 0 { 0 } else { result };
    let mut read = reply.and_then(|r| r.get(count.checked_mul(results)?..)).unwrap_or_default();
    for i in 0..counted {
        let Some(head) = asked.data.get(i * place..(i + 1) * place) else { break };
        let mut part = part(asked.group, head);
        if asked.group == SUMUP_WRITE || asked.group == SUMUP_READWRITE {
            let length = if asked.group == SUMUP_WRITE { part.size } else { le32(head, 12).unwrap_or(0) };
            let data = take(&mut written, length);
            even &= data.is_some();
            part.written = data.unwrap_or_default();
        }
        if let Some(reply) = reply {
            even &= answered(asked.group, reply, (i, results), &mut part, &mut read);
        }
        out.push(part);
    }
    even
}

fn part(group: u32, head: &[u8]) -> Part<'_> {
    let word = |at| le32(head, at).unwrap_or(0);
    if group == SUMUP_DELDEVNOTE {
        return Part { handle: Some(word(0)), ..Part::default() };
    }
    let watch = (group == SUMUP_ADDDEVNOTE).then(|| [word(12), word(16), word(20)]);
    Part { group: word(0), offset: word(4), size: word(8), watch, ..Part::default() }
}

/// The reply's part of one place; false when it is missing.
fn answered<'a>(
    group: u32,
    reply: &'a [u8],
    (i, size): (usize, usize),
    part: &mut Part<'a>,
    read: &mut &'a [u8],
) -> bool {
    let code = le32(reply, i * size);
    if size > 0 {
        part.code = code;
        if code.is_none() {
            return false;
        }
    }
    let second = || le32(reply, i * size + 4);
    let length = match group {
        SUMUP_READ | SUMUP_READEX => part.size,
        SUMUP_READWRITE | SUMUP_READEX2 => second().unwrap_or(0),
        SUMUP_ADDDEVNOTE => {
            part.handle = second();
            return part.handle.is_some();
        }
        _ => return true,
    };
    // A place that was refused may stand in the reply with its whole length or with none.
    let refused = code.is_some_and(|code| code != 0) && size > 0;
    let data = take(read, length);
    part.read = if refused { &[] } else { data.unwrap_or_default() };
    refused || data.is_some()
}

#[cfg(test)]
mod tests {
    use super::{Part, parts};
    use crate::protocol::ads::request::Asked;

    fn words(list: &[u32]) -> &'static [u8] {
        list.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>().leak()
    }

    fn told<'a>(group: u32, offset: u32, data: &'a [u8], reply: &'a [u8]) -> (Vec<Part<'a>>, bool) {
        let mut out = Vec::new();
        let even = parts(&Asked { group, offset, data, ..Asked::default() }, Some(reply), &mut out);
        (out, even)
    }

    #[test]
    fn places_are_told_with_their_own_results() {
        let request = words(&[0x4020, 0, 2, 0x4020, 4, 1]);
        let (read, even) = told(0xf080, 2, request, b"\0\0\0\0\x02\x07\0\0\x11\x22\x33");
        assert!(even && read[0].read == [0x11, 0x22] && read[1].code == Some(0x702) && read[1].read.is_empty());
        let request = [words(&[0x4020, 0, 2, 0x4020, 4, 1]), &[1, 2, 3]].concat();
        let (written, even) = told(0xf081, 2, &request, words(&[0, 0x703]));
        assert!(even && written[0].written == [1, 2] && written[1].written == [3] && written[1].code == Some(0x703));
        let request = [words(&[0xf003, 0, 4, 2]), b"A\0"].concat();
        let (both, even) = told(0xf082, 1, &request, words(&[0, 4, 77]));
        assert!(even && both[0].written == b"A\0" && both[0].read == 77_u32.to_le_bytes());
        let (given, even) = told(0xf085, 1, words(&[0x4020, 0, 2, 4, 0, 50, 0, 0, 0, 0]), words(&[0, 9]));
        assert!(even && given[0].handle == Some(9) && given[0].watch == Some([4, 0, 50]));
    }

    #[test]
    fn what_does_not_come_out_even_is_said() {
        assert!(!told(0xf080, 3, words(&[0x4020, 0, 2]), words(&[0])).1, "fewer places than said");
        assert!(!told(0xf080, u32::MAX, words(&[0x4020, 0, 2]), &[]).1);
        assert!(!told(0xf080, 1, words(&[0x4020, 0, 200]), words(&[0, 1])).1, "fewer data than said");
        assert!(!told(0xf081, 1, words(&[0x4020, 0, 4]), words(&[0])).1, "nothing to write");
        assert_eq!(told(0xf080, 0, words(&[0x4020, 0, 2]), &[5, 6]).0[0].read, [5, 6]);
    }
}
