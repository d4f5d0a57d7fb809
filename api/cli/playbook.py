"""`bittern playbook`: what playbooks there are, whether they are sound, starting one, and what runs did."""

from __future__ import annotations

from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.alerts import one_alert
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of, zone_of
from api.cli.records import ListFormat, format_of, opened
from api.cli.usage import nearest

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from response.playbooks.desk import Desk
    from response.playbooks.load import Playbooks
    from response.playbooks.run import Run
    from response.ports import Store

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
Folders = Annotated[list[Path] | None, typer.Option("--playbooks", metavar="DIR", help="help.option.playbooks")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="help.option.playbook_name")]


@app.command("list", cls=HelpfulCommand, help="help.playbook_list", epilog="help.epilog")
def list_playbooks(
    context: typer.Context,
    playbooks: Folders = None,
    form: Annotated[ListFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """By name."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    from api.cli.results import page_of
    from api.output.documents import line, listing
    from api.output.playbook_documents import playbook_document
    from api.output.playbook_lines import playbook_table

    loaded = _loaded(playbooks, terminal)
    documents = [
        playbook_document(each, loaded.strongest(slug), terminal.texts) for slug, each in sorted(loaded.by_slug.items())
    ]
    form_asked = format_of(form, as_json)
    if form_asked == "json":
        terminal.data(listing("bittern.playbooks/v1", documents))
    elif form_asked == "ndjson":
        terminal.data("\n".join(map(line, documents)))
    else:
        page = page_of(terminal)
        playbook_table(page, loaded, terminal.texts)
        terminal.data(page.text())


@app.command("show", cls=HelpfulCommand, help="help.playbook_show", epilog="help.epilog")
def show_playbook(
    context: typer.Context,
    name: Name,
    playbooks: Folders = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Everything about one playbook; JSON holds its graph and its CACAO text too."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    from api.cli.results import page_of
    from api.output.documents import dumps
    from api.output.playbook_documents import playbook_whole
    from api.output.playbook_lines import playbook_page

    loaded = _loaded(playbooks, terminal)
    _known(name, loaded, terminal)
    found = loaded.by_slug[name]
    if as_json:
        whole = playbook_whole(found, loaded.strongest(name), terminal.texts)
        terminal.data(dumps({"schema": "bittern.playbook/v1", "data": whole}))
    else:
        page = page_of(terminal)
        playbook_page(page, found, terminal.texts)
        terminal.data(page.text())


@app.command("check", cls=HelpfulCommand, help="help.playbook_check", epilog="help.epilog")
def check(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[DIR|FILE]...", help="help.option.playbook_paths")
    ] = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """Exit code 3 when there is anything to mend."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.output.documents import listing
    from api.output.issues import issue_document, issue_line
    from api.playbook_files import load_playbooks

    loaded = load_playbooks(paths or ())
    count = len(loaded.by_slug)
    if as_json:
        data = [issue_document(issue, terminal.texts) for issue in loaded.issues]
        terminal.data(listing("bittern.playbook-issues/v1", data, playbooks=count))
    else:
        for issue in loaded.issues:
            terminal.data(issue_line(issue, terminal.texts))
        terminal.tell("cli.playbooks_checked", playbooks=count, issues=len(loaded.issues))
    if loaded.issues or not count:
        raise typer.Exit(ExitCode.CONFIGURATION)


@app.command("run", cls=HelpfulCommand, help="help.playbook_run", epilog="help.epilog")
def run_playbook(
    context: typer.Context,
    name: Name,
    alert: Annotated[str | None, typer.Option("--alert", metavar="ID", help="help.option.run_alert")] = None,
    variables: Annotated[
        list[str] | None, typer.Option("--variable", metavar="__NAME__=VALUE", help="help.option.variable")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="help.option.rehearse")] = False,
    who: Annotated[str | None, typer.Option("--who", metavar="WHO", help="help.option.run_by")] = None,
    store: option.StoreUrl = None,
    playbooks: Folders = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """A run that is started waits in the store for the worker and for people; a dry run is shown and kept nowhere."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    loaded = _loaded(playbooks, terminal)
    _known(name, loaded, terminal)
    given = dict(_variable(each, terminal) for each in variables or ())
    if dry_run:
        _show_dry(_rehearsed(name, loaded, store, alert, given, terminal), terminal, as_json=as_json)
        return
    from api.output.documents import dumps
    from api.output.playbook_documents import run_document
    from api.output.playbook_lines import waiting_words
    from api.wiring import random_secret

    with opened(store) as source:
        about = one_alert(source, alert, terminal).id if alert else None
        run, _ = _desk(source, loaded).start(name, who or getuser(), random_secret(), alert=about, given=given)
    if as_json:
        terminal.data(dumps({"schema": "bittern.run/v1", "data": run_document(run, terminal.texts)}))
    waits = waiting_words(run, terminal.texts) or terminal.texts.get("cli.run_nothing")
    terminal.tell("cli.run_started", id=run.id, waiting=waits)


@app.command("runs", cls=HelpfulCommand, help="help.playbook_runs", epilog="help.epilog")
def show_runs(
    context: typer.Context,
    run_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="help.option.run_id")] = None,
    alert: Annotated[str | None, typer.Option("--alert", metavar="ID", help="help.option.run_alert")] = None,
    store: option.StoreUrl = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=5000, help="help.option.limit")] = 50,
    cursor: Annotated[str | None, typer.Option("--cursor", metavar="TEXT", help="help.option.cursor")] = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """The latest first; one run with every step and every line of its record."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from api.cli.results import page_of
    from api.output.documents import dumps, listing
    from api.output.playbook_documents import run_document, run_whole
    from api.output.playbook_lines import run_page, run_table
    from response.playbooks.run import run_of
    from response.records import RecordQuery
    from response.store_errors import NotFound

    page = page_of(terminal)
    with opened(store) as source:
        if run_id is not None:
            try:
                run = run_of(run_id, source.record("run", run_id).body)
            except NotFound:
                raise Failure(ExitCode.STORE, "error.no_run", id=run_id) from None
            if as_json:
                terminal.data(dumps({"schema": "bittern.run/v1", "data": run_whole(run, terminal.texts)}))
            else:
                run_page(page, run, terminal.texts, zone)
                terminal.data(page.text())
            return
        about = {"alert": alert} if alert else {"drill": False}
        found = source.records(RecordQuery("run", about, limit=limit, cursor=cursor))
    runs = [run_of(each.id, each.body) for each in found.items]
    if as_json:
        documents = [run_document(run, terminal.texts) for run in runs]
        terminal.data(listing("bittern.runs/v1", documents, cursor=found.cursor))
    elif runs:
        run_table(page, runs, terminal.texts, zone)
        terminal.data(page.text())
    else:
        terminal.tell("cli.no_runs")
    if found.cursor and not as_json:
        terminal.tell("cli.more", cursor=found.cursor)


def _rehearsed(
    name: str, loaded: Playbooks, store: str | None, alert: str | None, given: dict[str, str], terminal: Terminal
) -> Run:
    """A dry run; the store is only looked into, for the alert."""
    from contextlib import nullcontext

    from api.wiring import wall_clock
    from response.playbooks.machine import begin
    from response.playbooks.run import Run
    from response.playbooks.trigger import values_of

    with opened(store) if alert else nullcontext() as source:
        about = one_alert(source, alert, terminal) if source and alert else None
    chosen = {each.id: each for each in loaded.with_called(name)}
    documents = {playbook: each.document for playbook, each in chosen.items()}
    now = wall_clock()
    run = Run("dry-run", now, "-", name, documents, alert=about.id if about else None, dry=True)
    return begin(run, chosen, {**(values_of(about) if about else {}), **given}, now)[0]


def _show_dry(run: Run, terminal: Terminal, *, as_json: bool) -> None:
    from api.cli.results import page_of
    from api.output.documents import dumps
    from api.output.playbook_documents import run_whole
    from api.output.playbook_lines import dry_run_page

    if as_json:
        terminal.data(dumps({"schema": "bittern.run/v1", "data": run_whole(run, terminal.texts)}))
    else:
        page = page_of(terminal)
        dry_run_page(page, run, terminal.texts)
        terminal.data(page.text())


def _desk(store: Store, loaded: Playbooks) -> Desk:
    """A desk that starts runs; the worker has the ports to perform them."""
    from api.wiring import wall_clock
    from response.playbooks.desk import Desk
    from response.playbooks.ports import Ports

    return Desk(store, loaded, Ports(), wall_clock)


def _loaded(folders: list[Path] | None, terminal: Terminal) -> Playbooks:
    from api.output.issues import issue_line
    from api.playbook_files import load_playbooks

    loaded = load_playbooks(folders or ())
    if loaded.issues:
        listed = "\n".join(f"  {issue_line(issue, terminal.texts)}" for issue in loaded.issues)
        raise Failure(ExitCode.CONFIGURATION, "error.playbooks", issues=listed)
    return loaded


def _known(name: str, loaded: Playbooks, terminal: Terminal) -> None:
    if name not in loaded.by_slug:
        near = nearest(name, list(loaded.by_slug), terminal.texts)
        raise Failure(ExitCode.USAGE, "error.no_playbook", name=name, near=near)


def _variable(text: str, terminal: Terminal) -> tuple[str, str]:
    from response.playbooks.variables import NAME

    name, equals, value = text.partition("=")
    if not equals or not NAME.match(name):
        raise typer.BadParameter(terminal.texts.get("usage.bad_variable", text=text), param_hint="--variable")
    return name, value
