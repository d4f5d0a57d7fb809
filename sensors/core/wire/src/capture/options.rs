//! Options of pcapng blocks.

use super::bytes::Order;

/// End of the list (`opt_endofopt`); it may be missing.
const END: u16 = 0;

/// Walks over the options that follow a block's fixed part.
///
/// ```text
/// +----------------+----------------+-------------------+---------+
/// | code (2 bytes) | length (2)     | value (length)    | 0 to 3  |
/// +----------------+----------------+-------------------+---------+
/// ```
///
/// A list that runs over the end of its block stops there: the block's own length was checked, what an option says
/// beyond it is not believed.
pub(super) struct Options<'a> {
    order: Order,
    rest: &'a [u8],
}

impl<'a> Options<'a> {
    pub(super) fn new(order: Order, bytes: &'a [u8]) -> Self {
        Self { order, rest: bytes }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let code = self.order.u16(self.rest, 0)?;
        let length = usize::from(self.order.u16(self.rest, 2)?);
        if code == END {
            return None;
        }
        let body = self.rest.get(4..)?;
        let value = body.get(..length)?;
        self.rest = body.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    }
}

/// Text of an option: without closing NUL bytes, at most 256 characters, odd bytes replaced.
pub(super) fn text(value: &[u8]) -> String {
    let end = value.iter().position(|&byte| byte == 0).unwrap_or(value.len());
    String::from_utf8_lossy(value.get(..end).unwrap_or_default()).chars().take(256).collect()
}
