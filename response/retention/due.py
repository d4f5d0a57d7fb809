"""What falls due: the parts of a dataset that its bound no longer allows, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from response.ports import Store
from response.retention.evidence import needed
from response.retention.holdings import DAY, Part
from response.retention.policy import Bound

PARTS_AT_ONCE = 500


@dataclass(frozen=True)
class Due:
    """Parts to remove, and those that would be if no open incident referred to what is in them."""

    parts: tuple[Part, ...]
    kept: tuple[Part, ...]


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
