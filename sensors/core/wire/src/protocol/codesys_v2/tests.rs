//! What the golden captures do not show: bytes of published tools, recognition.

use super::command;
use super::frame::{Frame, Kind, framing, resynchronise};
use super::probe;
use crate::dataset::Flag;
use crate::flow::Transport;
use crate::protocol::{Framing, Guess, Probe};

/// What scanners and Digital Bond's tools begin with.
const IDENTIFY: &[u8] = &[0xbb, 0xbb, 1, 0, 0, 0, 1];
const INITIALISE: &[u8] = &[0xbb, 0xbb, 2, 0, 0, 0, 0x51, 0x10];
/// What they acknowledge and synchronise with.
const NEXT: &[u8] = &[0xcc, 0xcc, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x23, 1, 0, 0, 0x32];
const SYNCHRONISE: &[u8] = &[0x66, 0x66, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 6, 0, 0, 0];

#[test]
fn frames_of_published_tools_are_read() {
    for (bytes, kind) in
        [(IDENTIFY, Kind::Plain), (INITIALISE, Kind::Plain), (NEXT, Kind::Wrapped), (SYNCHRONISE, Kind::Synchronise)]
    {
        assert_eq!(framing(bytes), Framing::Message(bytes.len()), "{bytes:?}");
        let frame = Frame::read(bytes).unwrap();
        assert!(frame.sound && frame.kind == kind, "{bytes:?}");
    }
    assert!(command::follows(&Frame::read(NEXT).unwrap()));
    let read = [&NEXT[..4], &[16, 0], &NEXT[6..20], &[0x23, 0x10, 0, 0, 0x31, 0, 12, 0], b"DEFAULT.PRG\0"].concat();
    let frame = Frame::read(&read).unwrap();
    assert!(frame.sound);
    assert_eq!(command::file(&frame).as_deref(), Some("DEFAULT.PRG"));
    let write = [b"\xbb\xbb\x10\0\0\0\x2f\x01\0\0\x0a\0".as_slice(), b"A.PRG\0\xcd1234"].concat();
    assert_eq!(command::file(&Frame::read(&write).unwrap()).as_deref(), Some("A.PRG"));
}

#[test]
fn what_is_no_frame_is_not_taken_for_one() {
    assert_eq!(framing(&[0xbb, 0xbb, 0, 0, 0, 0]), Framing::Bad(Flag::CodesysV2Length));
    assert_eq!(framing(&[0xbb, 0xbc]), Framing::Bad(Flag::CodesysV2Header));
    assert_eq!(framing(&[0xbb, 0xbb, 0, 0, 0, 9]), Framing::Bad(Flag::CodesysV2Length));
    assert!(matches!(framing(&[0xbb, 0xbb, 0, 0, 2, 0]), Framing::Oversize(_)));
    assert_eq!(resynchronise(&[1, 2, 0xbb, 0xbb, 1, 0, 0, 0, 1]), (2, true));
    let guess = |data: &[u8]| {
        probe(&Probe { data, transport: Transport::Tcp, source_port: 9, destination_port: 9, ended: false })
    };
    for yes in [IDENTIFY, INITIALISE, NEXT, SYNCHRONISE] {
        assert!(matches!(guess(yes), Guess::Yes { .. }), "{yes:?}");
        assert_eq!(guess(&yes[..5]), Guess::Need);
    }
    let mut odd = NEXT.to_vec();
    odd[10] = 1;
    for no in [&odd[..], b"fg", b"ffffffff", &[0xbb, 0xbb, 1, 0, 0, 0, 0x77], &[0xcc; 30], &[0x66; 30]] {
        assert_eq!(guess(no), Guess::No, "{no:?}");
    }
}
