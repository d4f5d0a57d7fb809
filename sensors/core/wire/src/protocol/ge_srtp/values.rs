//! Values of memory, as the model wants them: words most significant byte first, points as a byte each.

use super::memory::{self, Cut};
use crate::protocol::{Form, Values};

/// Reads values into `buffer`. False where there are fewer than were named.
pub fn read(buffer: &mut Vec<u8>, cut: Cut, (offset, length): (u16, u16), data: &[u8]) -> bool {
    buffer.clear();
    let Some(data) = data.get(..memory::size(cut, offset, length)) else { return false };
    match cut {
        Cut::Words => buffer.extend(data.chunks_exact(2).flat_map(|word| word.iter().rev())),
        Cut::Bytes => buffer.extend(data),
        Cut::Bits => {
            let points = data.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1));
            buffer.extend(points.skip(usize::from(offset % 8)).take(usize::from(length)));
        }
    }
    true
}

/// What was read.
pub fn told(buffer: &[u8], cut: Cut) -> Values<'_> {
    match cut {
        _ if buffer.is_empty() => Values::None,
        Cut::Words => Values::Registers(buffer),
        Cut::Bytes => Values::Packed { kind: "byte", form: Form::Uint8, bytes: buffer },
        Cut::Bits => Values::Packed { kind: "bool", form: Form::Uint8, bytes: buffer },
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, read};

    #[test]
    fn words_and_points() {
        let mut buffer = Vec::new();
        assert!(read(&mut buffer, Cut::Words, (0, 2), &[0xd2, 4, 1, 0, 9, 9]));
        assert_eq!(buffer, [4, 0xd2, 0, 1]);
        assert!(read(&mut buffer, Cut::Bits, (9, 1), &[0x02]));
        assert_eq!(buffer, [1]);
        assert!(read(&mut buffer, Cut::Bits, (6, 4), &[0x40, 0x02]));
        assert_eq!(buffer, [1, 0, 0, 1]);
        assert!(!read(&mut buffer, Cut::Words, (0, 4), &[0; 6]));
    }
}
