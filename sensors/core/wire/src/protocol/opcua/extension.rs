//! ExtensionObject and DiagnosticInfo (Part 6, 5.2.2.15 and .12).

use super::node::node_id;
use super::reader::{DIAGNOSTIC_DEPTH, Fault, Read, Reader};

/// Identity tokens that hold a secret: never shown, wherever they stand.
pub const USER_NAME: u32 = 324;
pub const ISSUED: u32 = 940;

/// An ExtensionObject: type of its encoding and body.
#[derive(Clone, Debug)]
pub struct Extension<'a> {
    pub type_id: String,
    /// Number of the type in the standard's own namespace, 0 otherwise.
    pub standard: u32,
    pub body: &'a [u8],
}

/// ExtensionObject: | type NodeId | encoding 1 (0 none, 1 ByteString, 2 XmlElement) | [length 4, body] |
pub fn extension<'a>(r: &mut Reader<'a>) -> Read<Extension<'a>> {
    let node = node_id(r)?;
    let body = match r.u8()? {
        0 => &[],
        1 | 2 => r.bytes()?.unwrap_or_default(),
        _ => return Err(Fault::Malformed),
    };
    Ok(Extension { type_id: node.text(r), standard: node.standard().unwrap_or(0), body })
}

/// Passes over an ExtensionObject without making text of it.
pub fn skip_extension(r: &mut Reader<'_>) -> Read<()> {
    node_id(r)?;
    match r.u8()? {
        0 => Ok(()),
        1 | 2 => r.bytes().map(|_| ()),
        _ => Err(Fault::Malformed),
    }
}

/// DiagnosticInfo: | mask 1 | [symbolic id 4] | [namespace 4] | [localized text 4] | [locale 4] | [additional String] |
/// [inner status 4] | [inner DiagnosticInfo] |. The inner one stands last, so that a loop does.
pub fn skip_diagnostic(r: &mut Reader<'_>) -> Read<()> {
    for _ in 0..DIAGNOSTIC_DEPTH {
        let mask = r.u8()?;
        if mask & 0x80 != 0 {
            return Err(Fault::Malformed);
        }
        for bit in [0x01, 0x02, 0x04, 0x08] {
            if mask & bit != 0 {
                r.i32()?;
            }
        }
        if mask & 0x10 != 0 {
            r.bytes()?;
        }
        if mask & 0x20 != 0 {
            r.u32()?;
        }
        if mask & 0x40 == 0 {
            return Ok(());
        }
    }
    Err(Fault::Diagnostics)
}

/// Passes over an array of DiagnosticInfo.
pub fn skip_diagnostics(r: &mut Reader<'_>) -> Read<()> {
    for _ in 0..r.array()? {
        skip_diagnostic(r)?;
    }
    Ok(())
}
