//! Alarms between controller and device (IEC 61158-6-10, 4.7.3 RTA-PDU, 5.2.3 alarm blocks).
//!
//! | 0 FrameID 2 | 2 AlarmDstEndpoint 2 | 4 AlarmSrcEndpoint 2 | 6 PDUType 1: version, type | 7 AddFlags 1 |
//! 8 SendSeqNum 2 | 10 AckSeqNum 2 | 12 VarPartLen 2 | 14 block |. Blocks: | 0 BlockType 2 | 2 length 2 | 4 version 2 |
//! 6 AlarmType 2 | 8 API 4 | 12 slot 2 | 14 subslot 2 | notification: 16 module 4 | 20 submodule 4 | 24 AlarmSpecifier 2
//! | 26 UserStructureIdentifier 2 |; acknowledgement: 16 AlarmSpecifier 2 | 18 PNIOStatus 4 |.

use super::status;
use crate::bytes::{be16, be32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk};
use crate::text::Details;

const DATA: u8 = 1;
const NACK: u8 = 2;
const ACK: u8 = 3;
const ERR: u8 = 4;
const HEADER: usize = 14;
const NOTIFICATION_HIGH: u16 = 0x0001;
const NOTIFICATION_LOW: u16 = 0x0002;
const ACK_HIGH: u16 = 0x8001;
const ACK_LOW: u16 = 0x8002;

/// Version 1, a type that there is, and a variable part within the frame.
pub fn fits(data: &[u8]) -> bool {
    let kind = u8_at(data, 6).is_some_and(|kind| kind >> 4 == 1 && matches!(kind & 0x0f, DATA..=ERR));
    kind && be16(data, 12).is_some_and(|length| HEADER + usize::from(length) <= data.len())
}

pub fn alarm_type(number: u16) -> &'static str {
    match number {
        0x01 => "Diagnosis",
        0x02 => "Process",
        0x03 => "Pull",
        0x04 => "Plug",
        0x05 => "Status",
        0x06 => "Update",
        0x07 => "Redundancy",
        0x08 => "Controlled by supervisor",
        0x09 => "Released",
        0x0a => "Plug wrong submodule",
        0x0b => "Return of submodule",
        0x0c => "Diagnosis disappears",
        0x0d => "Multicast communication mismatch",
        0x0e => "Port data change",
        0x0f => "Sync data changed",
        0x10 => "Isochronous mode problem",
        0x11 => "Network component problem",
        0x12 => "Time data changed",
        0x13 => "Dynamic frame packing problem",
        0x14 => "MRPD problem",
        0x15 => "Multiple interface mismatch",
        0x1e => "Upload and retrieval",
        0x1f => "Pull module",
        0x20..=0x7f => "Manufacturer specific",
        _ => "Reserved",
    }
}

pub fn frame(side: Side, high: bool, data: &[u8], talk: &mut Talk<'_>) {
    let (Some(kind), Some(length)) = (u8_at(data, 6), be16(data, 12)) else {
        return talk.flag(Flag::ProfinetAlarmLength, Some(0), None);
    };
    let Some(body) = data.get(HEADER..HEADER + usize::from(length)) else {
        return talk.flag(Flag::ProfinetAlarmLength, Some(12), None);
    };
    match kind & 0x0f {
        DATA => block(side, high, (be16(data, 2), be16(data, 4)), body, talk),
        ERR => aborted(side, high, body, talk),
        // Transport acknowledgements say nothing that the blocks do not.
        ACK => {}
        NACK => talk.flag(Flag::ProfinetAlarmNack, Some(6), None),
        _ => talk.flag(Flag::ProfinetAlarmType, Some(6), None),
    }
}

fn block(side: Side, high: bool, (to, from): (Option<u16>, Option<u16>), body: &[u8], talk: &mut Talk<'_>) {
    let (Some(kind), Some(alarm), Some(api), Some(slot), Some(subslot)) =
        (be16(body, 0), be16(body, 6), be32(body, 8), be16(body, 12), be16(body, 14))
    else {
        return talk.flag(Flag::ProfinetAlarmLength, Some(14), None);
    };
    let mut details = Details::default();
    details.text("alarm_type", alarm_type(alarm)).text("priority", if high { "high" } else { "low" });
    for (key, endpoint) in [("endpoint_destination", to), ("endpoint_source", from)] {
        if let Some(endpoint) = endpoint {
            details.number(key, endpoint);
        }
    }
    let mut status = None;
    let (operation, name) = match kind {
        NOTIFICATION_HIGH | NOTIFICATION_LOW => {
            for (key, at) in [("module", 16), ("submodule", 20)] {
                if let Some(ident) = be32(body, at) {
                    details.number(key, ident);
                }
            }
            specifier(be16(body, 24), &mut details);
            if let Some(user) = be16(body, 26) {
                details.number("user_structure", user);
            }
            (Operation::AlarmRaise, "AlarmNotification")
        }
        ACK_HIGH | ACK_LOW => {
            specifier(be16(body, 16), &mut details);
            status = status::read(body, 18, false);
            (Operation::AlarmAcknowledge, "AlarmAck")
        }
        _ => return talk.flag(Flag::ProfinetAlarmType, Some(14), None),
    };
    let address = format!("{api}/{slot}/0x{subslot:04X}");
    let details = details.finish();
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("submodule"), address: Address::Text(&address), start: 0, count: 0 };
    item.details = details.as_deref();
    tell(side, (kind, name), (alarm, alarm_type(alarm)), status, item, talk);
}

/// | sequence number 11 bits | channel, manufacturer, submodule diagnosis 3 bits | reserved | AR diagnosis state 1 bit |.
fn specifier(specifier: Option<u16>, details: &mut Details) {
    let Some(specifier) = specifier else { return };
    details.number("alarm_sequence", specifier & 0x07ff);
    details.truth("diagnosis", specifier & 0x3800 != 0);
}

/// An RTA error ends the connection it names.
fn aborted(side: Side, high: bool, body: &[u8], talk: &mut Talk<'_>) {
    let status = status::read(body, 0, false);
    let mut details = Details::default();
    details.text("priority", if high { "high" } else { "low" });
    let details = details.finish();
    let mut item = Item::new(Operation::SessionClose);
    item.object.kind = Some("connection");
    item.details = details.as_deref();
    tell(side, (u16::from(ERR), "RTA error"), (0, "Abort"), status, item, talk);
}

fn tell(
    side: Side,
    function: (u16, &'static str),
    subfunction: (u16, &'static str),
    status: Option<u32>,
    item: Item<'_>,
    talk: &mut Talk<'_>,
) {
    let of = |(code, name): (u16, &'static str)| Function { code: Some(u32::from(code)), name: Some(name) };
    let items = [item];
    let failed = status.is_some_and(|status| status != 0);
    let exchange = Exchange {
        function: of(function),
        subfunction: of(subfunction),
        outcome: if failed { Outcome::Failure } else { Outcome::Success },
        status: status.filter(|status| *status != 0).map(|status| (status, status::name(status))),
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), side, talk.ordinal(), &items)
    };
    talk.exchange(&exchange);
}
