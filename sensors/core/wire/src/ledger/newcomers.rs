//! Who is new and has proved nothing: hosts that only sent, flows on which nobody said anything. Forged addresses make as
//! many of them as there are packets, so that of these only so many are told, and the rest counted. A host that answers,
//! or goes on after an answer, and a flow on which something is said are told whatever happens.

use super::Ledger;
use crate::delta::RATE_SPAN;
use crate::flow::{Facts, Side, Span};

/// Hosts that are told though they proved nothing: more than any plant has that only ever send.
const HOSTS: i64 = 16_384;
/// One more may be told after so long, ns: after a flood newcomers are still told, and its end of the table never comes.
const ANOTHER_HOST: i64 = 10_000_000_000;
/// Flows without a word that are told in ten seconds.
const FLOWS: u32 = 4096;

/// How many may still be told.
pub struct Newcomers {
    hosts: i64,
    /// Packet time up to which hosts were added, ns.
    since: Option<i64>,
    window: i64,
    flows: u32,
}

impl Default for Newcomers {
    fn default() -> Self {
        Self { hosts: HOSTS, since: None, window: i64::MIN, flows: 0 }
    }
}

impl Newcomers {
    /// Whether one more host that proved nothing is told.
    fn host(&mut self, clock: i64) -> bool {
        let since = *self.since.get_or_insert(clock);
        let due = clock.saturating_sub(since) / ANOTHER_HOST;
        if due > 0 {
            self.since = Some(since.saturating_add(due.saturating_mul(ANOTHER_HOST)));
            self.hosts = self.hosts.saturating_add(due).min(HOSTS);
        }
        let told = self.hosts > 0;
        self.hosts -= i64::from(told);
        told
    }

    /// A host that was told has proved itself.
    fn proved(&mut self) {
        self.hosts = self.hosts.saturating_add(1).min(HOSTS);
    }

    /// Whether one more flow without a word is told.
    fn flow(&mut self, clock: i64) -> bool {
        let window = clock.div_euclid(RATE_SPAN);
        if window != self.window {
            (self.window, self.flows) = (window, 0);
        }
        let told = self.flows < FLOWS;
        self.flows += u32::from(told);
        told
    }
}

impl Ledger {
    /// Whether a host of which nothing is known but that it sent becomes an asset. One that does not is counted with each
    /// of its packets, and asks again with the next one.
    pub(super) fn newcomer(&mut self) -> bool {
        let told = self.newcomers.host(self.clock);
        if !told {
            self.counters.add("identity", "hosts_not_told", 1);
        }
        told
    }

    /// Whether rows tell of a flow on which nothing was said.
    pub fn silent_flow(&mut self) -> bool {
        self.newcomers.flow(self.clock)
    }

    /// This side answered the other one, so that it is really there.
    pub fn answered(&mut self, facts: &mut Facts, side: Side, span: Span) {
        let end = match side {
            Side::Client => facts.client,
            Side::Server => facts.server,
        };
        match self.assets.proved(facts.vlan, end.ip) {
            Some(false) => self.newcomers.proved(),
            Some(true) => {}
            None => self.proven_sight(facts, side, span),
        }
    }
}
