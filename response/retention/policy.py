"""How long events are kept, by dataset: so many days and so many bytes, whichever is reached first.

A record (`setting/retention`) that administrators change; what it does not name is as in `DEFAULTS`. Alerts, incidents,
the audit log and all other records are not bounded: they stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SETTING = ("setting", "retention")
MOST_DAYS = 36_500
LEAST_BYTES = 1_000_000
MOST_BYTES = 10**18
UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
FOREVER = "forever"
_DAYS = re.compile(r"(\d{1,6})d")
_BYTES = re.compile(r"(\d{1,12}(?:\.\d{1,3})?)([KMGT]?B)")


@dataclass(frozen=True)
class Bound:
    """Days and bytes that a dataset may reach; None: not bounded."""

    days: int | None = None
    bytes: int | None = None


GIGABYTE = UNITS["GB"]
USUAL = Bound(90, None)
DEFAULTS: Mapping[str, Bound] = {
    "transaction": Bound(90, 50 * GIGABYTE),
    "value": Bound(90, 20 * GIGABYTE),
    "cadence": Bound(90, 20 * GIGABYTE),
    "flow": Bound(90, 50 * GIGABYTE),
    "capture": Bound(180, None),
    "finding": Bound(180, None),
}
"""Of datasets that differ from `USUAL`. What was seen at all (capture) and what learners said of it (finding) stay as
long as logs must (180 days: the Cybersecurity Law of the PRC, article 21, asks for six months)."""


class BadPolicy(ValueError):
    """What is wrong: `code` of `retention.wrong.*`, `where` the dataset or the text, `value` what was given."""

    def __init__(self, code: str, where: str, value: str = "") -> None:
        self.code, self.where, self.value = code, where, value
        super().__init__(f"{where}: {code} {value}")


@dataclass(frozen=True)
class Policy:
    """The bound of each dataset that is stored, in the order of the vocabulary."""

    bounds: Mapping[str, Bound]

    def record(self) -> dict[str, dict[str, int | None]]:
        """The policy as the JSON object that is stored and answered."""
        return {name: {"days": bound.days, "bytes": bound.bytes} for name, bound in self.bounds.items()}


def policy_of(datasets: Iterable[str], body: Mapping[str, Any] | None = None) -> Policy:
    """The policy in force: `body` is the stored record, None when there is none. What a later program named and this
    one does not know is left aside."""
    told: Mapping[str, Any] = (body or {}).get("datasets", {})
    return Policy(
        {
            name: Bound(told[name]["days"], told[name]["bytes"]) if name in told else DEFAULTS.get(name, USUAL)
            for name in datasets
        }
    )


def changed(policy: Policy, changes: Mapping[str, Bound]) -> Policy:
    """A policy with other bounds for some datasets. Raises BadPolicy."""
    for name, bound in changes.items():
        if name not in policy.bounds:
            raise BadPolicy("dataset", name, ", ".join(policy.bounds))
        check(name, bound)
    return Policy({**policy.bounds, **changes})


def check(name: str, bound: Bound) -> None:
    """Raises BadPolicy for a bound that nobody can mean."""
    if bound.days is not None and not 1 <= bound.days <= MOST_DAYS:
        raise BadPolicy("days", name, str(bound.days))
    if bound.bytes is not None and not LEAST_BYTES <= bound.bytes <= MOST_BYTES:
        raise BadPolicy("bytes", name, str(bound.bytes))


def read_bound(text: str) -> tuple[str, Bound]:
    """`transaction=30d,20GB`, `flow=30d`, `capture=forever`: a dataset and all its bounds; one that is not named is
    none. Units of 1000. Raises BadPolicy."""
    name, equals, told = text.partition("=")
    if not equals or not name.strip() or not told.strip():
        raise BadPolicy("form", text)
    if told.strip() == FOREVER:
        return name.strip(), Bound()
    days: int | None = None
    size: int | None = None
    for word in told.split(","):
        given = word.strip()
        if days is None and (found := _DAYS.fullmatch(given.lower())):
            days = int(found[1])
        elif size is None and (found := _BYTES.fullmatch(given.upper())):
            size = round(float(found[1]) * UNITS[found[2]])
        else:
            raise BadPolicy("form", text)
    return name.strip(), Bound(days, size)


def size_text(size: int) -> str:
    """Bytes as people read and write them: `20 GB`, `1.5 MB`."""
    for unit in ("TB", "GB", "MB", "KB"):
        if size >= UNITS[unit]:
            return f"{round(size / UNITS[unit], 1):g} {unit}"
    return f"{size} B"
