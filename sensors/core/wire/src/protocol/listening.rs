//! A parser that listens to one conversation, for the tests of parsers.

use super::{Parser, Talk};
use crate::flow::facts::{Endpoint, Place};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};

/// One conversation of a client with the port of a server.
pub struct Flow<P> {
    pub parser: P,
    facts: Facts,
    pub ledger: Ledger,
    number: i64,
}

impl<P: Parser> Flow<P> {
    pub fn new(parser: P, transport: Transport, port: u16) -> Self {
        let end = |port| Endpoint { ip: "10.9.1.30".parse().unwrap(), port, mac: None };
        let facts = Facts::new(end(50_000), end(port), transport, 1);
        let ledger = Ledger::new(Settings::default(), vec![Place::default()]);
        Self { parser, facts, ledger, number: 0 }
    }

    /// Whether the message is flagged.
    pub fn said(&mut self, side: Side, bytes: &[u8]) -> bool {
        self.number += 1;
        let span = Span::at(Stamp { time: self.number, source: 0, number: self.number });
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, span);
        talk.begin(span);
        self.parser.message(side, bytes, &mut talk);
        talk.flagged()
    }
}
