"""Which alerts a mute or a learned entry is about. Preview and enforcement ask the same `Scope.fits`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from detection.occurrence import Occurrence
from response.alerts import Alert
from response.incidents.ends import UNKNOWN, name_of

Span = tuple[str, int, int]
"""Numbered objects: kind, first and last (`holding`, 0, 99)."""


@dataclass(frozen=True)
class Scope:
    """Every field that is given must fit; none of them may be missing in what is looked at.

    `dedup` are the rule's key values; `source` and `destination` names of assets or addresses; `zone` that of either
    end; roles must all be held; `objects` and `values` are ranges with both ends inside.
    """

    rule: str | None = None
    sensor: str | None = None
    dedup: tuple[str, ...] | None = None
    source: str | None = None
    destination: str | None = None
    protocol: str | None = None
    zone: str | None = None
    source_roles: tuple[str, ...] = ()
    destination_roles: tuple[str, ...] = ()
    objects: Span | None = None
    values: tuple[float, float] | None = None

    @property
    def empty(self) -> bool:
        """Whether it would fit everything."""
        return self == Scope()

    @property
    def looks_inside(self) -> bool:
        """Whether an alert alone does not tell: every occurrence must lie in the range."""
        return self.objects is not None or self.values is not None

    def fits(self, alert: Alert, occurrences: Sequence[Occurrence] = ()) -> bool:
        """Whether the alert lies wholly inside. `occurrences`, all of it, is asked for where `looks_inside`."""
        if not self._fits_outside(alert):
            return False
        return not self.looks_inside or (bool(occurrences) and all(map(self._fits_inside, occurrences)))

    def _fits_outside(self, alert: Alert) -> bool:
        source, destination = alert.source, alert.destination
        asked = (
            (self.rule, alert.rule),
            (self.sensor, alert.sensor),
            (self.dedup, alert.dedup),
            (self.source, name_of(source)),
            (self.destination, name_of(destination)),
            (self.protocol, alert.protocol),
        )
        if any(wanted is not None and wanted != found for wanted, found in asked):
            return False
        if self.zone is not None and self.zone not in (source.get("zone"), destination.get("zone")):
            return False
        return _holds(source, self.source_roles) and _holds(destination, self.destination_roles)

    def _fits_inside(self, occurrence: Occurrence) -> bool:
        # Of a minute's hits an occurrence names the first one's object and value: more than one hit may hide others,
        # unless the object is part of what the rule counts by.
        if self.objects is not None:
            found = object_of(occurrence)
            kind, low, high = self.objects
            if found is None or found[0] != kind or not low <= found[1] <= found[2] <= high:
                return False
            if occurrence.count > 1 and not any(span_of(value) == found for value in occurrence.dedup):
                return False
        if self.values is not None:
            value = value_of(occurrence)
            if value is None or occurrence.count > 1 or not self.values[0] <= value <= self.values[1]:
                return False
        return True

    def record(self) -> dict[str, Any]:
        """As JSON, without what is not given."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items() if v not in (None, ())}


def scope_of(record: Mapping[str, Any]) -> Scope:
    """The scope that `record` wrote."""
    lists = ("dedup", "source_roles", "destination_roles", "objects", "values")
    given: dict[str, Any] = {name: tuple(value) if name in lists else value for name, value in record.items()}
    return Scope(**given)


def scope_like(alert: Alert, like: str) -> Scope | None:
    """The scope of a mute by a word: key, pair (both ends), rule, zone; None where the alert has no such thing."""
    source, destination = name_of(alert.source), name_of(alert.destination)
    zone = alert.destination.get("zone")
    if (like == "pair" and None in (source, destination)) or (like == "zone" and zone is None):
        return None
    return {
        "key": Scope(rule=alert.rule, sensor=alert.sensor, dedup=alert.dedup),
        "pair": Scope(sensor=alert.sensor, source=source, destination=destination),
        "rule": Scope(rule=alert.rule),
        "zone": Scope(rule=alert.rule, zone=zone),
    }[like]


def object_of(record: Alert | Occurrence) -> Span | None:
    """The numbered objects that an alert or occurrence names."""
    return span_of(str(record.parameters.get("ot.object.address", ""))) or next(
        (span for value in record.dedup if (span := span_of(value))), None
    )


def value_of(record: Alert | Occurrence) -> float | None:
    """The number that a learner observed."""
    observed = record.explanation.get("observed")
    value = observed.get("value") if isinstance(observed, Mapping) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def span_of(address: str) -> Span | None:
    """`holding:100-109` as kind, first, last; None for objects without numbers."""
    kind, _, numbers = address.partition(":")
    low, _, high = numbers.partition("-")
    high = high or low
    return (kind, int(low), int(high)) if kind and low.isdecimal() and high.isdecimal() else None


def known_roles(end: Mapping[str, Any]) -> tuple[str, ...]:
    """Roles of an end that are known."""
    return tuple(sorted(str(role) for role in end.get("roles", ()) if role != UNKNOWN))


def _holds(end: Mapping[str, Any], roles: tuple[str, ...]) -> bool:
    return set(roles) <= set(end.get("roles", ()))
