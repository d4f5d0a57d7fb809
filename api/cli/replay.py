"""`bittern replay`: a capture goes through a sensor into a spool, its times moved so that it ends now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.options import terminal_of
from api.cli.worker import SpoolFolder


def replay(
    context: typer.Context,
    capture: Annotated[Path, typer.Argument(metavar="FILE", help="help.option.capture")],
    spool: SpoolFolder,
    site: option.Site = None,
    rules: option.RuleFolders = None,
    sensor: Annotated[str, typer.Option("--sensor", metavar="NAME", help="help.option.sensor")] = "replay",
    keep: Annotated[Path | None, typer.Option("--keep", metavar="DIR", help="help.option.keep")] = None,
    speed: Annotated[
        float | None, typer.Option("--speed", metavar="N", min=0.01, max=1000, help="help.option.speed")
    ] = None,
    drill: Annotated[bool, typer.Option("--drill", help="help.option.drill")] = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
) -> None:
    """As fast as it goes, or at the pace of its packets."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet)
    import tempfile

    from api.cli.inputs import rules_in_force
    from api.sensor import sense
    from api.wiring import wall_clock
    from detection.site_reading import load_site
    from sensors.evidence import keep as keep_capture
    from sensors.replay import NotReplayable, shift_to, shift_to_end_of_play, shifted
    from sensors.spool import Spool

    loaded = rules_in_force(rules or (), terminal)
    known_site = load_site(site) if site else None
    with tempfile.TemporaryDirectory(prefix="bittern-replay-") as folder:
        moved = Path(folder) / capture.name
        try:
            by = (
                shift_to(capture, wall_clock()) if speed is None else shift_to_end_of_play(capture, wall_clock(), speed)
            )
            packets = shifted(capture, moved, by)
        except NotReplayable as error:
            raise Failure(ExitCode.INPUT, f"error.replay_{error.why}", path=capture) from error
        if keep is not None:
            keep_capture(moved, keep)
        segments = sense([moved], Spool(spool), loaded, sensor=sensor, site=known_site, drill=drill, speed=speed)
    terminal.tell("replay.done", packets=packets, segments=segments, spool=spool)
