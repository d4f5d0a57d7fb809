//! Makers by their number (PROFIBUS & PROFINET International, Man_ID_Table; the few that plants are full of).

pub fn name(number: u16) -> Option<&'static str> {
    Some(match number {
        0x0009 => "Bihl+Wiedemann",
        0x001a => "ABB",
        0x002a => "Siemens",
        0x00b0 => "Phoenix Contact",
        0x011d => "WAGO",
        0x011e => "Hilscher",
        0x0120 => "Beckhoff",
        0x014d => "Festo",
        _ => return None,
    })
}

/// The maker's name, or its number.
pub fn shown(number: u16) -> String {
    name(number).map_or_else(|| format!("0x{number:04X}"), str::to_owned)
}
