//! What the golden captures do not show: hostile input, recognition.

use super::frame::crc;
use super::{PORT, TriStation, probe};
use crate::flow::facts::{Endpoint, Place};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::{Guess, Parser, Probe, Talk};

/// What a network scanner of the protocol sends (published bytes).
const PING: &[u8] = &[6, 0, 0, 0, 0, 0x88];
const CLOSE: &[u8] = &[4, 0, 0, 0, 1, 0x30];

fn framed(kind: u8, inside: &[u8]) -> Vec<u8> {
    let mut frame = [&[kind, 0, u8::try_from(inside.len()).unwrap(), 0], inside].concat();
    frame.extend(crc(&frame).to_le_bytes());
    frame
}

fn packet(code: u8, number: u8, data: &[u8]) -> Vec<u8> {
    let size = u8::try_from(data.len() + 10).unwrap();
    let mut packet = [&[0, 0, code, number, 0, 0, 0, 0, size, 0], data].concat();
    let sum = packet.iter().map(|byte| u16::from(*byte)).sum::<u16>() + u16::from(size);
    packet.splice(6..8, sum.to_le_bytes());
    packet
}

fn flags(side: Side, bytes: &[u8]) -> bool {
    let end = |port| Endpoint { ip: "10.9.1.48".parse().unwrap(), port, mac: None };
    let mut facts = Facts::new(end(50_000), end(PORT), Transport::Udp, 1);
    let mut ledger = Ledger::new(Settings::default(), vec![Place::default()]);
    let span = Span::at(Stamp { time: 1, source: 0, number: 1 });
    let mut talk = Talk::new(&mut ledger, &mut facts, span);
    talk.begin(span);
    Dialogue::<TriStation>::default().message(side, bytes, &mut talk);
    talk.flagged()
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    let command = framed(5, &packet(21, 7, &[]));
    assert!(!flags(Side::Client, PING));
    assert!(!flags(Side::Client, CLOSE));
    assert!(!flags(Side::Client, &command));
    assert!(!flags(Side::Client, &framed(5, &packet(29, 8, &[23, 255, 4, 0, 0, 0, 0, 0, 0, 1]))));
    assert!(flags(Side::Client, &framed(5, &packet(99, 7, &[]))), "no such command");
    assert!(flags(Side::Server, &command), "no such reply");
    assert!(flags(Side::Client, &framed(5, &packet(21, 7, &[])[..9])), "a packet that is cut");
    assert!(flags(Side::Client, &framed(12, &[])), "no such type");
    assert!(flags(Side::Client, &PING[..5]), "too short");
    assert!(flags(Side::Client, &[&command[..4], &[1], &command[5..]].concat()), "CRC and checksum are wrong");
    let mut odd = packet(21, 7, &[1, 2]);
    odd[8] = 11;
    assert!(flags(Side::Client, &framed(5, &odd)), "two lengths that disagree");
}

#[test]
fn recognised_by_crc_and_length_on_any_port() {
    let guess = |data: &[u8], ports: (u16, u16)| {
        let (source_port, destination_port) = ports;
        probe(&Probe { data, transport: Transport::Udp, source_port, destination_port, ended: false })
    };
    let sender = |guess| match guess {
        Guess::Yes { sender, .. } => sender,
        _ => panic!("not recognised"),
    };
    assert_eq!(sender(guess(PING, (50_000, PORT))), Some(Side::Client));
    assert_eq!(sender(guess(PING, (PORT, 50_000))), Some(Side::Server));
    assert_eq!(sender(guess(CLOSE, (9, 10))), Some(Side::Client));
    assert_eq!(sender(guess(&framed(5, &packet(21, 7, &[])), (9, 10))), Some(Side::Client));
    assert_eq!(sender(guess(&framed(5, &packet(110, 7, &[])), (9, 10))), Some(Side::Server));
    for wrong in [&[6, 0, 0, 0, 0, 0x89][..], &[0; 6], &framed(12, &[]), &framed(6, &[1]), &framed(5, &[0; 4])] {
        assert_eq!(guess(wrong, (50_000, PORT)), Guess::No, "{wrong:?}");
    }
}
