//! What GE SRTP looks like: a header whose zeros are zero, a mailbox type of its direction, a service that exists. The zeros
//! a connection begins with prove nothing: what follows them must.

use super::header::{self, HEADER, Header};
use super::service;
use crate::flow::Side;
use crate::protocol::{Framing, Guess, Probe};

pub fn probe(probe: &Probe<'_>) -> Guess {
    // The opening of either side: behind it stands what proves more.
    let (opened, rest) = match probe.data.split_at_checked(HEADER) {
        Some((head, rest)) if opens(head) => (head.first() == Some(&header::OPENED), rest),
        _ => (false, probe.data),
    };
    if rest.is_empty() && rest.len() < probe.data.len() {
        return if probe.ended { Guess::No } else { Guess::Need };
    }
    let wanted = match header::framing(rest) {
        Framing::Message(wanted) => wanted,
        Framing::Need if !probe.ended && !rest.is_empty() => return Guess::Need,
        _ => return Guess::No,
    };
    let Some(head) = rest.get(..HEADER).and_then(Header::read) else {
        return if probe.ended || !matches!(rest.first(), Some(&(0..=3 | 8))) { Guess::No } else { Guess::Need };
    };
    if !sound(&head, wanted) || !follows(rest, wanted) {
        return Guess::No;
    }
    let sender = if head.asks() { Side::Client } else { Side::Server };
    // A header of type 1 comes from the one that answers.
    if opened && sender == Side::Client {
        return Guess::No;
    }
    Guess::Yes { confidence: 0.9, sender: Some(sender) }
}

/// | 0 | zeros 55 |, or | 1 | zeros 7 | … |.
fn opens(head: &[u8]) -> bool {
    match head.split_first() {
        Some((&header::OPEN, rest)) => rest.iter().all(|byte| *byte == 0),
        Some((&header::OPENED, rest)) => rest.iter().take(7).all(|byte| *byte == 0),
        _ => false,
    }
}

/// A request or reply whose parts fit together.
fn sound(head: &Header<'_>, wanted: usize) -> bool {
    let with_text = matches!(head.mailbox, header::WITH_TEXT | header::DONE_WITH_TEXT);
    let text = wanted > HEADER;
    let counted = head.packets_fit() && head.packet.1 < 64;
    let kind = matches!(head.kind, header::REQUEST | header::HELLO | header::REPLY);
    let known = !head.asks() || head.request().is_some_and(|request| service::of(request.service).is_some());
    kind && counted && head.fits() && known && (text == with_text || head.mailbox == header::REFUSED)
}

/// Whether what stands behind the message can be the next.
fn follows(data: &[u8], wanted: usize) -> bool {
    data.get(wanted..).is_none_or(|next| next.is_empty() || !matches!(header::framing(next), Framing::Bad(_)))
}
