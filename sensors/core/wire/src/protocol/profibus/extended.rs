//! Acyclic services of DPV1 (IEC 61158-6-3; EN 50170 amendment 2): a slave acknowledges the request at once and answers when
//! its master fetches it.
//!
//! | 0 function 1 | 1 slot 1 | 2 index 1 | 3 length 1 | 4 data |; refused: | 0 function, bit 7 set 1 | 1 decoding 1 | 2 codes 1+1 |

use super::frame::Telegram;
use super::tell::{self, Asked, Ending, named};
use crate::bytes::u8_at;
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Function, Item, Object, Outcome, Reply, Talk, Values};
use crate::text::{Details, hex};

const REFUSED: u8 = 0x80;
/// The resource manager names the access point at which the answer is to be fetched.
const RESOURCE: u8 = 0x56;
const READ: u8 = 0x5e;
const WRITE: u8 = 0x5f;
const CLASS_1: u8 = 51;
const WAITING: usize = 64;
/// Octets of a record that are shown.
const SHOWN: usize = 64;

/// A request whose answer was not fetched yet.
struct Waiting {
    master: u8,
    slave: u8,
    /// Access point of the master.
    point: Option<u8>,
    pdu: Vec<u8>,
    asked: Asked,
    blind: bool,
}

/// Requests of all masters of a bus.
#[derive(Default)]
pub struct Extended {
    waiting: Vec<Waiting>,
}

const fn service(code: u8) -> Option<(&'static str, Operation)> {
    Some(match code {
        0x48 => ("Idle", Operation::SessionKeepalive),
        0x51 => ("Data_Transport", Operation::MethodCall),
        RESOURCE => ("Resource_Manager", Operation::SessionOpen),
        0x57 => ("Initiate", Operation::SessionOpen),
        0x58 => ("Abort", Operation::SessionClose),
        0x5c => ("Alarm_Ack", Operation::AlarmAcknowledge),
        READ => ("DS_Read", Operation::Read),
        WRITE => ("DS_Write", Operation::WriteParameter),
        _ => return None,
    })
}

/// First of the two codes of a refusal (EN 50170 amendment 2, table of Error_Code_1).
const fn refusal(code: u8) -> &'static str {
    match code {
        0xa0 => "read error",
        0xa1 => "write error",
        0xa2 => "module failure",
        0xa8 => "version conflict",
        0xa9 => "feature not supported",
        0xb0 => "invalid index",
        0xb1 => "write length error",
        0xb2 => "invalid slot",
        0xb3 => "type conflict",
        0xb4 => "invalid area",
        0xb5 => "state conflict",
        0xb6 => "access denied",
        0xb7 => "invalid range",
        0xb8 => "invalid parameter",
        0xb9 => "invalid type",
        0xc0 => "read constrain conflict",
        0xc1 => "write constrain conflict",
        0xc2 => "resource busy",
        0xc3 => "resource unavailable",
        _ => "user specific",
    }
}

impl Extended {
    /// A request with content; a slave that is asked anew by the same master has forgotten the one before.
    pub fn asks(&mut self, telegram: &Telegram<'_>, asked: Asked, talk: &mut Talk<'_>) {
        let same =
            |one: &Waiting| (one.master, one.slave, one.point) == (telegram.from, telegram.to, telegram.from_point);
        if let Some(at) = self.waiting.iter().position(same) {
            let before = self.waiting.remove(at);
            before.tell(None, silence(&before), talk);
        }
        if self.waiting.len() >= WAITING {
            talk.flag(Flag::ParserLimit, None, None);
            let oldest = self.waiting.remove(0);
            oldest.tell(None, Ending { reply: Reply::None, ..Ending::SILENCE }, talk);
        }
        self.waiting.push(Waiting {
            master: telegram.from,
            slave: telegram.to,
            point: telegram.from_point,
            pdu: telegram.data.to_vec(),
            asked,
            blind: false,
        });
    }

    fn take(&mut self, master: u8, slave: u8, point: Option<u8>) -> Option<Waiting> {
        let same = |one: &Waiting| (one.master, one.slave, one.point) == (master, slave, point);
        self.waiting.iter().position(same).map(|at| self.waiting.remove(at))
    }

    /// The slave, or the link, does not take the request that a master has just sent.
    pub fn failed(&mut self, ends: (u8, u8), point: Option<u8>, ending: Ending, talk: &mut Talk<'_>) {
        if let Some(request) = self.take(ends.0, ends.1, point) {
            request.tell(None, ending, talk);
        }
    }

    /// A slave's answer with content.
    pub fn answers(&mut self, answer: &Telegram<'_>, talk: &mut Talk<'_>) {
        let Some(code) = u8_at(answer.data, 0) else { return };
        if code == RESOURCE {
            return;
        }
        let fits = |one: &Waiting| {
            (one.master, one.slave, one.point) == (answer.to, answer.from, answer.to_point)
                && u8_at(&one.pdu, 0) == Some(code & !REFUSED)
        };
        let Some(at) = self.waiting.iter().position(fits) else {
            talk.flag(Flag::ProfibusUnasked, None, None);
            return;
        };
        let mut request = self.waiting.remove(at);
        request.asked.goes_on(answer.data.len(), talk);
        let ending = match (code & REFUSED != 0, u8_at(answer.data, 2)) {
            (true, first) => {
                let first = first.unwrap_or(0);
                Ending::failed(Reply::Answered, u32::from(first), refusal(first))
            }
            (false, _) => Ending::DONE,
        };
        request.tell(Some(answer.data), ending, talk);
    }

    /// Frames are missing.
    pub fn gap(&mut self) {
        for request in &mut self.waiting {
            request.blind = true;
        }
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while let Some(at) = self.waiting.iter().position(|request| request.asked.over(now)) {
            let request = self.waiting.remove(at);
            request.tell(None, silence(&request), talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.waiting.iter().map(|one| size_of::<Waiting>() + one.pdu.capacity()).sum()
    }
}

fn silence(request: &Waiting) -> Ending {
    Ending { reply: if request.blind { Reply::None } else { Reply::Unanswered }, ..Ending::SILENCE }
}

impl Waiting {
    fn tell(&self, answer: Option<&[u8]>, ending: Ending, talk: &mut Talk<'_>) {
        let code = u8_at(&self.pdu, 0).unwrap_or(0);
        let (name, operation) = service(code).unwrap_or(("Unknown", Operation::Unknown));
        let record = matches!(code, READ | WRITE | 0x51);
        let place = (u8_at(&self.pdu, 1), u8_at(&self.pdu, 2));
        let address = place.0.zip(place.1).map(|(slot, index)| format!("{slot}/{index}")).filter(|_| record);
        let content = match code {
            READ => answer.filter(|_| ending.outcome == Outcome::Success),
            WRITE => Some(self.pdu.as_slice()),
            _ => None,
        };
        let octets = content.and_then(|pdu| pdu.get(4..)).map(|data| hex(data, SHOWN));
        let mut details = Details::default();
        if let Some(length) = u8_at(&self.pdu, 3).filter(|_| record) {
            details.number("record_octets", length);
        }
        let details = details.finish();
        let mut item = Item::new(operation);
        item.details = details.as_deref();
        if let Some(address) = &address {
            item.object = Object { kind: Some("record"), address: Address::Text(address), start: 0, count: 0 };
        }
        if let Some(text) = &octets {
            item.values = Values::Text { kind: "octets", text };
        }
        let class = if self.point == Some(CLASS_1) { "MSAC_C1" } else { "MSAC_C2" };
        let functions = (tell::fdl(class), named(u32::from(code), name));
        tell::between(self.master, self.slave, talk);
        tell::exchange(&self.asked, ending, functions, Some(self.slave), std::slice::from_ref(&item), talk);
    }
}

/// Function of a request, where one is needed for a row of its own.
pub fn named_of(data: &[u8]) -> Function {
    let code = u8_at(data, 0).unwrap_or(0) & !REFUSED;
    named(u32::from(code), service(code).map_or("Unknown", |(name, _)| name))
}
