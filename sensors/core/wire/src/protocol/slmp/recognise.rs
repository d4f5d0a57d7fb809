//! What SLMP looks like: a subheader, a target that exists, a length that fits, a known command.

use super::command;
use super::frame::{Frame, framing};
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Probe};

pub fn probe(probe: &Probe<'_>) -> Guess {
    let udp = probe.transport == Transport::Udp;
    let wanted = match framing(probe.data) {
        Framing::Need if !udp && !probe.ended => return Guess::Need,
        Framing::Message(wanted) => wanted,
        _ => return Guess::No,
    };
    // A payload is one frame, or whole frames one after another in a stream.
    match probe.data.len() {
        held if held < wanted && !udp && !probe.ended => return Guess::Need,
        held if held < wanted || (udp && held > wanted) => return Guess::No,
        held if held > wanted
            && !matches!(framing(probe.data.get(wanted..).unwrap_or_default()), Framing::Message(_)) =>
        {
            return Guess::No;
        }
        _ => {}
    }
    let Some(frame) = probe.data.get(..wanted).and_then(Frame::read).filter(|frame| frame.target.sound()) else {
        return Guess::No;
    };
    if frame.is_response {
        // Own station, so much that chance is out of the question; a refusal repeats what was refused.
        let refused = frame.end_code != 0;
        let sound = frame.target.module == 0x03ff && (!refused || command::of(frame.command).is_some());
        return if sound { Guess::Yes { confidence: 0.85, sender: Some(Side::Server) } } else { Guess::No };
    }
    match command::of(frame.command) {
        Some(_) if frame.subcommand & 0xff00 == 0 => Guess::Yes { confidence: 0.9, sender: Some(Side::Client) },
        _ => Guess::No,
    }
}
