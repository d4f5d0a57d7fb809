"""What a sensor that listens says of its interfaces while it runs: changes at once, all once a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic

from sensors.capture import EventBatch
from sensors.live import InterfaceHealth, LiveCapture

MINUTE = 60.0


@dataclass
class Health:
    """Watches the interfaces of `capture` as its batches pass; `tell` is called when there is something to tell.

    `changed` are the interfaces whose link changed, `dropped` those where the kernel dropped packets in the last minute
    with their number, `evidence_lost` frames that were not kept in it, `minute` says that a minute is over;
    `ring_refuses` is what the system says when it begins to refuse more packets to be kept.
    """

    capture: LiveCapture
    tell: Callable[[Health], None]
    clock: Callable[[], float] = monotonic
    interfaces: tuple[InterfaceHealth, ...] = ()
    changed: tuple[InterfaceHealth, ...] = ()
    dropped: tuple[tuple[str, int], ...] = ()
    minute: bool = False
    evidence_lost: int = 0
    ring_refuses: str | None = None
    _refused: bool = False
    _lost: int = 0
    _drops: dict[str, int] = field(default_factory=dict)

    def watched(self) -> Iterator[EventBatch]:
        """The batches of the capture; a look at the interfaces before each."""
        self.interfaces = self.capture.health
        begun = self.clock()
        for batch in self.capture:
            before = {each.interface: each.link for each in self.interfaces}
            self.interfaces = self.capture.health
            self.changed = tuple(e for e in self.interfaces if before.get(e.interface, e.link) != e.link)
            self.minute = self.clock() - begun >= MINUTE
            self.dropped = self._news_of_drops() if self.minute else ()
            if self.minute:
                begun = self.clock()
            self._look_at_ring()
            if self.changed or self.minute or self.ring_refuses:
                self.tell(self)
            yield batch

    def _look_at_ring(self) -> None:
        ring = self.capture.kept
        if ring is None:
            return
        self.ring_refuses = ring.refused if not self._refused else None
        self._refused = ring.refused is not None
        self.evidence_lost = ring.lost - self._lost if self.minute else 0
        if self.minute:
            self._lost = ring.lost

    def _news_of_drops(self) -> tuple[tuple[str, int], ...]:
        now = {each.interface: each.counts["drops"] for each in self.interfaces}
        news = [(name, drops - self._drops.get(name, 0)) for name, drops in now.items()]
        self._drops = now
        return tuple((name, drops) for name, drops in news if drops > 0)
