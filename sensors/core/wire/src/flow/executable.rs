//! Programs by content, in streams whose protocol is not parsed: PE, ELF, scripts. Only the head of each burst (what one
//! side sends until the other speaks) is looked at, so bulk traffic costs next to nothing.

use crate::bytes::{le16, le32};
use memchr::memmem;
use std::sync::LazyLock;

/// Bytes at the head of a burst in which a program may begin: room for the head of HTTP, SMB or FTP before it.
pub const HEAD: usize = 4096;
/// Where the text of the DOS stub stands at most, behind `MZ`.
const STUB: usize = 1024;

pub const PE: &str = "application/x-dosexec";
pub const ELF: &str = "application/x-elf";
pub const SCRIPT: &str = "text/x-shellscript";

static MZ: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"MZ"));
static ELF_MAGIC: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"\x7fELF"));
static STUB_TEXT: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"This program "));

/// The kind of program that begins in `data`, as a media type. `first`: the stream begins with these bytes.
pub fn executable(data: &[u8], first: bool) -> Option<&'static str> {
    if first && script(data) {
        return Some(SCRIPT);
    }
    if MZ.find_iter(data).any(|at| data.get(at..).is_some_and(pe)) {
        return Some(PE);
    }
    ELF_MAGIC.find_iter(data).any(|at| data.get(at..).is_some_and(elf)).then_some(ELF)
}

/// `#!/bin/sh`, `#! /usr/bin/env python`.
fn script(data: &[u8]) -> bool {
    data.starts_with(b"#!/") || data.starts_with(b"#! /")
}

/// DOS header with the PE header at e_lfanew (offset 60), or with the text of its stub where the PE header is not in
/// sight: `This program cannot be run in DOS mode`, `This program must be run under Win32`.
fn pe(data: &[u8]) -> bool {
    let Some(at) = le32(data, 60).and_then(|at| usize::try_from(at).ok()) else { return false };
    if at.checked_add(4).and_then(|end| data.get(at..end)).is_some_and(|magic| magic == b"PE\0\0") {
        return true;
    }
    let stub = data.get(..STUB.min(data.len())).unwrap_or_default();
    STUB_TEXT.find_iter(stub).any(|at| {
        let rest = stub.get(at + 13..).unwrap_or_default();
        rest.starts_with(b"cannot be run in DOS mode") || rest.starts_with(b"must be run under Win")
    })
}

/// | magic 4 | class 1 | byte order 1 | version 1 (1) | 9 | type 2: 1 relocatable, 2 executable, 3 shared |
fn elf(data: &[u8]) -> bool {
    let Some([_, _, _, _, class @ (1 | 2), order @ (1 | 2), 1, ..]) = data.get(..16) else { return false };
    let _ = class;
    let kind = le16(data, 16).map(|kind| if *order == 2 { kind.swap_bytes() } else { kind });
    matches!(kind, Some(1..=3))
}

#[cfg(test)]
mod tests {
    use super::{ELF, PE, SCRIPT, executable};

    fn pe(header: usize) -> Vec<u8> {
        let mut file = vec![0; header + 8];
        file[..2].copy_from_slice(b"MZ");
        file[60..64].copy_from_slice(&u32::try_from(header).unwrap().to_le_bytes());
        file[header..header + 4].copy_from_slice(b"PE\0\0");
        file
    }

    #[test]
    fn programs_are_seen_at_the_start_and_behind_other_heads() {
        for head in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n", &[0; 116]] {
            assert_eq!(executable(&[head, &pe(0xf8)].concat(), true), Some(PE));
            let elf = b"\x7fELF\x01\x02\x01\0\0\0\0\0\0\0\0\0\0\x02";
            assert_eq!(executable(&[head, elf].concat(), false), Some(ELF));
        }
        assert_eq!(executable(b"#!/bin/sh\nreboot\n", true), Some(SCRIPT));
    }

    #[test]
    fn the_stub_alone_is_enough() {
        let mut file = pe(0x2000);
        file.truncate(300);
        assert_eq!(executable(&file, true), None);
        file[0x4e..0x4e + 38].copy_from_slice(b"This program cannot be run in DOS mode");
        assert_eq!(executable(&file, true), Some(PE));
    }

    #[test]
    fn look_alikes_are_not() {
        assert_eq!(executable(b"MZ and MZ again, PE\0\0", true), None);
        assert_eq!(executable(&pe(0x80)[..0x80], true), None);
        assert_eq!(executable(b"\x7fELF is a magic number", true), None);
        assert_eq!(executable(b"#!/bin/sh", false), None);
        assert_eq!(executable(b"", true), None);
        assert_eq!(executable(&[b'M', b'Z'].repeat(2000), true), None);
    }
}
