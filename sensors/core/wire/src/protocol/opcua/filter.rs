//! Monitoring filters (Part 4, 7.22): deadbands, and which fields of an event a client selects.

use super::extension::Extension;
use super::message::Entry;
use super::node::{node_id, qualified_name};
use super::reader::{Read, Reader};
use std::sync::Arc;

/// Encodings of the filters (Part 6, Annex A).
const DATA_CHANGE_FILTER: u32 = 724;
const EVENT_FILTER: u32 = 727;
const AGGREGATE_FILTER: u32 = 730;
/// Fields of an event followed.
const FIELDS: usize = 64;

/// What a MonitoringFilter says; the names of the fields an EventFilter selects.
pub fn filter(filter: &Extension<'_>, entry: &mut Entry) -> Read<Arc<[Box<str>]>> {
    let r = &mut Reader::new(filter.body);
    match filter.standard {
        // | trigger 4 | deadband type 4 | deadband 8 |
        DATA_CHANGE_FILTER => {
            let trigger = r.u32()?;
            let kind = r.u32()?;
            let deadband = r.f64()?;
            entry.note("trigger_on", if trigger == 0 { "status" } else { "value" });
            if kind != 0 {
                entry.note("deadband_type", if kind == 1 { "absolute" } else { "percent" });
                entry.details.real("deadband", deadband);
            }
        }
        EVENT_FILTER => return select_clauses(r).map(Into::into),
        AGGREGATE_FILTER => {
            entry.details.truth("aggregate", true);
        }
        _ => {}
    }
    Ok(Arc::default())
}

/// SimpleAttributeOperand: | type NodeId | browse path QualifiedNames | attribute 4 | index range String |
fn select_clauses(r: &mut Reader<'_>) -> Read<Vec<Box<str>>> {
    let mut names = Vec::new();
    for _ in 0..r.array()? {
        node_id(r)?;
        let mut path = String::new();
        for _ in 0..r.array()? {
            let name = qualified_name(r)?;
            if path.len() < crate::text::TEXT_LIMIT {
                path.push_str(if path.is_empty() { "" } else { "/" });
                path.push_str(&name);
            }
        }
        r.u32()?;
        r.bytes()?;
        if names.len() < FIELDS {
            names.push(path.into_boxed_str());
        }
    }
    Ok(names)
}
