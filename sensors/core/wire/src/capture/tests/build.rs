//! Makes captures.

/// Writer of numbers in one byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::capture) enum End {
    Little,
    Big,
}

pub(in crate::capture) const ENDS: [End; 2] = [End::Little, End::Big];

impl End {
    pub(in crate::capture) fn b16(self, value: u16) -> [u8; 2] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    pub(in crate::capture) fn b32(self, value: u32) -> [u8; 4] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    pub(in crate::capture) fn b64(self, value: u64) -> [u8; 8] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    pub(in crate::capture) fn words(self, values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|value| self.b32(*value)).collect()
    }

    /// File header of pcap.
    pub(in crate::capture) fn pcap(self, magic: u32, version: (u16, u16), link: u32) -> Vec<u8> {
        let mut bytes = self.b32(magic).to_vec();
        bytes.extend(self.b16(version.0));
        bytes.extend(self.b16(version.1));
        bytes.extend(self.words(&[0, 0, 65535, link]));
        bytes
    }

    /// Record of pcap whose length on the wire is that of its data.
    pub(in crate::capture) fn record(self, seconds: u32, fraction: u32, data: &[u8]) -> Vec<u8> {
        let length = data.len() as u32;
        [self.words(&[seconds, fraction, length, length]), data.to_vec()].concat()
    }

    /// A block around a body, which is padded.
    pub(in crate::capture) fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let padded = body.len().next_multiple_of(4);
        let length = padded as u32 + 12;
        let mut bytes = self.words(&[kind, length]);
        bytes.extend(body);
        bytes.resize(8 + padded, 0);
        bytes.extend(self.b32(length));
        bytes
    }

    pub(in crate::capture) fn section(self) -> Vec<u8> {
        self.section_of(1, 0)
    }

    pub(in crate::capture) fn section_of(self, major: u16, minor: u16) -> Vec<u8> {
        let body = [&self.b32(0x1a2b_3c4d)[..], &self.b16(major), &self.b16(minor), &self.b64(u64::MAX)].concat();
        self.block(0x0a0d_0d0a, &body)
    }

    pub(in crate::capture) fn option(self, code: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = [self.b16(code), self.b16(value.len() as u16)].concat();
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    /// Interface description with options, each written by [`option`](Self::option).
    pub(in crate::capture) fn interface(self, link: u16, snap: u32, options: &[Vec<u8>]) -> Vec<u8> {
        let body = [&self.b16(link)[..], &[0, 0], &self.b32(snap), &options.concat()].concat();
        self.block(1, &body)
    }

    pub(in crate::capture) fn enhanced(self, interface: u32, ticks: u64, data: &[u8], options: &[Vec<u8>]) -> Vec<u8> {
        let length = data.len() as u32;
        let mut body = self.words(&[interface, (ticks >> 32) as u32, ticks as u32, length, length]);
        body.extend(data);
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(options.concat());
        self.block(6, &body)
    }

    pub(in crate::capture) fn statistics(self, interface: u32, counts: &[(u16, u64)]) -> Vec<u8> {
        let options = counts.iter().flat_map(|(code, count)| self.option(*code, &self.b64(*count)));
        self.block(5, &[self.words(&[interface, 0, 0]), options.collect()].concat())
    }
}

pub(in crate::capture) const MICROSECONDS: u32 = 0xa1b2_c3d4;
pub(in crate::capture) const NANOSECONDS: u32 = 0xa1b2_3c4d;
pub(in crate::capture) const PATCHED: u32 = 0xa1b2_cd34;

/// A pcap of one frame per given second; the data is the second's number.
pub(in crate::capture) fn at_seconds(seconds: &[u32]) -> Vec<u8> {
    let records = seconds.iter().flat_map(|second| End::Little.record(*second, 0, &second.to_be_bytes()));
    [End::Little.pcap(MICROSECONDS, (2, 4), 1), records.collect()].concat()
}

/// A pcapng with most kinds of blocks, for mutation.
pub(in crate::capture) fn rich_pcapng(end: End) -> Vec<u8> {
    [
        end.section(),
        end.interface(1, 96, &[end.option(2, b"eth0"), end.option(9, &[9]), end.option(0, &[])]),
        end.interface(101, 0, &[end.option(9, &[0x8a]), end.option(14, &end.b64(1_700_000_000))]),
        end.enhanced(0, 1_700_000_000_000_000_001, &[1; 61], &[end.option(4, &end.b64(3))]),
        end.enhanced(1, 1536, &[2; 8], &[]),
        end.block(3, &[&end.b32(120)[..], &[3; 96]].concat()),
        end.block(2, &[&end.b16(0)[..], &end.b16(7), &end.words(&[0, 9, 4, 4]), &[4; 4]].concat()),
        end.block(4, &[0; 16]),
        end.block(0x0bad, &[9; 21]),
        end.statistics(0, &[(4, 100), (5, 2), (7, 1)]),
    ]
    .concat()
}
