//! Subscriptions: what each of their references stands for, so that notifications have addresses.
//!
//! A reference list: | flags | count to end | count to begin | references to end … | then each to begin: | 0x8004 2, count
//! of ids 2 | reference | 1 | access area | symbol CRC | access sub-area | ids |, all variable-length quantities.

use super::address::Place;
use super::reader::Reader;

/// Subscriptions of one connection, and references of one.
const SUBSCRIPTIONS: usize = 32;
const REFERENCES: usize = 512;
const ADDRESS_ARRAY: u8 = 0x20;
const UDINT: u8 = 4;

#[derive(Debug)]
struct Subscription {
    id: u32,
    references: Vec<(u32, Place)>,
}

#[derive(Debug, Default)]
pub struct Subscriptions {
    list: Vec<Subscription>,
}

/// A list as read: references that end and those that begin.
pub type Changes = (Vec<u32>, Vec<(u32, Place)>);

/// Reads a reference list in its value.
pub fn read(raw: &[u8]) -> Option<Changes> {
    let mut reader = Reader::new(raw);
    if (reader.u8()?, reader.u8()?) != (ADDRESS_ARRAY, UDINT) {
        return None;
    }
    reader.skip_vlq(2)?;
    let (ending, beginning) = (reader.vlq()?, reader.vlq()?);
    let mut out = Changes::default();
    for _ in 0..ending {
        out.0.push(reader.vlq()?);
    }
    for _ in 0..beginning {
        let count = reader.vlq()? & 0xffff;
        let reference = reader.vlq()?;
        reader.vlq()?;
        let (area, crc) = (reader.vlq()?, reader.vlq()?);
        let place = Place::behind(&mut reader, crc, area, count)?;
        out.1.push((reference, place));
    }
    Some(out)
}

/// The subscription and the changes in a SetMultiVariables that writes its reference list:
/// | object 4 | count | count of ids | ids | item number, value |.
pub fn changed(body: &[u8]) -> Option<(u32, Changes)> {
    let mut reader = Reader::new(body);
    let id = reader.be32()?;
    let (count, ids) = (reader.vlq()?, reader.vlq()?);
    if count != 1 || ids != 1 {
        return None;
    }
    reader.skip_vlq(2)?;
    read(reader.rest()).map(|changes| (id, changes))
}

impl Subscriptions {
    /// A subscription was created or changed. False when the table is full.
    pub fn change(&mut self, id: u32, (ending, beginning): Changes) -> bool {
        let at = self.list.iter().position(|s| s.id == id).unwrap_or_else(|| {
            self.list.push(Subscription { id, references: Vec::new() });
            self.list.len() - 1
        });
        let mut room = true;
        if let Some(subscription) = self.list.get_mut(at) {
            let references = &mut subscription.references;
            let replaced = |r: &u32| ending.contains(r) || beginning.iter().any(|(b, _)| b == r);
            references.retain(|(r, _)| !replaced(r));
            room = references.len() + beginning.len() <= REFERENCES;
            references.extend(beginning);
            references.truncate(REFERENCES);
        }
        if self.list.len() > SUBSCRIPTIONS {
            self.list.remove(0);
            room = false;
        }
        room
    }

    pub fn end(&mut self, id: u32) {
        self.list.retain(|s| s.id != id);
    }

    /// What a reference of a subscription stands for.
    pub fn place(&self, id: u32, reference: u32) -> Option<&Place> {
        let subscription = self.list.iter().find(|s| s.id == id)?;
        subscription.references.iter().find(|(r, _)| *r == reference).map(|(_, place)| place)
    }

    pub fn weight(&self) -> usize {
        let place = |(_, place): &(u32, Place)| size_of::<(u32, Place)>() + place.text.capacity();
        self.list.iter().map(|s| size_of::<Subscription>() + s.references.iter().map(place).sum::<usize>()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Subscriptions, read};

    #[test]
    fn a_list_of_a_panel_is_read_and_bounded() {
        let raw = [
            &[0x20, 4, 0x11, 0x88, 0x80, 0x84, 0x80, 0, 0, 2][..],
            &[
                0x88, 0x80, 0x90, 0x80, 2, 0x8f, 0xff, 0xff, 0xff, 0x7e, 0, 0x52, 0x8a, 0xe2, 0x8f, 0xb7, 0, 0x9d,
                0x18, 9,
            ],
            &[
                0x88, 0x80, 0x90, 0x80, 2, 0x8f, 0xff, 0xff, 0xff, 0x7f, 0, 0x52, 0x8a, 0x8e, 0xe5, 0xef, 0x36, 0x9d,
                0x18, 10,
            ],
        ]
        .concat();
        let mut all = Subscriptions::default();
        assert!(all.change(7, read(&raw).unwrap()));
        assert_eq!(all.place(7, 0xffff_ffff).unwrap().text, "M.LID:10");
        assert_eq!(all.place(7, 0xffff_fffe).unwrap().kind, "merker");
        assert!(read(&raw[..raw.len() - 1]).is_none());
        for id in 0..1000 {
            all.change(id, read(&raw).unwrap());
        }
        assert!(all.weight() < 1 << 16);
    }
}
