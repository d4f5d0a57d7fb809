"""Plays a capture again with its times moved: for the demo and for drills, which happen now.

Reads and writes the classic pcap form of any byte order, µs or ns (IETF draft-ietf-opsawg-pcap §4, §5): header of 24
bytes; each packet: seconds u32, fraction u32, captured u32, original u32, then its bytes.
"""

from __future__ import annotations

import struct
from pathlib import Path

from sensors.whole_files import write_whole

HEADER, RECORD = 24, 16
LARGEST_PACKET = 16 * 1024 * 1024
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
"""First bytes: byte order, and ns of one unit of the fraction."""


class NotReplayable(Exception):
    """The file is no classic pcap, or is cut off; `why` is a code."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path}: {why}")


def last_time(path: Path) -> int:
    """The latest packet time of a capture, ns. Raises NotReplayable, OSError."""
    return max(time for _, time, _ in _packets(path, path.read_bytes()))


def shift_to(path: Path, now: int) -> int:
    """What to add to a capture's times (ns) so that it ends within the minute before `now`: whole minutes, so that
    windows which begin with the clock hold the same packets whenever it is played. Raises NotReplayable, OSError."""
    return (now - last_time(path)) // MINUTE * MINUTE


def shift_to_end_of_play(path: Path, now: int, speed: float) -> int:
    """What to add to a capture's times (ns) so that its last packet is of the moment at which it is played, when it is
    played from `now` on, `speed` times as fast as it was recorded. Raises NotReplayable, OSError."""
    times = [time for _, time, _ in _packets(path, path.read_bytes())]
    return now + int((max(times) - min(times)) / speed) - max(times)


def shifted(path: Path, target: Path, by: int) -> int:
    """Write the capture to `target` with `by` ns added to every time; gives the number of packets.

    Raises NotReplayable, OSError.
    """
    data = bytearray(path.read_bytes())
    packets = _packets(path, bytes(data))
    order, unit = MAGIC[bytes(data[:4])]
    for place, time, _ in packets:
        seconds, rest = divmod(time + by, SECOND)
        struct.pack_into(f"{order}II", data, place, seconds, rest // unit)
    write_whole(target, bytes(data))
    return len(packets)


def _packets(path: Path, data: bytes) -> list[tuple[int, int, int]]:
    """(place of its record, time in ns, captured bytes) of every packet."""
    if data[:4] not in MAGIC:
        raise NotReplayable(path, "not_pcap")
    order, unit = MAGIC[data[:4]]
    found, place = [], HEADER
    while place < len(data):
        if place + RECORD > len(data):
            raise NotReplayable(path, "cut_off")
        seconds, fraction, captured, _ = struct.unpack_from(f"{order}IIII", data, place)
        if captured > LARGEST_PACKET or place + RECORD + captured > len(data):
            raise NotReplayable(path, "cut_off")
        found.append((place, seconds * SECOND + fraction * unit, captured))
        place += RECORD + captured
    if not found:
        raise NotReplayable(path, "no_packets")
    return found
