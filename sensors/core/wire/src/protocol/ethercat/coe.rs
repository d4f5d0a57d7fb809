//! CANopen over EtherCAT (ETG.1000.6, 5.6): | 0 number 9 bits, reserved 3 bits, service 4 bits | 2 service's data |.

use super::mailbox::COE;
use super::post::{Letter, Told};
use super::slave::Slave;
use super::{info, sdo};
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Form, Function, Item, Object, Reply, Talk, Values};
use crate::text::{self, Details};

const EMERGENCY: u16 = 1;
const SDO_REQUEST: u16 = 2;
const SDO_RESPONSE: u16 = 3;
const INFORMATION: u16 = 8;

const fn service_name(service: u16) -> &'static str {
    match service {
        EMERGENCY => "Emergency",
        SDO_REQUEST => "SDO request",
        SDO_RESPONSE => "SDO response",
        4 => "TxPDO",
        5 => "RxPDO",
        6 => "TxPDO remote request",
        7 => "RxPDO remote request",
        INFORMATION => "SDO information",
        _ => "Reserved",
    }
}

pub fn letter(slave: &mut Slave, letter: &Letter<'_>, unit: &mut String, talk: &mut Talk<'_>) {
    let (Some(word), Some(data)) = (le16(letter.data, 0), letter.data.get(2..)) else {
        return talk.flag(Flag::EthercatMailboxLength, None, None);
    };
    match word >> 12 {
        EMERGENCY => emergency(letter, data, unit, talk),
        SDO_REQUEST | SDO_RESPONSE if letter.outward => sdo::asks(slave, letter, data, unit, talk),
        SDO_REQUEST | SDO_RESPONSE => sdo::answers(slave, letter, data, unit, talk),
        service @ 4..=7 => pdo(service, letter, data, unit, talk),
        INFORMATION => info::letter(&mut slave.post, letter, data, unit, talk),
        service => {
            talk.flag(Flag::EthercatMailboxType, None, None);
            pdo(service, letter, data, unit, talk);
        }
    }
}

/// Process data through the mailbox.
fn pdo(service: u16, letter: &Letter<'_>, data: &[u8], unit: &mut String, talk: &mut Talk<'_>) {
    let mut item = Item::new(if letter.outward { Operation::Write } else { Operation::Notify });
    let count = u32::try_from(data.len()).unwrap_or(0);
    item.object = Object { kind: Some("pdo"), address: Address::Range, start: 0, count };
    if !data.is_empty() {
        item.values = Values::Packed { kind: "uint8", form: Form::Uint8, bytes: data };
    }
    let function = Function { code: Some(u32::from(service)), name: Some(service_name(service)) };
    Told::alone(letter, Reply::None, talk).exchange(letter.place, (COE, function), item, unit, talk);
}

/// What an emergency's code means (ETG.1000.6, 5.6.4; CiA 301, 7.2.7).
const fn error_class(code: u16) -> &'static str {
    match code >> 8 {
        0x00 => "Error reset",
        0x10 => "Generic error",
        0x20..=0x2f => "Current",
        0x30..=0x3f => "Voltage",
        0x40..=0x4f => "Temperature",
        0x50..=0x5f => "Device hardware",
        0x60..=0x6f => "Device software",
        0x70..=0x7f => "Additional modules",
        0x80..=0x8f => "Monitoring",
        0x90..=0x9f => "External error",
        0xa0 => "EtherCAT state machine",
        0xf0..=0xfe => "Additional functions",
        0xff => "Device specific",
        _ => "Reserved",
    }
}

/// | 0 error code 2 | 2 error register 1 | 3 data 5 |
fn emergency(letter: &Letter<'_>, data: &[u8], unit: &mut String, talk: &mut Talk<'_>) {
    let (Some(code), Some(register)) = (le16(data, 0), u8_at(data, 2)) else {
        return talk.flag(Flag::EthercatMailboxLength, None, None);
    };
    let mut details = Details::default();
    details.number("error_register", register);
    details.text("emergency_data", &text::hex(data.get(3..).unwrap_or_default(), 8));
    let details = details.finish();
    let mut item = Item::new(if code >> 8 == 0 { Operation::AlarmClear } else { Operation::AlarmRaise });
    item.object = Object { kind: Some("object"), address: Address::Text("0x1003"), start: 0, count: 0 };
    item.details = details.as_deref();
    let function = Function { code: Some(u32::from(EMERGENCY)), name: Some(service_name(EMERGENCY)) };
    let mut told = Told::alone(letter, Reply::None, talk);
    told.status = Some((u32::from(code), error_class(code)));
    told.exchange(letter.place, (COE, function), item, unit, talk);
}
