//! Reports (IEC 61850-8-1, 17; ISO 9506-2 InformationReport).
//!
//! | access | [0] { results } |; a report of IEC 61850 names the list `RPT`, and its results are in this order, those of
//! optional fields only where `OptFlds` says so: | RptID | OptFlds | SqNum | TimeOfEntry | DatSet | BufOvfl | EntryID |
//! ConfRev | SubSqNum | MoreSegmentsFollow | inclusion, a bit each member | data references | values | reasons |

use super::control::{self, Control};
use super::name::Name;
use super::status;
use super::tase2::Tase2;
use super::tell::{Entries, Entry};
use super::variable::{Access, whole};
use crate::dataset::{Flag, Operation};
use crate::protocol::ber::{self, element};
use crate::protocol::iec61850::{binary_time, utc};
use crate::protocol::{Outcome, Talk};
use crate::text::{self, Details, TEXT_LIMIT};

const REPORT: &[u8] = b"RPT";
const LAST_APPLICATION_ERROR: &[u8] = b"LastApplError";
const FAILURE: u8 = 0x80;

/// Bits of OptFlds from the first on.
const SEQUENCE_NUMBER: u16 = 1 << 14;
const TIME_STAMP: u16 = 1 << 13;
const REASON: u16 = 1 << 12;
const DATA_SET_NAME: u16 = 1 << 11;
const DATA_REFERENCE: u16 = 1 << 10;
const BUFFER_OVERFLOW: u16 = 1 << 9;
const ENTRY_ID: u16 = 1 << 8;
const CONF_REVISION: u16 = 1 << 7;
const SEGMENTATION: u16 = 1 << 6;

/// Reasons for inclusion, bits from the second on.
const REASONS: [(u8, &str); 6] = [
    (0x40, "data-change"),
    (0x20, "quality-change"),
    (0x10, "data-update"),
    (0x08, "integrity"),
    (0x04, "general-interrogation"),
    (0x02, "application-trigger"),
];

/// Takes results one after the other.
struct Results<'a> {
    list: Vec<&'a [u8]>,
    next: usize,
}

impl<'a> Results<'a> {
    fn take(&mut self) -> Option<&'a [u8]> {
        let found = self.list.get(self.next).copied();
        self.next += 1;
        found
    }

    /// Contents of the next one, where the field is there.
    fn field(&mut self, present: bool) -> Option<&'a [u8]> {
        if !present {
            return None;
        }
        element(self.take()?).map(|e| e.contents)
    }
}

/// An information report; the outcome of the whole.
pub fn tell(
    body: &[u8],
    (control, tase2): (&mut Control, &mut Tase2),
    out: &mut Entries,
    talk: &mut Talk<'_>,
) -> Outcome {
    let read = Access::read(body).and_then(|(access, rest)| Some((access, element(rest).filter(|e| e.tag == 0xa0)?)));
    let Some((access, results)) = read else {
        talk.flag(Flag::MmsMalformed, Some(7), None);
        out.push(Entry::new(Operation::Publish));
        return Outcome::Unknown;
    };
    let results = whole(results.contents);
    if let Access::List(Some(name)) = access
        && name.last().eq_ignore_ascii_case(REPORT)
    {
        if report(results, out).is_none() {
            talk.flag(Flag::MmsMalformed, None, None);
        }
        return Outcome::Success;
    }
    let variables = access.variables(results.len());
    if variables.len() != results.len() {
        talk.flag(Flag::MmsResultCount, None, None);
    }
    let mut outcome = Outcome::Success;
    let named: Vec<_> = variables.iter().map(|variable| variable.name).zip(results.iter().copied()).collect();
    let told = tase2.report(&named, matches!(access, Access::List(_)));
    for (variable, datum) in variables.iter().zip(&results) {
        let name = variable.name;
        if name.is_some_and(|name| name.item == LAST_APPLICATION_ERROR) {
            outcome = Outcome::Failure;
            out.push(control.error(datum).unwrap_or_else(|| Entry::new(Operation::Notify)));
            continue;
        }
        let kind = if matches!(access, Access::List(_)) { "dataset" } else { "variable" };
        let mut entry = Entry::at(Operation::Publish, kind, variable.address());
        if let Some((operation, details)) = &told {
            (entry.operation, entry.details) = (*operation, details.clone());
        }
        if name.is_some_and(|name| control::step(&name).is_some()) {
            Control::terminated(entry, datum, outcome == Outcome::Failure, out);
        } else {
            value(entry, datum, out);
        }
    }
    outcome
}

fn value(mut entry: Entry, datum: &[u8], out: &mut Entries) {
    if datum.first() == Some(&FAILURE) {
        let (outcome, status) = status::of_access(datum.get(2..).unwrap_or_default());
        (entry.outcome, entry.status) = (Some(outcome), status);
        return out.push(entry);
    }
    out.value(entry, datum);
}

/// A report of IEC 61850. None: it ends before what its flags promise.
fn report(list: Vec<&[u8]>, out: &mut Entries) -> Option<()> {
    let mut results = Results { list, next: 0 };
    let id = text::bounded(results.field(true)?, TEXT_LIMIT).0;
    let fields = results.field(true).and_then(|bits| match bits {
        [_, high, low, ..] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    })?;
    let has = |field: u16| fields & field != 0;
    let mut details = Details::default();
    details.text("report_id", &id);
    if let Some(sequence) = results.field(has(SEQUENCE_NUMBER)).and_then(ber::unsigned) {
        details.number("sequence", sequence);
    }
    if let Some(time) = results.field(has(TIME_STAMP)).and_then(|t| binary_time(t).or_else(|| utc(t))) {
        details.text("time", &time);
    }
    let data_set = results.field(has(DATA_SET_NAME)).map(|name| Name::of_reference(name).address());
    if let Some(overflow) = results.field(has(BUFFER_OVERFLOW)) {
        details.truth("buffer_overflow", overflow.iter().any(|octet| *octet != 0));
    }
    if let Some(entry) = results.field(has(ENTRY_ID)) {
        details.text("entry_id", &text::hex(entry, 16));
    }
    if let Some(revision) = results.field(has(CONF_REVISION)).and_then(ber::unsigned) {
        details.number("revision", revision);
    }
    if has(SEGMENTATION) {
        if let Some(part) = results.field(true).and_then(ber::unsigned) {
            details.number("sub_sequence", part);
        }
        if let Some(more) = results.field(true) {
            details.truth("more_follows", more.iter().any(|octet| *octet != 0));
        }
    }
    let base = data_set.unwrap_or(id);
    let mut head = Entry::at(Operation::Publish, "dataset", base.clone());
    let members = results.field(true).map(members)?;
    details.number("included", i64::try_from(members.len()).unwrap_or(0));
    head.details = details.finish();
    out.push(head);
    included(&mut results, &members, (has(DATA_REFERENCE), has(REASON)), &base, out)
}

/// The values: their references before them and the reasons behind them, where there are any.
fn included(
    results: &mut Results<'_>,
    members: &[usize],
    (referenced, reasoned): (bool, bool),
    base: &str,
    out: &mut Entries,
) -> Option<()> {
    let references: Vec<String> = if referenced {
        members.iter().filter_map(|_| results.field(true)).map(|r| Name::of_reference(r).address()).collect()
    } else {
        Vec::new()
    };
    let from = results.next;
    for (at, member) in members.iter().enumerate() {
        let datum = results.list.get(from + at).copied()?;
        let address = references.get(at).cloned().unwrap_or_else(|| format!("{base}[{member}]"));
        let mut entry = Entry::at(Operation::Publish, "dataset", address);
        if reasoned {
            let reason = results.list.get(from + members.len() + at).and_then(|reason| element(reason))?;
            let bits = reason.contents.get(1).copied().unwrap_or(0);
            let mut details = Details::default();
            match REASONS.iter().find(|(bit, _)| bits == *bit) {
                Some((_, only)) => details.text("inclusion", only),
                None => {
                    let named = REASONS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name);
                    details.text("inclusion", &named.collect::<Vec<_>>().join(" "))
                }
            };
            entry.details = details.finish();
        }
        value(entry, datum, out);
    }
    Some(())
}

/// Places of the bits set.
fn members(bits: &[u8]) -> Vec<usize> {
    let octets = bits.get(1..).unwrap_or_default();
    let set = |at: usize| octets.get(at / 8).is_some_and(|octet| octet & (0x80 >> (at % 8)) != 0);
    (0..octets.len().saturating_mul(8)).filter(|at| set(*at)).collect()
}

#[cfg(test)]
mod tests {
    use super::{members, report};
    use crate::protocol::mms::tell::Entries;

    #[test]
    fn members_are_the_bits_set() {
        assert_eq!(members(&[6, 0xa0, 0x40]), [0, 2, 9]);
        assert!(members(&[]).is_empty());
    }

    #[test]
    fn a_report_that_ends_too_early_is_told_as_far_as_it_goes() {
        let id: &[u8] = &[0x8a, 2, b'r', b'1'];
        let none: &[u8] = &[0x84, 3, 6, 0, 0];
        let inclusion: &[u8] = &[0x84, 2, 6, 0xc0];
        let yes: &[u8] = &[0x83, 1, 1];
        let mut out = Entries::default();
        assert!(report(vec![id, none, inclusion, yes, yes], &mut out).is_some());
        let addresses: Vec<&str> = out.list.iter().map(|entry| entry.address.as_str()).collect();
        assert_eq!(addresses, ["r1", "r1[0]", "r1[1]"]);
        assert!(report(vec![id, none, inclusion, yes], &mut Entries::default()).is_none());
        assert!(report(vec![id], &mut Entries::default()).is_none());
    }
}
