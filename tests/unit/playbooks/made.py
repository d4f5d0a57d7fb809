"""Small playbooks for tests, written as short as the checker allows."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from response.playbooks.events import Clock, Event
from response.playbooks.load import read_document
from response.playbooks.machine import Perform, advance, begin
from response.playbooks.model import PLAYBOOK_EXTENSION, STEP_EXTENSION, Playbook, playbook_id, read_playbook
from response.playbooks.run import Run
from response.playbooks.schema import Schemas
from tests.needs import PROJECT

SLUG = "made"
AGENT = "group--5b1d3c9e-2f4a-4d6b-8c7e-9a0b1c2d3e4f"
SERVER = "http-api--7c2e4dae-3a5b-4e7c-9d8f-0b1c2d3e4f50"
AUTHOR = "identity--0b7f4a1e-2f0d-4c53-9a41-6f5d0c2e8a77"
TEXTS = {"en": "text", "zh": "文本"}
NOW = 1_793_520_000_000_000_000


@cache
def schemas() -> Schemas:
    return Schemas.read(PROJECT / "rules" / "cacao")


def sid(kind: str, name: str) -> str:
    """The id of the step that a test calls `name`."""
    return f"{kind}--{UUID(bytes=sha256(name.encode()).digest()[:16], version=4)}"


def step(kind: str, name: str, own: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A step in short: `_name` in fields that name steps is filled by `made`."""
    extension = {"text_zh": {"name": "步骤"}, **(own or {})}
    base: dict[str, Any] = {"type": kind, "name": name, **fields}
    if kind not in ("start", "end"):
        base["step_extensions"] = {STEP_EXTENSION: extension}
    if kind == "action":
        base = {"commands": [{"type": "manual", "command": "do it"}], "agent": AGENT, **base}
    return base


def document(*steps: Mapping[str, Any], slug: str = SLUG, **fields: Any) -> dict[str, Any]:
    """A playbook of these steps; steps name each other by their names, `end` is added, the first is begun with."""
    ends = [step("end", "end")] if not any(each["type"] == "end" for each in steps) else []
    every = [step("start", "start", on_completion=steps[0]["name"]), *steps, *ends]
    ids = {each["name"]: sid(each["type"], each["name"]) for each in every}
    return {
        "type": "playbook",
        "spec_version": "cacao-2.0",
        "id": playbook_id(slug),
        "name": "Made",
        "description": "made for a test",
        "playbook_types": ["investigation"],
        "created_by": AUTHOR,
        "created": "2026-11-01T00:00:00.000Z",
        "modified": "2026-11-01T00:00:00.000Z",
        "workflow_start": ids["start"],
        "workflow": {ids[each["name"]]: _named(each, ids) for each in every},
        "playbook_extensions": {
            PLAYBOOK_EXTENSION: {
                "slug": slug,
                "text_zh": {"name": "测试", "description": "测试用"},
                "call": TEXTS,
                "safety": TEXTS,
                "objects": ["control"],
            }
        },
        "agent_definitions": {AGENT: {"type": "group", "name": "Shift"}},
        "target_definitions": {
            SERVER: {"type": "http-api", "name": "tickets", "address": {"url": ["https://tickets.example.org/api"]}}
        },
        "extension_definitions": {
            name: {
                "type": "extension-definition",
                "name": "ours",
                "created_by": AUTHOR,
                "schema": "shipped",
                "version": "1.0.0",
            }
            for name in (STEP_EXTENSION, PLAYBOOK_EXTENSION)
        },
        **copy.deepcopy(fields),
    }


def _named(each: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    found = copy.deepcopy(dict(each))
    for key in ("on_completion", "on_success", "on_failure", "on_true", "on_false"):
        if key in found:
            found[key] = ids.get(found[key], found[key])
    if "next_steps" in found:
        found["next_steps"] = [ids[name] for name in found["next_steps"]]
    if "cases" in found:
        found["cases"] = {case: ids[name] for case, name in found["cases"].items()}
    return found


def problems(raw: Mapping[str, Any]) -> list[str]:
    """Codes of everything that is wrong with a document."""
    _, issues = read_document("made.json", json.dumps(raw, ensure_ascii=False, indent=1), SLUG, schemas())
    return [issue.wrong.code for issue in issues]


def playbook(raw: Mapping[str, Any]) -> Playbook:
    """The playbook, which must be right."""
    slug = raw["playbook_extensions"][PLAYBOOK_EXTENSION]["slug"]
    found, issues = read_document("made.json", json.dumps(raw), slug, schemas())
    assert [str(issue) for issue in issues] == []
    return read_playbook(found)


def started(
    raw: Mapping[str, Any], *called: Mapping[str, Any], given: Mapping[str, str | None] | None = None, **fields: Any
) -> tuple[Run, tuple[Perform, ...]]:
    """A run of the document at its beginning."""
    every = {each.id: each for each in (playbook(raw), *map(playbook, called))}
    run = Run("run-1", NOW, "li", SLUG, {name: each.document for name, each in every.items()})
    return begin(replace(run, **fields), every, given or {}, NOW)


def happens(run: Run, *events: Event, at: int = NOW) -> Run:
    """The run after events."""
    for event in events:
        run, _ = advance(run, event, at)
    return run


def later(run: Run, milliseconds: int) -> Run:
    """The run when so much time has passed."""
    return happens(run, Clock(), at=NOW + milliseconds * 1_000_000)


def outcomes(run: Run) -> dict[str, str]:
    """Status words by the names that the test gave to the steps."""
    names = {name: raw.name["en"] for each in run.playbooks.values() for name, raw in each.steps.items()}
    return {names[name]: status for name, status in run.outcomes().items() if names[name] != "start"}


def shipped() -> Path:
    return PROJECT / "rules" / "playbooks"
