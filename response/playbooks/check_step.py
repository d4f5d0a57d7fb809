"""Checks single steps: action and arguments, effect and undo, parties, variables, conditions and texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from detection.sigma.wrong import WrongError, unlisted, wrong
from response.playbooks.action import Action
from response.playbooks.actions import BY_NAME
from response.playbooks.conditions import read_condition, variables_of
from response.playbooks.effects import APPROVALS, EFFECTS, weaker_than
from response.playbooks.model import STEP_EXTENSION, action_of
from response.playbooks.places import Path, pointer
from response.playbooks.schema import Found
from response.playbooks.variables import USE, used

COMMANDS = ("manual", "http-api")
"""Types of commands that are run; `manual` is done by a person or, where the step names one, by an action."""
REQUEST = re.compile(r"^(GET|POST|PUT|PATCH|DELETE) \S+ HTTP/1\.1$")
LANGUAGES = ("en", "zh")


def step_problems(step: Mapping[str, Any], at: Path, document: Mapping[str, Any]) -> Iterator[Found]:
    """What is wrong with one step."""
    known = {**document.get("playbook_variables", {}), **step.get("step_variables", {})}
    own = step.get("step_extensions", {}).get(STEP_EXTENSION, {})
    for name in sorted(used([step.get("name"), step.get("description"), own, step.get("commands")]) - set(known)):
        yield at, unlisted("playbook_variable", name, known, where=pointer(at), name=name)
    yield from _texts(step, own, at)
    yield from _arguments_passed(step, known, at)
    for name in (each for each in ("condition", "switch") if each in step):
        yield from _condition(step[name], name, known, (*at, name))
    if step["type"] == "action":
        yield from _acting(step, own, at, document)
    elif "action" in own or "effect" in own:
        yield at, wrong("playbook_acts_elsewhere", where=pointer(at), type=step["type"])


def _texts(step: Mapping[str, Any], own: Mapping[str, Any], at: Path) -> Iterator[Found]:
    if step["type"] in ("start", "end"):
        return
    if not step.get("name"):
        yield at, wrong("playbook_missing", where=pointer(at), name="name")
    if ("description" in step) != ("description" in own.get("text_zh", {})):
        yield at, wrong("playbook_one_language", where=pointer(at))


def _arguments_passed(step: Mapping[str, Any], known: Mapping[str, Any], at: Path) -> Iterator[Found]:
    for key in ("in_args", "out_args"):
        for name in step.get(key, ()):
            if name not in known:
                yield (*at, key), unlisted("playbook_variable", name, known, where=pointer((*at, key)), name=name)
            elif key == "out_args" and known[name].get("constant"):
                yield (*at, key), wrong("playbook_constant", where=pointer((*at, key)), name=name)


def _condition(text: str, key: str, known: Mapping[str, Any], at: Path) -> Iterator[Found]:
    if key == "switch":
        names = {found[1]} if (found := USE.fullmatch(text)) else set()
        if not names:
            yield at, wrong("playbook_switch", where=pointer(at), value=text)
    else:
        try:
            names = variables_of(read_condition(text))
        except WrongError as error:
            yield at, wrong("playbook_condition", error.wrong, where=pointer(at))
            return
    for name in sorted(names - set(known)):
        yield at, unlisted("playbook_variable", name, known, where=pointer(at), name=name)


def _acting(step: Mapping[str, Any], own: Mapping[str, Any], at: Path, document: Mapping[str, Any]) -> Iterator[Found]:
    yield from _parties(step, at, document)
    if len(step["commands"]) != 1:
        yield (*at, "commands"), wrong("playbook_commands", where=pointer(at), count=len(step["commands"]))
        return
    command = step["commands"][0]
    if command["type"] not in COMMANDS:
        place = (*at, "commands", 0, "type")
        yield place, unlisted("playbook_command", command["type"], COMMANDS, where=pointer(at), type=command["type"])
        return
    name = action_of(step)
    if name not in BY_NAME:
        yield at, unlisted("playbook_action", name, BY_NAME, where=pointer(at), action=name)
        return
    if (name == "http-call") != (command["type"] == "http-api"):
        yield at, wrong("playbook_http_command", where=pointer(at))
        return
    if name == "http-call":
        yield from _request(step, at, document)
    else:
        yield from _arguments(own.get("arguments", {}), BY_NAME[name], at)
    yield from _effect(own, BY_NAME[name], at)
    yield from _gives(step, own, BY_NAME[name], at)


def _parties(step: Mapping[str, Any], at: Path, document: Mapping[str, Any]) -> Iterator[Found]:
    parties = {**document.get("agent_definitions", {}), **document.get("target_definitions", {})}
    for name in (step["agent"], *step.get("targets", ())):
        if name not in parties:
            yield at, wrong("playbook_party", where=pointer(at), party=name)


def _request(step: Mapping[str, Any], at: Path, document: Mapping[str, Any]) -> Iterator[Found]:
    command = step["commands"][0]
    if not REQUEST.match(command["command"]):
        yield (*at, "commands", 0), wrong("playbook_request", where=pointer(at), value=command["command"])
    parties = {**document.get("agent_definitions", {}), **document.get("target_definitions", {})}
    party = parties.get((*step.get("targets", ()), step["agent"])[0], {})
    if not party.get("address", {}).get("url"):
        yield at, wrong("playbook_request_address", where=pointer(at))
    if "content_b64" in command:
        yield (*at, "commands", 0), wrong("playbook_request_binary", where=pointer(at))


def _arguments(given: Mapping[str, Any], action: Action, at: Path) -> Iterator[Found]:
    for name, argument in action.arguments.items():
        if argument.required and name not in given:
            yield at, wrong("playbook_argument", where=pointer(at), action=action.name, name=name)
    for name, value in given.items():
        place = (*at, "step_extensions", STEP_EXTENSION, "arguments", name)
        if name not in action.arguments:
            yield place, unlisted("playbook_argument_name", name, action.arguments, action=action.name, name=name)
            continue
        argument = action.arguments[name]
        if argument.kind == "text" and not isinstance(value, str):
            yield place, wrong("playbook_argument_text", action=action.name, name=name)
        elif argument.kind == "texts" and not _in_both(value):
            yield place, wrong("playbook_argument_texts", action=action.name, name=name)


def _in_both(value: object) -> bool:
    return (
        isinstance(value, Mapping) and set(value) == set(LANGUAGES) and all(isinstance(v, str) for v in value.values())
    )


def _effect(own: Mapping[str, Any], action: Action, at: Path) -> Iterator[Found]:
    claimed = own.get("effect", action.effect)
    if claimed not in EFFECTS:
        yield at, unlisted("playbook_effect", claimed, EFFECTS, where=pointer(at), effect=claimed)
    elif weaker_than(claimed, action.effect):
        yield (
            at,
            wrong("playbook_effect_weaker", where=pointer(at), action=action.name, effect=claimed, own=action.effect),
        )
    elif APPROVALS[claimed] and "undo" not in own:
        yield at, wrong("playbook_undo", where=pointer(at), effect=claimed)


def _gives(step: Mapping[str, Any], own: Mapping[str, Any], action: Action, at: Path) -> Iterator[Found]:
    wanted = step.get("out_args", ())
    if action.perform is None:
        if len(wanted) > 1:
            yield (*at, "out_args"), wrong("playbook_answer_many", where=pointer(at), count=len(wanted))
        if own.get("answers") and not wanted:
            yield at, wrong("playbook_answer_nowhere", where=pointer(at))
        return
    if own.get("answers"):
        yield at, wrong("playbook_answer_of_action", where=pointer(at), action=action.name)
    for name in wanted:
        if name not in action.gives:
            yield (*at, "out_args"), unlisted("playbook_gives", name, action.gives, action=action.name, name=name)
