//! Notifications: who watches what, and what the device then sends of itself.
//!
//! | 0 length 4 | 4 stamps 4 | for each: time 8 (100 ns since 1601) | samples 4 | for each: handle 4 | size 4 | data |
//! (Beckhoff Information System, "ADS Device Notification")

use super::header::Ams;
use super::object::Place;
use crate::bytes::le32;
use std::collections::BTreeMap;

/// Watched places kept of one flow.
const WATCHED: usize = 1024;
/// Samples told of one message.
pub const SAMPLES: usize = 1000;

#[derive(Default)]
pub struct Watched {
    places: BTreeMap<(Ams, u32), Place>,
}

impl Watched {
    /// False when there is no room.
    pub fn begin(&mut self, handle: u32, place: Place) -> bool {
        let key = (place.device, handle);
        if self.places.len() >= WATCHED && !self.places.contains_key(&key) {
            return false;
        }
        self.places.insert(key, place);
        true
    }

    pub fn at(&self, device: Ams, handle: u32) -> Option<Place> {
        self.places.get(&(device, handle)).copied()
    }

    pub fn end(&mut self, device: Ams, handle: u32) {
        self.places.remove(&(device, handle));
    }

    pub fn weight(&self) -> usize {
        self.places.len() * (size_of::<Place>() + size_of::<(Ams, u32)>()) * 2
    }
}

/// The samples of a notification; false when they do not come out even.
pub fn samples<'a>(body: &'a [u8], mut each: impl FnMut(u32, &'a [u8])) -> bool {
    read(body, &mut each).is_some_and(|rest| rest.is_empty())
}

fn read<'a>(body: &'a [u8], each: &mut impl FnMut(u32, &'a [u8])) -> Option<&'a [u8]> {
    let stamps = le32(body, 4)?;
    let mut rest = body.get(8..)?;
    let mut told = 0;
    for _ in 0..stamps {
        let count = le32(rest, 8)?;
        rest = rest.get(12..)?;
        for _ in 0..count {
            let size = usize::try_from(le32(rest, 4)?).ok()?;
            let data = rest.get(8..)?.get(..size)?;
            if told == SAMPLES {
                return None;
            }
            told += 1;
            each(le32(rest, 0)?, data);
            rest = rest.get(8 + size..)?;
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::samples;

    #[test]
    fn samples_are_counted_by_what_is_there() {
        let head =
            |stamps: u32, count: u32| [&[0; 4][..], &stamps.to_le_bytes(), &[0; 8], &count.to_le_bytes()].concat();
        let mut seen = Vec::new();
        let whole = [head(1, 2), vec![7, 0, 0, 0, 2, 0, 0, 0, 1, 2], vec![8, 0, 0, 0, 0, 0, 0, 0]].concat();
        assert!(samples(&whole, |handle, data| seen.push((handle, data.len()))));
        assert_eq!(seen, [(7, 2), (8, 0)]);
        assert!(!samples(&whole[..whole.len() - 1], |_, _| {}));
        assert!(!samples(&head(1, u32::MAX), |_, _| {}));
        let endless = [head(1, 5000), vec![0; 8 * 5000]].concat();
        let mut count = 0;
        assert!(!samples(&endless, |_, _| count += 1) && count == super::SAMPLES);
    }
}
