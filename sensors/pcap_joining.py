"""Joins small capture files to one, by time: the packets of several alerts."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from sensors.replay import HEADER, MAGIC, RECORD, SECOND

LINK_TYPE = 20
"""Where the header has the link type, 4 octets."""
HEAD = struct.Struct("<IHHIIII")
NANOSECONDS = 0xA1B23C4D
SNAP_LENGTH = 262_144


def joined(files: Iterable[bytes], most: int) -> tuple[bytes, int, bool]:
    """Classic pcap with nanoseconds of at most so many frames, how many, and whether there were more. What begins with
    other headers than the first file (another link type) is left out, as is a packet that is there already."""
    link: int | None = None
    found: dict[tuple[int, bytes], None] = {}
    for data in files:
        order, unit = MAGIC[data[:4]]
        (its,) = struct.unpack_from(f"{order}I", data, LINK_TYPE)
        link = its if link is None else link
        place = HEADER
        while its == link and place + RECORD <= len(data):
            seconds, fraction, captured, original = struct.unpack_from(f"{order}IIII", data, place)
            body = struct.pack("<II", captured, original) + data[place + RECORD : place + RECORD + captured]
            found.setdefault((seconds * SECOND + fraction * unit, body))
            place += RECORD + captured
    chosen = sorted(found)[:most]
    parts = [struct.pack("<II", *divmod(time, SECOND)) + body for time, body in chosen]
    head = HEAD.pack(NANOSECONDS, 2, 4, 0, 0, SNAP_LENGTH, link or 0)
    return head + b"".join(parts), len(chosen), len(found) > len(chosen)


def in_nanoseconds(data: bytes) -> bytes:
    """The same frames, in their order, as the ring has them: little-endian, nanoseconds."""
    order, unit = MAGIC[data[:4]]
    if (order, unit) == ("<", 1):
        return data
    (link,) = struct.unpack_from(f"{order}I", data, LINK_TYPE)
    parts, place = [HEAD.pack(NANOSECONDS, 2, 4, 0, 0, SNAP_LENGTH, link)], HEADER
    while place + RECORD <= len(data):
        seconds, fraction, captured, original = struct.unpack_from(f"{order}IIII", data, place)
        begin, place = place + RECORD, place + RECORD + captured
        parts += [struct.pack("<IIII", seconds, fraction * unit, captured, original), data[begin:place]]
    return b"".join(parts)
