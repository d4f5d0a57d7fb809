//! Service groups, one for each component of the runtime, and their services, with the names that the interfaces of the
//! components have for them.

use crate::dataset::Operation;
use Operation as Op;

pub const DEVICE: u16 = 0x01;
pub const APPLICATION: u16 = 0x02;
pub const SETTINGS: u16 = 0x06;
pub const FILE_TRANSFER: u16 = 0x08;
pub const VARIABLE_ACCESS: u16 = 0x09;
pub const USERS: u16 = 0x0c;
pub const SHELL: u16 = 0x11;
pub const BREAKPOINTS: u16 = 0x12;
pub const FORCE: u16 = 0x13;
pub const MONITOR: u16 = 0x1b;

pub const LOGIN: u16 = 0x02;
pub const LOGOUT: u16 = 0x03;
pub const IDENTIFY: u16 = 0x01;
pub const SESSION_CREATE: u16 = 0x0a;
pub const SET_NODE_NAME: u16 = 0x09;
pub const RESET: u16 = 0x12;

pub const START_DOWNLOAD: u16 = 0x02;
pub const DOWNLOAD: u16 = 0x04;
pub const START_UPLOAD: u16 = 0x05;
pub const UPLOAD: u16 = 0x07;

/// One service: number, name, what it does.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    pub code: u16,
    pub name: &'static str,
    pub operation: Operation,
}

/// Services of one component.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    pub code: u16,
    pub name: &'static str,
    services: &'static [Service],
    /// What its services are that have no name here: those of a component that a screen polls are quiet, so that what is
    /// polled is told once.
    pub unnamed: Operation,
}

const fn s(code: u16, name: &'static str, operation: Operation) -> Service {
    Service { code, name, operation }
}

const fn group(code: u16, name: &'static str, services: &'static [Service]) -> Group {
    Group { code, name, services, unnamed: Operation::Unknown }
}

/// A component whose services have no names here, and which screens poll.
const fn polled(code: u16, name: &'static str) -> Group {
    Group { code, name, services: &[], unnamed: Operation::Query }
}

#[rustfmt::skip]
static DEVICES: &[Service] = &[
    s(IDENTIFY, "Get target identity", Op::IdentifyDevice), s(LOGIN, "Login", Op::SecurityLogin),
    s(LOGOUT, "Logout", Op::SecurityLogout), s(0x04, "Reset origin", Op::RestartFactory), s(0x05, "Echo", Op::DiagnoseEcho),
    s(0x06, "Set operation mode", Op::ConfigureDevice), s(0x07, "Get operation mode", Op::DiagnoseRead),
    s(0x08, "Interactive login", Op::SecurityUnlock), s(SET_NODE_NAME, "Set node name", Op::NameChange),
    s(SESSION_CREATE, "Session create", Op::SessionOpen),
];

/// CmpApp; CmpAppBP and CmpAppForce have their services of the same list.
#[rustfmt::skip]
static APPLICATIONS: &[Service] = &[
    s(0x01, "Login", Op::SessionOpen), s(0x02, "Logout", Op::SessionClose),
    s(0x03, "Create application", Op::ProgramDownload), s(0x04, "Delete application", Op::ProgramDelete),
    s(0x05, "Download", Op::ProgramDownload), s(0x06, "Online change", Op::ProgramEdit),
    s(0x07, "Device download", Op::ProgramDownload), s(0x08, "Create device application", Op::ProgramDownload),
    s(0x10, "Start", Op::ModeRun), s(0x11, "Stop", Op::ModeStop), s(RESET, "Reset", Op::RestartWarm),
    s(0x13, "Set breakpoint", Op::ProgramDebug), s(0x14, "Read status", Op::DiagnoseRead),
    s(0x15, "Delete breakpoint", Op::ProgramDebug), s(0x16, "Read call stack", Op::DiagnoseRead),
    s(0x17, "Get area offset", Op::Read), s(0x18, "Read application list", Op::Browse),
    s(0x19, "Set next statement", Op::ProgramDebug), s(0x20, "Release force list", Op::WriteForce),
    s(0x21, "Upload force list", Op::Read), s(0x22, "Single cycle", Op::ModeTest),
    s(0x23, "Create boot project", Op::ProgramDownload), s(0x24, "Reinitialise application", Op::RestartWarm),
    s(0x25, "Read application state list", Op::DiagnoseRead), s(0x26, "Load boot application", Op::ProgramDownload),
    s(0x27, "Register boot application", Op::ProgramDownload), s(0x28, "Check file consistency", Op::DiagnoseRead),
    s(0x29, "Read application information", Op::Browse), s(0x30, "Download compact", Op::ProgramDownload),
    s(0x31, "Read project information", Op::Browse), s(0x32, "Define flow", Op::ProgramDebug),
    s(0x33, "Read flow values", Op::Read), s(0x34, "Download encrypted", Op::ProgramDownload),
    s(0x35, "Read application content", Op::ProgramUpload), s(0x36, "Save retains", Op::FileWrite),
    s(0x37, "Restore retains", Op::Write), s(0x38, "Get area address", Op::Read),
    s(0x39, "Leave execution points active", Op::ProgramDebug),
    s(0x40, "Claim execution points", Op::ProgramDebug),
];

#[rustfmt::skip]
static LOGS: &[Service] = &[
    s(0x01, "Get entries", Op::ReadEvents), s(0x02, "Get component names", Op::Browse), s(0x03, "Get loggers", Op::Browse),
];

#[rustfmt::skip]
static SETTING: &[Service] = &[
    s(0x01, "Get integer", Op::Read), s(0x02, "Set integer", Op::ConfigureDevice), s(0x03, "Get string", Op::Read),
    s(0x04, "Set string", Op::ConfigureDevice), s(0x05, "Remove key", Op::ConfigureDevice),
    s(0x06, "Read settings", Op::Read), s(0x07, "Write settings", Op::ConfigureDevice),
];

#[rustfmt::skip]
static FILES: &[Service] = &[
    s(0x01, "Get file information", Op::FileList), s(START_DOWNLOAD, "Start download", Op::FileWrite),
    s(0x03, "Restart download", Op::FileWrite), s(DOWNLOAD, "Download", Op::FileWrite),
    s(START_UPLOAD, "Start upload", Op::FileRead), s(0x06, "Restart upload", Op::FileRead),
    s(UPLOAD, "Upload", Op::FileRead), s(0x08, "End", Op::SessionClose), s(0x09, "Cancel", Op::SessionClose),
    s(0x0a, "Save signature", Op::FileWrite), s(0x0b, "Get saved signature", Op::FileRead),
    s(0x0c, "Get directory information", Op::FileList), s(0x0d, "Cancel directory information", Op::SessionClose),
    s(0x0e, "Delete file", Op::FileDelete), s(0x0f, "Rename file", Op::FileWrite),
    s(0x10, "Create directory", Op::FileWrite), s(0x11, "Delete directory", Op::FileDelete),
    s(0x12, "Rename directory", Op::FileWrite), s(0x13, "Get free disk space", Op::FileList),
    s(0x14, "Synchronise files", Op::FileWrite),
];

#[rustfmt::skip]
static VARIABLES: &[Service] = &[
    s(0x01, "Register variable list", Op::SubscribeStart), s(0x02, "Unregister variable list", Op::SubscribeStop),
    s(0x03, "Read variable list", Op::Read), s(0x04, "Write variable list", Op::Write), s(0x05, "Read variables", Op::Read),
    s(0x06, "Write variables", Op::Write), s(0x07, "Get root nodes", Op::Browse), s(0x08, "Get children", Op::Browse),
    s(0x09, "Get type descriptions", Op::Browse), s(0x0a, "Get address information", Op::Browse),
    s(0x0b, "Remove variables from list", Op::SubscribeStop),
];

#[rustfmt::skip]
static ACCOUNTS: &[Service] = &[
    s(0x01, "Read user management", Op::Browse), s(0x02, "Write user management", Op::ConfigureAccess),
    s(0x03, "Read user rights", Op::Browse), s(0x04, "Write user rights", Op::ConfigureAccess),
    s(0x05, "Add user (old)", Op::ConfigureAccess), s(0x06, "Delete user (old)", Op::ConfigureAccess),
    s(0x07, "Change password (old)", Op::SecurityPassword), s(0x08, "Update own credentials", Op::SecurityPassword),
    s(0x09, "Add user", Op::ConfigureAccess), s(0x0a, "Remove user", Op::ConfigureAccess),
    s(0x0b, "Set user property", Op::ConfigureAccess), s(0x0c, "Set user credentials", Op::SecurityPassword),
    s(0x0d, "Add group", Op::ConfigureAccess), s(0x0e, "Remove group", Op::ConfigureAccess),
    s(0x0f, "Set group configuration", Op::ConfigureAccess), s(0x10, "Export user management", Op::FileRead),
    s(0x11, "Import user management", Op::ConfigureAccess),
];

#[rustfmt::skip]
static TRACES: &[Service] = &[
    s(0x01, "Read packet list", Op::Browse), s(0x02, "Create packet", Op::ConfigureDevice),
    s(0x03, "Delete packet", Op::ConfigureDevice), s(0x04, "Complete packet", Op::ConfigureDevice),
    s(0x05, "Open packet", Op::SubscribeStart), s(0x06, "Close packet", Op::SubscribeStop),
    s(0x07, "Read packet", Op::ReadHistory), s(0x08, "Get state", Op::DiagnoseRead), s(0x09, "Get configuration", Op::Read),
    s(0x0a, "Start", Op::ConfigureDevice), s(0x0b, "Stop", Op::ConfigureDevice), s(0x0c, "Restart", Op::ConfigureDevice),
    s(0x0d, "Add record", Op::ConfigureDevice), s(0x0e, "Remove record", Op::ConfigureDevice),
    s(0x0f, "Get record configuration", Op::Read), s(0x10, "Reset trigger", Op::ConfigureDevice),
    s(0x11, "Store packet", Op::FileWrite), s(0x12, "Restore packet", Op::FileRead),
    s(0x13, "Get configuration from file", Op::FileRead),
];

static SHELLS: &[Service] = &[s(0x01, "Execute", Op::MethodCall)];

static MONITORS: &[Service] =
    &[s(0x01, "Read", Op::Read), s(0x02, "Write", Op::Write), s(0x03, "Force", Op::WriteForce)];

#[rustfmt::skip]
static CERTIFICATES: &[Service] = &[
    s(0x01, "Import certificate", Op::SecurityKey), s(0x02, "Export certificate", Op::Read),
    s(0x03, "Delete certificate", Op::SecurityKey), s(0x04, "Move certificate", Op::SecurityKey),
    s(0x05, "List certificates", Op::Browse), s(0x06, "List use cases", Op::Browse),
    s(0x07, "Create self-signed certificate", Op::SecurityKey), s(0x09, "Get status", Op::DiagnoseRead),
];

static GROUPS: &[Group] = &[
    group(DEVICE, "CmpDevice", DEVICES),
    group(APPLICATION, "CmpApp", APPLICATIONS),
    polled(0x04, "CmpVisuServer"),
    group(0x05, "CmpLog", LOGS),
    group(SETTINGS, "CmpSettings", SETTING),
    group(0x07, "SysEthernet", &[]),
    group(FILE_TRANSFER, "CmpFileTransfer", FILES),
    group(VARIABLE_ACCESS, "CmpIecVarAccess", VARIABLES),
    polled(0x0b, "CmpIoMgr"),
    group(USERS, "CmpUserMgr", ACCOUNTS),
    group(0x0f, "CmpTraceMgr", TRACES),
    group(SHELL, "CmpPlcShell", SHELLS),
    group(BREAKPOINTS, "CmpAppBP", APPLICATIONS),
    group(FORCE, "CmpAppForce", APPLICATIONS),
    polled(0x18, "CmpAlarmManager"),
    group(MONITOR, "CmpMonitor", MONITORS),
    group(0x1d, "CmpCodeMeter", &[]),
    group(0x1f, "CmpCoreDump", &[]),
    group(0x22, "CmpOpenSSL", CERTIFICATES),
];

pub fn of(code: u16) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.code == code)
}

impl Group {
    pub fn service(&self, code: u16) -> Option<&'static Service> {
        self.services.iter().find(|service| service.code == code)
    }
}
