//! How a request ended: result codes, exceptions, errors (IEC 62056-5-3, clause 8).

use crate::protocol::Outcome;

pub type Status = (u32, &'static str);

/// Data-access-result and action-result, which share their numbers.
pub const fn name(code: u8) -> &'static str {
    match code {
        0 => "success",
        1 => "hardware-fault",
        2 => "temporary-failure",
        3 => "read-write-denied",
        4 => "object-undefined",
        9 => "object-class-inconsistent",
        11 => "object-unavailable",
        12 => "type-unmatched",
        13 => "scope-of-access-violated",
        14 => "data-block-unavailable",
        15 => "long-transfer-aborted",
        16 => "no-long-transfer-in-progress",
        17 => "long-set-aborted",
        18 => "no-long-set-in-progress",
        19 => "data-block-number-invalid",
        250 => "other-reason",
        _ => "unknown result",
    }
}

/// What a result code says; none: data came.
pub fn of(code: Option<u8>) -> (Outcome, Option<Status>) {
    match code {
        None => (Outcome::Success, None),
        Some(0) => (Outcome::Success, Some((0, name(0)))),
        Some(code) => (Outcome::Failure, Some((u32::from(code), name(code)))),
    }
}

/// An exception-response: | 0 tag | 1 state error | 2 service error |. The status is state × 256 + service.
pub fn exception(apdu: &[u8]) -> Option<Status> {
    let (state, error) = (*apdu.get(1)?, *apdu.get(2)?);
    let name = match (state, error) {
        (1, 1) => "service-not-allowed: operation-not-possible",
        (1, 2) => "service-not-allowed: service-not-supported",
        (1, 3) => "service-not-allowed: other-reason",
        (_, 4) => "pdu-too-long",
        (_, 5) => "deciphering-error",
        (_, 6) => "invocation-counter-error",
        (2, 1) => "service-unknown: operation-not-possible",
        (2, 2) => "service-unknown: service-not-supported",
        (2, 3) => "service-unknown: other-reason",
        _ => "unknown exception",
    };
    Some((u32::from(state) * 256 + u32::from(error), name))
}

/// A confirmedServiceError: | 0 tag | 1 service | 2 kind of error | 3 error |. The status is kind × 256 + error.
pub fn service_error(apdu: &[u8]) -> Option<Status> {
    let (kind, error) = (*apdu.get(2)?, *apdu.get(3)?);
    let name = match (kind, error) {
        (0, 1) => "application-reference: time-elapsed",
        (0, 2) => "application-reference: application-unreachable",
        (0, 3) => "application-reference: application-reference-invalid",
        (0, 4) => "application-reference: application-context-unsupported",
        (0, 5) => "application-reference: provider-communication-error",
        (0, 6) => "application-reference: deciphering-error",
        (0, _) => "application-reference: other",
        (1, _) => "hardware-resource",
        (2, _) => "vde-state-error",
        (3, 1) => "service: pdu-size",
        (3, 2) => "service: service-unsupported",
        (3, _) => "service: other",
        (4, 1) => "definition: object-undefined",
        (4, 2) => "definition: object-class-inconsistent",
        (4, 3) => "definition: object-attribute-inconsistent",
        (4, _) => "definition: other",
        (5, 1) => "access: scope-of-access-violated",
        (5, 2) => "access: object-access-violated",
        (5, 3) => "access: hardware-fault",
        (5, 4) => "access: object-unavailable",
        (5, _) => "access: other",
        (6, 1) => "initiate: dlms-version-too-low",
        (6, 2) => "initiate: incompatible-conformance",
        (6, 3) => "initiate: pdu-size-too-short",
        (6, 4) => "initiate: refused-by-the-VDE-Handler",
        (6, _) => "initiate: other",
        (7, _) => "load-data-set",
        (9, _) => "task",
        _ => "other",
    };
    Some((u32::from(kind) * 256 + u32::from(error), name))
}

/// Why an association was refused or what it still wants (ISO 8650-1: 1 the service user, 2 the provider says so).
pub const fn diagnosis(source: u8, code: u8) -> &'static str {
    match (source, code) {
        (_, 0) => "null",
        (_, 1) => "no-reason-given",
        (1, 2) => "application-context-name-not-supported",
        (1, 3) => "calling-AP-title-not-recognized",
        (1, 4) => "calling-AP-invocation-identifier-not-recognized",
        (1, 5) => "calling-AE-qualifier-not-recognized",
        (1, 6) => "calling-AE-invocation-identifier-not-recognized",
        (1, 7) => "called-AP-title-not-recognized",
        (1, 8) => "called-AP-invocation-identifier-not-recognized",
        (1, 9) => "called-AE-qualifier-not-recognized",
        (1, 10) => "called-AE-invocation-identifier-not-recognized",
        (1, 11) => "authentication-mechanism-name-not-recognised",
        (1, 12) => "authentication-mechanism-name-required",
        (1, 13) => "authentication-failure",
        (1, 14) => "authentication-required",
        (2, 2) => "no-common-acse-version",
        _ => "unknown diagnostic",
    }
}

/// Diagnostics that are about who calls.
pub const fn about_login(code: u8) -> bool {
    matches!(code, 11..=14)
}
