"""The packets behind an alert, wherever they are kept: a capture that was kept whole, or the ring of a live sensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sensors.evidence import MOST_PACKETS, Kept, carve, look_for
from sensors.packet_ring import Carved, PacketRing
from sensors.replay import NotReplayable

CAPTURES, RINGS, CARRIED = "captures", "packets", "carried"
Spans = Sequence[tuple[int, int]]
"""Inclusive frame numbers, from 1."""


@dataclass(frozen=True)
class Cut:
    """Frames that were cut out of a capture: a capture file and their numbers; empty where `kept` says why not."""

    kept: Kept
    data: bytes = b""
    numbers: tuple[int, ...] = ()


class KeptPackets:
    """What is kept below a data folder: whole captures in `captures`, rings of live sensors in `packets`, and in
    `carried` what came with segments (`sensors.carried_packets`): of sensors elsewhere, and of rings that moved on."""

    def __init__(self, data: Path) -> None:
        self._captures = data / CAPTURES
        self.ring, self._carried = PacketRing(data / RINGS), PacketRing(data / CARRIED)

    def look_for(self, sensor: str, capture: str, spans: Spans) -> Kept:
        """Whether frames of a capture of a sensor can be had: as `sensors.evidence.look_for`, and `overwritten` once
        the ring has moved on. Raises OSError."""
        if not self._is_of_ring(sensor, capture):
            return look_for(self._captures, capture)
        return Kept(_state(self._found(sensor, capture, spans, 1)))

    def cut(self, sensor: str, capture: str, spans: Spans) -> Cut:
        """The frames, at most `MOST_PACKETS`. Raises OSError."""
        if self._is_of_ring(sensor, capture):
            found = self._found(sensor, capture, spans, MOST_PACKETS)
            return Cut(Kept(_state(found)), found.data, found.numbers)
        kept = look_for(self._captures, capture)
        if kept.path is None:
            return Cut(kept)
        try:
            data, numbers = carve(kept.path, spans)
        except NotReplayable:
            return Cut(Kept("changed", None, kept.sha256))
        return Cut(kept, data, tuple(numbers))

    def _is_of_ring(self, sensor: str, capture: str) -> bool:
        return self.ring.holds(sensor, capture) or self._carried.holds(sensor, capture)

    def _found(self, sensor: str, capture: str, spans: Spans, most: int) -> Carved:
        found = self.ring.frames(sensor, capture, spans, most)
        return found if found.frames else self._carried.frames(sensor, capture, spans, most)


def _state(found: Carved) -> str:
    if found.frames:
        return "available"
    return "changed" if found.changed else "overwritten"
