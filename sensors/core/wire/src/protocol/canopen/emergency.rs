//! Emergencies (CiA 301, 7.2.7): | 0 error code 2 | 2 error register 1 | 3 manufacturer's 5 |.

use super::tell::{self, Asked, Ending};
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::can::frame::Frame;
use crate::protocol::{Address, Function, Item, Object, Outcome, Reply, Talk};
use crate::text::{self, Details};

const LENGTH: usize = 8;

/// What an error code means (CiA 301, table 26).
pub const fn name(code: u16) -> &'static str {
    match code {
        0x0000..=0x00ff => "Error reset or no error",
        0x1000..=0x10ff => "Generic error",
        0x2000..=0x20ff => "Current",
        0x2100..=0x21ff => "Current, device input side",
        0x2200..=0x22ff => "Current inside the device",
        0x2300..=0x23ff => "Current, device output side",
        0x3000..=0x30ff => "Voltage",
        0x3100..=0x31ff => "Mains voltage",
        0x3200..=0x32ff => "Voltage inside the device",
        0x3300..=0x33ff => "Output voltage",
        0x4000..=0x40ff => "Temperature",
        0x4100..=0x41ff => "Ambient temperature",
        0x4200..=0x42ff => "Device temperature",
        0x5000..=0x50ff => "Device hardware",
        0x6000..=0x60ff => "Device software",
        0x6100..=0x61ff => "Internal software",
        0x6200..=0x62ff => "User software",
        0x6300..=0x63ff => "Data set",
        0x7000..=0x70ff => "Additional modules",
        0x8110 => "CAN overrun (objects lost)",
        0x8120 => "CAN in error passive mode",
        0x8130 => "Life guard or heartbeat error",
        0x8140 => "Recovered from bus off",
        0x8150 => "CAN-ID collision",
        0x8210 => "PDO not processed, length error",
        0x8220 => "PDO length exceeded",
        0x8230 => "DAM MPDO not processed, destination object not available",
        0x8240 => "Unexpected SYNC data length",
        0x8250 => "RPDO timeout",
        0x8200..=0x82ff => "Protocol error",
        0x8100..=0x81ff => "Communication",
        0x8000..=0x80ff => "Monitoring",
        0x9000..=0x90ff => "External error",
        0xf000..=0xf0ff => "Additional functions",
        0xff00..=0xffff => "Device specific",
        _ => "Reserved",
    }
}

/// Bits of the error register (object 0x1001).
const REGISTER: [&str; 8] =
    ["generic", "current", "voltage", "temperature", "communication", "profile", "reserved", "manufacturer"];

/// Tells an emergency; whom it is from was said before.
pub fn tell(frame: &Frame<'_>, talk: &mut Talk<'_>) {
    if frame.data.len() != LENGTH {
        talk.flag(Flag::CanopenLength, None, None);
    }
    let (Some(code), Some(register)) = (le16(frame.data, 0), u8_at(frame.data, 2)) else { return };
    let mut details = Details::default();
    let bits = REGISTER.iter().enumerate().filter(|(bit, _)| register >> bit & 1 == 1);
    details.texts("error_register", bits.map(|(_, name)| *name));
    details.text("emergency_data", &text::hex(frame.data.get(3..).unwrap_or_default(), 5));
    let details = details.finish();
    let clears = code < 0x0100;
    let mut item = Item::new(if clears { Operation::AlarmClear } else { Operation::AlarmRaise });
    item.object = Object { kind: Some("object"), address: Address::Text("0x1003"), start: 0, count: 0 };
    item.details = details.as_deref();
    let ending = Ending { reply: Reply::None, outcome: Outcome::Unknown, status: Some((u32::from(code), name(code))) };
    let functions = (tell::EMERGENCY, Function::default());
    tell::exchange(&Asked::now(frame.length, talk), ending, functions, &item, talk);
}
