//! Error codes of acknowledgements and userdata, and the return codes of items, by name.

use crate::protocol::Outcome;

pub const SUCCESS: u8 = 0xff;
/// "Object does not exist", and "no data" in the acknowledgement of a command.
pub const NO_DATA: u8 = 0x0a;
/// Return code of one item.
pub const fn item(code: u8) -> &'static str {
    match code {
        0x00 => "Reserved",
        0x01 => "Hardware error",
        0x03 => "Accessing the object not allowed",
        0x05 => "Invalid address",
        0x06 => "Data type not supported",
        0x07 => "Data type inconsistent",
        NO_DATA => "Object does not exist",
        SUCCESS => "Success",
        _ => "Unknown return code",
    }
}

/// Outcome and status of an item.
pub const fn of_item(code: u8) -> (Outcome, Option<(u32, &'static str)>) {
    match code {
        SUCCESS => (Outcome::Success, None),
        _ => (Outcome::Failure, Some((widen(code), item(code)))),
    }
}

const fn widen(code: u8) -> u32 {
    u32::from_be_bytes([0, 0, 0, code])
}

/// Outcome and status of a whole message.
pub fn of_message(code: u16) -> (Outcome, Option<(u32, &'static str)>) {
    match code {
        0 => (Outcome::Success, None),
        _ => (Outcome::Failure, Some((u32::from(code), error(code)))),
    }
}

/// An error class and code, or the error code of userdata.
pub fn error(code: u16) -> &'static str {
    let [class, _] = code.to_be_bytes();
    ERRORS.binary_search_by_key(&code, |(known, _)| *known).ok().and_then(|at| ERRORS.get(at)).map_or(
        match class {
            0x81 => "Application relationship",
            0x82 => "Object definition",
            0x83 => "No resources available",
            0x84 => "Error on service processing",
            0x85 => "Error on supplies",
            0x87 => "Access error",
            _ => "Unknown error",
        },
        |(_, name)| name,
    )
}

/// In ascending order.
const ERRORS: &[(u16, &str)] = &[
    (0x0110, "Block number invalid"),
    (0x0112, "Parameter invalid"),
    (0x0113, "Block type invalid"),
    (0x0114, "Block not found"),
    (0x0115, "Block exists already"),
    (0x0116, "Block write-protected"),
    (0x0117, "Block or operating system update too large"),
    (0x0118, "Block number not allowed"),
    (0x0119, "Wrong password"),
    (0x011b, "Device out of resources"),
    (0x011c, "Protocol error"),
    (0x011d, "Too many blocks"),
    (0x0120, "End of block list"),
    (0x0140, "Out of memory"),
    (0x0141, "Out of resources for the job"),
    (0x8001, "Not possible in the state of the block"),
    (0x8003, "Block transfer failed"),
    (0x8100, "Service not known to the module"),
    (0x8104, "Service not implemented, or frame error"),
    (0x8204, "Type of the object inconsistent"),
    (0x8301, "Out of memory, or medium not accessible"),
    (0x8302, "Out of resources"),
    (0x8304, "No more uploads at the same time"),
    (0x8305, "Function not available"),
    (0x8306, "Out of work memory"),
    (0x8307, "Out of retentive memory"),
    (0x8401, "Services out of order"),
    (0x8402, "Not possible in the state of the object"),
    (0x8404, "Function cannot be performed"),
    (0x8405, "Remote block disabled"),
    (0x8500, "Frame wrong or too long"),
    (0x8503, "Service cancelled by an alarm"),
    (0x8701, "Object cannot be addressed"),
    (0x8702, "Service not supported by the module"),
    (0x8703, "Access to the object refused"),
    (0x8704, "Object damaged"),
    (0xd001, "Job number invalid"),
    (0xd002, "Job variant invalid"),
    (0xd003, "Test function not supported"),
    (0xd004, "Job state invalid"),
    (0xd011, "Block in the call path does not exist"),
    (0xd015, "Address of the variable invalid"),
    (0xd041, "Status list id invalid"),
    (0xd042, "Address of the variable invalid in the data"),
    (0xd043, "Job not found"),
    (0xd044, "Value of the variable invalid"),
    (0xd061, "No memory for the job"),
    (0xd062, "Job list full"),
    (0xd063, "Trigger taken"),
    (0xd081, "Not allowed in this operating mode"),
    (0xd082, "HOLD mode cannot be left"),
    (0xd0a1, "Not allowed at this protection level"),
    (0xd0a2, "Not now: another function changes the memory"),
    (0xd0a4, "Forcing is in force already"),
    (0xd0a5, "Referenced job not found"),
    (0xd0a6, "Job cannot be enabled or disabled"),
    (0xd0a7, "Job cannot be deleted"),
    (0xd0ad, "Operating mode set already"),
    (0xd0ae, "Job belongs to another connection"),
    (0xd0c1, "A variable could not be accessed"),
    (0xd0c2, "The device went to STOP or HOLD"),
    (0xd201, "Block name malformed"),
    (0xd202, "Parameters malformed"),
    (0xd205, "Linked block exists in RAM"),
    (0xd206, "Linked block exists in EPROM"),
    (0xd209, "Block not found on the module"),
    (0xd20c, "Priority class of the OB does not exist"),
    (0xd20d, "System data block cannot be interpreted"),
    (0xd20e, "No further block"),
    (0xd20f, "Block too long for the module"),
    (0xd210, "Block number invalid"),
    (0xd212, "Block header attribute wrong"),
    (0xd216, "User program invalid, reset the module"),
    (0xd217, "Protection level not allowed"),
    (0xd219, "Block lengths wrong"),
    (0xd21b, "Memory cannot be compressed"),
    (0xd225, "Block damaged"),
    (0xd232, "Block exists twice"),
    (0xd233, "Block checksum wrong"),
    (0xd234, "Block checksum missing"),
    (0xd240, "Rules of coordination violated"),
    (0xd241, "Not allowed at this protection level"),
    (0xd242, "Protection of a fail-safe block violated"),
    (0xd250, "Update is for another module or version"),
    (0xd251, "Operating system parts out of order"),
    (0xd252, "Checksum wrong"),
    (0xd253, "No loader, update by memory card only"),
    (0xd254, "Memory error in the operating system"),
    (0xd2a1, "Another block function is active"),
    (0xd2a3, "Block not active or in use"),
    (0xd2a4, "Block processed by another function"),
    (0xd2a6, "Program cannot be saved and changed at once"),
    (0xd2a7, "Block is not linked"),
    (0xd2a8, "A test function stands in the way of parameters"),
    (0xd2a9, "The device takes new parameters"),
    (0xd2aa, "Modules take new parameters"),
    (0xd401, "Information not available"),
    (0xd402, "Information not available for this id"),
    (0xd403, "Logged on or off already"),
    (0xd404, "No more stations can log on"),
    (0xd405, "Service not supported, or parameters malformed"),
    (0xd406, "Information not available now"),
    (0xd601, "Parameters malformed"),
    (0xd602, "Wrong password"),
    (0xd603, "Connection legitimised already"),
    (0xd604, "Connection enabled already"),
    (0xd605, "No password is set"),
    (0xd801, "Address of a variable invalid"),
    (0xd802, "Job does not exist"),
    (0xd803, "Job state invalid"),
    (0xd804, "Cycle time invalid"),
    (0xd805, "No more cyclic jobs"),
    (0xd806, "Job in a state that does not allow it"),
    (0xd807, "Read cycle takes too long"),
    (0xdc01, "Date or time invalid"),
    (0xef01, "Reserved byte not 0"),
];

#[cfg(test)]
mod tests {
    use super::{ERRORS, error};

    #[test]
    fn errors_are_in_order_and_found() {
        assert!(ERRORS.is_sorted_by_key(|(code, _)| *code));
        assert_eq!(error(0xd602), "Wrong password");
        assert_eq!(error(0x81ee), "Application relationship");
        assert_eq!(error(0x1234), "Unknown error");
    }
}
