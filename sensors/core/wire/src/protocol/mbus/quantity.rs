//! What a value is, its unit and its power of ten, by VIF and its extensions (EN 13757-3, tables 10, 12, 14, 15).

use super::record::Record;
use std::fmt::Write as _;

/// Other tables of codes.
const FIRST: u8 = 0x7d;
const SECOND: u8 = 0x7b;
const MANUFACTURER: u8 = 0x7f;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quantity {
    pub name: &'static str,
    pub unit: &'static str,
    pub power: i32,
}

pub const BUS_ADDRESS: &str = "bus_address";
pub const IDENTIFICATION: &str = "enhanced_identification";
pub const BAUD_RATE: &str = "baud_rate";
pub const PARAMETERS: &str = "parameter_set";
pub const DATE: &str = "date";
pub const DATE_TIME: &str = "date_time";
/// Codes of access and the password: their values are never told.
pub const SECRETS: [&str; 5] =
    ["access_code_user", "access_code_operator", "access_code_system", "access_code_developer", "password"];

const fn of(name: &'static str, unit: &'static str, power: i32) -> Option<Quantity> {
    Some(Quantity { name, unit, power })
}

fn times(name: &'static str, code: u8) -> Option<Quantity> {
    of(name, ["s", "min", "h", "d"].get(usize::from(code & 3)).copied().unwrap_or_default(), 0)
}

impl Quantity {
    /// None: a code that is not in these tables.
    pub fn read(record: &Record<'_>) -> Option<Self> {
        if record.readout {
            return None;
        }
        let code = record.extensions.first().map_or(0, |octet| octet & 0x7f);
        let (found, modifiers) = match record.vif {
            FIRST => (first(code), 1),
            SECOND => (second(code), 1),
            vif => (primary(vif), 0),
        };
        let correction =
            record.extensions.get(modifiers..).unwrap_or_default().iter().map(|octet| match octet & 0x7f {
                code @ 0x70..=0x77 => i32::from(code & 7) - 6,
                0x7d => 3,
                _ => 0,
            });
        found.map(|found| Self { power: found.power + correction.sum::<i32>(), ..found })
    }
}

/// `volume`, `energy:s1:t2:max`: quantity, storage, tariff, subunit, function, and modifiers that make it another.
pub fn address(record: &Record<'_>, quantity: Option<Quantity>) -> String {
    let mut out = String::new();
    let table = usize::from(matches!(record.vif, FIRST | SECOND));
    match quantity {
        Some(quantity) => out.push_str(quantity.name),
        None if record.readout => out.push_str("all"),
        None if record.vif == 0x7e => out.push_str("any"),
        None if record.unit.is_some() => out.push_str("plain_text"),
        None => {
            let _ = write!(out, "vif_{:02x}", record.vif);
            for octet in record.extensions.iter().take(table) {
                let _ = write!(out, "{:02x}", octet & 0x7f);
            }
        }
    }
    for (letter, number) in [('s', record.storage), ('t', u64::from(record.tariff)), ('u', u64::from(record.subunit))] {
        if number > 0 {
            let _ = write!(out, ":{letter}{number}");
        }
    }
    out.push_str(["", ":max", ":min", ":error"].get(usize::from(record.function)).copied().unwrap_or_default());
    let mut own = record.vif == MANUFACTURER;
    for octet in record.extensions.iter().skip(table).map(|octet| octet & 0x7f) {
        if own || !matches!(octet, 0x70..=0x77 | 0x7d) {
            let _ = write!(out, ":v{octet:02x}");
        }
        own |= octet == MANUFACTURER;
    }
    out
}

fn primary(vif: u8) -> Option<Quantity> {
    let (low3, low2) = (i32::from(vif & 7), i32::from(vif & 3));
    match vif {
        0x00..=0x07 => of("energy", "Wh", low3 - 3),
        0x08..=0x0f => of("energy", "J", low3),
        0x10..=0x17 => of("volume", "m3", low3 - 6),
        0x18..=0x1f => of("mass", "kg", low3 - 3),
        0x20..=0x23 => times("on_time", vif),
        0x24..=0x27 => times("operating_time", vif),
        0x28..=0x2f => of("power", "W", low3 - 3),
        0x30..=0x37 => of("power", "J/h", low3),
        0x38..=0x3f => of("volume_flow", "m3/h", low3 - 6),
        0x40..=0x47 => of("volume_flow", "m3/min", low3 - 7),
        0x48..=0x4f => of("volume_flow", "m3/s", low3 - 9),
        0x50..=0x57 => of("mass_flow", "kg/h", low3 - 3),
        0x58..=0x5b => of("flow_temperature", "Cel", low2 - 3),
        0x5c..=0x5f => of("return_temperature", "Cel", low2 - 3),
        0x60..=0x63 => of("temperature_difference", "K", low2 - 3),
        0x64..=0x67 => of("external_temperature", "Cel", low2 - 3),
        0x68..=0x6b => of("pressure", "bar", low2 - 3),
        0x6c => of(DATE, "", 0),
        0x6d => of(DATE_TIME, "", 0),
        0x6e => of("heat_cost_allocation", "", 0),
        0x70..=0x73 => times("averaging_duration", vif),
        0x74..=0x77 => times("actuality_duration", vif),
        0x78 => of("fabrication_number", "", 0),
        0x79 => of(IDENTIFICATION, "", 0),
        0x7a => of(BUS_ADDRESS, "", 0),
        _ => None,
    }
}

fn first(code: u8) -> Option<Quantity> {
    let low4 = i32::from(code & 0x0f);
    match code {
        0x08 => of("access_number", "", 0),
        0x09 => of("medium", "", 0),
        0x0a => of("manufacturer", "", 0),
        0x0b => of(PARAMETERS, "", 0),
        0x0c => of("model", "", 0),
        0x0d => of("hardware_version", "", 0),
        0x0e => of("firmware_version", "", 0),
        0x0f => of("software_version", "", 0),
        0x10 => of("customer_location", "", 0),
        0x11 => of("customer", "", 0),
        0x12..=0x16 => of(SECRETS.get(usize::from(code - 0x12)).copied().unwrap_or_default(), "", 0),
        0x17 => of("error_flags", "", 0),
        0x18 => of("error_mask", "", 0),
        0x1a => of("digital_output", "", 0),
        0x1b => of("digital_input", "", 0),
        0x1c => of(BAUD_RATE, "Bd", 0),
        0x1d => of("response_delay", "", 0),
        0x1e => of("retry", "", 0),
        0x20 => of("first_storage", "", 0),
        0x21 => of("last_storage", "", 0),
        0x22 => of("storage_block", "", 0),
        0x24..=0x27 => times("storage_interval", code),
        0x2c..=0x2f => times("since_last_readout", code),
        0x3a => of("dimensionless", "", 0),
        0x40..=0x4f => of("voltage", "V", low4 - 9),
        0x50..=0x5f => of("current", "A", low4 - 12),
        0x60 => of("reset_counter", "", 0),
        0x61 => of("cumulation_counter", "", 0),
        0x62 => of("control_signal", "", 0),
        0x74 => of("battery_time", "d", 0),
        _ => None,
    }
}

fn second(code: u8) -> Option<Quantity> {
    let low1 = i32::from(code & 1);
    match code {
        0x00 | 0x01 => of("energy", "Wh", low1 + 5),
        0x08 | 0x09 => of("energy", "J", low1 + 8),
        0x10 | 0x11 => of("volume", "m3", low1 + 2),
        0x18 | 0x19 => of("mass", "kg", low1 + 5),
        0x28 | 0x29 => of("power", "W", low1 + 5),
        0x30 | 0x31 => of("power", "J/h", low1 + 8),
        _ => None,
    }
}
