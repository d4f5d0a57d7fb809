//! Parameter groups by number (SAE J1939-21, -71, -73, -81).

pub const TORQUE_SPEED: u32 = 0;
pub const REQUEST: u32 = 59_904;
pub const DATA: u32 = 60_160;
pub const CONNECTION: u32 = 60_416;
pub const ADDRESS_CLAIMED: u32 = 60_928;
pub const COMMANDED_ADDRESS: u32 = 65_240;
pub const DM1: u32 = 65_226;
pub const DM2: u32 = 65_227;
pub const DM3: u32 = 65_228;
pub const DM11: u32 = 65_235;
pub const DM12: u32 = 65_236;
pub const DM7: u32 = 58_112;
pub const DM13: u32 = 57_088;
pub const DM14: u32 = 55_552;
pub const DM15: u32 = 55_296;
pub const DM16: u32 = 55_040;
pub const DM22: u32 = 49_920;
pub const SOFTWARE: u32 = 65_242;
pub const COMPONENT: u32 = 65_259;
pub const ECU: u32 = 64_965;

/// Names of the groups that the standard itself uses, and of those that nearly every engine sends.
pub const fn name(group: u32) -> Option<&'static str> {
    Some(match group {
        TORQUE_SPEED => "Torque/speed control (TSC1)",
        256 => "Transmission control (TC1)",
        REQUEST => "Request",
        59_392 => "Acknowledgement",
        DATA => "Transport data (TP.DT)",
        CONNECTION => "Transport connection (TP.CM)",
        ADDRESS_CLAIMED => "Address claimed",
        COMMANDED_ADDRESS => "Commanded address",
        61_184 => "Proprietary A",
        61_440 => "Electronic retarder controller 1",
        61_441 => "Electronic brake controller 1",
        61_442 => "Electronic transmission controller 1",
        61_443 => "Electronic engine controller 2",
        61_444 => "Electronic engine controller 1",
        65_215 => "Wheel speed information",
        65_253 => "Engine hours, revolutions",
        65_254 => "Time/date",
        65_257 => "Fuel consumption",
        65_260 => "Vehicle identification",
        65_262 => "Engine temperature 1",
        65_263 => "Engine fluid level/pressure 1",
        65_265 => "Cruise control/vehicle speed 1",
        65_266 => "Fuel economy",
        65_269 => "Ambient conditions",
        65_270 => "Intake/exhaust conditions 1",
        65_271 => "Vehicle electrical power 1",
        DM1 => "Active trouble codes (DM1)",
        DM2 => "Previously active trouble codes (DM2)",
        DM3 => "Clear previously active trouble codes (DM3)",
        65_229 => "Freeze frame (DM4)",
        65_230 => "Diagnostic readiness (DM5)",
        65_231 => "Pending trouble codes (DM6)",
        DM7 => "Command test (DM7)",
        65_232 => "Test results (DM8)",
        DM11 => "Clear active trouble codes (DM11)",
        DM12 => "Emission-related trouble codes (DM12)",
        DM13 => "Stop or start broadcast (DM13)",
        DM14 => "Memory access request (DM14)",
        DM15 => "Memory access response (DM15)",
        DM16 => "Binary data transfer (DM16)",
        DM22 => "Clear one trouble code (DM22)",
        SOFTWARE => "Software identification",
        COMPONENT => "Component identification",
        ECU => "ECU identification",
        _ => return None,
    })
}
