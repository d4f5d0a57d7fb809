//! CIP services and objects as DeviceNet uses them (ODVA, volume 1, appendix A; volume 3, chapter 5).

use crate::dataset::Operation as Op;

pub const ERROR: u8 = 0x14;
pub const ALLOCATE: u8 = 0x4b;
pub const RELEASE: u8 = 0x4c;
pub const IDENTITY: u8 = 1;
pub const DEVICENET: u8 = 3;
const ASSEMBLY: u8 = 4;
const CONNECTION: u8 = 5;

pub const fn name(service: u8) -> Option<&'static str> {
    Some(match service {
        0x01 => "Get_Attributes_All",
        0x02 => "Set_Attributes_All",
        0x05 => "Reset",
        0x06 => "Start",
        0x07 => "Stop",
        0x08 => "Create",
        0x09 => "Delete",
        0x0d => "Apply_Attributes",
        0x0e => "Get_Attribute_Single",
        0x10 => "Set_Attribute_Single",
        0x11 => "Find_Next_Object_Instance",
        ERROR => "Error_Response",
        0x15 => "Restore",
        0x16 => "Save",
        0x17 => "No_Operation",
        ALLOCATE => "Allocate_Master/Slave_Connection_Set",
        RELEASE => "Release_Master/Slave_Connection_Set",
        _ => return None,
    })
}

/// What a request is: service, class, and the first byte behind the instance (an attribute, or how to reset).
pub const fn operation(service: u8, class: u8, first: Option<u8>) -> Op {
    match (service, class, first) {
        (0x01 | 0x0e, IDENTITY, _) => Op::IdentifyDevice,
        (0x01 | 0x0e | 0x11, _, _) => Op::Read,
        (0x02 | 0x10, DEVICENET, _) => Op::ConfigureNetwork,
        (0x02 | 0x10, CONNECTION, _) => Op::ConfigureConnection,
        (0x02 | 0x10, ASSEMBLY, _) => Op::Write,
        (0x02 | 0x10, _, _) => Op::WriteParameter,
        (0x05, IDENTITY, Some(1)) | (0x15, _, _) => Op::RestartFactory,
        (0x05, _, _) => Op::RestartCold,
        (0x06, _, _) => Op::ModeRun,
        (0x07, _, _) => Op::ModeStop,
        (0x08 | 0x09 | 0x0d | 0x16, _, _) => Op::ConfigureDevice,
        (0x17, _, _) => Op::SessionKeepalive,
        // Class 0: of an answer whose request was not seen.
        (ALLOCATE, DEVICENET | 0, _) => Op::SessionOpen,
        (RELEASE, DEVICENET | 0, _) => Op::SessionClose,
        _ => Op::MethodCall,
    }
}

/// Whether the first byte behind the instance is an attribute.
pub const fn of_attribute(service: u8) -> bool {
    matches!(service, 0x0e | 0x10)
}

/// General status codes (ODVA, volume 1, appendix B).
pub const fn status(code: u8) -> &'static str {
    match code {
        0x02 => "Resource unavailable",
        0x05 => "Path destination unknown",
        0x08 => "Service not supported",
        0x09 => "Invalid attribute value",
        0x0b => "Already in requested mode/state",
        0x0c => "Object state conflict",
        0x0e => "Attribute not settable",
        0x0f => "Privilege violation",
        0x10 => "Device state conflict",
        0x13 => "Not enough data",
        0x14 => "Attribute not supported",
        0x15 => "Too much data",
        0x16 => "Object does not exist",
        0x1f => "Vendor specific error",
        0x20 => "Invalid parameter",
        _ => "Reserved",
    }
}
