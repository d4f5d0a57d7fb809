"""What a check says, and what it is asked with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Literal, TypeAlias

from sensors.mirror import MirrorFacts

State = Literal["fine", "found", "unknown", "not_asked"]
"""`unknown`: too little was seen to say; `not_asked`: nobody said what to expect."""
Evidence: TypeAlias = Mapping[str, int | float | str]
"""What was found, by the names that the texts have for it."""


@dataclass(frozen=True)
class Finding:
    """What was found: a code of `rules/mirror/judgement.yml` and the evidence. `measure` is what that file holds
    against its limits: a share of 0 to 1, or a number."""

    code: str
    measure: float
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True)
class Examined:
    """How a check ended."""

    check: str
    state: State
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Expected:
    """What whoever tests the mirror says should be seen: VLAN ids, networks."""

    vlans: tuple[int, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()


class Limits:
    """The numbers of `rules/mirror/judgement.yml`: from where on a finding is one, and what must have been seen."""

    def __init__(self, least: Mapping[str, float], support: Mapping[str, int]) -> None:
        self._least, self._support = least, support

    def reached(self, finding: Finding) -> bool:
        """Whether the measure is at or beyond the limit of its code."""
        return finding.measure >= self._least[finding.code]

    def enough(self, check: str, seen: int) -> bool:
        """Whether so many were seen that the check can say anything."""
        return seen >= self._support[check]


Look = Callable[[MirrorFacts, Expected], "tuple[int, Sequence[Finding]] | None"]
"""Gives how many there were to look at, and all that may be found; None where nobody asked."""


@dataclass(frozen=True)
class Check:
    """One thing that is looked at, and the codes that it may find."""

    name: str
    codes: tuple[str, ...]
    look: Look

    def examine(self, facts: MirrorFacts, expected: Expected, limits: Limits) -> Examined:
        """Looks; what stays below its limit is fine."""
        looked = self.look(facts, expected)
        if looked is None:
            return Examined(self.name, "not_asked")
        seen, may_be = looked
        if not limits.enough(self.name, seen):
            return Examined(self.name, "unknown")
        found = tuple(finding for finding in may_be if limits.reached(finding))
        return Examined(self.name, "found" if found else "fine", found)


def share(part: int, whole: int) -> float:
    """A share of 0 to 1; 0 of nothing."""
    return part / whole if whole else 0.0


def percent(part: int, whole: int) -> str:
    """A share for people."""
    return f"{100 * share(part, whole):.3g}"
