//! One protocol's parser on one flow: a dialogue in one piece a record, and again in other cuts.

use crate::dialogue::{self, Step};
use crate::rows::same;
use crate::watch::Watch;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::OnceLock;
use wire::dataset::Batch;
use wire::flow::assembly::Assembly;
use wire::flow::facts::{Endpoint, mac_end};
use wire::flow::{Facts, Side, Span, Stamp, Transport};
use wire::ledger::Ledger;
use wire::protocol::{PROTOCOLS, Protocol, Talk};
use wire::{Place, Settings};

/// Variable that holds a label: every dialogue is of that protocol, whatever its first byte says.
pub const CHOICE: &str = "BITTERN_FUZZ_PROTOCOL";

/// Longest piece of each cut pattern.
const SPANS: [usize; 8] = [1, 2, 3, 5, 8, 13, 64, 300];
const PATTERN: u8 = 0x07;
/// Delta filter on: only news becomes rows.
const NEWS_ONLY: u8 = 0x08;
/// What carries the dialogue, where the protocol has it: these bits are an index of `CARRIERS`.
const CARRIER: u8 = 0x30;
const CARRIERS: [Transport; 3] = [Transport::Tcp, Transport::Udp, Transport::Ethernet];

const MILLISECOND: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MILLISECOND;
const BEGINNING: i64 = 1_700_000_000 * SECOND;

/// Name of a target: the protocol's, with a number where two parsers share one.
pub fn label(index: usize) -> String {
    let name = PROTOCOLS[index].name;
    match PROTOCOLS[..index].iter().filter(|p| p.name == name).count() {
        0 => name.to_owned(),
        before => format!("{name}-{}", before + 1),
    }
}

/// The mode of a dialogue that travels so.
pub fn mode_of(transport: Transport) -> u8 {
    let index = CARRIERS.iter().position(|carrier| *carrier == transport).unwrap_or(0);
    u8::try_from(index << CARRIER.trailing_zeros()).unwrap_or(0)
}

/// What carries a dialogue of this mode: the protocol's own first carrier where it lacks the one asked for.
fn carrier(mode: u8, protocol: &Protocol) -> Transport {
    let wanted = CARRIERS.get(usize::from((mode & CARRIER) >> CARRIER.trailing_zeros()));
    let able = wanted.filter(|transport| protocol.transports.contains(transport));
    *able.or(protocol.transports.first()).unwrap_or(&Transport::Tcp)
}

/// The protocol all dialogues are of, if the environment says so.
fn chosen() -> Option<usize> {
    static CHOSEN: OnceLock<Option<usize>> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let wanted = std::env::var(CHOICE).ok()?;
        let found = (0..PROTOCOLS.len()).find(|index| label(*index) == wanted);
        assert!(found.is_some(), "{CHOICE}={wanted}: no protocol of the list has this label");
        found
    })
}

/// What a run gave: its rows, and whether the parser lost its step.
struct Told {
    rows: Batch,
    messages: i64,
    lost: bool,
}

/// The protocol of a dialogue: the environment's, or by its first byte.
pub fn protocol_of(data: &[u8]) -> usize {
    chosen().unwrap_or(usize::from(data.first().copied().unwrap_or(0)) % PROTOCOLS.len())
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let Some((&[_, mode], records)) = data.split_first_chunk::<{ dialogue::HEADER }>() else { return };
    let protocol = &PROTOCOLS[protocol_of(data)];
    let transport = carrier(mode, protocol);
    let whole = play(protocol, transport, mode, records, None);
    // Datagrams and frames have no cuts. Where the parser lost its step, the search for the next message may see more or fewer
    // bytes at once and settle elsewhere.
    if transport != Transport::Tcp || whole.lost {
        return;
    }
    let pieces = play(protocol, transport, mode, records, Some(SPANS[usize::from(mode & PATTERN)]));
    assert!(!pieces.lost, "whether the parser loses its step depends on the cuts");
    assert_eq!(whole.messages, pieces.messages, "messages depend on the cuts");
    same(&whole.rows, &pieces.rows, "rows depend on the cuts");
}

/// The parser with all that the engine gives it.
struct Flow {
    ledger: Ledger,
    facts: Facts,
    parser: Watch,
    client: Assembly,
    server: Assembly,
    fed: usize,
    feeds: usize,
}

impl Flow {
    fn new(protocol: &Protocol, transport: Transport, mode: u8) -> Self {
        let settings = Settings { full: mode & NEWS_ONLY == 0, samples: true, ..Settings::default() };
        let end = |host, port| match transport {
            Transport::Ethernet => {
                let mac = [2, 0, 0, 0, 0, host];
                Endpoint { ip: mac_end(mac), port, mac: Some(mac) }
            }
            _ => Endpoint { ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), port, mac: None },
        };
        let port = protocol.ports.first().copied().unwrap_or(4000);
        let mut facts = Facts::new(end(1, 50_000), end(2, port), transport, 1);
        facts.protocol = Some(protocol.name);
        facts.begun = true;
        Self {
            ledger: Ledger::new(settings, vec![Place { sensor: "fuzz".into(), ..Place::default() }]),
            facts,
            parser: Watch::new((protocol.parser)(), transport == Transport::Tcp),
            client: Assembly::default(),
            server: Assembly::default(),
            fed: 0,
            feeds: 0,
        }
    }

    fn step(&mut self, step: Step<'_>, stamp: Stamp, cut: Option<usize>) {
        self.ledger.clock = stamp.time;
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(stamp));
        let parser = &mut self.parser;
        match step {
            Step::Silence(_) => wire::protocol::Parser::expire(parser, stamp.time, &mut talk),
            Step::Gap(side) => {
                let assembly = if side == Side::Client { &mut self.client } else { &mut self.server };
                assembly.gap();
                wire::protocol::Parser::gap(parser, side, &mut talk);
            }
            Step::Bytes(side, mut bytes) => {
                let assembly = if side == Side::Client { &mut self.client } else { &mut self.server };
                self.fed += bytes.len();
                while !bytes.is_empty() {
                    // Lengths that change from piece to piece, so that cuts fall everywhere.
                    let length = cut.map_or(bytes.len(), |span| (1 + self.feeds % span).min(bytes.len()));
                    let (piece, behind) = bytes.split_at(length);
                    assembly.feed(parser, side, piece, stamp, &mut talk);
                    bytes = behind;
                    self.feeds += 1;
                }
            }
        }
        self.parser.check(self.fed, self.feeds);
    }

    fn end(mut self, stamp: Stamp) -> Told {
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(stamp));
        wire::protocol::Parser::close(&mut self.parser, &mut talk);
        self.ledger.finish();
        let rows = self.ledger.take_batch();
        Told { rows, messages: self.facts.ordinal, lost: self.parser.lost() }
    }
}

fn play(protocol: &Protocol, transport: Transport, mode: u8, records: &[u8], cut: Option<usize>) -> Told {
    let mut flow = Flow::new(protocol, transport, mode);
    let mut stamp = Stamp { time: BEGINNING, number: 0, source: 0 };
    for step in dialogue::steps(records) {
        stamp.number += 1;
        stamp.time += if let Step::Silence(seconds) = step { i64::from(seconds) * SECOND } else { MILLISECOND };
        flow.step(step, stamp, cut);
        if !matches!(transport, Transport::Tcp | Transport::Serial) {
            // A datagram holds whole messages: what is left over is not continued by the next one.
            (flow.client, flow.server) = Default::default();
        }
    }
    flow.end(stamp)
}
