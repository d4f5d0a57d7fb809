//! Call (Part 4, 5.12.2): methods with their object, arguments and results.

use super::extension::skip_diagnostics;
use super::message::Request;
use super::methods;
use super::node::node_id;
use super::reader::{Read, Reader};
use super::tables::Tables;
use super::tell::News;
use super::variant::variant;

/// Arguments shown.
const ARGUMENTS: usize = 16;
/// Text of one argument, in bytes.
const ARGUMENT_TEXT: usize = 128;

/// CallMethodRequest: | object NodeId | method NodeId | input arguments Variants |
pub fn call(r: &mut Reader<'_>, request: &mut Request, tables: &Tables) -> Read<()> {
    request.items(r, |r, entry| {
        let object = node_id(r)?;
        let method = node_id(r)?;
        entry.kind = Some("method");
        entry.address = method.text(r);
        let object = object.text(r);
        entry.note("object", &object);
        let standard = method.standard().and_then(methods::name);
        let name = standard.or_else(|| tables.method_name(&entry.address)).unwrap_or_default();
        entry.note("method_name", name);
        let arguments = values(r)?;
        entry.details.number("arguments", u32::try_from(arguments.count).unwrap_or(u32::MAX));
        if methods::secret(name) {
            entry.details.truth("arguments_hidden", true);
        } else if !arguments.shown.is_empty() {
            entry.details.texts("argument_values", arguments.shown.iter().map(String::as_str));
        }
        Ok(())
    })
}

/// CallMethodResult: | status 4 | input argument results StatusCodes | DiagnosticInfos | output arguments Variants |
pub fn call_reply(r: &mut Reader<'_>, request: &mut Request, news: &mut News) -> Read<()> {
    request.results(r, news, |r, entry| {
        entry.status = Some(r.u32()?);
        let inputs = r.words(ARGUMENTS)?;
        if let Some(at) = inputs.iter().position(|code| super::status::bad(*code)) {
            entry.details.number("bad_argument", u32::try_from(at).unwrap_or(u32::MAX));
        }
        skip_diagnostics(r)?;
        let results = values(r)?;
        if !results.shown.is_empty() {
            entry.details.texts("result_values", results.shown.iter().map(String::as_str));
        }
        Ok(())
    })?;
    skip_diagnostics(r)
}

struct Values {
    count: usize,
    shown: Vec<String>,
}

fn values(r: &mut Reader<'_>) -> Read<Values> {
    let count = r.array()?;
    let mut shown = Vec::new();
    for _ in 0..count {
        let value = variant(r)?;
        if shown.len() < ARGUMENTS {
            let mut text = String::new();
            value.write(&mut text);
            let cut = text.char_indices().map(|(at, _)| at).find(|at| *at >= ARGUMENT_TEXT);
            if let Some(at) = cut {
                text.truncate(at);
                text.push('…');
            }
            shown.push(text);
        }
    }
    Ok(Values { count, shown })
}
