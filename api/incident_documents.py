"""An incident as the API gives it: its record, with codes told in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.output.documents import plain
from api.output.incident_lines import incident_title, why_line
from api.texts import Language, texts
from response.incidents.record import is_held, measured, timeline
from response.records import Stored

LANGUAGES: tuple[Language, ...] = ("en", "zh")
LONG = ("members", "tasks", "history", "ticks")


def incident_body(stored: Stored, *, brief: bool = False) -> dict[str, Any]:
    """The document. Its etag counts the changes of people only, as `If-Match` needs it."""
    record = stored.body
    body: dict[str, Any] = {name: value for name, value in record.items() if not (brief and name in LONG)}
    body |= {"id": stored.id, "etag": str(record["revision"]), "held": is_held(record), "hold": _hold(record)}
    body["title"] = {**record["title"], **{lang: incident_title(record, texts(lang)) for lang in LANGUAGES}}
    if not brief:
        body["members"] = [_member(member) for member in record["members"]]
        body["tasks"] = [{**task, **record["ticks"].get(task["id"], {"done": False})} for task in record["tasks"]]
        body["timeline"] = timeline(record)
        body["measures"] = dict(measured(record))
    shown = plain(body)
    assert isinstance(shown, dict)
    return dict(shown)


def _hold(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who holds it, since when and why; parts that became one may have been held before it."""
    if not is_held(record):
        return None
    line = next((each for each in reversed(record["history"]) if each["what"] == "held" and each["to"]), None)
    return {name: line[name] if line else None for name in ("at", "who", "reason")}


def _member(member: dict[str, Any]) -> dict[str, Any]:
    told = {lang: why_line(member["why"], texts(lang)) for lang in LANGUAGES}
    return {**member, "why": {**member["why"], **told}}
