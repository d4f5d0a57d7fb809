//! Ciphered APDUs: what they show of themselves, and counters that must rise (IEC 62056-5-3, 5.3.4).

use super::apdu::{self, Sealed};
use super::said::{self, Said};
use super::speaker::Key;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Exchange, Function, Item, Outcome, Talk, Unit};
use crate::text::Details;

/// Senders of one flow whose counters are kept.
const MOST: usize = 32;
/// Bits of the security control byte that are of one counter: the suite and the key set.
const ONE_COUNTER: u8 = 0x4f;

/// The last counter of each sender, client address and key set.
#[derive(Default)]
pub struct Counters {
    known: Vec<((Side, u16, u8), u32)>,
}

impl Counters {
    /// A counter that does not rise is an APDU sent again, or one that somebody recorded.
    pub fn check(&mut self, side: Side, client: u16, sealed: &Sealed<'_>, talk: &mut Talk<'_>) {
        let key = (side, client, sealed.control & ONE_COUNTER);
        if let Some((_, last)) = self.known.iter_mut().find(|(known, _)| *known == key) {
            if sealed.counter <= *last {
                let mut details = Details::default();
                details.number("counter", sealed.counter).number("last_counter", *last);
                talk.flag(Flag::DlmsInvocationCounter, None, details.finish().as_deref());
            }
            *last = sealed.counter.max(*last);
            return;
        }
        if self.known.len() >= MOST {
            self.known.remove(0);
        }
        self.known.push((key, sealed.counter));
    }

    pub fn weight(&self) -> usize {
        self.known.capacity() * size_of::<((Side, u16, u8), u32)>()
    }
}

/// What an APDU's protection shows.
pub fn note(sealed: &Sealed<'_>, details: &mut Details) {
    details.text("security", sealed.protection()).number("suite", sealed.control & 0x0f);
    details.number("counter", sealed.counter);
    if sealed.control & 0x40 != 0 {
        details.truth("broadcast_key", true);
    }
    if let Some(title) = sealed.title {
        details.text("title", &super::acse::title(title));
    }
}

/// What a ciphered service does, as far as its name says.
const fn operation(tag: u8) -> Operation {
    match tag {
        0x25 | 0x45 | 0xc8 | 0xd0 => Operation::Read,
        0x26 | 0x36 | 0x46 | 0x56 | 0xc9 | 0xd1 => Operation::Write,
        0xcb | 0xd3 => Operation::MethodCall,
        0xca | 0xd2 | 0x38 | 0x58 => Operation::Notify,
        _ => Operation::Unknown,
    }
}

/// A ciphered request with what answered it.
pub fn tell(turns: &Turns<'_, Key>, said: &Said<'_>, answer: Option<&Said<'_>>, talk: &mut Talk<'_>) {
    let status = answer.and_then(Said::exception);
    let outcome = if status.is_some() { Outcome::Failure } else { Outcome::Unknown };
    one(turns, said, operation(said.tag()), (outcome, status), talk);
}

/// Something that no request belongs to.
pub fn lone(turns: &Turns<'_, Key>, said: &Said<'_>, talk: &mut Talk<'_>) {
    let status = said.exception();
    let outcome = if status.is_some() { Outcome::Failure } else { Outcome::Unknown };
    one(turns, said, Operation::Notify, (outcome, status), talk);
}

type Ending = (Outcome, Option<(u32, &'static str)>);

fn one(turns: &Turns<'_, Key>, said: &Said<'_>, operation: Operation, (outcome, status): Ending, talk: &mut Talk<'_>) {
    let mut details = Details::default();
    details.number("client", turns.key.client);
    if let Some(sealed) = &said.sealed {
        note(sealed, &mut details);
    }
    let details = details.finish();
    let items = [Item { details: details.as_deref(), ..Item::new(operation) }];
    let unit = said::unit(turns.key.server);
    talk.exchange(&Exchange {
        function: Function { code: Some(u32::from(said.tag())), name: apdu::of(said.tag()).map(|(name, _)| name) },
        unit: Unit::Text(&unit),
        outcome,
        status,
        ..turns.exchange(&items)
    });
}
