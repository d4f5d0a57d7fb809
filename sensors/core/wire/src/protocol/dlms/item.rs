//! One object of an exchange: what is done to it, its value, how it ended.

use super::axdr::{Reader, Value};
use super::image::{self, Image};
use super::said::Said;
use super::service::{Place, Target, Verdict};
use super::speaker::{About, Key, Speaker};
use super::tell::{address, function, member};
use super::{deed, result, scaler, sealed, short, show};
use crate::dataset::Operation;
use crate::protocol::dialogue::Turns;
use crate::protocol::draft::{Draft, Drafts};
use crate::protocol::{Outcome, Talk};
use crate::text::Details;

/// What is told of one object.
pub struct Told<'a> {
    pub verdict: Option<Verdict<'a>>,
    pub given: Option<&'a [u8]>,
    pub kind: Option<u8>,
    pub block: Option<(u32, bool)>,
    pub outcome: Outcome,
    pub alone: bool,
}

fn operation(about: About, kind: Option<u8>, place: Place) -> Operation {
    match (about, kind) {
        (About::Get | About::Read, _) => deed::get(place),
        (About::Set | About::Write, _) => deed::set(place),
        (About::Access, Some(kind)) if short::is_get(kind) => deed::get(place),
        (About::Access, Some(2 | 5)) => deed::set(place),
        _ => deed::action(place),
    }
}

/// Writes one object.
pub fn item(
    speaker: &mut Speaker,
    drafts: &mut Drafts,
    turns: &Turns<'_, Key>,
    target: &Target,
    told: &Told<'_>,
    talk: &mut Talk<'_>,
) {
    let place = target.place;
    let mut draft = Draft::new(operation(turns.key.about, told.kind, place));
    address(&mut draft, drafts, place);
    let reads = matches!(turns.key.about, About::Get | About::Read) || told.kind.is_some_and(short::is_get);
    let returned = told.verdict.and_then(|verdict| verdict.data);
    let data = if reads { returned } else { told.given.or(returned) };
    let mut details = details(turns, target, told);
    let scale = speaker.scalers.of(place, data.filter(|_| told.outcome != Outcome::Failure));
    let value = data.and_then(|data| Reader::new(data).value());
    if place_of_image(place) && !reads {
        firmware(speaker, turns, place, told, &mut details, talk);
    } else if deed::secret(place) {
        details.truth("hidden", true);
    } else if let Some(value) = value {
        draft.told = show::tell(&value, drafts);
        if let Some(scale) = scale {
            scaled(&value, scale, &mut details);
        }
        if reads {
            identity(turns, place, &value, talk);
        }
    }
    if !told.alone {
        if let Some((outcome, status)) = told.verdict.map(|verdict| result::of(verdict.code)) {
            (draft.outcome, draft.status) = (Some(outcome), status);
        }
        let said = turns.request.or(turns.answer).and_then(Said::read);
        draft.functions = said.map(|said| (function(&said), member(place)));
    }
    let details = details.finish().unwrap_or_default();
    draft.details = drafts.texts(|out| out.push_str(&details));
    drafts.list.push(draft);
}

fn details(turns: &Turns<'_, Key>, target: &Target, told: &Told<'_>) -> Details {
    let mut details = Details::default();
    details.number("client", turns.key.client);
    if matches!(turns.key.about, About::Get | About::Set | About::Action) {
        details.number("invoke_id", turns.key.invoke.saturating_sub(1));
    }
    if let Some(selection) = &target.selection {
        details.text("selection", selection);
    }
    if let Some((number, last)) = told.block {
        details.number("block", number).truth("last_block", last);
    }
    if turns.repeats > 0 {
        details.number("repeats", turns.repeats);
    }
    if let Some(sealed) = turns.request.and_then(Said::read).and_then(|said| said.sealed) {
        sealed::note(&sealed, &mut details);
    }
    details
}

/// The value in its unit.
fn scaled(value: &Value<'_>, scale: scaler::Scaler, details: &mut Details) {
    details.number("scaler", scale.power);
    if let Some(unit) = scaler::unit(scale.unit) {
        details.text("unit", unit);
    }
    let number = value.integer().and_then(|whole| i64::try_from(whole).ok()).and_then(|whole| {
        // Told exactly where a double holds it.
        i32::try_from(whole).ok().map(f64::from).or_else(|| whole.to_string().parse().ok())
    });
    if let Some(number) = number.or_else(|| value.real()) {
        let factor = 10f64.powi(i32::from(scale.power).abs());
        details.real("scaled", if scale.power < 0 { number / factor } else { number * factor });
    }
}

/// Names, serial numbers, firmware that were read.
fn identity(turns: &Turns<'_, Key>, place: Place, value: &Value<'_>, talk: &mut Talk<'_>) {
    let Some(attribute) = deed::identity(place) else { return };
    let Some(bytes) = value.string().filter(|bytes| !bytes.is_empty()) else { return };
    let mut text = String::new();
    show::octets(&mut text, bytes);
    let text = text.trim();
    if !text.is_empty() {
        talk.identity(turns.sender.other(), attribute, text, 0.95, "dlms.get");
    }
}

const fn place_of_image(place: Place) -> bool {
    matches!(place, Place::Logical { class: deed::IMAGE_TRANSFER, method: true, .. })
}

/// A step of an image transfer: blocks are counted and hashed, not told.
fn firmware(
    speaker: &mut Speaker,
    turns: &Turns<'_, Key>,
    place: Place,
    told: &Told<'_>,
    details: &mut Details,
    talk: &mut Talk<'_>,
) {
    let Place::Logical { member, .. } = place else { return };
    let done = told.outcome == Outcome::Success;
    match (member, told.given) {
        (1, Some(data)) => {
            if let Some(image) = Image::initiated(data) {
                details.text("image", &image.name).number("size", image.size);
                speaker.image = Some(image).filter(|_| done);
            }
        }
        (2, Some(data)) => {
            if let Some((number, octets)) = image::block(data) {
                details.number("image_block", number).number("size", i64::try_from(octets.len()).unwrap_or(0));
                if let Some(image) = speaker.image.as_mut().filter(|_| done) {
                    image.block(number, octets);
                }
            }
        }
        (3 | 4, _) => {
            if let Some(image) = speaker.image.take() {
                details.text("image", &image.name);
                image.tell(turns, talk);
            }
        }
        _ => {}
    }
}
