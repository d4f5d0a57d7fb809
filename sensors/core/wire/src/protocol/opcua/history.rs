//! HistoryRead and HistoryUpdate (Part 4, 5.11.3 and .5; their details Part 11, 6).

use super::extension::{Extension, extension, skip_diagnostics};
use super::message::{Entry, ITEMS, Request};
use super::node::{ATTRIBUTE_VALUE, address, node_id, qualified_name};
use super::reader::{Read, Reader};
use super::status;
use super::tell::News;
use super::value::{VALUE_TEXT, Value, iso};
use super::variant::data_value;

/// Encodings of HistoryReadDetails, HistoryData and HistoryUpdateDetails (Part 6, Annex A).
const READ_EVENT: u32 = 646;
const READ_RAW_MODIFIED: u32 = 649;
const READ_PROCESSED: u32 = 652;
const READ_AT_TIME: u32 = 655;
const HISTORY_DATA: u32 = 658;
const HISTORY_EVENT: u32 = 661;
const HISTORY_MODIFIED_DATA: u32 = 11227;
const UPDATE_DATA: u32 = 682;
const UPDATE_EVENT: u32 = 685;
const DELETE_RAW_MODIFIED: u32 = 688;
const DELETE_AT_TIME: u32 = 691;
const DELETE_EVENT: u32 = 694;
const UPDATE_STRUCTURE_DATA: u32 = 11300;

/// | details ExtensionObject | timestamps to return 4 | release continuation points 1 | nodes to read |, a node:
/// | node | index range String | data encoding QualifiedName | continuation point ByteString |
pub fn read(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let details = extension(r)?;
    let asked = history_details(&details)?;
    r.u32()?;
    let release = r.truth()?;
    request.items(r, |r, entry| {
        let node = node_id(r)?;
        let range = r.text()?;
        qualified_name(r)?;
        let goes_on = r.bytes()?.is_some_and(|point| !point.is_empty());
        entry.node(address(&node, ATTRIBUTE_VALUE, &range, r));
        asked.note(entry);
        if goes_on {
            entry.details.truth("continuation", true);
        }
        if release {
            entry.details.truth("release", true);
        }
        Ok(())
    })
}

/// What all nodes of a HistoryRead, or one HistoryUpdate, are asked for.
#[derive(Default)]
struct Period {
    what: &'static str,
    start: String,
    end: String,
    count: Option<u32>,
    action: &'static str,
}

impl Period {
    fn note(&self, entry: &mut Entry) {
        entry.note("history", self.what);
        entry.note("action", self.action);
        entry.note("start", &self.start);
        entry.note("end", &self.end);
        if let Some(count) = self.count {
            entry.details.number("requested", count);
        }
    }
}

fn history_details(details: &Extension<'_>) -> Read<Period> {
    let r = &mut Reader::new(details.body);
    let mut period = Period::default();
    match details.standard {
        READ_RAW_MODIFIED => {
            period.what = if r.truth()? { "ReadModified" } else { "ReadRaw" };
            (period.start, period.end) = (iso(r.i64()?), iso(r.i64()?));
            period.count = Some(r.u32()?);
        }
        READ_PROCESSED => {
            period.what = "ReadProcessed";
            (period.start, period.end) = (iso(r.i64()?), iso(r.i64()?));
        }
        READ_AT_TIME => {
            period.what = "ReadAtTime";
            (period.start, period.end, period.count) = times(r)?;
        }
        READ_EVENT => {
            period.what = "ReadEvent";
            period.count = Some(r.u32()?);
            (period.start, period.end) = (iso(r.i64()?), iso(r.i64()?));
        }
        _ => period.what = "Other",
    }
    Ok(period)
}

/// First, last and number of an array of DateTime.
fn times(r: &mut Reader<'_>) -> Read<(String, String, Option<u32>)> {
    let count = r.array()?;
    let (mut first, mut last) = (0, 0);
    for i in 0..count {
        last = r.i64()?;
        first = if i == 0 { last } else { first };
    }
    Ok((iso(first), iso(last), u32::try_from(count).ok()))
}

/// HistoryReadResult: | status 4 | continuation point ByteString | history data ExtensionObject |
pub fn read_reply(r: &mut Reader<'_>, request: &mut Request, news: &mut News) -> Read<()> {
    request.results(r, news, |r, entry| {
        entry.status = Some(r.u32()?);
        let more = r.bytes()?.is_some_and(|point| !point.is_empty());
        let data = extension(r)?;
        if matches!(data.standard, HISTORY_DATA | HISTORY_MODIFIED_DATA | HISTORY_EVENT) {
            let count = Reader::new(data.body).array()?;
            entry.details.number("returned", u32::try_from(count).unwrap_or(u32::MAX));
        }
        if more {
            entry.details.truth("more", true);
        }
        Ok(())
    })?;
    skip_diagnostics(r)
}

/// An array of HistoryUpdateDetails, each beginning with its node.
pub fn update(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    request.items(r, |r, entry| {
        let details = extension(r)?;
        let inner = &mut Reader::new(details.body);
        let node = node_id(inner)?;
        let mut values = String::new();
        let period = history_change(details.standard, inner, &mut values)?;
        entry.node(node.text(r));
        period.note(entry);
        entry.note("values", &values);
        r.cut |= inner.cut;
        Ok(())
    })
}

/// UpdateData: | action 4 | DataValues |; DeleteRawModified: | modified 1 | start 8 | end 8 |; DeleteAtTime: | times |;
/// DeleteEvent: | event ids |; UpdateEvent: | action 4 | filter | events |
fn history_change(kind: u32, r: &mut Reader<'_>, values: &mut String) -> Read<Period> {
    let mut period = Period::default();
    match kind {
        UPDATE_DATA | UPDATE_STRUCTURE_DATA => {
            period.what = if kind == UPDATE_DATA { "UpdateData" } else { "UpdateStructureData" };
            period.action = action(r.u32()?);
            let count = r.array()?;
            let (mut first, mut last) = (0, 0);
            for i in 0..count {
                let data = data_value(r)?;
                last = data.source;
                first = if i == 0 { last } else { first };
                write_limited(&data.value, values);
            }
            (period.start, period.end, period.count) = (iso(first), iso(last), u32::try_from(count).ok());
        }
        UPDATE_EVENT => {
            period.what = "UpdateEvent";
            period.action = action(r.u32()?);
        }
        DELETE_RAW_MODIFIED => {
            period.what = if r.truth()? { "DeleteModified" } else { "DeleteRaw" };
            (period.start, period.end) = (iso(r.i64()?), iso(r.i64()?));
        }
        DELETE_AT_TIME => {
            period.what = "DeleteAtTime";
            (period.start, period.end, period.count) = times(r)?;
        }
        DELETE_EVENT => {
            period.what = "DeleteEvent";
            period.count = u32::try_from(r.array()?).ok();
        }
        _ => period.what = "Other",
    }
    Ok(period)
}

fn write_limited(value: &Value, out: &mut String) {
    if out.len() < VALUE_TEXT {
        out.push_str(if out.is_empty() { "" } else { ", " });
        value.write(out);
    }
}

/// PerformUpdateType (Part 11, 6.9.2).
const fn action(code: u32) -> &'static str {
    match code {
        1 => "insert",
        2 => "replace",
        3 => "update",
        4 => "remove",
        _ => "other",
    }
}

/// HistoryUpdateResult: | status 4 | operation results StatusCodes | DiagnosticInfos |
pub fn update_reply(r: &mut Reader<'_>, request: &mut Request, news: &mut News) -> Read<()> {
    request.results(r, news, |r, entry| {
        entry.status = Some(r.u32()?);
        let results = r.words(ITEMS)?;
        let failed = results.iter().filter(|code| status::bad(**code)).count();
        if failed > 0 {
            entry.details.number("failed", u32::try_from(failed).unwrap_or(u32::MAX));
        }
        skip_diagnostics(r)
    })?;
    skip_diagnostics(r)
}
