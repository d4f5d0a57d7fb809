//! What a 1E frame looks like: a request whose devices exist, whose points fit its length and whose fixed parts are
//! right. A request without devices may be four bytes long: it is taken where it stands alone, for the own station, with
//! a usual timer.

use super::command::{self, Body};
use super::frame::{self, Request};
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Probe};

pub fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let whole = probe.transport == Transport::Udp || probe.ended;
    let wanted = match frame::request(data) {
        Framing::Need if !whole && head(data) => return Guess::Need,
        Framing::Message(wanted) if wanted <= data.len() => wanted,
        Framing::Message(_) if !whole && head(data) => return Guess::Need,
        _ => return Guess::No,
    };
    let Some(request) = data.get(..wanted).and_then(Request::read) else { return Guess::No };
    let Some(body) = command::of(request.command).map(|command| command.body) else { return Guess::No };
    if frame::sound(data).is_none() {
        return Guess::No;
    }
    let rest = data.get(wanted..).unwrap_or_default();
    let devices = matches!(body, Body::Range { .. } | Body::Random { .. } | Body::Entry { .. });
    let follows = rest.is_empty() || (devices && probe.transport == Transport::Tcp && frame::sound(rest).is_some());
    let confidence = if devices { 0.8 } else { 0.5 };
    if follows { Guess::Yes { confidence, sender: Some(Side::Client) } } else { Guess::No }
}

/// Whether what there is of the header allows more to be waited for.
fn head(data: &[u8]) -> bool {
    Request::read(data).is_none_or(|request| request.addressed() && request.usual_timer())
}
