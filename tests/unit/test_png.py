"""A screenshot made smaller keeps its size and colours, whatever filters its rows had."""

from __future__ import annotations

import struct
import zlib

import pytest

from workshop.png import MAGIC, smaller

WIDTH, HEIGHT = 7, 10


def chunk(name: bytes, part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))


def pixel(x: int, y: int) -> tuple[int, int, int]:
    return (x * 30, y * 25, (x * y * 7) % 256)


def picture(colour_type: int = 2) -> bytes:
    """A picture whose rows have every filter of the standard in turn."""
    above, body = bytes(3 * WIDTH), b""
    for y in range(HEIGHT):
        row, kind = bytes(value for x in range(WIDTH) for value in pixel(x, y)), y % 5
        body += bytes([kind])
        for i, value in enumerate(row):
            left, corner = (row[i - 3], above[i - 3]) if i >= 3 else (0, 0)
            up, guess = above[i], left + above[i] - corner
            paeth = min((left, up, corner), key=lambda each: abs(guess - each))
            body += bytes([(value - (0, left, up, (left + up) // 2, paeth)[kind]) % 256])
        above = row
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, colour_type, 0, 0, 0)
    return MAGIC + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def test_every_pixel_keeps_its_colour() -> None:
    made = smaller(picture())
    assert struct.unpack_from(">IIBB", made, 16) == (WIDTH, HEIGHT, 8, 3)
    place, parts = len(MAGIC), dict[bytes, bytes]()
    while place < len(made):
        (length,) = struct.unpack_from(">I", made, place)
        parts[made[place + 4 : place + 8]] = made[place + 8 : place + 8 + length]
        place += 12 + length
    palette, rows = parts[b"PLTE"], zlib.decompress(parts[b"IDAT"])
    for y in range(HEIGHT):
        for x in range(WIDTH):
            n = rows[y * (WIDTH + 1) + 1 + x]
            assert tuple(palette[3 * n : 3 * n + 3]) == pixel(x, y)


def test_what_no_browser_writes_is_refused() -> None:
    with pytest.raises(ValueError, match="colour type 6"):
        smaller(picture(colour_type=6))
