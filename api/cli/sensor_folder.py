"""`bittern sensor folder`: a sensor over captures that another tool writes one after the other into a folder."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure, bad_filter
from api.cli.options import terminal_of
from api.cli.parent import WithParent, follow
from api.cli.sensor_content import ContentFolder
from api.cli.sensor_spool import MOST_DAYS, MOST_MB, SpoolDays, SpoolMb, handing_over, keeper_of
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
    spool_mb: SpoolMb = MOST_MB,
    spool_days: SpoolDays = MOST_DAYS,
    site: option.Site = None,
    baseline: option.BaselineFolder = None,
    rules: option.RuleFolders = None,
    content: ContentFolder = None,
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

    from api.cli.inputs import rules_in_force
    from api.cli.sensor_content import taking_of, with_content
    from api.content.knowledge import Knowledge
    from api.pulse import pulse_of
    from api.sensor import Pace, Sensing
    from api.surroundings import Surroundings
    from detection.baseline import read_baseline
    from detection.engine import Detection
    from detection.site_reading import load_site
    from sensors.spool import Spool
    from sensors.spool_bounds import Bounds

    if not folder.is_dir():
        raise Failure(ExitCode.INPUT, "error.no_capture_folder", path=folder)
    knowledge = Knowledge(
        rules_in_force(rules or (), terminal),
        load_site(site) if site else None,
        read_baseline(baseline) if baseline else None,
    )
    taking = taking_of(content, name, knowledge, terminal) if content is not None else None
    judged = taking.begin() if taking is not None else knowledge
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    into = Spool(spool)
    into.open_for_writing()
    pulse = pulse_of(os.environ)
    capture = _following(folder, spool, name, capture_filter, terminal, pulse, remove=remove)
    sensing = Sensing(
        into,
        lambda: Detection(judged.rules, site=judged.site, known=judged.known, sensor=name),
        sensor=name,
        pace=Pace(seconds=0),  # what a file tells waits for no other one
        patient=handing_over(into, terminal),
        around=Surroundings(name, spool, spool_mb << 20, lambda: keeper.lying, lambda: None),
    )
    keeper = keeper_of(into, Bounds(spool_mb << 20, spool_days), sensing, terminal)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: capture.finish())
    if with_parent:
        follow(capture.finish)
    pulse.ready(terminal.tell("sensor.folder_ready", sensor=name, folder=folder, spool=spool))
    keeper.start()
    with closing(capture), closing(keeper):
        segments = sensing.run(with_content(capture, taking, sensing))
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
            strange=lambda path: terminal.warn("sensor.no_capture", path=path),
            failed=lambda error: terminal.warn(
                "sensor.folder_refuses", folder=folder, why=error.strerror or str(error)
            ),
            beat=pulse.beat,
            capture_filter=capture_filter,
            removing=remove,
        )
    except BadFilter as error:
        raise bad_filter(capture_filter or "", error, terminal.texts) from error
