//! What the golden captures do not show: hostile input, limits, recognition.

use super::{command, frame, message, probe};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Probe};

/// What a network scanner says first (nmap's script fox-info).
const HELLO: &[u8] = b"fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n};;\n";

fn cut(data: &[u8]) -> Framing {
    frame::framing(data)
}

#[test]
fn each_prefix_needs_more_and_the_whole_is_one() {
    let long = b"fox a 0 -1 fox hello\n{\nhostName=s:a#3b;b\nsysInfo=o:bog 5[};;\n{]\nx=m:{\ny=b:3[\n\n\n]\n}\n};;\n";
    for whole in [HELLO, long, b"fox k -1 -1 fox keepalive\n{\n};;\n", b"fox n 3 5 sys ping\n;;\n"] {
        for end in 0..whole.len() {
            assert_eq!(cut(&whole[..end]), Framing::Need, "{end} of {}", String::from_utf8_lossy(whole));
        }
        assert_eq!(cut(&[whole, b"fox"].concat()), Framing::Message(whole.len()));
    }
    let frame = frame::Frame::read(long).unwrap();
    assert_eq!(message::text(frame.body, "hostName").as_deref(), Some("a;b"));
    assert_eq!(message::text(frame.body, "sysInfo"), None, "an object is no text");
    assert_eq!(message::text(frame.body, "y"), None, "only the top is looked at");
}

#[test]
fn what_is_no_frame_is_bad() {
    for odd in [
        &b"foxy"[..],
        b"fox q 1 -1 fox hello\n",
        b"fox a x -1 fox hello\n",
        b"fox a 1 -1 fox hello\n{\nid=q:1\n",
        b"fox a 1 -1 fox hello\n{\nid=b:x[\n",
        b"fox a 1 -1 fox hello\n{\n}\n",
        b"fox a 1 -1  hello\n",
    ] {
        assert!(matches!(cut(odd), Framing::Bad(Flag::FoxFrame)), "{}", String::from_utf8_lossy(odd));
    }
    let deep = [&b"fox a 1 -1 fox hello\n{\n"[..], &b"a=m:{\n".repeat(20)].concat();
    assert!(matches!(cut(&deep), Framing::Bad(Flag::FoxFrame)));
    let endless = [&b"fox a 1 -1 fox hello\n{\na=s:"[..], &[b'x'; 64 * 1024]].concat();
    assert!(matches!(cut(&endless), Framing::Bad(Flag::ParserLimit)));
}

#[test]
fn the_next_frame_is_found() {
    let after = [b"};;\nrest of fox and ", HELLO].concat();
    assert_eq!(frame::resynchronise(&after), (20, true));
    assert_eq!(frame::resynchronise(b"nothing fo"), (8, false));
    assert_eq!(frame::resynchronise(b"nothing"), (7, false));
}

#[test]
fn commands_go_by_channel() {
    let of = |channel, word| command::of(channel, word).map(|known| (known.name, known.operation));
    assert_eq!(of("file", "delete"), Some(("file.delete", Operation::FileDelete)));
    assert_eq!(of("station", "invoke"), Some(("broker.invoke", Operation::ControlDirect)));
    assert_eq!(of("file", "invoke"), None);
}

#[test]
fn recognised_by_a_whole_frame_on_any_port() {
    let guess = |data: &[u8], ended| {
        probe(&Probe { data, transport: Transport::Tcp, source_port: 9, destination_port: 10, ended })
    };
    assert_eq!(guess(HELLO, false), Guess::Yes { confidence: 0.97, sender: Some(Side::Client) });
    assert_eq!(guess(&HELLO[..30], false), Guess::Need);
    assert_eq!(guess(&HELLO[..30], true), Guess::No);
    assert_eq!(guess(b"fox terriers are dogs\n", false), Guess::No);
}
