//! Identification: functions 43/14 (Read Device Identification, 6.21) and 17 (Report Server ID, 6.13).

use super::function as fc;
use super::request::Request;
use crate::bytes::u8_at;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text;

/// Objects 0 to 6 of the basic and regular category: term of the standard and attribute of the vocabulary.
const OBJECTS: [(&str, &str); 7] = [
    ("VendorName", "vendor"),
    ("ProductCode", "model"),
    ("MajorMinorRevision", "firmware"),
    ("VendorUrl", "vendor_url"),
    ("ProductName", "product"),
    ("ModelName", "model_name"),
    ("UserApplicationName", "name"),
];

/// Objects of a reply: | 0 function | 1 MEI type | 2 id code | 3 conformity | 4 more | 5 next | 6 count | objects: id 1,
/// length 1, value |
fn objects(pdu: &[u8]) -> Vec<(u8, String)> {
    let mut found = Vec::new();
    let mut at = 7;
    let count = u8_at(pdu, 6).unwrap_or(0);
    for _ in 0..count {
        let (Some(id), Some(length)) = (u8_at(pdu, at), u8_at(pdu, at + 1)) else { break };
        let Some(value) = pdu.get(at + 2..at + 2 + usize::from(length)) else { break };
        found.push((id, text::bounded(value, text::TEXT_LIMIT).0));
        at += 2 + usize::from(length);
    }
    found
}

/// Length of a reply's PDU, walking its objects. None: too few bytes to tell.
pub fn length(pdu: &[u8]) -> Option<usize> {
    let mut at = 7;
    for _ in 0..u8_at(pdu, 6)? {
        at += 2 + usize::from(u8_at(pdu, at + 1)?);
    }
    Some(at)
}

fn term(id: u8) -> Option<(&'static str, &'static str)> {
    OBJECTS.get(usize::from(id)).copied()
}

/// The objects of a reply as one readable text.
pub fn readable(pdu: &[u8]) -> String {
    let parts: Vec<String> = objects(pdu)
        .into_iter()
        .map(|(id, value)| term(id).map_or_else(|| format!("{id}={value}"), |(name, _)| format!("{name}={value}")))
        .collect();
    parts.join("; ")
}

/// Tells what a reply says of the server.
pub fn tell(request: &Request, pdu: &[u8], talk: &mut Talk<'_>) {
    match request.code {
        fc::ENCAPSULATED_INTERFACE_TRANSPORT if request.sub == u16::from(fc::MEI_READ_DEVICE_IDENTIFICATION) => {
            for (id, value) in objects(pdu) {
                let Some((_, attribute)) = term(id) else { continue };
                if !value.trim().is_empty() {
                    talk.identity(Side::Server, attribute, value.trim(), 0.95, &format!("modbus 43/14 object {id}"));
                }
            }
        }
        fc::REPORT_SERVER_ID => {
            let printable = printable(pdu.get(2..).unwrap_or_default());
            if !printable.is_empty() {
                talk.identity(Side::Server, "server_id", &printable, 0.7, "modbus 17");
            }
        }
        _ => {}
    }
}

/// The longest run of printable characters, for the device-specific part of a server id.
fn printable(data: &[u8]) -> String {
    let runs = data.split(|b| !(0x20..0x7f).contains(b));
    let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
    if longest.len() < 3 { String::new() } else { text::bounded(longest, text::TEXT_LIMIT).0.trim().to_owned() }
}
