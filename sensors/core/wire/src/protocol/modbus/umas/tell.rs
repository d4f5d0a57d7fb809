//! What replies say of the controller: product, firmware, project.

use super::super::request::Request;
use super::{answered, function, project};
use crate::bytes::{le16, u8_at};
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text;

/// READ_ID: | 0 range 2 | 2 ident 4 | 6 model 2 | 8 version 2 | 10 patch 2 | 12 internal version 2 | 14 hardware 2 |
/// 16 crash code 4 | 20 2 | 22 length 1 | 23 product |
const VERSION: usize = 8;
const PRODUCT: usize = 22;

/// Tells what a reply says of the controller.
pub fn tell(request: &Request, pdu: &[u8], talk: &mut Talk<'_>) {
    let data = answered(pdu);
    match request.sub {
        function::READ_ID => identity(data, talk),
        function::READ_PROJECT_INFO => {
            if let (Some(name), _) = project::project(data) {
                talk.identity(Side::Server, "project", &name, 0.9, "umas READ_PROJECT_INFO");
            }
        }
        _ => {}
    }
}

fn identity(data: &[u8], talk: &mut Talk<'_>) {
    let length = usize::from(u8_at(data, PRODUCT).unwrap_or(0));
    let Some(product) = data.get(PRODUCT + 1..PRODUCT + 1 + length).filter(|p| !p.is_empty()) else { return };
    let product = text::bounded(product, text::TEXT_LIMIT).0;
    talk.identity(Side::Server, "vendor", "Schneider Electric", 0.9, "umas READ_ID");
    talk.identity(Side::Server, "model", product.trim(), 0.95, "umas READ_ID");
    // Two bytes of binary-coded decimals: 0x0270 is 2.70.
    if let Some(version) = le16(data, VERSION).filter(|version| *version != 0) {
        let firmware = format!("{:x}.{:02x}", version >> 8, version & 0xff);
        talk.identity(Side::Server, "firmware", &firmware, 0.8, "umas READ_ID");
    }
}
