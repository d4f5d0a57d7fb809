//! Answers of Slave_Diag (IEC 61158-6-3; EN 50170-2 part 8, 8.3.1). What is wrong is also told as an alarm of the slave.
//!
//! | 0 status 1 | 1 status 1 | 2 status 1: 7 overflow | 3 master 1, 255 for none | 4 ident number 2 | 6 further blocks |

use super::identity;
use super::tell::{self, Asked, Ending};
use crate::bytes::{be16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Function, Item, Object, Outcome, Reply, Talk};
use crate::text::{Details, hex};

const LEAST: usize = 6;
const SHOWN: usize = 64;
/// Bits of both octets of status, the first one low.
const BITS: [(u16, &str); 15] = [
    (0x0001, "Station_Non_Existent"),
    (0x0002, "Station_Not_Ready"),
    (0x0004, "Cfg_Fault"),
    (0x0008, "Ext_Diag"),
    (0x0010, "Not_Supported"),
    (0x0020, "Invalid_Slave_Response"),
    (0x0040, "Prm_Fault"),
    (0x0080, "Master_Lock"),
    (0x0100, "Prm_Req"),
    (0x0200, "Stat_Diag"),
    (0x0800, "WD_On"),
    (0x1000, "Freeze_Mode"),
    (0x2000, "Sync_Mode"),
    (0x4000, "Reserved"),
    (0x8000, "Deactivated"),
];
/// What is an alarm; that a slave is not ready or wants parameters is how each begins.
const FAULTS: u16 = 0x0001 | 0x0004 | 0x0008 | 0x0010 | 0x0020 | 0x0040 | 0x0200;
/// Always set by a slave.
const ONE: u16 = 0x0400;

fn name(bits: u16) -> &'static str {
    BITS.iter().find(|(bit, _)| bits & bit != 0).map_or("none", |(_, name)| *name)
}

fn status(data: &[u8]) -> Option<u16> {
    Some(u16::from(u8_at(data, 0)?) | u16::from(u8_at(data, 1)?) << 8)
}

/// Writes what an answer says into details, and the slave's number into its identity.
pub fn describe(data: &[u8], details: &mut Details, talk: &mut Talk<'_>) {
    let (Some(bits), Some(master), Some(ident)) = (status(data), u8_at(data, 3), be16(data, 4)) else {
        return talk.flag(Flag::ProfibusLength, None, None);
    };
    details.texts("diagnosis", BITS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name));
    if master != u8::MAX {
        details.number("master", master);
    }
    details.text("ident", &format!("{ident:#06X}"));
    if let Some(blocks) = data.get(LEAST..).filter(|blocks| !blocks.is_empty()) {
        details.text("diagnosis_data", &hex(blocks, SHOWN));
    }
    if bits & ONE == 0 {
        talk.flag(Flag::ProfibusDiagnosis, Some(1), None);
    }
    identity::number(ident, "profibus slave diagnosis", talk);
}

/// Tells faults that came or went since the last answer; what there are now.
pub fn alarms(before: u16, data: &[u8], ends: (u8, u8), talk: &mut Talk<'_>) -> u16 {
    let (master, slave) = ends;
    let Some(now) = status(data).map(|bits| bits & FAULTS) else { return before };
    if now == before {
        return now;
    }
    tell::between(slave, master, talk);
    let raised = now & !before;
    let (operation, bits) = match raised {
        0 => (Operation::AlarmClear, before & !now),
        raised => (Operation::AlarmRaise, raised),
    };
    let mut details = Details::default();
    details.texts("diagnosis", BITS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name));
    if let Some(blocks) = data.get(LEAST..).filter(|blocks| !blocks.is_empty()) {
        details.text("diagnosis_data", &hex(blocks, SHOWN));
    }
    let details = details.finish();
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("diagnosis"), address: Address::Text(name(bits)), start: 0, count: 0 };
    item.details = details.as_deref();
    let ending = Ending { reply: Reply::None, outcome: Outcome::Unknown, status: Some((u32::from(bits), name(bits))) };
    let functions = (tell::named(60, "Slave_Diag"), Function::default());
    tell::exchange(&Asked::now(data.len(), talk), ending, functions, Some(slave), std::slice::from_ref(&item), talk);
    tell::between(master, slave, talk);
    now
}
