//! Files (ISO 9506-2 annex D; IEC 61850-8-1, 23) and domains that are loaded and read out.
//!
//! | fileOpen | [0] { name } | [1] position |, reply | [0] id | [1] { [0] size, [1] modified } |
//! | fileRead | id |, reply | [0] data | [1] more follows, true if left out |; fileClose | id |
//! | fileRename | [0] { name } | [1] { new name } |; fileDelete | name |
//! | fileDirectory | [0] { specification } | [1] { continue after } |, reply | [0] { SEQUENCE { entries } } | [1] more |
//! | obtainFile | [0] source | [1] { source file } | [2] { destination file } |
//! | initiateDownloadSequence | [0] domain |; downloadSegment | domain |, reply | [0] data | [1] more |
//! | initiateUploadSequence | domain |, reply | [0] id |; uploadSegment, terminateUploadSequence | id |

use super::pdu::{field, number};
use super::request::{Ending, Request};
use super::service as s;
use super::tell::{Entries, Entry};
use super::transfer::{Key, Transfers, What};
use crate::dataset::Operation;
use crate::protocol::ber::{self, Elements};
use crate::protocol::{Outcome, Talk};
use crate::text::{self, Details, TEXT_LIMIT};

const SEQUENCE: u8 = 0x30;

/// Parts of a file name put together.
fn file_name(parts: &[u8]) -> String {
    let mut out = String::new();
    for part in (Elements { left: parts }) {
        if !out.is_empty() && !out.ends_with(['/', '\\']) {
            out.push('/');
        }
        out.push_str(&text::bounded(part.contents, TEXT_LIMIT.saturating_sub(out.len())).0);
    }
    out
}

/// Data of a segment and whether more follow.
fn segment(body: &[u8]) -> (&[u8], bool) {
    (field(body, 0x80).unwrap_or_default(), number(body, 0x81) != Some(0))
}

/// A service about a file with its reply.
pub fn tell(
    service: u32,
    request: &Request,
    ending: &Ending<'_>,
    transfers: &mut Transfers,
    out: &mut Entries,
    talk: &mut Talk<'_>,
) {
    let body = &request.body;
    let done = ending.outcome == Outcome::Success;
    let mut details = Details::default();
    let mut operation = s::operation(service);
    // A server that asks for a file gets one written to it.
    if request.side == crate::flow::Side::Server && operation == Operation::FileRead {
        operation = Operation::FileWrite;
    }
    let named = |tag: u8| field(body, tag).map_or_else(String::new, file_name);
    let address = match service {
        s::FILE_OPEN => {
            let address = named(0xa0);
            let size = field(ending.body, 0xa1).and_then(|attributes| number(attributes, 0x80));
            describe(ending.body, 0xa1, &mut details);
            let position = number(body, 0x81).unwrap_or(0);
            if position != 0 {
                details.number("position", position);
            }
            if let Some(id) = number(ending.body, 0x80).filter(|_| done && !body.is_empty()) {
                let key = Key { what: What::File, side: request.side, id: Some(id) };
                transfers.begin(key, (&address, size, position != 0), request, talk);
            }
            address
        }
        s::FILE_READ | s::FILE_CLOSE => {
            let key = Key { what: What::File, side: request.side, id: ber::integer(body) };
            let address = transfers.name(&key).unwrap_or_default();
            if done && service == s::FILE_READ {
                let (data, more) = segment(ending.body);
                details.number("bytes", i64::try_from(data.len()).unwrap_or(0));
                transfers.add(key, data, more, (request, ending.span), talk);
            } else if done {
                transfers.end(&key, ending.span, talk);
            }
            address
        }
        s::FILE_RENAME => {
            details.text("new_name", &named(0xa1));
            named(0xa0)
        }
        s::FILE_DELETE => file_name(body),
        s::OBTAIN_FILE => {
            details.text("source_file", &named(0xa1));
            named(0xa2)
        }
        _ => {
            directory(ending.body, &mut details);
            named(0xa0)
        }
    };
    out.push(Entry { details: details.finish(), ..Entry::at(operation, "file", address) });
}

fn describe(body: &[u8], tag: u8, details: &mut Details) {
    let Some(attributes) = field(body, tag) else { return };
    if let Some(size) = number(attributes, 0x80) {
        details.number("size", size);
    }
    if let Some(modified) = field(attributes, 0x81) {
        details.text("modified", &text::bounded(modified, 32).0);
    }
}

/// Names of a directory's entries.
fn directory(body: &[u8], details: &mut Details) {
    let Some(list) = field(body, 0xa0) else { return };
    // The list is a SEQUENCE OF inside its tag; some stacks leave that out.
    let entries = field(list, SEQUENCE).filter(|inner| inner.first() == Some(&SEQUENCE)).unwrap_or(list);
    let names = Elements { left: entries }.filter_map(|entry| field(entry.contents, 0xa0)).map(file_name);
    let names: Vec<String> = names.collect();
    details.number("count", i64::try_from(names.len()).unwrap_or(0));
    details.text("names", &text::bounded(names.join(" ").as_bytes(), TEXT_LIMIT).0);
    details.truth("more_follows", number(body, 0x81).is_some_and(|more| more != 0));
}

/// A service that loads a domain or reads one out, with its reply.
pub fn domain(
    service: u32,
    request: &Request,
    ending: &Ending<'_>,
    transfers: &mut Transfers,
    out: &mut Entries,
    talk: &mut Talk<'_>,
) {
    let body = &request.body;
    let done = ending.outcome == Outcome::Success;
    let operation = s::operation(service);
    let mut details = Details::default();
    let name = |contents: &[u8]| text::bounded(contents, TEXT_LIMIT).0;
    // The device asks for the parts of a download, the client for those of an upload.
    let (what, id) = match service {
        s::INITIATE_DOWNLOAD_SEQUENCE..=s::TERMINATE_DOWNLOAD_SEQUENCE => (What::Download, None),
        s::INITIATE_UPLOAD_SEQUENCE => (What::Upload, number(ending.body, 0x80)),
        _ => (What::Upload, ber::integer(body)),
    };
    let asker = if service == s::INITIATE_DOWNLOAD_SEQUENCE { request.side.other() } else { request.side };
    let key = Key { what, side: asker, id };
    let address = match service {
        s::INITIATE_DOWNLOAD_SEQUENCE | s::TERMINATE_DOWNLOAD_SEQUENCE => {
            field(body, 0x80).map_or_else(String::new, name)
        }
        s::DOWNLOAD_SEGMENT | s::INITIATE_UPLOAD_SEQUENCE => name(body),
        _ => transfers.name(&key).unwrap_or_default(),
    };
    match service {
        _ if !done => {}
        s::INITIATE_DOWNLOAD_SEQUENCE | s::INITIATE_UPLOAD_SEQUENCE => {
            transfers.begin(key, (&address, None, false), request, talk);
        }
        s::DOWNLOAD_SEGMENT | s::UPLOAD_SEGMENT => {
            let (data, more) = segment(ending.body);
            details.number("bytes", i64::try_from(data.len()).unwrap_or(0));
            transfers.add(key, data, more, (request, ending.span), talk);
        }
        _ => transfers.end(&key, ending.span, talk),
    }
    out.push(Entry { details: details.finish(), ..Entry::at(operation, "domain", address) });
}
