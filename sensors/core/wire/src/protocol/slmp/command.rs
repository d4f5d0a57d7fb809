//! Commands with the manual's names and what they do (SH-080956 5).

use crate::dataset::Operation;

pub const READ: u16 = 0x0401;
pub const WRITE: u16 = 0x1401;
pub const READ_RANDOM: u16 = 0x0403;
pub const WRITE_RANDOM: u16 = 0x1402;
pub const READ_BLOCK: u16 = 0x0406;
pub const WRITE_BLOCK: u16 = 0x1406;
pub const ENTRY_MONITOR: u16 = 0x0801;
pub const EXECUTE_MONITOR: u16 = 0x0802;
pub const MEMORY_READ: u16 = 0x0613;
pub const MEMORY_WRITE: u16 = 0x1613;
pub const EXTEND_UNIT_READ: u16 = 0x0601;
pub const EXTEND_UNIT_WRITE: u16 = 0x1601;
pub const REMOTE_RUN: u16 = 0x1001;
pub const REMOTE_PAUSE: u16 = 0x1003;
pub const READ_TYPE_NAME: u16 = 0x0101;
pub const UNLOCK: u16 = 0x1630;
pub const LOCK: u16 = 0x1631;

static COMMANDS: [(u16, &str, Operation); 47] = [
    (READ_TYPE_NAME, "Read Type Name", Operation::IdentifyDevice),
    (READ, "Device Read", Operation::Read),
    (READ_RANDOM, "Device Read Random", Operation::Read),
    (READ_BLOCK, "Device Read Block", Operation::Read),
    (0x041a, "Array Label Read", Operation::Read),
    (0x041c, "Label Read Random", Operation::Read),
    (EXTEND_UNIT_READ, "Extend Unit Read", Operation::Read),
    (MEMORY_READ, "Memory Read", Operation::Read),
    (0x0619, "Self Test", Operation::DiagnoseEcho),
    (ENTRY_MONITOR, "Entry Monitor Device", Operation::SubscribeStart),
    (EXECUTE_MONITOR, "Execute Monitor", Operation::Read),
    (0x0e28, "Device Identification Get", Operation::IdentifyDevice),
    (0x0e30, "Node Search", Operation::IdentifyNetwork),
    (0x0e31, "IP Address Set", Operation::ConfigureNetwork),
    (0x0e32, "Device Info Compare", Operation::IdentifyDevice),
    (0x0e33, "Parameter Get", Operation::Read),
    (0x0e34, "Parameter Set", Operation::ConfigureDevice),
    (0x0e35, "Parameter Set Start", Operation::ConfigureDevice),
    (0x0e36, "Parameter Set End", Operation::ConfigureDevice),
    (0x0e3a, "Parameter Set Cancel", Operation::ConfigureDevice),
    (REMOTE_RUN, "Remote Run", Operation::ModeRun),
    (0x1002, "Remote Stop", Operation::ModeStop),
    (REMOTE_PAUSE, "Remote Pause", Operation::ModeStop),
    (0x1005, "Remote Latch Clear", Operation::Write),
    (0x1006, "Remote Reset", Operation::RestartCold),
    (WRITE, "Device Write", Operation::Write),
    (WRITE_RANDOM, "Device Write Random", Operation::Write),
    (WRITE_BLOCK, "Device Write Block", Operation::Write),
    (0x141a, "Array Label Write", Operation::Write),
    (0x141b, "Label Write Random", Operation::Write),
    (EXTEND_UNIT_WRITE, "Extend Unit Write", Operation::Write),
    (MEMORY_WRITE, "Memory Write", Operation::Write),
    (0x1617, "Clear Error", Operation::AlarmClear),
    (UNLOCK, "Remote Password Unlock", Operation::SecurityUnlock),
    (LOCK, "Remote Password Lock", Operation::SecurityLock),
    (0x1810, "Read Directory/File", Operation::FileList),
    (0x1811, "Search Directory/File", Operation::FileList),
    (0x1820, "New File", Operation::FileWrite),
    (0x1822, "Delete File", Operation::FileDelete),
    (0x1824, "Copy File", Operation::FileWrite),
    (0x1825, "Change File State", Operation::FileWrite),
    (0x1826, "Change File Date", Operation::FileWrite),
    (0x1827, "Open File", Operation::SessionOpen),
    (0x1828, "Read File", Operation::FileRead),
    (0x1829, "Write File", Operation::FileWrite),
    (0x182a, "Close File", Operation::SessionClose),
    (0x2101, "Ondemand", Operation::Notify),
];

pub fn of(code: u16) -> Option<(&'static str, Operation)> {
    let found = COMMANDS.binary_search_by_key(&code, |(known, _, _)| *known).ok().and_then(|at| COMMANDS.get(at));
    found.map(|(_, name, operation)| (*name, *operation))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_in_order() {
        assert!(super::COMMANDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
