//! When more arrives than can be read: how much is given up, by how full the rings are, and for how long.

use std::time::Instant;
use wire::Relief;
use wire::ledger::Counters;

/// Fill of the rings, in thousandths, from which on values, and from which on other conversations, are given up.
const VALUES: u32 = 250;
const OTHERS: u32 = 500;
/// Below it everything is read again: far below, or it would change with each block.
const OVER: u32 = 60;

/// How much is given up, and since when.
#[derive(Default)]
pub struct Overload {
    relief: Relief,
    since: Option<Instant>,
    /// How long something was given up so far, ms, and how often that began.
    spent_ms: u64,
    times: i64,
}

impl Overload {
    /// What is to be given up, now that the rings are so full.
    pub fn at(&mut self, fill: u32) -> Relief {
        let wanted = match fill {
            OTHERS.. => Relief::Others,
            VALUES.. => Relief::Values,
            ..OVER => Relief::None,
            _ => self.relief,
        };
        // While the rings empty what was given up stays given up: it is why they do.
        let next = if wanted == Relief::None { wanted } else { wanted.max(self.relief) };
        match (self.relief, next) {
            (Relief::None, Relief::Values | Relief::Others) => {
                self.since = Some(Instant::now());
                self.times = self.times.saturating_add(1);
            }
            (Relief::Values | Relief::Others, Relief::None) => self.settle(),
            _ => {}
        }
        self.relief = next;
        next
    }

    /// Puts how long and how often among the counters.
    pub fn count(&mut self, counters: &mut Counters) {
        if self.times == 0 {
            return;
        }
        if self.since.is_some() {
            self.settle();
            self.since = Some(Instant::now());
        }
        counters.set("overload", "given_up_times", self.times);
        counters.set("overload", "given_up_ms", i64::try_from(self.spent_ms).unwrap_or(i64::MAX));
    }

    fn settle(&mut self) {
        let passed = self.since.take().map_or(0, |since| u64::try_from(since.elapsed().as_millis()).unwrap_or(0));
        self.spent_ms = self.spent_ms.saturating_add(passed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_first_and_nothing_comes_back_before_the_rings_are_empty() {
        let mut overload = Overload::default();
        let told: Vec<Relief> = [0, 100, 260, 600, 300, 100, 59, 100].iter().map(|fill| overload.at(*fill)).collect();
        use Relief::{None, Others, Values};
        assert_eq!(told, [None, None, Values, Others, Others, Others, None, None]);
    }

    #[test]
    fn how_often_it_began_is_counted() {
        let (mut overload, mut counters) = (Overload::default(), Counters::default());
        overload.count(&mut counters);
        assert!(!counters.totals().iter().any(|(stage, ..)| *stage == "overload"));
        for fill in [900, 0, 900, 900] {
            overload.at(fill);
        }
        overload.count(&mut counters);
        assert!(counters.totals().contains(&("overload", "given_up_times", 2)));
    }
}
