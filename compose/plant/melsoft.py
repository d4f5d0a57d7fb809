"""MELSOFT by hand, the bytes: frames of iQ-R/iQ-F and of Q, requests as captures of GX Works3 show them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

DIRECT_PORT, SEARCH_PORT, TCP_PORT = 5560, 5561, 5562
EVERYBODY = "255.255.255.255"
MODEL, MODEL_CODE = b"FX5U-32MT/ES", 0x4A29
Q_MODEL, Q_MODEL_CODE = b"Q03UDECPU", 0x0268
PROJECT = "$MELPRJ$\\"
DRIVE = 4
PART = 960
"""Bytes of a file in one message."""

TYPE_NAME, TYPE_NAME_LONG, CHALLENGE = 0x0101, 0x0121, 0x01A0
READ, RANDOM_READ, RANDOM_WRITE, WRITE, Q_WRITE = 0x0410, 0x0411, 0x1411, 0x1410, 0x1402
RUN, STOP, PAUSE, RESET = 0x1001, 0x1002, 0x1003, 0x100A
SEARCH, UNNAMED = 0x0B20, 0x0B2A
CHANGE, CHANGE_DATA, CHANGE_STEP, CHECKS = 0x1730, 0x0B16, 0x1731, 0x1734
LIST, FIND, DELETE, OPEN, FILE_READ, FILE_WRITE, CLOSE = 0x1859, 0x185F, 0x1862, 0x1867, 0x1868, 0x1869, 0x186A
DRIVE_INFORMATION, ATTRIBUTES = 0x18A0, 0x187E
REFUSED, NO_FILE = 0x4080, 0x4022

CODES = {"M": 0x01, "SM": 0x02, "X": 0x10, "Y": 0x11, "D": 0x20, "SD": 0x21, "LZ": 0x62}
BITS = (0x01, 0x02, 0x10, 0x11)
DOUBLES = (0x62,)


def text(letters: str) -> bytes:
    """A path behind its length."""
    data = letters.encode("utf-16-le") + b"\0\0"
    return struct.pack("<H", len(data)) + data


@dataclass
class Call:
    """One request, or what a controller reads of it."""

    command: int
    sequence: int
    data: bytes
    extension: bytes = b""
    long: bool = True
    route: bytes = b""

    def request(self) -> bytes:
        """Its bytes."""
        route = bytes(20) if self.long else struct.pack("<II", 0, 0x04000000)
        split = len(self.data) + 2 if self.extension else 0
        head = struct.pack(">H", self.command) + struct.pack("<HH", self.sequence, split)
        body = bytes([0x1C, 0x0A if self.long else 0x08, len(route) + 2, len(route)]) + route + head
        body += self.data + self.extension
        first = bytes.fromhex("57010000001111070000ffff030000fe030000")
        return first + struct.pack("<H", len(body)) + body

    @classmethod
    def read(cls, message: bytes) -> Call:
        """What a request says."""
        route = message[24]
        at = 25 + route
        command, sequence, split = struct.unpack_from(">H", message, at)[0], *struct.unpack_from("<HH", message, at + 2)
        body = message[at + 6 :]
        data, extension = (body[: split - 2], body[split - 2 :]) if split else (body, b"")
        return cls(command, sequence, data, extension, route == 20, message[25:at])

    def response(self, data: bytes = b"", end_code: int = 0) -> bytes:
        """What answers it."""
        head = struct.pack(">H", self.command) + struct.pack("<HH", self.sequence, 0)
        body = bytes([0x9C, 0x0A if self.long else 0x00, len(self.route) + 4, len(self.route)])
        body += struct.pack("<H", end_code) + self.route + head + data
        mark = "7f000000a8" if self.long else "07000000e4"
        return bytes.fromhex(f"d7010000001111{mark}0300ffff030000") + struct.pack("<H", len(body)) + body


def device(name: str) -> tuple[int, int]:
    """Code and number of `D100`, `Y1F`."""
    letters = name.rstrip("0123456789ABCDEF") if name[0] in "XY" else name.rstrip("0123456789")
    return CODES[letters], int(name[len(letters) :], 16 if letters in "XY" else 10)


def bits(values: list[int]) -> bytes:
    """Bits packed in words, the first lowest."""
    number = sum(bool(value) << at for at, value in enumerate(values))
    return number.to_bytes((len(values) + 15) // 16 * 2, "little")


def words(values: list[int]) -> bytes:
    """Values of two bytes."""
    return struct.pack(f"<{len(values)}H", *(value & 0xFFFF for value in values))


def values_of(code: int, values: list[int]) -> bytes:
    """Values as the device has them."""
    if code in DOUBLES:
        return struct.pack(f"<{len(values)}I", *values)
    return bits(values) if code in BITS else words(values)


def value_at(code: int, told: bytes, at: int) -> int:
    """One of them."""
    if code in BITS:
        return told[at // 8] >> at % 8 & 1
    size = 4 if code in DOUBLES else 2
    return int.from_bytes(told[size * at : size * at + size], "little")


def range_of(name: str, points: int, values: list[int] | None = None) -> bytes:
    """Data of 0410 and 1410."""
    code, number = device(name)
    head = bytes(10) + struct.pack("<HIIH", code, number, 0, points)
    return head + (b"" if values is None else values_of(code, values))


def single(words_of: list[str], bits_of: list[str], values: bytes | None = None, short: bool = False) -> bytes:
    """Data of 0411 and 1411."""
    told = bytes(10) + bytes([len(words_of), len(bits_of)]) + bytes(4 if values is None else 2)
    for names in (words_of, bits_of):
        if names:
            told += bytes([len(names), 0] if short else [0, len(names)]) + bytes(2)
            told += b"".join(struct.pack("<HI", *device(name)) + bytes(4 if short else 10) for name in names)
    return told + (values or b"")


def opening(path: str, size: int | None = None) -> bytes:
    """Data of 1867: to read, or to write so many bytes."""
    mode = 0x0000 if size is None else 0x0100
    return struct.pack("<IHHI", 0, mode, DRIVE, size or 0) + text(path)


def digest(of: bytes) -> bytes:
    """The extension with the digest of a password."""
    return bytes.fromhex("00022300014020") + of


def entry(name: str, size: int) -> bytes:
    """A short entry of FAT, changed on 2026-11-03 at 08:30:14."""
    stem, _, kind = name.partition(".")
    head = (stem[:8].ljust(8) + kind[:3].ljust(3)).upper().encode() + b"\x20\xff\0" + b"\xff" * 8
    changed = struct.pack("<HH", 8 << 11 | 30 << 5 | 7, 46 << 9 | 11 << 5 | 3)
    return head + changed + b"\xff\xff" + struct.pack("<I", size)


def long_entry(name: str) -> bytes:
    """The entry of a long name before it."""
    letters = (name.encode("utf-16-le") + b"\0\0").ljust(26, b"\xff")
    return b"\x41" + letters[:10] + b"\x0f\0\x6c" + letters[10:22] + b"\0\0" + letters[22:26]
