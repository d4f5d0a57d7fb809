//! What a controller says of itself.
//!
//! | answer to 0101, 0121 | name 16, filled up with spaces or zeros | code 2 | more that is not known |

use super::frame::Call;
use crate::bytes::le16;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text::{Details, bounded};

/// Bytes of the name.
const NAME: usize = 16;

pub fn tell(told: &Call<'_>, about: Side, talk: &mut Talk<'_>, details: &mut Details) {
    let Some(name) = told.data.get(..NAME) else { return };
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(NAME);
    let name = bounded(name.get(..end).unwrap_or_default(), NAME).0;
    let name = name.trim();
    if name.is_empty() {
        return;
    }
    details.text("model", name);
    if let Some(code) = le16(told.data, NAME) {
        details.text("model_code", &format!("{code:04X}"));
    }
    talk.identity(about, "vendor", "Mitsubishi Electric", 0.9, "MELSOFT read type name");
    talk.identity(about, "model", name, 0.95, "MELSOFT read type name");
}
