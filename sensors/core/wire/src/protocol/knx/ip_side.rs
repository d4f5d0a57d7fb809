//! Services of the IP side: search, description, connections, features, routing's own messages, remote configuration,
//! secure sessions (KNX 3/8/2, 3/8/4, 3/8/5, 3/8/7, 3/8/9).
//!
//! Connection request: | HPAI | HPAI | CRI: size 1, type 1, layer 1, 0, address 2 |. Its response: | channel 1 | status 1 |
//! HPAI | CRD: size 1, type 1, address 2 |. Lost: | size 1 | state 1 | number 2 |. Busy: | size 1 | state 1 | wait 2, ms |
//! control 2 |. Secure wrapper: | session 2 | sequence 6 | serial 6 | tag 2 | encrypted | MAC 16 |. Session request: | HPAI |
//! public key 32 |, response: | session 2 | public key 32 | MAC 16 |. Authenticate: | 0 | user 1 | MAC 16 |.

use super::frame::{Connection, Frame, HPAI};
use super::said::{Said, raw};
use super::service as svc;
use super::{address, dib, status};
use crate::bytes::{be16, u8_at};
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::{Outcome, Talk};
use crate::text;

const TUNNEL: u8 = 4;
/// A wrapper around nothing: session, sequence, serial, tag, MAC, and the header that is encrypted at least.
const WRAPPED: usize = 32;

fn connection_type(code: u8) -> &'static str {
    match code {
        3 => "device management",
        TUNNEL => "tunnelling",
        6 => "remote logging",
        7 => "remote configuration",
        8 => "object server",
        _ => "unknown type",
    }
}

fn layer(code: u8) -> &'static str {
    match code {
        0x02 => "link layer",
        0x04 => "raw",
        0x80 => "bus monitor",
        _ => "unknown layer",
    }
}

fn feature(code: u8) -> &'static str {
    match code {
        1 => "supported EMI types",
        2 => "device descriptor type 0",
        3 => "bus connection status",
        4 => "manufacturer code",
        5 => "active EMI type",
        6 => "individual address",
        7 => "maximum APDU length",
        8 => "feature info enable",
        _ => "unknown feature",
    }
}

/// Tells a request, or what nobody answers. Whether its structures are sound.
pub fn asked(frame: &Frame<'_>, said: &mut Said) -> bool {
    let body = frame.body;
    match frame.service {
        svc::SEARCH_REQUEST_EXTENDED => dib::parameters(body.get(HPAI..).unwrap_or_default(), said),
        svc::CONNECT_REQUEST => connect(body.get(2 * HPAI..).unwrap_or_default(), said).is_some(),
        svc::CONNECTIONSTATE_REQUEST | svc::DISCONNECT_REQUEST => {
            said.number("channel", u8_at(body, 0));
            true
        }
        svc::ROUTING_LOST_MESSAGE => {
            said.number("device_state", u8_at(body, 1));
            said.number("lost", be16(body, 2));
            u8_at(body, 0) == Some(4)
        }
        svc::ROUTING_BUSY => {
            said.number("device_state", u8_at(body, 1));
            said.number("wait", be16(body, 2));
            u8_at(body, 0) == Some(6)
        }
        svc::REMOTE_DIAGNOSTIC_REQUEST | svc::REMOTE_BASIC_CONFIGURATION_REQUEST => {
            selector(body.get(HPAI..).unwrap_or_default(), said).is_some()
        }
        svc::REMOTE_RESET_REQUEST => reset(body, said).is_some(),
        svc::SECURE_WRAPPER => {
            said.session = be16(body, 0).map(i64::from);
            said.number("encrypted_length", i64::try_from(body.len().saturating_sub(WRAPPED)).ok());
            said.text("serial", &text::hex(body.get(8..14).unwrap_or_default(), 6));
            true
        }
        svc::SESSION_AUTHENTICATE => {
            said.number("user", u8_at(body, 1));
            true
        }
        svc::SESSION_STATUS => {
            let code = u8_at(body, 0).unwrap_or(0);
            let outcome = if matches!(code, 1..=3) { Outcome::Failure } else { Outcome::Success };
            said.ended(outcome, code, status::session(code));
            said.text("session_status", status::session(code));
            true
        }
        svc::TIMER_NOTIFY => {
            said.text("serial", &text::hex(body.get(6..12).unwrap_or_default(), 6));
            true
        }
        _ => true,
    }
}

fn connect(cri: &[u8], said: &mut Said) -> Option<()> {
    let [size, kind, rest @ ..] = cri else { return None };
    said.text("connection", connection_type(*kind));
    if *kind == TUNNEL {
        said.text("layer", layer(u8_at(rest, 0)?));
        // An address that is asked for stands there since version 2.
        if let Some(place) = be16(rest, 2) {
            said.text("wanted_address", &address::text(place, false));
        }
    }
    (usize::from(*size) == cri.len()).then_some(())
}

fn selector(bytes: &[u8], said: &mut Said) -> Option<usize> {
    match bytes {
        [2, 1, ..] => {
            said.text("selector", "programming mode");
            Some(2)
        }
        [8, 2, mac @ ..] => {
            said.text("selector", &text::mac(*mac.first_chunk::<6>()?));
            Some(8)
        }
        _ => None,
    }
}

fn reset(body: &[u8], said: &mut Said) -> Option<()> {
    let at = selector(body, said)?;
    let command = u8_at(body, at)?;
    said.operation = Some(if command == 2 { Operation::RestartFactory } else { Operation::RestartCold });
    said.text("reset", if command == 2 { "master reset" } else { "restart" });
    Some(())
}

/// What the answer adds. Whether its structures are sound.
pub fn told(frame: &Frame<'_>, about: Side, said: &mut Said, talk: &mut Talk<'_>) -> bool {
    let body = frame.body;
    said.outcome = Outcome::Success;
    match frame.service {
        svc::SEARCH_RESPONSE | svc::SEARCH_RESPONSE_EXTENDED => {
            dib::tell(body.get(HPAI..).unwrap_or_default(), about, said, talk)
        }
        svc::DESCRIPTION_RESPONSE => dib::tell(body, about, said, talk),
        svc::REMOTE_DIAGNOSTIC_RESPONSE => {
            let Some(at) = selector(body, said) else { return false };
            dib::tell(body.get(at..).unwrap_or_default(), about, said, talk)
        }
        svc::CONNECT_RESPONSE | svc::CONNECTIONSTATE_RESPONSE | svc::DISCONNECT_RESPONSE => {
            let code = u8_at(body, 1).unwrap_or(0);
            let outcome = if code == 0 { Outcome::Success } else { Outcome::Failure };
            said.ended(outcome, code, status::connection(code));
            if frame.service == svc::CONNECT_RESPONSE && code == 0 {
                said.number("channel", u8_at(body, 0));
                if let Some(place) = granted(body) {
                    said.text("knx_address", &address::text(place, false));
                }
                return body.len() >= 2 + HPAI + 2;
            }
            true
        }
        svc::SESSION_RESPONSE => {
            said.session = be16(body, 0).map(i64::from);
            true
        }
        _ => true,
    }
}

/// The individual address that a connection response gives a tunnel.
pub fn granted(body: &[u8]) -> Option<u16> {
    let crd = body.get(2 + HPAI..)?;
    matches!(crd, [4..=0xff, TUNNEL, ..]).then(|| be16(crd, 2)).flatten()
}

/// A feature of a tunnel: | feature 1 | return code 1 | value |.
pub fn told_feature(frame: &Frame<'_>, said: &mut Said) {
    let Some(connection) = Connection::read(frame.body) else { return };
    let Some(number) = u8_at(connection.rest, 0) else { return };
    said.object("feature", feature(number).to_owned());
    let content = connection.rest.get(2..).unwrap_or_default();
    if frame.service != svc::FEATURE_GET {
        said.value = raw(content);
    }
    if frame.service == svc::FEATURE_RESPONSE {
        let code = u8_at(connection.rest, 1).unwrap_or(0);
        let outcome = if code <= 1 { Outcome::Success } else { Outcome::Failure };
        said.ended(outcome, code, status::returned(code));
    }
}
