//! Names of states, services and error codes.

/// States of the NMT state machine (DS 301, 7.1.4). Those of managing and controlled nodes have the same numbers.
pub const OPERATIONAL: u8 = 0xfd;
pub const STOPPED: u8 = 0x4d;

pub const fn state(code: u8) -> Option<&'static str> {
    Some(match code {
        0x00 => "off",
        0x19 => "initialising",
        0x1c => "not active",
        0x1d => "pre-operational 1",
        0x1e => "basic Ethernet",
        0x29 => "reset application",
        0x39 => "reset communication",
        STOPPED => "stopped",
        0x5d => "pre-operational 2",
        0x6d => "ready to operate",
        0x79 => "reset configuration",
        OPERATIONAL => "operational",
        _ => return None,
    })
}

/// How far a node is on its way to operation.
pub const fn height(code: u8) -> u8 {
    match code {
        OPERATIONAL => 5,
        0x6d => 4,
        0x5d => 3,
        0x1d => 2,
        STOPPED => 1,
        _ => 0,
    }
}

/// Services that SoA asks for and ASnd carries (DS 301, tables 112 and 114).
pub const fn requested(code: u8) -> &'static str {
    match code {
        0 => "NoService",
        1 => "IdentRequest",
        2 => "StatusRequest",
        3 => "NMTRequestInvite",
        6 => "SyncRequest",
        0xa0..=0xfe => "ManufacturerInvite",
        0xff => "UnspecifiedInvite",
        _ => "Reserved",
    }
}

pub const fn service(code: u8) -> &'static str {
    match code {
        1 => "IdentResponse",
        2 => "StatusResponse",
        3 => "NMTRequest",
        4 => "NMTCommand",
        5 => "SDO",
        6 => "SyncResponse",
        0xa0..=0xfe => "Manufacturer specific",
        _ => "Reserved",
    }
}

/// What an error code means (DS 301, appendix 3, and CiA 301 below 0x8000).
pub const fn error(code: u16) -> &'static str {
    match code {
        0x8161 => "E_DLL_BAD_PHYS_MODE",
        0x8162 => "E_DLL_COLLISION",
        0x8163 => "E_DLL_COLLISION_TH",
        0x8164 => "E_DLL_CRC_TH",
        0x8165 => "E_DLL_LOSS_OF_LINK",
        0x8166 => "E_DLL_MAC_BUFFER",
        0x8201 => "E_DLL_ADDRESS_CONFLICT",
        0x8202 => "E_DLL_MULTIPLE_MN",
        0x8210 => "E_PDO_SHORT_RX",
        0x8211 => "E_PDO_MAP_VERS",
        0x8212 => "E_NMT_ASND_MTU_DIF",
        0x8213 => "E_NMT_ASND_MTU_LIM",
        0x8214 => "E_NMT_ASND_TX_LIM",
        0x8231 => "E_NMT_CYCLE_LEN",
        0x8232 => "E_DLL_CYCLE_EXCEED",
        0x8233 => "E_DLL_CYCLE_EXCEED_TH",
        0x8234 => "E_NMT_IDLE_LIM",
        0x8235 => "E_DLL_JITTER_TH",
        0x8236 => "E_DLL_LATE_PRES_TH",
        0x8237 => "E_NMT_PREQ_CN",
        0x8238 => "E_NMT_PREQ_LIM",
        0x8239 => "E_NMT_PRES_CN",
        0x823a => "E_NMT_PRES_RX_LIM",
        0x823b => "E_NMT_PRES_TX_LIM",
        0x8241 => "E_DLL_INVALID_FORMAT",
        0x8242 => "E_DLL_LOSS_PREQ_TH",
        0x8243 => "E_DLL_LOSS_PRES_TH",
        0x8244 => "E_DLL_LOSS_SOA_TH",
        0x8245 => "E_DLL_LOSS_SOC_TH",
        0x8410 => "E_NMT_BA1",
        0x8411 => "E_NMT_BA1_NO_MN_SUPPORT",
        0x8420 => "E_NMT_BPO1",
        0x8421 => "E_NMT_BPO1_GET_IDENT",
        0x8422 => "E_NMT_BPO1_DEVICE_TYPE",
        0x8423 => "E_NMT_BPO1_VENDOR_ID",
        0x8424 => "E_NMT_BPO1_PRODUCT_CODE",
        0x8425 => "E_NMT_BPO1_REVISION_NO",
        0x8426 => "E_NMT_BPO1_SERIAL_NO",
        0x8428 => "E_NMT_BPO1_CF_VERIFY",
        0x8430 => "E_NMT_BPO2",
        0x8440 => "E_NMT_BRO",
        0x8480 => "E_NMT_WRONG_STATE",
        0xf001 => "E_NMT_NO_IDENT_RES",
        0xf002 => "E_NMT_NO_STATUS_RES",
        0x0000 => "No error",
        0x1000..=0x10ff => "Generic error",
        0x2000..=0x2fff => "Current",
        0x3000..=0x3fff => "Voltage",
        0x4000..=0x4fff => "Temperature",
        0x5000..=0x5fff => "Device hardware",
        0x6000..=0x6fff => "Device software",
        0x7000..=0x7fff => "Additional modules",
        0x8000..=0x8fff => "Monitoring",
        0x9000..=0x9fff => "External error",
        0xf000..=0xf0ff => "Additional functions",
        0xff00..=0xffff => "Device specific",
        _ => "Reserved",
    }
}

/// Bits of the error register (object 0x1001).
pub const REGISTER: [&str; 8] =
    ["generic", "current", "voltage", "temperature", "communication", "profile", "reserved", "manufacturer"];
