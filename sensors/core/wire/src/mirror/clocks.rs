//! Time servers of the wire against the time that the frames carry.

use super::view::View;
use crate::bytes::{be16, be32, u8_at};
use crate::flow::ip::UDP;
use std::collections::BTreeMap;

/// Time servers, and samples of each, at most.
const MOST: usize = 16;
const SAMPLES: usize = 31;
const NTP: u16 = 123;
/// PTP over Ethernet (IEEE 1588, annex F), and its ports over UDP (annex D).
const PTP: u16 = 0x88F7;
const PTP_EVENT: u16 = 319;
const PTP_GENERAL: u16 = 320;
/// Seconds from 1900 to 1970 (RFC 5905, 6).
const SINCE_1900: i64 = 2_208_988_800;
const SECOND: i64 = 1_000_000_000;

/// A time server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Clock {
    /// Its address; of PTP over Ethernet `ptp domain N`.
    pub source: String,
    /// Median of the time of its frames less the time they tell, ns.
    pub ahead: i64,
    pub samples: u64,
}

/// Samples by source.
#[derive(Default)]
pub struct Clocks {
    samples: BTreeMap<String, Vec<i64>>,
    /// Seconds that TAI is ahead of UTC, by domain: a domain that announces no such scale tells no time of day.
    scales: BTreeMap<u8, i64>,
}

impl Clocks {
    pub fn frame(&mut self, view: &View<'_>) {
        if view.packet.ether_type == Some(PTP) {
            self.ptp(view.time, view.packet.payload);
        }
        let Some(ip) = view.ip.as_ref().filter(|ip| ip.datagram.protocol == UDP && ip.datagram.fragment.is_none())
        else {
            return;
        };
        let segment = ip.datagram.payload;
        let (Some(source), Some(destination), Some(body)) = (be16(segment, 0), be16(segment, 2), segment.get(8..))
        else {
            return;
        };
        if source == NTP
            && let Some(told) = ntp(body)
        {
            self.sample(format!("NTP {}", ip.datagram.source), view.time, told);
        }
        if destination == PTP_EVENT || destination == PTP_GENERAL {
            self.ptp(view.time, body);
        }
    }

    /// | 0 type 4 bits, version 4 bits | 2 length 2 | 4 domain 1 | 6 flags 2 | … | 34 seconds 6 | 40 nanoseconds 4 | 44 UTC offset 2 |
    fn ptp(&mut self, time: i64, data: &[u8]) {
        let read = || {
            let (kind, domain) = (u8_at(data, 0)? & 0x0f, u8_at(data, 4)?);
            let version = u8_at(data, 1)? & 0x0f;
            (version == 2).then_some((kind, domain, be16(data, 6)?))
        };
        let Some((kind, domain, flags)) = read() else { return };
        match kind {
            // Announce: flags `currentUtcOffsetValid` and `ptpTimescale`.
            0xb if flags & 0x000c == 0x000c => {
                if let Some(offset) = be16(data, 44) {
                    self.scales.insert(domain, offset.into());
                }
            }
            0xb => {
                self.scales.remove(&domain);
            }
            // Sync and Follow_Up; a Sync of two steps tells nothing.
            0x0 | 0x8 => {
                let told = (be16(data, 34), be32(data, 36), be32(data, 40));
                if let (Some(high), Some(low), Some(part)) = told
                    && (high, low) != (0, 0)
                    && let Some(offset) = self.scales.get(&domain)
                {
                    let seconds = i64::from(high) << 32 | i64::from(low);
                    let utc = seconds.saturating_sub(*offset).saturating_mul(SECOND).saturating_add(part.into());
                    self.sample(format!("PTP {domain}"), time, utc);
                }
            }
            _ => {}
        }
    }

    fn sample(&mut self, source: String, time: i64, told: i64) {
        if self.samples.len() >= MOST && !self.samples.contains_key(&source) {
            return;
        }
        let samples = self.samples.entry(source).or_default();
        if samples.len() < SAMPLES {
            samples.push(time.saturating_sub(told));
        }
    }

    /// The clocks in the order of their names.
    pub fn list(&self) -> Vec<Clock> {
        let median = |samples: &Vec<i64>| {
            let mut sorted = samples.clone();
            sorted.sort_unstable();
            sorted.get(sorted.len() / 2).copied().unwrap_or(0)
        };
        self.samples
            .iter()
            .map(|(source, samples)| Clock {
                source: source.clone(),
                ahead: median(samples),
                samples: u64::try_from(samples.len()).unwrap_or(0),
            })
            .collect()
    }
}

/// The time at which a server that is synchronised itself sent its answer, ns since 1970 (RFC 5905, 7.3).
///
/// | 0 leap 2 bits, version 3 bits, mode 3 bits | 1 stratum 1 | … | 40 transmit seconds 4 | 44 fraction 4 |
fn ntp(data: &[u8]) -> Option<i64> {
    let (first, stratum) = (u8_at(data, 0)?, u8_at(data, 1)?);
    let (leap, mode) = (first >> 6, first & 7);
    let serves = mode == 4 || mode == 5;
    if leap == 3 || !serves || !(1..=15).contains(&stratum) {
        return None;
    }
    let (seconds, fraction) = (be32(data, 40)?, be32(data, 44)?);
    if seconds == 0 {
        return None;
    }
    // The second era began in 2036: small numbers are those of it.
    let era = if seconds < 1 << 31 { 1i64 << 32 } else { 0 };
    let seconds = i64::from(seconds) + era - SINCE_1900;
    let part = (i64::from(fraction) * SECOND) >> 32;
    Some(seconds.saturating_mul(SECOND).saturating_add(part))
}
