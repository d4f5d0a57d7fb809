"""What the commands of `bittern content` share: keys that are trusted, and how content that is not taken is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.keys import trouble

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.content.trouble import BadContent
    from response.reports.signing import PublicKey

Trusted = Annotated[Path, typer.Option("--trusted-keys", metavar="DIR", help="help.option.trusted_keys")]
Content = Annotated[Path, typer.Option("--content", metavar="DIR", help="help.option.content")]
Sensor = Annotated[str | None, typer.Option("--sensor", metavar="NAME", help="help.option.content_sensor")]


def trusted_keys(folder: Path) -> list[PublicKey]:
    """The public keys in a folder. Raises Failure when there is none."""
    from response.reports.signing import KeyFolder, KeyTrouble

    try:
        found: list[PublicKey] = KeyFolder(folder).publics() if folder.is_dir() else []
    except KeyTrouble as error:
        raise trouble(error) from None
    if not found:
        raise Failure(ExitCode.CONFIGURATION, "error.content.no_keys", folder=folder)
    return found


def told_failure(error: BadContent, what: Path | str, terminal: Terminal, code: ExitCode) -> Failure:
    """Content that is not taken, with every reason."""
    from api.content.trouble import told_all

    return Failure(code, "error.content.refused", what=what, reasons=told_all(error.troubles, terminal.texts))


def shown_time(nanoseconds: int) -> str:
    """A time as people read it, UTC."""
    from datetime import UTC

    from api.output.moments import clock

    return f"{clock(nanoseconds, UTC)} UTC"
