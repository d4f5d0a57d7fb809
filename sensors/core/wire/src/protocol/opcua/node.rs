//! NodeId, ExpandedNodeId, QualifiedName, LocalizedText (Part 6, 5.2.2.9, .10, .13, .14) and their text forms (5.1.12).

use super::reader::{Fault, Read, Reader};
use std::fmt::Write as _;

/// Bits of the encoding byte of an ExpandedNodeId.
const NAMESPACE_URI: u8 = 0x80;
const SERVER_INDEX: u8 = 0x40;

/// Attribute that an address does not name (Part 6, A.1).
pub const ATTRIBUTE_VALUE: u32 = 13;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Identifier<'a> {
    Numeric(u32),
    Text(&'a [u8]),
    Guid([u8; 16]),
    Opaque(&'a [u8]),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NodeId<'a> {
    pub namespace: u16,
    pub identifier: Identifier<'a>,
}

/// NodeId: | 0 encoding 1 | then: 0x00 id 1 | 0x01 namespace 1, id 2 | 0x02 namespace 2, id 4 | 0x03 namespace 2, String |
/// 0x04 namespace 2, Guid 16 | 0x05 namespace 2, ByteString |
pub fn node_id<'a>(r: &mut Reader<'a>) -> Read<NodeId<'a>> {
    let encoding = r.u8()?;
    body(r, encoding)
}

fn body<'a>(r: &mut Reader<'a>, encoding: u8) -> Read<NodeId<'a>> {
    let (namespace, identifier) = match encoding {
        0x00 => (0, Identifier::Numeric(u32::from(r.u8()?))),
        0x01 => (u16::from(r.u8()?), Identifier::Numeric(u32::from(r.u16()?))),
        0x02 => (r.u16()?, Identifier::Numeric(r.u32()?)),
        0x03 => (r.u16()?, Identifier::Text(r.bytes()?.unwrap_or_default())),
        0x04 => (r.u16()?, Identifier::Guid(r.guid()?)),
        0x05 => (r.u16()?, Identifier::Opaque(r.bytes()?.unwrap_or_default())),
        _ => return Err(Fault::Malformed),
    };
    Ok(NodeId { namespace, identifier })
}

/// An ExpandedNodeId; its namespace URI and server index stand in the text form only.
#[derive(Clone, Copy, Debug)]
pub struct Expanded<'a> {
    pub node: NodeId<'a>,
    uri: Option<&'a [u8]>,
    server: u32,
}

pub fn expanded<'a>(r: &mut Reader<'a>) -> Read<Expanded<'a>> {
    let encoding = r.u8()?;
    let node = body(r, encoding & !(NAMESPACE_URI | SERVER_INDEX))?;
    let uri = if encoding & NAMESPACE_URI != 0 { r.bytes()? } else { None };
    let server = if encoding & SERVER_INDEX != 0 { r.u32()? } else { 0 };
    Ok(Expanded { node, uri, server })
}

impl NodeId<'_> {
    /// Identifier in the namespace of the standard itself.
    pub fn standard(&self) -> Option<u32> {
        match self.identifier {
            Identifier::Numeric(id) if self.namespace == 0 => Some(id),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        self.standard() == Some(0)
    }

    /// `i=2258`, `ns=2;s=Tank.Level`, `ns=1;g=…`, `ns=1;b=<base64>`.
    pub fn write(&self, out: &mut String, r: &mut Reader<'_>) {
        if self.namespace != 0 {
            let _ = write!(out, "ns={};", self.namespace);
        }
        match self.identifier {
            Identifier::Numeric(id) => {
                let _ = write!(out, "i={id}");
            }
            Identifier::Text(text) => {
                out.push_str("s=");
                out.push_str(&r.bounded(text));
            }
            Identifier::Guid(guid) => {
                out.push_str("g=");
                write_guid(out, &guid);
            }
            Identifier::Opaque(bytes) => {
                out.push_str("b=");
                r.cut |= bytes.len() > OPAQUE_LIMIT;
                write_base64(out, bytes.get(..bytes.len().min(OPAQUE_LIMIT)).unwrap_or_default());
            }
        }
    }

    pub fn text(&self, r: &mut Reader<'_>) -> String {
        let mut out = String::with_capacity(24);
        self.write(&mut out, r);
        out
    }
}

impl Expanded<'_> {
    /// `svr=1;nsu=urn:x;s=Tank`, as `NodeId` without server index and URI.
    pub fn text(&self, r: &mut Reader<'_>) -> String {
        let mut out = String::with_capacity(24);
        if self.server != 0 {
            let _ = write!(out, "svr={};", self.server);
        }
        if let Some(uri) = self.uri {
            let _ = write!(out, "nsu={};", r.bounded(uri));
        }
        self.node.write(&mut out, r);
        out
    }
}

/// Bytes of an opaque identifier shown.
const OPAQUE_LIMIT: usize = 256;

/// Guid: | 0 data1 4 LE | 4 data2 2 LE | 6 data3 2 LE | 8 data4 8 |
pub fn write_guid(out: &mut String, guid: &[u8; 16]) {
    let order = [3usize, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    for (i, at) in order.into_iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        let _ = write!(out, "{:02x}", guid.get(at).copied().unwrap_or(0));
    }
}

/// Base64 with padding (RFC 4648, 4).
pub fn write_base64(out: &mut String, bytes: &[u8]) {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for i in 0..4usize {
            let index = usize::try_from(bits >> (18 - 6 * i) & 63).unwrap_or(0);
            let letter = LETTERS.get(index).copied().unwrap_or(b'A');
            out.push(if i <= group.len() { char::from(letter) } else { '=' });
        }
    }
}

/// QualifiedName as `2:Level`, without the index in namespace 0.
pub fn qualified_name(r: &mut Reader<'_>) -> Read<String> {
    let namespace = r.u16()?;
    let name = r.text()?;
    Ok(if namespace == 0 { name } else { format!("{namespace}:{name}") })
}

/// LocalizedText: | mask 1 (1 locale, 2 text) | locale String | text String |. The text alone.
pub fn localized_text(r: &mut Reader<'_>) -> Read<String> {
    let mask = r.u8()?;
    if mask & 0x01 != 0 {
        r.bytes()?;
    }
    if mask & 0x02 != 0 { r.text() } else { Ok(String::new()) }
}

/// Address of an attribute: the node, `#N` for an attribute other than Value, `#N[range]` with an index range.
pub fn address(node: &NodeId<'_>, attribute: u32, range: &str, r: &mut Reader<'_>) -> String {
    let mut out = node.text(r);
    if attribute != ATTRIBUTE_VALUE || !range.is_empty() {
        let _ = write!(out, "#{attribute}");
    }
    if !range.is_empty() {
        let _ = write!(out, "[{range}]");
    }
    out
}
