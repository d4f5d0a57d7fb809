//! Logix tags: reading and writing by name or symbol instance (Rockwell publication 1756-PM020, "Logix Data Structures").
//!
//! | Read_Tag: elements 2; reply: type 2, (handle 2), data | Write_Tag: type 2, (handle 2), elements 2, data |
//! Read_Tag_Fragmented: elements 2, offset 4; reply as Read_Tag | Write_Tag_Fragmented: type 2, (handle 2), elements 2,
//! offset 4, data | Read_Modify_Write_Tag: mask size 2, OR mask, AND mask |

use super::data;
use super::message::{Answer, Ask, extended, plain};
use super::reading::Reading;
use super::service;
use super::symbols::Symbols;
use crate::bytes::{le16, le32};
use crate::dataset::Flag;
use crate::protocol::draft::Told;
use crate::text::{self, Details};
use std::fmt::Write as _;

pub fn read(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    match ask.service {
        service::READ_TAG => {
            let Some(count) = le16(ask.data, 0) else { return short(ask, answer, out) };
            answered(ask, answer, Extent { count: Some(count), offset: 0 }, out);
        }
        service::READ_TAG_FRAGMENTED => {
            let Some(offset) = le32(ask.data, 2) else { return short(ask, answer, out) };
            answered(ask, answer, Extent { count: None, offset }, out);
        }
        service::WRITE_TAG => written(ask, answer, false, out),
        service::WRITE_TAG_FRAGMENTED => written(ask, answer, true, out),
        service::READ_MODIFY_WRITE_TAG => masked(ask, answer, out),
        service::GET_INSTANCE_ATTRIBUTE_LIST => listed(ask, answer, out),
        _ => plain(ask, answer, out),
    }
    named(ask, out);
}

/// The list of tags: how many, and their names for later.
fn listed(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    out.item(ask, answer);
    let mut details = Details::default();
    if let Some(told) = answer.filter(|answer| answer.good()) {
        let (count, full) = if ask.path.symbolic {
            // Tags of a program have numbers of their own.
            Symbols::default().learn(ask.data, told.data)
        } else {
            out.symbols.learn(ask.data, told.data)
        };
        if full {
            out.odd(Flag::ParserLimit);
        }
        details.number("tags", count);
    }
    extended(answer, &mut details);
    out.details(details);
}

/// A tag by its number: its name, where the flow told it before.
fn named(ask: &Ask<'_>, out: &mut Reading) {
    if ask.path.symbolic || ask.path.outer.is_some() {
        return;
    }
    let Reading { drafts, symbols, .. } = out;
    let Some(name) = ask.path.instance.and_then(|instance| symbols.name(instance)) else { return };
    let Some(draft) = drafts.list.last_mut() else { return };
    let known = drafts.text.get(draft.details.clone()).unwrap_or_default().to_owned();
    let mut details = Details::default();
    details.text("tag", name);
    let Some(told) = details.finish() else { return };
    let from = drafts.text.len();
    // One object of both.
    drafts.text.push_str(known.strip_suffix('}').unwrap_or_default());
    drafts.text.push_str(if known.is_empty() { "" } else { "," });
    drafts.text.push_str(if known.is_empty() { &told } else { told.strip_prefix('{').unwrap_or_default() });
    draft.details = from..drafts.text.len();
}

/// Which part of a tag a message carries: so many elements, or what is there from a byte offset on.
#[derive(Clone, Copy)]
struct Extent {
    count: Option<u16>,
    offset: u32,
}

fn short(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    out.item(ask, answer);
    out.odd(Flag::EnipServiceLength);
}

/// Type, handle and where the rest begins.
fn kind(data: &[u8]) -> Option<(u16, Option<u16>, &[u8])> {
    let kind = le16(data, 0)?;
    if kind == data::STRUCTURE {
        return Some((kind, Some(le16(data, 2)?), data.get(4..)?));
    }
    Some((kind, None, data.get(2..)?))
}

/// Values read.
fn answered(ask: &Ask<'_>, answer: Option<&Answer<'_>>, extent: Extent, out: &mut Reading) {
    out.item(ask, answer);
    let mut details = Details::default();
    match answer.filter(|answer| answer.good()).map(|answer| kind(answer.data)) {
        Some(Some(told)) => value(told, extent, &mut details, out),
        Some(None) => out.odd(Flag::EnipServiceLength),
        None => elements(0, usize::from(extent.count.unwrap_or(1)), out),
    }
    extended(answer, &mut details);
    out.details(details);
}

/// Values written.
fn written(ask: &Ask<'_>, answer: Option<&Answer<'_>>, fragmented: bool, out: &mut Reading) {
    let parts = kind(ask.data).and_then(|(kind, handle, rest)| {
        let count = le16(rest, 0)?;
        let offset = if fragmented { le32(rest, 2)? } else { 0 };
        Some((kind, handle, count, offset, rest.get(if fragmented { 6 } else { 2 }..)?))
    });
    let Some((kind, handle, count, offset, bytes)) = parts else { return short(ask, answer, out) };
    out.item(ask, answer);
    let mut details = Details::default();
    let whole = data::elementary(kind).map(|(_, size)| size * usize::from(count));
    let bytes = match whole {
        Some(size) if !fragmented => {
            if bytes.len() < size {
                out.odd(Flag::EnipServiceLength);
            }
            bytes.get(..size).unwrap_or(bytes)
        }
        _ => bytes,
    };
    let extent = Extent { count: (!fragmented).then_some(count), offset };
    value((kind, handle, bytes), extent, &mut details, out);
    extended(answer, &mut details);
    out.details(details);
}

/// Puts the values to the item written last, and which elements of an array they are to its address.
fn value((kind, handle, bytes): (u16, Option<u16>, &[u8]), extent: Extent, details: &mut Details, out: &mut Reading) {
    if let Some(handle) = handle {
        details.number("structure", handle);
    }
    if extent.offset > 0 {
        details.number("offset", extent.offset);
    }
    let offset = usize::try_from(extent.offset).unwrap_or(usize::MAX);
    let Some((_, size)) = data::elementary(kind) else {
        // Part of a structure without its beginning is no value of the tag.
        let told = match handle {
            _ if offset > 0 => Told::None,
            Some(data::LOGIX_STRING) => data::logix_string(bytes, &mut out.drafts),
            _ => data::typed(kind, bytes, &mut out.drafts),
        };
        out.values(told);
        return elements(0, usize::from(extent.count.unwrap_or(1)), out);
    };
    // A fragment may begin inside an element.
    let first = offset.div_ceil(size);
    let whole = bytes.get(first.saturating_mul(size).saturating_sub(offset)..).unwrap_or_default();
    let told = data::typed(kind, whole, &mut out.drafts);
    out.values(told);
    elements(first, extent.count.map_or(whole.len() / size, usize::from), out);
}

/// Says which elements they are, so that each stretch of an array is one object: `Curve[0-7]`, `Batch[119]`.
fn elements(from: usize, count: usize, out: &mut Reading) {
    if from == 0 && count <= 1 {
        return;
    }
    let Some(draft) = out.drafts.list.last_mut() else { return };
    let name = out.drafts.text.get(draft.address.clone()).unwrap_or_default();
    let index = name.strip_suffix(']').and_then(|head| head.rsplit_once('['));
    let (name, first) = match index.map(|(head, index)| (head, index.parse::<usize>())) {
        Some((head, Ok(index))) => (head.to_owned(), index),
        // Of more than one dimension: only where it begins.
        Some((_, Err(_))) => return,
        None => (name.to_owned(), 0),
    };
    let first = first.saturating_add(from);
    let begin = out.drafts.text.len();
    let _ = match count {
        0 | 1 => write!(out.drafts.text, "{name}[{first}]"),
        _ => write!(out.drafts.text, "{name}[{first}-{}]", first.saturating_add(count - 1)),
    };
    draft.address = begin..out.drafts.text.len();
}

fn masked(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    out.item(ask, answer);
    let masks = le16(ask.data, 0)
        .map(usize::from)
        .and_then(|size| Some((ask.data.get(2..2 + size)?, ask.data.get(2 + size..2 + size * 2)?)));
    let Some((or_mask, and_mask)) = masks else { return out.odd(Flag::EnipServiceLength) };
    let mut details = Details::default();
    // As numbers are written, high byte first.
    for (name, mask) in [("or_octets", or_mask), ("and_octets", and_mask)] {
        let turned: Vec<u8> = mask.iter().rev().copied().collect();
        details.text(name, &text::hex(&turned, 8));
    }
    extended(answer, &mut details);
    out.details(details);
}
