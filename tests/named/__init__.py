"""Captures whose names say what was done: what of it must be an event, and which rule must tell it.

One table a protocol, `<protocol>.yml`: capture (below `iti_ics_security_tools/pcaps`), what was done, the operations
that must be among the events, the rule that must alert; `why` where there is no rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
ROOT = "iti_ics_security_tools/pcaps"


@dataclass(frozen=True)
class Named:
    """One capture: `rule` is None where none must alert, and `why` says why."""

    protocol: str
    capture: str
    does: str
    operations: tuple[str, ...]
    rule: str | None
    why: str


def named() -> Iterator[Named]:
    """Every line of every table."""
    for file in sorted(FOLDER.glob("*.yml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
            operations = entry["operation"]
            yield Named(
                protocol=file.stem,
                capture=entry["capture"],
                does=entry["does"],
                operations=(operations,) if isinstance(operations, str) else tuple(operations or ()),
                rule=entry.get("rule"),
                why=entry.get("why", ""),
            )
