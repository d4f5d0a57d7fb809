//! The application layer of one connection or line: what it has seen, and what becomes of each data unit.

use super::companion::Companion;
use super::monitor::Point;
use super::transfer::Transfers;
use super::waiting::Request;
use super::words::Words;
use super::{Asdu, cause, kind};
use crate::flow::Side;
use crate::protocol::Talk;

/// An object that was selected and not yet operated.
#[derive(Clone, Copy, Debug)]
pub struct Selected {
    pub common: u32,
    pub object: u32,
    /// Type without time tag.
    pub code: u8,
    pub number: f64,
    pub time: i64,
}

/// One connection or line.
pub struct Application {
    pub companion: &'static Companion,
    pub words: Words,
    pub points: Vec<Point>,
    pub waiting: Vec<Request>,
    pub selected: Vec<Selected>,
    /// Type, common address and object of what was refused last.
    pub refused: Option<(u8, u32, u32)>,
    pub transfers: Transfers,
    /// A request was answered and nothing was lost since: a lone answer is then odd.
    pub in_step: bool,
    /// Common addresses that were told.
    pub stations: Vec<u32>,
    /// What goes the wrong way was told, by side.
    wrong_way: [bool; 2],
    /// A sequence of elements where none is allowed was told: it is a habit of some stacks.
    odd_form: bool,
}

impl Application {
    pub fn new(companion: &'static Companion) -> Self {
        Self {
            companion,
            words: Words::default(),
            points: Vec::new(),
            waiting: Vec::new(),
            selected: Vec::new(),
            refused: None,
            transfers: Transfers::default(),
            in_step: false,
            stations: Vec::new(),
            wrong_way: [false; 2],
            odd_form: false,
        }
    }

    /// One data unit.
    pub fn unit(&mut self, side: Side, asdu: &Asdu<'_>, talk: &mut Talk<'_>) {
        self.check(side, asdu, talk);
        self.station(side, asdu, talk);
        let monitor = asdu.kind.is_some_and(|kind| {
            kind.monitor() || (kind.parameter() && (cause::INTERROGATED..=cause::COUNTERS_LAST).contains(&asdu.cause))
        });
        if monitor {
            self.publication(side, asdu, talk);
        } else if asdu.kind.is_some_and(kind::Kind::file) {
            self.file(side, asdu, talk);
        } else {
            self.control(side, asdu, talk);
        }
    }

    /// What is odd about a data unit whatever its elements say. Offsets are those of the frame.
    fn check(&mut self, side: Side, asdu: &Asdu<'_>, talk: &mut Talk<'_>) {
        let flags = self.companion;
        let Some(kind) = asdu.kind else {
            talk.flag(flags.type_unknown, Some(asdu.at(0)), None);
            return;
        };
        let broadcast = matches!(kind.code, kind::C_IC_NA_1 | kind::C_CI_NA_1 | kind::C_CS_NA_1 | kind::C_RP_NA_1);
        let address = asdu.first_address();
        let of_process = kind.code < kind::M_EI_NA_1 || kind.code == kind::C_RD_NA_1;
        let of_station = kind.code == kind::M_EI_NA_1 || (kind.system() && kind.code != kind::C_RD_NA_1);
        let common = asdu.common_address;
        let station = asdu.at(2 + asdu.layout.cause);
        let object = asdu.at(asdu.layout.header());
        for (odd, flag, offset) in [
            (asdu.count == 0, flags.object_count, asdu.at(1)),
            (asdu.count > 0 && asdu.fits() == Some(false), flags.length_mismatch, 1),
            (asdu.sequence && !kind.sequence && !self.odd_form, flags.sequence_form, asdu.at(1)),
            (!cause::allowed(kind, asdu.cause) && asdu.cause < 48, flags.cause_illegal, asdu.at(2)),
            (common == 0 || (common == asdu.layout.broadcast() && !broadcast), flags.common_address, station),
            (of_process && address == Some(0), flags.ioa_zero, object),
            (of_station && address.is_some_and(|address| address != 0), flags.ioa_not_zero, object),
        ] {
            if odd {
                talk.flag(flag, Some(offset), None);
            }
        }
        self.odd_form |= asdu.sequence && !kind.sequence;
        let wrong = match side {
            Side::Client => kind.monitor() || (!kind.file() && cause::answers(asdu.cause)),
            Side::Server => !kind.file() && !kind.monitor() && cause::asks(asdu.cause),
        };
        let [client, server] = &mut self.wrong_way;
        let told = if side == Side::Client { client } else { server };
        if wrong && !*told {
            *told = true;
            talk.flag(flags.direction, Some(asdu.at(0)), None);
        }
    }

    /// Messages of one side are missing.
    pub fn gap(&mut self, side: Side) {
        self.transfers.gap();
        self.in_step = false;
        self.refused = None;
        for request in self.waiting.iter_mut().filter(|request| request.sender != side) {
            request.blind = true;
        }
    }

    /// Tells what waited too long at `now`.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while let Some(at) = self.waiting.iter().position(|request| request.expired(now)) {
            self.waiting.remove(at).give_up(talk);
        }
        self.transfers.expire(now, talk);
    }

    /// Bytes that are held beyond the size of `Self`.
    pub fn weight(&self) -> usize {
        self.words.weight()
            + self.points.capacity() * size_of::<Point>()
            + self.waiting.iter().map(Request::weight).sum::<usize>()
            + self.selected.len() * size_of::<Selected>()
            + self.stations.len() * 4
            + self.transfers.weight()
    }
}
