"""`bittern content publish`: a bundle for the sensors of this server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import options as option
from api.cli.content_failures import told_failure
from api.cli.exit_codes import ExitCode
from api.cli.keys import DATA, Data
from api.cli.options import terminal_of
from api.cli.records import opened
from api.cli.triage import Who, name_of_user


def publish(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="help.option.content_file")],
    data: Data = DATA,
    store: option.StoreUrl = None,
    who: Who = None,
    lang: option.Lang = None,
) -> None:
    """Beside the store, where the API has it too."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    import time

    from api.content.opening import load_bundle
    from api.content.shelf import FOLDER, Shelf
    from api.content.trouble import BadContent

    try:
        with opened(store or f"embedded:{data / 'store'}") as source:
            shelf = Shelf(source, data / FOLDER)
            shelved, _ = shelf.put(load_bundle(file), who=name_of_user(who), at=time.time_ns())
    except BadContent as error:
        raise told_failure(error, file, terminal, ExitCode.INTEGRITY) from None
    terminal.tell("content.published", label=f"{shelved.name}-{shelved.version}")
