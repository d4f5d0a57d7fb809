//! The objects of an exchange and its blocks: those of a long transfer belong to what was asked for when it began.

use super::apdu::{ACTION_REQUEST, GET_REQUEST, SET_REQUEST};
use super::block::Transfer;
use super::service::{self, Request, Response, Target};
use super::short;
use super::speaker::{About, Speaker};
use crate::dataset::Flag;
use crate::protocol::Talk;

/// What one exchange says, its blocks put together.
#[derive(Default)]
pub struct Account {
    pub targets: Vec<Target>,
    /// Kinds of each access, of an access-request.
    pub kinds: Vec<u8>,
    /// Blocks of the request, of the answer.
    pub asked: Option<Transfer>,
    pub answered: Option<Transfer>,
    pub block: Option<(u32, bool)>,
}

impl Account {
    /// Finds the objects and adds the blocks of this exchange to what came before.
    pub fn gather(
        &mut self,
        speaker: &mut Speaker,
        request: &mut Request<'_>,
        response: &Response<'_>,
        talk: &mut Talk<'_>,
    ) {
        let first = !request.targets.is_empty();
        self.targets = std::mem::take(&mut request.targets);
        if let Some(block) = &request.block {
            let begun = if first { Some(Transfer::new(self.targets.clone())) } else { speaker.request.take() };
            let mut transfer = begun.unwrap_or_else(|| Transfer::headless(Vec::new()));
            transfer.add(block, talk);
            self.targets.clone_from(&transfer.targets);
            self.block = Some((block.number, block.last));
            self.asked = Some(transfer);
        }
        // A request for the next block names no object: it is that of the blocks before.
        let going_on = speaker.answer.take().filter(|_| !first && request.block.is_none());
        if let (Some(transfer), true) = (&going_on, request.next.is_some()) {
            self.targets.clone_from(&transfer.targets);
            self.block = request.next.map(|number| (number, false));
        }
        if let Some(block) = &response.block {
            let mut transfer = going_on.unwrap_or_else(|| begun(first || self.asked.is_some(), self.targets.clone()));
            transfer.add(block, talk);
            self.block = Some((block.number, block.last));
            self.answered = Some(transfer);
        }
    }

    /// Keeps what goes on for the next exchange.
    pub fn keep(self, speaker: &mut Speaker) {
        let last = self.block.is_some_and(|(_, last)| last);
        speaker.request = self.asked.filter(|_| !last);
        speaker.answer = self.answered.filter(|_| !last);
    }
}

/// Reads the data of transfers that are complete.
pub fn read_blocks<'a>(
    account: &'a Account,
    about: About,
    request: &mut Request<'a>,
    response: &mut Response<'a>,
    talk: &mut Talk<'_>,
) {
    if !account.block.is_some_and(|(_, last)| last) {
        return;
    }
    let objects = account.targets.len();
    let tag = match about {
        About::Get => GET_REQUEST,
        About::Set => SET_REQUEST,
        _ => ACTION_REQUEST,
    };
    if let Some(transfer) = account.asked.as_ref().filter(|transfer| !transfer.spoilt) {
        match service::assembled_data(objects, &transfer.raw) {
            Some(data) => request.data = data,
            None => talk.flag(Flag::DlmsMalformed, None, None),
        }
    }
    if let Some(transfer) = account.answered.as_ref().filter(|transfer| !transfer.spoilt && objects > 0) {
        // A Read by short names says of each object whether there are data, in blocks too.
        let read = if about == About::Read {
            short::assembled(&transfer.raw)
        } else {
            service::assembled(tag, objects, &transfer.raw)
        };
        match read {
            Some(verdicts) => response.verdicts = verdicts,
            None => talk.flag(Flag::DlmsMalformed, None, None),
        }
    }
}

/// A transfer that begins with this exchange, or one whose beginning was not seen.
fn begun(whole: bool, targets: Vec<Target>) -> Transfer {
    if whole { Transfer::new(targets) } else { Transfer::headless(targets) }
}
