//! Clusters: one protocol, one shape, however its bytes are cut.

use super::{Cluster, Profile};
use crate::flow::{Side, Transport};

/// Requests `7e 01 | length 2 | number 2 | body`, replies `7e 81 | …`, from a seed.
fn dialogue(seed: u16, pieces: usize) -> Option<Cluster> {
    let mut profile = Profile::default();
    for turn in 0..20u16 {
        for (side, mark) in [(Side::Client, 0x01), (Side::Server, 0x81)] {
            let body: Vec<u8> =
                (0..(turn.wrapping_mul(seed) % 40 + 4)).map(|n| u8::try_from(n * seed % 7).unwrap()).collect();
            let length = (u16::try_from(body.len()).unwrap() + 2).to_be_bytes();
            let message = [&[0x7e, mark][..], &length, &(turn + seed).to_be_bytes(), &body].concat();
            for piece in message.chunks(pieces) {
                if let Some(cluster) = profile.observe(Transport::Tcp, side, piece) {
                    return Some(cluster);
                }
            }
        }
    }
    None
}

#[test]
fn flows_of_one_protocol_fall_into_one_cluster_however_they_are_cut() {
    let first = dialogue(3, 1500).unwrap();
    assert_eq!(
        first.shape,
        "tcp; client: binary, begins 7e01, length 16-bit big-endian at 2; \
                             server: binary, begins 7e81, length 16-bit big-endian at 2"
    );
    assert!(first.name.starts_with("u-") && first.name.len() == 8);
    for (seed, pieces) in [(5, 1500), (11, 3), (17, 1), (23, 7)] {
        assert_eq!(dialogue(seed, pieces).unwrap(), first, "seed {seed} in pieces of {pieces}");
    }
}

#[test]
fn another_shape_is_another_cluster() {
    let mut text = Profile::default();
    let mut random = Profile::default();
    let (mut state, mut clusters) = (1u32, Vec::new());
    for turn in 0..20 {
        let side = if turn % 2 == 0 { Side::Client } else { Side::Server };
        clusters.extend(text.observe(Transport::Tcp, side, format!("GET value {turn}\r\n").as_bytes()));
        let noise: Vec<u8> = (0..200)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                u8::try_from(state >> 24).unwrap()
            })
            .collect();
        if let Some(found) = random.observe(Transport::Udp, side, &noise) {
            assert!(found.shape.contains("client: random, always 200 bytes"), "{}", found.shape);
            clusters.push(found);
            break;
        }
    }
    let names: std::collections::BTreeSet<_> = clusters.iter().map(|cluster| &cluster.name).collect();
    assert!(names.len() >= 2, "{clusters:?}");
    assert!(clusters.iter().any(|cluster| cluster.shape.contains("client: text")), "{clusters:?}");
}

#[test]
fn little_said_is_no_cluster() {
    let mut profile = Profile::default();
    assert_eq!(profile.observe(Transport::Tcp, Side::Client, &[0; 100_000]), None);
    assert_eq!(profile.observe(Transport::Tcp, Side::Client, &[]), None);
}

#[test]
fn a_bulk_transfer_is_looked_at_as_far_as_its_beginning() {
    let mut profile = Profile::default();
    for _ in 0..1000 {
        assert_eq!(profile.observe(Transport::Tcp, Side::Server, &[7; 1460]), None);
    }
    assert_eq!(profile.server.bytes, super::LOOKED);
}
