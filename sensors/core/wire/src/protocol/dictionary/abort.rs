//! Why a transfer was aborted (CiA 301, table 22).

/// The meaning of an abort code.
pub const fn name(code: u32) -> &'static str {
    match code {
        0x0503_0000 => "Toggle bit not alternated",
        0x0504_0000 => "SDO protocol timed out",
        0x0504_0001 => "Command specifier not valid or unknown",
        0x0504_0002 => "Invalid block size",
        0x0504_0003 => "Invalid sequence number",
        0x0504_0004 => "CRC error",
        0x0504_0005 => "Out of memory",
        0x0601_0000 => "Unsupported access to an object",
        0x0601_0001 => "Attempt to read a write only object",
        0x0601_0002 => "Attempt to write a read only object",
        0x0602_0000 => "Object does not exist",
        0x0604_0041 => "Object cannot be mapped to the PDO",
        0x0604_0042 => "Mapped objects would exceed PDO length",
        0x0604_0043 => "General parameter incompatibility",
        0x0604_0047 => "General internal incompatibility",
        0x0606_0000 => "Hardware error",
        0x0607_0010 => "Data type or length does not match",
        0x0607_0012 => "Data too long",
        0x0607_0013 => "Data too short",
        0x0609_0011 => "Subindex does not exist",
        0x0609_0030 => "Invalid value",
        0x0609_0031 => "Value too high",
        0x0609_0032 => "Value too low",
        0x0609_0036 => "Maximum below minimum",
        0x060a_0023 => "Resource not available",
        0x0800_0000 => "General error",
        0x0800_0020 => "Data cannot be transferred or stored",
        0x0800_0021 => "Data cannot be stored, local control",
        0x0800_0022 => "Data cannot be stored, device state",
        0x0800_0023 => "Object dictionary not present",
        0x0800_0024 => "No data available",
        _ => "Reserved",
    }
}
