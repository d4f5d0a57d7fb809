//! Addresses in their normal form (KNX 3/3/2 1.4).

use std::fmt::Write as _;

/// `area.line.device`.
pub fn individual(address: u16, out: &mut String) {
    let _ = write!(out, "{}.{}.{}", address >> 12, address >> 8 & 0x0f, address & 0xff);
}

/// `main/middle/sub`.
pub fn group(address: u16, out: &mut String) {
    let _ = write!(out, "{}/{}/{}", address >> 11, address >> 8 & 0x07, address & 0xff);
}

pub fn text(address: u16, is_group: bool) -> String {
    let mut out = String::with_capacity(10);
    if is_group {
        group(address, &mut out)
    } else {
        individual(address, &mut out)
    }
    out
}
