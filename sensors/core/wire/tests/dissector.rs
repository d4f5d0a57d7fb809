//! Dissectors as the core meets them: whatever their process answers, nothing fails, hangs or is accused wrongly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use std::sync::{Arc, Mutex};
use support::{Taken, all_golden, frames, play, rows};
use wire::flow::Transport;
use wire::protocol::dissector::{Asker, Declaration, Dissector, Head, Trouble};
use wire::{Engine, Place, Settings};

/// Answers out of a function, and counts how often it was ended.
struct Answers<F> {
    answer: F,
    ended: Arc<Mutex<u32>>,
}

impl<F: FnMut(&[u8]) -> Result<Vec<u8>, Trouble> + Send> Asker for Answers<F> {
    fn ask(&mut self, question: &[u8]) -> Result<Vec<u8>, (Trouble, String)> {
        (self.answer)(question).map_err(|trouble| (trouble, "said".into()))
    }

    fn stop(&mut self) {
        *self.ended.lock().unwrap() += 1;
    }
}

type Answer = Result<Vec<u8>, Trouble>;

fn dissector(answer: impl FnMut(&[u8]) -> Answer + Send + 'static) -> (Dissector, Arc<Mutex<u32>>) {
    let ended = Arc::new(Mutex::new(0));
    let declaration = Declaration {
        name: "dosewire",
        transports: vec![Transport::Tcp],
        ports: vec![9470],
        heads: vec![Head::read("44 57 01").unwrap()],
        longest: 1036,
        flags: vec!["dosewire.header"],
    };
    (Dissector::new(declaration, Box::new(Answers { answer, ended: Arc::clone(&ended) })), ended)
}

fn work() -> Vec<Taken> {
    let (_, path) =
        all_golden().into_iter().find(|(folder, path)| folder == "dosewire" && path.ends_with("work.pcap")).unwrap();
    frames(&path)
}

/// Plays the capture with a dissector: rows of what was said, and whether a parser failed.
fn played(dissector: &Dissector) -> (Vec<String>, bool) {
    let settings = Settings { full: true, dissectors: vec![dissector.clone()], ..Settings::default() };
    let mut engine = Engine::new(settings, vec![Place::default()], None);
    play(&mut engine, &work());
    engine.finish();
    let failed = engine.ledger.counters.totals().iter().any(|(_, counter, _)| *counter == "parser_failed");
    (rows(&engine.take_batch(), &["transaction", "flag"], &[]), failed)
}

const PROBE: u8 = 1;

/// Yes, with 0.9, by the client.
fn yes() -> Vec<u8> {
    [&[0, 2][..], &0.9f32.to_le_bytes(), &[0]].concat()
}

/// One message of all bytes there are, with facts.
fn message(question: &[u8], count: u8, facts: &[u8]) -> Vec<u8> {
    let ended = usize::from(u16::from_le_bytes([question[12], question[13]]));
    let length = (question.len() - 14 - 8 * ended) as u32;
    [&[0, 1, 0][..], &length.to_le_bytes(), &[count], facts, &[0]].concat()
}

/// A request of operation "read" and a session, with everything absent that may be.
fn facts() -> Vec<u8> {
    let none = [0xff, 0xff];
    let text = |word: &str| [&(word.len() as u16).to_le_bytes()[..], word.as_bytes()].concat();
    let function = [&[0][..], &none].concat();
    let heading = [&[1, 1, 7][..], &function, &function, &none, &none, &none].concat();
    let values = [&[1][..], &text("float32"), &[1, 0], &1.5f64.to_le_bytes(), &none].concat();
    let item = [&text("read")[..], &text("scale"), &none, &[1], &5i64.to_le_bytes(), &1u32.to_le_bytes()].concat();
    let item = [&item[..], &values, &[255, 0], &none].concat();
    let session =
        [&[6][..], &text("login"), &text("security.login"), &[2, 0], &none, &none, &none, &none, &none].concat();
    [&[1][..], &heading, &[1, 0], &item, &session].concat()
}

#[test]
fn an_answer_changed_anywhere_is_nonsense_or_another_answer() {
    let whole = facts();
    for at in 0..whole.len() {
        for value in [0u8, 1, 2, 0x7f, 0x80, 0xfe, 0xff] {
            let mut changed = whole.clone();
            changed[at] = value;
            let (dissector, _) = dissector(move |question| match question[0] {
                PROBE => Ok(yes()),
                _ => Ok(message(question, 2, &changed)),
            });
            let (_, failed) = played(&dissector);
            assert!(!failed, "byte {at} set to {value:#x}");
            assert!(dissector.standing().troubles.iter().all(|(name, _)| *name == "nonsense"));
        }
    }
    let (right, _) = dissector(move |question| match question[0] {
        PROBE => Ok(yes()),
        _ => Ok(message(question, 2, &whole)),
    });
    let (said, _) = played(&right);
    assert!(right.standing().troubles.is_empty(), "{:?}", right.standing());
    assert!(said.iter().any(|row| row.contains("ot.operation=read") && row.contains("ot.value.numbers=[1.5]")));
}

#[test]
fn an_answer_cut_short_or_too_long_is_nonsense() {
    let whole = facts();
    for length in 0..whole.len() {
        let short = whole[..length].to_vec();
        let (dissector, ended) = dissector(move |question| match question[0] {
            PROBE => Ok(yes()),
            _ => Ok(message(question, 2, &short)),
        });
        let (_, failed) = played(&dissector);
        assert!(!failed);
        assert_eq!(dissector.standing().off, Some("nonsense"));
        assert_eq!(*ended.lock().unwrap(), 4);
    }
}

#[test]
fn one_that_is_off_is_not_asked_again_and_its_flow_is_told_once() {
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let (dissector, _) = dissector(move |question| {
        *count.lock().unwrap() += 1;
        if question[0] == PROBE { Ok(yes()) } else { Err(Trouble::Died) }
    });
    let (said, _) = played(&dissector);
    assert_eq!(*asked.lock().unwrap(), 5, "one probe and four strikes");
    let flags = |word: &str| said.iter().filter(|row| row.contains(&format!("ot.flag={word}"))).count();
    assert_eq!((flags("dissector.died"), flags("dissector.off")), (2, 1), "the first, its repeats, and the end");
    assert_eq!(dissector.standing().said, "said");
}

#[test]
fn a_failure_that_ends_no_process_is_no_strike() {
    let (dissector, ended) =
        dissector(|question| if question[0] == PROBE { Ok(yes()) } else { Ok([&[3][..], b"KeyError"].concat()) });
    played(&dissector);
    let standing = dissector.standing();
    assert_eq!((standing.off, *ended.lock().unwrap()), (None, 0));
    assert_eq!(standing.troubles.first().unwrap().0, "failed");
}

#[test]
fn a_message_that_never_ends_is_asked_about_once_for_each_length() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let lengths = Arc::clone(&asked);
    let (dissector, _) = dissector(move |question| {
        if question[0] == PROBE {
            return Ok(yes());
        }
        lengths.lock().unwrap().push(question.len());
        // A message of 1036 bytes, not whole.
        Ok([&[0, 0, 0, 2][..], &1036u32.to_le_bytes()].concat())
    });
    let (said, failed) = played(&dissector);
    assert!(!failed);
    assert!(said.iter().all(|row| !row.starts_with("transaction")));
    assert_eq!(asked.lock().unwrap().len(), 2, "once for each side, then it waits for the bytes");
}
