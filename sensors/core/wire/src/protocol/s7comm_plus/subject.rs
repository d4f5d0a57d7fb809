//! What a request and its response are about: one subject for each object, attribute or variable, with its value.
//!
//! All numbers without a length are variable-length quantities.
//! GetMultiVariables: | 0 or link 4 | count | count of fields, or of ids | addresses, or ids | qualifier |
//! SetMultiVariables: the same, then for each: | item number | value |
//! SetVariable: | object 4 | count | ids | value | qualifier |, GetVariable: | object 4 | count | ids |
//! GetVarSubStreamed: | object 4 | array of ids | qualifier | 2 |, SetVarSubStreamed: the same, then | value |
//! Responses hold behind the return value: item number and value … 0, item number and return value … 0; one value; or
//! (sub-streamed) | 1 | value |.

use super::address::Place;
use super::names;
use super::reader::Reader;
use super::status::{self, Status};
use super::value::Value;
use crate::dataset::Operation;
use crate::protocol::Outcome;

/// Subjects of one message that are told.
const SUBJECTS: usize = 256;
const QUALIFIER: u32 = 1256;
const CLASSIC_BLOB: u8 = 0x14;

/// One of them.
#[derive(Debug)]
pub struct Subject {
    pub operation: Operation,
    pub place: Place,
    pub value: Value,
    pub outcome: Option<Outcome>,
    pub status: Status,
}

impl Subject {
    pub fn new(operation: Operation, place: Place) -> Self {
        Self { operation, place, value: Value::default(), outcome: None, status: None }
    }

    pub fn object(operation: Operation, kind: &'static str, text: String) -> Self {
        Self::new(operation, Place { kind, text, ..Place::default() })
    }
}

/// The subjects of a message, and whether it could be read to its end.
#[derive(Debug, Default)]
pub struct Subjects {
    pub list: Vec<Subject>,
    pub broken: bool,
    /// Items beyond those that are told.
    pub left_out: bool,
}

impl Subjects {
    fn push(&mut self, operation: Operation, place: Place) {
        if self.list.len() < SUBJECTS {
            self.list.push(Subject::new(operation, place));
        } else {
            self.left_out = true;
        }
    }

    /// Whether one of them is this attribute.
    pub fn about(&self, attribute: u32) -> bool {
        self.list.iter().any(|s| s.place.attribute == attribute)
    }

    fn of(&mut self, number: u32) -> Option<&mut Subject> {
        self.list.get_mut(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// Several variables, read or written.
    pub fn several(request: &[u8], response: Option<&[u8]>, session: u32, writes: bool) -> Self {
        let mut out = Self::default();
        let mut reader = Reader::new(request);
        out.broken = out.addresses(&mut reader, session, writes).is_none();
        if writes && !out.broken {
            out.broken = out.written(&mut reader).is_none();
        }
        if let Some(response) = response {
            let mut reader = Reader::new(response);
            if !writes {
                out.broken |= out.values(&mut reader).is_none();
            }
            out.broken |= out.errors(&mut reader, writes).is_none();
        }
        out
    }

    fn addresses(&mut self, reader: &mut Reader<'_>, session: u32, writes: bool) -> Option<()> {
        let link = reader.be32()?;
        let count = reader.vlq()?;
        let fields = reader.vlq()?;
        let operation = if writes { Operation::Write } else { Operation::Read };
        if link == 0 {
            for _ in 0..count {
                self.push(operation, Place::read(reader)?);
            }
            return Some(());
        }
        let mut first = None;
        for i in 0..fields {
            let id = reader.vlq()?;
            if fields == count {
                self.push(operation, Place::attribute(link, id, session));
            } else if i == 0 {
                // A path of ids to each item: how it is cut is not known.
                first = Some(id);
            }
        }
        if let Some(id) = first {
            for _ in 0..count.min(16) {
                self.push(operation, Place::attribute(link, id, session));
            }
        }
        Some(())
    }

    fn written(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let mut spare = Value::default();
        for _ in 0..self.list.len() {
            let number = reader.vlq()?;
            self.take(number, reader, &mut spare)?;
        }
        Some(())
    }

    fn values(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let mut spare = Value::default();
        loop {
            let number = reader.vlq()?;
            if number == 0 {
                return Some(());
            }
            self.take(number, reader, &mut spare)?;
            if let Some(subject) = self.of(number) {
                subject.outcome = Some(Outcome::Success);
            }
        }
    }

    fn take(&mut self, number: u32, reader: &mut Reader<'_>, spare: &mut Value) -> Option<()> {
        match self.of(number) {
            Some(subject) => subject.take(reader),
            None => spare.read(reader),
        }
    }

    fn errors(&mut self, reader: &mut Reader<'_>, writes: bool) -> Option<()> {
        loop {
            let number = reader.vlq()?;
            if number == 0 {
                break;
            }
            let (outcome, status) = status::of(reader.long_vlq()?);
            if let Some(subject) = self.of(number) {
                (subject.outcome, subject.status) = (Some(outcome), status);
            }
        }
        if writes {
            for subject in self.list.iter_mut().filter(|s| s.outcome.is_none()) {
                subject.outcome = Some(Outcome::Success);
            }
        }
        Some(())
    }

    /// One attribute, written.
    pub fn set(request: &[u8], session: u32) -> Self {
        let mut out = Self::default();
        let mut reader = Reader::new(request);
        out.broken = out.set_one(&mut reader, session).is_none();
        out
    }

    fn set_one(&mut self, reader: &mut Reader<'_>, session: u32) -> Option<()> {
        let object = reader.be32()?;
        let count = reader.vlq()?;
        let id = reader.vlq()?;
        let mut left = count.checked_sub(1)?;
        while left > 0 {
            left -= 1;
            // Behind a zero stands the length of the value, which counts too.
            if reader.vlq()? == 0 {
                reader.vlq()?;
                left = left.saturating_sub(1);
            }
        }
        self.push(Operation::Write, Place::attribute(object, id, session));
        self.list.last_mut()?.take(reader)
    }

    /// One attribute, read.
    pub fn get(request: &[u8], response: Option<&[u8]>, session: u32) -> Self {
        let mut out = Self::default();
        let mut reader = Reader::new(request);
        out.broken = out.get_some(&mut reader, session).is_none();
        if let (Some(response), Some(subject)) = (response, out.list.first_mut()) {
            out.broken |= subject.take(&mut Reader::new(response)).is_none();
        }
        out
    }

    fn get_some(&mut self, reader: &mut Reader<'_>, session: u32) -> Option<()> {
        let object = reader.be32()?;
        for _ in 0..reader.vlq()? {
            self.push(Operation::Read, Place::attribute(object, reader.vlq()?, session));
        }
        Some(())
    }

    /// One attribute, sub-streamed: read, or written.
    pub fn streamed(request: &[u8], response: Option<&[u8]>, session: u32, writes: bool) -> Self {
        let mut out = Self::default();
        let mut reader = Reader::new(request);
        out.broken = out.stream(&mut reader, session, writes).is_none();
        if let (false, Some([_, value @ ..]), Some(subject)) = (writes, response, out.list.first_mut()) {
            out.broken |= subject.take(&mut Reader::new(value)).is_none();
        }
        out
    }

    fn stream(&mut self, reader: &mut Reader<'_>, session: u32, writes: bool) -> Option<()> {
        let object = reader.be32()?;
        // An array of ids: those of a variable's address behind its area.
        reader.take(2)?;
        let count = reader.vlq()?;
        let mut path = *reader;
        let id = reader.vlq()?;
        reader.skip_vlq(count.checked_sub(1)?)?;
        let variable = matches!(id, names::DB_ACTUAL | names::AREA_ACTUAL);
        let place =
            if variable { Place::behind(&mut path, 0, object, count)? } else { Place::attribute(object, id, session) };
        self.push(if writes { Operation::Write } else { Operation::Read }, place);
        if writes {
            qualifier(reader)?;
            reader.take(2)?;
            self.list.last_mut()?.take(reader)?;
        }
        Some(())
    }
}

impl Subject {
    fn take(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        self.value.read(reader)?;
        if names::secret(self.place.attribute) {
            self.value.withhold();
        }
        Some(())
    }
}

/// | 1256 4 | member id, value … 0 |
fn qualifier(reader: &mut Reader<'_>) -> Option<()> {
    if reader.be32()? != QUALIFIER {
        return None;
    }
    let mut spare = Value::default();
    while reader.vlq()? != 0 {
        spare.read(reader)?;
    }
    Some(())
}

/// The bytes of a blob that a sub-streamed read brought.
pub fn blob(response: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(response.get(1..)?);
    if (reader.u8()?, reader.u8()?) != (0, CLASSIC_BLOB) || reader.vlq()? != 0 {
        return None;
    }
    let length = reader.vlq()?;
    reader.take(usize::try_from(length).ok()?)
}
