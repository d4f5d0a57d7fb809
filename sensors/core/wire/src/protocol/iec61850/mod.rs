//! What the protocols of IEC 61850 share: values, and the frame that GOOSE and sampled values are published in.

pub mod published;
pub mod routed;
pub mod session;
mod value;

pub use value::{Value, binary_time, utc, values, write_utc};
