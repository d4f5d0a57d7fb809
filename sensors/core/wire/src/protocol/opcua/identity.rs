//! What a server says of itself when its BuildInfo is read (Part 5, 12.4 and 6.3.1; numbers in Part 6, Annex A).

use super::extension::{Extension, extension};
use super::reader::{Read, Reader};
use super::tell::News;
use super::value::Value;
use crate::flow::Side;

/// Variables of Server.ServerStatus.BuildInfo, with the attribute each is.
const BUILD_INFO: [(&str, &str, &str); 6] = [
    ("i=2261", "product", "opcua BuildInfo.ProductName"),
    ("i=2262", "product_uri", "opcua BuildInfo.ProductUri"),
    ("i=2263", "vendor", "opcua BuildInfo.ManufacturerName"),
    ("i=2264", "firmware", "opcua BuildInfo.SoftwareVersion"),
    ("i=2265", "build", "opcua BuildInfo.BuildNumber"),
    ("i=2266", "build_date", "opcua BuildInfo.BuildDate"),
];
const SERVER_STATUS: &str = "i=2256";
const SERVER_BUILD_INFO: &str = "i=2260";
/// Encodings of the structures.
const BUILD_INFO_TYPE: u32 = 340;
const SERVER_STATUS_TYPE: u32 = 864;

/// Tells what a read value says of the server. `raw` is the DataValue on the wire.
pub fn of_read(address: &str, value: &Value, raw: &[u8], news: &mut News) {
    // Namespace 0 only: most addresses are ruled out by their first bytes.
    if !address.starts_with("i=22") {
        return;
    }
    if let (Some((_, attribute, evidence)), Value::Text { text, .. }) =
        (BUILD_INFO.iter().find(|(node, ..)| *node == address), value)
    {
        news.identity(Side::Server, attribute, text, evidence);
    } else if matches!(address, SERVER_STATUS | SERVER_BUILD_INFO) {
        // A structure this core does not know is no fault of the message.
        let _ = structure(&mut Reader::new(raw), news);
    }
}

/// DataValue with a Variant with an ExtensionObject: | mask 1 | encoding 1 (22) | ExtensionObject |
fn structure(r: &mut Reader<'_>, news: &mut News) -> Read<()> {
    let mask = r.u8()?;
    if mask & 1 == 0 || r.u8()? != 22 {
        return Ok(());
    }
    let object = extension(r)?;
    let body = &mut Reader::new(object.body);
    if object.standard == SERVER_STATUS_TYPE {
        body.take(START_CURRENT_STATE)?;
    }
    if is_build_info(&object) { build_info(body, news) } else { Ok(()) }
}

/// ServerStatusDataType begins: | start time 8 | current time 8 | state 4 | then BuildInfo.
const START_CURRENT_STATE: usize = 20;

fn is_build_info(object: &Extension<'_>) -> bool {
    matches!(object.standard, BUILD_INFO_TYPE | SERVER_STATUS_TYPE)
}

/// BuildInfo: | product URI | manufacturer | product | software version | build number | (Strings) | build date 8 |
fn build_info(r: &mut Reader<'_>, news: &mut News) -> Read<()> {
    for at in [1usize, 2, 0, 3, 4] {
        let text = r.text()?;
        if let Some((_, attribute, evidence)) = BUILD_INFO.get(at) {
            news.identity(Side::Server, attribute, &text, evidence);
        }
    }
    Ok(())
}
