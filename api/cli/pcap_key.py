"""`bittern pcap key`: makes a key that packets are encrypted with, or puts a new one before those that there are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import options as option
from api.cli.options import terminal_of
from api.cli.packet_keys import bad_keys


def key(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="help.option.pcap_key_file")],
    lang: option.Lang = None,
    quiet: option.Quiet = False,
) -> None:
    """What is encrypted already stays readable by the keys behind it."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet)
    from sensors.packet_keys import BadKeys, add_key

    try:
        count = add_key(file)
    except BadKeys as error:
        raise bad_keys(error) from error
    terminal.tell("pcap.key_made", path=file, count=count)
