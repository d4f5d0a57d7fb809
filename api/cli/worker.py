"""`bittern worker`: what the spool holds goes into the store, and everything that no person waits for is done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import options as option
from api.cli.options import terminal_of
from api.cli.parent import WithParent, follow
from api.cli.serve import Data

SpoolFolder = Annotated[Path, typer.Option("--spool", metavar="DIR", help="help.option.spool")]
Spools = Annotated[list[Path] | None, typer.Option("--spool", metavar="DIR", help="help.option.spools")]


def worker(
    context: typer.Context,
    spools: Spools = None,
    store: option.StoreToFill = None,
    data: Data = Path("bittern-data"),
    rules: option.RuleFolders = None,
    base_url: Annotated[str, typer.Option("--base-url", metavar="URL", help="help.option.base_url")] = "",
    with_parent: WithParent = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    verbose: option.Verbose = 0,
) -> None:
    """Until Ctrl-C or SIGTERM; the duty at hand is ended first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose)
    import os
    import signal

    from api.cli.inputs import rules_in_force
    from api.duties import duties_of
    from api.notifying import make_seal
    from api.storage import open_store
    from api.wiring import Settings, Wiring, wall_clock
    from api.worker import Worker

    loaded = rules_in_force(rules or (), terminal)
    url = store or f"embedded:{data / 'store'}"
    with open_store(url) as source:
        wiring = Wiring(source, loaded, Settings(data=data, base_url=base_url), seal=make_seal(url, os.environ))
        name = f"worker-{os.getpid()}"
        working = Worker(source, name, wall_clock, duties_of(wiring, spools or (), name))
        signal.signal(signal.SIGTERM, lambda *_: working.stop())
        if with_parent:
            follow(working.stop)
        terminal.tell("worker.ready", spool=", ".join(str(each) for each in (*(spools or ()), wiring.settings.inbox)))
        working.run()
        for name, number in working.failures.items():
            terminal.warn("worker.failed", duty=name, count=number, last=working.last_failure[name])
