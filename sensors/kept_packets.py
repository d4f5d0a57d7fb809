"""The packets behind an alert, wherever they are kept: a capture that was kept whole, or the ring of a live sensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sensors._core import NoPacketsKey
from sensors.evidence import MOST_PACKETS, Kept, carve, look_for
from sensors.held_packets import HeldPackets
from sensors.packet_ring import Carved, PacketRing
from sensors.replay import NotReplayable

CAPTURES, RINGS, CARRIED, HELD = "captures", "packets", "carried", "held"
LOCKED = Carved(b"", (), 0, False, 0)
"""What is found where a key is missing."""
Spans = Sequence[tuple[int, int]]
"""Inclusive frame numbers, from 1."""


@dataclass(frozen=True)
class Cut:
    """Frames that were cut out of a capture: a capture file and their numbers; empty where `kept` says why not."""

    kept: Kept
    data: bytes = b""
    numbers: tuple[int, ...] = ()


class KeptPackets:
    """What is kept below a data folder: whole captures in `captures`, rings of live sensors in `packets`, in `carried`
    what came with segments (`sensors.carried_packets`): of sensors elsewhere, and of rings that moved on; and in `held`
    what a held incident keeps (`sensors.held_packets`)."""

    def __init__(self, data: Path, keys: Sequence[bytes] = ()) -> None:
        self._captures = data / CAPTURES
        self.ring, self._carried = PacketRing(data / RINGS, keys), PacketRing(data / CARRIED, keys)
        self.held = HeldPackets(data / HELD, keys)

    def look_for(self, sensor: str, capture: str, spans: Spans) -> Kept:
        """Whether frames of a capture of a sensor can be had: as `sensors.evidence.look_for`, `overwritten` once the
        ring has moved on, and `locked` where it is encrypted with a key that is not there. Raises OSError."""
        if self._is_of_ring(sensor, capture):
            return Kept(_state(self._found(sensor, capture, spans, 1)))
        kept = look_for(self._captures, capture)
        held = None if kept.path else _from(self.held, sensor, capture, spans, 1)
        return Kept(_state(held)) if held and (held.frames or held is LOCKED) else kept

    def cut(self, sensor: str, capture: str, spans: Spans, most: int = MOST_PACKETS) -> Cut:
        """The frames, at most so many. Raises OSError."""
        if self._is_of_ring(sensor, capture):
            found = self._found(sensor, capture, spans, most)
            return Cut(Kept(_state(found)), found.data, found.numbers)
        kept = look_for(self._captures, capture)
        if kept.path is None:
            held = _from(self.held, sensor, capture, spans, most)
            is_held = held.frames or held is LOCKED
            return Cut(Kept(_state(held)), held.data, held.numbers) if is_held else Cut(kept)
        try:
            data, numbers = carve(kept.path, spans, most)
        except NotReplayable:
            return Cut(Kept("changed", None, kept.sha256))
        return Cut(kept, data, tuple(numbers))

    def _is_of_ring(self, sensor: str, capture: str) -> bool:
        if "@" not in capture:
            return False
        if self.ring.holds(sensor, capture) or self._carried.holds(sensor, capture):
            return True
        held = _from(self.held, sensor, capture, ((1, 2**62),), 1)
        return held.frames > 0 or held is LOCKED

    def _found(self, sensor: str, capture: str, spans: Spans, most: int) -> Carved:
        """Where most of them are; the ring first, for it has all until it moves on."""
        asked = min(most, sum(last - first + 1 for first, last in spans))
        best = _from(self.ring, sensor, capture, spans, most)
        for place in (self._carried, self.held):
            if best.frames >= asked:
                break
            found = _from(place, sensor, capture, spans, most)
            best = found if found.frames > best.frames or (found is LOCKED and not best.frames) else best
        return best


def _from(place: PacketRing | HeldPackets, sensor: str, capture: str, spans: Spans, most: int) -> Carved:
    try:
        return place.frames(sensor, capture, spans, most)
    except NoPacketsKey:
        return LOCKED


def _state(found: Carved) -> str:
    if found.frames:
        return "available"
    if found is LOCKED:
        return "locked"
    return "changed" if found.changed else "overwritten"
