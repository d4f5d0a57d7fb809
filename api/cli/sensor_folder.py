"""`bittern sensor folder`: a sensor over captures that another tool writes one after the other into a folder."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure, bad_filter
from api.cli.options import terminal_of
from api.cli.parent import WithParent, follow
from api.cli.terminal import Terminal
from api.cli.worker import SpoolFolder

if TYPE_CHECKING:
    from api.pulse import Pulse
    from sensors.folder_capture import FolderCapture

WINDOW = 900_000_000_000
"""Packet time before the last file whose files are read once more by a sensor that begins again, ns."""


def sensor_folder(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="help.option.capture_folder")],
    spool: SpoolFolder,
    name: Annotated[str, typer.Option("--sensor", metavar="NAME", help="help.option.sensor")] = "sensor",
    capture_filter: option.Filter = None,
    remove: Annotated[bool, typer.Option("--remove", help="help.option.remove_captures")] = False,
    spool_mb: Annotated[int, typer.Option("--spool-mb", metavar="N", min=16, help="help.option.spool_mb")] = 10_240,
    spool_days: Annotated[
        float, typer.Option("--spool-days", metavar="D", min=0.01, help="help.option.spool_days")
    ] = 30.0,
    site: option.Site = None,
    baseline: option.BaselineFolder = None,
    rules: option.RuleFolders = None,
    with_parent: WithParent = False,
    log_format: option.LogFormat = "text",
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    verbose: option.Verbose = 0,
) -> None:
    """Until Ctrl-C or SIGTERM; what is still open is told and handed over first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose, log_format=log_format)
    import os
    import signal
    import time

    from api.cli.inputs import rules_in_force
    from api.handing_over import HandingOver
    from api.pulse import pulse_of
    from api.sensor import Pace, Sensing
    from detection.baseline import read_baseline
    from detection.engine import Detection
    from detection.site_reading import load_site
    from sensors.spool import Spool
    from sensors.spool_bounds import Bounds, Keeper

    if not folder.is_dir():
        raise Failure(ExitCode.INPUT, "error.no_capture_folder", path=folder)
    loaded = rules_in_force(rules or (), terminal)
    site_model = load_site(site) if site else None
    known = read_baseline(baseline) if baseline else None
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    into = Spool(spool)
    into.open_for_writing()
    pulse = pulse_of(os.environ)
    capture = _following(folder, spool, name, capture_filter, terminal, pulse, remove=remove)
    patient = HandingOver(
        into,
        refused=lambda error: terminal.warn("sensor.spool_refused", spool=spool, why=error.strerror or str(error)),
        taken=lambda rows, alerts: terminal.tell("sensor.spool_takes", spool=spool, rows=rows, occurrences=alerts),
    )
    sensing = Sensing(
        into,
        lambda: Detection(loaded, site=site_model, known=known, sensor=name),
        sensor=name,
        pace=Pace(seconds=0),  # what a file tells waits for no other one
        patient=patient,
    )

    def gave_up(lost: Counter[str]) -> None:
        if lost["assets"]:
            sensing.tell_assets_anew()
        terminal.warn("sensor.spool_gave_up", spool=spool, rows=lost["rows"], occurrences=lost["occurrences"])

    keeper = Keeper(
        into,
        Bounds(spool_mb << 20, spool_days),
        time.time,
        lost=gave_up,
        failed=lambda error: terminal.warn("sensor.spool_unbounded", spool=spool, why=error),
    )
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: capture.finish())
    if with_parent:
        follow(capture.finish)
    pulse.ready(terminal.tell("sensor.folder_ready", sensor=name, folder=folder, spool=spool))
    keeper.start()
    with closing(capture), closing(keeper):
        segments = sensing.run(capture)
    pulse.stopping()
    for part, (count, last) in sensing.detection.failures.items():
        terminal.warn("sensor.failed", part=part, count=count, last=last)
    files, packets = capture.position
    terminal.tell("sensor.folder_done", files=files, packets=packets, segments=segments, spool=spool)


def _following(
    folder: Path, spool: Path, name: str, capture_filter: str | None, terminal: Terminal, pulse: Pulse, *, remove: bool
) -> FolderCapture:
    from api.output.reasons import capture_reason
    from sensors._core import BadFilter
    from sensors.capture_folder import CaptureFolder
    from sensors.chain import read_chain
    from sensors.folder_capture import FolderCapture

    def reached() -> tuple[str, int] | None:
        chain = read_chain(spool)
        return next(iter(chain.reached.items()), None) if chain is not None else None

    try:
        return FolderCapture(
            CaptureFolder(folder, spool, reached, WINDOW),
            sensor=name,
            trouble=lambda error: terminal.warn(
                "sensor.bad_capture", path=error.path, why=capture_reason(error, terminal.texts), packets=error.frames
            ),
            failed=lambda error: terminal.warn(
                "sensor.folder_refuses", folder=folder, why=error.strerror or str(error)
            ),
            beat=pulse.beat,
            capture_filter=capture_filter,
            removing=remove,
        )
    except BadFilter as error:
        raise bad_filter(capture_filter or "", error, terminal.texts) from error
