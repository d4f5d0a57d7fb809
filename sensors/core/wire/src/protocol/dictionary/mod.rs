//! Objects of a dictionary (CiA 301) as CANopen and the protocols that took it over transfer them: the bytes of one object,
//! what they are as a value, and why a transfer was ended.

pub mod abort;
pub mod content;
pub mod value;
