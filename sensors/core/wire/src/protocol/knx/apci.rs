//! Services of the application layer by code (KNX 3/3/7 3).

use crate::dataset::Operation;

pub const GROUP_READ: u16 = 0x000;
pub const GROUP_RESPONSE: u16 = 0x040;
pub const GROUP_WRITE: u16 = 0x080;
pub const INDIVIDUAL_ADDRESS_WRITE: u16 = 0x0c0;
pub const INDIVIDUAL_ADDRESS_RESPONSE: u16 = 0x140;
pub const ADC_READ: u16 = 0x180;
pub const ADC_RESPONSE: u16 = 0x1c0;
pub const PROPERTY_EXT_READ: u16 = 0x1cc;
pub const PROPERTY_EXT_RESPONSE: u16 = 0x1cd;
pub const PROPERTY_EXT_WRITE_CON: u16 = 0x1ce;
pub const PROPERTY_EXT_WRITE_RES: u16 = 0x1cf;
pub const PROPERTY_EXT_WRITE_UNCON: u16 = 0x1d0;
pub const PROPERTY_EXT_INFO: u16 = 0x1d1;
pub const MEMORY_EXT_WRITE: u16 = 0x1fb;
pub const MEMORY_EXT_WRITE_RES: u16 = 0x1fc;
pub const MEMORY_EXT_READ: u16 = 0x1fd;
pub const MEMORY_EXT_READ_RES: u16 = 0x1fe;
pub const MEMORY_READ: u16 = 0x200;
pub const MEMORY_RESPONSE: u16 = 0x240;
pub const MEMORY_WRITE: u16 = 0x280;
pub const USER_MEMORY_READ: u16 = 0x2c0;
pub const USER_MEMORY_RESPONSE: u16 = 0x2c1;
pub const USER_MEMORY_WRITE: u16 = 0x2c2;
pub const USER_MANUFACTURER_RESPONSE: u16 = 0x2c6;
pub const FUNCTION_COMMAND: u16 = 0x2c7;
pub const FUNCTION_STATE_READ: u16 = 0x2c8;
pub const FUNCTION_STATE_RESPONSE: u16 = 0x2c9;
pub const DESCRIPTOR_READ: u16 = 0x300;
pub const DESCRIPTOR_RESPONSE: u16 = 0x340;
pub const RESTART: u16 = 0x380;
pub const RESTART_MASTER: u16 = 0x381;
pub const RESTART_RESPONSE: u16 = 0x3a1;
pub const AUTHORIZE_REQUEST: u16 = 0x3d1;
pub const AUTHORIZE_RESPONSE: u16 = 0x3d2;
pub const KEY_WRITE: u16 = 0x3d3;
pub const KEY_RESPONSE: u16 = 0x3d4;
pub const PROPERTY_READ: u16 = 0x3d5;
pub const PROPERTY_RESPONSE: u16 = 0x3d6;
pub const PROPERTY_WRITE: u16 = 0x3d7;
pub const PROPERTY_DESCRIPTION_READ: u16 = 0x3d8;
pub const PROPERTY_DESCRIPTION_RESPONSE: u16 = 0x3d9;
pub const SERIAL_READ: u16 = 0x3dc;
pub const SERIAL_RESPONSE: u16 = 0x3dd;
pub const SERIAL_WRITE: u16 = 0x3de;
pub const DOMAIN_WRITE: u16 = 0x3e0;
pub const DOMAIN_RESPONSE: u16 = 0x3e2;
pub const SECURE: u16 = 0x3f1;

/// One service.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    pub code: u16,
    pub name: &'static str,
    pub operation: Operation,
    /// Service that answers it, where one device is asked.
    pub answer: Option<u16>,
    /// Least data behind the code.
    pub least: usize,
}

const fn asks(code: u16, name: &'static str, operation: Operation, answer: u16, least: usize) -> Service {
    Service { code, name, operation, answer: Some(answer), least }
}

const fn says(code: u16, name: &'static str, operation: Operation, least: usize) -> Service {
    Service { code, name, operation, answer: None, least }
}

use Operation as Op;

/// In order of their codes.
static SERVICES: [Service; 79] = [
    asks(GROUP_READ, "GroupValueRead", Op::Read, GROUP_RESPONSE, 0),
    says(GROUP_RESPONSE, "GroupValueResponse", Op::Publish, 0),
    says(GROUP_WRITE, "GroupValueWrite", Op::Write, 0),
    says(INDIVIDUAL_ADDRESS_WRITE, "IndividualAddressWrite", Op::ConfigureNetwork, 2),
    says(0x100, "IndividualAddressRead", Op::IdentifyDevice, 0),
    says(INDIVIDUAL_ADDRESS_RESPONSE, "IndividualAddressResponse", Op::Notify, 0),
    asks(ADC_READ, "ADCRead", Op::Read, ADC_RESPONSE, 1),
    says(ADC_RESPONSE, "ADCResponse", Op::Notify, 3),
    says(0x1c8, "SystemNetworkParameterRead", Op::IdentifyNetwork, 4),
    says(0x1c9, "SystemNetworkParameterResponse", Op::Notify, 4),
    says(0x1ca, "SystemNetworkParameterWrite", Op::ConfigureNetwork, 4),
    asks(PROPERTY_EXT_READ, "PropertyExtValueRead", Op::Read, PROPERTY_EXT_RESPONSE, 8),
    says(PROPERTY_EXT_RESPONSE, "PropertyExtValueResponse", Op::Notify, 8),
    asks(PROPERTY_EXT_WRITE_CON, "PropertyExtValueWriteCon", Op::WriteParameter, PROPERTY_EXT_WRITE_RES, 8),
    says(PROPERTY_EXT_WRITE_RES, "PropertyExtValueWriteConRes", Op::Notify, 8),
    says(PROPERTY_EXT_WRITE_UNCON, "PropertyExtValueWriteUnCon", Op::WriteParameter, 8),
    says(PROPERTY_EXT_INFO, "PropertyExtValueInfoReport", Op::Notify, 8),
    asks(0x1d2, "PropertyExtDescriptionRead", Op::Browse, 0x1d3, 7),
    says(0x1d3, "PropertyExtDescriptionResponse", Op::Notify, 7),
    asks(0x1d4, "FunctionPropertyExtCommand", Op::MethodCall, 0x1d6, 5),
    asks(0x1d5, "FunctionPropertyExtStateRead", Op::Read, 0x1d6, 5),
    says(0x1d6, "FunctionPropertyExtStateResponse", Op::Notify, 5),
    asks(MEMORY_EXT_WRITE, "MemoryExtendedWrite", Op::ProgramDownload, MEMORY_EXT_WRITE_RES, 4),
    says(MEMORY_EXT_WRITE_RES, "MemoryExtendedWriteResponse", Op::Notify, 4),
    asks(MEMORY_EXT_READ, "MemoryExtendedRead", Op::Read, MEMORY_EXT_READ_RES, 4),
    says(MEMORY_EXT_READ_RES, "MemoryExtendedReadResponse", Op::Notify, 4),
    asks(MEMORY_READ, "MemoryRead", Op::Read, MEMORY_RESPONSE, 2),
    says(MEMORY_RESPONSE, "MemoryResponse", Op::Notify, 2),
    says(MEMORY_WRITE, "MemoryWrite", Op::ProgramDownload, 2),
    asks(USER_MEMORY_READ, "UserMemoryRead", Op::Read, USER_MEMORY_RESPONSE, 3),
    says(USER_MEMORY_RESPONSE, "UserMemoryResponse", Op::Notify, 3),
    says(USER_MEMORY_WRITE, "UserMemoryWrite", Op::ProgramDownload, 3),
    says(0x2c4, "UserMemoryBitWrite", Op::ProgramDownload, 3),
    asks(0x2c5, "UserManufacturerInfoRead", Op::IdentifyDevice, USER_MANUFACTURER_RESPONSE, 0),
    says(USER_MANUFACTURER_RESPONSE, "UserManufacturerInfoResponse", Op::Notify, 3),
    asks(FUNCTION_COMMAND, "FunctionPropertyCommand", Op::MethodCall, FUNCTION_STATE_RESPONSE, 2),
    asks(FUNCTION_STATE_READ, "FunctionPropertyStateRead", Op::Read, FUNCTION_STATE_RESPONSE, 2),
    says(FUNCTION_STATE_RESPONSE, "FunctionPropertyStateResponse", Op::Notify, 2),
    asks(DESCRIPTOR_READ, "DeviceDescriptorRead", Op::IdentifyDevice, DESCRIPTOR_RESPONSE, 0),
    says(DESCRIPTOR_RESPONSE, "DeviceDescriptorResponse", Op::Notify, 0),
    says(RESTART, "Restart", Op::RestartWarm, 0),
    asks(RESTART_MASTER, "Restart (master reset)", Op::RestartFactory, RESTART_RESPONSE, 2),
    says(RESTART_RESPONSE, "RestartResponse", Op::Notify, 3),
    says(0x3c0, "OpenRoutingTableRequest", Op::ConfigureRoute, 0),
    asks(0x3c1, "RoutingTableRead", Op::Read, 0x3c2, 3),
    says(0x3c2, "RoutingTableResponse", Op::Notify, 3),
    says(0x3c3, "RoutingTableWrite", Op::ConfigureRoute, 3),
    asks(0x3c8, "RouterMemoryRead", Op::Read, 0x3c9, 3),
    says(0x3c9, "RouterMemoryResponse", Op::Notify, 3),
    says(0x3ca, "RouterMemoryWrite", Op::ConfigureRoute, 3),
    asks(0x3cd, "RouterStatusRead", Op::Read, 0x3ce, 0),
    says(0x3ce, "RouterStatusResponse", Op::Notify, 0),
    says(0x3cf, "RouterStatusWrite", Op::ConfigureRoute, 0),
    says(0x3d0, "MemoryBitWrite", Op::ProgramDownload, 3),
    asks(AUTHORIZE_REQUEST, "AuthorizeRequest", Op::SecurityLogin, AUTHORIZE_RESPONSE, 5),
    says(AUTHORIZE_RESPONSE, "AuthorizeResponse", Op::Notify, 1),
    asks(KEY_WRITE, "KeyWrite", Op::SecurityKey, KEY_RESPONSE, 5),
    says(KEY_RESPONSE, "KeyResponse", Op::Notify, 1),
    asks(PROPERTY_READ, "PropertyValueRead", Op::Read, PROPERTY_RESPONSE, 4),
    says(PROPERTY_RESPONSE, "PropertyValueResponse", Op::Notify, 4),
    asks(PROPERTY_WRITE, "PropertyValueWrite", Op::WriteParameter, PROPERTY_RESPONSE, 4),
    asks(PROPERTY_DESCRIPTION_READ, "PropertyDescriptionRead", Op::Browse, PROPERTY_DESCRIPTION_RESPONSE, 3),
    says(PROPERTY_DESCRIPTION_RESPONSE, "PropertyDescriptionResponse", Op::Notify, 7),
    says(0x3da, "NetworkParameterRead", Op::IdentifyNetwork, 3),
    says(0x3db, "NetworkParameterResponse", Op::Notify, 3),
    says(SERIAL_READ, "IndividualAddressSerialNumberRead", Op::IdentifyDevice, 6),
    says(SERIAL_RESPONSE, "IndividualAddressSerialNumberResponse", Op::Notify, 6),
    says(SERIAL_WRITE, "IndividualAddressSerialNumberWrite", Op::ConfigureNetwork, 8),
    says(DOMAIN_WRITE, "DomainAddressWrite", Op::ConfigureNetwork, 2),
    says(0x3e1, "DomainAddressRead", Op::IdentifyNetwork, 0),
    says(DOMAIN_RESPONSE, "DomainAddressResponse", Op::Notify, 2),
    says(0x3e3, "DomainAddressSelectiveRead", Op::IdentifyNetwork, 4),
    says(0x3e4, "NetworkParameterWrite", Op::ConfigureNetwork, 3),
    asks(0x3e5, "LinkRead", Op::Read, 0x3e6, 2),
    says(0x3e6, "LinkResponse", Op::Notify, 2),
    asks(0x3e7, "LinkWrite", Op::ConfigureDevice, 0x3e6, 4),
    says(0x3ec, "DomainAddressSerialNumberRead", Op::IdentifyDevice, 6),
    says(0x3ee, "DomainAddressSerialNumberWrite", Op::ConfigureNetwork, 8),
    says(SECURE, "SecureService", Op::SessionKeepalive, 1),
];

/// The code without the bits that are the service's own.
fn plain(code: u16) -> u16 {
    match code {
        0x000..=0x17f | 0x200..=0x2bf | 0x300..=0x37f => code & !0x3f,
        0x180..=0x1bf => ADC_READ,
        0x1c0..=0x1c7 => ADC_RESPONSE,
        _ => code,
    }
}

pub fn of(code: u16) -> Option<&'static Service> {
    SERVICES.binary_search_by_key(&plain(code), |service| service.code).ok().and_then(|at| SERVICES.get(at))
}
