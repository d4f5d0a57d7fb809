//! What reading or writing a property means, in the words all protocols share.

use super::draft::Property;
use super::tag::{Object, Tags, unsigned};
use super::value::ENUMERATED;
use crate::dataset::Operation;

pub const OBJECT_NAME: u32 = 77;
const APPLICATION_SOFTWARE_VERSION: u32 = 12;
const FIRMWARE_REVISION: u32 = 44;
const LOCATION: u32 = 58;
const MODEL_NAME: u32 = 70;
const SERIAL_NUMBER: u32 = 372;
const VENDOR_IDENTIFIER: u32 = 120;
const VENDOR_NAME: u32 = 121;
const PROTOCOL_REVISION: u32 = 139;
const OBJECT_LIST: u32 = 76;
const PROPERTY_LIST: u32 = 371;
const STRUCTURED_OBJECT_LIST: u32 = 209;
const PRESENT_VALUE: u32 = 85;
const OUT_OF_SERVICE: u32 = 81;
const PROGRAM_CHANGE: u32 = 90;
const PRIORITY_ARRAY: u32 = 87;
const SETPOINT: u32 = 108;
const RELINQUISH_DEFAULT: u32 = 104;
const FILE_RECORD_COUNT: u32 = 141;
const LOCAL_DATE: u32 = 56;
const LOCAL_TIME: u32 = 57;
const UTC_OFFSET: u32 = 119;
const LOG_BUFFER: u32 = 131;

/// Properties that decide whether, when and to whom an alarm is told (clauses 13.2 to 13.4, 12.21).
const ALARM: [u32; 28] = [
    6,   // alarm-value
    7,   // alarm-values
    17,  // notification-class
    25,  // deadband
    35,  // event-enable
    39,  // fault-values
    45,  // high-limit
    52,  // limit-enable
    59,  // low-limit
    72,  // notify-type
    83,  // event-parameters
    86,  // priority (notification-class)
    102, // recipient-list
    113, // time-delay
    1,   // ack-required
    353, // event-detection-enable
    354, // event-algorithm-inhibit
    355, // event-algorithm-inhibit-ref
    356, // time-delay-normal
    357, // reliability-evaluation-inhibit
    388, // fault-high-limit
    389, // fault-low-limit
    78,  // object-property-reference
    164, // life-safety-alarm-values
    167, // mode of life safety
    160, // operation-expected
    351, // event-message-texts
    352, // event-message-texts-config
];

/// What a write through this property changes.
pub fn written(property: &Property, value: &[u8]) -> Operation {
    match (property.object.kind, property.id) {
        (Object::PROGRAM, PROGRAM_CHANGE) => program(value),
        (_, OUT_OF_SERVICE) => Operation::WriteForce,
        (_, OBJECT_NAME) => Operation::NameChange,
        (Object::DEVICE, LOCAL_DATE | LOCAL_TIME | UTC_OFFSET) => Operation::TimeSet,
        (Object::NETWORK_PORT, _) => Operation::ConfigureNetwork,
        (Object::DEVICE, _) => Operation::ConfigureDevice,
        (_, id) if ALARM.contains(&id) => Operation::ConfigureAlarm,
        (_, PRESENT_VALUE | PRIORITY_ARRAY | SETPOINT | RELINQUISH_DEFAULT) => Operation::Write,
        // Setting the number of records of a log to 0 empties it (12.25.16).
        (_, FILE_RECORD_COUNT) if property.object.kind != Object::FILE => Operation::WriteHistory,
        (32..=37, _) => Operation::ConfigureAccess,
        _ => Operation::WriteParameter,
    }
}

/// program-change (12.22.5): 0 ready, 1 load, 2 run, 3 halt, 4 restart, 5 unload.
fn program(value: &[u8]) -> Operation {
    match (Tags { left: value }).application(ENUMERATED).and_then(unsigned) {
        Some(1) => Operation::ProgramDownload,
        Some(2) => Operation::ModeRun,
        Some(3) => Operation::ModeStop,
        Some(4) => Operation::RestartWarm,
        Some(5) => Operation::ProgramDelete,
        _ => Operation::WriteParameter,
    }
}

/// What a read of this property asks for.
pub const fn read(property: &Property) -> Operation {
    match (property.object.kind, property.id) {
        (Object::DEVICE, LOCAL_DATE | LOCAL_TIME | UTC_OFFSET) => Operation::TimeRead,
        (
            Object::DEVICE,
            APPLICATION_SOFTWARE_VERSION
            | FIRMWARE_REVISION
            | LOCATION
            | MODEL_NAME
            | SERIAL_NUMBER
            | VENDOR_IDENTIFIER
            | VENDOR_NAME
            | PROTOCOL_REVISION
            | OBJECT_NAME,
        ) => Operation::IdentifyDevice,
        (_, OBJECT_LIST | STRUCTURED_OBJECT_LIST | PROPERTY_LIST) => Operation::Browse,
        (_, LOG_BUFFER) => Operation::ReadHistory,
        _ => Operation::Read,
    }
}

/// Attribute of an asset that a property of its device object tells.
pub const fn attribute(property: &Property) -> Option<&'static str> {
    match (property.object.kind, property.id) {
        (Object::DEVICE, VENDOR_NAME | VENDOR_IDENTIFIER) => Some("vendor"),
        (Object::DEVICE, MODEL_NAME) => Some("model"),
        (Object::DEVICE, FIRMWARE_REVISION) => Some("firmware"),
        (Object::DEVICE, APPLICATION_SOFTWARE_VERSION) => Some("module"),
        (Object::DEVICE, SERIAL_NUMBER) => Some("serial"),
        (Object::DEVICE, OBJECT_NAME) => Some("name"),
        (Object::DEVICE, LOCATION) => Some("location"),
        (Object::DEVICE, PROTOCOL_REVISION) => Some("service"),
        _ => None,
    }
}

/// Properties whose value is a number or needs a word before it.
pub fn told(property: &Property, value: &str) -> String {
    match property.id {
        VENDOR_IDENTIFIER => value.parse().map_or_else(|_| value.to_owned(), super::vendor::name),
        PROTOCOL_REVISION => format!("bacnet revision {value}"),
        APPLICATION_SOFTWARE_VERSION => format!("application {value}"),
        _ => value.to_owned(),
    }
}
