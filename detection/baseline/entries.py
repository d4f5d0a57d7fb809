"""Entries of the baseline with their provenance (vocabulary §5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

DAY = 86_400_000_000_000
KINDS = ("address", "attribute", "conversation", "operation", "object", "range", "rate")
HOW = ("learned", "approved", "declared")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something known of an entity.

    `entity` names it, `kind` is one of `KINDS`, `value` what is known (an attribute's value, a range, a counter's
    figures) or ""; `since` and `last` are ns since the epoch; `count` how often it was seen on `days` different days;
    `how` learned, approved or declared; `by` who approved it; `expires` ns or None; `origin` the alerts it came from.
    """

    entity: str
    kind: str
    value: str
    since: int
    last: int
    count: int
    days: int = 1
    how: str = "learned"
    by: str | None = None
    expires: int | None = None
    origin: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.entity, self.value

    def seen(self, first: int, last: int, count: int) -> Entry:
        """The entry after `count` more sightings between `first` and `last`."""
        new_days = max(0, last // DAY - max(self.last, first - 1) // DAY)
        return replace(
            self,
            since=min(self.since, first),
            last=max(self.last, last),
            count=self.count + count,
            days=self.days + new_days,
        )


class Baseline:
    """Entries by kind, entity and value. Bounded: beyond `limit` entries new ones are counted, not kept."""

    def __init__(self, entries: Iterable[Entry] = (), limit: int = 1_000_000) -> None:
        self._entries: dict[tuple[str, str], dict[str, Entry]] = {}
        self._kinds: set[str] = set()
        self._size = 0
        self._limit = limit
        self.refused = 0
        for entry in entries:
            self.put(entry)

    def __len__(self) -> int:
        return self._size

    def put(self, entry: Entry) -> None:
        """Adds or replaces an entry."""
        values = self._entries.setdefault((entry.kind, entry.entity), {})
        if entry.value not in values:
            if self._size >= self._limit:
                self.refused += 1
                return
            self._size += 1
            self._kinds.add(entry.kind)
        values[entry.value] = entry

    def of(self, kind: str, entity: str) -> dict[str, Entry]:
        """What is known of an entity, by value."""
        return self._entries.get((kind, entity), {})

    def sorted(self) -> list[Entry]:
        """All entries in order of kind, entity and value."""
        found = [entry for values in self._entries.values() for entry in values.values()]
        return sorted(found, key=lambda entry: (KINDS.index(entry.kind), entry.entity, entry.value))

    def kinds(self) -> frozenset[str]:
        """Kinds with at least one entry."""
        return frozenset(self._kinds)


class Seen:
    """What this run saw. With `record` it becomes a baseline; without, only that it was told is kept, as a number.

    Bounded by `limit`; what does not fit counts as seen before, so that it is not told again, and in `refused`.
    """

    def __init__(self, record: bool, limit: int = 1_000_000) -> None:
        self.baseline = Baseline(limit=limit) if record else None
        self._facts: set[int] = set()
        self._limit = limit
        self.refused = 0

    def saw(self, kind: str, entity: str, value: str, first: int, last: int, count: int) -> bool:
        """Notes `count` sightings between `first` and `last` (ns); True when it is new."""
        if self.baseline is not None:
            return self._record(self.baseline, kind, entity, value, first, last, count)
        fact = hash((kind, entity, value))
        if fact in self._facts:
            return False
        if len(self._facts) >= self._limit:
            self.refused += 1
            return False
        self._facts.add(fact)
        return True

    def note(self, kind: str, entity: str, value: str, first: int, last: int, count: int) -> None:
        """Notes sightings for the baseline that becomes of this run, if one does: nobody asks whether they are new."""
        if self.baseline is not None:
            self._record(self.baseline, kind, entity, value, first, last, count)

    def _record(
        self, baseline: Baseline, kind: str, entity: str, value: str, first: int, last: int, count: int
    ) -> bool:
        known = baseline.of(kind, entity).get(value)
        if known is not None:
            baseline.put(known.seen(first, last, count))
            return False
        before = len(baseline)
        baseline.put(Entry(entity, kind, value, first, last, count, max(1, last // DAY - first // DAY + 1)))
        return len(baseline) > before
