"""A playbook as the runner knows it, read from a CACAO 2.0 document that the checker has passed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from response.playbooks.actions import BY_NAME
from response.playbooks.effects import APPROVALS, Effect, stronger
from response.times import SECOND

NAMESPACE = uuid.UUID("6d3f5a0e-93f4-5c1b-8f07-2b1f0a9d7c11")
"""Ours; CACAO keeps its own namespace for ids made of name and types."""
STEP_EXTENSION = "extension-definition--0c9a4d52-6a1f-5b7e-9d3c-51f7a20e8b01"
PLAYBOOK_EXTENSION = "extension-definition--0c9a4d52-6a1f-5b7e-9d3c-51f7a20e8b02"
MILLISECOND = 1_000_000

Told = Mapping[str, str]
"""A text in `en` and `zh`."""


def playbook_id(slug: str) -> str:
    """The id of the playbook that rules call `slug`."""
    return f"playbook--{uuid.uuid5(NAMESPACE, slug)}"


@dataclass(frozen=True)
class Variable:
    """A declared variable: `value` None is not known; `external` is given by whoever starts the run."""

    name: str
    type: str
    value: str | None
    constant: bool
    external: bool


@dataclass(frozen=True)
class Answer:
    """One answer that a person may give, and how it reads."""

    value: str
    text: Told


@dataclass(frozen=True)
class Step:
    """One step of the workflow. `delay`, `timeout` in ns; ids of other steps are None where the document has none.

    `effect` is the stronger of what the action declares and what the playbook claims. `undo` and `safety` are texts of
    the playbook, `who` says whom the step is for. `gives` are the variables that it sets.
    """

    id: str
    kind: str
    name: Told
    text: Told
    on_completion: str | None = None
    on_success: str | None = None
    on_failure: str | None = None
    delay: int = 0
    timeout: int | None = None
    variables: Mapping[str, Variable] = field(default_factory=dict)
    action: str = ""
    effect: Effect = "observe"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    undo: Told | None = None
    safety: Told | None = None
    who: Told | None = None
    answers: tuple[Answer, ...] = ()
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    condition: str = ""
    switch: str = ""
    on_true: str | None = None
    on_false: str | None = None
    cases: Mapping[str, str] = field(default_factory=dict)
    next_steps: tuple[str, ...] = ()
    playbook: str = ""

    @property
    def manual(self) -> bool:
        """Whether a person does it."""
        return self.kind == "action" and BY_NAME[self.action].perform is None

    @property
    def approvals(self) -> int:
        """How many people must approve it before it is done."""
        return APPROVALS[self.effect] if self.kind == "action" else 0

    def branches(self) -> Iterator[tuple[str, str]]:
        """(label, id) of the steps that begin below this one, in the order of the document."""
        if self.on_true:
            yield "on_true", self.on_true
        if self.on_false:
            yield "on_false", self.on_false
        yield from self.cases.items()
        yield from (("next_steps", each) for each in self.next_steps)

    def followers(self) -> Iterator[tuple[str, str]]:
        """(label, id) of the steps that come after it."""
        for label in ("on_completion", "on_success", "on_failure"):
            target = getattr(self, label)
            if target:
                yield label, target


@dataclass(frozen=True)
class Playbook:
    """A playbook. `call` says whom to call, `safety` what must not be done; it was read from `document`.

    It may be started from `valid_from` to `valid_until` (RFC 3339, None without limit) unless it is `revoked`.
    """

    slug: str
    id: str
    modified: str
    name: Told
    description: Told
    call: Told
    safety: Told
    types: tuple[str, ...]
    objects: tuple[str, ...]
    variables: Mapping[str, Variable]
    start: str
    exception: str | None
    steps: Mapping[str, Step]
    document: Mapping[str, Any]
    revoked: bool = False
    valid_from: str | None = None
    valid_until: str | None = None

    def valid_at(self, now: int) -> bool:
        """Whether it may be started at a time (ns since the epoch)."""
        moment = datetime.fromtimestamp(now / SECOND, UTC)
        begun = self.valid_from is None or datetime.fromisoformat(self.valid_from) <= moment
        over = self.valid_until is not None and datetime.fromisoformat(self.valid_until) <= moment
        return begun and not over and not self.revoked

    def called(self) -> frozenset[str]:
        """Ids of the playbooks that it calls."""
        return frozenset(step.playbook for step in self.steps.values() if step.playbook)


def read_playbook(document: Mapping[str, Any]) -> Playbook:
    """The playbook in a document that `check.check_document` has found to be right."""
    own = document["playbook_extensions"][PLAYBOOK_EXTENSION]
    return Playbook(
        slug=own["slug"],
        id=document["id"],
        modified=document["modified"],
        name={"en": document["name"], "zh": own["text_zh"]["name"]},
        description={"en": document["description"], "zh": own["text_zh"]["description"]},
        call=own["call"],
        safety=own["safety"],
        types=tuple(document["playbook_types"]),
        objects=tuple(own["objects"]),
        variables=_variables(document.get("playbook_variables", {})),
        start=document["workflow_start"],
        exception=document.get("workflow_exception"),
        steps={name: _step(name, step, document) for name, step in document["workflow"].items()},
        document=document,
        revoked=document.get("revoked", False),
        valid_from=document.get("valid_from"),
        valid_until=document.get("valid_until"),
    )


def action_of(raw: Mapping[str, Any]) -> str:
    """The action that a raw action step means: what its extension names, else what its command says."""
    named = raw.get("step_extensions", {}).get(STEP_EXTENSION, {}).get("action")
    if named:
        return str(named)
    return "http-call" if raw["commands"][0]["type"] == "http-api" else "ask"


def _step(name: str, raw: Mapping[str, Any], document: Mapping[str, Any]) -> Step:
    own = raw.get("step_extensions", {}).get(STEP_EXTENSION, {})
    chinese = own.get("text_zh", {})
    step = Step(
        id=name,
        kind=raw["type"],
        name={"en": raw.get("name", ""), "zh": chinese.get("name", "")},
        text={"en": raw.get("description", ""), "zh": chinese.get("description", "")},
        on_completion=raw.get("on_completion"),
        on_success=raw.get("on_success"),
        on_failure=raw.get("on_failure"),
        delay=raw.get("delay", 0) * MILLISECOND,
        timeout=raw["timeout"] * MILLISECOND if "timeout" in raw else None,
        variables=_variables(raw.get("step_variables", {})),
        takes=tuple(raw.get("in_args", ())),
        gives=tuple(raw.get("out_args", ())),
        condition=raw.get("condition", ""),
        switch=raw.get("switch", ""),
        on_true=raw.get("on_true"),
        on_false=raw.get("on_false"),
        cases=raw.get("cases", {}),
        next_steps=tuple(raw.get("next_steps", ())),
        playbook=raw.get("playbook_id", ""),
    )
    return _acting(step, raw, own, document) if step.kind == "action" else step


def _acting(step: Step, raw: Mapping[str, Any], own: Mapping[str, Any], document: Mapping[str, Any]) -> Step:
    action = BY_NAME[action_of(raw)]
    arguments = own.get("arguments", {})
    if action.name == "http-call":
        arguments = _request(raw, document)
    return replace(
        step,
        action=action.name,
        effect=stronger(action.effect, own.get("effect", action.effect)),
        arguments=arguments,
        undo=own.get("undo"),
        safety=own.get("safety"),
        who=own.get("who"),
        answers=tuple(Answer(each["value"], each["text"]) for each in own.get("answers", ())),
    )


def _request(raw: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The request of an `http-api` command at the address of its target, or of its agent where it has none."""
    command = raw["commands"][0]
    method, path = (*command["command"].split(), "/")[:2]
    party = {**document.get("agent_definitions", {}), **document.get("target_definitions", {})}
    target = party[(*raw.get("targets", ()), raw["agent"])[0]]
    headers = {name: ", ".join(values) for name, values in command.get("headers", {}).items()}
    url = target["address"]["url"][0].rstrip("/") + "/" + path.lstrip("/")
    return {"method": method, "url": url, "headers": headers, "content": command.get("content")}


def _variables(raw: Mapping[str, Any]) -> dict[str, Variable]:
    return {
        name: Variable(name, v["type"], v.get("value"), v.get("constant", False), v.get("external", False))
        for name, v in raw.items()
    }
