//! Parameters by point type, logical number and parameter number (TLP), and what their data mean where a type is published.
//!
//! | 180, 181 | count 1 | type 1, logical number 1, parameter 1 (, data of its type) | … |
//! | 166, 167 | type 1 | logical number 1 | count 1 | first parameter 1 | data of each, of its type |

use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Operation;
use crate::protocol::draft::{Drafts, Told};
use crate::text::bounded;
use Operation as Op;

/// Point type, logical number, parameter.
pub type Tlp = (u8, u8, u8);

pub const SYSTEM: u8 = 91;
/// Logon parameters: who may log in, and the passwords.
const LOGON: u8 = 92;
/// Communication ports and internet configuration: accounts of networks may stand in them.
const PORTS: u8 = 95;
const INTERNET: u8 = 137;
const SECURITY_GROUPS: u8 = 123;
const DISCRETE_INPUT: u8 = 101;
const DISCRETE_OUTPUT: u8 = 102;
const ANALOGUE_INPUT: u8 = 103;

/// Types of parameters from number 0 on, a letter each: text of `a` 10, `x` 20 characters; `u` UINT8 or BIN, `w` UINT16,
/// `d` UINT32, `f` FLOAT, `l` TLP, `m` hour and minute, `t` seconds since 1970; `-` unknown or reserved.
#[rustfmt::skip]
static TYPES: &[(u8, &str)] = &[
    (82, "-------------ufffffffuufuuu"),
    (SYSTEM, "uuxxxxx-wwuuuwwuuuuuuuuf-uuu---dddduuxxuuddwwwwtt"),
    (100, "auummmdddddduddlfddf"),
    (DISCRETE_INPUT, "aufuuudffuuuuffu"),
    (DISCRETE_OUTPUT, "aauuuuuuuduuuufffffffuufuuu"),
    (ANALOGUE_INPUT, "aauffuuwwwwwwfffffffffuffffffuuuuf"),
];

fn letter((point, _, parameter): Tlp) -> u8 {
    let types = TYPES.iter().find(|(known, _)| *known == point).map_or("", |(_, types)| *types);
    u8_at(types.as_bytes(), usize::from(parameter)).unwrap_or(b'-')
}

/// Octets of a parameter's data, where its type is known.
fn size(tlp: Tlp) -> Option<usize> {
    Some(match letter(tlp) {
        b'u' => 1,
        b'w' | b'm' => 2,
        b'l' => 3,
        b'd' | b'f' | b't' => 4,
        b'a' => 10,
        b'x' => 20,
        _ => return None,
    })
}

/// One parameter, or several at the end whose types are not known and that stand together.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    pub tlp: Tlp,
    pub last: u8,
    pub data: Option<&'a [u8]>,
}

const fn one(tlp: Tlp, data: Option<&[u8]>) -> Part<'_> {
    Part { tlp, last: tlp.2, data }
}

fn tlp(data: &[u8], at: usize) -> Option<Tlp> {
    Some((u8_at(data, at)?, u8_at(data, at + 1)?, u8_at(data, at + 2)?))
}

/// What is asked for by a list, without data. None where the list does not fit its count.
pub fn list(data: &[u8]) -> Option<Vec<Part<'_>>> {
    let count = usize::from(u8_at(data, 0)?);
    if data.len() != 1 + count * 3 || count == 0 {
        return None;
    }
    (0..count).map(|number| Some(one(tlp(data, 1 + number * 3)?, None))).collect()
}

/// A list with data: `asked` tells where the next one of an unknown type can begin. None where it does not fit.
pub fn valued<'a>(data: &'a [u8], asked: &[Part<'_>]) -> Option<(Vec<Part<'a>>, usize)> {
    let count = usize::from(u8_at(data, 0)?);
    let (mut parts, mut rest) = (Vec::new(), data.get(1..)?);
    while parts.len() < count {
        let number = parts.len();
        let this = tlp(rest, 0)?;
        let behind = rest.get(3..)?;
        let next = asked.get(number + 1).map(|part| part.tlp);
        let end = match (size(this), next) {
            (Some(size), _) => size,
            (None, _) if number + 1 == count => behind.len(),
            (None, Some(next)) => (0..behind.len()).find(|at| tlp(behind, *at) == Some(next))?,
            // Nothing says where the next one begins: those behind it cannot be told.
            (None, None) => {
                parts.push(one(this, None));
                return Some((parts, count.saturating_sub(number + 1)));
            }
        };
        parts.push(one(this, Some(behind.get(..end)?)));
        rest = behind.get(end..)?;
    }
    rest.is_empty().then_some((parts, 0))
}

/// A contiguous block, with its data or without any.
pub fn block(data: &[u8]) -> Option<Vec<Part<'_>>> {
    let (point, logical, count, first) = (u8_at(data, 0)?, u8_at(data, 1)?, u8_at(data, 2)?, u8_at(data, 3)?);
    let last = first.checked_add(count.checked_sub(1)?)?;
    let mut rest = data.get(4..)?;
    if rest.is_empty() {
        return Some(vec![Part { tlp: (point, logical, first), last, data: None }]);
    }
    let mut parts = Vec::new();
    for parameter in first..=last {
        let this = (point, logical, parameter);
        let Some(size) = size(this) else {
            parts.push(Part { tlp: this, last, data: Some(rest) });
            return Some(parts);
        };
        parts.push(one(this, Some(rest.get(..size)?)));
        rest = rest.get(size..)?;
    }
    rest.is_empty().then_some(parts)
}

/// What it does to write this.
pub fn written(part: &Part<'_>) -> Operation {
    let value = part.data.and_then(|data| data.first().copied()).unwrap_or(0);
    match (part.tlp.0, part.tlp.2, value) {
        (SYSTEM, 19..=21 | 26 | 27 | 40, 0) => Op::WriteParameter,
        (SYSTEM, 19, _) => Op::ProgramDelete,
        (SYSTEM, 20, _) => Op::RestartFactory,
        (SYSTEM, 40, _) => Op::WriteHistory,
        (SYSTEM, 26, _) => Op::RestartWarm,
        (SYSTEM, 27, 7) => Op::RestartFactory,
        (SYSTEM, 27, _) => Op::RestartCold,
        (SYSTEM, _, _) => Op::ConfigureDevice,
        (LOGON | SECURITY_GROUPS, ..) => Op::ConfigureAccess,
        (PORTS | INTERNET, ..) => Op::ConfigureNetwork,
        // An input that is not scanned has the value that somebody gives it; an output in manual mode too.
        (DISCRETE_INPUT, 1, 0) | (ANALOGUE_INPUT, 2, 0) | (DISCRETE_OUTPUT, 2, 0 | 2) => Op::WriteForce,
        (DISCRETE_OUTPUT, 8 | 20 | 21, _) => Op::ControlDirect,
        _ => Op::WriteParameter,
    }
}

/// Text of a parameter, where it is one.
pub fn text(part: &Part<'_>) -> Option<String> {
    let data = part.data.filter(|_| matches!(letter(part.tlp), b'a' | b'x'))?;
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let text = bounded(data.get(..end)?, 20).0;
    let text = text.trim();
    (!text.is_empty() && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// Data of a parameter as they are told: octets where no type is known, nothing where a password may stand.
pub fn told(part: &Part<'_>, drafts: &mut Drafts) -> Told {
    let Some(data) = part.data else { return Told::None };
    if matches!(part.tlp.0, LOGON | PORTS | INTERNET | SECURITY_GROUPS) {
        return Told::None;
    }
    let (kind, number) = match letter(part.tlp) {
        b'u' => ("uint8", u8_at(data, 0).map(f64::from)),
        b'w' => ("uint16", le16(data, 0).map(f64::from)),
        b'm' => ("hour_minute", le16(data, 0).map(f64::from)),
        b'd' => ("uint32", le32(data, 0).map(f64::from)),
        b't' => ("time", le32(data, 0).map(f64::from)),
        b'f' => ("float32", le32(data, 0).map(|bits| f64::from(f32::from_bits(bits)))),
        b'a' | b'x' => {
            let text = text(part).unwrap_or_default();
            return Told::Text("string", drafts.texts(|out| out.push_str(&text)));
        }
        b'l' => {
            let Some((point, logical, parameter)) = tlp(data, 0) else { return Told::None };
            return Told::Text("tlp", drafts.texts(|out| out.push_str(&format!("{point},{logical},{parameter}"))));
        }
        _ => ("byte", None),
    };
    let from = drafts.numbers.len();
    match number {
        Some(number) => drafts.numbers.push(number),
        None => drafts.numbers.extend(data.iter().map(|byte| f64::from(*byte))),
    }
    if drafts.numbers.len() == from { Told::None } else { Told::Numbers(kind, from..drafts.numbers.len()) }
}
