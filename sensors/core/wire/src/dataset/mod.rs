//! The datasets as columns. Rows, columns and closed lists are generated from `sensors/fields`.

pub mod column;
pub mod rows;
pub mod words;

pub use rows::{Batch, EventRow};
pub use words::{Flag, Operation};
