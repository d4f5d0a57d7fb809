//! What a master tells a slave before data are exchanged (IEC 61158-6-3; EN 50170-2 part 8, 8.3).
//!
//! Set_Prm:        | 0 status 1: 7 lock, 6 unlock, 5 sync, 4 freeze, 3 watchdog | 1 watchdog 1+1, × 10 ms | 3 min TSDR 1 |
//!                 | 4 ident number 2 | 6 groups 1 | 7 user parameters |
//! Chk_Cfg:        identifiers: | 7 consistent | 6 words | 5-4 kind: input, output, both | 3-0 length less 1 |, of kind 0
//!                 with octets of their own behind
//! Set_Slave_Add:  | 0 new address 1 | 1 ident number 2 | 3 never change again 1 | 4 data |
//! Global_Control: | 0 command 1: 5 sync, 4 unsync, 3 freeze, 2 unfreeze, 1 clear | 1 groups 1, 0 for all |

use super::service::Service;
use super::tell::named;
use crate::bytes::{be16, u8_at};
use crate::dataset::Operation;
use crate::protocol::Function;
use crate::text::{Details, hex};

/// User parameters and identifiers that are shown, in octets.
const SHOWN: usize = 64;
const LOCK: u8 = 0x80;
const UNLOCK: u8 = 0x40;
const STATUS: [(u8, &str); 5] =
    [(LOCK, "lock"), (UNLOCK, "unlock"), (0x20, "sync"), (0x10, "freeze"), (0x08, "watchdog")];
const COMMANDS: [(u8, &str); 5] =
    [(0x02, "Clear_Data"), (0x08, "Freeze"), (0x20, "Sync"), (0x04, "Unfreeze"), (0x10, "Unsync")];

/// Octets that a request has at least.
pub const fn least(service: Service) -> usize {
    match service {
        Service::SetParameters => 7,
        Service::SetAddress => 4,
        Service::GlobalControl => 2,
        Service::CheckConfiguration => 1,
        _ => 0,
    }
}

/// Whether Set_Prm binds the slave to the master that sends it.
pub fn locks(data: &[u8]) -> bool {
    u8_at(data, 0).is_some_and(|status| status & (LOCK | UNLOCK) == LOCK)
}

/// Whether Set_Prm lets the slave go.
pub fn unlocks(data: &[u8]) -> bool {
    u8_at(data, 0).is_some_and(|status| status & UNLOCK != 0)
}

/// Number of the slave's kind, as a master has it in its project.
pub fn ident(service: Service, data: &[u8]) -> Option<u16> {
    match service {
        Service::SetParameters => be16(data, 4),
        Service::SetAddress => be16(data, 1),
        _ => None,
    }
}

fn set<'a>(bits: u8, words: &'a [(u8, &'static str)]) -> impl Iterator<Item = &'static str> + 'a {
    words.iter().filter(move |(bit, _)| bits & bit != 0).map(|(_, name)| *name)
}

/// Writes what a request says into details.
pub fn describe(service: Service, data: &[u8], details: &mut Details) {
    match service {
        Service::SetParameters => {
            let (Some(status), Some(ident), Some(groups)) = (u8_at(data, 0), be16(data, 4), u8_at(data, 6)) else {
                return;
            };
            details.texts("station_status", set(status, &STATUS)).text("ident", &format!("{ident:#06X}"));
            let factors = (u8_at(data, 1).map(i64::from), u8_at(data, 2).map(i64::from));
            if let ((Some(first), Some(second)), true) = (factors, status & 0x08 != 0) {
                details.number("watchdog_ms", 10 * first * second);
            }
            if groups != 0 {
                details.number("groups", groups);
            }
            octets("user_parameters", data.get(7..), details);
        }
        Service::SetMoreParameters => octets("user_parameters", Some(data), details),
        Service::CheckConfiguration | Service::GetConfiguration => octets("identifiers", Some(data), details),
        Service::SetAddress => {
            let (Some(new), Some(ident)) = (u8_at(data, 0), be16(data, 1)) else { return };
            details.number("new_station", new).text("ident", &format!("{ident:#06X}"));
            details.truth("for_good", u8_at(data, 3).is_some_and(|octet| octet != 0));
        }
        Service::GlobalControl => {
            let (Some(command), Some(groups)) = (u8_at(data, 0), u8_at(data, 1)) else { return };
            if set(command, &COMMANDS).next().is_some() {
                details.texts("commands", set(command, &COMMANDS));
            }
            details.number("groups", groups);
        }
        _ => {}
    }
}

fn octets(key: &str, data: Option<&[u8]>, details: &mut Details) {
    if let Some(data) = data.filter(|data| !data.is_empty()) {
        details.text(key, &hex(data, SHOWN));
    }
}

/// What a global command is, by the gravest of its bits; none of them lets outputs work.
pub fn command(data: &[u8]) -> (Function, Operation) {
    let bits = u8_at(data, 0).unwrap_or(0);
    let name = COMMANDS.iter().find(|(bit, _)| bits & bit != 0).map_or("Operate", |(_, name)| *name);
    let operation = match name {
        "Clear_Data" => Operation::ModeStop,
        "Operate" => Operation::ModeRun,
        "Freeze" | "Sync" => Operation::ControlDirect,
        _ => Operation::ControlCancel,
    };
    (named(u32::from(bits), name), operation)
}
