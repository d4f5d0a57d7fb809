"""What a person does to an incident: take it, close it, assign, comment, tick a task. Pure; times in ns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from response.alerts import RESOLUTIONS, STATUSES
from response.incidents.record import history_line, is_held
from response.store_errors import Conflict, Invalid
from response.times import time_text


@dataclass(frozen=True)
class IncidentChange:
    """One decision. None leaves a field as it is; `assignee` "" means nobody; a `reason` alone is a comment; `ticks`
    are task ids with done or not. `status` closed needs a `resolution` and a `reason`; to hold an incident, so that
    retention leaves its evidence alone, or to release it needs a `reason`."""

    at: int
    who: str
    status: str | None = None
    resolution: str | None = None
    assignee: str | None = None
    reason: str | None = None
    ticks: Mapping[str, bool] | None = None
    held: bool | None = None


def changed(incident: str, body: Mapping[str, Any], change: IncidentChange, revision: int) -> dict[str, Any]:
    """The body after the change, with the next revision; as it is when nothing changes. Raises Conflict when
    `revision` is not the body's, Invalid for what makes no sense."""
    where = f"incident {incident}"
    if revision != body["revision"]:
        raise Conflict(where, "other_etag", etag=str(body["revision"]), given=str(revision))
    if not change.who:
        raise Invalid(where, "nobody_named")
    new = {**body, **_outcome(where, body, change)}
    if change.assignee is not None:
        new["assignee"] = change.assignee or None
    named = [name for name in ("status", "resolution", "assignee") if new[name] != body[name]]
    lines = [history_line(change.at, change.who, name, body[name], new[name], change.reason) for name in named]
    lines += _held(where, new, change)
    lines += _ticked(where, new, change)
    if change.reason and not lines:
        lines = [history_line(change.at, change.who, "comment", None, None, change.reason)]
    if not lines:
        return dict(body)
    return {**new, "history": [*body["history"], *lines], "revision": revision + 1}


def _outcome(where: str, body: Mapping[str, Any], change: IncidentChange) -> dict[str, Any]:
    status = change.status or str(body["status"])
    if status not in STATUSES:
        raise Invalid(where, "no_such_status", value=status, words=STATUSES)
    if status != "closed":
        if change.resolution is not None:
            raise Invalid(where, "resolution_of_open", status=status)
        return {"status": status, "resolution": None}
    resolution = change.resolution or body["resolution"]
    if resolution not in RESOLUTIONS:
        raise Invalid(where, "no_such_resolution", value=resolution, words=RESOLUTIONS)
    if body["status"] != "closed" and not change.reason:
        raise Invalid(where, "no_reason_given")
    return {"status": status, "resolution": resolution}


def _held(where: str, new: dict[str, Any], change: IncidentChange) -> list[dict[str, Any]]:
    """Puts a hold, or its end, into `new` and gives its line of history."""
    before = is_held(new)
    if change.held is None or change.held == before:
        return []
    if not change.reason:
        raise Invalid(where, "no_reason_given")
    if change.held and not new["alerts"]:
        raise Invalid(where, "nothing_to_hold")
    new["held"] = change.held
    return [history_line(change.at, change.who, "held", before, change.held, change.reason)]


def _ticked(where: str, new: dict[str, Any], change: IncidentChange) -> list[dict[str, Any]]:
    """Puts the ticks into `new` and gives their lines of history."""
    tasks = {task["id"] for task in new["tasks"]}
    lines, ticks = [], dict(new["ticks"])
    for task, done in sorted((change.ticks or {}).items()):
        if task not in tasks:
            raise Invalid(where, "no_such_task", value=task)
        before = bool(ticks.get(task, {}).get("done"))
        if done != before:
            ticks[task] = {"done": done, "at": time_text(change.at), "who": change.who}
            lines.append(history_line(change.at, change.who, f"task {task}", before, done, change.reason))
    new["ticks"] = ticks
    return lines
