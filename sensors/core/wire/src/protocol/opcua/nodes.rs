//! Node management: AddNodes, AddReferences, DeleteNodes, DeleteReferences (Part 4, 5.8).

use super::extension::{skip_diagnostics, skip_extension};
use super::message::Request;
use super::node::{expanded, node_id, qualified_name};
use super::reader::{Read, Reader};
use super::tell::News;

/// Names of NodeClass (Part 3, 8.29).
const fn node_class(class: u32) -> &'static str {
    match class {
        1 => "Object",
        2 => "Variable",
        4 => "Method",
        8 => "ObjectType",
        16 => "VariableType",
        32 => "ReferenceType",
        64 => "DataType",
        128 => "View",
        _ => "Unspecified",
    }
}

/// AddNodesItem: | parent Expanded | reference type NodeId | requested node Expanded | browse name QualifiedName | class 4 |
/// attributes ExtensionObject | type definition Expanded |
pub fn add_nodes(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    request.items(r, |r, entry| {
        let parent = expanded(r)?.text(r);
        node_id(r)?;
        let wanted = expanded(r)?;
        let address = if wanted.node.is_null() { String::new() } else { wanted.text(r) };
        entry.node(address);
        entry.note("parent", &parent);
        let name = qualified_name(r)?;
        entry.note("browse_name", &name);
        entry.note("node_class", node_class(r.u32()?));
        skip_extension(r)?;
        let definition = expanded(r)?;
        if !definition.node.is_null() {
            let definition = definition.text(r);
            entry.note("type_definition", &definition);
        }
        Ok(())
    })
}

/// AddNodesResult: | status 4 | added node NodeId |
pub fn add_nodes_reply(r: &mut Reader<'_>, request: &mut Request, news: &mut News) -> Read<()> {
    request.results(r, news, |r, entry| {
        entry.status = Some(r.u32()?);
        let added = node_id(r)?;
        if !added.is_null() {
            entry.address = added.text(r);
        }
        Ok(())
    })?;
    skip_diagnostics(r)
}

/// AddReferencesItem: | source NodeId | reference type NodeId | forward 1 | server URI String | target Expanded | class 4 |
pub fn add_references(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    request.items(r, |r, entry| {
        let source = node_id(r)?;
        entry.node(source.text(r));
        let kind = node_id(r)?.text(r);
        entry.note("reference_type", &kind);
        entry.details.truth("forward", r.truth()?);
        let uri = r.text()?;
        entry.note("target_server", &uri);
        let target = expanded(r)?.text(r);
        entry.note("target", &target);
        entry.note("node_class", node_class(r.u32()?));
        Ok(())
    })
}

/// DeleteNodesItem: | node NodeId | delete target references 1 |
pub fn delete_nodes(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    request.items(r, |r, entry| {
        let node = node_id(r)?;
        entry.node(node.text(r));
        entry.details.truth("target_references", r.truth()?);
        Ok(())
    })
}

/// DeleteReferencesItem: | source NodeId | reference type NodeId | forward 1 | target Expanded | both ways 1 |
pub fn delete_references(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    request.items(r, |r, entry| {
        let source = node_id(r)?;
        entry.node(source.text(r));
        let kind = node_id(r)?.text(r);
        entry.note("reference_type", &kind);
        entry.details.truth("forward", r.truth()?);
        let target = expanded(r)?.text(r);
        entry.note("target", &target);
        entry.details.truth("both_ways", r.truth()?);
        Ok(())
    })
}
