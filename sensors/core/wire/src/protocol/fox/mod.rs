//! Niagara Fox: stations of building automation, their workbench and each other, over TCP, port 1911 (4911 inside TLS).
//! Its maker publishes nothing of it; what is read here is what stands on the wire in plain text.

mod command;
mod frame;
mod message;
mod speaker;
mod tell;
#[cfg(test)]
mod tests;

use super::dialogue::Dialogue;
use super::{Framing, Guess, Probe, Protocol};
use crate::flow::{Side, Transport};
use frame::Frame;

pub const PROTOCOL: Protocol = Protocol {
    name: "fox",
    ports: &[1911],
    transports: &[Transport::Tcp],
    probe,
    parser: || Box::<Dialogue<speaker::Speaker>>::default(),
};

/// A whole frame: its text is so much that chance is out of the question.
fn probe(probe: &Probe<'_>) -> Guess {
    match frame::framing(probe.data) {
        Framing::Message(length) => {
            let frame = probe.data.get(..length).and_then(Frame::read);
            // Who says hello counts from 1, the station from 0.
            let sender = frame.filter(|frame| frame.command == "hello").map(|frame| match frame.sequence {
                0 => Side::Server,
                _ => Side::Client,
            });
            Guess::Yes { confidence: 0.97, sender }
        }
        Framing::Need if !probe.ended => Guess::Need,
        _ => Guess::No,
    }
}
