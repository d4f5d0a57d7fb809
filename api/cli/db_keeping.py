"""`bittern db stats`, `retention` and `vacuum`: what a store holds, for how long, and making room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.db import app
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand
from api.cli.options import terminal_of, zone_of
from api.cli.records import opened

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.output.documents import Json
    from response.ports import Store
    from response.retention.policy import Policy

__all__ = ["app"]

BY = "command-line"
Changes = Annotated[list[str] | None, typer.Option("--set", metavar="DATASET=BOUND", help="help.option.retention_set")]


@app.command("stats", cls=HelpfulCommand, help="help.db_stats", epilog="help.epilog")
def stats(
    context: typer.Context,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """By dataset, with a forecast."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from api.cli.results import page_of
    from api.output.documents import dumps, plain
    from api.output.storage_lines import storage_page
    from api.storage_documents import storage_document
    from api.wiring import wall_clock

    with opened(store) as source:
        document = storage_document(source, wall_clock())
    if as_json:
        terminal.data(dumps({"schema": "bittern.storage/v1", "data": plain(document)}))
        return
    page = page_of(terminal)
    storage_page(page, document, terminal.texts, zone)
    terminal.data(page.text())


@app.command("retention", cls=HelpfulCommand, help="help.db_retention", epilog="help.epilog")
def retention(
    context: typer.Context,
    changes: Changes = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="help.option.retention_dry")] = False,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
) -> None:
    """Shown, or changed; the worker applies it."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet)
    from api.storage.admission import stored_datasets
    from api.wiring import wall_clock
    from response.retention.policy import BadPolicy, changed, read_bound
    from response.retention.sweep import policy_in_force, put_policy

    with opened(store) as source:
        policy, etag = policy_in_force(source, stored_datasets())
        try:
            policy = changed(policy, dict(read_bound(text) for text in changes or ()))
        except BadPolicy as bad:
            why = terminal.texts.get(f"retention.wrong.{bad.code}", where=bad.where, value=bad.value)
            raise Failure(ExitCode.USAGE, "error.db.retention", why=why) from None
        if dry:
            _told_due(terminal, source, policy, as_json)
            return
        if changes:
            put_policy(source, policy, wall_clock(), BY, etag)
            terminal.tell("db.retention_set")
    _told_policy(terminal, policy, as_json)


def _told_policy(terminal: Terminal, policy: Policy, as_json: bool) -> None:
    from api.output.documents import dumps, plain
    from api.output.storage_lines import bound_text

    if as_json:
        terminal.data(dumps({"schema": "bittern.retention/v1", "data": plain({"datasets": policy.record()})}))
        return
    for name, bound in policy.bounds.items():
        terminal.data(f"{name:<14}{bound_text(bound, terminal.texts)}")


def _told_due(terminal: Terminal, store: Store, policy: Policy, as_json: bool) -> None:
    """What the policy would remove now, and what it would not for open incidents."""
    from api.output.documents import dumps
    from api.wiring import wall_clock
    from response.retention.due import foreseen
    from response.retention.policy import size_text

    found: dict[str, dict[str, Json]] = {}
    for dataset, each in foreseen(store, policy, wall_clock()).items():
        found[dataset] = {"rows": each.rows, "bytes": each.bytes, "parts": each.parts, "kept_bytes": each.kept_bytes}
        if not as_json and (each.parts or each.kept_bytes):
            sizes = {"size": size_text(each.bytes), "kept": size_text(each.kept_bytes)}
            terminal.data(terminal.texts.get("db.due", dataset=dataset, rows=f"{each.rows:,}", **sizes))
    if as_json:
        terminal.data(dumps({"schema": "bittern.retention/v1", "data": {"due": dict(found)}}))
    elif not any(each["parts"] or each["kept_bytes"] for each in found.values()):
        terminal.tell("db.nothing_due")


@app.command("vacuum", cls=HelpfulCommand, help="help.db_vacuum", epilog="help.epilog")
def vacuum(
    context: typer.Context,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
) -> None:
    """Nothing of the content changes."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet)
    from api.output.documents import dumps
    from api.storage.admission import stored_datasets
    from api.storage.embedded import EmbeddedStore
    from api.wiring import wall_clock
    from response.retention.policy import Bound, size_text

    with opened(store) as source:
        if not isinstance(source, EmbeddedStore):
            raise Failure(ExitCode.USAGE, "error.db.elastic_vacuum")
        before = source.holdings(wall_clock())
        for dataset in stored_datasets():
            while source.tend(dataset, Bound()):
                pass
        source.vacuum()
        after = source.holdings(wall_clock())
    counts = [sum(each.parts for each in holdings.datasets) for holdings in (before, after)]
    sizes = [holdings.bytes + (holdings.record_bytes or 0) for holdings in (before, after)]
    if as_json:
        body: dict[str, Json] = {"parts_before": counts[0], "parts": counts[1]}
        body |= {"bytes_before": sizes[0], "bytes": sizes[1]}
        terminal.data(dumps({"schema": "bittern.vacuum/v1", "data": body}))
        return
    old, new = (size_text(size) for size in sizes)
    terminal.tell("db.vacuumed", parts=f"{counts[1]:,}", parts_before=f"{counts[0]:,}", size=new, size_before=old)
