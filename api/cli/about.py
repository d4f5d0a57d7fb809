"""`bittern version` and `bittern completion`: both start nothing of the pipeline."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Annotated, Literal

import typer

from api.cli import options as option
from api.cli.options import terminal_of


def version(context: typer.Context, as_json: option.Json = False) -> None:
    """Versions of the program, its core and what it stands on."""
    import json

    from sensors import _core

    found = {
        "bittern": metadata.version("bittern"),
        "core": _core.__version__,
        "python": platform.python_version(),
        "polars": metadata.version("polars"),
        "platform": f"{platform.system()} {platform.machine()}".lower(),
    }
    terminal = terminal_of(context)
    if as_json:
        terminal.data(json.dumps({"schema": "bittern.version/v1", "data": found}, indent=2))
    else:
        terminal.data("\n".join(f"{name:9} {value}" for name, value in found.items()))


def completion(
    context: typer.Context,
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="help.option.shell")],
) -> None:
    """The script that a shell reads to complete commands and options."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # not re-exported, yet the only way

    script = get_completion_script(prog_name="bittern", complete_var="_BITTERN_COMPLETE", shell=shell)
    terminal_of(context).data(script)
