//! Function codes, sub-functions and exception codes by their names (MODBUS Application Protocol V1.1b3, 5 to 7).

use super::umas;
use crate::dataset::Operation;
use crate::protocol::Function;

pub const READ_COILS: u8 = 1;
pub const READ_DISCRETE_INPUTS: u8 = 2;
pub const READ_HOLDING_REGISTERS: u8 = 3;
pub const READ_INPUT_REGISTERS: u8 = 4;
pub const WRITE_SINGLE_COIL: u8 = 5;
pub const WRITE_SINGLE_REGISTER: u8 = 6;
pub const READ_EXCEPTION_STATUS: u8 = 7;
pub const DIAGNOSTICS: u8 = 8;
pub const GET_COMM_EVENT_COUNTER: u8 = 11;
pub const GET_COMM_EVENT_LOG: u8 = 12;
pub const WRITE_MULTIPLE_COILS: u8 = 15;
pub const WRITE_MULTIPLE_REGISTERS: u8 = 16;
pub const REPORT_SERVER_ID: u8 = 17;
pub const READ_FILE_RECORD: u8 = 20;
pub const WRITE_FILE_RECORD: u8 = 21;
pub const MASK_WRITE_REGISTER: u8 = 22;
pub const READ_WRITE_MULTIPLE_REGISTERS: u8 = 23;
pub const READ_FIFO_QUEUE: u8 = 24;
pub const ENCAPSULATED_INTERFACE_TRANSPORT: u8 = 43;
/// Schneider's programming protocol inside Modbus; outside the public list. Its own functions count as sub-functions.
pub const UMAS: u8 = 90;
/// Set in the function code of an exception reply.
pub const EXCEPTION: u8 = 0x80;

pub const MEI_CANOPEN: u16 = 13;
pub const MEI_READ_DEVICE_IDENTIFICATION: u8 = 14;

/// Quantities that 6.1 to 6.17 allow.
pub const MAX_READ_BITS: u16 = 2000;
pub const MAX_READ_REGISTERS: u16 = 125;
pub const MAX_WRITE_BITS: u16 = 1968;
pub const MAX_WRITE_REGISTERS: u16 = 123;
pub const MAX_READ_WRITE_READ: u16 = 125;
pub const MAX_READ_WRITE_WRITE: u16 = 121;

/// Name of a public function; None for a code that is reserved or not assigned.
pub const fn name(code: u8) -> Option<&'static str> {
    Some(match code {
        READ_COILS => "Read Coils",
        READ_DISCRETE_INPUTS => "Read Discrete Inputs",
        READ_HOLDING_REGISTERS => "Read Holding Registers",
        READ_INPUT_REGISTERS => "Read Input Registers",
        WRITE_SINGLE_COIL => "Write Single Coil",
        WRITE_SINGLE_REGISTER => "Write Single Register",
        READ_EXCEPTION_STATUS => "Read Exception Status",
        DIAGNOSTICS => "Diagnostics",
        GET_COMM_EVENT_COUNTER => "Get Comm Event Counter",
        GET_COMM_EVENT_LOG => "Get Comm Event Log",
        WRITE_MULTIPLE_COILS => "Write Multiple Coils",
        WRITE_MULTIPLE_REGISTERS => "Write Multiple Registers",
        REPORT_SERVER_ID => "Report Server ID",
        READ_FILE_RECORD => "Read File Record",
        WRITE_FILE_RECORD => "Write File Record",
        MASK_WRITE_REGISTER => "Mask Write Register",
        READ_WRITE_MULTIPLE_REGISTERS => "Read/Write Multiple Registers",
        READ_FIFO_QUEUE => "Read FIFO Queue",
        ENCAPSULATED_INTERFACE_TRANSPORT => "Encapsulated Interface Transport",
        _ => return None,
    })
}

/// Name of any code: 65 to 72 and 100 to 110 are user-defined (5), the rest is reserved or not assigned.
pub const fn any_name(code: u8) -> &'static str {
    match name(code) {
        Some(known) => known,
        None => match code {
            0 => "Function 0 (not valid)",
            UMAS => "Schneider UMAS",
            65..=72 | 100..=110 => "User-defined Function",
            128..=255 => "Exception Code in a Request",
            _ => "Reserved or Unassigned Function",
        },
    }
}

/// `ot.operation` of a function; that of Diagnostics, of function 43 and of UMAS depends on the sub-function.
pub const fn operation(code: u8, sub: u16) -> Operation {
    match code {
        READ_COILS | READ_DISCRETE_INPUTS | READ_HOLDING_REGISTERS | READ_INPUT_REGISTERS => Operation::Read,
        READ_FILE_RECORD | READ_FIFO_QUEUE => Operation::Read,
        WRITE_SINGLE_COIL | WRITE_SINGLE_REGISTER | WRITE_MULTIPLE_COILS | WRITE_MULTIPLE_REGISTERS => Operation::Write,
        MASK_WRITE_REGISTER | READ_WRITE_MULTIPLE_REGISTERS => Operation::Write,
        WRITE_FILE_RECORD => Operation::FileWrite,
        READ_EXCEPTION_STATUS | GET_COMM_EVENT_COUNTER | GET_COMM_EVENT_LOG => Operation::DiagnoseRead,
        DIAGNOSTICS => diagnostics(sub).1,
        UMAS => umas::function::term(sub).1,
        REPORT_SERVER_ID => Operation::IdentifyDevice,
        ENCAPSULATED_INTERFACE_TRANSPORT if sub == 14 => Operation::IdentifyDevice,
        _ => Operation::Unknown,
    }
}

/// Sub-functions of Diagnostics (6.8.1).
pub const fn diagnostics(sub: u16) -> (&'static str, Operation) {
    match sub {
        0 => ("Return Query Data", Operation::DiagnoseEcho),
        1 => ("Restart Communications Option", Operation::RestartCommunication),
        2 => ("Return Diagnostic Register", Operation::DiagnoseRead),
        3 => ("Change ASCII Input Delimiter", Operation::ConfigureDevice),
        4 => ("Force Listen Only Mode", Operation::ModeListenOnly),
        10 => ("Clear Counters and Diagnostic Register", Operation::DiagnoseClear),
        11 => ("Return Bus Message Count", Operation::DiagnoseRead),
        12 => ("Return Bus Communication Error Count", Operation::DiagnoseRead),
        13 => ("Return Bus Exception Error Count", Operation::DiagnoseRead),
        14 => ("Return Server Message Count", Operation::DiagnoseRead),
        15 => ("Return Server No Response Count", Operation::DiagnoseRead),
        16 => ("Return Server NAK Count", Operation::DiagnoseRead),
        17 => ("Return Server Busy Count", Operation::DiagnoseRead),
        18 => ("Return Bus Character Overrun Count", Operation::DiagnoseRead),
        20 => ("Clear Overrun Counter and Flag", Operation::DiagnoseClear),
        _ => ("Reserved Sub-function", Operation::Unknown),
    }
}

/// Function and sub-function of a request for its row.
pub const fn terms(code: u8, sub: Option<u16>) -> (Function, Function) {
    // Widening casts only; `From` is not const.
    #[allow(clippy::as_conversions)]
    let wide = (
        code as u32,
        match sub {
            Some(s) => Some(s as u32),
            None => None,
        },
    );
    let sub_name = match (code, sub) {
        (DIAGNOSTICS, Some(s)) => Some(diagnostics(s).0),
        (UMAS, Some(s)) => Some(umas::function::term(s).0),
        (ENCAPSULATED_INTERFACE_TRANSPORT, Some(MEI_CANOPEN)) => Some("CANopen General Reference"),
        (ENCAPSULATED_INTERFACE_TRANSPORT, Some(14)) => Some("Read Device Identification"),
        (ENCAPSULATED_INTERFACE_TRANSPORT, Some(_)) => Some("Reserved MEI Type"),
        _ => None,
    };
    (Function { code: Some(wide.0), name: Some(any_name(code)) }, Function { code: wide.1, name: sub_name })
}

/// Exception codes (7).
pub const fn exception(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "Illegal Function",
        2 => "Illegal Data Address",
        3 => "Illegal Data Value",
        4 => "Server Device Failure",
        5 => "Acknowledge",
        6 => "Server Device Busy",
        8 => "Memory Parity Error",
        10 => "Gateway Path Unavailable",
        11 => "Gateway Target Device Failed To Respond",
        _ => return None,
    })
}
