//! What is done by creating an object of a class or writing an attribute.

use super::names;
use super::subject::Subject;
use crate::dataset::Operation;

/// Values of the request for an operating state.
const STOP: f64 = 1.0;
const RESET_RETENTIVE: f64 = 2.0;
const RUN: f64 = 3.0;
const RUN_REDUNDANT: f64 = 4.0;

/// What creating an object of a class does.
pub const fn of_class(class: u32) -> Operation {
    match class {
        names::SERVER_SESSION => Operation::SessionOpen,
        names::SUBSCRIPTION | 255 | 2662 => Operation::SubscribeStart,
        names::ACKNOWLEDGE_JOB => Operation::AlarmAcknowledge,
        names::ENABLE_JOB => Operation::AlarmDisable,
        class if names::programs(class) => Operation::ProgramDownload,
        class if names::tests(class) => Operation::ProgramDebug,
        _ => Operation::ConfigureDevice,
    }
}

/// `Subscription`, `DB`, or the number of a class without a public name.
pub fn class_name(class: u32) -> String {
    names::class(class).map_or_else(|| format!("class:{class}"), str::to_owned)
}

/// Reading and writing by what is read or written.
pub fn refine(subject: &mut Subject) {
    subject.operation = match subject.operation {
        Operation::Write if !subject.place.variable() => written(subject),
        operation => operation,
    };
}

fn written(subject: &Subject) -> Operation {
    let attribute = subject.place.attribute;
    match attribute {
        names::OPERATING_STATE_REQUEST => state(subject.value.number()),
        names::ROOT_MEMORY_RESET | names::ROOT_RESET | names::AS_STATE_REQUEST => Operation::RestartFactory,
        names::SESSION_VERSION => Operation::SessionOpen,
        names::SESSION_RESPONSE | names::SESSION_PASSWORD | names::LEGITIMATE => Operation::SecurityLogin,
        names::STRUCT_SECURITY_KEY..=names::SECURITY_KEY_LAST | names::SESSION_KEY => Operation::SecurityKey,
        289..=310 => Operation::SessionOpen,
        2524 | 3448..=3453 | 1842 | 1843 => Operation::ConfigureAccess,
        // Whatever else a client sets of its own session.
        _ if subject.place.text.starts_with("session.") => Operation::SessionOpen,
        // More of what a subscription may send keeps it alive.
        1053 => Operation::SessionKeepalive,
        names::SUBSCRIPTION..=1005 | 1040..=1054 | 1082 => Operation::SubscribeStart,
        2687..=2714 => Operation::ProgramDebug,
        3586..=3589 => Operation::ConfigureNetwork,
        names::BLOCK_NUMBER..=names::BODY | 2537..=names::CODE | 2581..=2591 | names::AREA_INITIAL => {
            Operation::ProgramEdit
        }
        _ => Operation::ConfigureDevice,
    }
}

/// CPUexecUnit.OperatingStateREQ.
fn state(request: Option<f64>) -> Operation {
    match request {
        Some(STOP) => Operation::ModeStop,
        Some(RESET_RETENTIVE) => Operation::RestartCold,
        Some(RUN | RUN_REDUNDANT) => Operation::ModeRun,
        _ => Operation::Unknown,
    }
}
