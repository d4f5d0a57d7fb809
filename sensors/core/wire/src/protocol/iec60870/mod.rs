//! Application service data units of IEC 60870-5-101 and -104: types, causes, information objects, time tags;
//! commands paired with their confirmations, process values, file transfer ([`application`]).
//!
//! The link below is not their concern: IEC 104 has APCI over TCP and fixed lengths, IEC 101 has FT1.2 frames and lengths
//! that each plant chooses ([`Layout`]). Clauses are those of IEC 60870-5-101:2003 unless they say otherwise.

pub mod application;
pub mod asdu;
pub mod cause;
mod command;
pub mod companion;
pub mod details;
pub mod element;
pub mod kind;
mod monitor;
pub mod reading;
pub mod time;
mod transfer;
pub mod waiting;
pub mod words;

pub use asdu::Asdu;
pub use reading::Reading;
