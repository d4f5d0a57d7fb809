//! CRC-32 of IEEE 802.3, which the channel layer protects its packets and messages with.

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut rest: &mut [u32] = &mut table;
    let mut byte: u32 = 0;
    while let Some((entry, others)) = rest.split_first_mut() {
        let mut crc = byte;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        *entry = crc;
        byte += 1;
        rest = others;
    }
    table
}

static TABLE: [u32; 256] = table();

/// A checksum that is not finished yet.
#[derive(Clone, Copy, Debug)]
pub struct Crc(u32);

impl Default for Crc {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Crc {
    pub fn with(self, data: &[u8]) -> Self {
        Self(data.iter().fold(self.0, |crc, byte| {
            let [low, ..] = crc.to_le_bytes();
            (crc >> 8) ^ TABLE.get(usize::from(low ^ byte)).copied().unwrap_or_default()
        }))
    }

    pub const fn finish(self) -> u32 {
        !self.0
    }
}

pub fn crc(data: &[u8]) -> u32 {
    Crc::default().with(data).finish()
}
