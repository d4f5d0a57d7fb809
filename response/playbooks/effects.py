"""Effect classes: what a step may do to the world, and what that asks of people.

An action declares its own class in its code. A playbook may claim a stronger one for a step (a person who shuts a
switch port touches the network), never a weaker one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

Effect: TypeAlias = Literal["observe", "notify", "record", "network", "process"]
EFFECTS: tuple[Effect, ...] = get_args(Effect)
"""From the weakest to the strongest."""

APPROVALS: Mapping[Effect, int] = {"observe": 0, "notify": 0, "record": 0, "network": 1, "process": 2}
"""How many people, none of whom started the run, must approve a step before it is done."""

REPEATABLE = frozenset[Effect](("observe", "notify", "record"))
"""What may be done again under the same key when it was interrupted; of all else a person says what became of it."""


def stronger(one: Effect, other: Effect) -> Effect:
    """The stronger of two effects."""
    return max(one, other, key=EFFECTS.index)


def weaker_than(claimed: Effect, own: Effect) -> bool:
    """Whether a playbook claims less than an action does."""
    return EFFECTS.index(claimed) < EFFECTS.index(own)
