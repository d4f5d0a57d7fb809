//! The token, which masters hand on in the order of their addresses (EN 50170-2 part 4, 4.1.1). Who holds it may send
//! requests; a master that is alone hands it to itself, or sends none at all.

use super::tell;
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::{Address, Function, Item, Object, Talk};

/// Who holds it.
#[derive(Default)]
pub struct Token {
    holder: Option<u8>,
    /// Who was handed it by a station that did not hold it: a thief, or the successor of a holder that died.
    claimed: Option<u8>,
    /// Sender and receiver of the frame before, where it was a token.
    last: Option<(u8, u8)>,
    /// Masters that handed it on: a bit for each address.
    masters: u128,
}

impl Token {
    /// A frame that is no token.
    pub fn other(&mut self) {
        self.last = None;
    }

    /// Frames are missing.
    pub fn gap(&mut self) {
        (self.holder, self.claimed, self.last) = (None, None, None);
    }

    /// Whether a station may send requests, as far as is known.
    pub fn allows(&self, station: u8) -> bool {
        self.holder.is_none_or(|holder| holder == station || self.claimed == Some(station))
    }

    /// A master hands it on.
    pub fn pass(&mut self, from: u8, to: u8, talk: &mut Talk<'_>) {
        tell::between(from, to, talk);
        let again = self.last == Some((from, to)) && from != to;
        // Who handed it on may take it back when its successor does not stir.
        let takes_back = self.claimed.is_none() && self.last.is_some_and(|(before, _)| before == from);
        let entitled = self.allows(from) || takes_back;
        if again {
            talk.flag(Flag::ProfibusTokenRepeated, None, None);
        } else if !entitled {
            talk.flag(Flag::ProfibusTokenForeign, None, None);
            self.claimed = Some(to);
        }
        if entitled {
            (self.holder, self.claimed) = (Some(to), None);
        }
        self.last = Some((from, to));
        let first = self.masters >> from & 1 == 0;
        self.masters |= 1 << from;
        let mut item = Item::new(Operation::SessionKeepalive);
        item.object = Object { kind: Some("token"), address: Address::Text("token"), start: 0, count: 0 };
        tell::say(tell::fdl("Token"), Function::default(), None, &item, 3, talk);
        if first {
            let row = SessionRow {
                ot_session_kind: Some("profibus_ring"),
                ot_operation: Some(Operation::SessionOpen.name()),
                event_outcome: Some("success"),
                ot_reply: Some("none"),
                ot_secret_kind: Some("none"),
                ..SessionRow::default()
            };
            let (span, ordinal) = (talk.span(), talk.ordinal());
            talk.session(Side::Client, span, ordinal, row);
            talk.identity(Side::Client, "role", "master", 0.95, "profibus token");
        }
    }
}
