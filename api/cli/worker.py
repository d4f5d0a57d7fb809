"""`bittern worker`: what the spool holds goes into the store, and everything that no person waits for is done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import options as option
from api.cli.options import terminal_of
from api.cli.packet_keys import PacketsKey, keys_of
from api.cli.parent import WithParent, follow
from api.cli.rendered_content import RulesOfContent, with_content_rules
from api.cli.serve import Data

SpoolFolder = Annotated[Path, typer.Option("--spool", metavar="DIR", help="help.option.spool")]
Spools = Annotated[list[Path] | None, typer.Option("--spool", metavar="DIR", help="help.option.spools")]
Below = Annotated[Path | None, typer.Option("--spools", metavar="DIR", help="help.option.spools_below")]


def worker(
    context: typer.Context,
    spools: Spools = None,
    below: Below = None,
    store: option.StoreToFill = None,
    data: Data = Path("bittern-data"),
    rules: option.RuleFolders = None,
    content: RulesOfContent = None,
    base_url: Annotated[str, typer.Option("--base-url", metavar="URL", help="help.option.base_url")] = "",
    packets_key: PacketsKey = None,
    with_parent: WithParent = False,
    log_format: option.LogFormat = "text",
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    verbose: option.Verbose = 0,
) -> None:
    """Until Ctrl-C or SIGTERM; the duty at hand is ended first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose, log_format=log_format)
    import os
    import signal
    from functools import partial

    from api.cli.inputs import rules_in_force
    from api.cli.notify import seal_of
    from api.duties import duties_of, intake_of
    from api.pulse import pulse_of
    from api.storage import open_store
    from api.wiring import Settings, Wiring, wall_clock
    from api.worker import Worker

    pulse = pulse_of(os.environ)
    end = partial(os.kill, os.getpid(), signal.SIGTERM)
    loaded = with_content_rules(rules_in_force(rules or (), terminal), content, end, terminal)
    url = store or f"embedded:{data / 'store'}"
    settings = Settings(data=data, base_url=base_url, packets_keys=keys_of(packets_key))
    with open_store(url) as source:
        wiring = Wiring(source, loaded, settings, seal=seal_of(url))
        name = f"worker-{os.getpid()}"
        intake = intake_of(wiring, spools or (), below=below, beat=pulse.beat)

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
        folders = (*(spools or ()), *([below] if below else ()), wiring.settings.inbox)
        pulse.ready(terminal.tell("worker.ready", spool=", ".join(map(str, folders))))
        working.run()
        pulse.stopping()
        for name, number in working.failures.items():
            terminal.warn("worker.failed", duty=name, count=number, last=working.last_failure[name])
