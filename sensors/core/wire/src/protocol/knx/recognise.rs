//! What KNXnet/IP looks like: header, a known service, a body as long as it must be, structures that are some.

use super::PORT;
use super::cemi::{self, Cemi, Telegram};
use super::frame::{self, Connection, Frame};
use super::service::{self as svc, Part};
use crate::flow::Side;
use crate::protocol::{Framing, Guess, Probe};

/// Who sends it, if the frame tells; None where it is no frame.
fn sound(frame: &Frame<'_>) -> Option<Option<Side>> {
    let service = svc::of(frame.service).filter(|service| frame.body.len() >= service.least)?;
    let body = frame.body;
    match service.part {
        Part::Asks | Part::Calls => {
            let at = match service.code {
                svc::CONNECTIONSTATE_REQUEST | svc::DISCONNECT_REQUEST => 2,
                svc::REMOTE_RESET_REQUEST => return matches!(body, [2 | 8, 1 | 2, ..]).then_some(Some(Side::Client)),
                _ => 0,
            };
            // Either side may close a connection.
            let side = (service.code != svc::DISCONNECT_REQUEST).then_some(Side::Client);
            frame::endpoint(body.get(at..)?).then_some(side)
        }
        Part::Answers(request) => Some((request != svc::DISCONNECT_REQUEST).then_some(Side::Server)),
        Part::Says => Some(match service.code {
            svc::ROUTING_LOST_MESSAGE | svc::ROUTING_BUSY => Some(Side::Client),
            svc::SESSION_AUTHENTICATE => Some(Side::Client),
            _ => None,
        }),
        Part::Acknowledges => Connection::read(body).map(|_| None),
        Part::Feature => {
            Connection::read(body)?;
            Some(Some(if matches!(service.code, svc::FEATURE_GET | svc::FEATURE_SET) {
                Side::Client
            } else {
                Side::Server
            }))
        }
        Part::Carries => {
            let inner = Cemi::read(Connection::read(body)?.rest)?;
            known(&inner)?;
            Some(inner.by_client().map(|client| if client { Side::Client } else { Side::Server }))
        }
        Part::Routes => known(&Cemi::read(body)?).map(|()| Some(Side::Client)),
    }
}

fn known(inner: &Cemi<'_>) -> Option<()> {
    cemi::name(inner.code)?;
    if inner.is_link_data() {
        return Telegram::read(inner.service).filter(|telegram| !telegram.odd).map(|_| ());
    }
    Some(())
}

pub fn datagram(probe: &Probe<'_>) -> Guess {
    let at_port = probe.source_port == PORT || probe.destination_port == PORT;
    let whole = Frame::read(probe.data).filter(|frame| frame.length == probe.data.len());
    match whole.as_ref().and_then(sound) {
        Some(sender) => Guess::Yes { confidence: if at_port { 0.97 } else { 0.85 }, sender },
        None => Guess::No,
    }
}

pub fn stream(probe: &Probe<'_>) -> Guess {
    let more = if probe.ended { Guess::No } else { Guess::Need };
    match frame::framing(probe.data) {
        Framing::Need => more,
        Framing::Message(length) => {
            let Some(whole) = probe.data.get(..length) else { return more };
            match Frame::read(whole).as_ref().and_then(sound) {
                Some(sender) => Guess::Yes { confidence: 0.97, sender },
                None => Guess::No,
            }
        }
        _ => Guess::No,
    }
}
