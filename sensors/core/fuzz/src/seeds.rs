//! Seeds out of golden captures: short captures for `frames`, dialogues for each protocol.

use crate::dialogue;
use crate::stream::{label, mode_of};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use wire::capture::{FileSource, Limits};
use wire::flow::fieldbus::Wire;
use wire::flow::ip::{self, Datagram};
use wire::flow::{Side, Transport};
use wire::link::decode;
use wire::link::rtac::{Event, Record};
use wire::protocol::{Guess, PROTOCOLS, Probe};

/// Variables: folder of golden captures, folder to write seeds to (one folder a target in it).
pub const FROM: &str = "BITTERN_FUZZ_GOLDEN";
pub const TO: &str = "BITTERN_FUZZ_SEEDS";

/// Frames in a seed of `frames`: few, as time goes with length.
const FRAMES: usize = 12;
/// A dialogue goes on in a new seed behind so many bytes.
const DIALOGUE: usize = 2 << 10;

/// One flow's payloads in the order they were captured.
type Dialogue = Vec<(Side, Vec<u8>)>;
/// How a dialogue travelled: its transport, and the EtherType that stands for both ports of a frame without IP.
type Carrier = (Transport, u16);
/// The two ends, lower one first.
type Key = ([String; 2], u16);

/// Writes all seeds if the environment asks for them; true if it did.
///
/// # Errors
/// What the file system says; a golden capture that cannot be read.
pub fn asked() -> io::Result<bool> {
    let (Some(from), Some(to)) = (std::env::var_os(FROM), std::env::var_os(TO)) else { return Ok(false) };
    let to = PathBuf::from(to);
    let targets = (0..PROTOCOLS.len()).map(label).chain(["frames".to_owned()]);
    targets.into_iter().try_for_each(|target| fs::create_dir_all(to.join(target)))?;
    for folder in fs::read_dir(from)?.flatten().filter(|entry| entry.path().is_dir()) {
        for file in fs::read_dir(folder.path())?.flatten().map(|entry| entry.path()) {
            if file.extension().is_some_and(|extension| extension == "pcap") {
                let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                capture(&file, &to, &format!("{}-{stem}", folder.file_name().to_string_lossy()))?;
            }
        }
    }
    Ok(true)
}

fn capture(file: &Path, to: &Path, name: &str) -> io::Result<()> {
    let bytes = fs::read(file)?;
    let odd = |error: String| io::Error::other(format!("{}: {error}", file.display()));
    let mut source = FileSource::open(file, Limits::default()).map_err(|e| odd(e.to_string()))?;
    let mut flows: BTreeMap<Key, (Carrier, String, Dialogue)> = BTreeMap::new();
    let mut ends = Vec::new();
    while let Some(frame) = source.next().map_err(|e| odd(e.to_string()))? {
        if let Some((ends, carrier, sender, payload)) = payload(frame.link, frame.data) {
            let key = (ends, if carrier.0 == Transport::Tcp { 0 } else { 1 + carrier.1 });
            let (_, client, dialogue) = flows.entry(key).or_insert_with(|| (carrier, sender.clone(), Vec::new()));
            let side = if *client == sender { Side::Client } else { Side::Server };
            if !payload.is_empty() {
                dialogue.push((side, payload.to_vec()));
            }
        }
        ends.push(usize::try_from(source.position()).unwrap_or(usize::MAX));
    }
    // The file's own header before each short run of frames: classic pcap needs no more.
    let header = bytes.get(..24).unwrap_or_default();
    let borders: Vec<usize> =
        std::iter::once(header.len()).chain(ends.into_iter().skip(FRAMES - 1).step_by(FRAMES)).collect();
    for (i, pair) in borders.windows(2).enumerate() {
        let part = bytes.get(pair[0]..pair[1]).unwrap_or_default();
        fs::write(to.join("frames").join(format!("{name}-{i}")), [header, part].concat())?;
    }
    for (i, (carrier, _, dialogue)) in flows.values().enumerate() {
        dialogues(dialogue, *carrier, to, &format!("{name}-{i}"))?;
    }
    Ok(())
}

/// Ends, carrier, sender and payload of a TCP or UDP packet, or of a frame that carries neither.
fn payload(link: wire::capture::LinkType, data: &[u8]) -> Option<([String; 2], Carrier, String, &[u8])> {
    let packet = decode::decode(link, data).ok()?;
    let datagram: Datagram<'_> = match packet.ether_type? {
        decode::ETHERTYPE_IPV4 => ip::ipv4(packet.payload)?,
        decode::ETHERTYPE_IPV6 => ip::ipv6(packet.payload)?,
        decode::ETHERTYPE_CAN | decode::ETHERTYPE_CAN_COOKED => {
            let bus = "can".to_owned();
            return Some(([bus.clone(), bus.clone()], (Transport::Can, 0), bus, packet.payload));
        }
        decode::ETHERTYPE_PROFIBUS => {
            let bus = "profibus".to_owned();
            return Some(([bus.clone(), bus.clone()], (Transport::Profibus, 0), bus, packet.payload));
        }
        decode::ETHERTYPE_SERIAL => return serial(packet.payload),
        other => {
            let sender = format!("{:02x?}", packet.source_mac?);
            let mut ends = [sender.clone(), format!("{:02x?}", packet.destination_mac?)];
            ends.sort();
            return Some((ends, (Transport::Ethernet, other), sender, packet.payload));
        }
    };
    let data = datagram.payload;
    let (header, transport) = match datagram.protocol {
        ip::TCP => (usize::from(data.get(12)? >> 4) * 4, Transport::Tcp),
        ip::UDP => (8, Transport::Udp),
        _ => return None,
    };
    let port = |at: usize| Some(u16::from_be_bytes([*data.get(at)?, *data.get(at + 1)?]));
    let sender = format!("{} {}", datagram.source, port(0)?);
    let mut ends = [sender.clone(), format!("{} {}", datagram.destination, port(2)?)];
    ends.sort();
    Some((ends, (transport, 0), sender, data.get(header..)?))
}

/// The same of a record of a serial line that has octets of a wire.
fn serial(record: &[u8]) -> Option<([String; 2], Carrier, String, &[u8])> {
    let record = Record::read(record)?;
    let Event::Octets(wire) = record.event else { return None };
    let ends = [Wire::Receive, Wire::Transmit].map(|wire| format!("{wire:?}"));
    Some((ends, (Transport::Serial, 0), format!("{wire:?}"), record.octets))
}

/// Writes a dialogue for the protocol that claims its first payload.
fn dialogues(dialogue: &Dialogue, carrier: Carrier, to: &Path, name: &str) -> io::Result<()> {
    // One frame of a bus, or piece of what a wire says, names no protocol: many together do.
    let owned = match carrier.0 {
        Transport::Can | Transport::Profibus | Transport::Serial => {
            let said = dialogue.iter().filter(|(side, _)| *side == Side::Client);
            let together: Vec<u8> = said.flat_map(|(_, payload)| payload.clone()).collect();
            owner(&together, carrier)
        }
        _ => dialogue.iter().find_map(|(_, payload)| owner(payload, carrier)),
    };
    let Some(index) = owned else { return Ok(()) };
    let head = [u8::try_from(index).unwrap_or(u8::MAX), mode_of(carrier.0)];
    let mut seed = head.to_vec();
    let mut part = 0;
    for (i, (side, payload)) in dialogue.iter().enumerate() {
        dialogue::write(&mut seed, *side, payload);
        if seed.len() > DIALOGUE || i + 1 == dialogue.len() {
            fs::write(to.join(label(index)).join(format!("{name}-{part}")), &seed)?;
            seed = head.to_vec();
            part += 1;
        }
    }
    Ok(())
}

fn owner(data: &[u8], (transport, port): Carrier) -> Option<usize> {
    let probe = Probe { data, transport, source_port: port, destination_port: port, ended: false };
    let sure = |index: &usize| match (PROTOCOLS[*index].probe)(&probe) {
        Guess::Yes { confidence, .. } => Some(confidence),
        _ => None,
    };
    let able = (0..PROTOCOLS.len()).filter(|index| PROTOCOLS[*index].transports.contains(&transport));
    able.filter_map(|index| Some((index, sure(&index)?))).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}
