//! What the golden captures do not show: hostile input, limits, recognition.

use super::frame::{self, crc};
use super::parameter::{block, list, valued};
use super::{PORT, PROTOCOL, RocPlus, file, login, opcode};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::listening::Flow;
use crate::protocol::{Framing, Guess, Parser, Probe};

const ROC: [u8; 2] = [1, 2];
const HOST: [u8; 2] = [3, 1];

fn message(to: [u8; 2], from: [u8; 2], opcode: u8, data: &[u8], begin: u16) -> Vec<u8> {
    let mut whole = [&to[..], &from, &[opcode, u8::try_from(data.len()).unwrap()], data].concat();
    whole.extend(crc(&whole, begin).to_le_bytes());
    whole
}

fn ask(opcode: u8, data: &[u8]) -> Vec<u8> {
    message(ROC, HOST, opcode, data, 0xffff)
}

fn answer(opcode: u8, data: &[u8]) -> Vec<u8> {
    message(HOST, ROC, opcode, data, 0xffff)
}

fn flow() -> Flow<Dialogue<RocPlus>> {
    Flow::new(Dialogue::default(), Transport::Tcp, PORT)
}

fn flags(side: Side, bytes: &[u8]) -> bool {
    flow().said(side, bytes)
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    assert!(!flags(Side::Client, &ask(6, &[])));
    assert!(!flags(Side::Client, &message(ROC, HOST, 6, &[], 0)), "the other start of the CRC");
    assert!(!flags(Side::Client, &ask(180, &[1, 103, 0, 21])));
    assert!(!flags(Side::Client, &ask(181, &[1, 103, 0, 2, 0])));
    assert!(!flags(Side::Server, &answer(255, &[20, 4])));
    assert!(flags(Side::Client, &ask(6, &[1])), "a request with data that has none");
    assert!(flags(Side::Client, &ask(180, &[2, 103, 0, 21])), "fewer parameters than counted");
    assert!(flags(Side::Client, &ask(181, &[1, 103, 0, 21, 0, 0])), "half a number");
    assert!(flags(Side::Client, &ask(8, &[61, 0, 0, 1, 1, 0xe8, 7])), "no such second");
    assert!(flags(Side::Client, &ask(99, &[])), "no such opcode");
    assert!(flags(Side::Server, &answer(255, &[20, 4, 1])), "half an error");
    let mut wrong = ask(6, &[]);
    wrong[7] ^= 1;
    assert!(flags(Side::Client, &wrong), "CRC");
    assert!(flags(Side::Client, &wrong[..7]), "cut");
}

#[test]
fn an_error_answers_what_was_asked_and_another_station_is_told() {
    let mut flow = flow();
    assert!(!flow.said(Side::Client, &ask(6, &[])));
    assert!(!flow.said(Side::Server, &answer(6, &[1; 19])));
    assert!(!flow.said(Side::Client, &ask(181, &[1, 91, 0, 26, 1])));
    assert!(!flow.said(Side::Server, &answer(255, &[20, 4])), "pairs with the write");
    assert!(flow.said(Side::Server, &answer(255, &[20, 4])), "nothing is left that it could answer");
    assert!(!flow.said(Side::Client, &ask(7, &[])));
    assert!(flow.said(Side::Server, &message(HOST, [9, 2], 7, &[1, 1, 1, 1, 1, 0xe8, 7, 1], 0xffff)), "station 9/2");
    assert!(!flow.said(Side::Client, &message([240, 240], HOST, 7, &[], 0xffff)));
    assert!(!flow.said(Side::Server, &message(HOST, [9, 2], 7, &[1, 1, 1, 1, 1, 0xe8, 7, 1], 0xffff)), "direct");
}

#[test]
fn parameters_are_cut_by_their_types() {
    let asked = list(&[3, 91, 0, 2, 77, 0, 0, 103, 1, 21]).unwrap();
    let mut data = [&[3, 91, 0, 2][..], &[b'x'; 20], &[77, 0, 0, 1, 2, 3, 103, 1, 21], &[0; 4]].concat();
    let (parts, untold) = valued(&data, &asked).unwrap();
    let sizes: Vec<_> = parts.iter().map(|part| part.data.unwrap().len()).collect();
    assert_eq!((sizes, untold), (vec![20, 3, 4], 0));
    assert_eq!(valued(&data, &[]).unwrap().1, 1, "what follows an unknown type that is written cannot be told");
    data.push(0);
    assert!(valued(&data, &asked).is_none(), "more data than parameters");
    let parts = block(&[103, 0, 2, 21, 0, 0, 0x80, 0x3f, 1]).unwrap();
    assert_eq!(parts.iter().map(|part| part.data.unwrap().len()).collect::<Vec<_>>(), [4, 1]);
    assert_eq!(block(&[77, 0, 3, 4, 1, 2, 3]).unwrap()[0].last, 6, "a block of unknown types stays one");
    for odd in [&[103, 0, 0, 1, 1][..], &[103, 0, 9, 250, 1], &[103, 0, 2, 21, 0]] {
        assert!(block(odd).is_none(), "{odd:?}");
    }
}

#[test]
fn a_login_says_who_and_a_file_which() {
    let login = login::read(b"LOI\xe8\x03\x05").unwrap();
    assert_eq!((login.operator.as_deref(), login.level, login.encrypted), (Some("LOI"), Some(5), Some(false)));
    assert!(login::read(&[0; 7]).is_none());
    let open = [&[1, 1][..], b"/flash/data\0", &[0; 88], b"a.bin\0", &[0; 19]].concat();
    let mut files = file::Files::default();
    assert_eq!(files.read(&open, Some(&[1, 7, 0, 0, 0])).unwrap().path, "/flash/data/a.bin");
    let close = files.read(&[4, 7, 0, 0, 0], None).unwrap();
    assert_eq!((close.path.as_str(), close.operation), ("/flash/data/a.bin", Operation::FileWrite));
    assert_eq!(files.read(&[4, 7, 0, 0, 0], None).unwrap().path, "", "closed already");
    for number in 0..100 {
        files.read(&open, Some(&[1, number, 0, 0, 0]));
    }
    assert!(files.weight() < 4096);
}

#[test]
fn recognised_by_crc_and_form_on_any_port() {
    let guess = |data: &[u8], ports: (u16, u16), transport| {
        let (source_port, destination_port) = ports;
        (PROTOCOL.probe)(&Probe { data, transport, source_port, destination_port, ended: false })
    };
    let sender = |data: &[u8], ports| match guess(data, ports, Transport::Tcp) {
        Guess::Yes { sender, .. } => sender,
        _ => panic!("not recognised"),
    };
    assert_eq!(sender(&ask(6, &[]), (9, 10)), Some(Side::Client));
    assert_eq!(sender(&answer(6, &[1; 19]), (9, 10)), Some(Side::Server));
    assert_eq!(sender(&answer(224, &[1, 0]), (9, 10)), Some(Side::Server));
    assert_eq!(sender(&ask(180, &[1, 91, 0, 2]), (50_000, PORT)), Some(Side::Client));
    let whole = ask(181, &[1, 91, 0, 26, 1]);
    for end in 1..whole.len() {
        assert_eq!(guess(&whole[..end], (9, 10), Transport::Tcp), Guess::Need, "{end}");
        assert_eq!(guess(&whole[..end], (9, 10), Transport::Udp), Guess::No, "{end}");
    }
    let mut wrong = whole.clone();
    wrong[11] ^= 1;
    for odd in [&wrong[..], &[0; 8], &ask(99, &[]), &ask(6, &[1]), &[&whole[..], &[0]].concat()] {
        assert_eq!(guess(odd, (9, PORT), Transport::Udp), Guess::No, "{odd:?}");
    }
}

#[test]
fn messages_are_found_again() {
    let whole = ask(6, &[]);
    assert_eq!(frame::framing(&whole), Framing::Message(8));
    assert_eq!(frame::framing(&[0; 8]), Framing::Bad(Flag::RocPlusOpcodeUnknown));
    assert_eq!(frame::resynchronise(&[&[9; 7][..], &whole, &[1]].concat()), (7, true));
    assert!(!frame::resynchronise(&[9; 12]).1);
    assert!(opcode::of(6).is_some_and(|known| known.asks.fits(&[])));
}

#[test]
fn memory_of_a_flow_is_bounded_whatever_is_asked() {
    let mut flow = flow();
    for number in 0..2000_u16 {
        let data = [&[84][..], &[u8::try_from(number % 250).unwrap(), 0, 1].repeat(84)].concat();
        flow.said(Side::Client, &ask(180, &data));
        flow.said(Side::Server, &answer(if number % 3 == 0 { 255 } else { 7 }, &[1; 8]));
        assert!(flow.parser.weight() < 256 * 1024, "{}", flow.parser.weight());
    }
}
