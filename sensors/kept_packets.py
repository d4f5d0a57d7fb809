"""The packets behind an alert, wherever they are kept: a capture that was kept whole, or the ring of a live sensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sensors.evidence import MOST_PACKETS, Kept, carve, look_for
from sensors.packet_ring import Carved, PacketRing
from sensors.replay import NotReplayable

CAPTURES, RINGS = "captures", "packets"
Spans = Sequence[tuple[int, int]]
"""Inclusive frame numbers, from 1."""


@dataclass(frozen=True)
class Cut:
    """Frames that were cut out of a capture: a capture file and their numbers; empty where `kept` says why not."""

    kept: Kept
    data: bytes = b""
    numbers: tuple[int, ...] = ()


class KeptPackets:
    """What is kept below a data folder: whole captures in `captures`, rings of live sensors in `packets`."""

    def __init__(self, data: Path) -> None:
        self._captures = data / CAPTURES
        self.ring = PacketRing(data / RINGS)

    def look_for(self, sensor: str, capture: str, spans: Spans) -> Kept:
        """Whether frames of a capture of a sensor can be had: as `sensors.evidence.look_for`, and `overwritten` once
        the ring has moved on. Raises OSError."""
        if not self.ring.holds(sensor, capture):
            return look_for(self._captures, capture)
        return Kept(_state(self.ring.frames(sensor, capture, spans, 1)))

    def cut(self, sensor: str, capture: str, spans: Spans) -> Cut:
        """The frames, at most `MOST_PACKETS`. Raises OSError."""
        if self.ring.holds(sensor, capture):
            found = self.ring.frames(sensor, capture, spans, MOST_PACKETS)
            return Cut(Kept(_state(found)), found.data, found.numbers)
        kept = look_for(self._captures, capture)
        if kept.path is None:
            return Cut(kept)
        try:
            data, numbers = carve(kept.path, spans)
        except NotReplayable:
            return Cut(Kept("changed", None, kept.sha256))
        return Cut(kept, data, tuple(numbers))


def _state(found: Carved) -> str:
    if found.frames:
        return "available"
    return "changed" if found.changed else "overwritten"
