"""`bittern content pull`: content from a server, or from a folder that somebody fills."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.content_failures import Content, Sensor, Trusted, trusted_keys
from api.cli.content_here import checks_of
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.forward import Authority, Certificate, Key, Token, check_address
from api.cli.options import terminal_of
from api.cli.parent import WithParent, follow

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.content.pulling import Away, Said, Source

From = Annotated[str | None, typer.Option("--from", metavar="URL", help="help.option.content_from")]
Inbox = Annotated[Path | None, typer.Option("--inbox", metavar="DIR", help="help.option.content_inbox")]
TokenFile = Annotated[Path | None, typer.Option("--token-file", metavar="FILE", help="help.option.content_token")]
Every = Annotated[float, typer.Option("--every", metavar="S", min=1, max=86_400, help="help.option.content_every")]
Follow = Annotated[bool, typer.Option("--follow", help="help.option.content_follow")]
NICE = 10
"""How far proofs stand back behind a sensor of the same machine."""


def pull(
    context: typer.Context,
    content: Content,
    trusted: Trusted,
    address: From = None,
    inbox: Inbox = None,
    sensor: Sensor = None,
    token_file: TokenFile = None,
    ca: Authority = None,
    client_cert: Certificate = None,
    client_key: Key = None,
    go_on: Follow = False,
    every: Every = 60,
    with_parent: WithParent = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    verbose: option.Verbose = 0,
) -> None:
    """Code 7 when something was refused, 6 when the source is away."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose)
    import os
    import random
    import signal
    import time

    from api.content.folder import ContentFolder
    from api.content.pulling import Away, Puller
    from api.content.receiving import Receiver
    from api.pulse import pulse_of

    source = _source(address, inbox, sensor, token_file, (ca, client_cert, client_key), terminal)
    where = str(address or inbox)
    with suppress(OSError):  # a confined service has been given its own
        os.nice(NICE)
    pulse = pulse_of(os.environ)
    checks = checks_of(terminal, pulse.beat)
    receiver = Receiver(ContentFolder(content, trusted_keys(trusted)), sensor, checks)
    with closing(source):
        puller = Puller(receiver, source, _said(where, terminal), time.time_ns, random.random, every, beat=pulse.beat)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: puller.stop())
        if with_parent:
            follow(puller.stop)
        if go_on:
            pulse.ready(terminal.tell("content.ready", source=where, content=content))
            puller.run()
            pulse.stopping()
            return
        try:
            puller.turn()
        except Away as error:
            raise Failure(ExitCode.STORE, "content.away", source=where, why=_why(error, terminal)) from error
        if puller.refused:
            raise typer.Exit(ExitCode.INTEGRITY)
        if not puller.taken:
            terminal.tell("content.nothing", source=where)


def _said(where: str, terminal: Terminal) -> Said:
    from api.content.pulling import Said
    from api.content.trouble import told_all

    return Said(
        took=lambda manifest, source: terminal.tell("content.took", label=manifest.label, source=source),
        refused=lambda source, troubles: terminal.warn(
            "content.refused", source=source, reasons=told_all(troubles, terminal.texts)
        ),
        away=lambda error: terminal.warn("content.away", source=where, why=_why(error, terminal)),
        taken_back=lambda label, sensor, before: terminal.warn(
            "content.taken_back", label=label, sensor=sensor, before=before
        ),
    )


def _why(error: Away, terminal: Terminal) -> str:
    return terminal.texts.get(f"content.away_{error.code}", **error.parameters)


def _source(
    address: str | None,
    inbox: Path | None,
    sensor: str | None,
    token_file: Path | None,
    certificates: tuple[Path | None, Path | None, Path | None],
    terminal: Terminal,
) -> Source:
    """Where bundles come from. Raises Failure for options that make no sense together."""
    if (address is None) == (inbox is None):
        raise Failure(ExitCode.USAGE, "error.content.source")
    if inbox is not None:
        from api.content.pulling import Inbox

        return Inbox(inbox)
    assert address is not None
    check_address(address)
    ca, cert, key = certificates
    if (cert is None) != (key is None):
        raise Failure(ExitCode.USAGE, "error.client_pair")
    if sensor is None:
        raise Failure(ExitCode.USAGE, "error.content.needs_sensor")
    if token_file is None:
        raise Failure(ExitCode.USAGE, "error.no_token_file")
    token = Token(token_file)
    if token_file.stat().st_mode & 0o077:
        terminal.warn("forward.token_open", path=token_file)
    from api.content.server import Server
    from api.forward_https import Trust

    try:
        return Server(address, sensor, token, Trust(ca, cert, key))
    except OSError as error:
        paths = ", ".join(str(each) for each in certificates if each is not None)
        raise Failure(ExitCode.CONFIGURATION, "error.bad_certificates", paths=paths, why=error) from error
