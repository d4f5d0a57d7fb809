//! Tests run through the parser, the framing and a real ledger; rows are looked at by column name.

pub mod bench;
mod hostile;
mod json;
mod odd;
mod publication;
mod session;
mod subscription;
