//! One connection: selection, data messages, recipes on their way.

use super::header::{self, DATA, DESELECT_RSP, Header, LINKTEST_RSP, REJECT_REQ, SELECT_RSP, SEPARATE_REQ};
use super::secs;
use super::tell;
use crate::bytes::be32;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::dialogue::{Language, Turn, Turns};
use crate::protocol::draft::Drafts;
use crate::protocol::{Framing, Talk};

/// Bytes of a message that are looked at for what it is about: recipes and maps are longer.
const LOOKED_AT: usize = 8192;
/// Stream of events, traces and reports.
const DATA_COLLECTION: u8 = 6;
/// A message that asks for no reply is told after so long without one, ns.
const PATIENCE: i64 = 2_000_000_000;
/// Stream of what could not be understood.
pub const REFUSALS: u8 = 9;

/// What a reply names its request by: system bytes, apart for control messages.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Key {
    control: bool,
    system: u32,
}

/// What is known of a connection.
#[derive(Default)]
pub struct Speaker {
    pub drafts: Drafts,
    /// The side that opened the connection is the equipment: it said what only equipment says.
    pub client_is_equipment: bool,
    /// A selection was accepted, or what was said before is not known.
    selected: bool,
    told_unselected: bool,
}

impl Speaker {
    pub const fn equipment(&self) -> Side {
        if self.client_is_equipment { Side::Client } else { Side::Server }
    }

    fn data<'a>(&mut self, side: Side, header: &Header<'a>, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        if !header.text.is_empty() && !secs::whole(header.text) {
            talk.flag(Flag::HsmsItem, Some(14), None);
        }
        if talk.facts.begun && !self.selected && !self.told_unselected {
            self.told_unselected = true;
            talk.flag(Flag::HsmsNotSelected, Some(9), None);
        }
        let primary = header.byte3 & 1 == 1;
        if let Some(message) = header.message().filter(|_| primary) {
            match message.speaker(header.byte3) {
                Some(Side::Server) => self.client_is_equipment = side == Side::Client,
                Some(Side::Client) => self.client_is_equipment = side == Side::Server,
                None => {}
            }
        }
        tell::recipe(self.equipment(), side, header, talk);
        // Stream 9 has the header of the message that it is about, but for timeouts of the equipment's own.
        if header.stream() == REFUSALS && matches!(header.byte3, 1 | 3 | 5 | 7 | 11) {
            let refused = secs::Reader::new(header.text).item().and_then(|item| be32(item.body, 6));
            return match refused {
                Some(system) => Turn::Answer { key: Key { control: false, system }, data },
                None => Turn::Say { key: Key::default(), data },
            };
        }
        let key = Key { control: false, system: header.system };
        match (primary, header.wants_reply()) {
            (true, true) => Turn::Ask { key, data },
            // Some are answered although they do not ask for it; what the equipment sends by itself day and night is not.
            (true, false) if header.message().is_some_and(|message| message.stream != DATA_COLLECTION) => {
                Turn::Call { key, data }
            }
            (true, false) => Turn::Say { key, data },
            (false, _) => Turn::Answer { key, data },
        }
    }
}

impl Language for Speaker {
    type Key = Key;

    const PATIENCE: i64 = PATIENCE;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        header::framing(data)
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        header::resynchronise(data)
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let Some(header) = Header::read(data) else {
            talk.flag(Flag::HsmsLength, Some(0), None);
            return Turn::Pass;
        };
        let data = data.get(..LOOKED_AT).unwrap_or(data);
        if header.ptype != 0 {
            talk.flag(Flag::HsmsPtype, Some(8), None);
            return Turn::Pass;
        }
        if header.stype == DATA {
            return self.data(side, &header, data, talk);
        }
        if !header.text.is_empty() {
            talk.flag(Flag::HsmsControlText, Some(14), None);
        }
        let key = Key { control: true, system: header.system };
        match header.stype {
            SELECT_RSP | DESELECT_RSP | LINKTEST_RSP => {
                self.selected |= header.stype == SELECT_RSP && header.byte3 <= 1;
                Turn::Answer { key, data }
            }
            // It names what is rejected by its type: byte 2, unless that holds the PType.
            REJECT_REQ => {
                let control = header.byte2 != DATA && header.byte3 != 2;
                Turn::Answer { key: Key { control, ..key }, data }
            }
            SEPARATE_REQ => {
                self.selected = false;
                Turn::Say { key, data }
            }
            1 | 3 | 5 => Turn::Ask { key, data },
            _ => {
                talk.flag(Flag::HsmsStype, Some(9), None);
                Turn::Pass
            }
        }
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let head = turns.request.or(turns.answer).and_then(Header::read);
        let rejected = turns.request.is_none() && head.is_some_and(|head| head.stype == REJECT_REQ);
        match head {
            Some(head) if head.stype == DATA => tell::data(self, turns, talk),
            Some(head) if !rejected => tell::control(turns, &head, talk),
            _ => {}
        }
    }

    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {
        // A selection may be among what is missing.
        self.selected = true;
    }

    fn weight(&self) -> usize {
        self.drafts.weight()
    }
}
