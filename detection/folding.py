"""From hits of rules to occurrences: by dedup key and minute of packet time (vocabulary §5).

The first hit of a key in a minute goes out at once as part 0; the rest of the minute as part 1 at its end. Minutes are
those of `ot.clock`, which never runs backwards, so that no late row can reopen one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from detection.hit_groups import Group, grouped
from detection.judgement import Judgement, judgement
from detection.occurrence import EVENTS_PER_OCCURRENCE, MINUTE, Occurrence
from detection.open_minute import OpenMinute
from detection.sigma.correlated import CorrelationHit
from detection.sigma.evaluate import Hits

KEYS = 200_000
"""Open (rule, key) pairs; beyond it the oldest minute is closed early and counted."""


class Folding:
    """Hits in, occurrences out. `sensor` goes into their ids."""

    def __init__(self, sensor: str) -> None:
        self.sensor = sensor
        self._judgements: dict[str, Judgement] = {}
        self._open: dict[tuple[str, tuple[str, ...]], OpenMinute] = {}
        self._earlier: dict[tuple[str, tuple[str, ...]], Judgement] = {}
        """Minutes that other rules opened: they close them too."""
        self._minute_over = -1
        self.closed_early = 0

    def take_over(self, earlier: Folding) -> None:
        """Goes on where `earlier`, which judges by other rules, is: a minute that it opened is counted on, so that no
        id is given twice, and told in the words of the rule that opened it. `earlier` is not used any more."""
        self._open, self._minute_over, self.closed_early = earlier._open, earlier._minute_over, earlier.closed_early
        self._earlier = {key: earlier._judged(key) for key in self._open}

    def take(self, hits: Hits) -> Iterator[Occurrence]:
        """Folds the hits of one rule; they are in the order in which the core emitted the rows."""
        judged = self._judgement(hits)
        if judged is None:
            return
        for group in grouped(judged, hits):
            yield from self._minute(judged, group)

    def take_correlations(self, hits: Sequence[CorrelationHit]) -> Iterator[Occurrence]:
        """Occurrences of correlations, in the order of their hits: always a part 0, with all events behind it."""
        # What single rows say is taken out of many at once: most of the cost is per call, not per row.
        alike: dict[tuple[str, int], list[int]] = {}
        for place, hit in enumerate(hits):
            alike.setdefault((hit.rule.name, id(hit.frame)), []).append(place)
        read: dict[int, tuple[Judgement, tuple[str, ...], dict[str, Any]]] = {}
        for places in alike.values():
            if judged := self._judgement(hits[places[0]]):
                frame, rows = hits[places[0]].frame, [hits[place].place for place in places]
                values = judged.values(frame, rows)
                plain = judged.has_plain_key(frame)
                keys = [judged.key(each) for each in values] if plain else judged.keys_of(frame, rows)
                read |= {place: (judged, key, told) for place, key, told in zip(places, keys, values, strict=True)}
        for place in sorted(read):
            yield from self._correlated(hits[place], *read[place])

    def _correlated(
        self, hit: CorrelationHit, judged: Judgement, key: tuple[str, ...], values: Mapping[str, Any]
    ) -> Iterator[Occurrence]:
        minute = values["ot.clock"] // MINUTE * MINUTE
        known = self._open.get((judged.name, key))
        events, packets = list(hit.events), list(hit.packets)
        if known is not None and known.minute == minute:
            known.add(1, hit.first, hit.last, events, packets)
            return
        if known is not None:
            yield from self._close((judged.name, key))
        first = judged.occurrence(self.sensor, values, key, minute, hit.count, hit.group)
        whole = replace(
            first, count=1, first_seen=hit.first, last_seen=hit.last, events=tuple(events), packets=tuple(packets)
        )
        self._open[judged.name, key] = OpenMinute.after(whole)
        yield whole

    def _minute(self, judged: Judgement, group: Group) -> Iterator[Occurrence]:
        name = judged.name, group.key
        known = self._open.get(name)
        if known is not None and known.minute != group.minute:
            yield from self._close(name)
            known = None
        times, shown = group.times, group.shown
        if known is None:
            if len(self._open) >= KEYS:
                self.closed_early += 1
                yield from self._close(next(iter(self._open)))
            first = judged.occurrence(self.sensor, group.first, group.key, group.minute)
            known = self._open[name] = OpenMinute.after(first)
            yield first
            times, shown = times[1:], shown[1:]
        if times:
            some = shown[:EVENTS_PER_OCCURRENCE]
            packets = [packets for _, packets in some if packets is not None]
            known.add(len(times), min(times), max(times), [event for event, _ in some], packets)

    def advance(self, clock: int) -> Iterator[Occurrence]:
        """Closes the minutes that are over at `clock`; within a minute none is, however many are open."""
        if clock // MINUTE == self._minute_over:
            return
        self._minute_over = clock // MINUTE
        over = [key for key, rest in self._open.items() if rest.minute + MINUTE <= clock]
        for key in sorted(over, key=lambda key: (self._open[key].minute, key)):
            yield from self._close(key)

    def finish(self) -> Iterator[Occurrence]:
        """Closes everything."""
        for key in sorted(self._open, key=lambda key: (self._open[key].minute, key)):
            yield from self._close(key)

    def _close(self, key: tuple[str, tuple[str, ...]]) -> Iterator[Occurrence]:
        minute, judged = self._open.pop(key), self._judged(key)
        self._earlier.pop(key, None)
        if minute.count:
            yield minute.rest(self.sensor, judged, key[1])

    def _judged(self, key: tuple[str, tuple[str, ...]]) -> Judgement:
        return self._earlier.get(key) or self._judgements[key[0]]

    def _judgement(self, hit: Hits | CorrelationHit) -> Judgement | None:
        name = hit.rule.name
        if name not in self._judgements and hit.rule.bittern is not None:
            self._judgements[name] = judgement(hit.rule, hit.lacking)
        return self._judgements.get(name)
