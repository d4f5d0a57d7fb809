//! Which reply belongs to which request, with a language of one byte of number and one of kind.

use super::{Dialogue, Language, Turn, Turns};
use crate::dataset::Flag;
use crate::flow::facts::{Endpoint, Place};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::protocol::{Framing, Parser, Reply, TIMEOUT, Talk};

const ASK: u8 = b'?';
const CALL: u8 = b'*';
const ANSWER: u8 = b'!';

#[derive(Default)]
struct Small {
    told: Vec<(u8, String, String, Reply, u32)>,
    flagged: Vec<bool>,
}

impl Language for Small {
    type Key = u8;

    const PATIENCE: i64 = TIMEOUT / 5;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn read<'a>(&mut self, _side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u8> {
        let [key, kind, data @ ..] = data else {
            talk.flag(Flag::ParserLimit, None, None);
            return Turn::Pass;
        };
        match *kind {
            ASK => Turn::Ask { key: *key, data },
            CALL => Turn::Call { key: *key, data },
            ANSWER => Turn::Answer { key: *key, data },
            _ => Turn::Say { key: *key, data },
        }
    }

    fn tell(&mut self, turns: &Turns<'_, u8>, _talk: &mut Talk<'_>) {
        let own = |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or(b"-").to_vec()).unwrap();
        self.told.push((turns.key, own(turns.request), own(turns.answer), turns.reply, turns.repeats));
        self.flagged.push(turns.flagged);
    }
}

struct Flow {
    dialogue: Dialogue<Small>,
    facts: Facts,
    ledger: Ledger,
    number: i64,
    /// Whether the last message was flagged.
    flagged: bool,
}

impl Flow {
    fn new(transport: Transport) -> Self {
        let end = |port| Endpoint { ip: "10.9.1.30".parse().unwrap(), port, mac: None };
        Self {
            dialogue: Dialogue::default(),
            facts: Facts::new(end(50_000), end(9_600), transport, 1),
            ledger: Ledger::new(Settings::default(), vec![Place::default()]),
            number: 0,
            flagged: false,
        }
    }

    fn said(&mut self, side: Side, bytes: &[u8]) {
        self.number += 1;
        let span = Span::at(Stamp { time: self.number, source: 0, number: self.number });
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, span);
        talk.begin(span);
        self.dialogue.message(side, bytes, &mut talk);
        self.flagged = talk.flagged();
    }

    fn with(&mut self, act: impl FnOnce(&mut Dialogue<Small>, &mut Talk<'_>)) {
        let span = Span::at(Stamp { time: self.number, source: 0, number: self.number });
        act(&mut self.dialogue, &mut Talk::new(&mut self.ledger, &mut self.facts, span));
    }

    fn told(&self) -> Vec<(u8, &str, &str, Reply)> {
        let told = self.dialogue.language.told.iter();
        told.map(|(key, ask, answer, reply, _)| (*key, ask.as_str(), answer.as_str(), *reply)).collect()
    }
}

#[test]
fn replies_find_their_requests_by_number_and_in_the_order_asked() {
    let mut flow = Flow::new(Transport::Tcp);
    for asked in [b"\x01?a", b"\x02?b", b"\x01?c"] {
        flow.said(Side::Client, asked);
    }
    for answered in [b"\x02!B", b"\x01!A", b"\x01!C"] {
        flow.said(Side::Server, answered);
        assert!(!flow.flagged);
    }
    let all = Reply::Answered;
    assert_eq!(flow.told(), [(2, "b", "B", all), (1, "a", "A", all), (1, "c", "C", all)]);
}

#[test]
fn both_sides_may_ask_with_the_same_number() {
    let mut flow = Flow::new(Transport::Tcp);
    flow.said(Side::Client, b"\x01?a");
    flow.said(Side::Server, b"\x01?b");
    flow.said(Side::Server, b"\x01!A");
    flow.said(Side::Client, b"\x01!B");
    assert_eq!(flow.told(), [(1, "a", "A", Reply::Answered), (1, "b", "B", Reply::Answered)]);
}

#[test]
fn a_second_reply_is_told_from_one_that_nobody_asked_for() {
    let mut flow = Flow::new(Transport::Tcp);
    flow.said(Side::Server, b"\x09!x");
    assert!(!flow.flagged, "its request may have come before the capture began");
    flow.said(Side::Client, b"\x01?a");
    flow.said(Side::Server, b"\x01!A");
    for second in [b"\x01!A", b"\x01!B", b"\x07!C"] {
        flow.said(Side::Server, second);
        assert!(flow.flagged);
    }
    let kinds: Vec<Reply> = flow.told().iter().map(|told| told.3).collect();
    assert_eq!(kinds, [Reply::Unexpected, Reply::Answered, Reply::Duplicate, Reply::Differing, Reply::Unexpected]);
    flow.with(|dialogue, talk| dialogue.gap(Side::Client, talk));
    flow.said(Side::Server, b"\x01!Z");
    assert!(!flow.flagged, "its request may be among what is missing");
}

#[test]
fn a_datagram_sent_again_is_one_request_and_a_new_one_of_its_number_replaces_it() {
    let mut flow = Flow::new(Transport::Udp);
    flow.said(Side::Client, b"\x00?a");
    flow.said(Side::Client, b"\x00?a");
    flow.said(Side::Client, b"\x00?b");
    flow.said(Side::Server, b"\x00!B");
    assert_eq!(flow.told(), [(0, "a", "-", Reply::Unanswered), (0, "b", "B", Reply::Answered)]);
    assert_eq!(flow.dialogue.language.told[0].4, 1, "sent again once");
    flow.said(Side::Server, b"\x00!X");
    assert!(!flow.flagged, "with one number for all, its request may be lost");
    flow.said(Side::Client, b"\x05?c");
    flow.said(Side::Server, b"\x05!C");
    flow.said(Side::Server, b"\x05!X");
    assert!(flow.flagged, "numbers count up here: two devices answered");
}

#[test]
fn silence_is_told_of_who_was_asked_and_not_after_a_gap() {
    let mut flow = Flow::new(Transport::Tcp);
    flow.said(Side::Client, b"\x01?a");
    flow.said(Side::Client, b"\x02*b");
    flow.with(|dialogue, talk| dialogue.expire(TIMEOUT / 5 + 1, talk));
    assert!(flow.told().is_empty());
    flow.with(|dialogue, talk| dialogue.expire(TIMEOUT / 5 + 2, talk));
    assert_eq!(flow.told(), [(2, "b", "-", Reply::None)], "a call is not waited for as long");
    flow.with(|dialogue, talk| dialogue.expire(TIMEOUT, talk));
    assert_eq!(flow.told().len(), 1);
    flow.with(|dialogue, talk| dialogue.expire(TIMEOUT + 1, talk));
    assert_eq!(flow.told()[1..], [(1, "a", "-", Reply::Unanswered)]);
    flow.said(Side::Client, b"\x03?c");
    flow.with(|dialogue, talk| dialogue.gap(Side::Server, talk));
    flow.said(Side::Client, b"\x03?d");
    flow.said(Side::Server, b"\x03!D");
    assert_eq!(flow.told()[2..], [(3, "c", "-", Reply::None), (3, "d", "D", Reply::Answered)]);
}

#[test]
fn a_number_used_twice_is_flagged_once_replies_are_seen() {
    let mut flow = Flow::new(Transport::Tcp);
    for (side, bytes) in [(Side::Client, b"\x01?a"), (Side::Server, b"\x01!A"), (Side::Client, b"\x02?b")] {
        flow.said(side, bytes);
        assert!(!flow.flagged);
    }
    flow.said(Side::Client, b"\x02?c");
    assert!(flow.flagged);
    flow.said(Side::Client, b"\x00?d");
    flow.said(Side::Client, b"\x00?e");
    assert!(!flow.flagged, "nought is no number");
    flow.said(Side::Server, b"\x02!B");
    flow.said(Side::Server, b"\x02!C");
    assert_eq!(flow.dialogue.language.flagged, [false, false, true], "the flag stays with its request");
}

#[test]
fn what_waits_is_bounded() {
    let mut flow = Flow::new(Transport::Udp);
    for number in 0..2_000_u32 {
        let size = if number % 3 == 0 { 20_000 } else { 3 };
        let mut bytes = vec![u8::try_from(number % 251).unwrap(), ASK];
        bytes.resize(2 + size, u8::try_from(number % 127).unwrap());
        flow.said(Side::Client, &bytes);
        assert!(flow.dialogue.weight() < 128 * 1024, "{}", flow.dialogue.weight());
    }
}

#[test]
fn long_requests_behind_many_short_ones_do_not_pile_up() {
    let mut flow = Flow::new(Transport::Tcp);
    for number in 0..120_u8 {
        let size = if number < 60 { 1 } else { 60_000 };
        flow.said(Side::Client, &[&[number, ASK][..], &vec![b'x'; size]].concat());
        assert!(flow.dialogue.weight() < 128 * 1024, "{number}: {}", flow.dialogue.weight());
    }
}
