//! What a frame is to those before it, and what is odd about its form.

use super::cemi::{Cemi, Transport};
use super::channel::{Channels, Step};
use super::frame::{Connection, Frame};
use super::key::{self, Awaited, Key};
use super::service::{self as svc, Part, Service};
use super::{apci, cemi, dib, ip_side, local};
use crate::bytes::u8_at;
use crate::dataset::Flag;
use crate::flow::{self, Side};
use crate::protocol::Talk;
use crate::protocol::dialogue::Turn;

/// What is known of one flow.
#[derive(Default)]
pub struct State {
    pub channels: Channels,
    awaited: Awaited,
    /// Searches that were not answered yet: an answer without one comes on a flow of its own.
    searching: bool,
    /// A secure session or wrapper was seen, or the device says that it wants one.
    secured: bool,
}

impl State {
    pub fn weight(&self) -> usize {
        self.channels.weight() + self.awaited.weight()
    }

    /// One whole frame.
    pub fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let Some(frame) = Frame::read(data) else {
            talk.flag(Flag::KnxHeader, Some(0), None);
            return Turn::Pass;
        };
        let Some(service) = svc::of(frame.service) else {
            talk.flag(Flag::KnxServiceUnknown, Some(2), None);
            return Turn::Say { key: Key::default(), data };
        };
        if frame.length != data.len() || frame.body.len() < least(service, frame.body) {
            talk.flag(Flag::KnxLength, Some(4), None);
        }
        self.security(service, &frame, talk);
        match service.part {
            Part::Asks | Part::Calls => self.request(service, &frame, data),
            Part::Answers(request) => self.answer(side, request, &frame, data),
            Part::Says => Turn::Say { key: Key { kind: service.code, ..Key::default() }, data },
            Part::Acknowledges => acknowledged(&frame, data, talk),
            Part::Routes => self.routed(&frame, data, talk),
            Part::Carries | Part::Feature => self.carried(side, service, &frame, data, talk),
        }
    }

    /// Plain frames where secure ones were seen, or wanted.
    fn security(&mut self, service: &Service, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        match service.code {
            svc::SECURE_WRAPPER | svc::SESSION_REQUEST | svc::SESSION_RESPONSE | svc::TIMER_NOTIFY => {
                self.secured = true;
            }
            svc::DESCRIPTION_RESPONSE => self.secured |= dib::secured(frame.body),
            svc::SEARCH_RESPONSE_EXTENDED => {
                self.secured |= dib::secured(frame.body.get(super::frame::HPAI..).unwrap_or_default());
            }
            _ => {
                let opens = service.code == svc::CONNECT_REQUEST;
                let carries = matches!(service.part, Part::Carries | Part::Routes);
                // Told once, until something secured is seen again.
                if self.secured && (opens || carries) {
                    self.secured = false;
                    talk.flag(Flag::KnxUnsecured, Some(2), None);
                }
            }
        }
    }

    fn request<'a>(&mut self, service: &Service, frame: &Frame<'_>, data: &'a [u8]) -> Turn<'a, Key> {
        let on_channel = matches!(service.code, svc::CONNECTIONSTATE_REQUEST | svc::DISCONNECT_REQUEST);
        let channel = u8_at(frame.body, 0).filter(|_| on_channel).unwrap_or(0);
        let key = Key { kind: service.code, channel, ..Key::default() };
        self.searching |= matches!(service.code, svc::SEARCH_REQUEST | svc::SEARCH_REQUEST_EXTENDED);
        if service.part == Part::Calls { Turn::Call { key, data } } else { Turn::Ask { key, data } }
    }

    fn answer<'a>(&mut self, side: Side, request: u16, frame: &Frame<'_>, data: &'a [u8]) -> Turn<'a, Key> {
        let first = u8_at(frame.body, 0).unwrap_or(0);
        let accepted = u8_at(frame.body, 1) == Some(0);
        match frame.service {
            svc::CONNECT_RESPONSE if accepted => self.channels.open(first, ip_side::granted(frame.body)),
            svc::DISCONNECT_RESPONSE => self.channels.close(first),
            _ => {}
        }
        let on_channel = matches!(request, svc::CONNECTIONSTATE_REQUEST | svc::DISCONNECT_REQUEST);
        let key = Key { kind: request, channel: if on_channel { first } else { 0 }, ..Key::default() };
        let search = matches!(request, svc::SEARCH_REQUEST | svc::SEARCH_REQUEST_EXTENDED);
        // A search is answered by everybody, mostly on other flows.
        if search && !(self.searching && side == Side::Server) {
            return Turn::Say { key: Key { kind: frame.service, ..Key::default() }, data };
        }
        self.searching &= !search;
        Turn::Answer { key, data }
    }

    fn carried<'a>(
        &mut self,
        side: Side,
        service: &Service,
        frame: &Frame<'a>,
        data: &'a [u8],
        talk: &mut Talk<'_>,
    ) -> Turn<'a, Key> {
        let Some(connection) = Connection::read(frame.body) else {
            talk.flag(Flag::KnxStructure, Some(6), None);
            return Turn::Say { key: Key::default(), data };
        };
        let counts = talk.facts.transport == flow::Transport::Udp;
        match self.channels.follow(side, &connection, counts) {
            Step::Next => {}
            Step::Odd(flag) => talk.flag(flag, Some(7), None),
            Step::Again => {
                talk.flag(Flag::KnxRepeated, Some(8), None);
                return Turn::Pass;
            }
        }
        if service.part == Part::Feature {
            let kind = svc::FEATURE_RESPONSE;
            let feature = u8_at(connection.rest, 0).map_or(0, u32::from);
            let key = Key { kind, channel: connection.channel, detail: feature, ..Key::default() };
            return match service.code {
                svc::FEATURE_RESPONSE => Turn::Answer { key, data },
                svc::FEATURE_INFO => Turn::Say { key, data },
                _ => Turn::Ask { key, data },
            };
        }
        let Some(inner) = Cemi::read(connection.rest).filter(|inner| cemi::name(inner.code).is_some()) else {
            talk.flag(Flag::KnxCemi, Some(10), None);
            return Turn::Say { key: Key::default(), data };
        };
        if inner.by_client().is_some_and(|client| client != (side == Side::Client)) {
            talk.flag(Flag::KnxDirection, Some(10), None);
        }
        if inner.is_link_data() {
            return self.telegram(connection.channel, &inner, data, talk);
        }
        management(connection.channel, &inner, data)
    }

    fn routed<'a>(&mut self, frame: &Frame<'a>, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let Some(inner) = Cemi::read(frame.body).filter(|inner| cemi::name(inner.code).is_some()) else {
            talk.flag(Flag::KnxCemi, Some(6), None);
            return Turn::Say { key: Key::default(), data };
        };
        if inner.code != cemi::L_DATA_IND {
            talk.flag(Flag::KnxDirection, Some(6), None);
        }
        if inner.is_link_data() {
            match inner.telegram() {
                Err(flag) => talk.flag(flag, Some(6), None),
                Ok(telegram) if telegram.transport == Transport::Ack => return Turn::Pass,
                Ok(_) => {}
            }
        }
        Turn::Say { key: Key::default(), data }
    }

    /// A telegram on a channel: asked of the bus, confirmed, or told by it.
    fn telegram<'a>(&mut self, channel: u8, inner: &Cemi<'_>, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let telegram = match inner.telegram() {
            Ok(telegram) => telegram,
            Err(flag) => {
                talk.flag(flag, Some(12), None);
                return Turn::Say { key: Key::default(), data };
            }
        };
        if telegram.transport == Transport::Ack {
            return Turn::Pass;
        }
        let now = talk.now();
        let code = telegram.application();
        let expects = code.and_then(apci::of).and_then(|service| service.answer);
        match (inner.code, expects) {
            (cemi::L_DATA_REQ, _) => {
                let key = match expects {
                    Some(answer) => Key::of_answer(channel, answer, telegram.destination, &telegram),
                    None => Key::of_confirmation(channel, &telegram),
                };
                Turn::Ask { key: self.awaited.remember(key, now), data }
            }
            // That a question was sent is no answer, that it was not is one.
            (cemi::L_DATA_CON, Some(answer)) => {
                let key = Key::of_answer(channel, answer, telegram.destination, &telegram);
                let asked = if telegram.failed { self.awaited.take(key, now) } else { None };
                asked.map_or(Turn::Pass, |key| Turn::Answer { key, data })
            }
            (cemi::L_DATA_CON, None) => {
                let key = Key::of_confirmation(channel, &telegram);
                Turn::Answer { key: self.awaited.take(key, now).unwrap_or(key), data }
            }
            _ => {
                let peer = if telegram.to_group { telegram.destination } else { telegram.source };
                let key = Key::of_answer(channel, key::plain(code), peer, &telegram);
                match self.awaited.take(key, now).filter(|_| code.is_some()) {
                    Some(key) => Turn::Answer { key, data },
                    None => Turn::Say { key: Key::default(), data },
                }
            }
        }
    }
}

/// Least body of this frame: a refused connection is told in two bytes.
fn least(service: &Service, body: &[u8]) -> usize {
    let accepted = service.code == svc::CONNECT_RESPONSE && u8_at(body, 1) == Some(0);
    if accepted { 2 + super::frame::HPAI + 2 } else { service.least }
}

fn acknowledged<'a>(frame: &Frame<'_>, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
    match Connection::read(frame.body) {
        None => {
            talk.flag(Flag::KnxStructure, Some(6), None);
            Turn::Pass
        }
        Some(connection) if connection.status != 0 => {
            talk.flag(Flag::KnxRefused, Some(9), None);
            Turn::Say { key: Key { kind: frame.service, channel: connection.channel, ..Key::default() }, data }
        }
        Some(_) => Turn::Pass,
    }
}

fn management<'a>(channel: u8, inner: &Cemi<'_>, data: &'a [u8]) -> Turn<'a, Key> {
    let answered = |code: u8| Key::of_local(channel, code, inner);
    if let Some(answer) = local::answer_of(inner.code) {
        return Turn::Ask { key: answered(answer), data };
    }
    match inner.code {
        cemi::M_PROP_READ_CON | cemi::M_PROP_WRITE_CON | cemi::M_FUNC_CON => {
            Turn::Answer { key: answered(inner.code), data }
        }
        _ => Turn::Say { key: Key::default(), data },
    }
}
