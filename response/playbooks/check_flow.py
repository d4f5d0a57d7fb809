"""Checks the ways through a workflow: every step named exists and is reached, and only a while-condition repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from detection.sigma.wrong import wrong
from response.playbooks.places import Path, pointer
from response.playbooks.schema import Found

UUID_4 = re.compile(r"^[a-z-]+--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", re.IGNORECASE)
MOST_STEPS = 300
"""Steps of one playbook; nobody follows more, and what is drawn and gone through stays bounded."""
NEXT = ("on_completion", "on_success", "on_failure", "on_true", "on_false")


def targets(step: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """(path inside the step, id) of every step that it names."""
    for name in NEXT:
        if name in step:
            yield (name,), step[name]
    for case, target in step.get("cases", {}).items():
        yield ("cases", case), target
    for number, target in enumerate(step.get("next_steps", ())):
        yield ("next_steps", number), target


def flow_problems(document: Mapping[str, Any]) -> Iterator[Found]:
    """What is wrong with the ways through the workflow."""
    workflow = document["workflow"]
    if len(workflow) > MOST_STEPS:
        yield ("workflow",), wrong("playbook_many_steps", count=len(workflow), most=MOST_STEPS)
        return
    yield from _ends(document)
    for name, step in workflow.items():
        yield from _named(name, step, workflow)
    yield from _unreached(document)
    loop = _loop(workflow)
    if loop:
        yield ("workflow", loop), wrong("playbook_loop", step=loop)


def _ends(document: Mapping[str, Any]) -> Iterator[Found]:
    workflow = document["workflow"]
    for key, kinds in (("workflow_start", ("start",)), ("workflow_exception", None)):
        target = document.get(key)
        if target is None:
            continue
        if target not in workflow:
            yield (key,), wrong("playbook_no_step", where=key, step=target)
        elif kinds and workflow[target]["type"] not in kinds:
            yield (key,), wrong("playbook_start", step=target, type=workflow[target]["type"])
    if not any(step["type"] == "end" for step in workflow.values()):
        yield ("workflow",), wrong("playbook_no_end")


def _named(name: str, step: Mapping[str, Any], workflow: Mapping[str, Any]) -> Iterator[Found]:
    at: Path = ("workflow", name)
    if not UUID_4.match(name):
        yield at, wrong("playbook_step_uuid", step=name)
    for path, target in targets(step):
        if target not in workflow:
            yield (*at, *path), wrong("playbook_no_step", where=pointer((*at, *path)), step=target)
    if "on_completion" in step and ("on_success" in step or "on_failure" in step):
        yield (*at, "on_completion"), wrong("playbook_two_ways", where=pointer(at))


def _unreached(document: Mapping[str, Any]) -> Iterator[Found]:
    workflow = document["workflow"]
    reached: set[str] = set()
    waiting = [document["workflow_start"], document.get("workflow_exception", document["workflow_start"])]
    while waiting:
        name = waiting.pop()
        if name in workflow and name not in reached:
            reached.add(name)
            waiting += [target for _, target in targets(workflow[name])]
    for name in workflow:
        if name not in reached:
            yield ("workflow", name), wrong("playbook_unreached", step=name)


def _loop(workflow: Mapping[str, Any]) -> str | None:
    """A step that comes after itself, None when there is none."""
    finished: set[str] = set()
    for first in workflow:
        way: list[str] = []
        stack = [(first, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                finished.add(way.pop())
            elif name in way:
                return name
            elif name in workflow and name not in finished:
                way.append(name)
                stack.append((name, True))
                stack += [(target, False) for _, target in targets(workflow[name])]
    return None
