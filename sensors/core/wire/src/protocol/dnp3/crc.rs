//! CRC of DNP3 frames (IEEE 1815-2012 9.2.4.3): polynomial 0x3D65, reflected, start 0, inverted at the end.

const POLYNOMIAL: u16 = 0xa6bc;

const TABLE: [u16; 256] = table();

#[allow(clippy::indexing_slicing, clippy::as_conversions)] // evaluated by the compiler, of numbers below 256
const fn table() -> [u16; 256] {
    let mut out = [0u16; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u16;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 0 { value >> 1 } else { (value >> 1) ^ POLYNOMIAL };
            bit += 1;
        }
        out[byte] = value;
        byte += 1;
    }
    out
}

/// CRC of some bytes.
pub fn crc(data: &[u8]) -> u16 {
    let mut value = 0u16;
    for byte in data {
        let index = usize::from((value ^ u16::from(*byte)) & 0xff);
        value = (value >> 8) ^ TABLE.get(index).copied().unwrap_or(0);
    }
    !value
}

/// Whether the last two bytes are the CRC of those before.
pub fn right(block: &[u8]) -> bool {
    block.split_last_chunk::<2>().is_some_and(|(data, sum)| crc(data) == u16::from_le_bytes(*sum))
}
