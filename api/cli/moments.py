"""Times as they are said on the command line: a moment, or a span back from now."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from api.cli.terminal import Terminal

SPAN = re.compile(r"(\d{1,5})([mhdw])")
UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
SECOND = 1_000_000_000


def span_of(text: str) -> int | None:
    """`10m`, `8h`, `30d`, `2w` in ns; None for what is no span."""
    found = SPAN.fullmatch(text)
    return int(found[1]) * UNITS[found[2]] * SECOND if found else None


def moment_of(
    text: str | None, zone: ZoneInfo, option_name: str, terminal: Terminal, *, ahead: bool = False
) -> int | None:
    """The moment that an option names, ns: a time (without an offset in `zone`), or a span back from now, or `ahead` of
    it; None for None. Raises BadParameter."""
    from api.output.moments import moment

    if text is None:
        return None
    span = span_of(text)
    if span is not None:
        return max(0, time.time_ns() + (span if ahead else -span))
    try:
        return moment(text, zone)
    except (ValueError, OverflowError):
        why = terminal.texts.get("cli.bad_time", text=text)
        raise typer.BadParameter(why, param_hint=option_name) from None
