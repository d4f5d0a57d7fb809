//! Properties of interface objects: names, what writing them does, and which of them are secrets (KNX 3/7/3).

use crate::bytes::u8_at;
use crate::dataset::Operation;

/// Object types.
pub const DEVICE: u16 = 0;
pub const IP_PARAMETER: u16 = 11;
pub const SECURITY: u16 = 17;

/// Properties that every object may have, and of the device, KNXnet/IP parameter and security objects.
const LOAD_STATE: u8 = 5;
const RUN_STATE: u8 = 6;
pub const SERIAL_NUMBER: u8 = 11;
pub const MANUFACTURER: u8 = 12;
pub const ORDER: u8 = 15;
pub const FIRMWARE: u8 = 9;
const PROGRAMMING_MODE: u8 = 54;
const SUBNET_ADDRESS: u8 = 57;
const DEVICE_ADDRESS: u8 = 58;
/// Longest value that a secret's property number may have where the object is only known by its index.
const SECRET: usize = 16;

/// Name of a property; of those from 51 on only where the object type is known.
pub fn name(object: Option<u16>, property: u8) -> Option<&'static str> {
    Some(match (object, property) {
        (_, 1) => "PID_OBJECT_TYPE",
        (_, LOAD_STATE) => "PID_LOAD_STATE_CONTROL",
        (_, RUN_STATE) => "PID_RUN_STATE_CONTROL",
        (_, 7) => "PID_TABLE_REFERENCE",
        (_, 8) => "PID_SERVICE_CONTROL",
        (_, FIRMWARE) => "PID_FIRMWARE_REVISION",
        (_, SERIAL_NUMBER) => "PID_SERIAL_NUMBER",
        (_, MANUFACTURER) => "PID_MANUFACTURER_ID",
        (_, 13) => "PID_PROGRAM_VERSION",
        (_, 14) => "PID_DEVICE_CONTROL",
        (_, ORDER) => "PID_ORDER_INFO",
        (_, 21) => "PID_DESCRIPTION",
        (_, 23) => "PID_TABLE",
        (_, 25) => "PID_VERSION",
        (_, 27) => "PID_MCB_TABLE",
        (_, 28) => "PID_ERROR_CODE",
        (_, 29) => "PID_OBJECT_INDEX",
        (_, 30) => "PID_DOWNLOAD_COUNTER",
        (Some(DEVICE), 51) => "PID_ROUTING_COUNT",
        (Some(DEVICE), 53) => "PID_ERROR_FLAGS",
        (Some(DEVICE), PROGRAMMING_MODE) => "PID_PROGMODE",
        (Some(DEVICE), 56) => "PID_MAX_APDULENGTH",
        (Some(DEVICE), SUBNET_ADDRESS) => "PID_SUBNET_ADDR",
        (Some(DEVICE), DEVICE_ADDRESS) => "PID_DEVICE_ADDR",
        (Some(DEVICE), 71) => "PID_IO_LIST",
        (Some(DEVICE), 78) => "PID_HARDWARE_TYPE",
        (Some(DEVICE), 83) => "PID_DEVICE_DESCRIPTOR",
        (Some(IP_PARAMETER), 51) => "PID_PROJECT_INSTALLATION_ID",
        (Some(IP_PARAMETER), 52) => "PID_KNX_INDIVIDUAL_ADDRESS",
        (Some(IP_PARAMETER), 53) => "PID_ADDITIONAL_INDIVIDUAL_ADDRESSES",
        (Some(IP_PARAMETER), 54) => "PID_CURRENT_IP_ASSIGNMENT_METHOD",
        (Some(IP_PARAMETER), 55) => "PID_IP_ASSIGNMENT_METHOD",
        (Some(IP_PARAMETER), 57) => "PID_CURRENT_IP_ADDRESS",
        (Some(IP_PARAMETER), 60) => "PID_IP_ADDRESS",
        (Some(IP_PARAMETER), 61) => "PID_SUBNET_MASK",
        (Some(IP_PARAMETER), 62) => "PID_DEFAULT_GATEWAY",
        (Some(IP_PARAMETER), 64) => "PID_MAC_ADDRESS",
        (Some(IP_PARAMETER), 66) => "PID_ROUTING_MULTICAST_ADDRESS",
        (Some(IP_PARAMETER), 67) => "PID_TTL",
        (Some(IP_PARAMETER), 76) => "PID_FRIENDLY_NAME",
        (Some(IP_PARAMETER), 91) => "PID_BACKBONE_KEY",
        (Some(IP_PARAMETER), 92) => "PID_DEVICE_AUTHENTICATION_CODE",
        (Some(IP_PARAMETER), 93) => "PID_PASSWORD_HASHES",
        (Some(IP_PARAMETER), 94) => "PID_SECURED_SERVICE_FAMILIES",
        (Some(IP_PARAMETER), 97) => "PID_TUNNELLING_USERS",
        (Some(SECURITY), 51) => "PID_SECURITY_MODE",
        (Some(SECURITY), 52) => "PID_P2P_KEY_TABLE",
        (Some(SECURITY), 53) => "PID_GRP_KEY_TABLE",
        (Some(SECURITY), 54) => "PID_SECURITY_INDIVIDUAL_ADDRESS_TABLE",
        (Some(SECURITY), 55) => "PID_SECURITY_FAILURES_LOG",
        (Some(SECURITY), 56) => "PID_TOOL_KEY",
        (Some(SECURITY), 57) => "PID_SECURITY_REPORT",
        _ => return None,
    })
}

/// Whether the value is a key or password, which is never told.
pub fn is_secret(object: Option<u16>, property: u8, data: &[u8]) -> bool {
    match object {
        Some(IP_PARAMETER) => matches!(property, 91..=93),
        Some(SECURITY) => matches!(property, 52 | 53 | 56),
        Some(_) => false,
        None => matches!(property, 91..=93) || (matches!(property, 52 | 53 | 56) && data.len() >= SECRET),
    }
}

/// What it is to write the property.
pub fn written(object: Option<u16>, property: u8, data: &[u8]) -> Operation {
    if is_secret(object, property, data) {
        return Operation::SecurityKey;
    }
    match (object, property) {
        (_, LOAD_STATE | 7 | 23 | 27) => Operation::ProgramDownload,
        (_, RUN_STATE) => match u8_at(data, 0) {
            Some(1) => Operation::ModeRun,
            Some(2) => Operation::ModeStop,
            _ => Operation::WriteParameter,
        },
        (Some(DEVICE), PROGRAMMING_MODE) => Operation::ConfigureDevice,
        (Some(DEVICE), SUBNET_ADDRESS | DEVICE_ADDRESS) => Operation::ConfigureNetwork,
        (Some(IP_PARAMETER), 51..=53 | 55 | 60..=62 | 66 | 67) => Operation::ConfigureNetwork,
        (Some(IP_PARAMETER), 76) => Operation::NameChange,
        (Some(IP_PARAMETER), 94 | 97) | (Some(SECURITY), _) => Operation::ConfigureAccess,
        _ => Operation::WriteParameter,
    }
}
