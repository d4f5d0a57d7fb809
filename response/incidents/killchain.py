"""The order of an attack: tactics of ATT&CK for ICS as the matrix lists them (`rules/attack-ics.json`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from response.alerts import Alert


@dataclass(frozen=True)
class Matrix:
    """Tactics in the order of the matrix, and the tactics of each technique; both by id."""

    tactics: tuple[str, ...]
    techniques: Mapping[str, tuple[str, ...]]

    def rank(self, tactic: str | None) -> int:
        """Place of a tactic, behind all others when it is not known."""
        return self.tactics.index(tactic) if tactic in self.tactics else len(self.tactics)

    def tactics_of(self, technique: str) -> tuple[str, ...]:
        """Tactics of a technique, in order."""
        return tuple(sorted(self.techniques.get(technique, ()), key=self.rank))

    def stage(self, alert: Alert) -> str | None:
        """The tactic an alert stands for: the earliest of its leading technique (rules name the leading one first)."""
        return next((tactics[0] for t in alert.techniques if (tactics := self.tactics_of(t))), None)

    def all_of(self, alert: Alert) -> tuple[str, ...]:
        """Every tactic that an alert may belong to, in order."""
        return tuple(sorted({tactic for t in alert.techniques for tactic in self.tactics_of(t)}, key=self.rank))

    def in_order(self, alert: Alert) -> tuple[int, int, str]:
        """Sort key: tactic, then time."""
        return self.rank(self.stage(alert)), alert.first_seen, alert.id


def read_matrix(path: Path | Traversable) -> Matrix:
    """The matrix in the file. Raises OSError when it is absent, KeyError when it is not such a file."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return Matrix(
        tuple(tactic["id"] for tactic in found["tactics"]),
        {technique["id"]: tuple(technique["tactics"]) for technique in found["techniques"]},
    )
