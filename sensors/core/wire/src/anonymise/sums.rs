//! The Internet checksum: worked out (RFC 1071), and changed with what it covers (RFC 1624, equation 3), by which a
//! checksum that was wrong stays wrong, and one over what was not captured stays right.

/// The sum of 16-bit words, not yet inverted.
pub fn sum(data: &[u8]) -> u32 {
    let (words, rest) = data.as_chunks::<2>();
    let last = rest.first().map_or(0, |octet| u32::from(*octet) << 8);
    folded(words.iter().fold(last, |all, word| folded(all.saturating_add(u32::from(u16::from_be_bytes(*word))))))
}

/// What words that were replaced add to the sum.
pub fn difference(before: &[u8], after: &[u8]) -> u32 {
    folded(sum(after).saturating_add(0xffff_u32.saturating_sub(sum(before))))
}

/// A checksum after what it covers changed by this.
pub fn changed(checksum: u16, difference: u32) -> u16 {
    inverted(u32::from(!checksum).saturating_add(difference))
}

/// A sum as it is written.
pub fn inverted(sum: u32) -> u16 {
    !u16::try_from(folded(sum)).unwrap_or(0)
}

fn folded(mut sum: u32) -> u32 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum
}
