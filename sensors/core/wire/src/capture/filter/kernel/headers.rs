//! Reads a frame's headers into the scratch memory, as the decoder of frames does. What that may see otherwise than these
//! few instructions can (fragments, extension headers, a third tag, headers that cannot be right) is odd, and passes.

use super::assembler::{Assembler, Do, Is, Label, Load};
use crate::flow::ip::{self, EXTENSIONS};
use crate::link::decode::{ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6, ETHERTYPE_MIN, TAGS};

/// Words of the scratch memory.
pub(super) const ETHER_TYPE: u32 = 0;
pub(super) const OUTER: u32 = 1;
pub(super) const INNER: u32 = 2;
/// Which addresses there are: [`V4`], [`V6`], [`OF_ARP`] or 0.
pub(super) const VERSION: u32 = 3;
pub(super) const PROTOCOL: u32 = 4;
/// Where the network header begins.
pub(super) const NETWORK: u32 = 5;
/// Where the transport header begins; before that is known, how long the network header is.
pub(super) const TRANSPORT: u32 = 6;
/// 1 where that holds two ports.
pub(super) const PORTS: u32 = 7;

pub(super) const V4: u32 = 4;
pub(super) const V6: u32 = 6;
pub(super) const OF_ARP: u32 = 1;
/// No such field: more than any field holds.
pub(super) const NONE: u32 = 0x1_0000;

/// `SKF_AD_OFF` with `SKF_AD_VLAN_TAG`, `SKF_AD_VLAN_TAG_PRESENT` (`linux/filter.h`): the tag that the kernel took off.
const TAG: u32 = 0xffff_f000 + 44;
const TAG_PRESENT: u32 = 0xffff_f000 + 48;

/// Goes to `ready` when all is read, to `odd` with what may be seen otherwise.
pub(super) fn read(to: &mut Assembler, ready: Label, odd: Label) {
    for (slot, value) in
        [(ETHER_TYPE, NONE), (OUTER, NONE), (INNER, NONE), (VERSION, 0), (PROTOCOL, NONE), (TRANSPORT, 0), (PORTS, 0)]
    {
        to.load(Load::Constant(value));
        to.run(Do::Store(slot));
    }
    to.load(Load::Length);
    to.unless(Is::NotBelow(14), odd);
    let (untagged, typed) = (to.label(), to.label());
    to.run(Do::SetX(12));
    to.load(Load::Word(TAG_PRESENT));
    to.when(Is::Equal(0), untagged);
    to.load(Load::Word(TAG));
    to.run(Do::And(0x0fff));
    to.run(Do::Store(OUTER));
    tags(to, &[INNER], typed, odd);
    to.here(untagged);
    tags(to, &[OUTER, INNER], typed, odd);
    to.here(typed);
    network(to, ready, odd);
}

/// Takes tags until an EtherType stands at `X`.
fn tags(to: &mut Assembler, slots: &[u32], typed: Label, odd: Label) {
    for slot in slots {
        to.load(Load::HalfBehind(0));
        let tagged = to.label();
        is_tag(to, tagged, typed);
        to.here(tagged);
        within(to, 6, odd);
        to.load(Load::HalfBehind(2));
        to.run(Do::And(0x0fff));
        to.run(Do::Store(*slot));
        skip(to, 4);
    }
    to.load(Load::HalfBehind(0));
    is_tag(to, odd, typed);
}

/// Whether the EtherType in the accumulator is that of a tag.
pub(super) fn is_tag(to: &mut Assembler, yes: Label, no: Label) {
    for tag in TAGS {
        to.when(Is::Equal(u32::from(tag)), yes);
    }
    to.goto(no);
}

/// Whether so many octets stand behind `X`, which is within the frame.
pub(super) fn within(to: &mut Assembler, octets: u32, otherwise: Label) {
    to.load(Load::Length);
    to.run(Do::SubtractX);
    to.unless(Is::NotBelow(octets), otherwise);
}

pub(super) fn skip(to: &mut Assembler, octets: u32) {
    to.run(Do::FromX);
    to.run(Do::Add(octets));
    to.run(Do::ToX);
}

/// An EtherType, or a length, stands at `X`.
fn network(to: &mut Assembler, ready: Label, odd: Label) {
    let (v4, v6, arp) = (to.label(), to.label(), to.label());
    to.load(Load::HalfBehind(0));
    to.unless(Is::NotBelow(u32::from(ETHERTYPE_MIN)), ready);
    to.run(Do::Store(ETHER_TYPE));
    skip(to, 2);
    to.run(Do::FromX);
    to.run(Do::Store(NETWORK));
    to.load(Load::Scratch(ETHER_TYPE));
    to.when(Is::Equal(u32::from(ETHERTYPE_IPV4)), v4);
    to.when(Is::Equal(u32::from(ETHERTYPE_IPV6)), v6);
    to.branch(Is::Equal(u32::from(ETHERTYPE_ARP)), arp, ready);
    to.here(arp);
    within(to, 28, odd);
    to.load(Load::WordBehind(0));
    to.unless(Is::Equal(0x0001_0800), odd);
    to.load(Load::HalfBehind(4));
    to.unless(Is::Equal(0x0604), odd);
    version(to, OF_ARP);
    to.goto(ready);
    to.here(v4);
    ipv4(to, ready, odd);
    to.here(v6);
    ipv6(to, ready, odd);
}

fn version(to: &mut Assembler, number: u32) {
    to.load(Load::Constant(number));
    to.run(Do::Store(VERSION));
}

fn ipv4(to: &mut Assembler, ready: Label, odd: Label) {
    within(to, 20, odd);
    to.load(Load::ByteBehind(0));
    to.run(Do::And(0xf0));
    to.unless(Is::Equal(0x40), odd);
    to.load(Load::ByteBehind(0));
    to.run(Do::And(0x0f));
    to.run(Do::ShiftLeft(2));
    to.unless(Is::NotBelow(20), odd);
    to.run(Do::Store(TRANSPORT));
    to.load(Load::HalfBehind(6));
    to.when(Is::AnyBitOf(0x3fff), odd);
    to.load(Load::ByteBehind(9));
    to.run(Do::Store(PROTOCOL));
    version(to, V4);
    let (unsaid, short) = (to.label(), to.label());
    to.load(Load::HalfBehind(2));
    to.when(Is::Equal(0), unsaid);
    to.run(Do::LoadX(TRANSPORT));
    to.unless(Is::NotBelowX, odd);
    to.run(Do::SubtractX);
    to.branch(Is::NotBelow(4), unsaid, short);
    // Behind the header the datagram ends, whatever pads the frame.
    to.here(short);
    transport(to, odd);
    to.goto(ready);
    to.here(unsaid);
    transport(to, odd);
    ports(to, ready);
}

/// Makes of the header's length the place behind it, in `X` too; what the frame does not hold is odd.
fn transport(to: &mut Assembler, odd: Label) {
    to.load(Load::Scratch(TRANSPORT));
    to.run(Do::LoadX(NETWORK));
    to.run(Do::AddX);
    to.run(Do::Store(TRANSPORT));
    to.run(Do::ToX);
    to.load(Load::Length);
    to.unless(Is::NotBelowX, odd);
}

fn ipv6(to: &mut Assembler, ready: Label, odd: Label) {
    within(to, 40, odd);
    to.load(Load::ByteBehind(0));
    to.run(Do::And(0xf0));
    to.unless(Is::Equal(0x60), odd);
    to.load(Load::ByteBehind(6));
    for header in EXTENSIONS {
        to.when(Is::Equal(u32::from(header)), odd);
    }
    to.run(Do::Store(PROTOCOL));
    version(to, V6);
    to.load(Load::Constant(40));
    to.run(Do::Store(TRANSPORT));
    let long = to.label();
    to.load(Load::HalfBehind(4));
    to.when(Is::Equal(0), long);
    to.branch(Is::NotBelow(4), long, ready);
    to.here(long);
    transport(to, odd);
    ports(to, ready);
}

/// Notes whether two ports stand at `X`.
fn ports(to: &mut Assembler, ready: Label) {
    within(to, 4, ready);
    let held = to.label();
    to.load(Load::Scratch(PROTOCOL));
    to.when(Is::Equal(u32::from(ip::TCP)), held);
    to.branch(Is::Equal(u32::from(ip::UDP)), held, ready);
    to.here(held);
    to.load(Load::Constant(1));
    to.run(Do::Store(PORTS));
    to.goto(ready);
}
