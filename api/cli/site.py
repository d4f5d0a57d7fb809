"""`bittern site`: the site model, checked as a file, and shown or put in force in a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of
from api.cli.records import opened
from api.cli.triage import Who, name_of_user

if TYPE_CHECKING:
    from detection.site import Site

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
File = Annotated[Path, typer.Argument(metavar="FILE", help="help.option.site_file")]
DECLARED = ("zones", "conduits", "assets", "points", "windows")


@app.command("check", cls=HelpfulCommand, help="help.site_check", epilog="help.epilog")
def check(context: typer.Context, file: File, as_json: option.Json = False, lang: option.Lang = None) -> None:
    """Every mistake with its line and how to mend it; exit code 3 when there is any."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.output.documents import dumps, plain
    from api.output.issues import issue_document, issue_line
    from detection.site_reading import BadSite, load_site

    try:
        site, issues = load_site(file), []
    except BadSite as error:
        site, issues = None, error.issues
    if as_json:
        told = [dict(issue_document(issue, terminal.texts)) for issue in issues]
        body = {"issues": told, "declares": _declares(site) if site else {}}
        terminal.data(dumps({"schema": "bittern.site-check/v1", "data": plain(body)}))
    else:
        for issue in issues:
            terminal.data(issue_line(issue, terminal.texts))
        if site is not None:
            terminal.tell("site.sound", path=file, **_declares(site))
    if issues:
        raise typer.Exit(ExitCode.CONFIGURATION)


@app.command("show", cls=HelpfulCommand, help="help.site_show", epilog="help.epilog")
def show(context: typer.Context, store: option.StoreUrl = None, lang: option.Lang = None) -> None:
    """The text in force, to be edited and put back."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.site_model import site_text

    with opened(store) as source:
        found = site_text(source)
    if found is None:
        terminal.tell("site.none")
    else:
        terminal.data(found.text)


@app.command("put", cls=HelpfulCommand, help="help.site_put", epilog="help.epilog")
def put(
    context: typer.Context, file: File, who: Who = None, store: option.StoreUrl = None, lang: option.Lang = None
) -> None:
    """Detection, map and assessment read it from then on. A text with mistakes is refused."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    import time

    from api.site_model import put_site, site_text
    from detection.site_reading import load_site

    load_site(file)
    text = file.read_text(encoding="utf-8")
    with opened(store) as source:
        known = site_text(source)
        kept = put_site(source, text, known.etag if known else None, who=name_of_user(who), at=time.time_ns())
    terminal.tell("site.put", path=file, digest=kept.digest[:12])


def _declares(site: Site) -> dict[str, int]:
    return {name: len(getattr(site, name)) for name in DECLARED}
