//! A part of the conversations, so that several sensors share an interface.

use super::assembler::{Assembler, Do, Is, Label, Load};
use super::headers::{is_tag, skip, within};
use crate::link::decode::{ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6};

/// Which part of the pairs of hosts is taken: the `number`-th of `of`, counted from 1.
///
/// Pairs, not connections: what a protocol says in one connection about another, fragments, and both directions stay
/// together. Of frames without IP or ARP the pair is that of their hardware addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    number: u32,
    of: u32,
}

/// Parts that an interface is cut into, at most.
pub const MOST_SHARES: u32 = 64;
/// Tags that are looked behind.
const DEEPEST: usize = 3;
/// The golden ratio of 2³² (Knuth, The Art of Computer Programming 6.4): neighbours get far from each other.
const SPREAD: u32 = 0x9e37_79b1;

const SUM: u32 = 0;
const PLACE: u32 = 1;

impl Share {
    /// `None` unless 1 ≤ `number` ≤ `of` ≤ [`MOST_SHARES`].
    #[must_use]
    pub fn new(number: u32, of: u32) -> Option<Self> {
        (number >= 1 && number <= of && of <= MOST_SHARES).then_some(Self { number, of })
    }
}

pub(super) fn write(to: &mut Assembler, share: Share, take: Label, leave: Label) {
    let (mixed, macs, nothing) = (to.label(), to.label(), to.label());
    to.load(Load::Constant(0));
    to.run(Do::Store(SUM));
    to.load(Load::Length);
    to.unless(Is::NotBelow(14), nothing);
    to.run(Do::SetX(12));
    let typed = to.label();
    for _ in 0..DEEPEST {
        let tagged = to.label();
        to.load(Load::HalfBehind(0));
        is_tag(to, tagged, typed);
        to.here(tagged);
        within(to, 6, macs);
        skip(to, 4);
    }
    to.here(typed);
    to.run(Do::FromX);
    to.run(Do::Store(PLACE));
    let (v4, v6, arp) = (to.label(), to.label(), to.label());
    to.load(Load::HalfBehind(0));
    to.when(Is::Equal(u32::from(ETHERTYPE_IPV4)), v4);
    to.when(Is::Equal(u32::from(ETHERTYPE_IPV6)), v6);
    to.branch(Is::Equal(u32::from(ETHERTYPE_ARP)), arp, macs);
    to.here(v4);
    pair(to, &[14, 18], 22, mixed, macs);
    to.here(v6);
    pair(to, &[10, 14, 18, 22, 26, 30, 34, 38], 42, mixed, macs);
    to.here(arp);
    pair(to, &[16, 26], 30, mixed, macs);
    to.here(macs);
    for (number, load) in [Load::Word(0), Load::Word(6), Load::Half(4), Load::Half(10)].into_iter().enumerate() {
        to.load(load);
        add(to, number);
    }
    to.here(mixed);
    to.here(nothing);
    to.load(Load::Scratch(SUM));
    to.run(Do::Multiply(SPREAD));
    to.run(Do::ShiftRight(16));
    to.run(Do::Remainder(share.of));
    to.branch(Is::Equal(share.number.saturating_sub(1)), take, leave);
}

/// Sums words behind the EtherType, in either direction the same.
fn pair(to: &mut Assembler, words: &[u32], end: u32, mixed: Label, macs: Label) {
    within(to, end, macs);
    for (number, word) in words.iter().enumerate() {
        to.run(Do::LoadX(PLACE));
        to.load(Load::WordBehind(*word));
        add(to, number);
    }
    to.goto(mixed);
}

fn add(to: &mut Assembler, number: usize) {
    // The first one stands for what an earlier one left.
    if number > 0 {
        to.run(Do::LoadX(SUM));
        to.run(Do::XorX);
    }
    to.run(Do::Store(SUM));
}
