//! Names of codes (FCG TS20183, tables 3, 6, 7, 18, 21, 25, 61).

pub fn loop_current_mode(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "disabled",
        1 => "enabled",
        _ => return None,
    })
}

pub fn lock(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "unlocked",
        1 => "locked until reset",
        2 => "locked permanently",
        3 => "all configuration locked",
        _ => return None,
    })
}

pub fn squawk(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "off",
        1 => "on",
        2 => "once",
        _ => return None,
    })
}

pub fn simulation(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "normal",
        1 => "fixed",
        _ => return None,
    })
}

pub fn trim_point(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "lower",
        2 => "upper",
        3 => "lower and upper",
        _ => return None,
    })
}

pub fn eeprom(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "burn",
        1 => "copy to memory",
        _ => return None,
    })
}

pub fn master_mode(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "secondary master",
        1 => "primary master",
        _ => return None,
    })
}

pub fn time_set(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "on receipt",
        1 => "on the next command 89",
        _ => return None,
    })
}

pub fn burst_mode(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "off",
        1 => "on, token passing",
        2 => "on, wireless",
        3 => "on, wireless and token passing",
        4 => "on, HART-IP",
        _ => return None,
    })
}

pub fn trigger(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "continuous",
        1 => "window",
        2 => "rising",
        3 => "falling",
        4 => "on change",
        _ => return None,
    })
}

pub fn event_control(code: u8) -> Option<&'static str> {
    burst_mode(code)
}

pub fn si_units(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "all units",
        1 => "SI units only",
        _ => return None,
    })
}

pub fn write_protect(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "not protected",
        1 => "protected",
        _ => return None,
    })
}

pub fn alarm_selection(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "high",
        1 => "low",
        239 => "hold last value",
        _ => return None,
    })
}

pub fn transfer_function(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "linear",
        1 => "square root",
        2 => "square root of third power",
        3 => "square root of fifth power",
        4 => "special curve",
        5 => "square",
        6 => "square root with cut-off",
        10 => "equal percentage 1:25",
        11 => "equal percentage 1:33",
        12 => "equal percentage 1:50",
        15 => "quick open 1:25",
        16 => "quick open 1:33",
        17 => "quick open 1:50",
        100..=107 => "tank",
        230 => "discrete",
        _ => return None,
    })
}

/// Quality and limits of a device variable: the two highest pairs of bits.
pub fn quality(code: u8) -> Option<&'static str> {
    Some(match (code >> 6, code >> 4 & 3) {
        (0, _) => "bad",
        (1, _) => "poor accuracy",
        (2, _) => "manual or fixed",
        (_, 1) => "good, low limited",
        (_, 2) => "good, high limited",
        (_, 3) => "good, constant",
        _ => "good",
    })
}

pub fn classification(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "not classified",
        64 => "temperature",
        65 => "pressure",
        66 => "volumetric flow",
        67 => "velocity",
        68 => "volume",
        69 => "length",
        70 => "time",
        71 => "mass",
        72 => "mass flow",
        73 => "density",
        74 => "viscosity",
        75 => "angular velocity",
        76 => "area",
        77 => "energy",
        78 => "force",
        79 => "power",
        80 => "frequency",
        81 => "analytical",
        82 => "capacitance",
        83 => "voltage",
        84 => "current",
        85 => "resistance",
        86 => "angle",
        87 => "conductance",
        90 => "concentration",
        96 => "acceleration",
        97 => "turbidity",
        _ => return None,
    })
}

/// Device variables whose codes are fixed (table 34).
pub fn variable(code: u8) -> Option<&'static str> {
    Some(match code {
        243 => "battery_life",
        244 => "percent_of_range",
        245 => "loop_current",
        246 => "pv",
        247 => "sv",
        248 => "tv",
        249 => "qv",
        _ => return None,
    })
}
