//! Streams of a flow: their configurations, and what is odd about the time and the status words of their data.

use super::configuration::{self, Configuration};
use super::frame::{self, Head};
use super::status;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text::Details;

/// Configurations and streams that one flow may have, and stations told of.
const CONFIGURATIONS: usize = 8;
const STREAMS: usize = 32;
const TOLD: usize = 64;

/// Time of one stream's data.
struct Clock {
    id: u16,
    last: (u32, u32),
    failed: bool,
}

#[derive(Default)]
pub struct Streams {
    /// The one learned last stands last.
    configurations: Vec<Configuration>,
    clocks: Vec<Clock>,
    /// The last configuration could be read.
    readable: bool,
}

impl Streams {
    /// Takes a configuration: a new one, the same again, or one that differs.
    pub fn learn(&mut self, side: Side, head: &Head, contents: &[u8], talk: &mut Talk<'_>) {
        let new = configuration::read(head.id, head.kind, contents);
        self.readable = new.is_some();
        let Some(new) = new else {
            return self.unread(Flag::SynchrophasorMalformed, talk);
        };
        if let Some(at) = self.configurations.iter().position(|c| (c.id, c.kind) == (new.id, new.kind)) {
            let old = self.configurations.remove(at);
            if old.hash == new.hash {
                return self.configurations.push(old);
            }
            talk.flag(Flag::SynchrophasorConfigurationChanged, Some(14), changed(&old, &new).as_deref());
        }
        if self.configurations.len() >= CONFIGURATIONS {
            talk.flag(Flag::ParserLimit, None, None);
            self.configurations.remove(0);
        }
        introduce(side, &new, talk);
        self.configurations.push(new);
    }

    /// A configuration frame that cannot be read.
    pub fn unread(&mut self, flag: Flag, talk: &mut Talk<'_>) {
        self.readable = false;
        talk.flag(flag, Some(14), None);
    }

    /// The configuration that was just learned, when it could be read.
    pub fn learned(&self) -> Option<&Configuration> {
        self.configurations.last().filter(|_| self.readable)
    }

    /// The configuration that the stream's data is written by.
    pub fn in_force(&mut self, id: u16) -> Option<&mut Configuration> {
        self.configurations.iter_mut().rev().find(|c| c.id == id && c.kind != frame::CFG1)
    }

    /// Time of a data frame: it goes on, and it is known.
    pub fn follow(&mut self, head: &Head, talk: &mut Talk<'_>) {
        let (now, failed) = ((head.soc, head.fraction), status::clock_failed(head.quality));
        let base = self.in_force(head.id).map(|c| c.time_base);
        let Some(clock) = self.clocks.iter_mut().find(|clock| clock.id == head.id) else {
            if self.clocks.len() >= STREAMS {
                talk.flag(Flag::ParserLimit, None, None);
                self.clocks.remove(0);
            }
            if failed {
                talk.flag(Flag::SynchrophasorUnsynchronised, Some(10), None);
            }
            return self.clocks.push(Clock { id: head.id, last: now, failed });
        };
        if failed && !clock.failed {
            talk.flag(Flag::SynchrophasorUnsynchronised, Some(10), None);
        }
        if now < clock.last {
            let mut details = Details::default();
            details.text("time", &frame::time(now.0, now.1, base));
            details.text("time_before", &frame::time(clock.last.0, clock.last.1, base));
            talk.flag(Flag::SynchrophasorTimeRegress, Some(6), details.finish().as_deref());
        }
        (clock.last, clock.failed) = (now, failed);
    }

    pub fn weight(&self) -> usize {
        self.configurations.iter().map(Configuration::weight).sum::<usize>()
            + self.clocks.capacity() * size_of::<Clock>()
    }
}

fn changed(old: &Configuration, new: &Configuration) -> Option<String> {
    let count = |configuration: &Configuration| configuration.stations.first().map(|s| i64::from(s.changes));
    let mut details = Details::default();
    if let (Some(before), Some(now)) = (count(old), count(new)) {
        details.number("configuration_count_before", before).number("configuration_count", now);
    }
    details.finish()
}

/// Who the stations are.
fn introduce(side: Side, configuration: &Configuration, talk: &mut Talk<'_>) {
    let service = format!("synchrophasor stream {}", configuration.id);
    talk.identity(side, "service", &service, 0.9, "synchrophasor");
    let single = configuration.stations.len() == 1;
    for station in configuration.stations.iter().take(TOLD) {
        let attribute = if single { "name" } else { "module" };
        talk.identity(side, attribute, &station.name, 0.8, "synchrophasor");
        if let Some([latitude, longitude, _]) = station.location.filter(|place| single && *place != [0.0; 3]) {
            talk.identity(side, "location", &format!("{latitude:.5}, {longitude:.5}"), 0.8, "synchrophasor");
        }
    }
}
