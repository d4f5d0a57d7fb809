//! Services by short names (IEC 62056-5-3, clause 8.4), Access (8.3.9), and what a server says by itself.
//!
//! | 0 tag | 1 number of variables | each: 2, name 2; 4, name 2, selector 1, data; 5, block number 2 | of a write: number of
//! data | data |

use super::apdu::{
    ACCESS_REQUEST, DATA_NOTIFICATION, EVENT_NOTIFICATION, INFORMATION_REPORT, READ_REQUEST, UNCONFIRMED_WRITE,
    WRITE_REQUEST,
};
use super::axdr::Reader;
use super::service::{Block, Place, Request, Response, Target, Verdict, data_or_code, descriptor, list};
use super::show;

fn variable(reader: &mut Reader<'_>) -> Option<Target> {
    match reader.byte()? {
        2 => Some(Target { place: Place::Short(reader.word()?), selection: None }),
        4 => {
            let place = Place::Short(reader.word()?);
            let selector = reader.byte()?;
            Some(Target { place, selection: Some(show::selection(selector, reader.raw()?)) })
        }
        _ => None,
    }
}

/// Reads a Read, Write, UnconfirmedWrite or InformationReport.
pub fn request(apdu: &[u8]) -> Option<Request<'_>> {
    let mut reader = Reader::new(apdu);
    let tag = reader.byte()?;
    let mut out = Request::default();
    if tag == READ_REQUEST && reader.left.starts_with(&[1, 5]) {
        reader.word()?;
        out.next = Some(u32::from(reader.word()?));
        return reader.left.is_empty().then_some(out);
    }
    if tag == INFORMATION_REPORT && reader.byte()? != 0 {
        reader.octets()?;
    }
    out.targets = list(&mut reader, variable)?;
    if matches!(tag, WRITE_REQUEST | UNCONFIRMED_WRITE | INFORMATION_REPORT) {
        reader.length().filter(|count| *count == out.targets.len())?;
        out.data = reader;
        (0..out.targets.len()).try_for_each(|_| reader.raw().map(|_| ()))?;
    }
    reader.left.is_empty().then_some(out)
}

/// Reads a response to Read (`reads`) or Write.
pub fn response(apdu: &[u8], reads: bool) -> Option<Response<'_>> {
    let mut reader = Reader::new(apdu);
    reader.byte()?;
    let mut out = Response::default();
    // One result that is a block: | 1 | 2 | last 1 | number 2 | raw octets |.
    if reads && reader.left.starts_with(&[1, 2]) {
        reader.word()?;
        let last = reader.byte()? != 0;
        out.block = Some(Block { last, number: u32::from(reader.word()?), raw: reader.octets()? });
        return reader.left.is_empty().then_some(out);
    }
    out.verdicts = list(&mut reader, |reader| if reads { data_or_code(reader) } else { written(reader) })?;
    reader.left.is_empty().then_some(out)
}

/// What the blocks of a Read make: the results of all variables.
pub fn assembled(raw: &[u8]) -> Option<Vec<Verdict<'_>>> {
    let mut reader = Reader::new(raw);
    let verdicts = list(&mut reader, data_or_code)?;
    reader.left.is_empty().then_some(verdicts)
}

fn written<'a>(reader: &mut Reader<'a>) -> Option<Verdict<'a>> {
    match reader.byte()? {
        0 => Some(Verdict { code: Some(0), data: None }),
        1 => Some(Verdict { code: Some(reader.byte()?), data: None }),
        _ => None,
    }
}

/// Kinds of access: get 1, set 2, action 3, get and set with selection 4 and 5.
pub const fn is_get(kind: u8) -> bool {
    matches!(kind, 1 | 4)
}

/// Reads an access-request: | 0 tag | 1 long invoke id 4 | date and time | specifications | data |.
pub fn access(apdu: &[u8]) -> Option<(Request<'_>, Vec<u8>)> {
    let mut reader = Reader::new(apdu);
    reader.byte().filter(|tag| *tag == ACCESS_REQUEST)?;
    reader.double()?;
    reader.octets()?;
    let asked = list(&mut reader, |reader| {
        let kind = reader.byte()?;
        let place = descriptor(reader, kind == 3)?;
        let selection = match kind {
            1..=3 => None,
            4 | 5 => {
                let selector = reader.byte()?;
                Some(show::selection(selector, reader.raw()?))
            }
            _ => return None,
        };
        Some((kind, Target { place, selection }))
    })?;
    reader.length().filter(|count| *count == asked.len())?;
    let data = reader;
    (0..asked.len()).try_for_each(|_| reader.raw().map(|_| ()))?;
    let (kinds, targets) = asked.into_iter().unzip();
    reader.left.is_empty().then_some((Request { targets, data, ..Request::default() }, kinds))
}

/// Reads an access-response: | 0 tag | 1 long invoke id 4 | date and time | specifications, optional | data | results |.
pub fn accessed(apdu: &[u8]) -> Option<Response<'_>> {
    let mut reader = Reader::new(apdu);
    reader.byte()?;
    reader.double()?;
    reader.octets()?;
    reader.byte().filter(|optional| *optional == 0)?;
    let data = list(&mut reader, Reader::raw)?;
    let codes = list(&mut reader, |reader| {
        reader.byte()?;
        reader.byte()
    })?;
    let verdicts =
        codes.into_iter().zip(data).map(|(code, data)| Verdict { code: Some(code), data: Some(data) }).collect();
    reader.left.is_empty().then_some(Response { verdicts, ..Response::default() })
}

/// What a server says by itself: when, of what object, which data.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    pub time: &'a [u8],
    pub target: Option<Target>,
    pub data: Option<&'a [u8]>,
    pub number: Option<u32>,
}

/// Reads an event-notification-request or data-notification.
pub fn notice(apdu: &[u8]) -> Option<Notice<'_>> {
    let mut reader = Reader::new(apdu);
    let out = match reader.byte()? {
        EVENT_NOTIFICATION => {
            let time = if reader.byte()? == 0 { &[] } else { reader.octets()? };
            let target = Some(Target { place: descriptor(&mut reader, false)?, selection: None });
            Notice { time, target, data: Some(reader.raw()?), number: None }
        }
        DATA_NOTIFICATION => {
            let number = reader.double()? & 0x00ff_ffff;
            Notice { time: reader.octets()?, target: None, data: Some(reader.raw()?), number: Some(number) }
        }
        _ => return None,
    };
    reader.left.is_empty().then_some(out)
}
