"""`bittern alerts ack, assign, close, comment`: decisions about single alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from api.cli import options as option
from api.cli.alerts import one_alert, teller_for
from api.cli.options import terminal_of
from api.cli.records import opened

if TYPE_CHECKING:
    from api.cli.terminal import Terminal

Resolution: TypeAlias = Literal["true_positive", "benign_trigger", "false_positive", "maintenance", "duplicate"]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="help.option.alert_ids")]
Id = Annotated[str, typer.Argument(metavar="ID", help="help.option.alert_id")]
Who = Annotated[str | None, typer.Option("--who", metavar="NAME", envvar="BITTERN_USER", help="help.option.who")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="help.option.reason")]


def ack(
    context: typer.Context,
    alert_ids: Ids,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="help.option.reason")] = None,
    who: Who = None,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Takes alerts in progress."""
    terminal = _terminal(context, lang, no_color)
    _decide(terminal, store, alert_ids, as_json, "alert.take", who, status="in_progress", reason=reason)


def assign(
    context: typer.Context,
    alert_ids: Ids,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="help.option.assignee")],
    who: Who = None,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Assigns alerts."""
    terminal = _terminal(context, lang, no_color)
    _decide(terminal, store, alert_ids, as_json, "alert.assign", who, assignee=to)


def close(
    context: typer.Context,
    alert_ids: Ids,
    resolution: Annotated[Resolution, typer.Option("--resolution", help="help.option.resolution")],
    reason: Reason,
    who: Who = None,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Closes alerts."""
    terminal = _terminal(context, lang, no_color)
    _decide(
        terminal, store, alert_ids, as_json, "alert.close", who, status="closed", resolution=resolution, reason=reason
    )


def comment(
    context: typer.Context,
    alert_id: Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="help.option.comment")],
    who: Who = None,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Says something about an alert."""
    _decide(_terminal(context, lang, no_color), store, [alert_id], as_json, "alert.comment", who, reason=text)


def _terminal(context: typer.Context, lang: option.Lang, no_color: bool) -> Terminal:
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    return terminal


def name_of_user(given: str | None) -> str:
    """Who decides."""
    import getpass

    return given or getpass.getuser()


def _decide(
    terminal: Terminal,
    url: str | None,
    names: list[str],
    as_json: bool,
    what: str,
    who: str | None,
    *,
    status: str | None = None,
    resolution: str | None = None,
    assignee: str | None = None,
    reason: str | None = None,
) -> None:
    """One decision about each alert, all found before the first is changed."""
    import time

    from api.cli.inputs import rules_in_force
    from api.output.documents import alert_document, listing
    from api.triage import desk_over
    from response.alerts import AlertChange

    change = AlertChange(time.time_ns(), name_of_user(who), status, resolution, assignee, reason)
    with opened(url) as source:
        found = [one_alert(source, name, terminal) for name in names]
        desk = desk_over(source, rules_in_force((), terminal))
        decided = [desk.decide(alert.id, change, alert.etag, what) for alert in found]
    if as_json:
        teller = teller_for(None, terminal)
        terminal.data(listing("bittern.alerts/v1", [alert_document(alert, teller) for alert in decided]))
        return
    for alert in decided:
        words = [terminal.texts.word("status", alert.status), terminal.texts.word("resolution", alert.resolution or "")]
        words.append(alert.assignee or "")
        terminal.tell("cli.alert_decided", id=alert.id, status=", ".join(filter(None, words)))
