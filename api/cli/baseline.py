"""`bittern baseline`: what is known of the network, as text: learned from captures, shown, compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of
from api.cli.records import ListFormat, format_of

if TYPE_CHECKING:
    from api.output.documents import Json
    from detection.baseline import Baseline, Entry

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
Kind: TypeAlias = Literal["address", "attribute", "conversation", "operation", "object", "range", "rate"]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="help.option.baseline_dir")]


@app.command("learn", cls=HelpfulCommand, help="help.baseline_learn", epilog="help.epilog")
def learn(
    context: typer.Context,
    captures: option.Captures,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="help.option.baseline_output")],
    capture_filter: option.Filter = None,
    site: option.Site = None,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    verbose: option.Verbose = 0,
) -> None:
    """Writes a baseline of these captures; what lies in the folder is replaced."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose)
    from api.analysis import Options, analyse
    from api.cli.failures import bad_filter
    from api.cli.inputs import check_inputs
    from api.cli.progress import following
    from api.output.reasons import capture_reason
    from api.output.report import was_read
    from api.output.told import safe
    from api.proving import NO_RULES
    from sensors._core import BadFilter

    asked = Options(paths=tuple(captures), capture_filter=capture_filter, site=site, learn=output)
    check_inputs(asked, terminal)
    try:
        with following(terminal) as progress:
            analysis = analyse(asked, NO_RULES, progress)
    except BadFilter as error:
        raise bad_filter(capture_filter or "", error, terminal.texts) from error
    for bad in analysis.bad_files:
        terminal.error("error.capture", path=safe(bad.path), why=capture_reason(bad, terminal.texts))
    terminal.tell("cli.learned", count=f"{analysis.learned or 0:,}", path=output)
    if not all(was_read(bad) for bad in analysis.bad_files):
        raise typer.Exit(ExitCode.INPUT)


@app.command("show", cls=HelpfulCommand, help="help.baseline_show", epilog="help.epilog")
def show(
    context: typer.Context,
    folder: Folder,
    kind: Annotated[Kind | None, typer.Option("--kind", help="help.option.kind")] = None,
    form: Annotated[ListFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Entries by kind, entity and value."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    entries = [entry for entry in _read(folder).sorted() if kind in (None, entry.kind)]
    from api.cli.results import page_of
    from api.output.documents import line, listing
    from api.output.told import safe
    from detection.baseline.text import moment

    form_asked = format_of(form, as_json)
    if form_asked == "json":
        terminal.data(listing("bittern.baseline/v1", map(_document, entries)))
    elif form_asked == "ndjson" and entries:
        terminal.data("\n".join(line(_document(entry)) for entry in entries))
    elif form_asked == "table":
        names = ("kind", "entity", "count", "days", "first_seen", "last_seen", "how", "value")
        rows = [
            [e.kind, safe(e.entity), f"{e.count:,}", str(e.days), moment(e.since), moment(e.last), e.how, safe(e.value)]
            for e in entries
        ]
        page = page_of(terminal)
        page.columns([terminal.texts.get(f"column.{name}") for name in names], rows)
        terminal.data(page.text())


@app.command("diff", cls=HelpfulCommand, help="help.baseline_diff", epilog="help.epilog")
def diff(
    context: typer.Context,
    old: Folder,
    new: Folder,
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """What the second one has more and less; counts and times do not matter."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    before, after = _read(old), _read(new)
    from api.cli.results import page_of
    from api.output.documents import dumps
    from api.output.told import safe
    from detection.baseline import difference

    found = difference(before, after)
    if as_json:
        added: list[Json] = [_document(entry) for entry in found.added]
        removed: list[Json] = [_document(entry) for entry in found.removed]
        terminal.data(
            dumps({"schema": "bittern.baseline-diff/v1", "added": added, "removed": removed, "same": found.same})
        )
        return
    page = page_of(terminal)
    for sign, style, entries in (("-", "bad", found.removed), ("+", "good", found.added)):
        for entry in entries:
            page.line((f"{sign} {entry.kind:12} {safe(entry.entity)}  {safe(entry.value)}".rstrip(), style))
    if page.text():
        terminal.data(page.text())
    terminal.tell("cli.compared", added=len(found.added), removed=len(found.removed), same=found.same)


def _read(folder: Path) -> Baseline:
    from detection.baseline import read_baseline

    try:
        return read_baseline(folder)
    except FileNotFoundError:
        raise Failure(ExitCode.CONFIGURATION, "error.no_baseline", path=folder) from None
    except UnicodeDecodeError as error:
        raise Failure(ExitCode.CONFIGURATION, "error.not_text", path=folder, offset=error.start) from error


def _document(entry: Entry) -> dict[str, Json]:
    from api.output.moments import iso

    return {
        "entity": entry.entity,
        "kind": entry.kind,
        "value": entry.value,
        "since": iso(entry.since),
        "last": iso(entry.last),
        "count": entry.count,
        "days": entry.days,
        "how": entry.how,
        "by": entry.by,
        "expires": iso(entry.expires) if entry.expires else None,
        "from": list(entry.origin),
    }
