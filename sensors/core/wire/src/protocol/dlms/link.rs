//! A connection of HDLC: numbers of frames, segments put together, LLC (IEC 62056-46, 6.4; 6.2.4).

use super::hdlc::{self, Address, Frame};
use super::said::{Ends, Said};
use super::speaker::{About, Speaker};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::dialogue::Dialogue;
use crate::protocol::{Framing, Parser, Talk};

/// Control fields without the poll bit.
pub const SNRM: u8 = 0x83;
pub const DISC: u8 = 0x43;
pub const UA: u8 = 0x63;
pub const DM: u8 = 0x0f;
const FRMR: u8 = 0x87;
const UI: u8 = 0x03;
const RR: u8 = 0x01;
const RNR: u8 = 0x05;
const POLL: u8 = 0x10;

const LLC_COMMAND: [u8; 3] = [0xe6, 0xe6, 0x00];
const LLC_RESPONSE: [u8; 3] = [0xe6, 0xe7, 0x00];
/// Longest APDU that is put together from segments.
const LONGEST: usize = 64 * 1024;

pub const fn about(control: u8) -> About {
    match control {
        SNRM => About::Connect,
        DISC => About::Disconnect,
        _ => About::Nothing,
    }
}

/// Numbered frames of any number, RR, RNR, and the unnumbered ones that there are.
pub const fn known_control(control: u8) -> bool {
    control & 1 == 0
        || matches!(control & !POLL, SNRM | DISC | UA | DM | FRMR | UI)
        || matches!(control & 0x0f, RR | RNR)
}

/// Who sends a frame, if it says.
pub fn speaker(frame: &Frame<'_>) -> Option<Side> {
    match frame.control & !POLL {
        SNRM | DISC => return Some(Side::Client),
        UA | DM | FRMR => return Some(Side::Server),
        _ => {}
    }
    if frame.information.starts_with(&LLC_COMMAND) {
        Some(Side::Client)
    } else if frame.information.starts_with(&LLC_RESPONSE) {
        Some(Side::Server)
    } else {
        None
    }
}

/// What one side sends.
#[derive(Default)]
struct Half {
    /// Number of the next numbered frame.
    next: Option<u8>,
    /// Segments of an APDU that goes on.
    segments: Vec<u8>,
    going_on: bool,
}

/// HDLC on one flow.
#[derive(Default)]
pub struct Line {
    conversation: Dialogue<Speaker>,
    halves: [Half; 2],
    buffer: Vec<u8>,
}

impl Line {
    fn half(&mut self, side: Side) -> &mut Half {
        let [client, server] = &mut self.halves;
        match side {
            Side::Client => client,
            Side::Server => server,
        }
    }

    /// Whether a numbered frame is the next one; one that was sent again is passed over.
    fn in_turn(&mut self, side: Side, control: u8, talk: &mut Talk<'_>) -> bool {
        let number = control >> 1 & 7;
        let half = self.half(side);
        let expected = half.next.unwrap_or(number);
        if number.wrapping_add(1) & 7 == expected {
            return false;
        }
        half.next = Some(number.wrapping_add(1) & 7);
        if number != expected {
            (half.going_on, half.segments) = (false, Vec::new());
            talk.flag(Flag::DlmsHdlcSequence, None, None);
        }
        true
    }

    fn numbered(&mut self, side: Side, frame: &Frame<'_>, ends: Ends, talk: &mut Talk<'_>) {
        let half = self.half(side);
        if !frame.segmented && !half.going_on {
            return self.apdu(side, frame.information, ends, talk);
        }
        if half.segments.len() + frame.information.len() > LONGEST {
            (half.going_on, half.segments) = (false, Vec::new());
            return talk.flag(Flag::ParserLimit, None, None);
        }
        half.segments.extend_from_slice(frame.information);
        half.going_on = frame.segmented;
        if !frame.segmented {
            let whole = std::mem::take(&mut half.segments);
            self.apdu(side, &whole, ends, talk);
        }
    }

    fn apdu(&mut self, side: Side, information: &[u8], ends: Ends, talk: &mut Talk<'_>) {
        let (speaker, apdu) = match (information.strip_prefix(&LLC_COMMAND), information.strip_prefix(&LLC_RESPONSE)) {
            (Some(apdu), _) => (Side::Client, apdu),
            (_, Some(apdu)) => (Side::Server, apdu),
            _ => return talk.flag(Flag::DlmsLlc, None, None),
        };
        self.hand(side, None, Ends { speaker: Some(speaker), ..ends }, apdu, talk);
    }

    fn hand(&mut self, side: Side, control: Option<u8>, ends: Ends, apdu: &[u8], talk: &mut Talk<'_>) {
        let mut buffer = std::mem::take(&mut self.buffer);
        Said::write(&mut buffer, control, ends, apdu);
        self.conversation.message(side, &buffer, talk);
        buffer.shrink_to(1024);
        self.buffer = buffer;
    }
}

fn ends(speaker: Side, frame: &Frame<'_>) -> Ends {
    let (client, server): (Address, Address) = match speaker {
        Side::Client => (frame.source, frame.destination),
        Side::Server => (frame.destination, frame.source),
    };
    Ends { speaker: Some(speaker), client: client.logical, server: server.server() }
}

impl Parser for Line {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        hdlc::framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        if hdlc::idle(data) {
            return;
        }
        let Some(frame) = Frame::read(data) else { return talk.flag(Flag::DlmsHdlcFrame, Some(0), None) };
        if !frame.sound {
            // The receiver throws it away; whose number it had is not known.
            *self.half(side) = Half::default();
            return talk.flag(Flag::DlmsHdlcChecksum, Some(0), None);
        }
        let ends = ends(speaker(&frame).unwrap_or(side), &frame);
        match frame.control & !POLL {
            control if control & 1 == 0 => {
                if self.in_turn(side, frame.control, talk) {
                    self.numbered(side, &frame, ends, talk);
                }
            }
            UI => self.apdu(side, frame.information, ends, talk),
            control @ (SNRM | DISC | UA | DM) => {
                self.halves = Default::default();
                if matches!(control, SNRM | UA) {
                    self.halves.iter_mut().for_each(|half| half.next = Some(0));
                }
                self.hand(side, Some(control), ends, &[], talk);
            }
            _ if matches!(frame.control & 0x0f, RR | RNR) => {}
            // FRMR and what is not assigned.
            _ => talk.flag(Flag::DlmsHdlcControl, None, None),
        }
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        hdlc::resynchronise(data)
    }

    fn gap(&mut self, side: Side, talk: &mut Talk<'_>) {
        *self.half(side) = Half::default();
        self.conversation.gap(side, talk);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.conversation.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.conversation.close(talk);
    }

    fn weight(&self) -> usize {
        let segments: usize = self.halves.iter().map(|half| half.segments.capacity()).sum();
        self.conversation.weight() + segments + self.buffer.capacity() + size_of::<[Half; 2]>()
    }
}
