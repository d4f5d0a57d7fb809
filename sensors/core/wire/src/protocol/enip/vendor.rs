//! Vendors and device types by number. The vendor list of ODVA is long; here stand those seen in plants most. Another
//! vendor is shown by its number.

/// Name of a vendor, or `vendor N`.
pub fn name(id: u16) -> String {
    let known = match id {
        1 => "Rockwell Automation/Allen-Bradley",
        3 => "Honeywell",
        5 => "Rockwell Automation/Reliance Electric",
        7 => "SMC",
        8 => "Molex",
        12 => "Banner Engineering",
        26 => "Festo",
        40 => "WAGO",
        43 => "Balluff",
        44 => "Yaskawa Electric America",
        46 => "ABB",
        47 => "Omron",
        48 => "Turck",
        57 => "Pepperl+Fuchs",
        90 => "HMS Industrial Networks",
        97 => "Danfoss",
        108 => "Beckhoff Automation",
        109 => "National Instruments",
        161 => "Mitsubishi Electric",
        176 => "Red Lion Controls",
        243 => "Schneider Electric",
        283 => "Hilscher",
        309 => "ProSoft Technology",
        322 => "ifm electronic",
        345 => "Endress+Hauser",
        367 => "Keyence",
        562 => "Phoenix Contact",
        591 => "Fanuc",
        634 => "Hirschmann",
        640 => "Murrelektronik",
        678 => "Cognex",
        680 => "Weidmüller",
        796 => "Siemens Energy & Automation",
        808 => "SICK",
        939 => "Cisco Systems",
        991 => "Moxa",
        1059 => "Delta Electronics",
        _ => return format!("vendor {id}"),
    };
    known.to_owned()
}

/// Name of a device profile (Volume 1, 6-7), or `type N`.
pub fn device_type(id: u16) -> String {
    let known = match id {
        0x00 => "generic device",
        0x02 => "AC drive",
        0x03 => "motor overload",
        0x04 => "limit switch",
        0x05 => "inductive proximity switch",
        0x06 => "photoelectric sensor",
        0x07 => "general purpose discrete I/O",
        0x09 => "resolver",
        0x0c => "communications adapter",
        0x0e => "programmable logic controller",
        0x10 => "position controller",
        0x13 => "DC drive",
        0x15 => "contactor",
        0x16 => "motor starter",
        0x17 => "soft start",
        0x18 => "human-machine interface",
        0x1a => "mass flow controller",
        0x1b => "pneumatic valve",
        0x22 => "encoder",
        0x23 => "safety discrete I/O",
        0x25 => "CIP motion drive",
        0x2b => "generic device (keyable)",
        0x2c => "managed Ethernet switch",
        _ => return format!("type {id}"),
    };
    known.to_owned()
}
