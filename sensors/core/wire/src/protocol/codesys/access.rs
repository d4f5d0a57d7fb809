//! CmpUserMgr: users and groups by name. Of passwords nothing is told.

use super::description::{Account, Both};
use super::tag::Tags;
use super::value::text;
use crate::protocol::draft::Told;

const CREDENTIALS: u32 = 0x81;
const USER: u32 = 0x10;
const NAME: u32 = 0x03;
/// Services of groups: what they name is one.
const GROUPS: [u16; 3] = [0x0d, 0x0e, 0x0f];
const OBJECT: u32 = 0x83;

pub fn read(both: &Both<'_>, out: &mut Account<'_>) {
    let Some(asked) = both.asked else { return };
    let tags = asked.tags();
    let user = tags.find(USER).or_else(|| tags.inside(CREDENTIALS).find(USER));
    if let Some(user) = user.map(text).filter(|user| !user.is_empty()) {
        out.object("user", &user, Told::None);
    }
    let kind = if GROUPS.contains(&asked.service) { "group" } else { "user" };
    for name in names(tags) {
        out.object(kind, &name, Told::None);
    }
    for object in tags.filter(|tag| tag.id == OBJECT) {
        for name in names(Tags::new(object.data)) {
            out.object("right", &name, Told::None);
        }
    }
}

fn names(tags: Tags<'_>) -> impl Iterator<Item = String> {
    tags.filter(|tag| tag.id == NAME).map(|tag| text(tag.data)).filter(|name| !name.is_empty())
}
