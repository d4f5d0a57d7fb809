//! MBAP framing, recognition and resynchronisation (MODBUS Messaging on TCP/IP V1.0b, 3.1.3).
//!
//! | 0 transaction id 2 | 2 protocol id 2 (0) | 4 length 2 (of what follows) | 6 unit id 1 | 7 function 1 | 8 data |

use super::{function as fc, umas};
use crate::bytes::{be16, u8_at};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Probe};

/// Bytes before the unit id.
pub const HEADER: usize = 6;
/// Least and greatest value of the length field: unit and function, up to a PDU of 253 bytes.
const LENGTH: std::ops::RangeInclusive<u16> = 2..=254;
/// Lengths seen from devices although the standard ends at 254.
const TOLERATED: u16 = 260;
/// Longest UMAS message (1024 bytes of data) as seen from controllers of the M580 kind.
const UMAS_LENGTH: u16 = 1028;
pub const PORT: u16 = 502;
pub const TLS_PORT: u16 = 802;

/// Length of the message at the head of `data`. A length a few bytes over the limit is taken, and flagged with the
/// message: devices send such. Programming by UMAS goes on to four times the limit.
pub fn framing(data: &[u8]) -> Framing {
    let Some(length) = be16(data, 4) else { return Framing::Need };
    let taken = match length {
        0 | 1 => false,
        2..=TOLERATED => true,
        _ => match u8_at(data, 7) {
            None => return Framing::Need,
            Some(code) => code == fc::UMAS && length <= UMAS_LENGTH,
        },
    };
    if taken { Framing::Message(HEADER + usize::from(length)) } else { Framing::Bad(Flag::ModbusLengthIllegal) }
}

/// Whether a length field is beyond the standard's limit.
pub fn over_limit(length: usize) -> bool {
    length > HEADER + usize::from(*LENGTH.end())
}

/// Whether the bytes are a message of a public function sent by `side`, by structure alone. None: too few bytes.
pub fn plausible(side: Side, data: &[u8]) -> Option<bool> {
    let protocol = be16(data, 2);
    if protocol.is_some_and(|p| p != 0) || data.get(2).is_some_and(|b| *b != 0) {
        return Some(false);
    }
    let length = be16(data, 4)?;
    if !(*LENGTH.start()..=UMAS_LENGTH).contains(&length) {
        return Some(false);
    }
    let code = u8_at(data, 7)?;
    if !LENGTH.contains(&length) && code != fc::UMAS {
        return Some(false);
    }
    let length = usize::from(length);
    match side {
        Side::Client => request_length(code, data, length),
        Side::Server => reply_length(code, data, length),
    }
}

/// Whether the length field is what a request of this function must have.
fn request_length(code: u8, data: &[u8], length: usize) -> Option<bool> {
    let counted = |at: usize, fixed: usize| u8_at(data, at).map(|count| length == fixed + usize::from(count));
    match code {
        fc::READ_COILS | fc::READ_DISCRETE_INPUTS => Some(length == 6 && quantity(data, 10, fc::MAX_READ_BITS)?),
        fc::READ_HOLDING_REGISTERS | fc::READ_INPUT_REGISTERS => {
            Some(length == 6 && quantity(data, 10, fc::MAX_READ_REGISTERS)?)
        }
        fc::WRITE_SINGLE_COIL => Some(length == 6 && matches!(be16(data, 10)?, 0 | 0xff00)),
        fc::WRITE_SINGLE_REGISTER => Some(length == 6),
        fc::READ_EXCEPTION_STATUS | fc::GET_COMM_EVENT_COUNTER | fc::GET_COMM_EVENT_LOG | fc::REPORT_SERVER_ID => {
            Some(length == 2)
        }
        fc::DIAGNOSTICS => Some(length == 6 && be16(data, 8)? <= 20),
        fc::WRITE_MULTIPLE_COILS => Some(counted(12, 7)? && quantity(data, 10, fc::MAX_WRITE_BITS)?),
        fc::WRITE_MULTIPLE_REGISTERS => Some(counted(12, 7)? && quantity(data, 10, fc::MAX_WRITE_REGISTERS)?),
        fc::READ_FILE_RECORD | fc::WRITE_FILE_RECORD => Some(counted(8, 3)? && u8_at(data, 9)? == 6),
        fc::MASK_WRITE_REGISTER => Some(length == 8),
        fc::READ_WRITE_MULTIPLE_REGISTERS => Some(counted(16, 11)? && quantity(data, 10, fc::MAX_READ_WRITE_READ)?),
        fc::READ_FIFO_QUEUE => Some(length == 4),
        fc::ENCAPSULATED_INTERFACE_TRANSPORT => {
            Some(length == 5 && u8_at(data, 8)? == fc::MEI_READ_DEVICE_IDENTIFICATION)
        }
        fc::UMAS => Some(length >= 4 && umas::asks(u8_at(data, 9)?)),
        _ => Some(false),
    }
}

/// Whether the length field is what a reply of this function must have.
fn reply_length(code: u8, data: &[u8], length: usize) -> Option<bool> {
    if code & fc::EXCEPTION != 0 {
        return Some(
            length == 3 && fc::name(code & !fc::EXCEPTION).is_some() && fc::exception(u8_at(data, 8)?).is_some(),
        );
    }
    let counted = || u8_at(data, 8).map(|count| count > 0 && length == 3 + usize::from(count));
    match code {
        fc::READ_COILS | fc::READ_DISCRETE_INPUTS => counted(),
        fc::READ_HOLDING_REGISTERS | fc::READ_INPUT_REGISTERS | fc::READ_WRITE_MULTIPLE_REGISTERS => {
            Some(counted()? && u8_at(data, 8)?.is_multiple_of(2))
        }
        fc::WRITE_SINGLE_COIL => Some(length == 6 && matches!(be16(data, 10)?, 0 | 0xff00)),
        fc::WRITE_SINGLE_REGISTER => Some(length == 6),
        fc::WRITE_MULTIPLE_COILS => Some(length == 6 && quantity(data, 10, fc::MAX_WRITE_BITS)?),
        fc::WRITE_MULTIPLE_REGISTERS => Some(length == 6 && quantity(data, 10, fc::MAX_WRITE_REGISTERS)?),
        fc::READ_EXCEPTION_STATUS => Some(length == 3),
        fc::DIAGNOSTICS => Some(length == 6 && be16(data, 8)? <= 20),
        fc::GET_COMM_EVENT_COUNTER => Some(length == 6),
        fc::GET_COMM_EVENT_LOG | fc::REPORT_SERVER_ID | fc::READ_FILE_RECORD | fc::WRITE_FILE_RECORD => counted(),
        fc::MASK_WRITE_REGISTER => Some(length == 8),
        fc::READ_FIFO_QUEUE => be16(data, 8).map(|count| length == 4 + usize::from(count)),
        fc::ENCAPSULATED_INTERFACE_TRANSPORT => {
            Some(length >= 8 && u8_at(data, 8)? == fc::MEI_READ_DEVICE_IDENTIFICATION)
        }
        fc::UMAS => Some(length >= 4 && umas::answers(u8_at(data, 9)?)),
        _ => Some(false),
    }
}

fn quantity(data: &[u8], at: usize, max: u16) -> Option<bool> {
    be16(data, at).map(|q| q >= 1 && q <= max)
}

/// Looks for the next message: one of a public function anywhere, or whole messages of any function where the bytes
/// begin, which is where a segment begins after a gap.
pub fn resynchronise(side: Side, data: &[u8]) -> (usize, bool) {
    if whole_messages(data) && u8_at(data, 7).is_some_and(|code| code != 0) {
        return (0, true);
    }
    for at in 0..data.len() {
        match plausible(side, data.get(at..).unwrap_or_default()) {
            Some(true) => return (at, true),
            Some(false) => {}
            None => return (at, false),
        }
    }
    (data.len(), false)
}

/// What the first payload of a direction looks like. Off port 502 the whole payload must be whole messages of public
/// functions; on it a header that fits is enough, so that odd function codes are seen as Modbus too.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let to_server = [PORT, TLS_PORT].contains(&probe.destination_port);
    let to_client = [PORT, TLS_PORT].contains(&probe.source_port);
    let by_port = match (to_server, to_client) {
        (true, false) => Some(Side::Client),
        (false, true) => Some(Side::Server),
        _ => None,
    };
    if data.get(2..data.len().min(4)).is_some_and(|p| p.iter().any(|b| *b != 0)) {
        return Guess::No;
    }
    let (client, server) = (plausible(Side::Client, data), plausible(Side::Server, data));
    let whole = whole_messages(data);
    let sender = match (client, server) {
        (Some(true), Some(true)) => by_port,
        (Some(true), _) => Some(Side::Client),
        (_, Some(true)) => Some(Side::Server),
        _ => None,
    };
    if (client == Some(true) || server == Some(true)) && (whole || by_port.is_some()) {
        let confidence = if by_port.is_some() { 0.98 } else { 0.9 };
        return Guess::Yes { confidence, sender };
    }
    if by_port.is_some() && (whole || just_one(data)) && u8_at(data, 7).is_some() {
        return Guess::Yes { confidence: 0.7, sender: by_port };
    }
    if probe.transport != Transport::Tcp {
        return Guess::No;
    }
    let undecided = (client.is_none() || server.is_none()) && data.len() < 20;
    if undecided || (by_port.is_some() && begun(data)) { Guess::Need } else { Guess::No }
}

/// The length field says just how long the payload is. Beyond the limit such a message is not taken, but flagged: what
/// overruns a server's buffer is not to pass as an unknown protocol.
fn just_one(data: &[u8]) -> bool {
    be16(data, 2) == Some(0) && be16(data, 4).is_some_and(|length| HEADER + usize::from(length) == data.len())
}

/// The beginning of a message that is not whole yet: of a function without a known layout the end must be seen.
fn begun(data: &[u8]) -> bool {
    matches!(framing(data), Framing::Message(length) if length > data.len()) && be16(data, 2) == Some(0)
}

/// The payload is one or more messages and nothing else (the last may go on in the next segment).
fn whole_messages(mut data: &[u8]) -> bool {
    let mut count = 0;
    while !data.is_empty() {
        let Some(length) = be16(data, 4) else { return count > 0 };
        let longest = if u8_at(data, 7) == Some(fc::UMAS) { UMAS_LENGTH } else { TOLERATED };
        if be16(data, 2) != Some(0) || !(2..=longest).contains(&length) {
            return false;
        }
        let end = HEADER + usize::from(length);
        if data.len() < end {
            return count > 0;
        }
        count += 1;
        data = data.get(end..).unwrap_or_default();
    }
    count > 0
}

#[cfg(test)]
mod tests {
    use super::{Framing, PORT, framing, probe};
    use crate::dataset::Flag;
    use crate::flow::{Side, Transport};
    use crate::protocol::{Guess, Probe};

    /// Write Multiple Registers whose length field says 294, as in `rules/proofs/modbus/header-anomalies.pcap`.
    fn overlong() -> Vec<u8> {
        [&[0, 4, 0, 0, 1, 38, 1, 16, 0, 0, 0, 143, 30][..], &[0; 287]].concat()
    }

    #[test]
    fn a_first_message_beyond_the_limit_is_named_on_its_port_and_flagged() {
        let data = overlong();
        let named = |destination_port, data: &[u8]| {
            let probed = Probe { data, transport: Transport::Tcp, source_port: 50_000, destination_port };
            matches!(probe(&probed), Guess::Yes { sender: Some(Side::Client), .. })
        };
        assert!(named(PORT, &data));
        assert!(!named(9000, &data));
        assert!(!named(PORT, &data[..data.len() - 1]));
        assert!(matches!(framing(&data), Framing::Bad(Flag::ModbusLengthIllegal)));
    }
}
