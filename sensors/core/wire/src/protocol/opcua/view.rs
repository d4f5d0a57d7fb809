//! View services: Browse, BrowseNext, TranslateBrowsePathsToNodeIds, RegisterNodes, UnregisterNodes (Part 4, 5.9).

use super::extension::skip_diagnostics;
use super::message::Request;
use super::node::{expanded, localized_text, node_id, qualified_name};
use super::reader::{Read, Reader};
use super::tables::Tables;
use super::tell::News;
use crate::hash;
use std::fmt::Write as _;

/// NodeClass Method (Part 3, 8.29).
const METHOD: u32 = 4;
/// Elements of a browse path shown.
const PATH: usize = 32;

/// ViewDescription: | view NodeId | timestamp 8 | version 4 |
pub fn skip_view(r: &mut Reader<'_>) -> Read<()> {
    node_id(r)?;
    r.i64()?;
    r.u32().map(|_| ())
}

/// | view | most references for each node 4 | nodes: node, direction 4, reference type NodeId, subtypes 1, class mask 4,
/// result mask 4 |
pub fn browse(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    skip_view(r)?;
    r.u32()?;
    request.items(r, |r, entry| {
        let node = node_id(r)?;
        entry.node(node.text(r));
        let direction = r.u32()?;
        if direction != 0 {
            entry.note("direction", if direction == 1 { "inverse" } else { "both" });
        }
        node_id(r)?;
        r.truth()?;
        r.u32()?;
        r.u32().map(|_| ())
    })
}

/// | release 1 | continuation points ByteStrings |: which node each goes on with stood in the first reply.
pub fn browse_next(r: &mut Reader<'_>, request: &mut Request, tables: &Tables) -> Read<()> {
    let release = r.truth()?;
    request.items(r, |r, entry| {
        let point = r.bytes()?.unwrap_or_default();
        if let Some(address) = tables.continued(hash::quick(point)) {
            entry.node(address.to_owned());
        }
        if release {
            entry.details.truth("release", true);
        }
        Ok(())
    })
}

/// BrowseResult: | status 4 | continuation point ByteString | references: reference type NodeId, forward 1, node Expanded,
/// browse name QualifiedName, display name LocalizedText, node class 4, type definition Expanded |
pub fn browse_reply(r: &mut Reader<'_>, request: &mut Request, tables: &mut Tables, news: &mut News) -> Read<()> {
    request.results(r, news, |r, entry| {
        entry.status = Some(r.u32()?);
        let point = r.bytes()?.unwrap_or_default();
        if !point.is_empty() {
            tables.continues(hash::quick(point), &entry.address);
            entry.details.truth("more", true);
        }
        let count = r.array()?;
        for _ in 0..count {
            node_id(r)?;
            r.truth()?;
            let node = expanded(r)?;
            let name = qualified_name(r)?;
            localized_text(r)?;
            if r.u32()? == METHOD {
                let address = node.node.text(r);
                tables.name_method(address, &name);
            }
            expanded(r)?;
        }
        entry.details.number("returned", u32::try_from(count).unwrap_or(u32::MAX));
        Ok(())
    })?;
    skip_diagnostics(r)
}

/// RelativePath: elements: | reference type NodeId | inverse 1 | subtypes 1 | target QualifiedName |. As `/2:Tank/2:Level`.
pub fn relative_path(r: &mut Reader<'_>) -> Read<String> {
    let mut path = String::new();
    for i in 0..r.array()? {
        node_id(r)?;
        let inverse = r.truth()?;
        r.truth()?;
        let name = qualified_name(r)?;
        if i < PATH {
            let _ = write!(path, "{}{name}", if inverse { "/!" } else { "/" });
        }
    }
    Ok(path)
}

/// Browse paths: | starting node | relative path |
pub fn translate(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    request.items(r, |r, entry| {
        let node = node_id(r)?;
        entry.node(node.text(r));
        let path = relative_path(r)?;
        entry.note("path", &path);
        Ok(())
    })
}

/// BrowsePathResult: | status 4 | targets: node Expanded, rest of the path 4 |
pub fn translate_reply(r: &mut Reader<'_>, request: &mut Request, news: &mut News) -> Read<()> {
    request.results(r, news, |r, entry| {
        entry.status = Some(r.u32()?);
        for i in 0..r.array()? {
            let target = expanded(r)?;
            r.u32()?;
            if i == 0 {
                let target = target.text(r);
                entry.note("target", &target);
            }
        }
        Ok(())
    })?;
    skip_diagnostics(r)
}

/// An array of NodeIds.
pub fn nodes(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    request.items(r, |r, entry| {
        let node = node_id(r)?;
        entry.node(node.text(r));
        Ok(())
    })
}

/// The names the server will know the nodes by.
pub fn register_reply(r: &mut Reader<'_>, request: &mut Request, news: &mut News) -> Read<()> {
    request.results(r, news, |r, entry| {
        let node = node_id(r)?;
        let alias = node.text(r);
        if alias != entry.address {
            entry.note("registered_as", &alias);
        }
        Ok(())
    })
}
