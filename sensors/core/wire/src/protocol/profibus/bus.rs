//! State of one bus. It is silent but for one request and its answer at a time: whatever follows a request is its answer, or
//! there was none.

use super::extended::{self, Extended};
use super::frame::{ALL, Frame, Issue, Telegram, read};
use super::request::{Answer, Request};
use super::service::Service;
use super::tell::{self, Asked, Ending};
use super::token::Token;
use super::{diagnosis, function, parameters};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::hash;
use crate::protocol::{Item, Outcome, Reply, TIMEOUT, Talk};
use std::collections::BTreeMap;

/// Requests without an answer in a row after which a slave that did answer is lost.
const LOST: u32 = 3;

/// What is known of a station.
#[derive(Default)]
struct Station {
    seen: bool,
    /// The master that parameters bind it to.
    master: Option<u8>,
    /// Who asked it last, with which frame count bit, and what.
    counted: Option<(u8, bool, u64)>,
    answered: bool,
    missed: u32,
    faults: u16,
}

/// What was answered last, until somebody asks anew.
#[derive(Clone, Copy)]
struct Answered {
    master: u8,
    slave: u8,
}

/// One bus: at most 127 stations.
#[derive(Default)]
pub struct Bus {
    stations: BTreeMap<u8, Station>,
    token: Token,
    request: Option<Request>,
    answered: Option<Answered>,
    extended: Extended,
    /// A frame was taken since frames were missing: what stands alone is odd.
    in_step: bool,
}

impl Bus {
    pub fn frame(&mut self, data: &[u8], talk: &mut Talk<'_>) {
        match read(data) {
            Err(issue) => {
                talk.flag(flag(issue), None, None);
                // It may have been the answer, or a request: nothing follows from it.
                self.gap();
            }
            Ok(Frame::Short) => self.short(talk),
            Ok(Frame::Token { to, from }) => {
                self.silence(talk);
                self.heard(from, talk);
                self.token.pass(from, to, talk);
                self.in_step = true;
            }
            Ok(Frame::Telegram(telegram)) => {
                self.token.other();
                if function::name(&telegram).is_none() {
                    tell::between(telegram.from, telegram.to, talk);
                    talk.flag(Flag::ProfibusFunction, None, None);
                }
                match telegram.asks() {
                    true => self.asks(&telegram, data.len(), talk),
                    false => self.answers(&telegram, data.len(), talk),
                }
            }
        }
    }

    /// A station that speaks.
    fn heard(&mut self, station: u8, talk: &mut Talk<'_>) -> &mut Station {
        let known = self.stations.entry(station).or_default();
        if !std::mem::replace(&mut known.seen, true) {
            tell::between(station, ALL, talk);
            talk.seen(Side::Client);
        }
        known
    }

    fn asks(&mut self, telegram: &Telegram<'_>, length: usize, talk: &mut Talk<'_>) {
        let same = self.request.as_ref().is_some_and(|request| {
            (request.from, request.to, request.function) == (telegram.from, telegram.to, telegram.function())
                && request.data == telegram.data
                && (request.to_point, request.from_point) == (telegram.to_point, telegram.from_point)
        });
        let hash = hash::quick(telegram.data) ^ u64::from(telegram.control & 0x0f);
        let counted = telegram.count().map(|count| (telegram.from, count, hash));
        let again = counted.is_some() && self.stations.get(&telegram.to).is_some_and(|to| to.counted == counted);
        tell::between(telegram.from, telegram.to, talk);
        if again {
            talk.flag(Flag::ProfibusRepeated, None, None);
        }
        if same && (again || counted.is_none()) {
            if let Some(request) = &mut self.request {
                request.repeats = request.repeats.saturating_add(1);
                request.asked.goes_on(length, talk);
            }
            return self.missed(telegram.to, telegram.from, talk);
        }
        self.silence(talk);
        self.heard(telegram.from, talk);
        tell::between(telegram.from, telegram.to, talk);
        if !self.token.allows(telegram.from) {
            talk.flag(Flag::ProfibusWithoutToken, None, None);
        }
        let service = Service::of(telegram);
        let to = self.stations.entry(telegram.to).or_default();
        to.counted = counted.or(to.counted);
        let foreign = to.master.is_some_and(|master| master != telegram.from);
        if foreign && service.of_its_master() && telegram.to != ALL {
            talk.flag(Flag::ProfibusSecondMaster, None, None);
        }
        (self.answered, self.in_step) = (None, true);
        let request = Request::of(telegram, length, talk);
        if service == Service::Extended && !telegram.data.is_empty() {
            self.extended.asks(telegram, request.asked, talk);
            tell::between(telegram.from, telegram.to, talk);
        }
        if function::silent(telegram.function()) || telegram.to == ALL {
            return request.tell(Answer::Silence, talk);
        }
        self.request = Some(request);
    }

    /// The request before was not answered.
    fn silence(&mut self, talk: &mut Talk<'_>) {
        let Some(request) = self.request.take() else { return };
        let (master, slave) = (request.from, request.to);
        match (request.service, request.data.is_empty()) {
            (Service::Extended, true) => {}
            (Service::Extended, false) => {
                let ending = Answer::Silence.ending(request.blind);
                self.extended.failed((master, slave), request.from_point, ending, talk);
            }
            _ => request.tell(Answer::Silence, talk),
        }
        if !request.blind {
            self.missed(slave, master, talk);
        }
    }

    /// A slave that did answer does not any more.
    fn missed(&mut self, slave: u8, master: u8, talk: &mut Talk<'_>) {
        let Some(station) = self.stations.get_mut(&slave) else { return };
        station.missed = station.missed.saturating_add(1);
        if station.answered && station.missed == LOST {
            tell::between(slave, master, talk);
            talk.flag(Flag::ProfibusLost, None, None);
            tell::between(master, slave, talk);
        }
    }

    /// A short answer names nobody: it is that of the station that was asked.
    fn short(&mut self, talk: &mut Talk<'_>) {
        self.token.other();
        let Some(mut request) = self.request.take() else { return self.unasked(None, 1, talk) };
        request.asked.goes_on(1, talk);
        self.present(request.to, request.from, talk);
        if request.service != Service::Extended {
            request.tell(Answer::Short, talk);
        }
        if request.service == Service::SetParameters {
            self.bind(&request);
        }
    }

    /// Who answers is there.
    fn present(&mut self, slave: u8, master: u8, talk: &mut Talk<'_>) {
        let station = self.heard(slave, talk);
        (station.answered, station.missed) = (true, 0);
        self.answered = Some(Answered { master, slave });
    }

    /// Parameters that were taken say whose slave it is.
    fn bind(&mut self, request: &Request) {
        let Some(station) = self.stations.get_mut(&request.to) else { return };
        if parameters::unlocks(&request.data) {
            station.master = None;
        } else if parameters::locks(&request.data) {
            station.master = Some(request.from);
        }
    }

    fn answers(&mut self, telegram: &Telegram<'_>, length: usize, talk: &mut Talk<'_>) {
        let asked = |request: &mut Request| (request.from, request.to) == (telegram.to, telegram.from);
        let Some(mut request) = self.request.take_if(asked) else {
            return self.unasked(Some(telegram), length, talk);
        };
        request.asked.goes_on(length, talk);
        self.present(telegram.from, telegram.to, talk);
        if request.service != Service::Extended {
            request.tell(Answer::Telegram(telegram), talk);
        } else if !telegram.data.is_empty() {
            tell::between(request.from, request.to, talk);
            self.extended.answers(telegram, talk);
        } else if !request.data.is_empty() && function::outcome(telegram.function()).0 == Outcome::Failure {
            let ending = Answer::Telegram(telegram).ending(false);
            self.extended.failed((request.from, request.to), request.from_point, ending, talk);
        }
        if request.service == Service::Diagnosis
            && let Some(station) = self.stations.get_mut(&telegram.from)
        {
            station.faults = diagnosis::alarms(station.faults, telegram.data, (telegram.to, telegram.from), talk);
        }
    }

    /// An answer that nobody asked for, or the second one to a request: two stations may have one address.
    fn unasked(&mut self, telegram: Option<&Telegram<'_>>, length: usize, talk: &mut Talk<'_>) {
        let second = self.answered.filter(|known| {
            telegram.is_none_or(|telegram| (telegram.to, telegram.from) == (known.master, known.slave))
        });
        let ends = telegram.map(|telegram| (telegram.to, telegram.from));
        let Some((master, slave)) = ends.or(second.map(|known| (known.master, known.slave))) else {
            if self.in_step {
                talk.flag(Flag::ProfibusUnasked, None, None);
            }
            return;
        };
        if telegram.is_some() {
            self.heard(slave, talk);
        }
        tell::between(slave, master, talk);
        if second.is_some() {
            talk.flag(Flag::ProfibusSecondAnswer, None, None);
        } else if self.in_step {
            talk.flag(Flag::ProfibusUnasked, None, None);
        }
        let Some(telegram) = telegram else { return };
        let service = Service::at(telegram.from_point, telegram.to_point);
        let (outcome, status) = function::outcome(telegram.function());
        let reply = if second.is_some() { Reply::Differing } else { Reply::Unexpected };
        let item = Item::new(Operation::Notify);
        let asked = Asked::now(length, talk);
        let subfunction = match service {
            Service::Extended => extended::named_of(telegram.data),
            _ => tell::named(telegram.function().into(), function::answer(telegram.function()).unwrap_or("Reserved")),
        };
        let ending = Ending { reply, outcome, status };
        let functions = (service.function(), subfunction);
        tell::exchange(&asked, ending, functions, Some(slave), std::slice::from_ref(&item), talk);
    }

    /// Frames are missing, or one could not be read.
    pub fn gap(&mut self) {
        self.in_step = false;
        self.answered = None;
        self.token.gap();
        self.extended.gap();
        if let Some(request) = &mut self.request {
            request.blind = true;
        }
        for station in self.stations.values_mut() {
            station.counted = None;
        }
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        if self.request.as_ref().is_some_and(|request| now.saturating_sub(request.asked.last) >= TIMEOUT) {
            self.silence(talk);
        }
        self.extended.expire(now, talk);
    }

    pub fn weight(&self) -> usize {
        let request = self.request.as_ref().map_or(0, |request| request.data.capacity());
        size_of::<Self>() + request + self.extended.weight() + self.stations.len() * (size_of::<Station>() + 16)
    }
}

const fn flag(issue: Issue) -> Flag {
    match issue {
        Issue::Start => Flag::ProfibusStart,
        Issue::Length => Flag::ProfibusFrameLength,
        Issue::Checksum => Flag::ProfibusChecksum,
        Issue::End => Flag::ProfibusEnd,
        Issue::Extension => Flag::ProfibusExtension,
    }
}
