"""Entries of the baseline with their provenance (vocabulary §5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

DAY = 86_400_000_000_000
KINDS = ("address", "attribute", "conversation", "operation", "object", "rate")
HOW = ("learned", "approved", "declared")


@dataclass(frozen=True)
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

    def __init__(self, entries: Iterator[Entry] | None = None, limit: int = 1_000_000) -> None:
        self._entries: dict[tuple[str, str], dict[str, Entry]] = {}
        self._size = 0
        self._limit = limit
        self.refused = 0
        for entry in entries or ():
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
        values[entry.value] = entry

    def of(self, kind: str, entity: str) -> dict[str, Entry]:
        """What is known of an entity, by value."""
        return self._entries.get((kind, entity), {})

    def saw(self, kind: str, entity: str, value: str, first: int, last: int, count: int) -> bool:
        """Notes sightings; True when the entry is new."""
        known = self.of(kind, entity).get(value)
        if known is not None:
            self._entries[kind, entity][value] = known.seen(first, last, count)
            return False
        days = max(1, last // DAY - first // DAY + 1)
        self.put(Entry(entity, kind, value, first, last, count, days))
        return True

    def sorted(self) -> list[Entry]:
        """All entries in order of kind, entity and value."""
        found = [entry for values in self._entries.values() for entry in values.values()]
        return sorted(found, key=lambda entry: (KINDS.index(entry.kind), entry.entity, entry.value))

    def kinds(self) -> frozenset[str]:
        """Kinds with at least one entry."""
        return frozenset(kind for (kind, _), values in self._entries.items() if values)
