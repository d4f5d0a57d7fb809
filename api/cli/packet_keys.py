"""The keys that packets are encrypted with, as commands are given them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure

PacketsKey = Annotated[
    Path | None,
    typer.Option("--packets-key", metavar="FILE", envvar="BITTERN_PACKETS_KEY", help="help.option.packets_key"),
]


def keys_of(path: Path | None) -> tuple[bytes, ...]:
    """The keys of the file; none without one. Raises Failure."""
    from sensors.packet_keys import BadKeys, read_keys

    if path is None:
        return ()
    try:
        return read_keys(path)
    except BadKeys as error:
        raise bad_keys(error) from error


def bad_keys(error: Exception) -> Failure:
    """A key file that cannot be used, told with how to mend it."""
    from sensors.packet_keys import BadKeys

    assert isinstance(error, BadKeys)
    code = ExitCode.PERMISSION if error.reason == "exposed" else ExitCode.CONFIGURATION
    return Failure(code, f"error.packets_key.{error.reason}", path=error.path, line=error.line)
