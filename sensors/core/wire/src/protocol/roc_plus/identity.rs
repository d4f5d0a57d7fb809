//! Who a device says it is.

use super::parameter::{self, Part};
use crate::bytes::u8_at;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text::Details;

/// System variables that were read.
pub fn system(parts: &[Part<'_>], about: Side, talk: &mut Talk<'_>) {
    for part in parts.iter().filter(|part| part.tlp.0 == parameter::SYSTEM) {
        let attribute = match part.tlp.2 {
            2 => "name",
            3 => "firmware",
            5 => "vendor",
            6 => "model",
            _ => continue,
        };
        if let Some(text) = parameter::text(part) {
            talk.identity(about, attribute, &text, 0.9, "ROC Plus point type 91");
        }
    }
}

/// | mode 1 | port 2 | access 1 | compatibility 1 | revision 1 | subtype 1 | reserved 11 | type 1 | points by type |
pub fn configuration(answer: Option<&[u8]>, about: Side, details: &mut Details, talk: &mut Talk<'_>) {
    let Some(answer) = answer else { return };
    let (Some(mode), Some(kind)) = (u8_at(answer, 0), u8_at(answer, 18)) else { return };
    details.text(
        "mode",
        match mode {
            0 => "firmware update",
            1 => "run",
            _ => "unknown",
        },
    );
    let model = match kind {
        1 => "ROCPAC ROC300",
        2 => "FloBoss 407",
        3 => "FlashPAC ROC300",
        4 => "FloBoss 503",
        5 => "FloBoss 504",
        6 => "ROC800",
        11 => "DL8000",
        _ => return,
    };
    details.text("model", model);
    talk.identity(about, "vendor", "Emerson", 0.9, "ROC Plus opcode 6");
    talk.identity(about, "model", model, 0.9, "ROC Plus opcode 6");
}
