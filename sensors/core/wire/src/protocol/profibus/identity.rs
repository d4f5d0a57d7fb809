//! What stations say of themselves: Ident (EN 50170-2 part 3, 4.2.3.5), and the number of their kind that the user
//! organisation gave.
//!
//! Ident: | lengths of vendor, controller, hardware, software 1+1+1+1 | texts |

use super::function;
use crate::bytes::u8_at;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text::bounded;

const ATTRIBUTES: [&str; 4] = ["vendor", "model", "hardware", "firmware"];
const TEXT: usize = 64;

/// Tells what an Ident answer holds of the server.
pub fn tell(data: &[u8], talk: &mut Talk<'_>) {
    let mut at = ATTRIBUTES.len();
    for (place, attribute) in ATTRIBUTES.iter().enumerate() {
        let Some(length) = u8_at(data, place).map(usize::from) else { return };
        let Some(octets) = data.get(at..at + length) else { return };
        let (text, _) = bounded(octets, TEXT);
        let text = text.trim();
        if !text.is_empty() {
            talk.identity(Side::Server, attribute, text, 0.9, "profibus ident");
        }
        at += length;
    }
}

/// Tells the number of a slave's kind.
pub fn number(ident: u16, evidence: &str, talk: &mut Talk<'_>) {
    if ident != 0 {
        talk.identity(Side::Server, "ident_number", &format!("{ident:#06X}"), 0.95, evidence);
    }
}

/// Tells whether the station that answers is a master.
pub fn role(kind: u8, talk: &mut Talk<'_>) {
    talk.identity(Side::Server, "role", function::role(kind), 0.9, "profibus station type");
}
