"""`bittern worker`: what the spool holds goes into the store, and everything that no person waits for is done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.options import terminal_of
from api.cli.parent import WithParent, follow
from api.cli.serve import Data

SpoolFolder = Annotated[Path, typer.Option("--spool", metavar="DIR", help="help.option.spool")]
SpoolToTake = Annotated[Path | None, typer.Option("--spool", metavar="DIR", help="help.option.spool")]
Spools = Annotated[Path | None, typer.Option("--spools", metavar="DIR", help="help.option.spools")]


def worker(
    context: typer.Context,
    spool: SpoolToTake = None,
    spools: Spools = None,
    store: option.StoreToFill = None,
    data: Data = Path("bittern-data"),
    rules: option.RuleFolders = None,
    base_url: Annotated[str, typer.Option("--base-url", metavar="URL", help="help.option.base_url")] = "",
    with_parent: WithParent = False,
    log_format: option.LogFormat = "text",
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    verbose: option.Verbose = 0,
) -> None:
    """Until Ctrl-C or SIGTERM; the duty at hand is ended first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose, log_format=log_format)
    folder = spool or spools
    if folder is None or (spool is not None and spools is not None):
        raise Failure(ExitCode.USAGE, "error.one_spool")
    import os
    import signal

    from api.cli.inputs import rules_in_force
    from api.duties import duties_of, intake_of
    from api.notifying import make_seal
    from api.pulse import pulse_of
    from api.storage import open_store
    from api.wiring import Settings, Wiring, wall_clock
    from api.worker import Worker

    pulse = pulse_of(os.environ)
    loaded = rules_in_force(rules or (), terminal)
    url = store or f"embedded:{data / 'store'}"
    with open_store(url) as source:
        wiring = Wiring(source, loaded, Settings(data=data, base_url=base_url), seal=make_seal(url, os.environ))
        name = f"worker-{os.getpid()}"
        intake = intake_of(wiring, folder, many=spool is None, beat=pulse.beat)

        def figures() -> dict[str, int]:
            counts, waiting = intake.counts, intake.depth
            pulse.status(
                terminal.texts.get("worker.status", segments=f"{counts['segments']:,}", waiting=f"{waiting:,}")
            )
            return {**counts, "waiting": waiting}

        working = Worker(source, name, wall_clock, duties_of(wiring, intake, name), pulse.beat, figures)
        signal.signal(signal.SIGTERM, lambda *_: working.stop())
        if with_parent:
            follow(working.stop)
        ready = terminal.tell("worker.ready", spool=folder)
        pulse.ready(ready)
        working.run()
        pulse.stopping()
        for name, number in working.failures.items():
            terminal.warn("worker.failed", duty=name, count=number, last=working.last_failure[name])
