"""What a sensor of whatever source has to do with its spool, and what it says of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections import Counter

    from api.cli.terminal import Terminal
    from api.handing_over import HandingOver
    from api.sensor import Sensing
    from sensors.spool import Spool
    from sensors.spool_bounds import Bounds, Keeper

LEAST_MB = 16
SpoolMb = Annotated[int, typer.Option("--spool-mb", metavar="N", min=LEAST_MB, help="help.option.spool_mb")]
SpoolDays = Annotated[float, typer.Option("--spool-days", metavar="D", min=0.01, help="help.option.spool_days")]
MOST_MB, MOST_DAYS = 10_240, 30.0


def handing_over(into: Spool, terminal: Terminal) -> HandingOver:
    """Segments wait while the spool's disk refuses them; when that begins and ends is told."""
    from api.handing_over import HandingOver

    spool: Path = into.folder
    return HandingOver(
        into,
        refused=lambda error: terminal.warn("sensor.spool_refused", spool=spool, why=error.strerror or str(error)),
        taken=lambda rows, alerts: terminal.tell("sensor.spool_takes", spool=spool, rows=rows, occurrences=alerts),
    )


def keeper_of(into: Spool, bounds: Bounds, sensing: Sensing, terminal: Terminal) -> Keeper:
    """Keeps the spool within its bounds; what was given up is told, and what is known of assets is handed over anew."""
    import time

    from sensors.spool_bounds import Keeper

    def gave_up(lost: Counter[str]) -> None:
        if lost["assets"]:
            sensing.tell_assets_anew()
        terminal.warn("sensor.spool_gave_up", spool=into.folder, rows=lost["rows"], occurrences=lost["occurrences"])

    return Keeper(
        into,
        bounds,
        time.time,
        lost=gave_up,
        failed=lambda error: terminal.warn("sensor.spool_unbounded", spool=into.folder, why=error),
    )
