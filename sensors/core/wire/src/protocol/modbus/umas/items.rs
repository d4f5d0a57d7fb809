//! What a UMAS request and its reply say of objects: memory blocks, variables, blocks of the program; details.

use super::super::request::Request;
use super::variable::{self, Variable};
use super::{answered, asked, function, project};
use crate::bytes::{le16, le32};
use crate::protocol::{Address, Item, Object, Talk, Values};
use crate::text::{self, Details};

/// Bytes of data without a known layout that are kept.
const KEPT: usize = 64;

/// Builds the items of a UMAS request and, if it came, its reply, and hands them on.
pub fn with_items(
    request: &Request,
    pdu: &[u8],
    item: Item<'_>,
    talk: &mut Talk<'_>,
    hand: impl FnOnce(&[Item<'_>], &mut Talk<'_>),
) {
    let (code, data, reply) = (request.sub, asked(request), answered(pdu));
    match code {
        function::READ_VARIABLES | function::WRITE_VARIABLES => {
            let (found, whole) = variable::variables(code, data);
            if whole && !found.is_empty() {
                variables(&found, reply, item, talk, hand)
            } else {
                plain(item, None, data, talk, hand)
            }
        }
        function::READ_MEMORY_BLOCK => plain(item, memory(data), &[], talk, hand),
        function::UPLOAD_BLOCK | function::DOWNLOAD_BLOCK => {
            let block = le16(data, 2).map(|number| ("strategy", format!("strategy:{number}")));
            plain(item, block, &[], talk, hand);
        }
        function::READ_PROJECT_INFO => told_of_project(item, reply, talk, hand),
        function::REPEAT | function::TAKE_PLC_RESERVATION => plain(item, None, &[], talk, hand),
        _ => plain(item, None, data, talk, hand),
    }
}

/// READ_MEMORY_BLOCK: | 0 range 1 | 1 block 2 | 3 offset 4 | 7 bytes 2 |
fn memory(data: &[u8]) -> Option<(&'static str, String)> {
    let (block, offset, bytes) = (le16(data, 1)?, le32(data, 3)?, le16(data, 7)?);
    let last = u64::from(offset) + u64::from(bytes).saturating_sub(1);
    Some(("memory", format!("memory:{block}/{offset}-{last}")))
}

/// One item with its object's address and data without a known layout.
fn plain(
    item: Item<'_>,
    object: Option<(&'static str, String)>,
    data: &[u8],
    talk: &mut Talk<'_>,
    hand: impl FnOnce(&[Item<'_>], &mut Talk<'_>),
) {
    let mut details = Details::default();
    if !data.is_empty() {
        details.text("data", &text::hex(data, KEPT));
    }
    let details = details.finish();
    let mut item = Item { details: details.as_deref(), ..item };
    if let Some((kind, address)) = &object {
        item.object = Object { kind: Some(kind), address: Address::Text(address), start: 0, count: 0 };
    }
    hand(&[item], talk);
}

fn told_of_project(item: Item<'_>, reply: &[u8], talk: &mut Talk<'_>, hand: impl FnOnce(&[Item<'_>], &mut Talk<'_>)) {
    let mut details = Details::default();
    let (name, changed) = project::project(reply);
    if let Some(name) = &name {
        details.text("project", name);
    }
    if let Some(changed) = &changed {
        details.text("project_changed", changed);
    }
    let details = details.finish();
    hand(&[Item { details: details.as_deref(), ..item }], talk);
}

/// An item for each variable; a read's values stand in the reply one after the other.
fn variables(
    found: &[Variable<'_>],
    reply: &[u8],
    item: Item<'_>,
    talk: &mut Talk<'_>,
    hand: impl FnOnce(&[Item<'_>], &mut Talk<'_>),
) {
    let mut rest = reply;
    let told: Vec<(String, Vec<f64>)> = found
        .iter()
        .map(|each| {
            let address = match each.bytes() {
                0 | 1 => format!("variable:{}/{}", each.block, each.offset),
                bytes => format!("variable:{}/{}-{}", each.block, each.offset, each.last(bytes)),
            };
            let data = if each.data.is_empty() { rest.get(..each.bytes()).unwrap_or_default() } else { each.data };
            if each.data.is_empty() {
                rest = rest.get(each.bytes()..).unwrap_or_default();
            }
            (address, variable::numbers(each.width, data))
        })
        .collect();
    let items: Vec<Item<'_>> = told
        .iter()
        .zip(found)
        .map(|((address, numbers), each)| {
            let mut item = item;
            item.object = Object { kind: Some("variable"), address: Address::Text(address), start: 0, count: 0 };
            if !numbers.is_empty() {
                item.values = Values::Numbers { kind: variable::kind(each.width), numbers, exact: None };
            }
            item
        })
        .collect();
    hand(&items, talk);
}
