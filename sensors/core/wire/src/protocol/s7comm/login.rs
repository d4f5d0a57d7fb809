//! A password that is entered (userdata security, function 1). It is hidden by a fixed pattern, not encrypted; it is
//! looked up in the list of passwords that makers ship and never leaves the core.
//!
//! | 0 password 8, each byte with 0x55 and the one two places before |

use super::request::{Ending, Request};
use crate::dataset::rows::SessionRow;
use crate::protocol::{Outcome, Talk, defaults};

const PATTERN: u8 = 0x55;
/// Whose default passwords count: the password has no user, the list of makers has this one for the family.
const USER: &str = "basisk";

pub fn tell(request: &Request, asked: &[u8], ending: &Ending<'_>, talk: &mut Talk<'_>) {
    let known = plain(asked).map(|password| defaults::known(USER, &password));
    let row = SessionRow {
        ot_session_kind: Some("s7_password"),
        ot_operation: Some(request.asked.operation().name()),
        event_outcome: Some(ending.outcome.name()),
        ot_status_code: ending.status.map(|s| s.0),
        ot_status_name: ending.status.map(|s| s.1),
        ot_reply: Some(ending.reply.name()),
        event_duration: ending.duration,
        ot_secret_kind: Some("password"),
        ot_secret_encrypted: Some(false),
        ot_secret_known: known,
        ..SessionRow::default()
    };
    talk.session(request.side, ending.span, request.ordinal, row);
    if ending.outcome == Outcome::Failure {
        talk.refused_login();
    }
}

fn plain(hidden: &[u8]) -> Option<Vec<u8>> {
    let hidden = hidden.get(..8)?;
    let plain = hidden.iter().enumerate().map(|(i, byte)| {
        let before = i.checked_sub(2).and_then(|i| hidden.get(i)).copied().unwrap_or(0);
        byte ^ before ^ PATTERN
    });
    let text: Vec<u8> = plain.collect();
    let end = text.iter().rposition(|b| !matches!(b, b' ' | 0)).map_or(0, |at| at + 1);
    text.get(..end).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn the_pattern_is_taken_off() {
        let mut hidden = [0u8; 8];
        for (i, byte) in b"basisk  ".iter().enumerate() {
            hidden[i] = byte ^ 0x55 ^ if i > 1 { hidden[i - 2] } else { 0 };
        }
        assert_eq!(plain(&hidden).unwrap(), b"basisk");
        assert_eq!(plain(&hidden[..7]), None);
    }
}
