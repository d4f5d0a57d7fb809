//! Hostile and odd DNP3: what golden captures do not show.

use super::header::{Headers, Range};
use super::link::{self, framing};
use super::{control, crc, function as fc, indication, items, time};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Probe};

fn frame(control: u8, user: &[u8]) -> Vec<u8> {
    let mut out = vec![0x05, 0x64, u8::try_from(user.len() + 5).expect("short"), control, 10, 0, 1, 0];
    out.extend(crc::crc(&out).to_le_bytes());
    for block in user.chunks(16) {
        out.extend(block);
        out.extend(crc::crc(block).to_le_bytes());
    }
    out
}

#[test]
fn the_checksum_is_that_of_the_standard() {
    // Request link status as any capture shows it.
    assert_eq!(frame(0xc9, &[])[8..], crc::crc(&[5, 0x64, 5, 0xc9, 10, 0, 1, 0]).to_le_bytes());
    assert_eq!(crc::crc(b"123456789"), 0xea82);
}

#[test]
fn a_length_is_believed_only_under_its_checksum() {
    let good = frame(0xc4, &[0xc0; 20]);
    assert_eq!(framing(&good), Framing::Message(10 + 20 + 4));
    assert_eq!(framing(&good[..9]), Framing::Need);
    let mut bad = good.clone();
    bad[2] = 200;
    assert_eq!(framing(&bad), Framing::Bad(Flag::Dnp3HeaderCrc));
    let joined = [&bad[..], &good[..]].concat();
    assert_eq!(link::resynchronise(&joined), (bad.len(), true));
    let mut short = vec![0x05, 0x64, 4, 0xc4, 10, 0, 1, 0];
    short.extend(crc::crc(&short).to_le_bytes());
    assert_eq!(framing(&short), Framing::Bad(Flag::Dnp3LinkLength));
}

#[test]
fn a_block_under_a_wrong_checksum_is_no_data() {
    let mut bad = frame(0xc4, &[0xc0, 0xc1, 1]);
    assert!(link::user_data(&bad, &mut Vec::new()));
    bad[11] ^= 1;
    assert!(!link::user_data(&bad, &mut Vec::new()));
}

#[test]
fn an_outstation_that_calls_is_told_from_one_that_is_called() {
    let unsolicited = frame(0x44, &[0xc0, 0xf0, 130, 0, 0]);
    let ask = |source_port, destination_port| {
        link::probe(&Probe {
            data: &unsolicited,
            transport: Transport::Tcp,
            source_port,
            destination_port,
            ended: false,
        })
    };
    assert!(matches!(ask(link::PORT, 50_000), Guess::Yes { sender: Some(Side::Server), .. }));
    assert!(matches!(ask(50_000, link::PORT), Guess::Reversed { .. }));
}

#[test]
fn a_count_is_no_more_than_the_bytes() {
    // Four thousand million analog inputs in three bytes.
    let data = [30, 1, 0x02, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3];
    let mut headers = Headers::of(fc::RESPONSE, &data);
    let header = headers.next().expect("a header");
    assert_eq!(header.range, Range::Span(0, u32::MAX));
    assert_eq!(header.objects().count(), 0);
    assert!(headers.next().is_none());
    assert_eq!(headers.oddity.map(|(flag, _)| flag), Some(Flag::Dnp3ObjectLength));
    // Class objects with a count hold nothing.
    assert_eq!(Headers::of(fc::READ, &[60, 2, 0x09, 0xff, 0xff, 0xff, 0xff]).count(), 1);
    // A range that ends before it begins.
    assert_eq!(Headers::of(fc::RESPONSE, &[30, 1, 0x00, 9, 3]).next().map(|h| h.count()), Some(0));
}

#[test]
fn an_unknown_object_ends_the_fragment_and_keeps_what_was_read() {
    let data = [1, 1, 0x00, 0, 7, 0xff, 99, 1, 0x00, 0, 3, 1, 2, 3, 4, 30, 2];
    let mut headers = Headers::of(fc::RESPONSE, &data);
    assert_eq!(headers.by_ref().map(|h| (h.group, h.data.len())).collect::<Vec<_>>(), [(1, 1), (99, 0)]);
    assert_eq!(headers.oddity, Some((Flag::Dnp3ObjectUnknown, 6)));
    let mut reserved = Headers::of(fc::RESPONSE, &[30, 1, 0x8a, 0]);
    assert!(reserved.next().is_none());
    assert_eq!(reserved.oddity, Some((Flag::Dnp3Qualifier, 0)));
}

#[test]
fn a_response_repeats_a_command_but_for_its_status() {
    let block = |status: u8| vec![12, 1, 0x28, 1, 0, 5, 0, 0x41, 1, 100, 0, 0, 0, 0, 0, 0, 0, status];
    assert!(control::echoes(fc::OPERATE, &block(0), &block(4)));
    assert_eq!(control::statuses(fc::RESPONSE, &block(4)), [4]);
    let mut other = block(0);
    other[5] = 6;
    assert!(!control::echoes(fc::OPERATE, &block(0), &other));
}

#[test]
fn times_and_indications_read_as_they_should() {
    assert_eq!(time::text(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(time::text(951_782_400_123), "2000-02-29T00:00:00.123Z");
    assert_eq!(time::text(0xffff_ffff_ffff), "10889-08-02T05:31:50.655Z");
    assert_eq!(indication::error(0x0480), Some((0x0400, "parameter_error")));
    assert_eq!(items::classes(&[60, 2, 6, 60, 3, 6, 60, 4, 6, 60, 1, 6]), 15);
}
