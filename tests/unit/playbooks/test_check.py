"""What the checker finds in a playbook, where, and what it lets pass."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.output.issues import issue_line
from api.texts import texts
from response.playbooks.check import check_document
from response.playbooks.check_flow import MOST_STEPS
from response.playbooks.load import Playbooks, read_document
from response.playbooks.model import PLAYBOOK_EXTENSION, STEP_EXTENSION, playbook_id
from tests.needs import shared
from tests.unit.playbooks.made import (
    AGENT,
    SERVER,
    SLUG,
    TEXTS,
    document,
    problems,
    schemas,
    shipped,
    sid,
    step,
)

VARIABLES = {
    "__a__": {"type": "string", "value": "1"},
    "__fixed__": {"type": "string", "value": "1", "constant": True},
}


def plain() -> dict[str, Any]:
    return document(step("action", "a", on_completion="end"), playbook_variables=VARIABLES)


def at(raw: dict[str, Any], name: str = "a", kind: str = "action") -> dict[str, Any]:
    found: dict[str, Any] = raw["workflow"][sid(kind, name)]
    return found


def own(raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = at(raw)["step_extensions"][STEP_EXTENSION]
    return found


def http(raw: dict[str, Any], command: str, **fields: Any) -> dict[str, Any]:
    at(raw)["commands"] = [{"type": "http-api", "command": command, **fields}]
    at(raw)["targets"] = [SERVER]
    own(raw)["undo"] = TEXTS
    return raw


MISTAKES: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "no name": ("playbook_missing", lambda d: d.pop("name")),
    "no description": ("playbook_missing", lambda d: d.pop("description")),
    "no extension of ours": ("playbook_missing", lambda d: d.update(playbook_extensions={STEP_EXTENSION: {}})),
    "no Chinese text": ("playbook_missing", lambda d: at(d).pop("step_extensions")),
    "a list for a text": ("playbook_type", lambda d: d.update(name=["x"])),
    "a time without seconds": ("playbook_form", lambda d: d.update(created="2026-11-01T00:00Z")),
    "another version": ("playbook_word", lambda d: d.update(spec_version="cacao-1.1")),
    "too severe": ("playbook_range", lambda d: d.update(severity=101)),
    "a stray key": ("playbook_stray_key", lambda d: d.update(sevrity=10)),
    "a stray key of a step": ("playbook_stray_key", lambda d: at(d).update(on_sucess="x")),
    "a stray key of a command": ("playbook_stray_key", lambda d: at(d)["commands"][0].update(comand="x")),
    "a key of another command": ("playbook_stray_key", lambda d: at(d)["commands"][0].update(headers={})),
    "a stray key of a variable": ("playbook_stray_key", lambda d: d["playbook_variables"]["__a__"].update(x=1)),
    "a stray key of an agent": ("playbook_stray_key", lambda d: d["agent_definitions"][AGENT].update(x=1)),
    "a variable without underscores": ("playbook_stray_id", lambda d: d["playbook_variables"].update(
        a={"type": "string"})),
    "a step of no known type": ("playbook_stray_id", lambda d: d["workflow"].update({"sleep--1": {"type": "end"}})),
    "a stray key of ours": ("playbook_own_key", lambda d: own(d).update(colour="red")),
    "an unregistered extension": ("playbook_extension", lambda d: at(d)["step_extensions"].update(
        {"extension-definition--0c9a4d52-6a1f-4b7e-9d3c-51f7a20e8b99": {}})),
    "another slug": ("playbook_slug", lambda d: d["playbook_extensions"][PLAYBOOK_EXTENSION].update(slug="other")),
    "an object that is none": ("playbook_word", lambda d: d["playbook_extensions"][PLAYBOOK_EXTENSION].update(
        objects=["robot"])),
    "another id": ("playbook_id", lambda d: d.update(id=playbook_id("other"))),
    "modified before created": ("playbook_modified", lambda d: d.update(modified="2026-10-01T00:00:00.000Z")),
    "the 31st of February": ("playbook_no_time", lambda d: d.update(valid_until="2027-02-31T00:00:00Z")),
    "a step that is not there": ("playbook_no_step", lambda d: at(d).update(on_completion=sid("end", "x"))),
    "a start that is none": ("playbook_start", lambda d: d.update(workflow_start=sid("action", "a"))),
    "two ways": ("playbook_two_ways", lambda d: at(d).update(on_success=sid("end", "end"))),
    "a step in a circle": ("playbook_loop", lambda d: at(d).update(on_completion=sid("action", "a"))),
    "a step nobody goes to": ("playbook_unreached", lambda d: d["workflow"].update(
        {sid("end", "x"): {"type": "end"}})),
    "too many steps": ("playbook_many_steps", lambda d: d["workflow"].update(
        {sid("end", str(n)): {"type": "end"} for n in range(MOST_STEPS)})),
    "an unknown variable": ("playbook_variable", lambda d: at(d).update(name="ask __b__:value")),
    "an unknown variable for the answer": ("playbook_variable", lambda d: at(d).update(out_args=["__b__"])),
    "an answer into a constant": ("playbook_constant", lambda d: at(d).update(out_args=["__fixed__"])),
    "a description in English only": ("playbook_one_language", lambda d: at(d).update(description="x")),
    "two commands": ("playbook_commands", lambda d: at(d)["commands"].append({"type": "manual", "command": "x"})),
    "a shell command": ("playbook_command", lambda d: at(d).update(commands=[{"type": "ssh", "command": "reboot"}])),
    "an unknown action": ("playbook_action", lambda d: own(d).update(action="asign")),
    "http by name": ("playbook_http_command", lambda d: own(d).update(action="http-call")),
    "an unknown effect": ("playbook_effect", lambda d: own(d).update(effect="proces")),
    "a weaker effect": ("playbook_effect_weaker", lambda d: own(d).update(
        action="notify", effect="observe", arguments={"to": "x", "subject": TEXTS, "text": TEXTS})),
    "a weaker effect of a call": ("playbook_effect_weaker", lambda d: (http(d, "POST /x HTTP/1.1"), own(d).update(
        effect="record"))),
    "no way back": ("playbook_undo", lambda d: own(d).update(effect="network")),
    "no way back of a call": ("playbook_undo", lambda d: (http(d, "POST /x HTTP/1.1"), own(d).pop("undo"))),
    "no request": ("playbook_request", lambda d: http(d, "POST")),
    "a request to nowhere": ("playbook_request_address", lambda d: (http(d, "GET /x HTTP/1.1"), at(d).pop("targets"))),
    "binary content": ("playbook_request_binary", lambda d: http(d, "GET /x HTTP/1.1", content_b64="eA==")),
    "a party that is not there": ("playbook_party", lambda d: d.pop("agent_definitions")),
    "a missing argument": ("playbook_argument", lambda d: own(d).update(action="assign")),
    "an unknown argument": ("playbook_argument_name", lambda d: own(d).update(
        action="assign", arguments={"to": "x", "too": "x"})),
    "a number for a text": ("playbook_argument_text", lambda d: own(d).update(
        action="assign", arguments={"to": 3})),
    "one language of two": ("playbook_argument_texts", lambda d: own(d).update(
        action="comment", arguments={"text": {"en": "x"}})),
    "two answers": ("playbook_answer_many", lambda d: (d["playbook_variables"].update(__b__={"type": "string"}),
                                                       at(d).update(out_args=["__a__", "__b__"]))),
    "an answer for nobody": ("playbook_answer_nowhere", lambda d: own(d).update(
        answers=[{"value": "a", "text": TEXTS}, {"value": "b", "text": TEXTS}])),
    "a question to an action": ("playbook_answer_of_action", lambda d: own(d).update(
        action="keep-evidence", answers=[{"value": "a", "text": TEXTS}, {"value": "b", "text": TEXTS}])),
    "what no action gives": ("playbook_gives", lambda d: (own(d).update(action="keep-evidence"),
                                                          at(d).update(out_args=["__a__"]))),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_found_and_told_once(name: str) -> None:
    code, make = MISTAKES[name]
    assert problems(plain()) == []
    raw = plain()
    make(raw)
    found = problems(raw)
    assert code in found
    assert len(found) <= 2, found


def test_conditions_and_switches() -> None:
    def made(**fields: Any) -> dict[str, Any]:
        return document(
            step("if-condition", "a", on_true="b", **fields),
            step("action", "b", on_completion="end"),
            playbook_variables=VARIABLES,
        )

    assert problems(made(condition="__a__:value = '1'")) == []
    assert problems(made(condition="__a__:value = ")) == ["playbook_condition"]
    assert problems(made(condition="__b__:value = '1'")) == ["playbook_variable"]
    switch = step("switch-condition", "a", switch="__a__:value", cases={"1": "b"})
    assert problems(document(switch, step("end", "b"), playbook_variables=VARIABLES)) == []
    switch["switch"] = "always"
    assert problems(document(switch, step("end", "b"), playbook_variables=VARIABLES)) == ["playbook_switch"]
    acting = step("if-condition", "a", own={"effect": "process"}, on_true="b", condition="__a__:value = '1'")
    assert problems(document(acting, step("end", "b"), playbook_variables=VARIABLES)) == ["playbook_acts_elsewhere"]


def test_an_issue_names_file_line_and_remedy() -> None:
    raw = plain()
    raw["workflow"][sid("action", "a")]["on_sucess"] = "x"
    text = json.dumps(raw, indent=2)
    _, (issue,) = read_document("made.json", text, SLUG, schemas())
    assert issue.line == next(n for n, line in enumerate(text.splitlines(), 1) if "on_sucess" in line)
    told = issue_line(issue, texts("en"))
    assert told.startswith(f"made.json:{issue.line}: made: workflow / ")
    assert "did you mean on_success?" in told
    assert "是否想写 on_success" in issue_line(issue, texts("zh"))


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "playbook_not_json", 1),
        ('{\n "a": 1,\n}', "playbook_not_json", 3),
        ("[1]", "playbook_not_object", 1),
        ('{"a": 1, "a": 2}', "playbook_twice", 1),
        ("[" * 100_000, "playbook_deep", 1),
    ],
)
def test_what_is_no_playbook_at_all(text: str, code: str, line: int) -> None:
    _, (issue,) = read_document("made.json", text, SLUG, schemas())
    assert (issue.wrong.code, issue.line) == (code, line)


def test_schemas_alone_let_pass_what_we_refuse() -> None:
    """The trap that the checker is for: as draft-07, CACAO's schemas see no stray key."""
    raw = plain()
    at(raw)["comands"] = []
    assert list(schemas().violations(raw, "playbook.json")) == []
    assert [path[-1] for path, _ in schemas().strays(raw, "playbook.json")] == ["comands"]


def test_playbooks_of_others_are_right_but_for_the_types_they_made_up() -> None:
    folder = shared("standards", "soarca-playbooks")
    for path in sorted(folder.glob("*.json")):
        raw = json.loads(path.read_text(encoding="utf-8"))
        assert list(schemas().violations(raw, "playbook.json")) == []
        strays = {path[-1] for path, _ in schemas().strays(raw, "playbook.json")}
        assert all(str(key).startswith("soarca") for key in strays), strays


def written(folder: Path, slug: str, calls: str | None = None) -> None:
    steps = [step("playbook-action", "a", playbook_id=playbook_id(calls), on_completion="end")] if calls else []
    raw = document(*(steps or [step("action", "a", on_completion="end")]), slug=slug)
    (folder / f"{slug}.json").write_text(json.dumps(raw, indent=1), encoding="utf-8")


def test_a_broken_playbook_stops_no_other(tmp_path: Path) -> None:
    written(tmp_path, "good")
    written(tmp_path, "caller", calls="good")
    written(tmp_path, "lost", calls="absent")
    written(tmp_path, "above-lost", calls="lost")
    written(tmp_path, "circle", calls="circle")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "latin.json").write_bytes(b'{"name": "\xe9"}')
    loaded = Playbooks.load([tmp_path, tmp_path / "absent.json"], schemas())
    assert set(loaded.by_slug) == {"good", "caller"}
    assert sorted((Path(i.file).stem, i.wrong.code) for i in loaded.issues) == [
        ("above-lost", "playbook_called"),
        ("absent", "unreadable"),
        ("broken", "playbook_not_json"),
        ("circle", "playbook_calls_itself"),
        ("latin", "not_utf8"),
        ("lost", "playbook_called"),
    ]
    assert [each.slug for each in loaded.with_called("caller")] == ["caller", "good"]


def test_every_key_left_out_of_a_shipped_playbook_breaks_nothing_but_what_needs_it() -> None:
    """No document makes the checker itself fall: it always answers with issues."""
    raw = json.loads((shipped() / "isolate-host.json").read_text(encoding="utf-8"))

    def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [p for key, each in inner for p in [(*way, key), *places(each, (*way, key))]]

    for place in places(raw):
        for change in ("gone", "number", "list"):
            copied = copy.deepcopy(raw)
            holder = copied
            for key in place[:-1]:
                holder = holder[key]
            if change == "gone":
                del holder[place[-1]]
            else:
                holder[place[-1]] = 7 if change == "number" else [[]]
            check_document(copied, "isolate-host", schemas())
