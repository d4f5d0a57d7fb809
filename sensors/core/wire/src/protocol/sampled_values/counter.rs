//! The sample counter (smpCnt): it counts samples from 0, and begins again with each second or with each pulse of the
//! clock (IEC 61850-9-2, table 14; IEC 61869-9). Where it turns is learned.

/// What is odd about a count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Oddity {
    /// So many samples were not seen.
    Gap(u16),
    Repeated,
    /// It fell where it does not turn.
    Fell,
}

#[derive(Debug)]
pub struct Counter {
    pub last: u16,
    /// Samples of a turn, once one was seen.
    turn: Option<u16>,
    /// The count that came out of turn: what goes on from there has begun anew.
    aside: Option<u16>,
}

impl Counter {
    pub const fn new(count: u16) -> Self {
        Self { last: count, turn: None, aside: None }
    }

    /// Takes the next count.
    pub fn follow(&mut self, count: u16) -> Option<Oddity> {
        let oddity = self.oddity(count);
        match oddity {
            Some(Oddity::Repeated) => {}
            Some(Oddity::Fell) => self.aside = Some(count),
            _ => (self.last, self.aside) = (count, None),
        }
        oddity
    }

    fn oddity(&mut self, count: u16) -> Option<Oddity> {
        let forward = count.wrapping_sub(self.last);
        if forward == 1 || self.aside.is_some_and(|aside| count == aside.wrapping_add(1)) {
            // A turn that it counts past was none: the first one seen had lost its last samples.
            self.turn = self.turn.filter(|turn| count < *turn);
            return None;
        }
        if forward == 0 {
            return Some(Oddity::Repeated);
        }
        let ended = self.last.wrapping_add(1);
        let Some(turn) = self.turn else {
            return match count {
                0 => {
                    self.turn = Some(ended);
                    None
                }
                _ if count > self.last => Some(Oddity::Gap(forward - 1)),
                _ => Some(Oddity::Fell),
            };
        };
        let missing = if count > self.last { forward - 1 } else { turn.saturating_sub(ended).saturating_add(count) };
        match missing {
            0 => None,
            _ if missing <= turn / 2 => Some(Oddity::Gap(missing)),
            _ => Some(Oddity::Fell),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Counter, Oddity};

    fn told(from: u16, counts: &[u16]) -> Vec<Option<Oddity>> {
        let mut counter = Counter::new(from);
        counts.iter().map(|count| counter.follow(*count)).collect()
    }

    #[test]
    fn the_turn_is_learned_and_lost_samples_around_it_are_counted() {
        let mut counter = Counter::new(3998);
        for count in [3999, 0, 1].into_iter().chain(2..4000).chain(0..3998) {
            assert_eq!(counter.follow(count), None, "{count}");
        }
        assert_eq!(counter.follow(1), Some(Oddity::Gap(3)));
        assert_eq!(counter.follow(5), Some(Oddity::Gap(3)));
        assert_eq!(counter.follow(3998), Some(Oddity::Fell), "the one before the turn, late");
        assert_eq!(counter.follow(6), None);
    }

    #[test]
    fn a_turn_that_lost_its_end_is_learned_anew() {
        let mut counter = Counter::new(3997);
        for count in (0..4000).chain(0..4000).chain([0]) {
            assert_eq!(counter.follow(count), None, "{count}");
        }
        assert_eq!(counter.turn, Some(4000));
    }

    #[test]
    fn copies_and_falls_do_not_move_the_counter() {
        let fell = Some(Oddity::Fell);
        assert_eq!(told(10, &[10, 11, 5, 12, 4, 13]), [Some(Oddity::Repeated), None, fell, None, fell, None]);
        assert_eq!(told(500, &[40, 41, 42]), [fell, None, None], "begun anew");
        assert_eq!(told(10, &[30_000]), [Some(Oddity::Gap(29_989))]);
        assert_eq!(told(65_535, &[0, 1]), [None, None], "the counter's own end");
    }
}
