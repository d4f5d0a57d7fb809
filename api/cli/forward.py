"""`bittern forward`: what a spool holds goes to a server over HTTPS, or one way into a folder."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.options import terminal_of
from api.cli.parent import WithParent, follow
from api.cli.terminal import Terminal
from api.cli.worker import SpoolFolder

if TYPE_CHECKING:
    from api.forwarding import NeverTaken, NotSent, Target
    from sensors.segment_file import BadSegment

To = Annotated[str, typer.Option("--target", "--to", metavar="URL|DIR", help="help.option.forward_to")]
TokenFile = Annotated[Path | None, typer.Option("--token-file", metavar="FILE", help="help.option.token_file")]
Authority = Annotated[Path | None, typer.Option("--ca", metavar="FILE", help="help.option.ca")]
Certificate = Annotated[Path | None, typer.Option("--client-cert", metavar="FILE", help="help.option.client_cert")]
Key = Annotated[Path | None, typer.Option("--client-key", metavar="FILE", help="help.option.client_key")]
KeepHours = Annotated[float, typer.Option("--keep-hours", metavar="H", min=0, help="help.option.keep_hours")]
Once = Annotated[bool, typer.Option("--once", help="help.option.forward_once")]


def forward(
    context: typer.Context,
    spool: SpoolFolder,
    to: To,
    token_file: TokenFile = None,
    ca: Authority = None,
    client_cert: Certificate = None,
    client_key: Key = None,
    keep_hours: KeepHours = 0,
    once: Once = False,
    with_parent: WithParent = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    verbose: option.Verbose = 0,
) -> None:
    """Until Ctrl-C or SIGTERM; the segment at hand is ended first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose)
    if not spool.is_dir():
        raise Failure(ExitCode.INPUT, "error.no_spool", path=spool)
    target = _target(to, token_file, ca, client_cert, client_key, terminal)
    import random
    import signal

    from api.forwarding import Forwarder, NotSent, Said
    from sensors.spool import Spool

    said = Said(
        failed=lambda error: terminal.warn(f"forward.{error.code}", to=to, **error.parameters),
        again=lambda _: _again(to, terminal),
        aside=lambda path, error: _aside(path, error, terminal),
    )
    with closing(target):
        forwarder = Forwarder(Spool(spool), target, said, random.random, keep_hours * 3600)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: forwarder.stop())
        if with_parent:
            follow(forwarder.stop)
        terminal.tell("forward.ready", spool=spool, to=to)
        try:
            forwarder.run(once=once)
        except NotSent as error:
            raise _failure(error, to, forwarder.sent) from error
        terminal.tell("forward.done", count=forwarder.sent, to=to)


def _failure(error: NotSent, to: str, sent: int) -> Failure:
    return Failure(ExitCode.STORE, f"forward.{error.code}", to=to, sent=sent, **error.parameters)


def _again(to: str, terminal: Terminal) -> None:
    terminal.tell("forward.again", to=to)


def _aside(path: Path, error: NeverTaken | BadSegment, terminal: Terminal) -> None:
    why = getattr(error, "code", None) or getattr(error, "why", "")
    terminal.warn("forward.aside", path=path, why=terminal.texts.get(f"forward.why.{why}"))


def _target(
    to: str, token_file: Path | None, ca: Path | None, cert: Path | None, key: Path | None, terminal: Terminal
) -> Target:
    """Where it goes. Raises Failure for options that make no sense together."""
    of_https = {"--token-file": token_file, "--ca": ca, "--client-cert": cert, "--client-key": key}
    if "://" not in to:
        from api.forward_folder import Folder

        given = [name for name, value in of_https.items() if value is not None]
        if given:
            raise Failure(ExitCode.USAGE, "error.forward_folder", options=", ".join(given))
        return Folder(Path(to))
    check_address(to)
    if (cert is None) != (key is None):
        raise Failure(ExitCode.USAGE, "error.client_pair")
    if token_file is None:
        raise Failure(ExitCode.USAGE, "error.no_token_file")
    token = Token(token_file)
    if token_file.stat().st_mode & 0o077:
        terminal.warn("forward.token_open", path=token_file)
    from api.forward_https import Https, Trust

    try:
        return Https(to, token, Trust(ca, cert, key))
    except OSError as error:
        paths = ", ".join(str(each) for each in (ca, cert, key) if each is not None)
        raise Failure(ExitCode.CONFIGURATION, "error.bad_certificates", paths=paths, why=error) from error


def check_address(to: str) -> None:
    """HTTPS, or a machine's own loopback, where a proxy may stand. Raises Failure."""
    from urllib.parse import urlsplit

    from api.serving import is_loopback

    try:
        parts = urlsplit(to)
        host = parts.hostname or ""
    except ValueError as error:
        raise Failure(ExitCode.USAGE, "error.forward_address", to="?") from error
    if not host or parts.username is not None or parts.scheme not in ("http", "https"):
        raise Failure(ExitCode.USAGE, "error.forward_address", to=host or "?")
    if parts.scheme == "http" and not is_loopback(host):
        raise Failure(ExitCode.USAGE, "error.forward_plain", to=to)


class Token:
    """The token of a file, which may be replaced at any time; while it is not whole the one before holds."""

    def __init__(self, path: Path) -> None:
        """Raises Failure, OSError."""
        self._path = path
        self._known = self._read()

    def __call__(self) -> str:
        with suppress(Failure, OSError):
            self._known = self._read()
        return self._known

    def _read(self) -> str:
        token = self._path.read_text(encoding="ascii", errors="replace").strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise Failure(ExitCode.CONFIGURATION, "error.bad_token_file", path=self._path)
        return token
