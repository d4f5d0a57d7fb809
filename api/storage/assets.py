"""Merges what is known of an asset: order and repetition change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from response.ports import AssetRecord, AttributeValue

VALUES_PER_ATTRIBUTE = 100
PACKETS_PER_VALUE = 10
NOTHING = AssetRecord("", {}, first_seen=2**63 - 1, last_seen=0)


def merged(known: AssetRecord, more: AssetRecord) -> AssetRecord:
    """What both records say of the asset `known.key`: spans widened, roles and values united.

    Of an attribute the `VALUES_PER_ATTRIBUTE` earliest values stay, so that a flood of invented names cannot push out
    what was there before; of a value the first `PACKETS_PER_VALUE` packets.
    """
    names = sorted({*known.attributes, *more.attributes})
    segments = sorted(s for s in (known.segment, more.segment) if s is not None)
    return AssetRecord(
        key=known.key,
        attributes={n: _values([*known.attributes.get(n, ()), *more.attributes.get(n, ())]) for n in names},
        first_seen=min(known.first_seen, more.first_seen),
        last_seen=max(known.last_seen, more.last_seen),
        roles=tuple(sorted({*known.roles, *more.roles})),
        segment=segments[0] if segments else None,
    )


def _values(values: Iterable[AttributeValue]) -> tuple[AttributeValue, ...]:
    by_kind: dict[tuple[str, str], AttributeValue] = {}
    for value in values:
        kind = (value.value, value.evidence)
        by_kind[kind] = _united(by_kind[kind], value) if kind in by_kind else _bounded(value)
    ordered = sorted(by_kind.values(), key=lambda v: (v.first_seen, v.value, v.evidence))
    return tuple(ordered[:VALUES_PER_ATTRIBUTE])


def _bounded(value: AttributeValue) -> AttributeValue:
    return value if len(value.packets) < 2 else _united(value, value)


def _united(one: AttributeValue, other: AttributeValue) -> AttributeValue:
    packets = sorted({*one.packets, *other.packets}, key=lambda p: (p.capture, p.first, p.last))
    return AttributeValue(
        value=one.value,
        confidence=max(one.confidence, other.confidence),
        evidence=one.evidence,
        first_seen=min(one.first_seen, other.first_seen),
        last_seen=max(one.last_seen, other.last_seen),
        packets=tuple(packets[:PACKETS_PER_VALUE]),
    )


def gathered(records: Iterable[AssetRecord]) -> dict[str, AssetRecord]:
    """The records by key, those of equal key merged; one that stands alone is put in order and bounded too."""
    found: dict[str, AssetRecord] = {}
    for record in records:
        known = found.get(record.key) or replace(NOTHING, key=record.key)
        found[record.key] = merged(known, record)
    return found
