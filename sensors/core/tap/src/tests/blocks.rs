//! Blocks of a ring, whole and damaged.

use crate::block::{Cursor, Packet, put_tag_back};

/// Behind the packet's header (48) and its `sockaddr_ll` (20).
const MAC: usize = 80;

/// A packet of a block, as asked.
#[derive(Clone, Default)]
struct Asked {
    seconds: u32,
    nanoseconds: u32,
    data: Vec<u8>,
    wire_length: u32,
    status: u32,
    tag: (u16, u16),
    kind: u8,
}

fn put(block: &mut [u8], at: usize, bytes: &[u8]) {
    block[at..at + bytes.len()].copy_from_slice(bytes);
}

fn built(packets: &[Asked]) -> Vec<u8> {
    let mut block = vec![0; 4096];
    put(&mut block, 12, &u32::try_from(packets.len()).unwrap().to_ne_bytes());
    put(&mut block, 16, &48u32.to_ne_bytes());
    let mut at = 48;
    for (index, packet) in packets.iter().enumerate() {
        let step = (MAC + packet.data.len()).next_multiple_of(8);
        let next = if index + 1 == packets.len() { 0 } else { u32::try_from(step).unwrap() };
        let captured = u32::try_from(packet.data.len()).unwrap();
        let words = [next, packet.seconds, packet.nanoseconds, captured, packet.wire_length, packet.status];
        for (index, word) in words.iter().enumerate() {
            put(&mut block, at + 4 * index, &word.to_ne_bytes());
        }
        put(&mut block, at + 24, &u16::try_from(MAC).unwrap().to_ne_bytes());
        put(&mut block, at + 32, &u32::from(packet.tag.1).to_ne_bytes());
        put(&mut block, at + 36, &packet.tag.0.to_ne_bytes());
        block[at + 58] = packet.kind;
        put(&mut block, at + MAC, &packet.data);
        at += step;
    }
    block
}

fn read(block: &[u8]) -> Vec<Option<Packet<'_>>> {
    let mut cursor = Cursor::begin(block);
    std::iter::from_fn(|| cursor.next(block)).collect()
}

#[test]
fn packets_come_in_order_with_time_and_lengths() {
    let first = Asked { seconds: 1, nanoseconds: 5, data: vec![1; 60], wire_length: 60, ..Asked::default() };
    let second =
        Asked { seconds: 2, data: vec![2; 33], wire_length: 1500, kind: libc::PACKET_OUTGOING, ..first.clone() };
    let block = built(&[first, second]);
    let found: Vec<_> = read(&block).into_iter().map(|packet| packet.expect("whole")).collect();
    assert_eq!(found.iter().map(|p| p.time).collect::<Vec<_>>(), [1_000_000_005, 2_000_000_005]);
    assert_eq!(found.iter().map(|p| p.data.len()).collect::<Vec<_>>(), [60, 33]);
    assert_eq!(found.iter().map(|p| p.wire_length).collect::<Vec<_>>(), [60, 1500]);
    assert_eq!(found.iter().map(|p| p.outgoing).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_tag_is_read_where_the_kernel_says_there_is_one() {
    let (valid, known) = (libc::TP_STATUS_VLAN_VALID, libc::TP_STATUS_VLAN_TPID_VALID);
    let asked = |status| Asked { data: vec![0; 20], status, tag: (0x88a8, 0x2064), ..Asked::default() };
    let block = built(&[asked(0), asked(valid), asked(valid | known)]);
    let tags: Vec<_> = read(&block).into_iter().flatten().map(|packet| packet.tag).collect();
    assert_eq!(tags, [None, Some((0x8100, 0x2064)), Some((0x88a8, 0x2064))]);
}

#[test]
fn a_tag_is_put_behind_both_addresses() {
    let frame: Vec<u8> = (0..20).collect();
    let mut whole = Vec::new();
    let tagged = put_tag_back(&frame, (0x8100, 0x2064), &mut whole).expect("long enough");
    assert_eq!(tagged[..12], frame[..12]);
    assert_eq!(tagged[12..16], [0x81, 0x00, 0x20, 0x64]);
    assert_eq!(tagged[16..], frame[12..]);
    assert_eq!(put_tag_back(&frame[..11], (0x8100, 1), &mut whole), None);
}

#[test]
fn what_contradicts_itself_ends_the_block_and_is_told() {
    let packet = Asked { data: vec![7; 40], wire_length: 40, ..Asked::default() };
    let block = built(&[packet.clone(), packet]);
    for (at, value) in [(12, u32::MAX), (16, u32::MAX), (48 + 12, u32::MAX), (48, u32::MAX), (48, 0)] {
        let mut damaged = block.clone();
        put(&mut damaged, at, &value.to_ne_bytes());
        let found = read(&damaged);
        assert!(found.len() <= 3, "{at}: {}", found.len());
    }
    for length in 0..block.len() {
        read(&block[..length]);
    }
}
