//! Status of replies: general codes (CIP Networks Library Volume 1, Appendix B-1) and what the connection manager adds
//! (3-5.6).

/// Extended status says more, in words after it.
pub const CONNECTION_FAILURE: u8 = 0x01;
pub const PARTIAL_TRANSFER: u8 = 0x06;
pub const EMBEDDED_SERVICE_ERROR: u8 = 0x1e;

/// Name of a general status; None where the code is reserved.
pub const fn general(code: u8) -> Option<&'static str> {
    Some(match code {
        0x00 => "Success",
        0x01 => "Connection failure",
        0x02 => "Resource unavailable",
        0x03 => "Invalid parameter value",
        0x04 => "Path segment error",
        0x05 => "Path destination unknown",
        0x06 => "Partial transfer",
        0x07 => "Connection lost",
        0x08 => "Service not supported",
        0x09 => "Invalid attribute value",
        0x0a => "Attribute list error",
        0x0b => "Already in requested mode/state",
        0x0c => "Object state conflict",
        0x0d => "Object already exists",
        0x0e => "Attribute not settable",
        0x0f => "Privilege violation",
        0x10 => "Device state conflict",
        0x11 => "Reply data too large",
        0x12 => "Fragmentation of a primitive value",
        0x13 => "Not enough data",
        0x14 => "Attribute not supported",
        0x15 => "Too much data",
        0x16 => "Object does not exist",
        0x17 => "Service fragmentation sequence not in progress",
        0x18 => "No stored attribute data",
        0x19 => "Store operation failure",
        0x1a => "Routing failure, request packet too large",
        0x1b => "Routing failure, response packet too large",
        0x1c => "Missing attribute list entry data",
        0x1d => "Invalid attribute value list",
        0x1e => "Embedded service error",
        0x1f => "Vendor specific error",
        0x20 => "Invalid parameter",
        0x21 => "Write-once value or medium already written",
        0x22 => "Invalid reply received",
        0x23 => "Buffer overflow",
        0x24 => "Message format error",
        0x25 => "Key failure in path",
        0x26 => "Path size invalid",
        0x27 => "Unexpected attribute in list",
        0x28 => "Invalid member ID",
        0x29 => "Member not settable",
        0x2a => "Group 2 only server general failure",
        0x2b => "Unknown Modbus error",
        0x2c => "Attribute not gettable",
        0x2d => "Instance not deletable",
        0x2e => "Service not supported for specified path",
        0xd0..=0xff => "Object class specific error",
        _ => return None,
    })
}

/// Extended status of the connection manager for general status 1.
pub const fn connection(code: u16) -> Option<&'static str> {
    Some(match code {
        0x0100 => "Connection in use or duplicate Forward_Open",
        0x0103 => "Transport class and trigger combination not supported",
        0x0106 => "Ownership conflict",
        0x0107 => "Target connection not found",
        0x0108 => "Invalid network connection parameter",
        0x0109 => "Invalid connection size",
        0x0110 => "Target for connection not configured",
        0x0111 => "RPI not supported",
        0x0112 => "RPI value not acceptable",
        0x0113 => "Out of connections",
        0x0114 => "Vendor ID or product code mismatch",
        0x0115 => "Device type mismatch",
        0x0116 => "Revision mismatch",
        0x0117 => "Invalid produced or consumed application path",
        0x0118 => "Invalid or inconsistent configuration application path",
        0x0119 => "Non-listen only connection not opened",
        0x011a => "Target object out of connections",
        0x0203 => "Connection timed out",
        0x0204 => "Unconnected request timed out",
        0x0205 => "Parameter error in unconnected request",
        0x0206 => "Message too large for Unconnected_Send",
        0x0207 => "Unconnected acknowledge without reply",
        0x0301 => "No buffer memory available",
        0x0302 => "Network bandwidth not available for data",
        0x0303 => "No consumed connection ID filter available",
        0x0304 => "Not configured to send scheduled priority data",
        0x0305 => "Schedule signature mismatch",
        0x0311 => "Port not available",
        0x0312 => "Link address not valid",
        0x0315 => "Invalid segment in connection path",
        0x0316 => "Error in Forward_Close connection path",
        0x0317 => "Scheduling not specified",
        0x0318 => "Link address to self invalid",
        0x0319 => "Secondary resources unavailable",
        0x031a => "Rack connection already established",
        0x031c => "Miscellaneous",
        0x031d => "Redundant connection mismatch",
        _ => return None,
    })
}

/// Extended status of Logix tag services for general status 0xFF (1756-PM020).
pub const fn tag(code: u16) -> Option<&'static str> {
    Some(match code {
        0x2104 => "Offset beyond end of the tag",
        0x2105 => "Elements beyond end of the tag",
        0x2107 => "Data type mismatch",
        _ => return None,
    })
}
