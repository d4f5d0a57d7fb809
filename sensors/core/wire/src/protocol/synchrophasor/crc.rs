//! CRC-CCITT of a frame (IEEE C37.118.2-2011 annex B): polynomial 0x1021, start 0xFFFF, not reflected, not inverted.

const POLYNOMIAL: u16 = 0x1021;

const TABLE: [u16; 256] = table();

#[allow(clippy::indexing_slicing, clippy::as_conversions)] // evaluated by the compiler, of numbers below 256
const fn table() -> [u16; 256] {
    let mut out = [0u16; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 0x8000 == 0 { value << 1 } else { (value << 1) ^ POLYNOMIAL };
            bit += 1;
        }
        out[byte] = value;
        byte += 1;
    }
    out
}

pub fn crc(data: &[u8]) -> u16 {
    let mut value = 0xffff_u16;
    for byte in data {
        let index = usize::from((value >> 8) ^ u16::from(*byte));
        value = (value << 8) ^ TABLE.get(index).copied().unwrap_or(0);
    }
    value
}

/// Whether the last two bytes are the CRC of those before.
pub fn right(frame: &[u8]) -> bool {
    frame.split_last_chunk::<2>().is_some_and(|(data, sum)| crc(data) == u16::from_be_bytes(*sum))
}
