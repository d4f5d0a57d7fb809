"""`bittern incidents ack, assign, close, comment, tick, split, merge, undo, hold, release`: what people decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import options as option
from api.cli.incidents import one_incident
from api.cli.options import terminal_of
from api.cli.records import opened
from api.cli.triage import Reason, Resolution, Who, name_of_user

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.cli.terminal import Terminal
    from response.incidents.desk import IncidentDesk
    from response.ports import Store

Id = Annotated[str, typer.Argument(metavar="ID", help="help.option.incident_id")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="help.option.incident_ids")]
MaybeReason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="help.option.reason")]


def ack(
    context: typer.Context, incident_id: Id, reason: MaybeReason = None, who: Who = None,
    store: option.StoreUrl = None, as_json: option.Json = False, lang: option.Lang = None,
) -> None:  # fmt: skip
    """Takes an incident in progress."""
    _change(context, incident_id, store, lang, as_json, who, status="in_progress", reason=reason)


def assign(
    context: typer.Context, incident_id: Id,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="help.option.assignee")],
    who: Who = None, store: option.StoreUrl = None, as_json: option.Json = False, lang: option.Lang = None,
) -> None:  # fmt: skip
    """Assigns an incident."""
    _change(context, incident_id, store, lang, as_json, who, assignee=to)


def close(
    context: typer.Context, incident_id: Id,
    resolution: Annotated[Resolution, typer.Option("--resolution", help="help.option.resolution")],
    reason: Reason, who: Who = None, store: option.StoreUrl = None, as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:  # fmt: skip
    """Closes an incident; its alerts stay as they are."""
    _change(
        context, incident_id, store, lang, as_json, who, status="closed", resolution=resolution, reason=reason
    )  # fmt: skip


def comment(
    context: typer.Context, incident_id: Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="help.option.comment")],
    who: Who = None, store: option.StoreUrl = None, as_json: option.Json = False, lang: option.Lang = None,
) -> None:  # fmt: skip
    """Says something about an incident."""
    _change(context, incident_id, store, lang, as_json, who, reason=text)


def tick(
    context: typer.Context, incident_id: Id,
    task: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="help.option.task")],
    undone: Annotated[bool, typer.Option("--undone", help="help.option.undone")] = False,
    who: Who = None, store: option.StoreUrl = None, as_json: option.Json = False, lang: option.Lang = None,
) -> None:  # fmt: skip
    """Ticks a task of an incident, or takes the tick away."""
    _change(context, incident_id, store, lang, as_json, who, tick=(task, not undone))


def hold(
    context: typer.Context, incident_id: Id, reason: Reason, who: Who = None, store: option.StoreUrl = None,
    as_json: option.Json = False, lang: option.Lang = None,
) -> None:  # fmt: skip
    """Keeps the evidence of an incident whatever retention says."""
    _change(context, incident_id, store, lang, as_json, who, reason=reason, held=True)


def release(
    context: typer.Context, incident_id: Id, reason: Reason, who: Who = None, store: option.StoreUrl = None,
    as_json: option.Json = False, lang: option.Lang = None,
) -> None:  # fmt: skip
    """Ends a hold."""
    _change(context, incident_id, store, lang, as_json, who, reason=reason, held=False)


def split(
    context: typer.Context, incident_id: Id,
    alert: Annotated[list[str], typer.Option("--alert", metavar="ID", help="help.option.split_alert")],
    reason: Reason, who: Who = None, store: option.StoreUrl = None, lang: option.Lang = None,
) -> None:  # fmt: skip
    """Sets alerts apart from their incident."""
    terminal = _terminal(context, lang)
    from api.cli.alerts import one_alert

    with opened(store) as source:
        found = one_incident(source, incident_id, terminal)
        alerts = [one_alert(source, each, terminal).id for each in alert]
        decision = _desk(source, terminal).split(found.id, alerts, _now(), name_of_user(who), reason)
    terminal.tell("cli.incident_decision", id=decision)


def merge(
    context: typer.Context, incident_ids: Ids, reason: Reason, who: Who = None, store: option.StoreUrl = None,
    lang: option.Lang = None,
) -> None:  # fmt: skip
    """Makes one incident of several."""
    terminal = _terminal(context, lang)
    with opened(store) as source:
        found = [one_incident(source, each, terminal).id for each in incident_ids]
        decision = _desk(source, terminal).merge(found, _now(), name_of_user(who), reason)
    terminal.tell("cli.incident_decision", id=decision)


def undo(
    context: typer.Context,
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="help.option.decision")],
    who: Who = None, store: option.StoreUrl = None, lang: option.Lang = None,
) -> None:  # fmt: skip
    """Takes a split or merge back."""
    terminal = _terminal(context, lang)
    with opened(store) as source:
        _desk(source, terminal).undo(decision, _now(), name_of_user(who))
    terminal.tell("cli.undone", id=decision)


def _change(
    context: typer.Context, incident_id: str, url: str | None, lang: option.Lang, as_json: bool, who: str | None,
    *, status: str | None = None, resolution: str | None = None, assignee: str | None = None,
    reason: str | None = None, tick: tuple[int, bool] | None = None,
    held: bool | None = None,
) -> None:  # fmt: skip
    terminal = _terminal(context, lang)
    from api.output.documents import dumps
    from api.output.incident_lines import incident_document
    from response.incidents.people import IncidentChange

    with opened(url) as source:
        found = one_incident(source, incident_id, terminal)
        ticks = {_task(found.body["tasks"], tick[0], terminal): tick[1]} if tick else None
        change = IncidentChange(_now(), name_of_user(who), status, resolution, assignee, reason, ticks, held)
        stored = _desk(source, terminal).change(found.id, change, found.body["revision"])
    if as_json:
        terminal.data(dumps({"schema": "bittern.incident/v1", "data": incident_document(stored, terminal.texts)}))
        return
    body, words = stored.body, terminal.texts
    told = [words.word("status", body["status"]), words.word("resolution", body["resolution"] or ""), body["assignee"]]
    told += [words.get("incident.held")] if body.get("held") else []
    terminal.tell("cli.incident_decided", id=stored.id, status=", ".join(filter(None, told)))


def _task(tasks: Sequence[Mapping[str, Any]], number: int, terminal: Terminal) -> str:
    """The id of a task by its number in the list. Raises BadParameter."""
    if number > len(tasks):
        raise typer.BadParameter(terminal.texts.get("cli.no_task", number=number, all=len(tasks)), param_hint="NUMBER")
    return str(tasks[number - 1]["id"])


def _desk(source: Store, terminal: Terminal) -> IncidentDesk:
    from api.cli.inputs import rules_in_force
    from api.site_model import CurrentSite
    from api.triage import incidents_over
    from response.incidents.desk import IncidentDesk

    return IncidentDesk(incidents_over(source, rules_in_force((), terminal), CurrentSite(source).site()))


def _terminal(context: typer.Context, lang: option.Lang) -> Terminal:
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    return terminal


def _now() -> int:
    import time

    return time.time_ns()
