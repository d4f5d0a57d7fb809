//! State of one line, and what becomes of each frame.

use super::link;
use super::open;
use super::sizes::{Inference, Sense};
use super::tell::{Answer, Service};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::hash;
use crate::protocol::ft12::{self, Control, Frame};
use crate::protocol::iec60870::application::Application;
use crate::protocol::iec60870::asdu::little;
use crate::protocol::iec60870::companion;
use crate::protocol::{TIMEOUT, Talk};

/// Stations of one line that are kept apart.
const STATIONS: usize = 64;

/// A primary station and one secondary station.
#[derive(Clone, Copy, Debug)]
struct Pair {
    primary: Side,
    address: Option<u32>,
    /// Frame count bit of the last frame that had one, and what the frame was.
    count: Option<bool>,
    last: u64,
    /// The last frame was one sent again; the answer before it.
    again: bool,
    answer: u64,
    /// The secondary asked for no more data.
    full: bool,
    waiting: Option<Service>,
    touched: i64,
}

/// One line.
pub struct Line {
    inference: Inference,
    application: Application,
    pairs: Vec<Pair>,
    /// Frames of a primary station came from the side; polls did.
    primary: [bool; 2],
    polled: bool,
    /// Told once: sizes are open, sizes are known, a control field is odd, who is primary, link addresses.
    told_open: bool,
    told_sizes: bool,
    told_control: bool,
    told_second: bool,
    told_mode: bool,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            inference: Inference::default(),
            application: Application::new(&companion::SERIAL),
            pairs: Vec::new(),
            primary: [false; 2],
            polled: false,
            told_open: false,
            told_sizes: false,
            told_control: false,
            told_second: false,
            told_mode: false,
        }
    }
}

impl Line {
    pub fn width(&self) -> Option<usize> {
        self.inference.width()
    }

    pub fn message(&mut self, side: Side, frame: &[u8], talk: &mut Talk<'_>) {
        if !ft12::fits(frame) {
            talk.flag(Flag::Iec101Checksum, u32::try_from(frame.len().saturating_sub(2)).ok(), None);
            return;
        }
        match ft12::read(frame) {
            Some(Frame::Single) => self.secondary(side, None, None, &[], frame, talk),
            Some(Frame::Fixed { control, address }) => {
                self.inference.fixed(address.len());
                let address = little(address, 0, address.len()).filter(|_| !address.is_empty());
                self.station(side, control, address, &[], frame, talk);
            }
            Some(Frame::Variable { control, data }) => {
                let width = self.inference.width();
                let address = width.filter(|width| *width > 0).and_then(|width| little(data, 0, width));
                self.station(side, control, address, data, frame, talk);
            }
            None => talk.flag(Flag::Iec101Frame, Some(0), None),
        }
    }

    fn station(
        &mut self,
        side: Side,
        control: Control,
        address: Option<u32>,
        data: &[u8],
        frame: &[u8],
        talk: &mut Talk<'_>,
    ) {
        if control.primary() {
            self.primary(side, control, address, data, frame, talk);
        } else {
            self.secondary(side, Some(control), address, data, frame, talk);
        }
    }

    /// A frame of a primary station: a service, or user data.
    fn primary(
        &mut self,
        side: Side,
        control: Control,
        address: Option<u32>,
        data: &[u8],
        frame: &[u8],
        talk: &mut Talk<'_>,
    ) {
        let function = control.function();
        self.check(control.0, link::service(function).is_some() && control.valid() == link::counted(function), talk);
        self.roles(side, function, talk);
        let at = self.pair(side, address, talk);
        let Some(pair) = self.pairs.get_mut(at) else { return };
        pair.touched = talk.now();
        let hash = hash::quick(frame);
        let same = link::counted(function) && control.valid() && pair.count == Some(control.count());
        pair.again = same && pair.last == hash;
        if pair.again {
            talk.flag(Flag::Iec101Repeated, Some(0), None);
            if let Some(waiting) = &mut pair.waiting {
                waiting.repeats = waiting.repeats.saturating_add(1);
                waiting.span.last = talk.span().last;
            }
            return;
        }
        if same {
            talk.flag(Flag::Iec101FrameCount, Some(if data.is_empty() { 1 } else { 4 }), None);
        }
        pair.last = hash;
        if link::counted(function) {
            pair.count = Some(control.count());
        } else if function == link::RESET {
            // The next one counts from 1 (6.1.2).
            pair.count = Some(false);
        }
        let before = pair.waiting.take();
        if function != link::NO_REPLY && link::service(function).is_some() {
            pair.waiting = Some(Service {
                function,
                sender: side,
                address,
                span: talk.span(),
                ordinal: talk.ordinal(),
                octets: u32::try_from(frame.len()).unwrap_or(u32::MAX),
                repeats: 0,
                flagged: talk.flagged(),
                blind: false,
            });
        }
        if let Some(before) = before {
            before.tell(None, talk);
        }
        self.unit(side, data, talk);
    }

    /// A frame of a secondary station: what it answers to the last it was asked.
    fn secondary(
        &mut self,
        side: Side,
        control: Option<Control>,
        address: Option<u32>,
        data: &[u8],
        frame: &[u8],
        talk: &mut Talk<'_>,
    ) {
        let function = control.map(Control::function);
        if let Some(control) = control {
            self.check(control.0, link::answer(control.function()).is_some(), talk);
        }
        if function.is_some_and(link::refuses) {
            talk.flag(Flag::Iec101Refused, Some(1), None);
        }
        let mine = |pair: &Pair| pair.primary != side && (control.is_none() || pair.address == address);
        let asked = |pair: &&mut Pair| mine(pair) && (pair.waiting.is_some() || pair.again);
        let latest = self.pairs.iter_mut().filter(asked).max_by_key(|pair| pair.touched);
        let hash = hash::quick(frame);
        let mut again = false;
        if let Some(pair) = latest {
            again = pair.again && pair.answer == hash;
            (pair.answer, pair.again) = (hash, false);
            let full = control.is_some_and(Control::valid);
            if full && !pair.full {
                talk.flag(Flag::Iec101Overflow, Some(if data.is_empty() { 1 } else { 4 }), None);
            }
            pair.full = full;
            // Both stations of a balanced line write the same address: it is told of the controlled one.
            if let Some(address) = address.filter(|_| side == Side::Server) {
                talk.identity(side, "link_address", &address.to_string(), 0.8, "iec101 link");
            }
            let octets = u32::try_from(frame.len()).unwrap_or(u32::MAX);
            if let Some(service) = pair.waiting.take() {
                service.tell(Some(Answer { function, span: talk.span(), octets }), talk);
            }
        }
        // The answer to a frame that was sent again is sent again too: nothing happened twice.
        if !again {
            self.unit(side, data, talk);
        }
    }

    /// Address of the link and data unit of a frame.
    fn unit(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        if data.is_empty() {
            return;
        }
        let (sense, changed) = self.inference.hear(data);
        if changed {
            self.told_sizes = false;
            self.told_open = false;
            talk.flag(Flag::Iec101SizesChanged, None, None);
        }
        if let Some(sizes) = self.inference.settled().filter(|_| !self.told_sizes) {
            self.told_sizes = true;
            talk.identity(Side::Server, "address_sizes", &sizes.text(), 0.9, "iec101 data units");
        }
        match sense {
            Sense::Agreed(sizes) | Sense::None(Some(sizes)) => match sizes.unit(data) {
                Some(asdu) => self.application.unit(side, &asdu, talk),
                None => talk.flag(Flag::Iec101LengthMismatch, Some(1), None),
            },
            Sense::Open(sizes) => {
                if !self.told_open {
                    self.told_open = true;
                    talk.flag(Flag::Iec101SizesOpen, None, None);
                }
                open::tell(side, sizes, data, talk);
            }
            Sense::None(None) => talk.flag(Flag::Iec101LengthMismatch, Some(1), None),
        }
    }

    /// What is odd about a control field: told once, for it is a habit of some stacks.
    fn check(&mut self, control: u8, right: bool, talk: &mut Talk<'_>) {
        if !right && !self.told_control {
            self.told_control = true;
            let mut details = crate::text::Details::default();
            details.number("control", control);
            talk.flag(Flag::Iec101Control, Some(1), details.finish().as_deref());
        }
    }

    /// Who is primary station: one side that polls, or both.
    fn roles(&mut self, side: Side, function: u8, talk: &mut Talk<'_>) {
        let [client, server] = self.primary;
        self.primary = [client || side == Side::Client, server || side == Side::Server];
        let both = self.primary == [true; 2];
        self.polled |= matches!(function, link::CLASS_1 | link::CLASS_2);
        if both && self.polled && !self.told_second {
            self.told_second = true;
            talk.flag(Flag::Iec101SecondPrimary, Some(1), None);
        }
        if (both != self.polled) && !self.told_mode {
            self.told_mode = true;
            let mode = if both { "balanced" } else { "unbalanced" };
            talk.identity(Side::Server, "transmission", mode, 0.8, "iec101 link");
        }
    }

    fn pair(&mut self, primary: Side, address: Option<u32>, talk: &mut Talk<'_>) -> usize {
        let known = self.pairs.iter().position(|pair| pair.primary == primary && pair.address == address);
        if let Some(at) = known {
            return at;
        }
        if self.pairs.len() >= STATIONS {
            let oldest = self.pairs.iter().enumerate().min_by_key(|(_, pair)| pair.touched).map_or(0, |(at, _)| at);
            let pair = self.pairs.remove(oldest);
            talk.flag(Flag::ParserLimit, None, None);
            if let Some(waiting) = pair.waiting {
                Service { blind: true, ..waiting }.tell(None, talk);
            }
        }
        self.pairs.push(Pair {
            primary,
            address,
            count: None,
            last: 0,
            again: false,
            answer: 0,
            full: false,
            waiting: None,
            touched: talk.now(),
        });
        self.pairs.len() - 1
    }

    /// Octets of one side are missing: what it counts is not known.
    pub fn gap(&mut self, side: Side) {
        self.application.gap(side);
        for pair in &mut self.pairs {
            if pair.primary == side {
                pair.count = None;
            } else if let Some(waiting) = &mut pair.waiting {
                waiting.blind = true;
            }
        }
    }

    /// Tells what waited too long at `now`.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        for pair in &mut self.pairs {
            let late = |service: &Service| now.saturating_sub(service.span.last.time) >= TIMEOUT;
            if let Some(service) = pair.waiting.filter(late) {
                pair.waiting = None;
                service.tell(None, talk);
            }
        }
        self.application.expire(now, talk);
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + self.inference.weight()
            + self.application.weight()
            + self.pairs.capacity() * size_of::<Pair>()
    }
}
