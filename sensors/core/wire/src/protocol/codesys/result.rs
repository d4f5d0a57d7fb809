//! Where a reply says how it went.

use super::error;
use super::group;
use super::service::Service;
use super::tag::{RESULT, Tags};
use crate::bytes::{le16, le32};
use crate::protocol::Outcome;

const DEVICE_LOGIN: (u32, u32) = (0x82, 0x20);
const APPLICATION_LOGIN: (u32, u32) = (0x81, 0x10);
const APPLICATION_STATUS: (u32, u32) = (0x82, 0x13);
const APPLICATION_RESULT: u32 = 0x01;
const LISTS: [u16; 4] = [0x18, 0x25, 0x29, 0x31];
const FILE_ERROR: u32 = 0x08;
const FILE_REPLIES: [u32; 2] = [0x84, 0x81];
const MONITOR_ERROR: u32 = 0x41;
const VARIABLE_RESULT: u32 = 0x14;

fn short(data: &[u8]) -> Option<u32> {
    le16(data, 0).map(u32::from)
}

/// The code that a reply holds; None where it holds none, which is how most say that it was done.
fn code(service: &Service<'_>) -> Option<u32> {
    let tags = service.tags();
    let nested = |(outer, inner): (u32, u32)| tags.inside(outer).find(inner).and_then(short);
    if let Some(result) = tags.find(RESULT).and_then(short) {
        return Some(result);
    }
    match (service.group, service.service) {
        (group::DEVICE, group::LOGIN) => nested(DEVICE_LOGIN),
        (group::APPLICATION, 0x01) => nested(APPLICATION_LOGIN),
        (group::APPLICATION, 0x14) => nested(APPLICATION_STATUS),
        (group::APPLICATION, service) if LISTS.contains(&service) => None,
        (group::APPLICATION | group::BREAKPOINTS | group::FORCE, _) => {
            tags.find(APPLICATION_RESULT).filter(|data| data.len() == 2).and_then(short)
        }
        (group::FILE_TRANSFER, _) => {
            let inside = FILE_REPLIES.iter().find_map(|outer| tags.inside(*outer).find(FILE_ERROR));
            inside.or_else(|| tags.find(FILE_ERROR)).and_then(short)
        }
        (group::MONITOR, _) => tags.find(MONITOR_ERROR).and_then(|data| le32(data, 0).or_else(|| short(data))),
        (group::VARIABLE_ACCESS, _) => tags.find(VARIABLE_RESULT).and_then(short),
        _ => None,
    }
}

/// How a request ended that was answered by this.
pub fn of(reply: Option<&Service<'_>>) -> (Outcome, Option<(u32, &'static str)>) {
    let Some(reply) = reply else { return (Outcome::Unknown, None) };
    let code = code(reply);
    let outcome = match code {
        Some(error::PENDING) => Outcome::Unknown,
        Some(code) if !error::done(code) => Outcome::Failure,
        None if group::of(reply.group).and_then(|group| group.service(reply.service)).is_none() => Outcome::Unknown,
        _ => Outcome::Success,
    };
    (outcome, code.filter(|code| *code != 0).map(|code| (code, error::name(code))))
}

/// Tags of a reply that may be missing.
pub fn tags<'a>(service: Option<&Service<'a>>) -> Tags<'a> {
    service.map(Service::tags).unwrap_or_default()
}
