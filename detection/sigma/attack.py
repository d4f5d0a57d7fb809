"""Reads the list of ATT&CK for ICS techniques that a rule's tags may name (`rules/attack-ics.json`)."""

from __future__ import annotations

import json
from pathlib import Path


def read_techniques(path: Path) -> frozenset[str]:
    """Ids such as T0855 from the list at `path`. Raises OSError when it is absent, ValueError when it is not the list.

    Source: MITRE ATT&CK for ICS 18.1.
    """
    loaded: object = json.loads(path.read_text(encoding="utf-8"))
    entries = loaded.get("techniques") if isinstance(loaded, dict) else None
    if not isinstance(entries, list) or not all(isinstance(e, dict) and isinstance(e.get("id"), str) for e in entries):
        raise ValueError(f"{path}: not a list of techniques; it needs techniques: [{{id, name, tactics}}]")
    return frozenset(entry["id"] for entry in entries)
