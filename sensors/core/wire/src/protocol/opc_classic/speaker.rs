//! One connection: its contexts, who logged on, what handles stand for, and what each PDU is to those before it.

use super::interface;
use super::names::Names;
use super::{session, tell};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::dcerpc::context::Contexts;
use crate::protocol::dcerpc::fragment::Fragments;
use crate::protocol::dcerpc::header::{self, Head, Header};
use crate::protocol::dcerpc::pdu::Pdu;
use crate::protocol::dialogue::{Language, Turn, Turns};
use crate::protocol::draft::Drafts;
use crate::protocol::{Framing, Talk};

/// What an answer names its question by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Key {
    #[default]
    None,
    Bind(u32),
    Call(u32),
}

/// What is known of a connection.
#[derive(Default)]
pub struct Speaker {
    pub contexts: Contexts,
    pub fragments: Fragments,
    pub items: Names,
    pub groups: Names,
    pub who: session::Who,
    pub drafts: Drafts,
}

impl Speaker {
    fn request<'a>(&mut self, side: Side, header: &Header<'a>, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let Some(Pdu::Request { context, operation, stub, .. }) = Pdu::read(header) else {
            talk.flag(Flag::OpcClassicLength, Some(16), None);
            return Turn::Pass;
        };
        let interface = self.contexts.interface(context).and_then(interface::of);
        if header.first() && interface.is_some_and(|interface| interface.method(operation).is_none()) {
            talk.flag(Flag::OpcClassicOperationUnknown, Some(22), None);
        }
        let single = header.first() && header.last();
        if !single && !header.sealed() && !self.fragments.push(side, header.call, header.first(), stub) {
            talk.flag(Flag::OpcClassicFragments, None, None);
        }
        let key = Key::Call(header.call);
        match (header.first(), header.flags & header::MAYBE == 0) {
            (false, _) => Turn::Pass,
            (true, true) => Turn::Ask { key, data },
            (true, false) => Turn::Say { key, data },
        }
    }

    fn response<'a>(&mut self, side: Side, header: &Header<'a>, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let Some(Pdu::Response { stub }) = Pdu::read(header) else {
            talk.flag(Flag::OpcClassicLength, Some(16), None);
            return Turn::Pass;
        };
        if header.last() {
            return Turn::Answer { key: Key::Call(header.call), data };
        }
        if !header.sealed() && !self.fragments.push(side, header.call, header.first(), stub) {
            talk.flag(Flag::OpcClassicFragments, None, None);
        }
        Turn::Pass
    }
}

impl Language for Speaker {
    type Key = Key;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        match header::head(data) {
            Head::Need => Framing::Need,
            Head::Length(length) => Framing::Message(length),
            Head::Bad => Framing::Bad(Flag::OpcClassicHeader),
        }
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        header::resynchronise(data)
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let Some(header) = Header::read(data) else { return Turn::Pass };
        if !header.sound {
            talk.flag(Flag::OpcClassicLength, Some(10), None);
        }
        match header.kind {
            header::REQUEST => self.request(side, &header, data, talk),
            header::RESPONSE => self.response(side, &header, data, talk),
            header::FAULT => Turn::Answer { key: Key::Call(header.call), data },
            header::BIND | header::ALTER => {
                match Pdu::read(&header) {
                    Some(Pdu::Bind(offers)) => self.contexts.offer(&offers),
                    _ => talk.flag(Flag::OpcClassicLength, Some(24), None),
                }
                self.who.verifier(side, &header, talk);
                Turn::Ask { key: Key::Bind(header.call), data }
            }
            header::BIND_ACK | header::ALTER_RESPONSE | header::BIND_NAK => {
                if Pdu::read(&header).is_none() {
                    talk.flag(Flag::OpcClassicLength, Some(24), None);
                }
                self.who.verifier(side, &header, talk);
                Turn::Answer { key: Key::Bind(header.call), data }
            }
            _ => {
                self.who.verifier(side, &header, talk);
                Turn::Say { key: Key::None, data }
            }
        }
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        match turns.key {
            Key::Bind(_) => session::bound(self, turns, talk),
            Key::Call(call) => tell::called(self, call, turns, talk),
            Key::None => session::said(self, turns, talk),
        }
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.fragments.gap(side);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.who.over(talk);
    }

    fn weight(&self) -> usize {
        self.contexts.weight()
            + self.fragments.weight()
            + self.items.weight()
            + self.groups.weight()
            + self.drafts.weight()
    }
}
