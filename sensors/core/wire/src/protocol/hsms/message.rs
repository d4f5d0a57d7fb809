//! Streams and functions (SEMI E5-0712, 10; E30, 4; E40, E87, E94 for streams 3, 14 and 16). A primary message has an odd
//! function, its reply the next one.

use super::shape::Shape::{self, *};
use crate::dataset::Operation::{self, *};
use crate::flow::Side;

/// Who sends a primary message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By {
    Host,
    Equipment,
    Both,
}

/// A primary message.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    pub stream: u8,
    pub function: u8,
    pub name: &'static str,
    pub by: By,
    pub operation: Operation,
    pub shape: Shape,
}

const fn host(stream: u8, function: u8, name: &'static str, operation: Operation, shape: Shape) -> Message {
    Message { stream, function, name, by: By::Host, operation, shape }
}

const fn equipment(stream: u8, function: u8, name: &'static str, operation: Operation, shape: Shape) -> Message {
    Message { stream, function, name, by: By::Equipment, operation, shape }
}

const fn both(stream: u8, function: u8, name: &'static str, operation: Operation, shape: Shape) -> Message {
    Message { stream, function, name, by: By::Both, operation, shape }
}

/// By stream and function.
static MESSAGES: &[Message] = &[
    both(1, 1, "Are You There Request", IdentifyDevice, Nothing),
    host(1, 3, "Selected Equipment Status Request", Read, Ids("status-variable")),
    host(1, 5, "Formatted Status Request", Read, Nothing),
    host(1, 7, "Fixed Form Request", Read, Nothing),
    host(1, 9, "Material Transfer Status Request", Read, Nothing),
    host(1, 11, "Status Variable Namelist Request", Browse, Named("status-variable")),
    both(1, 13, "Establish Communications Request", SessionOpen, Nothing),
    host(1, 15, "Request OFF-LINE", ConfigureConnection, Nothing),
    host(1, 17, "Request ON-LINE", ConfigureConnection, Nothing),
    both(1, 19, "Get Attribute", Read, Nothing),
    host(1, 21, "Data Variable Namelist Request", Browse, Named("data-variable")),
    host(1, 23, "Collection Event Namelist Request", Browse, Named("event")),
    host(2, 13, "Equipment Constant Request", Read, Ids("equipment-constant")),
    host(2, 15, "New Equipment Constant Send", WriteParameter, Pairs("equipment-constant")),
    both(2, 17, "Date and Time Request", TimeRead, Nothing),
    host(2, 19, "Reset/Initialize Send", RestartWarm, Nothing),
    host(2, 21, "Remote Command Send", MethodCall, Command { at: 0 }),
    host(2, 23, "Trace Initialize Send", SubscribeStart, First("trace")),
    both(2, 25, "Loopback Diagnostic Request", DiagnoseEcho, Nothing),
    host(2, 29, "Equipment Constant Namelist Request", Browse, Named("equipment-constant")),
    host(2, 31, "Date and Time Set Request", TimeSet, Time),
    host(2, 33, "Define Report", SubscribeStart, Definitions("report")),
    host(2, 35, "Link Event Report", SubscribeStart, Definitions("event")),
    host(2, 37, "Enable/Disable Event Report", SubscribeStart, Switch("event")),
    host(2, 39, "Multi-block Inquire", Query, Nothing),
    host(2, 41, "Host Command Send", MethodCall, Command { at: 0 }),
    host(2, 43, "Reset Spooling Streams and Functions", ConfigureDevice, Nothing),
    host(2, 45, "Define Variable Limit Attributes", ConfigureAlarm, Definitions("status-variable")),
    host(2, 47, "Variable Limit Attribute Request", Read, Named("status-variable")),
    host(2, 49, "Enhanced Remote Command", MethodCall, Command { at: 2 }),
    host(3, 17, "Carrier Action Request", MethodCall, Command { at: 1 }),
    host(3, 25, "Port Action Request", MethodCall, Command { at: 0 }),
    host(3, 27, "Change Access", ConfigureAccess, Nothing),
    equipment(5, 1, "Alarm Report Send", AlarmRaise, Alarm),
    host(5, 3, "Enable/Disable Alarm Send", ConfigureAlarm, Switch("alarm")),
    host(5, 5, "List Alarms Request", Read, Named("alarm")),
    host(5, 7, "List Enabled Alarm Request", Read, Nothing),
    equipment(5, 9, "Exception Post Notify", AlarmRaise, Nothing),
    equipment(5, 11, "Exception Clear Notify", Notify, Nothing),
    host(5, 13, "Exception Recover Request", AlarmAcknowledge, First("alarm")),
    equipment(5, 15, "Exception Recovery Complete Notify", Notify, Nothing),
    host(5, 17, "Exception Recovery Abort Request", AlarmAcknowledge, First("alarm")),
    equipment(6, 1, "Trace Data Send", Publish, Trace),
    equipment(6, 3, "Discrete Variable Data Send", Publish, Nothing),
    equipment(6, 5, "Multi-block Data Send Inquire", Query, Nothing),
    equipment(6, 9, "Formatted Variable Send", Publish, Nothing),
    equipment(6, 11, "Event Report Send", Publish, Event { annotated: false }),
    equipment(6, 13, "Annotated Event Report Send", Publish, Event { annotated: true }),
    host(6, 15, "Event Report Request", Read, First("event")),
    host(6, 17, "Annotated Event Report Request", Read, First("event")),
    host(6, 19, "Individual Report Request", Read, First("report")),
    host(6, 21, "Annotated Individual Report Request", Read, First("report")),
    host(6, 23, "Request or Purge Spooled Data", ReadEvents, Spool),
    equipment(6, 25, "Notification Report Send", Notify, Nothing),
    both(7, 1, "Process Program Load Inquire", Query, First("recipe")),
    both(7, 3, "Process Program Send", ProgramDownload, Recipe),
    both(7, 5, "Process Program Request", ProgramUpload, First("recipe")),
    host(7, 17, "Delete Process Program Send", ProgramDelete, Named("recipe")),
    both(7, 19, "Current Process Program Directory Request", FileList, Nothing),
    both(7, 23, "Formatted Process Program Send", ProgramDownload, First("recipe")),
    both(7, 25, "Formatted Process Program Request", ProgramUpload, First("recipe")),
    equipment(7, 27, "Process Program Verification Send", Notify, First("recipe")),
    equipment(7, 29, "Process Program Verification Inquire", Query, Nothing),
    equipment(9, 1, "Unrecognized Device ID", Notify, Refused),
    equipment(9, 3, "Unrecognized Stream Type", Notify, Refused),
    equipment(9, 5, "Unrecognized Function Type", Notify, Refused),
    equipment(9, 7, "Illegal Data", Notify, Refused),
    equipment(9, 9, "Transaction Timer Timeout", Notify, Refused),
    equipment(9, 11, "Data Too Long", Notify, Refused),
    equipment(9, 13, "Conversation Timeout", Notify, Nothing),
    equipment(10, 1, "Terminal Request", Notify, Nothing),
    host(10, 3, "Terminal Display, Single", Notify, Nothing),
    host(10, 5, "Terminal Display, Multi-block", Notify, Nothing),
    both(12, 1, "Map Set-up Data Send", Write, Nothing),
    both(12, 3, "Map Set-up Data Request", Read, Nothing),
    both(13, 1, "Send Data Set Send", FileWrite, First("data-set")),
    both(13, 3, "Open Data Set Request", FileRead, Nothing),
    both(14, 1, "Get Attribute Request", Read, First("object")),
    both(14, 3, "Set Attribute Request", Write, First("object")),
    both(14, 9, "Create Object Request", ConfigureDevice, First("object")),
    both(14, 11, "Delete Object Request", ConfigureDevice, First("object")),
    both(15, 13, "Recipe Create Request", ProgramDownload, Nothing),
    both(15, 27, "Recipe Download Request", ProgramDownload, Nothing),
    both(15, 31, "Recipe Upload Request", ProgramUpload, Nothing),
    host(16, 5, "Process Job Command Request", MethodCall, Job { at: 1, command: 2 }),
    equipment(16, 7, "Process Job Alert Notify", Notify, Nothing),
    equipment(16, 9, "Process Job Event Notify", Notify, Nothing),
    host(16, 11, "Process Job Create Enhanced", MethodCall, At("process-job", 1)),
    host(16, 15, "Process Job Multi-Create", MethodCall, Nothing),
    host(16, 17, "Process Job Dequeue", MethodCall, Nothing),
    host(16, 27, "Control Job Command Request", MethodCall, Job { at: 0, command: 1 }),
];

/// The primary message of a stream that this function is of, or answers.
pub fn of(stream: u8, function: u8) -> Option<&'static Message> {
    let primary = if function & 1 == 0 { function.checked_sub(1)? } else { function };
    MESSAGES.iter().find(|message| (message.stream, message.function) == (stream, primary))
}

impl Message {
    /// Who sends this function of it, with a host that connects to its equipment, as is usual.
    pub const fn speaker(&self, function: u8) -> Option<Side> {
        let reply = function & 1 == 0;
        match (self.by, reply) {
            (By::Both, _) => None,
            (By::Host, false) | (By::Equipment, true) => Some(Side::Client),
            (By::Equipment, false) | (By::Host, true) => Some(Side::Server),
        }
    }
}
