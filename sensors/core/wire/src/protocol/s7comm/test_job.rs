//! Jobs of the test and installation system (programmer commands): variables watched, modified and forced.
//!
//! | 0 length of the parameters 2 | 2 length of the data 2 | 4 parameters | data |
//! | data of Variable status, Modify variable, Force | items 2 | item for each | values for each (modify, force) |
//! | an item | 0 area 4 bits, width 4 bits | 1 count, or the bit 1 | 2 data block 2 | 4 address 2 (in bytes, or a number) |
//! | data of Enable, Delete, Read job | function 1 | number of the job 1 |
//! | reply pushed | items 2 | values for each; or return codes alone |

use super::area::{self, Type};
use super::function as fc;
use super::spec::{Data, Spec};
use super::variable::Pair;
use crate::bytes::{be16, u8_at};

const ITEM: usize = 6;
/// Items that one job may name; a message holds far fewer.
const ITEMS: usize = 256;
/// Width of an item.
const BIT: u8 = 0;
const BYTE: u8 = 1;
const WORD: u8 = 2;
const DWORD: u8 = 3;
const NUMBERED: u8 = 4;

/// The data behind the parameters.
pub fn data(contents: &[u8]) -> &[u8] {
    let start = 4 + be16(contents, 0).map_or(0, usize::from);
    let length = be16(contents, 2).map_or(0, usize::from);
    let rest = contents.get(start..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}

/// Whether a programmer command names variables.
pub const fn names_variables(function: u8) -> bool {
    matches!(function, fc::VARIABLE_STATUS | fc::MODIFY_VARIABLE | fc::FORCE)
}

/// Function and number of the job that a command is about.
pub fn referred(function: u8, contents: &[u8]) -> Option<(u8, u8)> {
    let data = data(contents);
    let about = matches!(function, 13 | fc::ENABLE_JOB | fc::DELETE_JOB | fc::READ_JOB | 18);
    if about { Some((u8_at(data, 0)?, u8_at(data, 1)?)) } else { None }
}

/// What a request names, with the values that it wants.
pub fn asked(contents: &[u8], function: u8) -> Vec<Pair<'_>> {
    let data = data(contents);
    let count = usize::from(be16(data, 0).unwrap_or(0)).min(ITEMS);
    let items = data.get(2..).unwrap_or_default();
    let mut values = Data::new(items.get(count * ITEM..).unwrap_or_default());
    items
        .chunks_exact(ITEM)
        .take(count)
        .map(|item| {
            let datum = if function == fc::VARIABLE_STATUS { None } else { values.next() };
            Pair { spec: spec(item), datum, code: None }
        })
        .collect()
}

/// What the device sends for a job that named `asked` before.
pub fn pushed<'a>(contents: &'a [u8], asked: &'a [u8], function: u8) -> Vec<Pair<'a>> {
    let data = data(contents);
    let count = usize::from(be16(data, 0).unwrap_or(0)).min(ITEMS);
    let mut values = Data::new(data.get(2..).unwrap_or_default());
    let specs = self::asked(asked, fc::VARIABLE_STATUS);
    (0..count)
        .map(|i| {
            let spec = specs.get(i).and_then(|pair| pair.spec);
            if function != fc::VARIABLE_STATUS {
                return Pair { spec, datum: None, code: values.code() };
            }
            let datum = values.next();
            let code = datum.map(|d| d.code);
            Pair { spec, datum: datum.filter(|d| d.code == super::status::SUCCESS), code }
        })
        .collect()
}

fn spec(item: &[u8]) -> Option<Spec<'_>> {
    let (both, repeat, block, start) = (u8_at(item, 0)?, u8_at(item, 1)?, be16(item, 2)?, be16(item, 4)?);
    let (of, in_bits): (Type, bool) = match both & 15 {
        BIT => (area::BIT, true),
        BYTE => (area::BYTE, true),
        WORD => (area::WORD, true),
        DWORD => (area::DWORD, true),
        NUMBERED => (area::type_of(if both >> 4 == 5 { 29 } else { 28 })?, false),
        _ => return None,
    };
    let area = match both >> 4 {
        0 => area::FLAGS,
        1 => area::INPUTS,
        2 => area::OUTPUTS,
        3 => area::PERIPHERAL,
        5 => area::TIMERS,
        6 => area::COUNTERS,
        7 => area::DATA_BLOCKS,
        _ => return None,
    };
    let (bit, count) = if both & 15 == BIT { (repeat & 7, 1) } else { (0, repeat.max(1)) };
    let address = if in_bits { u32::from(start) * 8 + u32::from(bit) } else { u32::from(start) };
    Some(Spec::Any { of, count: u16::from(count), block, area, address })
}

#[cfg(test)]
mod tests {
    use super::{asked, referred};
    use crate::protocol::s7comm::function as fc;
    use crate::protocol::s7comm::spec::Spec;

    /// Modify M0.0 DWORD, I8.1, as STEP 7 sends it.
    #[test]
    fn a_modify_job_names_places_and_values() {
        let items = [0, 2, 3, 1, 0, 0, 0, 0, 0x10, 1, 0, 0, 0, 8, 0, 9, 0, 4, 0x41, 0x33, 0x85, 0x1f, 0, 9, 0, 1, 1, 0];
        let contents = [&[0, 2, 0, u8::try_from(items.len()).unwrap(), 0, 0][..], &items].concat();
        let pairs = asked(&contents, fc::MODIFY_VARIABLE);
        assert_eq!(pairs.len(), 2);
        assert!(matches!(pairs[1].spec, Some(Spec::Any { area: 0x81, address: 65, count: 1, .. })));
        assert_eq!(pairs[0].datum.unwrap().bytes, [0x41, 0x33, 0x85, 0x1f]);
        assert_eq!(pairs[1].datum.unwrap().bytes, [1]);
    }

    #[test]
    fn a_command_tells_the_job_that_it_is_about() {
        assert_eq!(referred(fc::ENABLE_JOB, &[0, 2, 0, 2, 0, 0, 8, 2]), Some((8, 2)));
        assert_eq!(referred(fc::FORCE, &[0, 2, 0, 2, 0, 0, 8, 2]), None);
        assert_eq!(referred(fc::ENABLE_JOB, &[0xff]), None);
    }
}
