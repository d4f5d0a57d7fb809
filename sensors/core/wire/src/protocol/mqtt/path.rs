//! Paths of the leaves of a document: `.a[3].b`, and the same without indices for its shape.

use crate::text::TEXT_LIMIT;
use std::fmt::Write as _;

/// Room an index may take, with its brackets.
const INDEX: usize = 12;

/// Where both paths stood.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    exact: usize,
    plain: usize,
}

/// The path to where the reader stands, behind `$`.
#[derive(Debug, Default)]
pub struct Paths {
    exact: String,
    plain: String,
}

impl Paths {
    pub fn exact(&self) -> &str {
        &self.exact
    }

    /// Without indices: all elements of an array have the same.
    pub fn plain(&self) -> &str {
        &self.plain
    }

    pub fn mark(&self) -> Mark {
        Mark { exact: self.exact.len(), plain: self.plain.len() }
    }

    /// Goes back to a place passed before.
    pub fn back(&mut self, mark: Mark) {
        self.exact.truncate(mark.exact);
        self.plain.truncate(mark.plain);
    }

    /// Goes down to a member; false, and nothing done, when the path would be too long.
    pub fn key(&mut self, key: &str) -> bool {
        if self.exact.len() + key.len() > TEXT_LIMIT {
            return false;
        }
        let simple = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        for out in [&mut self.exact, &mut self.plain] {
            let _ = if simple { write!(out, ".{key}") } else { write!(out, "['{key}']") };
        }
        true
    }

    /// Goes down to an element.
    pub fn index(&mut self, index: u32) {
        if self.exact.len() + INDEX <= TEXT_LIMIT {
            let _ = write!(self.exact, "[{index}]");
            self.plain.push_str("[]");
        }
    }
}
