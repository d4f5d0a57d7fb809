//! The status word of a PMU (STAT, IEEE C37.118.2-2011 table 7) and the quality of a time stamp (table 3).

use crate::dataset::Flag;
use crate::text::Details;

const SYNC_LOST: u16 = 0x2000;
const ARRIVAL: u16 = 0x1000;
const TRIGGER: u16 = 0x0800;
const CONFIGURATION: u16 = 0x0400;
const MODIFIED: u16 = 0x0200;
const TEST: u16 = 0x8000;
const ERROR: u16 = 0x4000;

/// Clock failure, time not reliable.
const CLOCK_FAILED: u8 = 0x0f;

/// Bits that stand for something odd when they come up.
const BITS: [(u16, Flag); 4] = [
    (SYNC_LOST, Flag::SynchrophasorUnsynchronised),
    (TRIGGER, Flag::SynchrophasorTrigger),
    (CONFIGURATION, Flag::SynchrophasorChangeAnnounced),
    (MODIFIED, Flag::SynchrophasorDataModified),
];

/// What came up since the last word of this PMU.
pub fn news(before: u16, now: u16) -> impl Iterator<Item = Flag> {
    let error = (data_error(before) != data_error(now)).then(|| data_error(now)).flatten();
    error.into_iter().chain(BITS.into_iter().filter(move |(bit, _)| now & !before & bit != 0).map(|(_, flag)| flag))
}

/// Bits 15 and 14: 01 PMU error, 10 test mode or absent data, 11 PMU error: do not use.
const fn data_error(word: u16) -> Option<Flag> {
    match (word & TEST != 0, word & ERROR != 0) {
        (_, true) => Some(Flag::SynchrophasorDataError),
        (true, false) => Some(Flag::SynchrophasorTestMode),
        _ => None,
    }
}

pub const fn clock_failed(quality: u8) -> bool {
    quality & 0x0f == CLOCK_FAILED
}

/// The word and the quality by name; None when there is nothing to say of them.
pub fn described(word: u16, quality: u8) -> Option<String> {
    let mut details = Details::default();
    let words = words(word);
    if !words.is_empty() {
        details.text("status", &words.join(", "));
    }
    if let Some(quality) = quality_name(quality) {
        details.text("time_quality", quality);
    }
    details.finish()
}

fn words(word: u16) -> Vec<&'static str> {
    let error = match (word & TEST != 0, word & ERROR != 0) {
        (false, true) => Some("PMU error, no information about data"),
        (true, false) => Some("PMU in test mode or absent data"),
        (true, true) => Some("PMU error, do not use values"),
        _ => None,
    };
    let bits = [
        (SYNC_LOST, "not synchronised"),
        (ARRIVAL, "sorted by arrival"),
        (TRIGGER, "trigger detected"),
        (CONFIGURATION, "configuration change"),
        (MODIFIED, "data modified"),
    ];
    let reason = (word & TRIGGER != 0).then_some(trigger(word & 0x0f));
    error
        .into_iter()
        .chain(bits.into_iter().filter(|(bit, _)| word & bit != 0).map(|(_, name)| name))
        .chain(unlocked((word >> 4) & 3))
        .chain(pmu_quality((word >> 6) & 7))
        .chain(reason)
        .collect()
}

/// Bits 5 and 4.
const fn unlocked(code: u16) -> Option<&'static str> {
    match code {
        1 => Some("unlocked for 10 s to 100 s"),
        2 => Some("unlocked for 100 s to 1000 s"),
        3 => Some("unlocked for over 1000 s"),
        _ => None,
    }
}

/// Bits 8 to 6: greatest error of the PMU's time. 0 is of the edition before.
const fn pmu_quality(code: u16) -> Option<&'static str> {
    match code {
        1 => Some("time error below 100 ns"),
        2 => Some("time error below 1 us"),
        3 => Some("time error below 10 us"),
        4 => Some("time error below 100 us"),
        5 => Some("time error below 1 ms"),
        6 => Some("time error below 10 ms"),
        7 => Some("time error over 10 ms or unknown"),
        _ => None,
    }
}

/// Bits 3 to 0.
const fn trigger(code: u16) -> &'static str {
    match code {
        0 => "manual",
        1 => "magnitude low",
        2 => "magnitude high",
        3 => "phase angle difference",
        4 => "frequency high or low",
        5 => "rate of change of frequency high",
        7 => "digital",
        8..=15 => "trigger reason by the user",
        _ => "trigger reason reserved",
    }
}

/// Message time quality indicator code.
const fn quality_name(quality: u8) -> Option<&'static str> {
    match quality & 0x0f {
        0 => None,
        1 => Some("within 1 ns"),
        2 => Some("within 10 ns"),
        3 => Some("within 100 ns"),
        4 => Some("within 1 us"),
        5 => Some("within 10 us"),
        6 => Some("within 100 us"),
        7 => Some("within 1 ms"),
        8 => Some("within 10 ms"),
        9 => Some("within 100 ms"),
        10 => Some("within 1 s"),
        11 => Some("within 10 s"),
        15 => Some("clock failed, time not reliable"),
        _ => Some("reserved"),
    }
}
