"""The exact window of one group: the newest event of each slot inside the span."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable

from detection.sigma.correlated import Event


def event_order(event: Event) -> tuple[int, str, str]:
    """Timestamp, rule, id: which of two events is the newer."""
    return event[:3]


class Window:
    """(latest - span, latest] of `@timestamp`. Times in ns; events may be added in any order."""

    def __init__(self, span: int, needed: int) -> None:
        self.span = span
        self.needed = needed
        self.latest = 0
        self.slots: dict[str, Event] = {}
        self._times: list[tuple[int, str]] = []

    def add(self, slot: str, event: Event) -> None:
        """Puts the event into its slot if it is newer than what is there, and lets go of what has left the window."""
        self.latest = max(self.latest, event[0])
        known = self.slots.get(slot)
        if event[0] > self.latest - self.span and (known is None or event_order(event) > event_order(known)):
            self._put(slot, event)
        while self._times and self._times[0][0] <= self.latest - self.span:
            time, old = heapq.heappop(self._times)
            if old in self.slots and self.slots[old][0] == time:
                self._remove(old)

    def fill(self, latest: int, events: Iterable[tuple[str, Event]]) -> None:
        """Adds many events to an empty window, cheaper than one by one; `latest` is the greatest time of its group."""
        self.latest = latest
        for slot, event in events:
            if event[0] <= latest - self.span:
                continue
            known = self.slots.get(slot)
            if known is None or event_order(event) > event_order(known):
                self._take(slot, event)
        self._times = [(event[0], slot) for slot, event in self.slots.items()]
        heapq.heapify(self._times)

    def _put(self, slot: str, event: Event) -> None:
        self._take(slot, event)
        heapq.heappush(self._times, (event[0], slot))

    def _take(self, slot: str, event: Event) -> None:
        self.slots[slot] = event

    def _remove(self, slot: str) -> None:
        del self.slots[slot]

    def is_met(self, event: Event) -> bool:
        """Whether the window holds enough, now that `event` was added."""
        return len(self.slots) >= self.needed

    def newest(self, most: int) -> tuple[Event, ...]:
        """The newest `most` events in order."""
        return tuple(sorted(self.slots.values(), key=event_order)[-most:])


class OrderedWindow(Window):
    """A window that wants one event of each of `rules`, in their order; equal times count as in order."""

    def __init__(self, span: int, rules: tuple[str, ...]) -> None:
        super().__init__(span, len(rules))
        self.rules = rules
        self.counts: Counter[str] = Counter()
        self._last_of_all = 0

    def _take(self, slot: str, event: Event) -> None:
        if slot not in self.slots:
            self.counts[event[1]] += 1
        if event[1] == self.rules[-1]:
            self._last_of_all = max(self._last_of_all, event[0])
        super()._take(slot, event)

    def _remove(self, slot: str) -> None:
        self.counts[self.slots[slot][1]] -= 1
        super()._remove(slot)

    def is_met(self, event: Event) -> bool:
        """Going backwards, the latest event not after the one found before is always the best choice.

        Only an event of the last rule, or one before such an event, can complete the order: others need no search.
        """
        if event[0] > self._last_of_all or any(self.counts[rule] == 0 for rule in self.rules):
            return False
        bound = self.latest
        for rule in reversed(self.rules):
            times = [found[0] for found in self.slots.values() if found[1] == rule and found[0] <= bound]
            if not times:
                return False
            bound = max(times)
        return True

    def newest(self, most: int) -> tuple[Event, ...]:
        """The newest `most` events that are part of an order; what came before its first step is another story."""
        following: dict[str, float] = {}
        bound: float = self.latest
        for rule in reversed(self.rules):
            following[rule] = bound
            bound = max((e[0] for e in self.slots.values() if e[1] == rule and e[0] <= bound), default=float("-inf"))
        kept: list[Event] = []
        begun: float = float("-inf")
        for rule in self.rules:
            fitting = [e for e in self.slots.values() if e[1] == rule and begun <= e[0] <= following[rule]]
            kept += fitting
            begun = min((e[0] for e in fitting), default=float("inf"))
        return tuple(sorted(kept, key=event_order)[-most:])
