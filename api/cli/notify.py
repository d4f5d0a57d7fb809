"""`bittern notify`: channels and routes, a test of one, and what could not be delivered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of, zone_of
from api.cli.records import ListFormat, format_of, opened
from api.cli.usage import nearest

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from response.notify.model import Settings
    from response.notify.outbox import Outbox
    from response.notify.sealing import Seal
    from response.ports import Store

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
BY = "command-line"
File = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", envvar="BITTERN_NOTIFY", help="help.option.notify_settings"),
]
Form = Annotated[ListFormat, typer.Option("--format", help="help.option.list_format")]


@app.command("list", cls=HelpfulCommand, help="help.notify_list", epilog="help.epilog")
def list_channels(
    context: typer.Context,
    settings: File = None,
    store: option.StoreUrl = None,
    form: Form = "table",
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Channels, then routes, as they are declared."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    found = _settings(settings, store, terminal)
    from api.output.documents import line, listing
    from api.output.notify_lines import channel_document, route_document, settings_page

    documents = [*map(channel_document, found.channels), *map(route_document, found.routes)]
    form_asked = format_of(form, as_json)
    if form_asked == "json":
        terminal.data(listing("bittern.notify/v1", documents, match=found.match))
    elif form_asked == "ndjson" and documents:
        terminal.data("\n".join(map(line, documents)))
    elif form_asked == "table" and documents:
        from api.cli.results import page_of

        page = page_of(terminal)
        settings_page(page, found, terminal.texts)
        terminal.data(page.text())
    elif form_asked == "table":
        terminal.tell("cli.no_channels")


@app.command("test", cls=HelpfulCommand, help="help.notify_test", epilog="help.epilog")
def try_channel(
    context: typer.Context,
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="help.option.notify_channel")],
    settings: File = None,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """Exit code 6 when the receiver did not take it."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    found = _settings(settings, store, terminal)
    chosen = found.by_name.get(channel)
    if chosen is None:
        near = nearest(channel, list(found.by_name), terminal.texts)
        raise Failure(ExitCode.USAGE, "error.no_channel", name=channel, near=near)
    from api.output.documents import dumps
    from api.output.notify_lines import answer_document, failure_told, receipt_told
    from response.notify.sender import Undelivered

    with _outbox(found) as outbox:
        try:
            receipt = outbox.send_test(chosen, BY)
        except Undelivered as error:
            why = failure_told(error.code, error.parameters, terminal.texts)
            raise Failure(ExitCode.STORE, "error.notify_failed", channel=channel, why=why) from None
    told = receipt_told(receipt, terminal.texts)
    if as_json:
        terminal.data(dumps({"schema": "bittern.notify-test/v1", "data": answer_document(channel, receipt, told)}))
    else:
        terminal.data(terminal.texts.get("cli.notify_tested", channel=channel, answer=told))


@app.command("dead", cls=HelpfulCommand, help="help.notify_dead", epilog="help.epilog")
def list_dead(
    context: typer.Context,
    store: option.StoreUrl = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=5000, help="help.option.limit")] = 50,
    cursor: Annotated[str | None, typer.Option("--cursor", metavar="TEXT", help="help.option.cursor")] = None,
    form: Form = "table",
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """The latest first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from api.output.documents import line, listing
    from api.output.notify_lines import message_document, messages_page
    from response.records import RecordQuery

    query = RecordQuery("message", equals={"state": "dead"}, limit=limit, cursor=cursor)
    with opened(store) as source:
        page = source.records(query)
    documents = [message_document(each, terminal.texts) for each in page.items]
    form_asked = format_of(form, as_json)
    if form_asked == "json":
        terminal.data(listing("bittern.messages/v1", documents, cursor=page.cursor))
        return
    if not documents:
        terminal.tell("cli.no_dead")
    elif form_asked == "ndjson":
        terminal.data("\n".join(map(line, documents)))
    else:
        from api.cli.results import page_of

        lines = page_of(terminal)
        messages_page(lines, page.items, terminal.texts, zone)
        terminal.data(lines.text())
    if page.cursor:
        terminal.tell("cli.more", cursor=page.cursor)


@app.command("retry", cls=HelpfulCommand, help="help.notify_retry", epilog="help.epilog")
def retry(
    context: typer.Context,
    messages: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="help.option.notify_messages")] = None,
    everything: Annotated[bool, typer.Option("--all", help="help.option.notify_all")] = False,
    store: option.StoreUrl = None,
    lang: option.Lang = None,
) -> None:
    """The worker sends them; here they are only made due."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    if not messages and not everything:
        raise Failure(ExitCode.USAGE, "error.nothing_named")
    from response.notify.model import Settings

    with opened(store) as source, _outbox(Settings(), source) as outbox:
        named = [each.id for each in outbox.every({"state": "dead"})] if everything else messages or []
        names = tuple(dict.fromkeys(named))
        for name in names:
            outbox.resend(name, BY)
    terminal.tell("cli.notify_again", count=len(names))


def _settings(file: Path | None, url: str | None, terminal: Terminal) -> Settings:
    """The settings of a file, else of a store. Raises Failure."""
    import os

    from api.notifying import BadKey, StoredSettings, find_seal
    from api.output.issues import issue_line
    from response.notify.reading import BadNotify, read_settings
    from response.notify.sealing import open_text

    if file is None and url is None:
        raise Failure(ExitCode.USAGE, "error.no_notify")
    try:
        seal = find_seal(url, os.environ)
        if file is not None:
            return read_settings(str(file), open_text(_text(file), seal))
        with opened(url) as source:
            return StoredSettings(source, seal).current()
    except BadKey as error:
        raise Failure(ExitCode.CONFIGURATION, "error.notify_key", path=error.place) from None
    except BadNotify as error:
        listed = "\n".join(f"  {issue_line(issue, terminal.texts)}" for issue in error.issues)
        raise Failure(ExitCode.CONFIGURATION, "error.notify", issues=listed) from None


def seal_of(url: str) -> Seal:
    """The key of the installation, made when there is none. Raises Failure."""
    import os

    from api.notifying import BadKey, make_seal

    try:
        return make_seal(url, os.environ)
    except BadKey as error:
        raise Failure(ExitCode.CONFIGURATION, "error.notify_key", path=error.place) from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Failure(ExitCode.CONFIGURATION, "error.not_text", path=file, offset=error.start) from error


@contextmanager
def _outbox(settings: Settings, source: Store | None = None) -> Iterator[Outbox]:
    """The outbox of a store; for a test, which is past the journal, that of an empty one which goes away."""
    import tempfile

    from api.notifying import messenger_of
    from api.storage import open_store
    from api.wiring import wall_clock
    from detection.sigma.load import RuleSet

    rules = RuleSet((), (), (), frozenset())
    if source is not None:
        yield messenger_of(source, lambda: settings, rules, lambda: None, wall_clock).outbox
        return
    with tempfile.TemporaryDirectory() as folder, open_store(f"embedded:{folder}/store") as empty:
        yield messenger_of(empty, lambda: settings, rules, lambda: None, wall_clock).outbox
