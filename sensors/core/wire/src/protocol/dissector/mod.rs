//! Protocols that a dissector reads: code of the plant's engineers in a process of its own, asked message by message.
//!
//! The core knows what the dissector declares and a way to ask it. Framing, pairing, gaps and expiry are done here, as
//! for the protocols of the list, so that both give the same events. Only flows that no protocol of the list claims are
//! asked about, and of these only those whose first bytes look like one of the declared heads.

mod answer;
mod desk;
mod fact;
mod heads;
mod pairing;
mod reading;
mod telling;
mod wording;

pub use desk::{Asker, Standing, Trouble};
pub use heads::Head;
pub use wording::word;

use super::{Guess, Parser, Probe};
use crate::flow::{Side, Transport};
use answer::Opinion;
use desk::Desk;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Longest message taken of a dissector that names no limit, and the highest limit it may name.
pub const LONGEST: usize = 1 << 16;

/// What a dissector says of itself before it is asked anything.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Word of `network.protocol`.
    pub name: &'static str,
    pub transports: Vec<Transport>,
    /// For ties between client and server only; EtherTypes where it stands on Ethernet.
    pub ports: Vec<u16>,
    /// First bytes of a flow's first message; none: the dissector is asked about every flow.
    pub heads: Vec<Head>,
    pub longest: usize,
    /// Words of `ot.flag` it may use.
    pub flags: Vec<&'static str>,
}

/// One dissector; all flows that it reads share it.
#[derive(Clone)]
pub struct Dissector {
    declaration: Arc<Declaration>,
    desk: Arc<Mutex<Desk>>,
}

impl std::fmt::Debug for Dissector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.declaration.fmt(f)
    }
}

impl Dissector {
    pub fn new(declaration: Declaration, asker: Box<dyn Asker>) -> Self {
        let longest = declaration.longest.clamp(1, LONGEST);
        let declaration = Declaration { longest, ..declaration };
        Self { declaration: Arc::new(declaration), desk: Arc::new(Mutex::new(Desk::new(asker))) }
    }

    pub fn name(&self) -> &'static str {
        self.declaration.name
    }

    pub fn speaks_on(&self, transport: Transport) -> bool {
        self.declaration.transports.contains(&transport)
    }

    /// Whether it stands directly on Ethernet under this EtherType.
    pub fn known_on_ethernet(&self, ether_type: u16) -> bool {
        self.speaks_on(Transport::Ethernet) && self.declaration.ports.contains(&ether_type)
    }

    /// How it fares: questions, troubles, whether it was switched off.
    pub fn standing(&self) -> Standing {
        self.desk().standing().clone()
    }

    /// What it thinks of first payload bytes, and what went wrong when it was asked.
    pub fn probe(&self, probe: &Probe<'_>) -> (Guess, Option<Trouble>) {
        match heads::compare(&self.declaration.heads, probe.data) {
            heads::Compared::No => return (Guess::No, None),
            heads::Compared::Short if probe.ended => return (Guess::No, None),
            heads::Compared::Short => return (Guess::Need, None),
            heads::Compared::Yes => {}
        }
        let opinion = match self.desk().probe(probe) {
            Ok(opinion) => opinion,
            Err(trouble) => return (Guess::No, Some(trouble)),
        };
        let guess = match opinion {
            Opinion::No => Guess::No,
            Opinion::Need => Guess::Need,
            Opinion::Yes { confidence, sender } => {
                Guess::Yes { confidence, sender: sender.or_else(|| self.by_port(probe)) }
            }
        };
        (guess, None)
    }

    fn by_port(&self, probe: &Probe<'_>) -> Option<Side> {
        let ports = &self.declaration.ports;
        match (ports.contains(&probe.source_port), ports.contains(&probe.destination_port)) {
            (true, false) => Some(Side::Server),
            (false, true) => Some(Side::Client),
            _ => None,
        }
    }

    /// State of this protocol on one flow.
    pub fn parser(&self, transport: Transport) -> Box<dyn Parser> {
        let flow = self.desk().open();
        Box::new(reading::Reading::new(self.clone(), flow, transport))
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
