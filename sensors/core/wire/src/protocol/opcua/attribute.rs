//! Attribute services: Read and Write (Part 4, 5.11). History stands in `history`.

use super::extension::skip_diagnostics;
use super::identity;
use super::message::{Entry, Request};
use super::node::{address, node_id, qualified_name};
use super::reader::{Read, Reader};
use super::tell::News;
use super::value::iso;
use super::variant::data_value;

/// ReadValueId: | node | attribute 4 | index range String | data encoding QualifiedName |
pub fn read_value_id(r: &mut Reader<'_>) -> Read<String> {
    let node = node_id(r)?;
    let attribute = r.u32()?;
    let range = r.text()?;
    qualified_name(r)?;
    Ok(address(&node, attribute, &range, r))
}

/// | max age 8 | timestamps to return 4 | nodes to read |
pub fn read(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    r.f64()?;
    r.u32()?;
    request.items(r, |r, entry| {
        entry.node(read_value_id(r)?);
        Ok(())
    })
}

pub fn read_reply(r: &mut Reader<'_>, request: &mut Request, news: &mut News) -> Read<()> {
    let mut facts = News::default();
    request.results(r, news, |r, entry| {
        let from = r.at();
        value(r, entry)?;
        identity::of_read(&entry.address, &entry.value, r.since(from), &mut facts);
        Ok(())
    })?;
    news.identities.append(&mut facts.identities);
    skip_diagnostics(r)
}

/// A DataValue into an entry.
pub fn value(r: &mut Reader<'_>, entry: &mut Entry) -> Read<()> {
    let data = data_value(r)?;
    (entry.value, entry.status) = (data.value, Some(data.status));
    entry.note("source_time", &iso(data.source));
    Ok(())
}

/// WriteValue: | node | attribute 4 | index range String | DataValue |
pub fn write(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    request.items(r, |r, entry| {
        let node = node_id(r)?;
        let attribute = r.u32()?;
        let range = r.text()?;
        entry.node(address(&node, attribute, &range, r));
        let data = data_value(r)?;
        entry.value = data.value;
        // A client may write quality and time too.
        if data.status != 0 {
            entry.details.number("written_status", data.status);
        }
        entry.note("source_time", &iso(data.source));
        Ok(())
    })
}
