//! Recognition by structure: frames whose checksums fit, with data units that some sizes make sense of. Nothing is told by
//! ports. M-Bus, IEC 102 and IEC 103 have the same frames; their user data make no data units of IEC 101.

use super::link;
use super::sizes::Inference;
use crate::flow::Side;
use crate::protocol::ft12::{self, Control, Frame, Head};
use crate::protocol::iec60870::cause;
use crate::protocol::{Guess, Probe};

/// Frames of a payload that are looked at.
const LOOKED_AT: usize = 16;
/// Answers without data that are enough to know an idle line by: M-Bus answers with a single character or data only.
const IDLE: usize = 2;

/// Octets of the longest frame (255 and 6 around them): within so many the next one begins.
const LONGEST: usize = 261;

/// What a payload holds.
#[derive(Default)]
struct Seen {
    frames: usize,
    units: usize,
    /// Answers of fixed length.
    answers: usize,
    sender: Option<Side>,
}

/// Walks the frames of a payload; None where one is not of IEC 101.
fn walk(mut data: &[u8]) -> Option<Seen> {
    let (mut seen, mut inference) = (Seen::default(), Inference::default());
    while seen.frames < LOOKED_AT && !data.is_empty() {
        let length = match ft12::head(data, inference.width()) {
            Head::Frame(length) if length <= data.len() => length,
            Head::Frame(_) | Head::Need => break,
            Head::Broken | Head::None => return None,
        };
        let (frame, rest) = data.split_at_checked(length)?;
        if !ft12::fits(frame) {
            return None;
        }
        match ft12::read(frame)? {
            Frame::Single => {}
            Frame::Fixed { control, address } => {
                service(control)?;
                inference.fixed(address.len());
                seen.answers += usize::from(!control.primary());
                seen.speaks(control);
            }
            Frame::Variable { control, data } => {
                service(control)?;
                if !inference.narrow(data) {
                    return None;
                }
                seen.units += 1;
                seen.sender = seen.sender.or_else(|| sender(&inference, data));
                seen.speaks(control);
            }
        }
        seen.frames += 1;
        data = rest;
    }
    Some(seen)
}

/// A function that the link has.
fn service(control: Control) -> Option<()> {
    let known = match control.primary() {
        true => link::service(control.function()).is_some(),
        false => link::answer(control.function()).is_some(),
    };
    known.then_some(())
}

/// Who sends such a data unit, where it tells.
fn sender(inference: &Inference, data: &[u8]) -> Option<Side> {
    let asdu = inference.first()?.unit(data)?;
    let kind = asdu.kind?;
    match asdu.cause {
        _ if kind.file() => None,
        _ if kind.monitor() => Some(Side::Server),
        cause if cause::asks(cause) => Some(Side::Client),
        cause if cause::answers(cause) => Some(Side::Server),
        _ => None,
    }
}

impl Seen {
    /// Who sends such a frame, where its control field tells: DIR is set by the controlling station of a balanced line
    /// alone; on an unbalanced one who polls is the controlling station.
    fn speaks(&mut self, control: Control) {
        let polls = control.primary() && matches!(control.function(), link::CLASS_1 | link::CLASS_2);
        let side = match (control.direction() || polls, control.primary()) {
            (true, _) => Side::Client,
            (false, false) => Side::Server,
            (false, true) => return,
        };
        self.sender = self.sender.or(Some(side));
    }
}

pub fn probe(probe: &Probe<'_>) -> Guess {
    let Some(seen) = walk(probe.data) else { return Guess::No };
    if seen.units > 0 {
        return Guess::Yes { confidence: 0.9, sender: seen.sender };
    }
    if seen.answers >= IDLE {
        return Guess::Yes { confidence: 0.6, sender: seen.sender };
    }
    if probe.ended || probe.data.is_empty() { Guess::No } else { Guess::Need }
}

/// The same on a serial line, where the tap may have begun within a frame: behind its end two frames are asked for.
pub fn probe_line(asked: &Probe<'_>) -> Guess {
    for start in 0..asked.data.len().min(LONGEST) {
        let data = asked.data.get(start..).unwrap_or_default();
        match walk(data).filter(|seen| start == 0 || seen.frames > 1) {
            Some(seen) if seen.units > 0 => return Guess::Yes { confidence: 0.9, sender: seen.sender },
            Some(seen) if seen.answers >= IDLE => return Guess::Yes { confidence: 0.6, sender: seen.sender },
            _ => {}
        }
    }
    if asked.ended { Guess::No } else { Guess::Need }
}
