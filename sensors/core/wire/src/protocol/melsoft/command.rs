//! Commands by name and what they do: those of `slmp`, the file commands of iQ-R and iQ-F with 40 more than there, and those that
//! are this protocol's own.

use crate::dataset::Operation;
use crate::protocol::slmp::command as documented;

pub const READ_TYPE_NAME: u16 = 0x0101;
pub const READ_TYPE_NAME_LONG: u16 = 0x0121;
pub const CHALLENGE: u16 = 0x01a0;
pub const RANDOM_READ_SHORT: u16 = 0x0402;
pub const READ: u16 = 0x0410;
pub const RANDOM_READ: u16 = 0x0411;
pub const RANDOM_READ_AGAIN: u16 = 0x0412;
pub const SEARCH_NETWORK: u16 = 0x0b20;
pub const AREA_WRITE: u16 = 0x0b16;
pub const RUN: u16 = 0x1001;
pub const STOP: u16 = 0x1002;
pub const PAUSE: u16 = 0x1003;
pub const RANDOM_WRITE_SHORT: u16 = 0x1402;
pub const WRITE: u16 = 0x1410;
pub const RANDOM_WRITE: u16 = 0x1411;
pub const CHANGE_START: u16 = 0x1730;
pub const LIST_CHECKS: u16 = 0x1734;
pub const LIST: u16 = 0x1859;
pub const SEARCH_FILE: u16 = 0x185f;
pub const OPEN: u16 = 0x1867;
pub const FILE_READ: u16 = 0x1868;
pub const FILE_WRITE: u16 = 0x1869;
pub const CLOSE: u16 = 0x186a;
pub const ATTRIBUTES: u16 = 0x187e;
pub const DRIVE: u16 = 0x18a0;

/// What the file commands of iQ-R and iQ-F have more than those of the manual.
const LONG_FILES: u16 = 0x40;

pub fn of(code: u16) -> Option<(&'static str, Operation)> {
    own(code).or_else(|| documented::of(code)).or_else(|| match code {
        0x1860..=0x186a => documented::of(code - LONG_FILES),
        _ => None,
    })
}

/// 100a is a reset in published clients. 0411 and 0412 have one form: reads of single devices. 18a0 answers a drive number with
/// sizes. 1730, 0b16 and 1731 came one after another in a capture of a program that was changed while the controller ran: first
/// the names of files, then data for an area, then steps without data; what each does is concluded from that. 1734 lists files,
/// each with eight bytes that change with it.
fn own(code: u16) -> Option<(&'static str, Operation)> {
    Some(match code {
        READ_TYPE_NAME_LONG => ("Read Type Name", Operation::IdentifyDevice),
        CHALLENGE => ("Session Challenge", Operation::SessionOpen),
        RANDOM_READ_SHORT | RANDOM_READ | RANDOM_READ_AGAIN => ("Device Read Random", Operation::Read),
        READ => ("Device Read", Operation::Read),
        SEARCH_NETWORK => ("Search Controllers", Operation::IdentifyNetwork),
        AREA_WRITE => ("Online Change Data", Operation::ProgramEdit),
        0x100a => ("Remote Reset", Operation::RestartCold),
        RANDOM_WRITE_SHORT | RANDOM_WRITE => ("Device Write Random", Operation::Write),
        WRITE => ("Device Write", Operation::Write),
        CHANGE_START => ("Online Change Start", Operation::ProgramEdit),
        0x1731 => ("Online Change Step", Operation::ProgramEdit),
        LIST_CHECKS => ("List Files with Check Values", Operation::FileList),
        LIST => ("Read Directory", Operation::FileList),
        SEARCH_FILE => ("Search File", Operation::FileList),
        ATTRIBUTES => ("Read File Attributes", Operation::FileList),
        DRIVE => ("Read Drive Information", Operation::FileList),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::dataset::Operation;

    #[test]
    fn file_commands_are_those_of_the_manual_and_what_nothing_names_has_no_name() {
        assert_eq!(of(0x1862), Some(("Delete File", Operation::FileDelete)));
        assert_eq!(of(0x1822), Some(("Delete File", Operation::FileDelete)));
        assert_eq!(of(0x1002), Some(("Remote Stop", Operation::ModeStop)));
        assert_eq!([0x0413, 0x0701, 0x0b2a, 0x186b].map(of), [None; 4]);
    }
}
