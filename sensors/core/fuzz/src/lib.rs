//! What the fuzz targets do with bytes. A failed assertion here, a panic in `wire`, a slow input or a large one is a
//! finding; why each is asserted stands in `docs/decisions/fuzzing.md`.

mod checksums;
mod dialogue;
pub mod frames;
mod lengths;
pub mod mutate;
mod rows;
pub mod seeds;
pub mod stream;
mod watch;
