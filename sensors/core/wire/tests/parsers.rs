//! Each parser of the list by itself, on its own dialogues and on those of all others: bounded state, no panic, the same
//! rows however the stream is cut.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use support::{Taken, frames, golden, rows, same};
use wire::flow::assembly::Assembly;
use wire::flow::facts::Endpoint;
use wire::flow::ip::{self, TCP};
use wire::flow::{Facts, Side, Span, Stamp, Transport};
use wire::ledger::Ledger;
use wire::link::decode;
use wire::protocol::{Guess, PROTOCOLS, Parser, Probe, Protocol, Talk};
use wire::{Place, Settings};

/// What a parser may keep of one flow, in bytes.
const STATE: usize = 512 << 10;
const FACTS: [&str; 4] = ["transaction", "value", "session", "file"];

type Dialogue = Vec<(Side, Vec<u8>)>;

/// TCP payloads of a capture by flow, in their order; whoever speaks first is the client.
fn dialogues(taken: &[Taken]) -> Vec<Dialogue> {
    let mut flows: BTreeMap<[String; 2], (String, Dialogue)> = BTreeMap::new();
    for one in taken {
        let packet = decode::decode(one.link, &one.data).expect("golden frames are whole");
        let Some(datagram) = ip::ipv4(packet.payload).filter(|d| d.protocol == TCP) else { continue };
        let data = datagram.payload;
        let port = |at: usize| u16::from_be_bytes([data[at], data[at + 1]]);
        let sender = format!("{} {}", datagram.source, port(0));
        let mut ends = [sender.clone(), format!("{} {}", datagram.destination, port(2))];
        ends.sort();
        let bytes = &data[usize::from(data[12] >> 4) * 4..];
        let (client, dialogue) = flows.entry(ends).or_insert_with(|| (sender.clone(), Vec::new()));
        if !bytes.is_empty() {
            dialogue.push((if *client == sender { Side::Client } else { Side::Server }, bytes.to_vec()));
        }
    }
    flows.into_values().map(|(_, dialogue)| dialogue).collect()
}

/// Rows of a dialogue fed in pieces of so many bytes.
fn play(protocol: &Protocol, dialogue: &Dialogue, piece: usize, what: &str) -> Vec<String> {
    let settings = Settings { full: true, ..Settings::default() };
    let mut ledger = Ledger::new(settings, vec![Place { sensor: "test".into(), ..Place::default() }]);
    let end = |host, port| Endpoint { ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), port, mac: None };
    let mut facts = Facts::new(end(1, 50_000), end(2, 502), Transport::Tcp, 1);
    (facts.protocol, facts.begun) = (Some(protocol.name), true);
    let mut parser: Box<dyn Parser> = (protocol.parser)();
    let (mut client, mut server) = (Assembly::default(), Assembly::default());
    let mut stamp = Stamp { time: 1_700_000_000_000_000_000, number: 0, source: 0 };
    for (side, bytes) in dialogue {
        (stamp.number, stamp.time) = (stamp.number + 1, stamp.time + 1_000_000);
        ledger.clock = stamp.time;
        let mut talk = Talk::new(&mut ledger, &mut facts, Span::at(stamp));
        let assembly = if *side == Side::Client { &mut client } else { &mut server };
        for part in bytes.chunks(piece) {
            assembly.feed(&mut *parser, *side, part, stamp, &mut talk);
        }
        let weight = parser.weight();
        assert!(weight <= STATE, "{what}: weight {weight}");
    }
    let mut talk = Talk::new(&mut ledger, &mut facts, Span::at(stamp));
    parser.close(&mut talk);
    ledger.finish();
    rows(&ledger.take_batch(), &FACTS, &[])
}

/// The parser that recognises a dialogue by its first telling payload, or by what one side said so far.
fn owner(dialogue: &Dialogue) -> Option<&'static Protocol> {
    let over_tcp = || PROTOCOLS.iter().filter(|protocol| protocol.transports.contains(&Transport::Tcp));
    let mut said: [Vec<u8>; 2] = Default::default();
    for (side, data) in dialogue {
        let held = &mut said[usize::from(*side == Side::Server)];
        held.extend_from_slice(data);
        let probe = Probe { data: held, transport: Transport::Tcp, source_port: 0, destination_port: 0, ended: false };
        let guesses: Vec<(&Protocol, Guess)> = over_tcp().map(|p| (p, (p.probe)(&probe))).collect();
        let sure = guesses.iter().filter_map(|(protocol, guess)| match guess {
            Guess::Yes { confidence, .. } => Some((*protocol, *confidence)),
            _ => None,
        });
        if let Some((protocol, _)) = sure.max_by(|one, other| one.1.total_cmp(&other.1)) {
            return Some(protocol);
        }
        if !guesses.iter().any(|(_, guess)| matches!(guess, Guess::Need)) {
            held.clear();
        }
    }
    None
}

/// Every dialogue of the golden captures with the folder it stands in and words for it.
fn all() -> Vec<(String, String, Dialogue)> {
    let of = |(folder, file): (String, std::path::PathBuf)| {
        let what = file.display().to_string();
        dialogues(&frames(&file)).into_iter().map(move |dialogue| (folder.clone(), what.clone(), dialogue))
    };
    golden().into_iter().flat_map(of).collect()
}

#[test]
fn any_parser_bears_the_dialogues_of_any_protocol() {
    for (_, what, dialogue) in all() {
        for protocol in PROTOCOLS.iter().filter(|p| p.transports.contains(&Transport::Tcp)) {
            let what = format!("{what} read as {}", protocol.name);
            play(protocol, &dialogue, usize::MAX, &what);
            play(protocol, &dialogue, 1, &what);
        }
    }
}

/// Protocols whose clients have connections as well that name nothing: an activation of DCOM asks for a class by its number.
const BESIDE: [&str; 1] = ["opc_classic"];

#[test]
fn a_dialogue_is_recognised_as_its_own_protocol_and_says_the_same_in_any_pieces() {
    let mut recognised = BTreeSet::new();
    for (folder, what, dialogue) in all() {
        let Some(protocol) = owner(&dialogue) else {
            // Nothing was said, or only what names no protocol by itself.
            let bare = BESIDE.contains(&folder.as_str()) || dialogue.iter().all(|(_, data)| data.len() < 32);
            assert!(bare, "{what}: not recognised");
            continue;
        };
        assert_eq!(protocol.name, folder, "{what}");
        recognised.insert(folder);
        let whole = play(protocol, &dialogue, usize::MAX, &what);
        assert!(!whole.is_empty(), "{what}: nothing told");
        for piece in [1, 2, 3, 5, 7, 16, 61] {
            same(&whole, &play(protocol, &dialogue, piece, &what), &format!("{what} in pieces of {piece}"));
        }
    }
    assert!(BESIDE.iter().all(|folder| recognised.contains(*folder)));
}

#[test]
fn a_dialogue_said_a_hundred_times_does_not_grow_the_state() {
    for (_, what, dialogue) in all() {
        let Some(protocol) = owner(&dialogue) else { continue };
        let again: Dialogue = std::iter::repeat_n(dialogue, 100).flatten().collect();
        play(protocol, &again, usize::MAX, &what);
    }
}
