//! Whether a connection of DCE/RPC is one of OPC: one side's PDUs are read until an OPC interface is bound, or asked for by an
//! activation or of an object. Much of DCOM begins the same; what is held meanwhile is bounded by the engine.

use super::activation;
use super::interface::{asked, opc};
use crate::flow::Side;
use crate::protocol::dcerpc::context::Contexts;
use crate::protocol::dcerpc::header::{self, Head, Header};
use crate::protocol::dcerpc::pdu::Pdu;
use crate::protocol::{Guess, Probe};

pub fn probe(probe: &Probe<'_>) -> Guess {
    let mut contexts = Contexts::default();
    let mut rest = probe.data;
    while !rest.is_empty() {
        let end = match header::head(rest) {
            Head::Bad => return Guess::No,
            Head::Need => break,
            Head::Length(end) => end,
        };
        let Some((data, behind)) = rest.split_at_checked(end) else { break };
        if names(data, &mut contexts) {
            return Guess::Yes { confidence: 0.97, sender: Some(Side::Client) };
        }
        rest = behind;
    }
    if probe.ended { Guess::No } else { Guess::Need }
}

/// Whether a whole PDU names OPC.
fn names(data: &[u8], contexts: &mut Contexts) -> bool {
    let Some(header) = Header::read(data) else { return false };
    match Pdu::read(&header) {
        Some(Pdu::Bind(offers)) => {
            contexts.offer(&offers);
            offers.iter().any(|offer| opc(offer.interface).is_some())
        }
        Some(Pdu::Request { context, operation, stub, .. }) if !header.sealed() && header.first() => {
            let interface = contexts.interface(context).and_then(super::interface::of);
            let wanted = interface.and_then(|interface| activation::wanted(interface, operation, stub, header.little));
            wanted.is_some_and(|wanted| wanted.all().any(asked))
        }
        _ => false,
    }
}
