//! Details written one after another into one text, without an allocation each.

use super::reading::{self as r, Beside, Reading};
use std::fmt::Write as _;
use std::ops::Range;

/// Quality bits in the order of their octet.
const QUALITY: [(u8, &str); 6] =
    [(r::IV, "IV"), (r::NT, "NT"), (r::SB, "SB"), (r::BL, "BL"), (r::EI, "EI"), (r::OV, "OV")];

/// Texts of one message; each is a range of it.
#[derive(Debug, Default)]
pub struct Words {
    text: String,
    begin: usize,
}

impl Words {
    /// Begins a message. What a long one needed is given back.
    pub fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(4096);
        self.begin = 0;
    }

    pub fn get(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    pub fn weight(&self) -> usize {
        self.text.capacity()
    }

    /// `1:1201`.
    pub fn address(&mut self, common: u32, object: u32) -> Range<usize> {
        let start = self.text.len();
        self.decimal(common);
        self.text.push(':');
        self.decimal(object);
        start..self.text.len()
    }

    fn decimal(&mut self, mut number: u32) {
        let mut digits = [0u8; 10];
        let mut used = 0;
        for slot in digits.iter_mut().rev() {
            *slot = b'0'.saturating_add(u8::try_from(number % 10).unwrap_or(0));
            number /= 10;
            used += 1;
            if number == 0 {
                break;
            }
        }
        let from = digits.len() - used;
        for digit in digits.get(from..).unwrap_or_default() {
            self.text.push(char::from(*digit));
        }
    }

    /// Begins the details of an object.
    pub fn open(&mut self) {
        self.begin = self.text.len();
    }

    /// Ends them; None where nothing was said.
    pub fn close(&mut self) -> Option<Range<usize>> {
        (self.text.len() > self.begin).then(|| {
            self.text.push('}');
            self.begin..self.text.len()
        })
    }

    fn key(&mut self, key: &str) {
        self.text.push_str(if self.text.len() == self.begin { "{\"" } else { ",\"" });
        self.text.push_str(key);
        self.text.push_str("\":");
    }

    pub fn number(&mut self, key: &str, value: u32) -> &mut Self {
        self.key(key);
        self.decimal(value);
        self
    }

    pub fn signed(&mut self, key: &str, value: i64) -> &mut Self {
        self.key(key);
        let _ = write!(self.text, "{value}");
        self
    }

    pub fn real(&mut self, key: &str, value: f64) -> &mut Self {
        if value.is_finite() {
            self.key(key);
            let _ = write!(self.text, "{value}");
        }
        self
    }

    pub fn truth(&mut self, key: &str, value: bool) -> &mut Self {
        self.key(key);
        self.text.push_str(if value { "true" } else { "false" });
        self
    }

    /// A word that needs no escaping.
    pub fn word(&mut self, key: &str, value: &str) -> &mut Self {
        self.key(key);
        self.text.push('"');
        self.text.push_str(value);
        self.text.push('"');
        self
    }

    /// All that a reading says beside its value.
    pub fn reading(&mut self, reading: &Reading) {
        if reading.quality != 0 {
            self.quality(reading.quality);
        }
        self.beside(reading.beside);
        if let Some(time) = &reading.time {
            self.key("time");
            self.text.push('"');
            time.write(&mut self.text);
            self.text.push('"');
            for (key, set) in [("time_invalid", time.invalid), ("time_summer", time.summer)] {
                if set {
                    self.truth(key, true);
                }
            }
        }
    }

    fn quality(&mut self, quality: u8) {
        self.key("quality");
        let mut sign = '"';
        for (bit, word) in QUALITY {
            if quality & bit != 0 {
                self.text.push(sign);
                self.text.push_str(word);
                sign = ' ';
            }
        }
        self.text.push('"');
    }

    fn beside(&mut self, beside: Beside) {
        match beside {
            Beside::None => {}
            Beside::Transient => {
                self.truth("transient", true);
            }
            Beside::Counter { number, carry, adjusted } => {
                self.number("counter_sequence", u32::from(number));
                for (key, set) in [("counter_carry", carry), ("counter_adjusted", adjusted)] {
                    if set {
                        self.truth(key, true);
                    }
                }
            }
            Beside::Elapsed(milliseconds) => {
                self.number("elapsed", u32::from(milliseconds));
            }
            Beside::Changed(bits) => {
                self.number("changed", u32::from(bits));
            }
            Beside::Command { qualifier, select } => {
                self.number("qualifier", u32::from(qualifier));
                if select {
                    self.truth("select", true);
                }
            }
            Beside::Qualifier(qualifier) => {
                self.number("qualifier", u32::from(qualifier));
            }
        }
    }
}
