//! Commands and replies of the controller, with the names that its own programming software has for them (names in the
//! published analyses of TRITON: Mandiant 2018, CISA MAR-17-352-01).

use crate::dataset::Operation;
use Operation as Op;

pub const GET_MP_STATUS: u8 = 29;
pub const COMMAND_REJECTED: u8 = 100;
/// Replies begin here; below are commands.
pub const REPLIES: u8 = 100;
/// Reason of a refusal: the key switch.
pub const KEY_SETTING: u8 = 212;

/// One command: code, name, what it does.
pub struct Command {
    pub code: u8,
    pub name: &'static str,
    pub operation: Operation,
}

const fn command(code: u8, name: &'static str, operation: Operation) -> Command {
    Command { code, name, operation }
}

#[rustfmt::skip]
static COMMANDS: &[Command] = &[
    command(0, "Start download all", Op::ProgramDownload),
    command(1, "Start download change", Op::ProgramEdit),
    command(2, "Update configuration", Op::ConfigureDevice),
    command(3, "Upload configuration", Op::ProgramUpload),
    command(4, "Set I/O addresses", Op::ConfigureDevice),
    command(5, "Allocate network", Op::ProgramDownload),
    command(6, "Load vector table", Op::ProgramDownload),
    command(7, "Set calendar", Op::TimeSet),
    command(8, "Get calendar", Op::TimeRead),
    command(9, "Set scan time", Op::ConfigureDevice),
    command(10, "End download all", Op::ProgramDownload),
    command(11, "End download change", Op::ProgramEdit),
    command(12, "Cancel download change", Op::ProgramEdit),
    command(13, "Attach TRICON", Op::SessionOpen),
    command(14, "Set I/O address limits", Op::ConfigureDevice),
    command(15, "Configure module", Op::ConfigureDevice),
    command(16, "Set multiple point values", Op::Write),
    command(17, "Enable all points", Op::WriteForce),
    command(18, "Upload vector table", Op::ProgramUpload),
    command(19, "Get CP status", Op::DiagnoseRead),
    command(20, "Run program", Op::ModeRun),
    command(21, "Halt program", Op::ModeStop),
    command(22, "Pause program", Op::ModeStop),
    command(23, "Do single scan", Op::ModeTest),
    command(24, "Get chassis status", Op::DiagnoseRead),
    command(25, "Get minimum scan time", Op::Read),
    command(26, "Set node number", Op::ConfigureNetwork),
    command(27, "Set I/O point values", Op::Write),
    command(28, "Get I/O point values", Op::Read),
    command(GET_MP_STATUS, "Get MP status", Op::DiagnoseRead),
    command(30, "Set retentive values", Op::Write),
    command(31, "Adjust clock calendar", Op::TimeSet),
    command(32, "Clear module alarms", Op::AlarmClear),
    command(33, "Get event log", Op::ReadEvents),
    command(34, "Set SOE block", Op::ConfigureDevice),
    command(35, "Record event log", Op::ConfigureDevice),
    command(36, "Get SOE data", Op::ReadEvents),
    command(37, "Enable OVD", Op::ConfigureDevice),
    command(38, "Disable OVD", Op::AlarmDisable),
    command(39, "Enable all OVDs", Op::ConfigureDevice),
    command(40, "Disable all OVDs", Op::AlarmDisable),
    command(41, "Process MODBUS", Op::MethodCall),
    command(42, "Upload network", Op::ProgramUpload),
    command(43, "Set label", Op::NameChange),
    command(44, "Configure system variables", Op::ConfigureDevice),
    command(45, "Deconfigure module", Op::ConfigureDevice),
    command(46, "Get system variables", Op::Read),
    command(47, "Get module types", Op::IdentifyDevice),
    command(48, "Begin conversion table download", Op::ProgramDownload),
    command(49, "Continue conversion table download", Op::ProgramDownload),
    command(50, "End conversion table download", Op::ProgramDownload),
    command(51, "Get conversion table", Op::ProgramUpload),
    command(52, "Set ICM status", Op::ConfigureDevice),
    command(53, "Broadcast SOE data available", Op::Notify),
    command(54, "Get module versions", Op::IdentifyDevice),
    command(55, "Allocate program", Op::ProgramDownload),
    command(56, "Allocate function", Op::ProgramDownload),
    command(57, "Clear retentives", Op::Write),
    command(58, "Set initial values", Op::ProgramDownload),
    command(59, "Start TS2 program download", Op::ProgramDownload),
    command(60, "Set TS2 data area", Op::Write),
    command(61, "Get TS2 data", Op::Read),
    command(62, "Set TS2 data", Op::Write),
    command(63, "Set program information", Op::ProgramDownload),
    command(64, "Get program information", Op::IdentifyDevice),
    command(65, "Upload program", Op::ProgramUpload),
    command(66, "Upload function", Op::ProgramUpload),
    command(67, "Get point groups", Op::Browse),
    command(68, "Allocate symbol table", Op::ProgramDownload),
    command(69, "Get I/O address", Op::Read),
    command(70, "Resend I/O address", Op::Read),
    command(71, "Get program timing", Op::DiagnoseRead),
    command(72, "Allocate multiple functions", Op::ProgramDownload),
    command(73, "Get node number", Op::IdentifyNetwork),
    command(74, "Get symbol table", Op::Browse),
    command(80, "Go to DOWNLOAD mode", Op::ModeProgram),
];

pub fn of(code: u8) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.code == code)
}

/// What a reply says.
#[rustfmt::skip]
static REPLY_NAMES: &[(u8, &str)] = &[
    (COMMAND_REJECTED, "Command rejected"), (101, "Download all permitted"), (102, "Download change permitted"),
    (103, "Modification accepted"), (104, "Download cancelled"), (105, "Program accepted"), (106, "TRICON attached"),
    (107, "I/O addresses set"), (108, "CP status"), (109, "Program is running"), (110, "Program is halted"),
    (111, "Program is paused"), (112, "End of single scan"), (113, "Chassis configuration"),
    (114, "Scan period modified"), (117, "Module configured"), (119, "Chassis status"), (120, "Vectors"),
    (121, "I/O point values"), (122, "Calendar changed"), (123, "Configuration updated"), (124, "Minimum scan time"),
    (126, "Node number set"), (127, "MP status"), (128, "Retentive values set"), (129, "SOE block set"),
    (130, "Module alarms cleared"), (131, "Event log"), (132, "Symbol table accepted"), (133, "OVD enable accepted"),
    (134, "OVD disable accepted"), (135, "Event log recorded"), (136, "Network"), (137, "SOE data"),
    (138, "Allocate network accepted"), (139, "Load vector table accepted"), (140, "Calendar"), (141, "Label set"),
    (142, "Module types"), (143, "System variables configured"), (144, "Module deconfigured"),
    (147, "Conversion table"), (148, "ICM print data sent"), (149, "ICM status set"), (150, "System variables"),
    (151, "Module versions"), (152, "MODBUS processed"), (153, "Program allocated"), (154, "Function allocated"),
    (155, "Retentives cleared"), (156, "Initial values set"), (157, "TS2 data area set"), (158, "TS2 data"),
    (159, "TS2 data set"), (160, "Program information set"), (161, "Program information"), (162, "Program"),
    (163, "Function"), (164, "Point groups"), (165, "Symbol table allocated"), (166, "Program timing"),
    (167, "Disable points full"), (168, "Multiple functions allocated"), (169, "Node number"), (170, "Symbol table"),
];

pub fn reply(code: u8) -> Option<&'static str> {
    REPLY_NAMES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// Why a command was rejected.
#[rustfmt::skip]
static REASONS: &[(u8, &str)] = &[
    (200, "Wrong command"), (201, "Load is in progress"), (202, "Bad clock calendar data"),
    (203, "Control program not halted"), (204, "Control program checksum error"), (205, "No memory available"),
    (206, "Control program not valid"), (207, "Not loading a control program"), (208, "Network is out of range"),
    (209, "Not enough arguments"), (210, "A network is missing"), (211, "The download time mismatches"),
    (KEY_SETTING, "Key setting prohibits this operation"), (213, "Bad control program version"),
    (214, "Command not in correct sequence"), (216, "Bad index for a module"), (217, "Module address is invalid"),
    (220, "Bad offset for an I/O point"), (221, "Invalid point type"), (222, "Invalid point location"),
    (223, "Program name is invalid"), (227, "Invalid module type"), (229, "Invalid table type"),
    (231, "Invalid network continuation"), (232, "Invalid scan time"), (233, "Load is busy"),
    (234, "An MP has re-educated"), (235, "Invalid chassis or slot"), (236, "Invalid SOE number"),
    (237, "Invalid SOE type"), (238, "Invalid SOE state"), (239, "The variable is write protected"),
    (240, "Node number mismatch"), (241, "Command not allowed"), (242, "Invalid sequence number"),
    (243, "Time change on non-master TRICON"), (244, "No free TriStation ports"), (245, "Invalid TriStation I command"),
    (246, "Invalid TriStation 1131 command"), (247, "Only one chassis allowed"), (248, "Bad variable address"),
    (249, "Response overflow"), (250, "Invalid bus"), (251, "Disable is not allowed"), (252, "Invalid length"),
    (253, "Point cannot be disabled"), (254, "Too many retentive variables"), (255, "Loader connect"),
];

pub fn reason(code: u8) -> &'static str {
    REASONS.iter().find(|(known, _)| *known == code).map_or("Unknown reject code", |(_, name)| *name)
}

/// What the implant that TRITON left in a controller does when this is asked of it: a status request whose data are its
/// own operation and the number that stands for all main processors (CISA MAR-17-352-01). It is no status that is read
/// then, and never to be folded into one.
pub fn implant(code: u8, data: &[u8]) -> Option<(&'static str, Operation)> {
    const ALL_PROCESSORS: u8 = 255;
    match (code, data) {
        (GET_MP_STATUS, [23, ALL_PROCESSORS, ..]) => Some(("read memory", Op::FirmwareRead)),
        (GET_MP_STATUS, [65, ALL_PROCESSORS, ..]) => Some(("write memory", Op::FirmwareUpdate)),
        (GET_MP_STATUS, [249, ALL_PROCESSORS, ..]) => Some(("execute", Op::MethodCall)),
        _ => None,
    }
}
