//! Get, Set and Action with their lists and blocks (IEC 62056-5-3, 8.3): what is asked for, and what came of it.
//!
//! | 0 tag | 1 choice | 2 invoke id and priority | then by the choice: descriptors, data, a block |
//! descriptor: | class 2 | instance (OBIS) 6 | attribute or method 1 |, behind an attribute of Get and Set: | 0 | or |
//! 1 | selector 1 | data |; block: | last 1 | number 4 | raw octets |

use super::apdu::{ACTION_REQUEST, ACTION_RESPONSE, GET_REQUEST, GET_RESPONSE, SET_REQUEST, SET_RESPONSE};
use super::axdr::Reader;
use super::show;

/// Descriptors of one list.
const MOST: usize = 128;

/// What is addressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// An attribute or method of an object, by its class and OBIS code.
    Logical { class: u16, instance: [u8; 6], member: i8, method: bool },
    /// A short name.
    Short(u16),
}

/// One object of a request.
#[derive(Clone, Debug)]
pub struct Target {
    pub place: Place,
    /// How a part of it is chosen, in words.
    pub selection: Option<String>,
}

/// A part of a long transfer.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    pub last: bool,
    pub number: u32,
    pub raw: &'a [u8],
}

/// A request: objects, the data for them, a block.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    pub targets: Vec<Target>,
    /// Data of each target, behind each other.
    pub data: Reader<'a>,
    pub block: Option<Block<'a>>,
    /// Number of the block that is acknowledged or asked for.
    pub next: Option<u32>,
}

/// What came of one object.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verdict<'a> {
    /// Result code; none where data say that all is well.
    pub code: Option<u8>,
    pub data: Option<&'a [u8]>,
}

#[derive(Clone, Debug, Default)]
pub struct Response<'a> {
    pub verdicts: Vec<Verdict<'a>>,
    pub block: Option<Block<'a>>,
    pub next: Option<u32>,
}

impl Default for Reader<'_> {
    fn default() -> Self {
        Self::new(&[])
    }
}

/// Invoke id, and whether an answer is asked for.
pub fn invoke(apdu: &[u8]) -> (u8, bool) {
    let byte = apdu.get(2).copied().unwrap_or(0);
    (byte & 0x0f, byte & 0x40 != 0)
}

pub fn descriptor(reader: &mut Reader<'_>, method: bool) -> Option<Place> {
    let class = reader.word()?;
    let instance = *reader.take(6)?.first_chunk::<6>()?;
    Some(Place::Logical { class, instance, member: reader.byte()?.cast_signed(), method })
}

fn attribute(reader: &mut Reader<'_>) -> Option<Target> {
    let place = descriptor(reader, false)?;
    let selection = match reader.byte()? {
        0 => None,
        1 => {
            let selector = reader.byte()?;
            Some(show::selection(selector, reader.raw()?))
        }
        _ => return None,
    };
    Some(Target { place, selection })
}

fn method(reader: &mut Reader<'_>) -> Option<Target> {
    Some(Target { place: descriptor(reader, true)?, selection: None })
}

/// A list of so many as its first byte says.
pub fn list<'a, T>(reader: &mut Reader<'a>, each: impl Fn(&mut Reader<'a>) -> Option<T>) -> Option<Vec<T>> {
    let count = reader.length().filter(|count| *count <= MOST)?;
    (0..count).map(|_| each(reader)).collect()
}

fn block<'a>(reader: &mut Reader<'a>) -> Option<Block<'a>> {
    let last = reader.byte()? != 0;
    Some(Block { last, number: reader.double()?, raw: reader.octets()? })
}

/// Data of so many objects, which must be all that is left.
fn data<'a>(reader: &mut Reader<'a>, count: usize) -> Option<Reader<'a>> {
    let all = *reader;
    (0..count).try_for_each(|_| reader.raw().map(|_| ()))?;
    Some(all)
}

/// As many data as there are objects.
fn counted<'a>(reader: &mut Reader<'a>, objects: usize) -> Option<Reader<'a>> {
    reader.length().filter(|count| *count == objects)?;
    data(reader, objects)
}

/// Reads a request of Get, Set or Action. None: it does not hold together.
pub fn request(apdu: &[u8]) -> Option<Request<'_>> {
    let mut reader = Reader::new(apdu);
    let (tag, choice) = (reader.byte()?, reader.byte()?);
    reader.byte()?;
    let reader = &mut reader;
    let mut out = Request::default();
    match (tag, choice) {
        (GET_REQUEST, 1) => out.targets = vec![attribute(reader)?],
        (GET_REQUEST | ACTION_REQUEST, 2) => out.next = Some(reader.double()?),
        (GET_REQUEST, 3) => out.targets = list(reader, attribute)?,
        (SET_REQUEST, 1) => {
            out.targets = vec![attribute(reader)?];
            out.data = data(reader, 1)?;
        }
        (SET_REQUEST, 2) => {
            out.targets = vec![attribute(reader)?];
            out.block = Some(block(reader)?);
        }
        (SET_REQUEST, 3) | (ACTION_REQUEST, 6) => out.block = Some(block(reader)?),
        (SET_REQUEST, 4) => {
            out.targets = list(reader, attribute)?;
            out.data = counted(reader, out.targets.len())?;
        }
        (SET_REQUEST, 5) => {
            out.targets = list(reader, attribute)?;
            out.block = Some(block(reader)?);
        }
        (ACTION_REQUEST, 1) => {
            out.targets = vec![method(reader)?];
            if reader.byte()? != 0 {
                out.data = data(reader, 1)?;
            }
        }
        (ACTION_REQUEST, 3) => {
            out.targets = list(reader, method)?;
            out.data = counted(reader, out.targets.len())?;
        }
        (ACTION_REQUEST, 4) => {
            out.targets = vec![method(reader)?];
            out.block = Some(block(reader)?);
        }
        (ACTION_REQUEST, 5) => {
            out.targets = list(reader, method)?;
            out.block = Some(block(reader)?);
        }
        _ => return None,
    }
    reader.left.is_empty().then_some(out)
}

/// A request, of one that does not hold together at least the objects that it names: a meter may take it all the same.
pub fn read(apdu: &[u8]) -> Request<'_> {
    request(apdu).unwrap_or_else(|| Request { targets: named(apdu), ..Request::default() })
}

fn named(apdu: &[u8]) -> Vec<Target> {
    let mut reader = Reader::new(apdu);
    let head = (reader.byte(), reader.byte(), reader.byte());
    let (method, listed) = match head {
        (Some(GET_REQUEST), Some(choice @ (1 | 3)), _) => (false, choice == 3),
        (Some(SET_REQUEST), Some(choice @ (1 | 2 | 4 | 5)), _) => (false, choice > 3),
        (Some(ACTION_REQUEST), Some(choice @ (1 | 3..=5)), _) => (true, matches!(choice, 3 | 5)),
        _ => return Vec::new(),
    };
    let count = if listed { reader.length().unwrap_or(0).min(MOST) } else { 1 };
    let mut targets = Vec::new();
    for _ in 0..count {
        let Some(place) = descriptor(&mut reader, method) else { break };
        targets.push(Target { place, selection: None });
        // What is chosen of an attribute stands between the descriptors of a list.
        if listed && !method && reader.byte() != Some(0) {
            break;
        }
    }
    targets
}

/// Data or the code why there are none.
pub fn data_or_code<'a>(reader: &mut Reader<'a>) -> Option<Verdict<'a>> {
    match reader.byte()? {
        0 => Some(Verdict { code: None, data: Some(reader.raw()?) }),
        1 => Some(Verdict { code: Some(reader.byte()?), data: None }),
        _ => None,
    }
}

fn code<'a>(reader: &mut Reader<'a>) -> Option<Verdict<'a>> {
    Some(Verdict { code: Some(reader.byte()?), data: None })
}

/// A result of an action, with what it returns.
fn returned<'a>(reader: &mut Reader<'a>) -> Option<Verdict<'a>> {
    let code = Some(reader.byte()?);
    let data = match reader.byte()? {
        0 => None,
        1 => data_or_code(reader)?.data,
        _ => return None,
    };
    Some(Verdict { code, data })
}

/// Reads a response of Get, Set or Action. None: it does not hold together.
pub fn response(apdu: &[u8]) -> Option<Response<'_>> {
    let mut reader = Reader::new(apdu);
    let (tag, choice) = (reader.byte()?, reader.byte()?);
    reader.byte()?;
    let reader = &mut reader;
    let mut out = Response::default();
    match (tag, choice) {
        (GET_RESPONSE, 1) => out.verdicts = vec![data_or_code(reader)?],
        (GET_RESPONSE, 2) => {
            let (last, number) = (reader.byte()? != 0, reader.double()?);
            if reader.byte()? == 0 {
                out.block = Some(Block { last, number, raw: reader.octets()? });
            } else {
                out.verdicts = vec![code(reader)?];
            }
        }
        (GET_RESPONSE, 3) => out.verdicts = list(reader, data_or_code)?,
        (SET_RESPONSE, 1) => out.verdicts = vec![code(reader)?],
        (SET_RESPONSE, 2) | (ACTION_RESPONSE, 4) => out.next = Some(reader.double()?),
        (SET_RESPONSE, 3) => {
            out.verdicts = vec![code(reader)?];
            out.next = Some(reader.double()?);
        }
        (SET_RESPONSE, 4) => {
            out.verdicts = list(reader, code)?;
            out.next = Some(reader.double()?);
        }
        (SET_RESPONSE, 5) => out.verdicts = list(reader, code)?,
        // The optional return of an action is left out altogether by some meters.
        (ACTION_RESPONSE, 1) if reader.left.len() == 1 => out.verdicts = vec![code(reader)?],
        (ACTION_RESPONSE, 1) => out.verdicts = vec![returned(reader)?],
        (ACTION_RESPONSE, 2) => out.block = Some(block(reader)?),
        (ACTION_RESPONSE, 3) => out.verdicts = list(reader, returned)?,
        _ => return None,
    }
    reader.left.is_empty().then_some(out)
}

/// What the blocks of a Get or Action make when they are put together: as the data of one object, else a list.
pub fn assembled(tag: u8, objects: usize, raw: &[u8]) -> Option<Vec<Verdict<'_>>> {
    let mut reader = Reader::new(raw);
    let verdicts = match (tag, objects) {
        (GET_REQUEST, 1) => vec![Verdict { code: None, data: Some(reader.raw()?) }],
        (GET_REQUEST, _) => list(&mut reader, data_or_code)?,
        (_, 1) => vec![returned(&mut reader)?],
        _ => list(&mut reader, returned)?,
    };
    reader.left.is_empty().then_some(verdicts)
}

/// The data that the blocks of a Set or Action make.
pub fn assembled_data(objects: usize, raw: &[u8]) -> Option<Reader<'_>> {
    let mut reader = Reader::new(raw);
    let all = if objects == 1 { data(&mut reader, 1)? } else { counted(&mut reader, objects)? };
    reader.left.is_empty().then_some(all)
}
