"""Names of ATT&CK for ICS techniques and tactics (`rules/attack-ics.json`; source: MITRE ATT&CK for ICS 18.1)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from api.texts import shipped


@dataclass(frozen=True)
class Tactic:
    """One column of the matrix; `short` is the name that ATT&CK Navigator uses."""

    id: str
    name: str
    short: str


@dataclass(frozen=True)
class Technique:
    """One technique; `tactics` are ids."""

    id: str
    name: str
    tactics: tuple[str, ...]


@dataclass(frozen=True)
class Attack:
    """The matrix by id, in the order of the file."""

    tactics: dict[str, Tactic]
    techniques: dict[str, Technique]

    def name(self, technique: str) -> str:
        """Name of a technique, "" when the matrix has none of this id."""
        found = self.techniques.get(technique)
        return found.name if found else ""


@cache
def attack() -> Attack:
    """The matrix, read once."""
    loaded = json.loads(shipped("attack-ics.json").read_text(encoding="utf-8"))
    tactics = {t["id"]: Tactic(t["id"], t["name"], t["short"]) for t in loaded["tactics"]}
    techniques = {t["id"]: Technique(t["id"], t["name"], tuple(t["tactics"])) for t in loaded["techniques"]}
    return Attack(tactics, techniques)
