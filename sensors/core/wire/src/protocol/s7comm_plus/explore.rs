//! Explore, Invoke, GetLink, and the ids in the answer to CreateObject.
//!
//! Explore: | object 4 | id | children 1 | 1 | parents 1 | count of filters 1 | count of ids 1 | ids |
//! Invoke: | object 4 | method 4 | arguments |, GetLink: | object 4 | attribute | 2 |

use super::address::{self, Place};
use super::facts;
use super::function as fc;
use super::names;
use super::pairing::{Ending, Request};
use super::reader::Reader;
use super::subject::{Subject, Subjects};
use super::tell::Besides;
use crate::dataset::Operation;
use crate::protocol::{Function, Outcome, Talk};

/// A block's code or body is what an upload asks for.
const PROGRAM: [u32; 2] = [names::BODY, names::CODE];

pub fn explore(request: &Request, ending: &Ending<'_>, talk: &mut Talk<'_>) -> Subjects {
    let mut out = Subjects::default();
    let mut reader = Reader::new(&request.body);
    let Some(id) = reader.be32() else {
        out.broken = true;
        return out;
    };
    let uploads = wanted(&mut reader).is_some_and(|ids| ids.iter().any(|id| PROGRAM.contains(id)));
    let block = names::block_name(id);
    let kind = if block.is_some() { "block" } else { "object" };
    let operation = if uploads && block.is_some() { Operation::ProgramUpload } else { Operation::Browse };
    let name = address::object(id);
    if operation == Operation::ProgramUpload && ending.outcome == Outcome::Success {
        facts::file(request, ending, &name, ending.body.unwrap_or_default(), false, talk);
    }
    out.list.push(Subject::object(operation, kind, name));
    out
}

/// Attributes that are asked for.
fn wanted(reader: &mut Reader<'_>) -> Option<Vec<u32>> {
    reader.vlq()?;
    reader.take(3)?;
    let (filters, count) = (reader.u8()?, reader.u8()?);
    if filters > 0 {
        return None;
    }
    (0..count).map(|_| reader.vlq()).collect()
}

pub fn invoke(body: &[u8], besides: &mut Besides) -> Subjects {
    let mut out = Subjects::default();
    let mut reader = Reader::new(body);
    let (Some(object), Some(method)) = (reader.be32(), reader.be32()) else {
        out.broken = true;
        return out;
    };
    let (name, operation) = fc::method(method).unwrap_or(("", Operation::MethodCall));
    besides.subfunction = Function { code: Some(method), name: Some(name).filter(|name| !name.is_empty()) };
    out.list.push(Subject::object(operation, "method", format!("{}.{method}", address::object(object))));
    out
}

pub fn link(body: &[u8], session: u32) -> Subjects {
    let mut out = Subjects::default();
    let mut reader = Reader::new(body);
    match (reader.be32(), reader.vlq()) {
        (Some(object), Some(id)) => {
            out.list.push(Subject::new(Operation::Browse, Place::attribute(object, id, session)));
        }
        _ => out.broken = true,
    }
    out
}

/// The first of the ids in the answer to CreateObject.
pub fn created(response: Option<&[u8]>) -> Option<u32> {
    let mut reader = Reader::new(response?);
    if reader.u8()? == 0 {
        return None;
    }
    reader.vlq()
}
