"""What triage and incidents are told by `rules/triage.yml`: windows, hubs, weights of risk, promised times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

MINUTE = 60_000_000_000
DAY = 1440 * MINUTE
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads ten times faster where it is there."""


@dataclass(frozen=True)
class Promise:
    """Within how many ns an alert is taken up and closed; `working` counts only the site's working hours."""

    acknowledge: int
    resolve: int
    working: bool


@dataclass(frozen=True)
class Policy:
    """The file, with times in ns. `alone` is the least severity of an alert that makes an incident by itself."""

    windows: Mapping[str, int]
    hubs: frozenset[str]
    alone: str
    criticality: Mapping[str, float]
    operation: Mapping[str, float]
    confidence: Mapping[str, float]
    seen_before: float
    promises: Mapping[str, Promise]
    longest_mute: int
    preview: int

    @property
    def widest(self) -> int:
        """The longest time that may lie between two alerts that are joined."""
        return max(self.windows.values())


def read_policy(path: Path | Traversable) -> Policy:
    """The policy in the file. Raises OSError when it is absent, KeyError and ValueError when it is not such a file."""
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
    incidents, risk = found["incidents"], found["risk"]
    return Policy(
        windows={name: int(minutes) * MINUTE for name, minutes in incidents["window"].items()},
        hubs=frozenset(incidents["hubs"]),
        alone=str(incidents["alone"]),
        criticality=_weights(risk["criticality"]),
        operation=_weights(risk["operation"]),
        confidence=_weights(risk["confidence"]),
        seen_before=float(risk["seen_before"]),
        promises={
            severity: Promise(p["acknowledge"] * MINUTE, p["resolve"] * MINUTE, bool(p["working"]))
            for severity, p in found["sla"].items()
        },
        longest_mute=int(found["mute"]["longest"]) * DAY,
        preview=int(found["preview"]["days"]) * DAY,
    )


def _weights(found: Mapping[str, float]) -> dict[str, float]:
    weights = {name: float(weight) for name, weight in found.items()}
    if not all(0 <= weight <= 1 for weight in weights.values()):
        raise ValueError(f"a weight lies outside 0 to 1: {weights}")
    return weights
