//! Modules that a controller expects, and where the device's differ (IEC 61158-6-10, 5.2.4).

use crate::bytes::{be16, be32};
use std::fmt::Write as _;

/// Longest list that is written.
const LIMIT: usize = 1024;

fn add(out: &mut String, what: std::fmt::Arguments<'_>) {
    if out.len() >= LIMIT {
        return;
    }
    if !out.is_empty() {
        out.push_str(", ");
    }
    let _ = out.write_fmt(what);
}

/// | APIs 2 | API 4 | slot 2 | module 4 | properties 2 | submodules 2 | each: subslot 2 | submodule 4 | properties 2 |
/// data descriptions of 6, two where both directions are used |. False: it is cut off.
pub fn expected(body: &[u8], out: &mut String) -> bool {
    let mut read = || -> Option<usize> {
        let mut at = 2;
        for _ in 0..be16(body, 0)? {
            let (slot, module, submodules) = (be16(body, at + 4)?, be32(body, at + 6)?, be16(body, at + 12)?);
            add(out, format_args!("{slot}=0x{module:08X}"));
            at += 14;
            for _ in 0..submodules {
                let (subslot, ident, properties) = (be16(body, at)?, be32(body, at + 2)?, be16(body, at + 6)?);
                add(out, format_args!("{slot}/0x{subslot:04X}=0x{ident:08X}"));
                at += if properties & 0x03 == 3 { 20 } else { 14 };
            }
        }
        Some(at)
    };
    read().is_some_and(|end| end <= body.len())
}

/// | APIs 2 | API 4 | modules 2 | each: slot 2 | module 4 | state 2 | submodules 2 | each: subslot 2 | submodule 4 |
/// state 2 |. False: it is cut off.
pub fn differences(body: &[u8], out: &mut String) -> bool {
    let mut read = || -> Option<usize> {
        let mut at = 2;
        for _ in 0..be16(body, 0)? {
            let modules = be16(body, at + 4)?;
            at += 6;
            for _ in 0..modules {
                let (slot, ident, state, submodules) =
                    (be16(body, at)?, be32(body, at + 2)?, be16(body, at + 6)?, be16(body, at + 8)?);
                add(out, format_args!("{slot}=0x{ident:08X} {}", module_state(state)));
                at += 10;
                for _ in 0..submodules {
                    let (subslot, ident, state) = (be16(body, at)?, be32(body, at + 2)?, be16(body, at + 6)?);
                    add(out, format_args!("{slot}/0x{subslot:04X}=0x{ident:08X} {}", submodule_state(state)));
                    at += 8;
                }
            }
        }
        Some(at)
    };
    read().is_some_and(|end| end <= body.len())
}

fn module_state(state: u16) -> &'static str {
    match state {
        0 => "no module",
        1 => "wrong module",
        2 => "proper module",
        3 => "substitute",
        _ => "reserved",
    }
}

/// With bit 15 the state is a set of fields; bits 11 to 14 say how the submodule fits.
fn submodule_state(state: u16) -> &'static str {
    if state & 0x8000 == 0 {
        return match state {
            0 => "no submodule",
            1 => "wrong submodule",
            2 => "locked by controller",
            4 => "application ready pending",
            7 => "substitute",
            _ => "reserved",
        };
    }
    match state >> 11 & 0x0f {
        0 => "ok",
        1 => "substitute",
        2 => "wrong submodule",
        3 => "no submodule",
        _ => "reserved",
    }
}
