//! The delta filter's memory: channels, shapes, points, cadence and 3-grams, all bounded.

pub mod channel;
pub mod point;
pub mod rhythm;
pub mod shape;
pub mod shapes;
pub mod values;

/// Span of a cadence row, ns of packet time, aligned to the epoch.
pub const CADENCE_SPAN: i64 = 300_000_000_000;
/// Span of a rate row.
pub const RATE_SPAN: i64 = 10_000_000_000;
/// Span of a summary of a continuous point.
pub const SUMMARY_SPAN: i64 = 900_000_000_000;
