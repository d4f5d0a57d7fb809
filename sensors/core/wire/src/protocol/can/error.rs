//! Error frames: what the controller that listens says of the bus (linux/can/error.h). The identifier is a set of classes.
//!
//! | 0 lost arbitration at bit 1 | 1 controller's state 1 | 2 kind of violation 1 | 3 place of it 1 | 4 transceiver 1 |
//! 5 reserved 1 | 6 counts of errors sent and received 1+1 |

use super::frame::Frame;
use crate::bytes::u8_at;
use crate::dataset::Flag;
use crate::protocol::Talk;
use crate::text::Details;

const CONTROLLER: u32 = 0x04;
const PROTOCOL: u32 = 0x08;
const TRANSCEIVER: u32 = 0x10;
const NO_ACKNOWLEDGE: u32 = 0x20;
const BUS_OFF: u32 = 0x40;
const BUS_ERROR: u32 = 0x80;
const COUNTERS: u32 = 0x200;
/// Controller's state: buffers that ran over, error-passive.
const OVERFLOW: u8 = 0x03;
const PASSIVE: u8 = 0x30;

/// Classes by their bits, as `can_errors` names them.
const CLASSES: [(u32, &str); 9] = [
    (0x001, "transmit timeout"),
    (0x002, "lost arbitration"),
    (CONTROLLER, "controller"),
    (PROTOCOL, "protocol violation"),
    (TRANSCEIVER, "transceiver"),
    (NO_ACKNOWLEDGE, "no acknowledgement"),
    (BUS_OFF, "bus off"),
    (BUS_ERROR, "bus error"),
    (0x100, "restarted"),
];

/// Flags what an error frame says.
pub fn tell(frame: &Frame<'_>, talk: &mut Talk<'_>) {
    let state = u8_at(frame.data, 1).filter(|_| frame.id & CONTROLLER != 0).unwrap_or(0);
    let flag = match frame.id {
        id if id & BUS_OFF != 0 => Flag::CanBusOff,
        _ if state & PASSIVE != 0 => Flag::CanErrorPassive,
        _ if state & OVERFLOW != 0 => Flag::CanOverflow,
        _ => Flag::CanErrorFrame,
    };
    let mut details = Details::default();
    details.texts("can_errors", CLASSES.iter().filter(|(bit, _)| frame.id & bit != 0).map(|(_, name)| *name));
    if frame.id & COUNTERS != 0
        && let (Some(sent), Some(received)) = (u8_at(frame.data, 6), u8_at(frame.data, 7))
    {
        details.number("errors_sent", sent).number("errors_received", received);
    }
    talk.flag(flag, None, details.finish().as_deref());
}
