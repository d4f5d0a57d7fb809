//! Connections of the connection manager (CIP Networks Library Volume 1, 3-5.5).
//!
//! Forward_Open: | priority and tick 1 | time-out 1 | O→T id 4 | T→O id 4 | connection serial 2 | originator vendor 2 |
//! originator serial 4 | time-out multiplier 1 | reserved 3 | O→T RPI 4 | O→T parameters 2 (large: 4) | T→O RPI 4 |
//! T→O parameters 2 (4) | transport class and trigger 1 | path size in words 1 | path |
//! Reply: | O→T id 4 | T→O id 4 | connection serial 2 | vendor 2 | serial 4 | O→T API 4 | T→O API 4 | … |
//! Forward_Close: | priority and tick 1 | time-out 1 | connection serial 2 | vendor 2 | serial 4 | path size 1 |
//! reserved 1 | path |

use super::message::{Answer, Ask, extended, plain};
use super::path::{self, Path, Segment};
use super::reading::Reading;
use super::service;
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Flag;
use crate::text::Details;

/// One connection, asked for or closed.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    pub close: bool,
    pub serial: u16,
    pub vendor: u16,
    pub originator: u32,
    /// Ids as granted, where the reply tells; else as asked for.
    pub to_target: u32,
    pub to_originator: u32,
    /// Requested packet intervals, µs.
    pub intervals: (u32, u32),
    pub sizes: (u16, u16),
    /// Transport class 0 to 6.
    pub class: u8,
    /// Route in front of the target, as `ot.unit`.
    pub route: String,
    /// What it connects to.
    pub application: String,
}

/// Transport class 3 carries messages; 0 and 1 carry I/O.
pub const MESSAGES: u8 = 2;

impl Opened {
    /// Who opened it: vendor and serial number of the originator.
    pub fn originator_name(&self) -> String {
        format!("{}/{:08X}", self.vendor, self.originator)
    }

    pub fn details(&self) -> Option<String> {
        let mut details = Details::default();
        details.number("connection_serial", self.serial);
        details.text("originator", &self.originator_name());
        if !self.close {
            details.number("o_t_id", self.to_target).number("t_o_id", self.to_originator);
            details.number("o_t_rpi", self.intervals.0).number("t_o_rpi", self.intervals.1);
            details.number("o_t_size", self.sizes.0).number("t_o_size", self.sizes.1);
            details.number("transport_class", self.class);
        }
        if !self.application.is_empty() {
            details.text("application", &self.application);
        }
        details.finish()
    }
}

pub fn forward_open(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    let large = ask.service == service::LARGE_FORWARD_OPEN;
    let Some(mut opened) = request(ask.data, large) else {
        out.odd(Flag::EnipServiceLength);
        return plain(ask, answer, out);
    };
    if let Some(granted) = answer.filter(|answer| answer.status == 0).map(|answer| answer.data) {
        match (le32(granted, 0), le32(granted, 4)) {
            (Some(to_target), Some(to_originator)) => {
                (opened.to_target, opened.to_originator) = (to_target, to_originator);
            }
            _ => out.odd(Flag::EnipServiceLength),
        }
    }
    hand(ask, answer, opened, out);
}

/// The item of a connection: its address is what it connects to.
fn hand(ask: &Ask<'_>, answer: Option<&Answer<'_>>, opened: Opened, out: &mut Reading) {
    out.item(ask, answer);
    out.route.clone_from(&opened.route);
    if !opened.application.is_empty() {
        let address = out.drafts.texts(|text| text.push_str(&opened.application));
        if let Some(draft) = out.last() {
            draft.address = address;
        }
    }
    let mut details = Details::default();
    details.number("connection_serial", opened.serial);
    details.text("originator", &opened.originator_name());
    if !opened.close {
        details.number("transport_class", opened.class);
    }
    extended(answer, &mut details);
    out.details(details);
    out.opened = Some(opened);
}

fn request(data: &[u8], large: bool) -> Option<Opened> {
    let (from, width) = (22, if large { 4 } else { 2 });
    let size = |at: usize| if large { le16(data, at) } else { le16(data, at).map(|word| word & 0x01ff) };
    let (second, last) = (from + 4 + width, from + 8 + 2 * width);
    let path_size = usize::from(u8_at(data, last + 1)?) * 2;
    let path = data.get(last + 2..last + 2 + path_size)?;
    let mut opened = Opened {
        close: false,
        to_target: le32(data, 2)?,
        to_originator: le32(data, 6)?,
        serial: le16(data, 10)?,
        vendor: le16(data, 12)?,
        originator: le32(data, 14)?,
        intervals: (le32(data, from)?, le32(data, second)?),
        sizes: (size(from + 4)?, size(second + 4)?),
        class: u8_at(data, last)? & 0x0f,
        ..Opened::default()
    };
    connects(path, &mut opened);
    Some(opened)
}

pub fn forward_close(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    let data = ask.data;
    let read = || {
        let path_size = usize::from(u8_at(data, 10)?) * 2;
        let mut opened = Opened {
            close: true,
            serial: le16(data, 2)?,
            vendor: le16(data, 4)?,
            originator: le32(data, 6)?,
            ..Opened::default()
        };
        connects(data.get(12..12 + path_size)?, &mut opened);
        Some(opened)
    };
    match read() {
        Some(opened) => hand(ask, answer, opened, out),
        None => {
            out.odd(Flag::EnipServiceLength);
            plain(ask, answer, out);
        }
    }
}

/// Route and application of a connection path: ports first, then (behind an electronic key) the objects.
fn connects(bytes: &[u8], opened: &mut Opened) {
    path::write_route(bytes, &mut opened.route);
    Path::read(bytes).write(&mut opened.application);
    // The configuration assembly and its connection points follow each other without a class between.
    if path::segments(bytes).all(|segment| matches!(segment, Segment::Port(..) | Segment::Key(_))) {
        opened.application.clear();
    }
}
