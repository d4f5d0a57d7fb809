"""Options that several commands have, each declared once. `help` is a key of the catalogue (`api/texts.py`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import typer

from api.cli.terminal import Terminal
from api.cli.usage import nearest

Severity: TypeAlias = Literal["low", "medium", "high", "critical"]
RANKS = ("informational", "low", "medium", "high", "critical")

Captures = Annotated[list[Path], typer.Argument(metavar="FILE|DIR|-...", help="help.option.captures")]
Lang = Annotated[Literal["zh", "en"] | None, typer.Option("--lang", help="help.option.lang")]
TimeZone = Annotated[
    str, typer.Option("--time-zone", metavar="ZONE", envvar="BITTERN_TIME_ZONE", help="help.option.time_zone")
]
StoreUrl = Annotated[
    str | None, typer.Option("--store", metavar="URL", envvar="BITTERN_STORE", help="help.option.store")
]
StoreToFill = Annotated[
    str | None, typer.Option("--store", metavar="URL", envvar="BITTERN_STORE", help="help.option.store_to_fill")
]
RuleFolders = Annotated[list[Path] | None, typer.Option("--rules", metavar="DIR", help="help.option.rules")]
SeverityMin = Annotated[Severity | None, typer.Option("--severity-min", help="help.option.severity_min")]
BaselineFolder = Annotated[Path | None, typer.Option("--baseline", metavar="DIR", help="help.option.baseline")]
Site = Annotated[Path | None, typer.Option("--site", metavar="FILE", help="help.option.site")]
Filter = Annotated[str | None, typer.Option("--filter", metavar="EXPR", help="help.option.filter")]
Output = Annotated[str, typer.Option("--output", "-o", metavar="PATH|-", help="help.option.output")]
LogFormat = Annotated[
    Literal["text", "json"], typer.Option("--log-format", envvar="BITTERN_LOG_FORMAT", help="help.option.log_format")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="help.option.quiet")]
Verbose = Annotated[int, typer.Option("--verbose", "-v", count=True, show_default=False, help="help.option.verbose")]
NoColor = Annotated[bool, typer.Option("--no-color", help="help.option.no_color")]
Json = Annotated[bool, typer.Option("--json", help="help.option.json")]


def terminal_of(context: typer.Context) -> Terminal:
    """The terminal that `run` gave to the command."""
    terminal = context.obj
    assert isinstance(terminal, Terminal)
    return terminal


def zone_of(terminal: Terminal, name: str) -> ZoneInfo:
    """The time zone called `name`. Raises BadParameter when the machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(name, available_timezones(), terminal.texts)
        why = terminal.texts.get("cli.bad_time_zone", name=name, near=near)
        raise typer.BadParameter(why, param_hint="--time-zone") from None
