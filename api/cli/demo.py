"""`bittern demo`: everything at work on the shipped scenario, in a folder that goes away."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.options import terminal_of
from api.cli.serve import Port

PATIENCE = 120.0
HOUR = 3_600_000_000_000
Once = Annotated[bool, typer.Option("--once", help="help.option.once")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="help.option.no_browser")]


def demo(
    context: typer.Context,
    port: Port = 8080,
    once: Once = False,
    no_browser: NoBrowser = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
) -> None:
    """Until Ctrl-C; with --once until everything is there."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet)
    import json
    import signal
    import tempfile
    import time
    import webbrowser
    from pathlib import Path

    from api.analysis import load_rules
    from api.demo import ACCOUNT, ROLES, Waiting, processes, scenario
    from api.notifying import make_seal
    from api.serving import Listening, bound, served, url_of
    from api.site_model import begin_site
    from api.storage import open_store
    from api.wiring import Settings, Wiring, wall_clock

    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the folder goes away then too
    try:
        listener = bound("127.0.0.1", port)
    except OSError:
        listener = bound("127.0.0.1", 0)
        terminal.tell("demo.other_port", port=port)
    with listener, tempfile.TemporaryDirectory(prefix="bittern-demo-") as name:
        folder = Path(name)
        base = url_of(listener)
        with open_store(f"embedded:{folder / 'store'}") as store, processes(folder, base) as (_, sensor):
            begin_site(store, scenario()[1].read_text(encoding="utf-8"), at=wall_clock())
            settings = Settings(data=folder, base_url=base)
            wiring = Wiring(store, load_rules(()), settings, seal=make_seal(f"embedded:{folder / 'store'}", {}))
            account, secret = wiring.accounts.create(ACCOUNT, ROLES, by=ACCOUNT, must_choose=False)
            reads = ("alerts:read", "incidents:read")
            token, _ = wiring.tokens.create(ACCOUNT, account.id, reads, frozenset(reads), HOUR, by=ACCOUNT)
            with served(wiring, listener) as url:
                address = Listening(url, secret).address
                terminal.tell("demo.ready", url=address)
                if not once and not no_browser:
                    webbrowser.open(address)
                try:
                    found = Waiting(url, token, folder / "spool").until_settled(sensor, PATIENCE)
                except TimeoutError:
                    raise Failure(ExitCode.STORE, "error.demo_late", seconds=int(PATIENCE)) from None
                seconds = round(time.monotonic() - began, 1)
                if once:
                    body = {"seconds": seconds, "alerts": found.alerts, "incidents": found.incidents, "url": url}
                    terminal.data(json.dumps(body))
                    return
                terminal.tell("demo.there", seconds=seconds, alerts=found.alerts, incidents=found.incidents)
                terminal.tell("demo.stop")
                while True:
                    time.sleep(3600)
