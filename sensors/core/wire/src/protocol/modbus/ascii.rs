//! Modbus ASCII frames inside TCP, as older serial gateways send them (MODBUS over Serial Line V1.02, 2.5.2).
//!
//! | ':' 1 | unit id, function, data, LRC: two hexadecimal digits a byte | CR LF 2 |. LRC: the two's complement of the sum.

use super::function as fc;
use super::state::{Adu, Carrier, State};
use crate::bytes::u8_at;
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Parser, Probe, Protocol, Talk};

/// Longest and shortest frame (2.5.2.1): unit, function and LRC at least.
const LONGEST: usize = 513;
const SHORTEST: usize = 9;
const START: u8 = b':';

pub const PROTOCOL: Protocol = Protocol {
    name: "modbus",
    // Gateways use any port; none is registered for it.
    ports: &[],
    transports: &[Transport::Tcp, Transport::Udp],
    probe,
    parser: || Box::<Ascii>::default(),
};

/// Modbus ASCII frames on one flow.
#[derive(Default)]
pub struct Ascii {
    state: State,
    /// Bytes of the frame being read, used again and again.
    bytes: Vec<u8>,
}

/// Where a frame ends behind its line feed. None: too few bytes; Some(None): these bytes are no frame.
fn end(data: &[u8]) -> Option<Option<usize>> {
    if u8_at(data, 0)? != START {
        return Some(None);
    }
    let head = data.get(..LONGEST.min(data.len())).unwrap_or_default();
    let body = head.get(1..).unwrap_or_default();
    let digits = body.iter().take_while(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_lowercase()).count();
    match (body.get(digits), body.get(digits + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some((digits + 3 >= SHORTEST && digits.is_multiple_of(2)).then_some(digits + 3)),
        (Some(b'\r'), None) | (None, _) if data.len() < LONGEST => None,
        _ => Some(None),
    }
}

/// Bytes of a whole frame without the LRC. None where the LRC is wrong.
fn decoded(frame: &[u8], into: &mut Vec<u8>) -> Option<()> {
    into.clear();
    let digits = frame.get(1..frame.len().checked_sub(2)?)?;
    for pair in digits.chunks_exact(2) {
        into.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
    }
    let sum = into.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    into.pop()?;
    (sum == 0).then_some(())
}

impl Parser for Ascii {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        match end(data) {
            None => Framing::Need,
            Some(Some(length)) => Framing::Message(length),
            Some(None) => Framing::Bad(Flag::ModbusLengthIllegal),
        }
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let mut bytes = std::mem::take(&mut self.bytes);
        match decoded(data, &mut bytes) {
            Some(()) => {
                if let (Some(unit), Some(pdu)) = (u8_at(&bytes, 0), bytes.get(1..)) {
                    let length = data.len();
                    let adu = Adu { transaction: 0, protocol: 0, unit, pdu, length, carrier: Carrier::Ascii };
                    match side {
                        Side::Client => self.state.request(&adu, talk),
                        Side::Server => self.state.reply(&adu, talk),
                    }
                }
            }
            // What it said cannot be trusted: the frame is told as damaged, as a device would pass it over.
            None => talk.flag(Flag::ModbusLrc, None, None),
        }
        self.bytes = bytes;
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        for at in 0..data.len() {
            match end(data.get(at..).unwrap_or_default()) {
                Some(Some(_)) => return (at, true),
                Some(None) => {}
                None => return (at, false),
            }
        }
        (data.len(), false)
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.state.gap(side);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.state.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.state.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        self.state.weight() + self.bytes.capacity()
    }
}

/// A whole payload of frames with right LRCs and public functions: colon, digits, sum and line end leave little to chance.
fn probe(probe: &Probe<'_>) -> Guess {
    let mut bytes = Vec::new();
    let (mut rest, mut exceptions) = (probe.data, false);
    while !rest.is_empty() {
        match end(rest) {
            None => return if probe.transport == Transport::Tcp { Guess::Need } else { Guess::No },
            Some(None) => return Guess::No,
            Some(Some(length)) => {
                let whole = decoded(rest.get(..length).unwrap_or_default(), &mut bytes);
                let code = u8_at(&bytes, 1).unwrap_or(0);
                if whole.is_none() || fc::name(code & !fc::EXCEPTION).is_none() {
                    return Guess::No;
                }
                exceptions |= code & fc::EXCEPTION != 0;
                rest = rest.get(length..).unwrap_or_default();
            }
        }
    }
    // Requests and replies look alike but for exceptions; the ports tell, or who began.
    let sender = if exceptions { Some(Side::Server) } else { None };
    if probe.data.is_empty() { Guess::No } else { Guess::Yes { confidence: 0.9, sender } }
}

#[cfg(test)]
mod tests {
    use super::{Ascii, decoded, end, probe};
    use crate::flow::{Side, Transport};
    use crate::protocol::{Framing, Guess, Parser, Probe};

    /// Function 3 of unit 1: registers 0 and 1.
    const READ: &[u8] = b":010300000002FA\r\n";

    #[test]
    fn a_frame_ends_at_its_line_end_wherever_it_is_cut() {
        for cut in 1..READ.len() {
            assert_eq!(end(&READ[..cut]), None, "{cut} bytes");
        }
        assert_eq!(end(&[READ, READ].concat()), Some(Some(READ.len())));
        for other in [&b":0103\r\n"[..], b":01030000000FA\r\n", b":01 3\r\n", b"GET / HTTP/1.1\r\n", b":0103ZZ"] {
            assert_eq!(end(other), Some(None), "{}", String::from_utf8_lossy(other));
        }
        assert_eq!(end(&[b":".to_vec(), vec![b'0'; 600]].concat()), Some(None), "longer than any frame");
    }

    #[test]
    fn a_wrong_sum_is_no_message() {
        let mut bytes = Vec::new();
        assert_eq!(decoded(READ, &mut bytes), Some(()));
        assert_eq!(bytes, [1, 3, 0, 0, 0, 2]);
        assert_eq!(decoded(b":010300000002FB\r\n", &mut bytes), None);
    }

    #[test]
    fn recognised_by_structure_and_never_by_less() {
        let guess = |data: &[u8]| {
            probe(&Probe { data, transport: Transport::Tcp, source_port: 40_000, destination_port: 40_001 })
        };
        assert!(matches!(guess(READ), Guess::Yes { .. }));
        assert_eq!(guess(&READ[..5]), Guess::Need);
        assert_eq!(guess(b":010300000002FB\r\n"), Guess::No, "wrong sum");
        assert_eq!(guess(b":01090000000000F6\r\n"), Guess::No, "no public function");
    }

    #[test]
    fn after_a_gap_the_next_colon_is_found() {
        let parser = Ascii::default();
        let torn = [b"0002FA\r\n", READ].concat();
        assert_eq!(parser.resynchronise(Side::Client, &torn), (8, true));
        assert_eq!(parser.framing(Side::Client, READ), Framing::Message(READ.len()));
    }
}
