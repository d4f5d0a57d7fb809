"""Every shipped playbook is right, useful and the same in both languages; every action keeps its promises."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from api.texts import texts
from detection.sigma.load import RuleSet
from response.alerts import fold
from response.playbooks.action import SUCCESS, Action, Status, Task
from response.playbooks.actions import ACTIONS, BY_NAME
from response.playbooks.conditions import read_condition, variables_of
from response.playbooks.desk import perform
from response.playbooks.effects import APPROVALS, EFFECTS
from response.playbooks.events import Answered, Approved, Began, Performed
from response.playbooks.graph import graph_of
from response.playbooks.machine import NotAllowed, Perform, advance, begin
from response.playbooks.model import PLAYBOOK_EXTENSION, STEP_EXTENSION, Playbook
from response.playbooks.ports import Ports
from response.playbooks.run import PEOPLE, Run
from response.playbooks.steps import Lang, standing, steps_of
from response.playbooks.trigger import GIVEN, values_of
from response.playbooks.variables import NAME
from tests.contract.playbook_world import loaded, shipped_playbooks
from tests.contract.store_cases import occurrence
from tests.needs import PROJECT
from tests.unit.playbooks.made import NOW, SERVER, TEXTS, document, problems, schemas, shipped, started, step

PLAYBOOKS = shipped_playbooks()
SLUGS = sorted(PLAYBOOKS.by_slug)
CHINESE = re.compile("[\u2e80-\u9fff\uff00-\uffef]")
PORTS = tuple(each.name for each in fields(Ports) if each.name != "language")


def run_of(playbook: Playbook, given: dict[str, str | None] | None = None, **changes: Any) -> tuple[Run, Any]:
    known = playbook.slug in PLAYBOOKS.by_slug
    chosen = {each.id: each for each in (PLAYBOOKS.with_called(playbook.slug) if known else (playbook,))}
    documents = {name: each.document for name, each in chosen.items()}
    run = Run("r", NOW, "li", playbook.slug, documents, **changes)
    return begin(run, chosen, given or {}, NOW)


@pytest.fixture(params=SLUGS)
def playbook(request: pytest.FixtureRequest) -> Playbook:
    return PLAYBOOKS.by_slug[request.param]


def test_every_playbook_that_a_rule_names_is_there_under_its_name() -> None:
    rules = RuleSet.load([PROJECT / "rules" / "detection"])
    named = {r.bittern.playbook for r in (*rules.rules, *rules.correlations) if r.bittern} - {None}
    assert len(named) >= 16
    assert named <= set(SLUGS)
    for slug in named:
        for lang in get_args(Lang):
            assert PLAYBOOKS.by_slug[str(slug)].name[lang] == texts(lang).by_key[f"playbook.{slug}"]


def test_every_playbook_is_strict_cacao_and_only_cacao(playbook: Playbook) -> None:
    raw = json.loads((shipped() / f"{playbook.slug}.json").read_text(encoding="utf-8"))
    assert list(schemas().violations(raw, "playbook.json")) == []
    assert list(schemas().strays(raw, "playbook.json")) == []
    assert set(raw["extension_definitions"]) == {STEP_EXTENSION, PLAYBOOK_EXTENSION}


def all_texts(playbook: Playbook, lang: Lang) -> list[str]:
    found = [playbook.name[lang], playbook.description[lang], playbook.call[lang], playbook.safety[lang]]
    for each in steps_of(playbook, lang):
        found += [each.name, *(t for t in (each.text, each.who, each.safety, each.undo) if t)]
        found += [text for _, text in each.answers]
        for argument in playbook.steps[each.id].arguments.values():
            found += [argument[lang]] if isinstance(argument, dict) else []
    return found


def test_both_languages_say_as_much_with_the_same_variables(playbook: Playbook) -> None:
    english, chinese = all_texts(playbook, "en"), all_texts(playbook, "zh")
    assert len(english) == len(chinese)
    for one, other in zip(english, chinese, strict=True):
        assert not CHINESE.search(one), one
        assert CHINESE.search(other), other
        used = [sorted(set(re.findall(r"__\w+?__", text))) for text in (one, other)]
        assert used[0] == used[1], (one, other)


def test_every_playbook_tells_people_what_they_need(playbook: Playbook) -> None:
    shown = steps_of(playbook, "en")
    assert len(shown) >= 3
    assert [each.number for each in shown] == list(range(1, len(shown) + 1))
    assert {each.id for each in shown} == {n for n, s in playbook.steps.items() if s.kind not in ("start", "end")}
    assert sum(each.manual for each in shown) >= 2, "people decide in a plant"
    for each in shown:
        if each.approvals:
            assert each.undo, each.name
        if each.effect == "process":
            assert each.manual, "no program touches the process"


def test_external_variables_come_from_the_alert_or_the_caller(playbook: Playbook) -> None:
    external = {each.name for each in playbook.variables.values() if each.external}
    takers = {
        name: set(step.takes) for each in PLAYBOOKS.by_slug.values() for name, step in each.steps.items()
        if step.playbook == playbook.id
    }  # fmt: skip
    assert external <= set(GIVEN)
    assert all(external <= takes for takes in takers.values())


def test_questions_decide_only_with_answers_that_can_be_given(playbook: Playbook) -> None:
    """A case or a compared text that no answer gives would be a way that nobody can take."""
    possible: dict[str, set[str]] = {}
    for each in playbook.steps.values():
        if each.manual and each.gives:
            possible.setdefault(each.gives[0], set()).update(answer.value for answer in each.answers)
    for each in playbook.steps.values():
        if each.switch:
            assert set(each.cases) - {"default"} <= possible[each.switch.removesuffix(":value")]
        if each.condition:
            compared = set(re.findall(r"'(.*?)'", each.condition))
            answers = set().union(*(possible.get(n, set()) for n in variables_of(read_condition(each.condition))))
            assert compared <= answers | {"true", "false"}, each.condition


def test_a_dry_run_ends_well_and_has_nothing_to_perform(playbook: Playbook) -> None:
    run, due = run_of(playbook, dict.fromkeys(GIVEN, "10.0.0.1"), dry=True)
    assert (run.state, due, run.waiting()) == ("successfully_executed", (), [])
    assert any(line.code == "rehearsed" for line in run.lines)


def test_every_way_through_ends(playbook: Playbook) -> None:
    """Every answer to every question is tried once, whatever it leads to; each run comes to its end."""
    questions = [each for each in playbook.steps.values() if each.manual and each.answers]
    most = max([len(each.answers) for each in questions], default=1)
    for choice in range(most):
        run, due = run_of(playbook, dict.fromkeys(GIVEN, "10.0.0.1"))
        for _ in range(200):
            if run.state != "ongoing":
                break
            run, due = moved(run, due, choice)
        assert run.state in (SUCCESS, "failed"), playbook.slug


def moved(run: Run, due: tuple[Perform, ...], choice: int) -> tuple[Run, tuple[Perform, ...]]:
    """The run after the next thing that the program or people do; ports are absent, so that every action fails."""
    if due:
        begun, _ = advance(run, Began(due[0].thread), NOW)
        return advance(begun, Performed(due[0].thread, due[0].key, perform(begun, due[0], Ports(), NOW)), NOW)
    thread = next(each for each in run.threads if each.phase in PEOPLE)
    step_here = run.playbooks[thread.playbook].steps[thread.step]
    if thread.phase == "approval":
        return advance(run, Approved(thread.id, f"approver-{len(thread.approvals)}"), NOW)
    answers = [each.value for each in step_here.answers] or ["text"]
    # A question that is asked again is answered otherwise, or a loop would go on for ever.
    asked = sum(line.step == thread.step for line in run.lines)
    return advance(run, Answered(thread.id, "li", answers[(choice + asked) % len(answers)]), NOW)


@pytest.mark.parametrize("lang", get_args(Lang))
def test_graphs_are_deterministic_and_lead_downwards(playbook: Playbook, lang: Lang) -> None:
    graph = graph_of(playbook, lang)
    assert graph == graph_of(shipped_playbooks().by_slug[playbook.slug], lang)
    places = {node.id: (node.x, node.y) for node in graph.nodes}
    assert len(set(places.values())) == len(graph.nodes), "two steps at one place"
    assert set(places) >= {name for name, each in playbook.steps.items() if each.kind != "end"}
    assert [each.kind for each in graph.nodes].count("end") == 1, "the ends of branches are no ends"
    for edge in graph.edges:
        downwards = places[edge.target][1] > places[edge.source][1]
        assert downwards != (edge.label == "again"), edge
    assert {edge.target for edge in graph.edges} == set(places) - {playbook.start}
    assert {edge.source for edge in graph.edges} == {each.id for each in graph.nodes if each.kind != "end"}


def test_a_run_shows_where_it_stands() -> None:
    run, _ = run_of(PLAYBOOKS.by_slug["visibility"], {})
    shown = standing(run, "zh")
    assert [(each.status, each.phase) for each in shown[:2]] == [("ongoing", "answer"), (None, None)]
    run, _ = advance(run, Answered("t1", "li", "oneway"), NOW)
    shown = standing(run, "en")
    (waiting,) = [each for each in shown if each.phase == "approval"]
    assert (waiting.step.approvals, waiting.approvals, waiting.thread) == (1, (), run.threads[-1].id)
    assert waiting.step.undo
    assert shown[0].status == SUCCESS
    values = values_of_nothing()
    assert all("__" not in (each.text or "") for each in steps_of(PLAYBOOKS.by_slug["rogue-device"], "en", values))


def values_of_nothing() -> dict[str, str | None]:
    names = {name for each in PLAYBOOKS.by_slug.values() for name in each.variables}
    return dict.fromkeys(names, "x")


def test_what_an_alert_gives_is_what_playbooks_may_take() -> None:
    (alert,) = fold([occurrence()])
    values = values_of(alert)
    assert tuple(values) == GIVEN
    assert all(NAME.match(name) for name in values)
    assert (values["__source__"], values["__destination__"]) == ("10.0.1.10", "plc-1 (10.0.2.11)")
    assert values["__source_mac__"] is None


# Actions


class Untouchable:
    """A port that must not be reached."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} of a port was reached")


NONE: dict[str, Any] = dict.fromkeys(PORTS, Untouchable())
UNTOUCHABLE = Ports(**NONE)


def example(action: Action) -> dict[str, Any]:
    """An action step with every argument, in a playbook of its own."""
    given = {name: TEXTS if a.kind == "texts" else "10.0.0.1" for name, a in action.arguments.items()}
    if action.name == "http-call":
        command = {"type": "http-api", "command": "POST /x HTTP/1.1"}
        own: dict[str, Any] = {"undo": TEXTS}
        return document(step("action", "a", own, commands=[command], targets=[SERVER], on_completion="end"))
    return document(step("action", "a", {"action": action.name, "arguments": given}, on_completion="end"))


@pytest.fixture(params=ACTIONS, ids=lambda action: action.name)
def action(request: pytest.FixtureRequest) -> Action:
    found: Action = request.param
    return found


def test_an_action_has_its_texts_and_its_ports(action: Action) -> None:
    assert action.effect in EFFECTS
    assert set(action.ports) <= set(PORTS)
    assert all(NAME.match(name) for name in action.gives)
    for lang in get_args(Lang):
        assert texts(lang).by_key[f"playbooks.action.{action.name}"]
        assert texts(lang).by_key[f"playbooks.undo.{action.name}"]
    assert set(BY_NAME) == {each.name for each in ACTIONS}
    listed = {key.split(".")[2] for key in texts("en").by_key if key.startswith("playbooks.action.")}
    assert listed == set(BY_NAME)


def test_a_dry_run_of_an_action_touches_no_port(action: Action) -> None:
    run, due = started(example(action), dry=True)
    assert (run.state, due) == (SUCCESS, ())


def test_an_action_of_network_or_process_is_refused_without_a_named_approval(action: Action) -> None:
    run, due = started(example(action))
    if not APPROVALS[action.effect]:
        assert run.waiting() == (["work"] if action.perform else ["answer"])
        return
    assert (run.waiting(), due) == (["approval"], ())
    for event in (Began("t1"), Answered("t1", "li"), Approved("t1", ""), Approved("t1", "li")):
        with pytest.raises(NotAllowed):
            advance(run, event, NOW)


def test_no_playbook_makes_an_action_weaker(action: Action) -> None:
    for claimed in EFFECTS:
        raw = example(action)
        (raw_step,) = [each for each in raw["workflow"].values() if each["type"] == "action"]
        raw_step["step_extensions"][STEP_EXTENSION] |= {"effect": claimed, "undo": TEXTS}
        weaker = EFFECTS.index(claimed) < EFFECTS.index(action.effect)
        assert problems(raw) == (["playbook_effect_weaker"] if weaker else [])
        if not weaker:
            run, _ = started(raw)
            assert (run.waiting() == ["approval"]) == (claimed in ("network", "process"))


def test_an_absent_port_is_an_outcome(action: Action) -> None:
    if action.perform is None:
        return
    due = Perform("t1", "key", action.name, {}, None, None)
    if action.ports:
        run, _ = started(example(action))
        outcome = perform(run, due, Ports(), NOW)
        assert (outcome.status, outcome.code) == ("server_side_error", "port_absent")
    else:
        given = dict.fromkeys(action.arguments, "10.0.0.1")
        assert action.perform(Task("key", NOW, "bittern/made", given), UNTOUCHABLE).status == SUCCESS


PLACES = {"done": 0, "CallRefused": 0, "Outcome": 1, "follow": 2, "note": 0, "Line": 2}
"""Where the code stands among the arguments of what makes a line of the record."""


def stated() -> tuple[set[str], set[str]]:
    """(codes of outcomes, words of `what`) that the code states."""
    codes, whats = {"decided_done", "decided_failed"}, {"ticked", "unticked"}
    for path in (PROJECT / "response" / "playbooks").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            maker = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            found = [node.args[PLACES[maker]]] if len(node.args) > PLACES.get(maker, 99) else []
            inner = [each for one in found for each in ast.walk(one)]
            words = {each.value for each in inner if isinstance(each, ast.Constant) and isinstance(each.value, str)}
            (whats if maker in ("note", "Line") else codes).update(word for word in words if not word.endswith("_"))
            if maker == "note":
                given = [each.value for each in node.keywords if each.arg == "code"]
                codes |= {str(each.value) for each in given if isinstance(each, ast.Constant)}
    return codes, whats


def test_every_code_of_the_record_has_its_text() -> None:
    codes, whats = stated()
    assert (len(codes) > 35, len(whats) > 10) == (True, True)
    for group, words in (("outcome", codes), ("what", whats), ("status", get_args(Status)), ("effect", EFFECTS)):
        assert {word for word in words if f"playbooks.{group}.{word}" not in texts("en").by_key} == set()
    told = {key.split(".")[2] for key in texts("en").by_key if key.startswith("playbooks.outcome.")}
    assert told == codes, "a text that nobody states"


def test_the_page_for_authors_is_true(tmp_path: Path) -> None:
    """Its sample is a right playbook, its table is the list of actions, its condition can be read."""
    page = (PROJECT / "docs" / "playbooks.md").read_text(encoding="utf-8")
    (sample,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    (tmp_path / "pump-alarm.json").write_text(sample, encoding="utf-8")
    run, _ = run_of(loaded(tmp_path).by_slug["pump-alarm"], dry=True)
    assert run.state == SUCCESS
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", page, re.MULTILINE))
    assert rows == {each.name: each.effect for each in ACTIONS}
    assert variables_of(read_condition(page.rsplit("```", 2)[1].strip())) == {"__runs__", "__source_ip__"}
