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
    with their number, `minute` says that a minute is over.
    """

    capture: LiveCapture
    tell: Callable[[Health], None]
    clock: Callable[[], float] = monotonic
    interfaces: tuple[InterfaceHealth, ...] = ()
    changed: tuple[InterfaceHealth, ...] = ()
    dropped: tuple[tuple[str, int], ...] = ()
    minute: bool = False
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
            if self.changed or self.minute:
                self.tell(self)
            yield batch

    def _news_of_drops(self) -> tuple[tuple[str, int], ...]:
        now = {each.interface: each.counts["drops"] for each in self.interfaces}
        news = [(name, drops - self._drops.get(name, 0)) for name, drops in now.items()]
        self._drops = now
        return tuple((name, drops) for name, drops in news if drops > 0)
