//! Variables read and written (ISO 9506-2 Read, Write; IEC 61850-8-1, 17 and 20).
//!
//! | read | [0] specification with result BOOLEAN | [1] { access } |, reply | [0] access | [1] { results } |
//! | write | access | [0] { data } |, reply | [0] error or [1] NULL, one each |
//! | access | [0] { SEQUENCE { [0] name, [5] alternate access } … } or [1] { name of a list } |

use super::control::{self, Control};
use super::name::{Name, alternate};
use super::request::{Ending, Request};
use super::status;
use super::tase2::Tase2;
use super::tell::{Entries, Entry};
use crate::dataset::{Flag, Operation};
use crate::protocol::ber::{Element, Elements, element};
use crate::protocol::{Outcome, Reply, Talk};

const LIST_OF_VARIABLE: u8 = 0xa0;
const VARIABLE_LIST_NAME: u8 = 0xa1;
const NAME: u8 = 0xa0;
const ALTERNATE_ACCESS: u8 = 0xa5;
const FAILURE: u8 = 0x80;

/// One variable of an access specification.
#[derive(Clone, Copy, Debug)]
pub struct Variable<'a> {
    pub name: Option<Name<'a>>,
    alternate: &'a [u8],
    /// Its place in a named list of variables.
    member: Option<usize>,
}

impl<'a> Variable<'a> {
    pub fn address(&self) -> String {
        let mut out = self.name.map_or_else(String::new, |name| name.address());
        alternate(self.alternate, &mut out);
        if let Some(member) = self.member {
            out.push_str(&format!("[{member}]"));
        }
        out
    }

    fn kind(&self) -> &'static str {
        if self.member.is_some() { "dataset" } else { "variable" }
    }

    /// Reads one SEQUENCE of a list of variables.
    pub fn of(sequence: &Element<'a>) -> Self {
        let mut out = Self { name: None, alternate: &[], member: None };
        for part in (Elements { left: sequence.contents }) {
            match part.tag {
                NAME => out.name = Name::first(part.contents),
                ALTERNATE_ACCESS => out.alternate = part.contents,
                _ => {}
            }
        }
        out
    }
}

/// Which variables: each by itself, or all of a named list.
#[derive(Clone, Copy, Debug)]
pub enum Access<'a> {
    Each(&'a [u8]),
    List(Option<Name<'a>>),
}

impl<'a> Access<'a> {
    /// Reads the choice, and what follows behind it.
    pub fn read(data: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let choice = element(data)?;
        let rest = data.get(choice.size..).unwrap_or_default();
        match choice.tag {
            LIST_OF_VARIABLE => Some((Self::Each(choice.contents), rest)),
            VARIABLE_LIST_NAME => Some((Self::List(Name::first(choice.contents)), rest)),
            _ => None,
        }
    }

    /// The variables; a list has as many as the other side gives values.
    pub fn variables(self, values: usize) -> Vec<Variable<'a>> {
        match self {
            Self::Each(list) => Elements { left: list }.map(|sequence| Variable::of(&sequence)).collect(),
            Self::List(name) => {
                (0..values.max(1)).map(|at| Variable { name, alternate: &[], member: Some(at) }).collect()
            }
        }
    }
}

/// The elements in `data`, each with the bytes of its tag and length.
pub fn whole(data: &[u8]) -> Vec<&[u8]> {
    let mut left = data;
    let mut out = Vec::new();
    while let Some(found) = element(left) {
        out.extend(left.get(..found.size));
        left = left.get(found.size..).unwrap_or_default();
    }
    out
}

/// A read with its results.
pub fn read(
    request: &Request,
    ending: &Ending<'_>,
    (control, tase2): (&mut Control, &mut Tase2),
    out: &mut Entries,
    talk: &mut Talk<'_>,
) {
    let asked = Elements { left: &request.body }.find(|e| e.tag == 0xa1).and_then(|e| Access::read(e.contents));
    let told = Elements { left: ending.body }.find(|e| e.tag == 0xa0).and_then(|e| Access::read(e.contents));
    let results = Elements { left: ending.body }.find(|e| e.tag == 0xa1).map_or(&[][..], |e| e.contents);
    let results = whole(results);
    let Some((access, _)) = asked.or(told) else {
        if !request.body.is_empty() {
            talk.flag(Flag::MmsMalformed, Some(7), None);
        }
        // A lone reply does not say what was read.
        return out.push(Entry::new(Operation::Read));
    };
    let variables = access.variables(results.len());
    counted(variables.len(), results.len(), ending, talk);
    for (at, variable) in variables.iter().enumerate() {
        let mut entry = Entry::at(Operation::Read, variable.kind(), variable.address());
        let result = results.get(at).copied();
        if control::selects(variable.name) {
            Control::select(&mut entry, result);
            out.push(entry);
            continue;
        }
        tase2.read(&mut entry, variable.name, request.side.other(), result);
        match result {
            Some(failed) if failed.first() == Some(&FAILURE) => {
                let (outcome, status) = status::of_access(failed.get(2..).unwrap_or_default());
                (entry.outcome, entry.status) = (Some(outcome), status);
                out.push(entry);
            }
            Some(datum) => {
                control.model(variable.name, datum);
                out.value(entry, datum);
            }
            None => out.push(entry),
        }
    }
    tase2.opened(out, request, ending, talk);
}

/// A write with its results.
pub fn write(
    request: &Request,
    ending: &Ending<'_>,
    (control, tase2): (&mut Control, &mut Tase2),
    out: &mut Entries,
    talk: &mut Talk<'_>,
) {
    let Some((access, rest)) = Access::read(&request.body) else {
        if !request.body.is_empty() {
            talk.flag(Flag::MmsMalformed, Some(7), None);
        }
        return out.push(Entry::new(Operation::Write));
    };
    let data = element(rest).filter(|e| e.tag == 0xa0).map_or(&[][..], |e| e.contents);
    let data = whole(data);
    let results: Vec<Element<'_>> = Elements { left: ending.body }.collect();
    let variables = access.variables(data.len());
    if variables.len() != data.len() {
        talk.flag(Flag::MmsResultCount, None, None);
    }
    counted(variables.len(), results.len(), ending, talk);
    for (at, variable) in variables.iter().enumerate() {
        let datum = data.get(at).copied().unwrap_or_default();
        let mut entry = Entry::at(operation(variable.name, datum), variable.kind(), variable.address());
        match results.get(at) {
            Some(result) if result.tag == FAILURE => {
                let (outcome, status) = status::of_access(result.contents);
                (entry.outcome, entry.status) = (Some(outcome), status);
            }
            Some(_) => entry.outcome = Some(Outcome::Success),
            None => {}
        }
        match variable.name.and_then(|name| control::step(&name).map(|step| (name, step))) {
            Some((name, step)) => control.command(entry, (&name, step), datum, ending.outcome, out),
            None => {
                tase2.write(&mut entry, variable.name, datum, ending.outcome, out);
                out.value(entry, datum);
            }
        }
    }
}

fn counted(asked: usize, told: usize, ending: &Ending<'_>, talk: &mut Talk<'_>) {
    if ending.reply == Reply::Answered && ending.outcome == Outcome::Success && asked != told {
        talk.flag(Flag::MmsResultCount, None, None);
    }
}

/// What writing a variable does, by its functional constraint (IEC 61850-7-2, annex B).
fn operation(name: Option<Name<'_>>, datum: &[u8]) -> Operation {
    let Some(name) = name else { return Operation::Write };
    match name.constraint().as_ref().map(|constraint| &constraint[..]) {
        // Substitution: the value stands for that of the process.
        Some(b"SV") => Operation::WriteForce,
        Some(b"SP") if within(&name, b"SGCB") => Operation::ConfigureDevice,
        Some(b"SP" | b"SE" | b"SG" | b"CF" | b"DC") => Operation::WriteParameter,
        Some(b"RP" | b"BR") => match name.last() {
            b"RptEna" | b"Resv" | b"ResvTms" if none(datum) => Operation::SubscribeStop,
            b"RptEna" | b"GI" | b"Resv" | b"ResvTms" | b"EntryID" => Operation::SubscribeStart,
            _ => Operation::ConfigureDevice,
        },
        Some(b"GO" | b"GS" | b"MS" | b"US" | b"LG") => Operation::ConfigureDevice,
        _ => Operation::Write,
    }
}

/// Whether a datum is false or 0.
fn none(datum: &[u8]) -> bool {
    element(datum).is_some_and(|value| value.contents.iter().all(|octet| *octet == 0))
}

fn within(name: &Name<'_>, part: &[u8]) -> bool {
    name.item.split(|octet| *octet == b'$').any(|found| found == part)
}

#[cfg(test)]
mod tests {
    use super::{Name, operation};
    use crate::dataset::Operation;

    #[test]
    fn the_functional_constraint_says_what_a_write_does() {
        let of = |item: &str, datum: &[u8]| operation(Some(Name::of_reference(item.as_bytes())), datum);
        let no = [0x83, 1, 0];
        assert_eq!(of("LD/MMXU1$SV$Hz$subMag", &no), Operation::WriteForce);
        assert_eq!(of("LD/LLN0$SP$SGCB$ActSG", &no), Operation::ConfigureDevice);
        assert_eq!(of("LD/PTOC1$SE$StrVal$setMag", &no), Operation::WriteParameter);
        assert_eq!(of("LD/LLN0$RP$rcb01$RptEna", &no), Operation::SubscribeStop);
        assert_eq!(of("LD/LLN0$RP$rcb01$RptEna", &[0x83, 1, 1]), Operation::SubscribeStart);
        assert_eq!(of("LD/LLN0$BR$rcb01$DatSet", &no), Operation::ConfigureDevice);
        assert_eq!(of("LD/LLN0$GO$gcb01$GoEna", &no), Operation::ConfigureDevice);
        assert_eq!(of("Setpoint", &no), Operation::Write);
    }
}
