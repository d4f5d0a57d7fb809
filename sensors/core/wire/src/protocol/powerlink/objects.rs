//! Objects of the communication profile (DS 301, appendix 1), and what a write of them means.

use crate::dataset::Operation as Op;

pub const PROGRAM: u16 = 0x1f50;
const PROGRAM_CONTROL: u16 = 0x1f51;
const RESET_COMMAND: u16 = 0x1f9e;
const REQUEST_COMMAND: u16 = 0x1f9f;

pub const fn name(index: u16) -> Option<&'static str> {
    Some(match index {
        0x1000 => "NMT_DeviceType_U32",
        0x1001 => "ERR_ErrorRegister_U8",
        0x1003 => "ERR_History_ADOM",
        0x1006 => "NMT_CycleLen_U32",
        0x1008 => "NMT_ManufactDevName_VS",
        0x1009 => "NMT_ManufactHwVers_VS",
        0x100a => "NMT_ManufactSwVers_VS",
        0x1010 => "NMT_StoreParam_REC",
        0x1011 => "NMT_RestoreDefParam_REC",
        0x1016 => "NMT_ConsumerHeartbeatTime_AU32",
        0x1018 => "NMT_IdentityObject_REC",
        0x1020 => "CFM_VerifyConfiguration_REC",
        0x1021 => "CFM_StoreDevDescrFile_DOM",
        0x1022 => "CFM_StoreDevDescrFormat_U16",
        0x1030..=0x1039 => "NMT_InterfaceGroup_REC",
        0x1050 => "NMT_RelativeLatencyDiff_AU32",
        0x1101 => "DIA_NMTTelegrCount_REC",
        0x1102 => "DIA_ERRStatistics_REC",
        0x1200..=0x127f => "SDO_ServerContainerParam_REC",
        0x1280..=0x12ff => "SDO_ClientContainerParam_REC",
        0x1300 => "SDO_SequLayerTimeout_U32",
        0x1301 => "SDO_CmdLayerTimeout_U32",
        0x1302 => "SDO_SequLayerNoAck_U32",
        0x1400..=0x14ff => "PDO_RxCommParam_REC",
        0x1600..=0x16ff => "PDO_RxMappParam_AU64",
        0x1800..=0x18ff => "PDO_TxCommParam_REC",
        0x1a00..=0x1aff => "PDO_TxMappParam_AU64",
        0x1c00..=0x1c12 => "DLL_ErrorCounters_REC",
        0x1c13 => "DLL_CNSoCJitterRange_U32",
        0x1c14 => "DLL_CNLossOfSocTolerance_U32",
        0x1e40..=0x1e49 => "NWL_IpAddrTable_REC",
        0x1e4a => "NWL_IpGroup_REC",
        0x1e80 => "RT1_EplRouter_REC",
        0x1e81 => "RT1_SecurityGroup_REC",
        0x1e90 => "RT1_IpRoutingTable_REC",
        0x1ed0 | 0x1ee0 => "RT1_AclTable_REC",
        0x1f20 => "CFM_StoreDcfList_ADOM",
        0x1f21 => "CFM_DcfStorageFormatList_AU8",
        0x1f22 => "CFM_ConciseDcfList_ADOM",
        0x1f23..=0x1f25 => "CFM_ConfigurationOfNodes",
        0x1f26 => "CFM_ExpConfDateList_AU32",
        0x1f27 => "CFM_ExpConfTimeList_AU32",
        PROGRAM => "PDL_DownloadProgData_ADOM",
        PROGRAM_CONTROL => "PDL_ProgCtrl_AU8",
        0x1f52 => "PDL_LocVerApplSw_REC",
        0x1f53 => "PDL_MnExpAppSwDateList_AU32",
        0x1f54 => "PDL_MnExpAppSwTimeList_AU32",
        0x1f80 => "NMT_StartUp_U32",
        0x1f81 => "NMT_NodeAssignment_AU32",
        0x1f82 => "NMT_FeatureFlags_U32",
        0x1f83 => "NMT_EPLVersion_U8",
        0x1f84 => "NMT_MNDeviceTypeIdList_AU32",
        0x1f85..=0x1f88 => "NMT_MNIdentityList_AU32",
        0x1f89 => "NMT_BootTime_REC",
        0x1f8a => "NMT_MNCycleTiming_REC",
        0x1f8b => "NMT_MNPReqPayloadLimitList_AU16",
        0x1f8c => "NMT_CurrNMTState_U8",
        0x1f8d => "NMT_PResPayloadLimitList_AU16",
        0x1f8e => "NMT_MNNodeCurrState_AU8",
        0x1f8f => "NMT_MNNodeExpState_AU8",
        0x1f92 => "NMT_MNCNPResTimeout_AU32",
        0x1f93 => "NMT_EPLNodeID_REC",
        0x1f98 => "NMT_CycleTiming_REC",
        0x1f99 => "NMT_CNBasicEthernetTimeout_U32",
        0x1f9a => "NMT_HostName_VSTR",
        0x1f9b => "NMT_MultiplCycleAssign_AU8",
        RESET_COMMAND => "NMT_ResetCmd_U8",
        REQUEST_COMMAND => "NMT_RequestCmd_REC",
        _ => return None,
    })
}

/// What a read is.
pub const fn read(index: u16) -> Op {
    match index {
        0x1000 | 0x1008..=0x100a | 0x1018 | 0x1f82 | 0x1f83 => Op::IdentifyDevice,
        0x1001..=0x1003 | 0x1101 | 0x1102 | 0x1c00..=0x1c12 | 0x1f8c | 0x1f8e => Op::DiagnoseRead,
        PROGRAM => Op::ProgramUpload,
        _ => Op::Read,
    }
}

/// What a write is, by its value where that decides.
pub const fn written(index: u16, value: Option<u32>) -> Op {
    match (index, value) {
        (0x1003 | 0x1101 | 0x1102 | 0x1c00..=0x1c12, _) => Op::DiagnoseClear,
        (0x1011, _) => Op::RestartFactory,
        (PROGRAM, _) => Op::ProgramDownload,
        (PROGRAM_CONTROL, Some(0)) => Op::ModeStop,
        (PROGRAM_CONTROL, Some(1)) => Op::ModeRun,
        (PROGRAM_CONTROL, Some(2)) => Op::RestartWarm,
        (PROGRAM_CONTROL, Some(3)) => Op::ProgramDelete,
        (RESET_COMMAND, Some(0x28 | 0x2b)) => Op::RestartCold,
        (RESET_COMMAND, Some(0x29)) => Op::RestartCommunication,
        (RESET_COMMAND, Some(0x2a)) => Op::RestartWarm,
        (0x1200..=0x1bff, _) => Op::ConfigureConnection,
        (0x1e40..=0x1e7f | 0x1f93, _) => Op::ConfigureNetwork,
        (0x1e80..=0x1eff, _) => Op::ConfigureRoute,
        (0x1f9a, _) => Op::NameChange,
        (0x0000..=0x1fff, _) => Op::ConfigureDevice,
        (0x6000..=0xafff, _) => Op::Write,
        _ => Op::WriteParameter,
    }
}
