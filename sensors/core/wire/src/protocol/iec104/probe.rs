//! Recognition by structure, and finding the next message after a gap.

use super::frame::{self, Control, HEADER};
use crate::flow::Side;
use crate::protocol::iec60870::{Asdu, asdu, cause};
use crate::protocol::{Guess, Probe};

pub const PORT: u16 = 2404;
/// Messages of a payload that are looked at.
const LOOKED_AT: usize = 8;

/// Whether a message begins here whose parts all agree: control field, and of I format the type and the octets that so
/// many of its objects take. None: too few bytes.
fn plausible(data: &[u8]) -> Option<bool> {
    if data.first().is_some_and(|first| *first != frame::START) {
        return Some(false);
    }
    data.get(1)?;
    let Some(length) = frame::length(data) else { return Some(false) };
    let (control, exact) = frame::control(data)?;
    if !exact {
        return Some(false);
    }
    match control {
        Control::Information { .. } => {
            let asdu = Asdu::read(asdu::TCP, data.get(HEADER..)?)?;
            if asdu.kind.is_none() || asdu.count == 0 || cause::name(asdu.cause) == "reserved cause" {
                return Some(false);
            }
            let body = length.checked_sub(HEADER + asdu::TCP.header());
            let wanted = asdu.wanted()?;
            Some(body == Some(wanted))
        }
        _ => Some(length == HEADER),
    }
}

/// Who sends such a message, where it tells.
fn sender(data: &[u8]) -> Option<Side> {
    match frame::control(data)?.0 {
        Control::Supervisory { .. } => None,
        Control::Unnumbered(frame::STARTDT_ACT | frame::STOPDT_ACT) => Some(Side::Client),
        Control::Unnumbered(frame::STARTDT_CON | frame::STOPDT_CON) => Some(Side::Server),
        Control::Unnumbered(_) => None,
        Control::Information { .. } => {
            let asdu = Asdu::read(asdu::TCP, data.get(HEADER..)?)?;
            let kind = asdu.kind?;
            match asdu.cause {
                _ if kind.file() => None,
                _ if kind.monitor() => Some(Side::Server),
                cause if cause::asks(cause) => Some(Side::Client),
                cause if cause::answers(cause) => Some(Side::Server),
                _ => None,
            }
        }
    }
}

/// Whether the payload is plausible messages and nothing else (the last may go on in the next segment), and who sent it.
fn chain(mut data: &[u8], strict: bool) -> (Option<bool>, Option<Side>) {
    let mut told = None;
    for number in 0..LOOKED_AT {
        if data.is_empty() {
            return (Some(true), told);
        }
        let fits = if strict { plausible(data) } else { loose(data) };
        match fits {
            Some(true) => {}
            None if number > 0 => return (Some(true), told),
            other => return (other, told),
        }
        told = told.or_else(|| sender(data));
        data = data.get(frame::length(data).unwrap_or(data.len())..).unwrap_or_default();
    }
    (Some(true), told)
}

/// Start, length and control field agree, whatever the ASDU.
fn loose(data: &[u8]) -> Option<bool> {
    if data.first().is_some_and(|first| *first != frame::START) {
        return Some(false);
    }
    data.get(1)?;
    let Some(length) = frame::length(data) else { return Some(false) };
    let (_, exact) = frame::control(data)?;
    Some(exact && length <= data.len())
}

/// Off its port all parts of all messages must agree; on it whole messages are enough, so that odd types are seen too.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let by_port = match (probe.destination_port == PORT, probe.source_port == PORT) {
        (true, false) => Some(Side::Client),
        (false, true) => Some(Side::Server),
        _ => None,
    };
    let (strict, told) = chain(probe.data, true);
    if strict == Some(true) {
        let confidence = if by_port.is_some() { 0.98 } else { 0.9 };
        return Guess::Yes { confidence, sender: told.or(by_port) };
    }
    if by_port.is_some() && chain(probe.data, false).0 == Some(true) {
        return Guess::Yes { confidence: 0.7, sender: told.or(by_port) };
    }
    // A connection taken up in its midst may begin with the octet of a keep-alive, or the end of a message.
    let (ahead, found) = resynchronise(probe.data);
    if by_port.is_some() && found && chain(probe.data.get(ahead..).unwrap_or_default(), true).0 == Some(true) {
        return Guess::Yes { confidence: 0.7, sender: by_port };
    }
    if strict.is_none() && probe.data.len() < 20 { Guess::Need } else { Guess::No }
}

/// Looks for the next message all of whose parts agree, or for one of any type where the bytes begin, which is where a
/// segment begins after a gap.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    if chain(data, false).0 == Some(true) {
        return (0, true);
    }
    for at in 0..data.len() {
        match plausible(data.get(at..).unwrap_or_default()) {
            Some(true) => return (at, true),
            Some(false) => {}
            None => return (at, false),
        }
    }
    (data.len(), false)
}

#[cfg(test)]
mod tests {
    use super::{Guess, PORT, Probe, Side, probe, resynchronise};
    use crate::flow::Transport;

    const STARTDT: [u8; 6] = [0x68, 4, 7, 0, 0, 0];
    const COMMAND: [u8; 16] = [0x68, 14, 2, 0, 4, 0, 45, 1, 6, 0, 1, 0, 0xa1, 0x0f, 0, 1];

    fn named(data: &[u8], destination_port: u16) -> Option<Option<Side>> {
        match probe(&Probe { data, transport: Transport::Tcp, source_port: 50_000, destination_port, ended: false }) {
            Guess::Yes { sender, .. } => Some(sender),
            _ => None,
        }
    }

    #[test]
    fn messages_are_named_on_any_port_and_tell_who_sent_them() {
        assert_eq!(named(&STARTDT, 9000), Some(Some(Side::Client)));
        assert_eq!(named(&COMMAND, 9000), Some(Some(Side::Client)));
        let mut confirmation = COMMAND;
        confirmation[8] = 7;
        assert_eq!(named(&confirmation, 9000), Some(Some(Side::Server)));
    }

    #[test]
    fn an_odd_type_is_named_on_its_port_only() {
        let mut odd = COMMAND;
        odd[6] = 200;
        assert_eq!(named(&odd, 9000), None);
        assert_eq!(named(&odd, PORT), Some(Some(Side::Client)));
        assert_eq!(named(&[0x68, 4, 0x17, 0, 0, 0], PORT), None);
    }

    #[test]
    fn a_connection_in_its_midst_is_named_on_its_port_behind_an_octet_of_a_keep_alive() {
        let data = [&[0][..], &COMMAND].concat();
        assert_eq!((named(&data, PORT), named(&data, 9000)), (Some(Some(Side::Client)), None));
    }

    #[test]
    fn the_next_message_is_found_behind_lost_ones() {
        let data = [&[0x68, 14, 9][..], &COMMAND[10..], &STARTDT].concat();
        assert_eq!(resynchronise(&data), (9, true));
        assert_eq!(resynchronise(&[1, 2, 0x68]), (2, false));
    }
}
