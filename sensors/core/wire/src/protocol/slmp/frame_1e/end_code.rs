//! Complete codes of 1E frames, and the abnormal codes behind 5B (FX3U-ENET-ADP User's Manual 9.3.2, 9.3.3; QJ71E71
//! User's Manual 16).

/// With this one an abnormal code says more.
pub const ABNORMAL: u8 = 0x5b;

pub fn name(code: u8, abnormal: Option<u8>) -> &'static str {
    match (code, abnormal) {
        (ABNORMAL, Some(abnormal)) => abnormal_name(abnormal),
        (ABNORMAL, None) => "request cannot be processed",
        (0x02, _) => "device range wrong",
        (0x50, _) => "subheader not supported",
        (0x54, _) => "ASCII data cannot be converted",
        (0x55, _) => "online change during RUN not permitted",
        (0x56, _) => "device cannot be specified",
        (0x57, _) => "points or length out of range",
        (0x58, _) => "device number out of range",
        (0x60, _) => "monitoring timer ran out",
        _ => "unknown complete code",
    }
}

fn abnormal_name(code: u8) -> &'static str {
    match code {
        0x10 => "PC number error",
        0x11 => "mode error",
        0x12 => "special function module error",
        0x13 => "program step error",
        0x18 => "remote error",
        0x1f => "device error",
        0x20 => "link error",
        0x21 => "special function module bus error",
        _ => "unknown abnormal code",
    }
}
