"""What a dissector costs, µs a message: `python -m tests.bench.dissectors`. Dosewire's polling, many times over."""

from __future__ import annotations

import struct
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from sensors.capture import CaptureFiles
from sensors.dissectors.dosewire import READ_WEIGHT
from sensors.fields import dissectors
from tests.dissectors.streams import Frame, frames, write
from tests.needs import PROJECT

WORK = PROJECT / "tests" / "golden" / "dosewire" / "work.pcap"
POLLS, APART = 20_000, 10_000
"""Requests with their replies, and microseconds between frames."""


def polled(together: int) -> list[Frame]:
    """The connection's beginning, then its first poll again and again, so many messages in one segment."""
    taken = frames(WORK)
    first = next(i for i, f in enumerate(taken) if f.payload and f.payload[9] == READ_WEIGHT)
    pair = [f for f in taken[first : first + 6] if f.payload][:2]
    seconds, micros = struct.unpack("<II", taken[first].stamp)
    at, made = seconds * 1_000_000 + micros, taken[:first]
    for number in range(POLLS // together):
        sent = [number * together * len(f.payload) for f in pair]
        for side, frame in enumerate(pair):
            at += APART
            made.append(_later(frame, together, sent[side], sent[1 - side], at))
    return made


def _later(frame: Frame, together: int, sent: int, heard: int, at: int) -> Frame:
    assert frame.start is not None
    data = bytearray(frame.data[: frame.start] + frame.payload * together)
    data[16:18] = struct.pack(">H", len(data) - 14)
    for place, more in ((38, sent), (42, heard)):
        number = int.from_bytes(data[place : place + 4], "big") + more
        data[place : place + 4] = struct.pack(">I", number & 0xFFFFFFFF)
    return replace(frame, stamp=struct.pack("<II", *divmod(at, 1_000_000)), data=bytes(data))


def seconds(path: Path, *, read: bool) -> float:
    """Time of a capture with its dissector, or as an unknown protocol."""
    begun = time.perf_counter()
    captures = CaptureFiles([path], dissectors=dissectors().usable if read else [])
    for _ in captures:
        pass
    assert all(not fared.troubles for fared in captures.dissectors), captures.dissectors
    return time.perf_counter() - begun


def main() -> int:
    """Prints one line for each number of messages in a segment."""
    with tempfile.TemporaryDirectory() as folder:
        for together in (1, 8, 32):
            path = write(Path(folder) / "polled.pcap", polled(together), WORK)
            extra = seconds(path, read=True) - seconds(path, read=False)
            print(f"{together:3} messages a segment: {extra / POLLS / 2 * 1e6:6.1f} us a message")
    return 0


if __name__ == "__main__":
    sys.exit(main())
