//! What golden captures do not show: the standard's example of a check word, counts that lie, parts out of turn, gaps.

use super::series::{Part, Series};
use super::station::{Channels, Naming, Scale, Station};
use super::{configuration, crc, frame, status};
use crate::dataset::Flag;
use crate::protocol::Framing;

/// A configuration of one PMU with one phasor and one digital word.
fn contents(station: &[u8; 16], phasors: u16) -> Vec<u8> {
    let mut out = vec![0, 0x0f, 0x42, 0x40, 0, 1];
    out.extend_from_slice(station);
    out.extend([0, 7, 0, 3]);
    out.extend(phasors.to_be_bytes());
    out.extend([0, 0, 0, 1]);
    out.extend_from_slice(&b"VA              ".repeat(17));
    out.extend([0; 4]);
    out.extend([0, 0, 0xff, 0xff, 0, 1, 0, 9, 0, 25]);
    out
}

#[test]
fn the_check_word_is_that_of_crc_ccitt() {
    assert_eq!(crc::crc(b"123456789"), 0x29b1);
    assert!(crc::right(b"123456789\x29\xb1"));
    assert!(!crc::right(b"\x29"));
}

#[test]
fn a_configuration_is_read_to_its_end_or_not_at_all() {
    let whole = contents(b"Marsh           ", 1);
    let read = configuration::read(7, frame::CFG2, &whole).unwrap();
    assert_eq!((read.time_base, read.rate, read.length), (1_000_000, 25, 2 + 8 + 4 + 2));
    let station = read.stations.first().unwrap();
    assert_eq!((&*station.name, station.nominal, station.changes), ("Marsh", 50, 9));
    for end in 0..whole.len() {
        assert!(configuration::read(7, frame::CFG2, whole.get(..end).unwrap()).is_none(), "{end}");
    }
    assert!(configuration::read(7, frame::CFG2, &contents(b"Marsh           ", u16::MAX)).is_none());
}

#[test]
fn two_points_never_share_an_address() {
    let mut naming = Naming::default();
    let channels = || Channels {
        phasors: vec!["V".into(), "V".into(), "".into()],
        phasor_scales: vec![Scale { factor: 1.0, offset: 0.0 }; 3],
        ..Channels::default()
    };
    let stations = [1, 2].map(|id| Station::new("Bay".into(), id, (0, 50, 0), channels(), &mut naming));
    let mut addresses: Vec<&str> = stations.iter().flat_map(|s| &s.points).map(|p| &*p.address).collect();
    let count = addresses.len();
    addresses.sort_unstable();
    addresses.dedup();
    assert_eq!(addresses.len(), count);
    assert!(addresses.contains(&"Bay#2:V#2.angle") && addresses.contains(&"Bay:phasor3.magnitude"));
}

#[test]
fn parts_out_of_turn_make_no_configuration() {
    let mut series = Series::default();
    assert_eq!(series.part(7, &[0, 2, 1]), Part::Strange);
    assert_eq!(series.part(7, &[0, 1, 1]), Part::Waits);
    assert_eq!(series.part(7, &[0, 2, 2]), Part::Waits);
    assert_eq!(series.part(7, &[0xff, 0xff, 3]), Part::Joined(vec![1, 2, 3]));
    assert_eq!(series.part(7, &[0, 1, 1]), Part::Waits);
    assert_eq!(series.part(8, &[0xff, 0xff, 3]), Part::Strange);
    let mut big = vec![0, 1];
    big.resize(65_000, 0);
    assert_eq!(series.part(7, &big), Part::Waits);
    let ends = (2..8_u8).map(|number| {
        big[1] = number;
        series.part(7, &big) == Part::TooLong
    });
    assert_eq!(ends.filter(|end| *end).count(), 1);
    assert_eq!(series.weight(), 0);
}

#[test]
fn behind_a_gap_only_a_frame_of_about_the_time_before_is_taken() {
    let head = |soc: u32| [&[0xaa, 0x01, 0, 30, 0, 7][..], &soc.to_be_bytes()].concat();
    let noise = [0xaa, 0x80, 1, 2, 0xaa, 0x11, 0, 3];
    let stream = [&noise[..], &head(5), &head(900_000)].concat();
    assert_eq!(frame::resynchronise(&stream, Some(900_100)), (18, true));
    assert_eq!(frame::resynchronise(&stream, None), (8, true));
    assert_eq!(frame::resynchronise(stream.get(..24).unwrap(), Some(900_100)), (18, false), "too few bytes to tell");
    assert_eq!(frame::resynchronise(&noise, None), (noise.len(), false));
    assert_eq!(frame::framing(&noise), Framing::Bad(Flag::SynchrophasorMalformed));
    assert_eq!(frame::framing(&[0xaa, 0x01, 0]), Framing::Need);
}

#[test]
fn only_what_comes_up_is_told() {
    let news = |before, now| status::news(before, now).collect::<Vec<_>>();
    assert_eq!(news(0, 0x6000), [Flag::SynchrophasorDataError, Flag::SynchrophasorUnsynchronised]);
    assert_eq!(news(0x6000, 0x6000), []);
    assert_eq!(news(0xc000, 0x8000), [Flag::SynchrophasorTestMode]);
    assert_eq!(news(0x2800, 0), []);
}
