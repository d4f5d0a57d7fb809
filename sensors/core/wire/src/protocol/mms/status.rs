//! How services fail (ISO 9506-2: ServiceError, RejectPDU, DataAccessError).

use crate::protocol::Outcome;
use crate::protocol::ber::{self, element};

/// Names of the classes of service errors with their codes in order.
const ERRORS: [(&str, &[&str]); 13] = [
    (
        "vmd-state",
        &[
            "other",
            "vmd-state-conflict",
            "vmd-operational-problem",
            "domain-transfer-problem",
            "state-machine-id-invalid",
        ],
    ),
    (
        "application-reference",
        &[
            "other",
            "application-unreachable",
            "connection-lost",
            "application-reference-invalid",
            "context-unsupported",
        ],
    ),
    (
        "definition",
        &[
            "other",
            "object-undefined",
            "invalid-address",
            "type-unsupported",
            "type-inconsistent",
            "object-exists",
            "object-attribute-inconsistent",
        ],
    ),
    (
        "resource",
        &[
            "other",
            "memory-unavailable",
            "processor-resource-unavailable",
            "mass-storage-unavailable",
            "capability-unavailable",
            "capability-unknown",
        ],
    ),
    (
        "service",
        &[
            "other",
            "primitives-out-of-sequence",
            "object-state-conflict",
            "pdu-size",
            "continuation-invalid",
            "object-constraint-conflict",
        ],
    ),
    ("service-preempt", &["other", "timeout", "deadlock", "cancel"]),
    ("time-resolution", &["other", "unsupportable-time-resolution"]),
    (
        "access",
        &["other", "object-access-unsupported", "object-non-existent", "object-access-denied", "object-invalidated"],
    ),
    (
        "initiate",
        &[
            "other",
            "version-incompatible",
            "max-segment-insufficient",
            "max-services-outstanding-calling-insufficient",
            "max-services-outstanding-called-insufficient",
            "service-CBB-insufficient",
            "parameter-CBB-insufficient",
            "nesting-level-insufficient",
        ],
    ),
    ("conclude", &["other", "further-communication-required"]),
    ("cancel", &["other", "invoke-id-unknown", "cancel-not-possible"]),
    (
        "file",
        &[
            "other",
            "filename-ambiguous",
            "file-busy",
            "filename-syntax-error",
            "content-type-invalid",
            "position-invalid",
            "file-access-denied",
            "file-non-existent",
            "duplicate-filename",
            "insufficient-space-in-filestore",
        ],
    ),
    ("others", &["other"]),
];

const REJECTS: [(&str, &[&str]); 11] = [
    (
        "confirmed-request",
        &[
            "other",
            "unrecognized-service",
            "unrecognized-modifier",
            "invalid-invoke-id",
            "invalid-argument",
            "invalid-modifier",
            "max-services-outstanding-exceeded",
            "",
            "max-recursion-exceeded",
            "value-out-of-range",
        ],
    ),
    (
        "confirmed-response",
        &[
            "other",
            "unrecognized-service",
            "invalid-invoke-id",
            "invalid-result",
            "",
            "max-recursion-exceeded",
            "value-out-of-range",
        ],
    ),
    (
        "confirmed-error",
        &["other", "unrecognized-service", "invalid-invoke-id", "invalid-service-error", "value-out-of-range"],
    ),
    (
        "unconfirmed",
        &["other", "unrecognized-service", "invalid-argument", "max-recursion-exceeded", "value-out-of-range"],
    ),
    ("pdu-error", &["unknown-pdu-type", "invalid-pdu", "illegal-acse-mapping"]),
    ("cancel-request", &["other", "invalid-invoke-id"]),
    ("cancel-response", &["other", "invalid-invoke-id"]),
    ("cancel-error", &["other", "invalid-invoke-id", "invalid-service-error", "value-out-of-range"]),
    ("conclude-request", &["other", "invalid-argument"]),
    ("conclude-response", &["other", "invalid-result"]),
    ("conclude-error", &["other", "invalid-service-error", "value-out-of-range"]),
];

/// Why one variable could not be read or written.
const DATA_ACCESS: [&str; 12] = [
    "object-invalidated",
    "hardware-fault",
    "temporarily-unavailable",
    "object-access-denied",
    "object-undefined",
    "invalid-address",
    "type-unsupported",
    "type-inconsistent",
    "object-attribute-inconsistent",
    "object-access-unsupported",
    "object-non-existent",
    "object-value-invalid",
];

pub type Status = (u32, &'static str);

/// Outcome and status of a ServiceError: `{ [0] { [class] code }, … }`. The number is class × 256 + code.
pub fn of_error(error: &[u8]) -> Option<Status> {
    let class = element(error).filter(|e| e.tag == 0xa0)?;
    let code = element(class.contents)?;
    named(&ERRORS, code.tag & 0x1f, ber::integer(code.contents)?)
}

/// Of a reject. Classes count from 1.
pub fn of_reject(class: u8, code: i64) -> Option<Status> {
    let (number, name) = named(&REJECTS, class.checked_sub(1)?, code)?;
    Some((number.saturating_add(256), name))
}

fn named(table: &'static [(&'static str, &'static [&'static str])], class: u8, code: i64) -> Option<Status> {
    let (group, codes) = table.get(usize::from(class))?;
    let name = usize::try_from(code).ok().and_then(|at| codes.get(at)).filter(|name| **name != "other");
    let number = u32::from(class) * 256 + u32::try_from(code).unwrap_or(255).min(255);
    Some((number, name.filter(|name| !name.is_empty()).unwrap_or(group)))
}

/// Of one variable that could not be read or written.
pub fn of_access(contents: &[u8]) -> (Outcome, Option<Status>) {
    let Some(code) = ber::integer(contents).and_then(|code| u32::try_from(code).ok()) else {
        return (Outcome::Failure, None);
    };
    let name = usize::try_from(code).ok().and_then(|at| DATA_ACCESS.get(at)).copied();
    (Outcome::Failure, Some((code, name.unwrap_or("Unknown data access error"))))
}

#[cfg(test)]
mod tests {
    use super::{of_access, of_error, of_reject};
    use crate::protocol::Outcome;

    #[test]
    fn errors_have_their_class_and_name() {
        assert_eq!(of_error(&[0xa0, 3, 0x87, 1, 2]), Some((7 * 256 + 2, "object-non-existent")));
        assert_eq!(of_error(&[0xa0, 3, 0x8b, 1, 7]), Some((11 * 256 + 7, "file-non-existent")));
        assert_eq!(of_error(&[0xa0, 3, 0x8b, 1, 0]), Some((11 * 256, "file")));
        assert_eq!(of_error(&[0xa0, 3, 0x9e, 1, 0]), None);
        assert_eq!(of_reject(1, 1), Some((257, "unrecognized-service")));
        assert_eq!(of_access(&[3]), (Outcome::Failure, Some((3, "object-access-denied"))));
    }
}
