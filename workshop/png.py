"""Makes a screenshot small: 256 colours, each other drawn as the nearest of them (PNG, W3C third edition, 9 and 11)."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

MAGIC = b"\x89PNG\r\n\x1a\n"
RGB, INDEXED = 2, 3
COLOURS = 256
Colour = tuple[int, int, int]


def smaller(data: bytes) -> bytes:
    """The same picture with a palette. `data` is as browsers write it: 8 bits, red, green, blue, not interlaced."""
    chunks = list(_chunks(data))
    width, height, bits, kind, *_, interlaced = struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"])
    if (bits, kind, interlaced) != (8, RGB, 0):
        raise ValueError(f"not a picture of a browser: {bits} bits, colour type {kind}, interlace {interlaced}")
    body = zlib.decompress(b"".join(part for name, part in chunks if name == b"IDAT"))
    rows = [[(r[i], r[i + 1], r[i + 2]) for i in range(0, len(r), 3)] for r in _rows(body, width, height)]
    used = Counter(pixel for row in rows for pixel in row)
    index, palette = _indexed(used)
    packed = zlib.compress(b"".join(b"\0" + bytes(index[pixel] for pixel in row) for row in rows), 9)
    head = struct.pack(">IIBBBBB", width, height, 8, INDEXED, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", bytes(v for each in palette for v in each)), (b"IDAT", packed), (b"IEND", b""))
    return MAGIC + b"".join(_chunk(name, part) for name, part in parts)


def _indexed(used: Counter[Colour]) -> tuple[dict[Colour, int], list[Colour]]:
    """A palette, and which of it each colour becomes. The next one is always the colour that is most wrong so far, in
    distance squared times pixels: so that a small red dot keeps its red."""
    wrong = dict.fromkeys(sorted(used), 3 * 255**2 + 1)
    index, palette = dict.fromkeys(used, 0), list[Colour]()
    while len(palette) < COLOURS and any(wrong.values()):
        chosen = max(wrong, key=lambda colour: wrong[colour] * used[colour])
        for colour, known in wrong.items():
            distance = sum((a - b) ** 2 for a, b in zip(colour, chosen, strict=True))
            if distance < known:
                wrong[colour], index[colour] = distance, len(palette)
        palette.append(chosen)
    return index, palette


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(MAGIC)
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length


def _chunk(name: bytes, part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))


def _rows(body: bytes, width: int, height: int) -> Iterator[bytes]:
    """Rows without their filters."""
    size, above = 3 * width, bytes(3 * width)
    for number in range(height):
        start = number * (size + 1)
        row = bytearray(body[start + 1 : start + 1 + size])
        for i in range(size):
            left, corner = (row[i - 3], above[i - 3]) if i >= 3 else (0, 0)
            row[i] = (row[i] + _predicted(body[start], left, above[i], corner)) & 0xFF
        above = bytes(row)
        yield above


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    """What a filter takes from its neighbours: none, left, above, their mean, Paeth."""
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda each: abs(guess - each))
    return (0, left, up, (left + up) // 2)[kind]
