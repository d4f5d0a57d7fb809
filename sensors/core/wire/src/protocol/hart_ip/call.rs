//! One command with its reply as drafts of items.

use super::direct::{self, Entry, List};
use super::layout::Reading;
use super::pdu::Address;
use super::response::{self, DEVICE_STATUS};
use super::{command, identity, layouts, wireless};
use crate::dataset::Operation;
use crate::protocol::draft::{Draft, Drafts};
use crate::protocol::{Function, Outcome};
use crate::text::Details;

/// What a device answered.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub code: u8,
    /// Commands in a list share one.
    pub device: Option<u8>,
    pub data: &'a [u8],
}

/// One command.
#[derive(Clone, Copy, Debug, Default)]
pub struct Call<'a> {
    pub number: u16,
    pub asked: Option<&'a [u8]>,
    pub told: Option<Told<'a>>,
}

/// How a call ended.
pub type Ending = (Outcome, Option<(u32, &'static str)>);

impl<'a> Call<'a> {
    pub fn ending(&self) -> Ending {
        let Some(told) = self.told else { return (Outcome::Unknown, None) };
        let status = (told.code != 0).then(|| (u32::from(told.code), response::name(self.number, told.code)));
        (response::outcome(told.code), status)
    }

    /// Data of a reply that did what was asked.
    pub fn done(&self) -> Option<&'a [u8]> {
        self.told.filter(|_| self.ending().0 == Outcome::Success).map(|told| told.data)
    }

    pub fn function(&self) -> Function {
        let name = command::of(self.number).map_or_else(|| command::class(self.number), |command| command.name);
        Function { code: Some(u32::from(self.number)), name: Some(name) }
    }

    pub fn operation(&self, published: bool) -> Operation {
        if published { Operation::Publish } else { command::operation(self.number, self.asked) }
    }

    /// Appends what the call says. False where a reply holds less than it must.
    pub fn describe(&self, published: bool, drafts: &mut Drafts, details: &mut Details) -> bool {
        let before = drafts.list.len();
        let operation = self.operation(published);
        let whole = self.items(operation, drafts, details);
        if drafts.list.len() == before {
            drafts.list.push(Draft::new(operation));
        }
        whole
    }

    /// Device status of a reply, which stands there whatever was asked.
    pub fn device_status(&self) -> Option<u8> {
        self.told.filter(|told| !response::is_communication_error(told.code)).and_then(|told| told.device)
    }

    fn items(&self, operation: Operation, drafts: &mut Drafts, details: &mut Details) -> bool {
        if let Some(told) = self.told.filter(|told| response::is_communication_error(told.code)) {
            details.text("communication_error", &response::communication_errors(told.code));
        }
        if self.asked.is_some_and(|asked| command::releases(self.number, asked)) {
            details.truth("released", true);
        }
        if wireless::secret(self.number).is_some() {
            return true;
        }
        if let Some(list) = self.done().filter(|_| is_list(self.number)).and_then(List::aggregated) {
            return list.take(direct::MOST).all(|entry| within(&entry, operation, drafts, details));
        }
        let mut reading = Reading::new(drafts, operation);
        if let Some(layout) = layouts::written(self.number) {
            return match (self.asked.filter(|asked| asked.len() >= layout.least), self.done()) {
                (Some(asked), done) => {
                    reading.read(&layout, if asked.is_empty() { done.unwrap_or_default() } else { asked });
                    true
                }
                // What was asked is not known, or flagged already.
                (None, Some(done)) => reading.read(&layout, done) || self.asked.is_some(),
                (None, None) => true,
            };
        }
        if identity::tells(self.number) {
            return self.done().is_none_or(|done| identity::describe(self.number, done, &mut reading, details));
        }
        match (layouts::told(self.number), self.done()) {
            (Some(layout), Some(done)) => reading.read(&layout, done),
            _ => {
                if let (Some(layout), Some(asked)) = (layouts::asked(self.number), self.asked) {
                    reading.read(&layout, asked);
                }
                true
            }
        }
    }
}

const fn is_list(number: u16) -> bool {
    matches!(number, direct::READ_AGGREGATED | direct::READ_AGGREGATED_ROSEMOUNT)
}

/// A command that was read with others.
fn within(entry: &Entry<'_>, operation: Operation, drafts: &mut Drafts, details: &mut Details) -> bool {
    let Some((code, data)) = entry.response() else { return false };
    let call = Call { number: entry.number, asked: None, told: Some(Told { code, device: None, data }) };
    let from = drafts.list.len();
    let whole = is_list(entry.number) || call.describe(operation == Operation::Publish, drafts, details);
    mark(&call, from, drafts);
    whole
}

/// Gives the drafts from `from` on the command's own function and ending.
pub fn mark(call: &Call<'_>, from: usize, drafts: &mut Drafts) {
    let (outcome, status) = call.ending();
    for draft in drafts.list.iter_mut().skip(from) {
        draft.functions = Some((call.function(), Function::default()));
        (draft.outcome, draft.status) = (Some(outcome), status);
    }
}

/// Encloses what each draft says of itself, and what is said of all of them; then comes the device status, if there is one.
pub fn finish(common: &str, status: Option<u8>, published: bool, drafts: &mut Drafts) {
    enclose(common, 0, drafts);
    if let Some(status) = status {
        let operation = if published { Operation::Publish } else { Operation::DiagnoseRead };
        let from = drafts.list.len();
        Reading::new(drafts, operation).flags("device_status", &DEVICE_STATUS, status);
        enclose("", from, drafts);
    }
}

fn enclose(common: &str, from: usize, drafts: &mut Drafts) {
    let mut list = std::mem::take(&mut drafts.list);
    for draft in list.iter_mut().skip(from) {
        let own = drafts.text.get(draft.details.clone()).unwrap_or_default().to_owned();
        if own.is_empty() && common.is_empty() {
            continue;
        }
        draft.details = drafts.texts(|out| {
            out.push('{');
            out.push_str(&own);
            if !own.is_empty() && !common.is_empty() {
                out.push(',');
            }
            out.push_str(common);
            out.push('}');
        });
    }
    drafts.list = list;
}

/// Whether the address is that of the device at the other end itself.
pub fn is_own(address: Address, device: Option<[u8; 5]>) -> bool {
    match address {
        Address::Own | Address::Polling(0) => true,
        Address::Polling(_) => false,
        Address::Unique(unique) => device.is_none_or(|device| device == unique),
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Told};
    use crate::protocol::Outcome;

    #[test]
    fn a_delayed_response_has_not_ended_and_a_warning_is_no_failure() {
        let of = |code| Call { number: 1, asked: None, told: Some(Told { code, device: None, data: &[] }) }.ending();
        assert_eq!(of(0), (Outcome::Success, None));
        assert_eq!(of(33).0, Outcome::Unknown);
        assert_eq!(of(8).0, Outcome::Success);
        assert_eq!(of(16), (Outcome::Failure, Some((16, "access restricted"))));
        assert_eq!(of(0x88), (Outcome::Failure, Some((0x88, "communication error"))));
    }
}
