"""Random playbooks, run by the machine from its record after every event, against a slow interpreter that recurses."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from response.playbooks.action import Outcome, done
from response.playbooks.events import Answered, Approved, Began, Decided, Performed, Resumed
from response.playbooks.machine import Perform, advance
from response.playbooks.model import Playbook
from response.playbooks.run import PEOPLE, Run, run_body, run_of
from tests.unit.playbooks.made import NOW, SERVER, TEXTS, document, started, step

Kind = Literal["ask", "cut", "plan", "call", "if", "while", "switch", "parallel"]
ACTING: tuple[Kind, ...] = ("ask", "cut", "plan", "call")
BRANCHING: tuple[Kind, ...] = ("if", "while", "switch", "parallel")
VARIABLES = ("__x__", "__y__")


@dataclass
class Item:
    """A step of a sequence: `below` are its branches by label, `handler` what on_failure leads to."""

    name: str
    kind: Kind
    variable: str
    below: dict[str, list[Item]] = field(default_factory=dict)
    handler: list[Item] | None = None


class Maker:
    """Makes random sequences, and knows how each of their steps comes out."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self.names = 0
        self.loops: list[str] = []

    def sequence(self, depth: int, *, writing: bool = True) -> list[Item]:
        return [self.item(depth, writing) for _ in range(self.random.randint(1, 3))]

    def item(self, depth: int, writing: bool) -> Item:
        self.names += 1
        kind = self.random.choice(ACTING + BRANCHING if depth else ACTING)
        item = Item(f"s{self.names}", kind, self.random.choice(VARIABLES) if writing else "")
        if kind == "while":
            item.variable = f"__loop{self.names}__"
            self.loops.append(item.variable)
            self.names += 1
            again = Item(f"s{self.names}", "ask", item.variable)
            item.below = {"on_true": [*self.sequence(depth - 1, writing=writing), again]}
        elif kind == "parallel":
            item.below = {str(n): self.sequence(depth - 1, writing=False) for n in range(2)}
        elif kind == "if":
            item.variable = self.random.choice(VARIABLES)
            item.below = {"on_true": self.sequence(depth - 1, writing=writing)}
            if self.random.random() < 0.5:
                item.below["on_false"] = self.sequence(depth - 1, writing=writing)
        elif kind == "switch":
            item.variable = self.random.choice(VARIABLES)
            item.below = {"a": self.sequence(depth - 1, writing=writing)}
            if self.random.random() < 0.5:
                item.below["default"] = self.sequence(depth - 1, writing=writing)
        if depth and self.random.random() < 0.3:
            item.handler = self.sequence(0, writing=False)
        return item

    def answer(self, name: str, visit: int) -> str:
        return "b" if visit >= 3 else random.Random(f"{self.seed}/{name}/{visit}").choice("ab")

    def fails(self, name: str, visit: int) -> bool:
        return random.Random(f"{self.seed}/{name}/{visit}/fails").random() < 0.15


# The document


def steps_of(items: list[Item]) -> list[dict[str, Any]]:
    """The steps of a sequence and of all below it; the last one leads to an end of its own."""
    found: list[dict[str, Any]] = []
    end = f"end-of-{items[0].name}"
    for item, then in zip(items, [*(each.name for each in items[1:]), end], strict=True):
        way: dict[str, Any] = {"on_completion": then}
        if item.handler:
            way = {"on_success": then, "on_failure": item.handler[0].name}
        found.append(written(item, way))
        for below in (*item.below.values(), *([item.handler] if item.handler else [])):
            found += steps_of(below)
    return [*found, step("end", end)]


def written(item: Item, way: dict[str, Any]) -> dict[str, Any]:
    heads: Any = {label: below[0].name for label, below in item.below.items()}
    match item.kind:
        case "ask":
            kept: dict[str, Any] = {"out_args": [item.variable]} if item.variable else {}
            return step("action", item.name, None, **kept, **way)
        case "cut":
            return step("action", item.name, {"effect": "process", "undo": TEXTS}, **way)
        case "plan":
            plan = {"action": "isolation-plan", "arguments": {"address": "10.0.0.1"}}
            return step("action", item.name, plan, **way)
        case "call":
            command = [{"type": "http-api", "command": "POST /x HTTP/1.1"}]
            return step("action", item.name, {"undo": TEXTS}, commands=command, targets=[SERVER], **way)
        case "if":
            return step("if-condition", item.name, condition=f"{item.variable}:value = 'a'", **heads, **way)
        case "while":
            return step("while-condition", item.name, condition=f"{item.variable}:value != 'b'", **heads, **way)
        case "switch":
            return step("switch-condition", item.name, switch=f"{item.variable}:value", cases=heads, **way)
        case "parallel":
            return step("parallel", item.name, next_steps=list(heads.values()), **way)


# The slow interpreter


class Slow:
    """Recurses over the sequences; `took` counts (step, outcome), `values` are the variables."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self.values = dict.fromkeys((*VARIABLES, *maker.loops), "a")
        self.took: Counter[tuple[str, bool]] = Counter()
        self.visits: Counter[str] = Counter()

    def sequence(self, items: list[Item]) -> bool:
        """Whether it failed. After a failure that a handler takes, the rest of the sequence is left out."""
        failed = False
        for item in items:
            bad = self.item(item)
            self.took[item.name, bad] += 1
            if bad and item.handler:
                return self.sequence(item.handler) or failed
            failed = failed or bad
        return failed

    def item(self, item: Item) -> bool:
        below, value = item.below, self.values.get(item.variable)
        match item.kind:
            case "if":
                return self.branch(below.get("on_true" if value == "a" else "on_false"))
            case "switch":
                return self.branch(below.get(value or "", below.get("default")))
            case "parallel":
                return max([self.branch(each) for each in below.values()])
            case "while":
                while self.values[item.variable] != "b":
                    if self.branch(below["on_true"]):
                        return True
                return False
        self.visits[item.name] += 1
        visit = self.visits[item.name]
        if self.maker.fails(item.name, visit) and item.variable not in self.maker.loops:
            return True
        if item.kind == "ask" and item.variable:
            self.values[item.variable] = self.maker.answer(item.name, visit)
        return False

    def branch(self, items: list[Item] | None) -> bool:
        return self.sequence(items) if items else False


# The machine


class Driver:
    """Does what program and people do, with the outcomes of the maker, cut off and resumed at random."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self.random = random.Random(maker.seed + 1)
        self.visits: Counter[str] = Counter()
        self.playbooks: Mapping[str, Playbook] = {}

    def live(self, run: Run, due: tuple[Perform, ...]) -> Run:
        self.playbooks = run.playbooks
        for _ in range(5_000):
            run = again(run)
            if run.state != "ongoing":
                return run
            people = [thread for thread in run.threads if thread.phase in PEOPLE]
            if due and (not people or self.random.random() < 0.5):
                run, due = self.perform(run, self.random.choice(due))
            else:
                run, due = self.decide(run, self.random.choice(people).id)
        raise AssertionError("it does not end")

    def outcome(self, run: Run, thread_id: str) -> tuple[str, int, bool]:
        thread = run.thread(thread_id)
        assert thread is not None
        here = self.playbooks[thread.playbook].steps[thread.step]
        name = here.name["en"]
        self.visits[name] += 1
        looping = bool(here.gives) and here.gives[0] in self.maker.loops
        return name, self.visits[name], self.maker.fails(name, self.visits[name]) and not looping

    def perform(self, run: Run, due: Perform) -> tuple[Run, tuple[Perform, ...]]:
        run, _ = advance(run, Began(due.thread), NOW, self.playbooks)
        if self.random.random() < 0.3:
            return advance(run, Resumed(), NOW, self.playbooks)
        _, _, bad = self.outcome(run, due.thread)
        result = Outcome("failed", "no_plan") if bad else done("plan_made")
        return advance(run, Performed(due.thread, due.key, result), NOW, self.playbooks)

    def decide(self, run: Run, thread_id: str) -> tuple[Run, tuple[Perform, ...]]:
        thread = run.thread(thread_id)
        assert thread is not None
        if thread.phase == "approval":
            return advance(run, Approved(thread_id, f"approver-{len(thread.approvals)}"), NOW, self.playbooks)
        name, visit, bad = self.outcome(run, thread_id)
        if thread.phase == "decision":
            return advance(run, Decided(thread_id, "li", "failed" if bad else "done"), NOW, self.playbooks)
        return advance(
            run, Answered(thread_id, "li", self.maker.answer(name, visit), able=not bad), NOW, self.playbooks
        )


def again(run: Run) -> Run:
    """The run as the next process reads it from its record; its playbooks never change."""
    body = run_body(run)
    documents = body.pop("documents")
    return run_of(run.id, {**json.loads(json.dumps(body)), "documents": documents})


@pytest.mark.parametrize("block", range(5))
def test_the_machine_and_the_slow_interpreter_agree(block: int) -> None:
    ended: Counter[str] = Counter()
    for seed in range(block * 15, block * 15 + 15):
        maker = Maker(seed)
        items = maker.sequence(3)
        declared = {name: {"type": "string", "value": "a"} for name in (*VARIABLES, *maker.loops)}
        run, due = started(document(*steps_of(items), playbook_variables=declared))
        run = Driver(maker).live(run, due)
        slow = Slow(maker)
        failed = slow.sequence(items)
        assert run.state == ("failed" if failed else "successfully_executed"), seed
        assert run.variables["t1"] == slow.values, seed
        names = {each.id: each.name["en"] for each in next(iter(run.playbooks.values())).steps.values()}
        took = Counter(
            (names[line.step], line.status != "successfully_executed")
            for line in run.lines
            if line.what == "ended" and line.step
        )
        assert took == slow.took, seed
        ended[run.state] += 1
    assert len(ended) == 2, "both ends are seen"
