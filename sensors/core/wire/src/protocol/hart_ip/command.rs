//! Commands by their numbers: universal (FCG TS20127) and common practice (TS20151). What a command does may hang on its data.

use super::wireless;
use crate::bytes::{be32, u8_at};
use crate::dataset::Operation;

pub const LOCK: u16 = 71;
pub const EVENT_CONTROL: u16 = 118;
const FIXED_ANALOG_CHANNEL: u16 = 66;

/// A command of the standard.
pub struct Command {
    pub code: u16,
    pub name: &'static str,
    pub operation: Operation,
}

pub const fn command(code: u16, name: &'static str, operation: Operation) -> Command {
    Command { code, name, operation }
}

/// In order of their numbers.
static COMMANDS: [Command; 107] = [
    command(0, "Read Unique Identifier", Operation::IdentifyDevice),
    command(1, "Read Primary Variable", Operation::Read),
    command(2, "Read Loop Current and Percent of Range", Operation::Read),
    command(3, "Read Dynamic Variables and Loop Current", Operation::Read),
    command(6, "Write Polling Address", Operation::ConfigureNetwork),
    command(7, "Read Loop Configuration", Operation::Read),
    command(8, "Read Dynamic Variable Classifications", Operation::Read),
    command(9, "Read Device Variables with Status", Operation::Read),
    command(11, "Read Unique Identifier Associated with Tag", Operation::IdentifyDevice),
    command(12, "Read Message", Operation::Read),
    command(13, "Read Tag, Descriptor, Date", Operation::Read),
    command(14, "Read Primary Variable Transducer Information", Operation::Read),
    command(15, "Read Device Information", Operation::Read),
    command(16, "Read Final Assembly Number", Operation::Read),
    command(17, "Write Message", Operation::NameChange),
    command(18, "Write Tag, Descriptor, Date", Operation::NameChange),
    command(19, "Write Final Assembly Number", Operation::WriteParameter),
    command(20, "Read Long Tag", Operation::Read),
    command(21, "Read Unique Identifier Associated with Long Tag", Operation::IdentifyDevice),
    command(22, "Write Long Tag", Operation::NameChange),
    command(33, "Read Device Variables", Operation::Read),
    command(34, "Write Primary Variable Damping Value", Operation::WriteParameter),
    command(35, "Write Primary Variable Range Values", Operation::WriteParameter),
    command(36, "Set Primary Variable Upper Range Value", Operation::WriteParameter),
    command(37, "Set Primary Variable Lower Range Value", Operation::WriteParameter),
    command(38, "Reset Configuration Changed Flag", Operation::DiagnoseClear),
    command(39, "EEPROM Control", Operation::ConfigureDevice),
    command(40, "Enter/Exit Fixed Current Mode", Operation::WriteForce),
    command(41, "Perform Self Test", Operation::ModeTest),
    command(42, "Perform Device Reset", Operation::RestartCold),
    command(43, "Set Primary Variable Zero", Operation::ConfigureDevice),
    command(44, "Write Primary Variable Units", Operation::WriteParameter),
    command(45, "Trim Loop Current Zero", Operation::ConfigureDevice),
    command(46, "Trim Loop Current Gain", Operation::ConfigureDevice),
    command(47, "Write Primary Variable Transfer Function", Operation::WriteParameter),
    command(48, "Read Additional Device Status", Operation::DiagnoseRead),
    command(49, "Write Primary Variable Transducer Serial Number", Operation::WriteParameter),
    command(50, "Read Dynamic Variable Assignments", Operation::Read),
    command(51, "Write Dynamic Variable Assignments", Operation::WriteParameter),
    command(52, "Set Device Variable Zero", Operation::ConfigureDevice),
    command(53, "Write Device Variable Units", Operation::WriteParameter),
    command(54, "Read Device Variable Information", Operation::Read),
    command(55, "Write Device Variable Damping Value", Operation::WriteParameter),
    command(56, "Write Device Variable Transducer Serial Number", Operation::WriteParameter),
    command(57, "Read Unit Tag, Descriptor, Date", Operation::Read),
    command(58, "Write Unit Tag, Descriptor, Date", Operation::NameChange),
    command(59, "Write Number of Response Preambles", Operation::WriteParameter),
    command(60, "Read Analog Channel and Percent of Range", Operation::Read),
    command(61, "Read Dynamic Variables and Primary Variable Analog Channel", Operation::Read),
    command(62, "Read Analog Channels", Operation::Read),
    command(63, "Read Analog Channel Information", Operation::Read),
    command(64, "Write Analog Channel Additional Damping Value", Operation::WriteParameter),
    command(65, "Write Analog Channel Range Values", Operation::WriteParameter),
    command(66, "Enter/Exit Fixed Analog Channel Mode", Operation::WriteForce),
    command(67, "Trim Analog Channel Zero", Operation::ConfigureDevice),
    command(68, "Trim Analog Channel Gain", Operation::ConfigureDevice),
    command(69, "Write Analog Channel Transfer Function", Operation::WriteParameter),
    command(70, "Read Analog Channel Endpoint Values", Operation::Read),
    command(71, "Lock Device", Operation::SecurityLock),
    command(72, "Squawk", Operation::MethodCall),
    command(73, "Find Device", Operation::IdentifyDevice),
    command(74, "Read I/O System Capabilities", Operation::IdentifyDevice),
    command(75, "Poll Sub-Device", Operation::IdentifyNetwork),
    command(76, "Read Lock Device State", Operation::Read),
    command(77, "Send Command to Sub-Device", Operation::Unknown),
    command(78, "Read Aggregated Commands", Operation::Read),
    command(79, "Write Device Variable", Operation::WriteForce),
    command(80, "Read Device Variable Trim Points", Operation::Read),
    command(81, "Read Device Variable Trim Guidelines", Operation::Read),
    command(82, "Write Device Variable Trim Point", Operation::ConfigureDevice),
    command(83, "Reset Device Variable Trim", Operation::ConfigureDevice),
    command(84, "Read Sub-Device Identity Summary", Operation::IdentifyNetwork),
    command(85, "Read I/O Channel Statistics", Operation::DiagnoseRead),
    command(86, "Read Sub-Device Statistics", Operation::DiagnoseRead),
    command(87, "Write I/O System Master Mode", Operation::ConfigureDevice),
    command(88, "Write I/O System Retry Count", Operation::ConfigureDevice),
    command(89, "Set Real-Time Clock", Operation::TimeSet),
    command(90, "Read Real-Time Clock", Operation::TimeRead),
    command(91, "Read Trend Configuration", Operation::Read),
    command(92, "Write Trend Configuration", Operation::ConfigureDevice),
    command(93, "Read Trend", Operation::ReadHistory),
    command(94, "Read I/O System Client-Side Communication Statistics", Operation::DiagnoseRead),
    command(95, "Read Device Communication Statistics", Operation::DiagnoseRead),
    command(96, "Read Synchronous Action", Operation::Read),
    command(97, "Configure Synchronous Action", Operation::ConfigureDevice),
    command(98, "Read Command Action", Operation::Read),
    command(99, "Configure Command Action", Operation::ConfigureDevice),
    command(101, "Read Sub-Device to Burst Message Map", Operation::Read),
    command(102, "Map Sub-Device to Burst Message", Operation::ConfigureDevice),
    command(103, "Write Burst Period", Operation::ConfigureDevice),
    command(104, "Write Burst Trigger", Operation::ConfigureDevice),
    command(105, "Read Burst Mode Configuration", Operation::Read),
    command(106, "Flush Delayed Responses", Operation::DiagnoseClear),
    command(107, "Write Burst Device Variables", Operation::ConfigureDevice),
    command(108, "Write Burst Mode Command Number", Operation::ConfigureDevice),
    command(109, "Burst Mode Control", Operation::ConfigureDevice),
    command(110, "Read All Dynamic Variables", Operation::Read),
    command(111, "Transfer Service Control", Operation::Unknown),
    command(112, "Transfer Service", Operation::Unknown),
    command(113, "Catch Device Variable", Operation::ConfigureDevice),
    command(114, "Read Caught Device Variable", Operation::Read),
    command(115, "Read Event Notification Summary", Operation::ReadEvents),
    command(116, "Write Event Notification Bit Mask", Operation::ConfigureAlarm),
    command(117, "Write Event Notification Timing", Operation::ConfigureAlarm),
    command(118, "Event Notification Control", Operation::ConfigureAlarm),
    command(119, "Acknowledge Event Notification", Operation::AlarmAcknowledge),
    command(178, "Read Aggregated Commands (Rosemount)", Operation::Read),
];

pub fn of(code: u16) -> Option<&'static Command> {
    let table: &'static [Command] = if code < 256 { &COMMANDS } else { &wireless::COMMANDS };
    table.binary_search_by_key(&code, |command| command.code).ok().and_then(|at| table.get(at))
}

/// What a maker's own command, or one that is not assigned, goes by (TS20151 6).
pub const fn class(code: u16) -> &'static str {
    match code {
        0..=31 => "universal command, not assigned",
        32..=121 | 512..=767 => "common practice command, not assigned",
        122..=126 => "non-public command",
        128..=253 | 0xfb00..=0xfdff => "device-specific command",
        768..=1023 => "wireless command, not assigned",
        1024..=0xf9ff => "device family command",
        _ => "reserved command",
    }
}

/// Whether a maker may have given the number a meaning.
pub const fn is_private(code: u16) -> bool {
    matches!(code, 122..=126 | 128..=253 | 1024..=0xfdff)
}

/// What a command does, as its data say. Without them (a lone reply) the table's word stands.
pub fn operation(code: u16, asked: Option<&[u8]>) -> Operation {
    let operation = of(code).map_or(Operation::Unknown, |command| command.operation);
    let Some(asked) = asked else { return operation };
    match code {
        LOCK if u8_at(asked, 0) == Some(0) => Operation::SecurityUnlock,
        EVENT_CONTROL if u8_at(asked, 0) == Some(0) => Operation::AlarmDisable,
        _ => operation,
    }
}

/// Whether the analog output is let go again: 0 mA, or not a number for a channel.
pub fn releases(code: u16, asked: &[u8]) -> bool {
    match code {
        40 => be32(asked, 0) == Some(0),
        FIXED_ANALOG_CHANNEL => be32(asked, 2).is_some_and(|bits| f32::from_bits(bits).is_nan()),
        79 => u8_at(asked, 1) == Some(0),
        526 => u8_at(asked, 0) == Some(0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::wireless;
    use super::{COMMANDS, of};

    #[test]
    fn the_tables_are_in_order_and_hold_each_command_once() {
        for table in [&COMMANDS[..], &wireless::COMMANDS[..]] {
            assert!(table.windows(2).all(|pair| pair[0].code < pair[1].code));
            assert!(table.iter().all(|command| of(command.code).is_some_and(|found| found.name == command.name)));
        }
        assert!(of(4).is_none() && of(2000).is_none());
    }
}
