//! From captured bytes to rows of the vocabulary's datasets. Pure: no Python, no unsafe code.

pub mod anonymise;
mod bytes;
pub mod capture;
pub mod dataset;
pub mod delta;
pub mod engine;
pub mod evidence;
pub mod flow;
mod hash;
pub mod ledger;
pub mod link;
pub mod mirror;
pub mod protocol;
mod text;

pub use engine::{Engine, Relief};
pub use flow::facts::Place;
pub use ledger::Settings;
