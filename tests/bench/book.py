"""`bench.json`: what each benchmark measured last, by its name."""

from __future__ import annotations

import json
from typing import Any

from tests.needs import PROJECT

BOOK = PROJECT / "bench.json"


def write(name: str, measured: Any) -> None:
    """Puts what was measured in the place of what was before."""
    try:
        known = json.loads(BOOK.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    book = known if isinstance(known, dict) else {}
    BOOK.write_text(json.dumps({**book, name: measured}, indent=1) + "\n", encoding="utf-8")
