//! QueryFirst and QueryNext (Part 4, 5.10).

use super::extension::{skip_diagnostics, skip_extension};
use super::message::Request;
use super::node::expanded;
use super::reader::{Read, Reader};
use super::variant::variant;
use super::view::{relative_path, skip_view};

/// | view | node types: type Expanded, subtypes 1, data to return | filter | most data sets 4 | most references 4 |
pub fn first(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    skip_view(r)?;
    request.items(r, |r, entry| {
        let definition = expanded(r)?.text(r);
        entry.node(definition);
        entry.details.truth("subtypes", r.truth()?);
        for _ in 0..r.array()? {
            relative_path(r)?;
            r.u32()?;
            r.bytes()?;
        }
        Ok(())
    })?;
    // ContentFilter: elements: operator 4, operands.
    for _ in 0..r.array()? {
        r.u32()?;
        for _ in 0..r.array()? {
            skip_extension(r)?;
        }
    }
    r.u32()?;
    r.u32().map(|_| ())
}

/// | data sets | continuation point ByteString | parsing results | DiagnosticInfos | filter result |
pub fn first_reply(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let returned = data_sets(r)?;
    let more = r.bytes()?.is_some_and(|point| !point.is_empty());
    request.first(|entry| {
        entry.details.number("returned", returned);
        if more {
            entry.details.truth("more", true);
        }
    });
    if r.remaining() == 0 {
        return Ok(());
    }
    // Parsing results are for each node type; an empty list says that all were right.
    for i in 0..r.array()? {
        let status = r.u32()?;
        if let Some(entry) = request.entries.get_mut(i) {
            entry.status = Some(status);
        }
        r.words(0)?;
        skip_diagnostics(r)?;
    }
    skip_diagnostics(r)?;
    for _ in 0..r.array()? {
        r.u32()?;
        r.words(0)?;
        skip_diagnostics(r)?;
    }
    skip_diagnostics(r)
}

/// | release 1 | continuation point ByteString |
pub fn next(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let release = r.truth()?;
    r.bytes()?;
    request.first(|entry| {
        entry.details.truth("release", release);
    });
    Ok(())
}

/// | data sets | continuation point ByteString |
pub fn next_reply(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let returned = data_sets(r)?;
    let more = r.bytes()?.is_some_and(|point| !point.is_empty());
    request.first(|entry| {
        entry.details.number("returned", returned);
        if more {
            entry.details.truth("more", true);
        }
    });
    Ok(())
}

/// QueryDataSet: | node Expanded | type Expanded | values Variants |. Their number.
fn data_sets(r: &mut Reader<'_>) -> Read<u32> {
    let count = r.array()?;
    for _ in 0..count {
        expanded(r)?;
        expanded(r)?;
        for _ in 0..r.array()? {
            variant(r)?;
        }
    }
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
