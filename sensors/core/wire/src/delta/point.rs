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

/// First, last, min, max, sum and count of a continuous point since its last summary.
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

/// One point. Values are bits of an f64, or the hash of a text.
#[derive(Debug, Default)]
pub struct Point {
    pub last: u64,
    samples: u32,
    class: Class,
    /// The value is a number.
    pub number: bool,
    distinct: Vec<u64>,
    summary: Option<Box<Summary>>,
    /// Least and greatest value written so far.
    written: Option<(f64, f64)>,
    /// Shapes that read it; 0 = free.
    pub readers: u32,
}

impl Point {
    pub fn class(&self) -> Class {
        self.class
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
        let previous = self.last;
        let first = self.samples == 0;
        self.samples = self.samples.saturating_add(1);
        self.last = value;
        self.number = number;
        if first {
            return Change::First;
        }
        if self.class == Class::Continuous {
            self.summarise(value);
            return if value == previous { Change::Same } else { Change::Moved };
        }
        if value == previous {
            return Change::Same;
        }
        let class = self.class;
        if self.distinct.is_empty() {
            self.distinct.push(previous);
        }
        if !self.distinct.contains(&value) {
            self.distinct.push(value);
        }
        let distinct = self.distinct.len();
        let all_different = self.samples >= ALL_DIFFERENT && usize::try_from(self.samples).is_ok_and(|n| n == distinct);
        if distinct > ENUMERATION || all_different {
            self.class = Class::Continuous;
            self.distinct = Vec::new();
            self.summarise(value);
            return Change::Class { previous };
        }
        self.class = Class::Enumeration;
        Change::Changed { previous, class }
    }

    /// Takes a value that was written; true when it lies inside the range written so far.
    pub fn write(&mut self, value: u64, number: bool) -> bool {
        self.last = value;
        self.number = number;
        self.samples = self.samples.max(1);
        let written = f64::from_bits(value);
        let inside = number && self.written.is_some_and(|(low, high)| written >= low && written <= high);
        if number && !written.is_nan() {
            let (low, high) = self.written.unwrap_or((written, written));
            self.written = Some((low.min(written), high.max(written)));
        }
        inside
    }

    /// The summary since the last one, which begins anew.
    pub fn take_summary(&mut self) -> Option<Summary> {
        let summary = self.summary.as_deref_mut()?;
        if summary.count == 0 {
            return None;
        }
        let done = *summary;
        *summary = Summary { count: 0, sum: 0.0, ..done };
        Some(done)
    }

    fn summarise(&mut self, value: u64) {
        if !self.number {
            return;
        }
        let x = f64::from_bits(value);
        let summary = self
            .summary
            .get_or_insert_with(|| Box::new(Summary { first: x, last: x, min: x, max: x, sum: 0.0, count: 0 }));
        if summary.count == 0 {
            **summary = Summary { first: x, last: x, min: x, max: x, sum: 0.0, count: 0 };
        }
        summary.last = x;
        summary.min = summary.min.min(x);
        summary.max = summary.max.max(x);
        summary.sum += x;
        summary.count = summary.count.saturating_add(1);
    }
}
