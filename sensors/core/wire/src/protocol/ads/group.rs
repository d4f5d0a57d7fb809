//! Index groups by name, and what reading, writing or calling one does. Those below 0x1000 are services of the system
//! service (AMS port 10000); the upper ones every ADS device may have. Sources: AdsDef.h; Beckhoff Information System,
//! "ADS device documentation", "TcSystem" library; TE1000 ADS, "NC".

use super::command::{self, READ, READ_WRITE, WRITE};
use crate::dataset::Operation;
use Operation as O;

pub const FOPEN: u32 = 120;
pub const FCLOSE: u32 = 121;
pub const FREAD: u32 = 122;
pub const FWRITE: u32 = 123;
pub const FDELETE: u32 = 131;
pub const FRENAME: u32 = 132;
pub const FFILEFIND: u32 = 133;
pub const MKDIR: u32 = 138;
pub const RMDIR: u32 = 139;
pub const REGISTRY: std::ops::RangeInclusive<u32> = 200..=202;
pub const STARTPROCESS: u32 = 500;
pub const TARGETINFO: u32 = 700;
const ADDREMOTE: u32 = 801;
const DELREMOTE: u32 = 802;

pub const MEMORY: u32 = 0x4020;
pub const MEMORY_BIT: u32 = 0x4021;
pub const SYM_HNDBYNAME: u32 = 0xf003;
pub const SYM_VALBYNAME: u32 = 0xf004;
pub const SYM_VALBYHND: u32 = 0xf005;
pub const SYM_RELEASEHND: u32 = 0xf006;
pub const SYM_INFOBYNAME: u32 = 0xf007;
pub const SYM_INFOBYNAMEEX: u32 = 0xf009;
pub const SYM_UPLOAD: u32 = 0xf00b;
pub const IMAGE_INPUT: u32 = 0xf020;
pub const IMAGE_INPUT_BIT: u32 = 0xf021;
pub const IMAGE_OUTPUT: u32 = 0xf030;
pub const IMAGE_OUTPUT_BIT: u32 = 0xf031;
pub const SUMUP_READ: u32 = 0xf080;
pub const SUMUP_WRITE: u32 = 0xf081;
pub const SUMUP_READWRITE: u32 = 0xf082;
pub const SUMUP_READEX: u32 = 0xf083;
pub const SUMUP_READEX2: u32 = 0xf084;
pub const SUMUP_ADDDEVNOTE: u32 = 0xf085;
pub const SUMUP_DELDEVNOTE: u32 = 0xf086;

/// Name; what Read, Write and Read Write of it do.
type Row = (u32, &'static str, Operation, Operation, Operation);

const GROUPS: &[Row] = &[
    (0x4000, "PLCADS_IGR_SYMTAB", O::Browse, O::ProgramDownload, O::Browse),
    (MEMORY, "PLCADS_IGR_RWMB", O::Read, O::Write, O::Write),
    (MEMORY_BIT, "PLCADS_IGR_RWMX", O::Read, O::Write, O::Write),
    (0x4025, "PLCADS_IGR_RMSIZE", O::Browse, O::Write, O::Browse),
    (0x4030, "PLCADS_IGR_RWRB", O::Read, O::Write, O::Write),
    (0x4035, "PLCADS_IGR_RRSIZE", O::Browse, O::Write, O::Browse),
    (0x4040, "PLCADS_IGR_RWDB", O::Read, O::Write, O::Write),
    (0x4045, "PLCADS_IGR_RDSIZE", O::Browse, O::Write, O::Browse),
    (0xf000, "ADSIGRP_SYMTAB", O::Browse, O::ProgramDownload, O::Browse),
    (0xf001, "ADSIGRP_SYMNAME", O::Browse, O::Write, O::Browse),
    (0xf002, "ADSIGRP_SYMVAL", O::Read, O::Write, O::Write),
    (SYM_HNDBYNAME, "ADSIGRP_SYM_HNDBYNAME", O::NameResolve, O::Write, O::NameResolve),
    (SYM_VALBYNAME, "ADSIGRP_SYM_VALBYNAME", O::Read, O::Write, O::Read),
    (SYM_VALBYHND, "ADSIGRP_SYM_VALBYHND", O::Read, O::Write, O::Write),
    (SYM_RELEASEHND, "ADSIGRP_SYM_RELEASEHND", O::NameResolve, O::NameResolve, O::NameResolve),
    (SYM_INFOBYNAME, "ADSIGRP_SYM_INFOBYNAME", O::Browse, O::Browse, O::Browse),
    (0xf008, "ADSIGRP_SYM_VERSION", O::Browse, O::Write, O::Browse),
    (SYM_INFOBYNAMEEX, "ADSIGRP_SYM_INFOBYNAMEEX", O::Browse, O::Browse, O::Browse),
    (0xf00a, "ADSIGRP_SYM_DOWNLOAD", O::Browse, O::ProgramDownload, O::ProgramDownload),
    (SYM_UPLOAD, "ADSIGRP_SYM_UPLOAD", O::Browse, O::Write, O::Browse),
    (0xf00c, "ADSIGRP_SYM_UPLOADINFO", O::Browse, O::Write, O::Browse),
    (0xf00d, "ADSIGRP_SYM_DOWNLOAD2", O::Browse, O::ProgramDownload, O::ProgramDownload),
    (0xf00e, "ADSIGRP_SYM_DT_UPLOAD", O::Browse, O::Write, O::Browse),
    (0xf00f, "ADSIGRP_SYM_UPLOADINFO2", O::Browse, O::Write, O::Browse),
    (0xf010, "ADSIGRP_SYMNOTE", O::Read, O::Write, O::Read),
    (0xf011, "ADSIGRP_DT_INFOBYNAMEEX", O::Browse, O::Write, O::Browse),
    (0xf019, "ADSIGRP_SYM_FB_PROP_CALL", O::Read, O::MethodCall, O::MethodCall),
    (IMAGE_INPUT, "ADSIGRP_IOIMAGE_RWIB", O::Read, O::Write, O::Write),
    (IMAGE_INPUT_BIT, "ADSIGRP_IOIMAGE_RWIX", O::Read, O::Write, O::Write),
    (0xf025, "ADSIGRP_IOIMAGE_RISIZE", O::Browse, O::Write, O::Browse),
    (IMAGE_OUTPUT, "ADSIGRP_IOIMAGE_RWOB", O::Read, O::Write, O::Write),
    (IMAGE_OUTPUT_BIT, "ADSIGRP_IOIMAGE_RWOX", O::Read, O::Write, O::Write),
    (0xf035, "ADSIGRP_IOIMAGE_ROSIZE", O::Browse, O::Write, O::Browse),
    (0xf040, "ADSIGRP_IOIMAGE_CLEARI", O::Read, O::Write, O::Write),
    (0xf050, "ADSIGRP_IOIMAGE_CLEARO", O::Read, O::Write, O::Write),
    (0xf060, "ADSIGRP_IOIMAGE_RWIOB", O::Read, O::Write, O::Write),
    (SUMUP_READ, "ADSIGRP_SUMUP_READ", O::Read, O::Write, O::Read),
    (SUMUP_WRITE, "ADSIGRP_SUMUP_WRITE", O::Read, O::Write, O::Write),
    (SUMUP_READWRITE, "ADSIGRP_SUMUP_READWRITE", O::Read, O::Write, O::Write),
    (SUMUP_READEX, "ADSIGRP_SUMUP_READEX", O::Read, O::Write, O::Read),
    (SUMUP_READEX2, "ADSIGRP_SUMUP_READEX2", O::Read, O::Write, O::Read),
    (SUMUP_ADDDEVNOTE, "ADSIGRP_SUMUP_ADDDEVNOTE", O::Read, O::Write, O::SubscribeStart),
    (SUMUP_DELDEVNOTE, "ADSIGRP_SUMUP_DELDEVNOTE", O::Read, O::Write, O::SubscribeStop),
    (0xf100, "ADSIGRP_DEVICE_DATA", O::DiagnoseRead, O::ConfigureDevice, O::ConfigureDevice),
    (0xf302, "ADSIGRP_CANOPEN_SDO", O::Read, O::WriteParameter, O::WriteParameter),
];

const SERVICES: &[Row] = &[
    (100, "SYSTEMSERVICE_OPENCREATE", O::FileWrite, O::FileWrite, O::FileWrite),
    (101, "SYSTEMSERVICE_OPENREAD", O::FileRead, O::FileRead, O::FileRead),
    (102, "SYSTEMSERVICE_OPENWRITE", O::FileWrite, O::FileWrite, O::FileWrite),
    (110, "SYSTEMSERVICE_CREATEFILE", O::FileWrite, O::FileWrite, O::FileWrite),
    (111, "SYSTEMSERVICE_CLOSEHANDLE", O::FileRead, O::FileRead, O::FileRead),
    (FOPEN, "SYSTEMSERVICE_FOPEN", O::FileRead, O::FileRead, O::FileRead),
    (FCLOSE, "SYSTEMSERVICE_FCLOSE", O::FileRead, O::FileRead, O::FileRead),
    (FREAD, "SYSTEMSERVICE_FREAD", O::FileRead, O::FileRead, O::FileRead),
    (FWRITE, "SYSTEMSERVICE_FWRITE", O::FileWrite, O::FileWrite, O::FileWrite),
    (124, "SYSTEMSERVICE_FSEEK", O::FileRead, O::FileRead, O::FileRead),
    (125, "SYSTEMSERVICE_FTELL", O::FileRead, O::FileRead, O::FileRead),
    (126, "SYSTEMSERVICE_FGETS", O::FileRead, O::FileRead, O::FileRead),
    (127, "SYSTEMSERVICE_FPUTS", O::FileWrite, O::FileWrite, O::FileWrite),
    (128, "SYSTEMSERVICE_FSCANF", O::FileRead, O::FileRead, O::FileRead),
    (129, "SYSTEMSERVICE_FPRINTF", O::FileWrite, O::FileWrite, O::FileWrite),
    (130, "SYSTEMSERVICE_FEOF", O::FileRead, O::FileRead, O::FileRead),
    (FDELETE, "SYSTEMSERVICE_FDELETE", O::FileDelete, O::FileDelete, O::FileDelete),
    (FRENAME, "SYSTEMSERVICE_FRENAME", O::FileWrite, O::FileWrite, O::FileWrite),
    (FFILEFIND, "SYSTEMSERVICE_FFILEFIND", O::FileList, O::FileList, O::FileList),
    (134, "SYSTEMSERVICE_FGETSTATUS", O::FileList, O::FileList, O::FileList),
    (MKDIR, "SYSTEMSERVICE_MKDIR", O::FileWrite, O::FileWrite, O::FileWrite),
    (RMDIR, "SYSTEMSERVICE_RMDIR", O::FileDelete, O::FileDelete, O::FileDelete),
    (160, "SYSTEMSERVICE_PRODUCT_VERSION", O::IdentifyDevice, O::ConfigureDevice, O::IdentifyDevice),
    (200, "SYSTEMSERVICE_REG_HKEYLOCALMACHINE", O::Read, O::ConfigureDevice, O::Read),
    (201, "SYSTEMSERVICE_REG_HKEYCURRENTUSER", O::Read, O::ConfigureDevice, O::Read),
    (202, "SYSTEMSERVICE_REG_HKEYCLASSESROOT", O::Read, O::ConfigureDevice, O::Read),
    (220, "SYSTEMSERVICE_SYS_CONTROL", O::DiagnoseRead, O::ConfigureDevice, O::ConfigureDevice),
    (230, "SYSTEMSERVICE_SYS_LOAD_SERVER", O::DiagnoseRead, O::ConfigureDevice, O::ConfigureDevice),
    (240, "SYSTEMSERVICE_SYSSERV_STATE", O::DiagnoseRead, O::ConfigureDevice, O::DiagnoseRead),
    (300, "SYSTEMSERVICE_SENDEMAIL", O::Read, O::MethodCall, O::MethodCall),
    (400, "SYSTEMSERVICE_TIMESERVICES", O::TimeRead, O::TimeSet, O::TimeRead),
    (STARTPROCESS, "SYSTEMSERVICE_STARTPROCESS", O::MethodCall, O::MethodCall, O::MethodCall),
    (600, "SYSTEMSERVICE_CHANGENETID", O::IdentifyNetwork, O::ConfigureNetwork, O::ConfigureNetwork),
    (601, "SYSTEMSERVICE_QUERYNETID", O::IdentifyNetwork, O::ConfigureNetwork, O::IdentifyNetwork),
    (TARGETINFO, "SYSTEMSERVICE_TARGETINFO", O::IdentifyDevice, O::ConfigureDevice, O::IdentifyDevice),
    (701, "SYSTEMSERVICE_IPHELPERAPI", O::IdentifyNetwork, O::ConfigureNetwork, O::IdentifyNetwork),
    (702, "SYSTEMSERVICE_IPHOSTNAME", O::IdentifyDevice, O::ConfigureNetwork, O::IdentifyDevice),
    (703, "SYSTEMSERVICE_IPADDRINFO", O::IdentifyNetwork, O::ConfigureNetwork, O::IdentifyNetwork),
    (ADDREMOTE, "SYSTEMSERVICE_ADDREMOTE", O::IdentifyNetwork, O::ConfigureRoute, O::ConfigureRoute),
    (DELREMOTE, "SYSTEMSERVICE_DELREMOTE", O::IdentifyNetwork, O::ConfigureRoute, O::ConfigureRoute),
    (803, "SYSTEMSERVICE_ENUMREMOTE", O::IdentifyNetwork, O::ConfigureRoute, O::IdentifyNetwork),
    (804, "SYSTEMSERVICE_TEST_CONNECTION", O::DiagnoseEcho, O::DiagnoseEcho, O::DiagnoseEcho),
    (805, "SYSTEMSERVICE_CHANGEREMOTEFILE", O::IdentifyNetwork, O::ConfigureRoute, O::ConfigureRoute),
    (1200, "SYSTEMSERVICE_SETNUMPROC", O::DiagnoseRead, O::ConfigureDevice, O::ConfigureDevice),
    (1300, "SYSTEMSERVICE_NETCFG", O::IdentifyNetwork, O::ConfigureNetwork, O::ConfigureNetwork),
    (1400, "SYSTEMSERVICE_ENV_VARS", O::Read, O::ConfigureDevice, O::Read),
    (1500, "SYSTEMSERVICE_LICENSE", O::IdentifyDevice, O::ConfigureDevice, O::IdentifyDevice),
];

/// Groups of a numerical control: the lower byte is the number of the channel, group, axis, encoder or drive.
const NUMERICAL: &[(u32, &str, Operation)] = &[
    (0x2000, "channel parameter", O::WriteParameter),
    (0x2100, "channel state", O::Write),
    (0x2200, "channel function", O::ControlDirect),
    (0x2300, "channel cyclic process data", O::Write),
    (0x3000, "group parameter", O::WriteParameter),
    (0x3100, "group state", O::Write),
    (0x3200, "group function", O::ControlDirect),
    (0x4000, "axis parameter", O::WriteParameter),
    (0x4100, "axis state", O::Write),
    (0x4200, "axis function", O::ControlDirect),
    (0x4300, "axis cyclic process data", O::Write),
    (0x5000, "encoder parameter", O::WriteParameter),
    (0x5100, "encoder state", O::Write),
    (0x5200, "encoder function", O::ControlDirect),
    (0x6000, "controller parameter", O::WriteParameter),
    (0x6100, "controller state", O::Write),
    (0x6200, "controller function", O::ControlDirect),
    (0x7000, "drive parameter", O::WriteParameter),
    (0x7100, "drive state", O::Write),
    (0x7200, "drive function", O::ControlDirect),
];

/// What a command does with an index group of the service at an AMS port. `writes`: Read Write carries data.
pub fn purpose(port: u16, group: u32, command: u16, writes: bool) -> (Option<&'static str>, Operation) {
    if command::numerical(port)
        && let Some((_, name, changes)) = NUMERICAL.iter().find(|(first, ..)| *first == group & !0xff)
    {
        let changing = command == WRITE || (command == READ_WRITE && writes);
        return (Some(name), if changing { *changes } else { command::command(command).1 });
    }
    let rows = if group >= 0x1000 {
        GROUPS
    } else if port == command::SYSTEM_SERVICE {
        SERVICES
    } else {
        &[]
    };
    let row = rows.binary_search_by_key(&group, |row| row.0).ok().and_then(|at| rows.get(at));
    let usual = command::command(command).1;
    let operation = match (row, command) {
        (Some(row), READ) => row.2,
        (Some(row), WRITE) => row.3,
        // Without data a Read Write only reads.
        (Some(row), READ_WRITE) if row.4 == O::Write && !writes => O::Read,
        (Some(row), READ_WRITE) => row.4,
        (None, READ_WRITE) if !writes => O::Read,
        _ => usual,
    };
    (row.map(|row| row.1), operation)
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, SERVICES, purpose};
    use crate::dataset::Operation;

    #[test]
    fn the_tables_are_in_order() {
        for table in [GROUPS, SERVICES] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0));
        }
    }

    #[test]
    fn a_group_means_what_its_port_says() {
        assert_eq!(purpose(851, 0x4020, 3, false).1, Operation::Write);
        assert_eq!(purpose(500, 0x4001, 3, false), (Some("axis parameter"), Operation::WriteParameter));
        assert_eq!(purpose(500, 0x4101, 2, false), (Some("axis state"), Operation::Read));
        assert_eq!(purpose(10_000, 500, 3, false).1, Operation::MethodCall);
        assert_eq!(purpose(851, 500, 3, false), (None, Operation::Write));
        assert_eq!(purpose(851, 0xf005, 9, false).1, Operation::Read);
        assert_eq!(purpose(851, 0x1234, 9, true), (None, Operation::MethodCall));
    }
}
