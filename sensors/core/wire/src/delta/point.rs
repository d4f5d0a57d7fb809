//! Points: the last value of each object and what kind of point it is.

/// More distinct values than this make a point continuous.
pub const ENUMERATION: usize = 16;
/// A point whose first so many reads all differ is continuous at once: noise need not show all sixteen values.
pub const ALL_DIFFERENT: u32 = 4;

/// What kind of point it is, so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Class {
    #[default]
    Constant,
    Enumeration,
    Continuous,
}

impl Class {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Enumeration => "enumeration",
            Self::Continuous => "continuous",
        }
    }
}

/// What a continuous point did since its last summary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    pub first: f64,
    pub last: f64,
    pub min: f64,
    pub max: f64,
    pub sum: f64,
    pub count: u32,
}

/// What a read did to a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    First,
    Same,
    /// A constant or enumeration took another value; the class is the one it had.
    Changed {
        previous: u64,
        class: Class,
    },
    /// It became continuous by this value.
    Class {
        previous: u64,
    },
    /// A continuous point moved.
    Moved,
}

/// What is remembered of a point's values. Fields stand in the variant itself, so that a point fits one cache line: a
/// poll touches dozens of them, far apart.
#[derive(Debug)]
enum History {
    /// The different values so far; none while there is only one.
    Few(Vec<u64>),
    /// Counted since the last summary; the last value is the point's.
    Continuous { first: f64, min: f64, max: f64, sum: f64, count: u32 },
}

/// One point. Values are bits of an f64, or the hash of a text.
#[derive(Debug)]
#[repr(align(64))]
pub struct Point {
    pub last: u64,
    history: History,
    /// Least and greatest value written so far.
    written: Option<Box<(f64, f64)>>,
    samples: u32,
    /// The value is a number.
    pub number: bool,
}

impl Default for Point {
    fn default() -> Self {
        Self { last: 0, history: History::Few(Vec::new()), written: None, samples: 0, number: false }
    }
}

impl Point {
    pub fn class(&self) -> Class {
        match &self.history {
            History::Few(values) if values.is_empty() => Class::Constant,
            History::Few(_) => Class::Enumeration,
            History::Continuous { .. } => Class::Continuous,
        }
    }

    pub fn known(&self) -> bool {
        self.samples > 0
    }

    /// Read too seldom to have a class that could change: in a range its first values stand in the transactions.
    pub fn young(&self) -> bool {
        self.samples <= ALL_DIFFERENT
    }

    /// Takes a value that was read or published.
    pub fn read(&mut self, value: u64, number: bool) -> Change {
        let (previous, class) = (self.last, self.class());
        let first = self.samples == 0;
        self.samples = self.samples.saturating_add(1);
        self.last = value;
        self.number = number;
        if first {
            return Change::First;
        }
        let History::Few(values) = &mut self.history else {
            self.summarise(value, true);
            return if value == previous { Change::Same } else { Change::Moved };
        };
        if value == previous {
            return Change::Same;
        }
        if values.is_empty() {
            values.push(previous);
        }
        if !values.contains(&value) {
            values.push(value);
        }
        let distinct = values.len();
        let all_different = self.samples >= ALL_DIFFERENT && usize::try_from(self.samples).is_ok_and(|n| n == distinct);
        if distinct > ENUMERATION || all_different {
            self.history = History::Continuous { first: 0.0, min: 0.0, max: 0.0, sum: 0.0, count: 0 };
            self.summarise(value, true);
            return Change::Class { previous };
        }
        Change::Changed { previous, class }
    }

    /// Takes a value that was written; true when it lies inside the range written so far.
    pub fn write(&mut self, value: u64, number: bool) -> bool {
        self.last = value;
        self.number = number;
        self.samples = self.samples.max(1);
        self.summarise(value, false);
        let written = f64::from_bits(value);
        let inside = number && self.written.as_ref().is_some_and(|range| written >= range.0 && written <= range.1);
        if number && !written.is_nan() {
            let range = self.written.get_or_insert_with(|| Box::new((written, written)));
            **range = (range.0.min(written), range.1.max(written));
        }
        inside
    }

    /// The summary since the last one, which begins anew.
    pub fn take_summary(&mut self) -> Option<Summary> {
        let History::Continuous { first, min, max, sum, count } = &mut self.history else { return None };
        if *count == 0 {
            return None;
        }
        let last = f64::from_bits(self.last);
        let done = Summary { first: *first, last, min: *min, max: *max, sum: *sum, count: *count };
        (*count, *sum) = (0, 0.0);
        Some(done)
    }

    /// Takes a value into the summary. A written one widens it, but only what was read counts for the mean.
    fn summarise(&mut self, value: u64, read: bool) {
        let History::Continuous { first, min, max, sum, count } = &mut self.history else { return };
        if !self.number {
            return;
        }
        let x = f64::from_bits(value);
        if *count == 0 {
            if !read {
                return;
            }
            (*first, *min, *max) = (x, x, x);
        }
        *min = min.min(x);
        *max = max.max(x);
        if read {
            *sum += x;
            *count = count.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(x: f64) -> u64 {
        x.to_bits()
    }

    #[test]
    fn a_point_fits_one_cache_line() {
        assert_eq!(size_of::<Point>(), 64);
    }

    #[test]
    fn a_constant_becomes_an_enumeration_and_then_continuous() {
        let mut point = Point::default();
        assert_eq!(point.read(bits(1.0), true), Change::First);
        assert_eq!(point.read(bits(1.0), true), Change::Same);
        let changed = Change::Changed { previous: bits(1.0), class: Class::Constant };
        assert_eq!(point.read(bits(2.0), true), changed);
        assert_eq!(point.class(), Class::Enumeration);
        let mut last = Change::First;
        for i in 3..=17 {
            last = point.read(bits(f64::from(i)), true);
        }
        assert_eq!(last, Change::Class { previous: bits(16.0) });
        assert_eq!(point.read(bits(17.0), true), Change::Same);
        assert_eq!(point.read(bits(4.0), true), Change::Moved);
    }

    #[test]
    fn a_summary_counts_reads_and_is_widened_by_writes() {
        let mut point = Point::default();
        for x in [10.0, 11.0, 12.0, 13.0, 9.0] {
            point.read(bits(x), true);
        }
        assert!(!point.write(bits(20.0), true), "nothing was written before");
        let expected = Summary { first: 13.0, last: 20.0, min: 9.0, max: 20.0, sum: 22.0, count: 2 };
        assert_eq!(point.take_summary(), Some(expected));
        assert_eq!(point.take_summary(), None);
        assert!(!point.write(bits(5.0), true));
        assert!(point.write(bits(10.0), true), "between the values written before");
        assert_eq!(point.take_summary(), None, "a write alone is no sample");
    }
}
