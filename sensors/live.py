"""Listens to network interfaces and gives their events, batch by batch: the same seam as `sensors.capture`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sensors import _core
from sensors.capture import EventBatch, Fared, Position, event_batch, fared
from sensors.dissector.launch import launches
from sensors.fields import Declared
from sensors.fields import dissectors as installed
from sensors.interfaces import OpenInterfaces
from sensors.mirror import MirrorFacts, facts_of, own_mac
from sensors.packet_ring import RingSettings, capture_name, earlier_captures

SPAN_MS = 250
"""Longest span of a batch that holds something, ms."""
BATCH_ROWS = 16_384
"""Rows of a batch beyond which it is handed over, and packets wait in the ring until it is."""


@dataclass(frozen=True)
class InterfaceHealth:
    """An interface as it stands: `link` is `up`, `down` or `gone`; size of its ring in MiB and how full that was at
    most lately (`fill`, 0 to 1); totals by name: `packets` that reached it, `drops` by the kernel, `freezes` of the
    full ring, `own` frames of this machine, `odd` blocks, `link_losses`, `link_down_ms`."""

    interface: str
    link: str
    ring_mib: int
    fill: float
    counts: Mapping[str, int]


@dataclass(frozen=True)
class RingHealth:
    """The ring of packets as it stands: octets on disk, frames that were not kept, what the system says while it
    refuses more."""

    octets: int
    lost: int
    refused: str | None


class LiveCapture:
    """Interfaces listened to as one time line by the Rust core.

    `sensor` and `segment` go into every event; `begun` (ns) is now, when frames begin to be counted. With `ring` every
    packet is kept there, whatever the filter says, and what an earlier run kept of the last minutes is taken up:
    `reached` are the frames of its captures of which everything was handed over (None: all that it kept).

    Iterating gives `EventBatch`es, one each second at least, until `finish` was called and the last one was given.

    Raises `_core.BadFilter` when the filter cannot be understood, BlockingIOError when another process writes the same
    ring, OSError when it cannot be written.
    """

    def __init__(
        self,
        interfaces: OpenInterfaces,
        *,
        sensor: str,
        begun: int,
        segment: str | None = None,
        full: bool = False,
        samples: bool = False,
        capture_filter: str | None = None,
        dissectors: Sequence[Declared] | None = None,
        ring: RingSettings | None = None,
        reached: Mapping[str, int] | None = None,
    ) -> None:
        used = installed().usable if dissectors is None else dissectors
        now = [capture_name(interface, begun) for interface in interfaces.names]
        before = earlier_captures(ring, sensor, interfaces.names, reached) if ring is not None else []
        self._core = _core.Live(
            interfaces.opened,
            sensor=sensor,
            segment=segment or sensor,
            captures=now,
            full=full,
            samples=samples,
            filter=capture_filter,
            batch_rows=BATCH_ROWS,
            span_ms=SPAN_MS,
            dissectors=launches(used),
            ring=ring.of(sensor) if ring is not None else None,
            opened=begun,
            own=[mac for name in interfaces.names if (mac := own_mac(name))],
            earlier=before,
        )
        self._captures = [*now, *(capture for capture, *_ in before)]

    def __iter__(self) -> Iterator[EventBatch]:
        for batch in self._core:
            reached = {name: number for name, number in zip(self._captures, batch.reached, strict=False) if number}
            yield replace(event_batch(batch), known=batch.known, reached=reached)

    def take_mirror(self) -> MirrorFacts | None:
        """What the mirror port gave when the core looked at it last (20 seconds each quarter of an hour), once."""
        told = self._core.take_mirror()
        return facts_of(told, self._core.health) if told is not None else None

    @property
    def health(self) -> tuple[InterfaceHealth, ...]:
        """How the interfaces stood a moment ago."""
        return tuple(
            InterfaceHealth(h.interface, h.link, h.ring_mib, h.fill_permille / 1000, h.counts)
            for h in self._core.health
        )

    @property
    def kept(self) -> RingHealth | None:
        """How the ring of packets stands; None where packets are not kept."""
        kept = self._core.kept
        return RingHealth(*kept) if kept is not None else None

    @property
    def dissectors(self) -> tuple[Fared, ...]:
        """How the dissectors fare."""
        return tuple(map(fared, self._core.dissectors))

    @property
    def position(self) -> Position:
        """Bytes and packets taken so far; there is no end to be known."""
        read, packets = self._core.position
        return Position(read, None, packets)

    def finish(self) -> None:
        """End: what is still open is told in the last batches. May be called by a signal handler, and twice."""
        self._core.finish()

    def close(self) -> None:
        """Stops at once; may be called at any time."""
        self._core.close()
