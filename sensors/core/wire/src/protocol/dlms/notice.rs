//! What a server says by itself: events, pushed data, reports; and writes that nobody answers.

use super::apdu::{DATA_NOTIFICATION, EVENT_NOTIFICATION, UNCONFIRMED_WRITE};
use super::axdr::Reader;
use super::said::Said;
use super::speaker::{Key, Speaker};
use super::tell::{self, Common};
use super::{deed, sealed, short, show};
use crate::dataset::Operation;
use crate::protocol::dialogue::Turns;
use crate::protocol::draft::Draft;
use crate::protocol::{Outcome, Talk};
use crate::text::Details;

pub fn tell(speaker: &mut Speaker, turns: &Turns<'_, Key>, said: &Said<'_>, talk: &mut Talk<'_>) {
    match said.tag() {
        EVENT_NOTIFICATION | DATA_NOTIFICATION => pushed(speaker, turns, said, talk),
        UNCONFIRMED_WRITE | super::apdu::INFORMATION_REPORT => report(speaker, turns, said, talk),
        _ => sealed::lone(turns, said, talk),
    }
}

fn pushed(speaker: &mut Speaker, turns: &Turns<'_, Key>, said: &Said<'_>, talk: &mut Talk<'_>) {
    let event = said.tag() == EVENT_NOTIFICATION;
    let notice = short::notice(said.apdu);
    let mut drafts = std::mem::take(&mut speaker.drafts);
    drafts.clear();
    let mut draft = Draft::new(if event { Operation::Notify } else { Operation::Publish });
    let mut details = Details::default();
    details.number("client", said.client);
    if let Some(notice) = &notice {
        if !notice.time.is_empty() {
            let mut time = String::new();
            show::octets(&mut time, notice.time);
            details.text("time", &time);
        }
        if let Some(number) = notice.number {
            details.number("invoke_id", number);
        }
        if let Some(target) = &notice.target {
            tell::address(&mut draft, &mut drafts, target.place);
        }
        let value = notice.data.and_then(|data| Reader::new(data).value());
        let hidden = notice.target.as_ref().is_some_and(|target| deed::secret(target.place));
        if let Some(value) = value.filter(|_| !hidden) {
            draft.told = show::tell(&value, &mut drafts);
        }
    }
    if let Some(seal) = &said.sealed {
        sealed::note(seal, &mut details);
    }
    let details = details.finish().unwrap_or_default();
    draft.details = drafts.texts(|out| out.push_str(&details));
    drafts.list.push(draft);
    tell::hand(&drafts, turns, said, Common::new(Outcome::Unknown, None), talk);
    speaker.drafts = drafts;
}

fn report(speaker: &mut Speaker, turns: &Turns<'_, Key>, said: &Said<'_>, talk: &mut Talk<'_>) {
    let written = said.tag() == UNCONFIRMED_WRITE;
    let mut request = short::request(said.apdu).unwrap_or_default();
    let mut drafts = std::mem::take(&mut speaker.drafts);
    drafts.clear();
    for target in &request.targets {
        let operation = if written { deed::set(target.place) } else { Operation::Publish };
        let mut draft = Draft::new(operation);
        tell::address(&mut draft, &mut drafts, target.place);
        let value = request.data.value().filter(|_| !deed::secret(target.place));
        if let Some(value) = value {
            draft.told = show::tell(&value, &mut drafts);
        }
        drafts.list.push(draft);
    }
    if drafts.list.is_empty() {
        drafts.list.push(Draft::new(if written { Operation::Write } else { Operation::Publish }));
    }
    tell::hand(&drafts, turns, said, Common::new(Outcome::Unknown, None), talk);
    speaker.drafts = drafts;
}
