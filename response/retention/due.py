"""What falls due: the parts of a dataset that its bound no longer allows, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from response.ports import Store
from response.retention.evidence import needed
from response.retention.holdings import DAY, Part
from response.retention.policy import Bound, Policy

PARTS_AT_ONCE = 500


@dataclass(frozen=True)
class Due:
    """Parts to remove, and those that would be if no open incident referred to what is in them."""

    parts: tuple[Part, ...]
    kept: tuple[Part, ...]


@dataclass(frozen=True)
class Foreseen:
    """What a policy would remove of a dataset, rows `before` (ns; None: none) at the latest, and the bytes that it
    would and that stay for open or held incidents."""

    rows: int
    bytes: int
    parts: int
    before: int | None
    kept_bytes: int


def foreseen(store: Store, policy: Policy, now: int) -> dict[str, Foreseen]:
    """What a policy would remove if the worker applied it at `now`, by dataset that holds something. Removes nothing.
    Raises StoreError."""
    found: dict[str, Foreseen] = {}
    for held in store.holdings(now).datasets:
        rows = size = parts = kept = 0
        before: int | None = None
        for each in due(store, held.dataset, policy.bounds.get(held.dataset, Bound()), held.bytes, now):
            rows += sum(part.rows for part in each.parts)
            size += sum(part.bytes for part in each.parts)
            parts += len(each.parts)
            kept += sum(part.bytes for part in each.kept)
            before = max([before or 0, *(part.last + 1 for part in each.parts)]) if each.parts else before
        found[held.dataset] = Foreseen(rows, size, parts, before, kept)
    return found


def age_border(bound: Bound, now: int) -> int:
    """What is older is due. It moves at midnight UTC, so that a dataset is gone through for its age once a day."""
    return -(2**63) if bound.days is None else now // DAY * DAY - bound.days * DAY


def due(store: Store, dataset: str, bound: Bound, held: int, now: int) -> Iterator[Due]:
    """Step by step what is due at `now`; `held` are the bytes of the dataset. A part is due for its age when all its
    rows are older and it was written longer ago, so that an old capture that was read today is kept as long as any."""
    border = age_border(bound, now)
    over = 0 if bound.bytes is None else held - bound.bytes
    after: tuple[int, str] | None = None
    while parts := store.parts(dataset, after, PARTS_AT_ONCE):
        aged = frozenset(part.id for part in parts if max(part.last, part.written) < border)
        asked = [part for part in parts if over > 0 or part.id in aged]
        stays = needed(store, dataset, asked)
        removed: list[Part] = []
        kept: list[Part] = []
        for part in asked:
            if part.id not in aged and over <= 0:
                continue
            if part.id in stays:
                kept.append(part)
                continue
            removed.append(part)
            over -= part.bytes
        if removed or kept:
            yield Due(tuple(removed), tuple(kept))
        if over <= 0 and parts[-1].first >= border:
            return
        after = (parts[-1].first, parts[-1].id)
