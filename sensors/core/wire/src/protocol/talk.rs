//! What a parser may say: exchanges, flags, sessions, identity facts. Each goes to the ledger with its packets.

use super::Exchange;
use crate::dataset::Flag;
use crate::dataset::rows::{FileRow, SessionRow};
use crate::flow::facts::Endpoint;
use crate::flow::{Facts, Side, Span, Transport};
use crate::ledger::Ledger;
use std::net::IpAddr;

/// Ports that other well-known services own, so that a strange protocol on them can be told.
pub fn well_known(transport: Transport, port: u16) -> Option<&'static str> {
    let tcp = matches!(transport, Transport::Tcp);
    Some(match port {
        21 if tcp => "ftp",
        22 if tcp => "ssh",
        23 if tcp => "telnet",
        25 if tcp => "smtp",
        53 => "dns",
        67 | 68 if !tcp => "dhcp",
        69 if !tcp => "tftp",
        80 | 8080 if tcp => "http",
        102 if tcp => "iso_tsap",
        123 if !tcp => "ntp",
        135 if tcp => "dcerpc",
        137 | 138 if !tcp => "netbios",
        139 | 445 if tcp => "smb",
        161 | 162 if !tcp => "snmp",
        443 if tcp => "tls",
        514 => "syslog",
        1900 if !tcp => "ssdp",
        2222 | 44818 => "enip",
        3389 if tcp => "rdp",
        5353 if !tcp => "mdns",
        5355 if !tcp => "llmnr",
        5900 if tcp => "vnc",
        8883 if tcp => "mqtts",
        34962..=34964 => "profinet",
        47808 if !tcp => "bacnet",
        _ => return None,
    })
}

/// A parser's voice while it reads one message.
pub struct Talk<'a> {
    pub ledger: &'a mut Ledger,
    pub facts: &'a mut Facts,
    span: Span,
    flagged: bool,
}

impl<'a> Talk<'a> {
    pub fn new(ledger: &'a mut Ledger, facts: &'a mut Facts, span: Span) -> Self {
        Self { ledger, facts, span, flagged: false }
    }

    /// A new message begins: it gets the next ordinal and its packets.
    pub fn begin(&mut self, span: Span) {
        self.span = span;
        self.flagged = false;
        self.facts.ordinal += 1;
    }

    /// What is being read belongs to the message before it: it has no ordinal of its own.
    pub fn continued(&mut self) {
        self.facts.ordinal = self.facts.ordinal.saturating_sub(1);
    }

    /// Packets of the message being read.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Ordinal of the message being read, from 1.
    pub fn ordinal(&self) -> i64 {
        self.facts.ordinal
    }

    /// Time of the last packet of the message being read.
    pub fn now(&self) -> i64 {
        self.span.last.time
    }

    /// Whether this message was flagged so far.
    pub fn flagged(&self) -> bool {
        self.flagged
    }

    /// Whom what follows is between, where one flow holds all that is said on a bus.
    pub fn between(&mut self, client: IpAddr, server: IpAddr) {
        self.facts.between(client, server);
    }

    /// The same with ports, where a conversation is said to everybody.
    pub fn meet(&mut self, client: Endpoint, server: Endpoint) {
        self.facts.meet(client, server);
    }

    /// A side is in use: told once.
    pub fn seen(&mut self, side: Side) {
        self.ledger.seen(self.facts, side, self.span, false);
    }

    pub fn exchange(&mut self, exchange: &Exchange<'_>) {
        self.ledger.exchange(self.facts, exchange);
    }

    /// Something odd in this message, at a byte offset, with declared details as JSON.
    pub fn flag(&mut self, flag: Flag, offset: Option<u32>, details: Option<&str>) {
        self.flagged = true;
        self.ledger.flag(self.facts, flag, self.span, offset, details);
    }

    /// A login, channel, handshake or connect. The caller fills all but the event columns. `source` asked for it,
    /// `ordinal` is that of the message that asked; `span` its packets and those of the answer.
    pub fn session(&mut self, source: Side, span: Span, ordinal: i64, row: SessionRow<'_>) {
        self.ledger.session(self.facts, source, span, ordinal, row);
    }

    /// A file or program block that `source` sent to the other side, whole or as far as it went. The caller fills all but
    /// the event columns; `ordinal` is that of the message that asked for it.
    pub fn file(&mut self, source: Side, span: Span, ordinal: i64, row: FileRow<'_>) {
        self.ledger.file(self.facts, source, span, (ordinal, row.file_name.unwrap_or_default()), row);
    }

    /// A fact about one side.
    pub fn identity(&mut self, about: Side, attribute: &'static str, value: &str, confidence: f32, evidence: &str) {
        self.ledger.identity(self.facts, about, self.span, attribute, value, confidence, evidence);
    }

    /// A refused login, for the rates of both ends.
    pub fn refused_login(&mut self) {
        self.ledger.refused_login(self.facts);
    }
}
