"""The state machine of runs: every kind of step, approvals, answers, time, failure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from response.playbooks.action import Outcome, done
from response.playbooks.events import (
    Answered,
    Approved,
    Began,
    Cancelled,
    Decided,
    Performed,
    Refused,
    Resumed,
    Ticked,
)
from response.playbooks.machine import MOST_TRIES, NotAllowed, advance
from response.playbooks.run import Run, run_body, run_of
from response.playbooks.walk import MOST_ROUNDS
from tests.unit.playbooks.made import NOW, SERVER, TEXTS, document, happens, later, outcomes, sid, started, step

VARIABLES = {
    "__a__": {"type": "string", "external": True},
    "__b__": {"type": "string", "value": "old"},
    "__fixed__": {"type": "string", "value": "for ever", "constant": True},
    "__asset_known__": {"type": "bool"},
}
ANSWERS = {"answers": [{"value": "yes", "text": TEXTS}, {"value": "no", "text": TEXTS}]}
NETWORK = {"effect": "network", "undo": TEXTS}
PROCESS = {"effect": "process", "undo": TEXTS}
COMMENT = {"action": "comment", "arguments": {"text": {"en": "__a__:value", "zh": "__a__:value"}}}


def ask(name: str, then: str = "end", own: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    way = {} if "on_success" in fields else {"on_completion": then}
    return step("action", name, own, **way, **fields)


def made(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return document(*steps, playbook_variables=VARIABLES, **fields)


def at(run: Run, name: str) -> str:
    """The thread that stands at the step which the test calls so."""
    return next(thread.id for thread in run.threads if thread.step == sid("action", name))


def refused(run: Run, event: Any) -> str:
    with pytest.raises(NotAllowed) as caught:
        advance(run, event, NOW)
    return caught.value.wrong.code


def test_a_manual_step_waits_for_a_person_and_keeps_the_answer() -> None:
    run, due = started(made(ask("q", own=ANSWERS, out_args=["__b__"])))
    assert (run.state, run.waiting(), due) == ("ongoing", ["answer"], ())
    assert refused(run, Answered("t1", "")) == "playbook_run_nobody"
    assert refused(run, Answered("t1", "bittern", "yes")) == "playbook_run_nobody"
    assert refused(run, Answered("t1", "li")) == "playbook_run_no_answer"
    assert refused(run, Answered("t1", "li", "perhaps")) == "playbook_run_answer"
    assert refused(run, Answered("t9", "li", "yes")) == "playbook_run_elsewhere"
    assert refused(run, Approved("t1", "wang")) == "playbook_run_elsewhere"
    run = happens(run, Answered("t1", "li", "yes", note="as planned"))
    assert (run.state, run.ended_at, run.variables["t1"]["__b__"]) == ("successfully_executed", NOW, "yes")
    line = next(each for each in run.lines if each.code == "answered")
    assert (line.who, line.status, line.parameters["note"]) == ("li", "successfully_executed", "as planned")
    assert refused(run, Answered("t1", "li", "yes")) == "playbook_run_over"


def test_an_action_is_due_begun_performed() -> None:
    raw = made(
        ask("look", own={"action": "enrich", "arguments": {"address": "__a__:value"}}, out_args=["__asset_known__"])
    )
    run, (due,) = started(raw, given={"__a__": "10.0.0.1\nX"})
    assert (due.action, due.arguments, run.waiting()) == ("enrich", {"address": "10.0.0.1 X"}, ["work"])
    outcome = done("asset_known", {"__asset_known__": "true", "__b__": "stolen", "__fixed__": "x"})
    assert refused(run, Performed("t1", due.key, outcome)) == "playbook_run_elsewhere"
    run, left = advance(run, Began("t1"), NOW)
    assert left == ()
    assert refused(run, Began("t1")) == "playbook_run_elsewhere"
    assert refused(run, Performed("t1", "other", outcome)) == "playbook_run_elsewhere"
    run = happens(run, Performed("t1", due.key, outcome))
    assert run.state == "successfully_executed"
    assert run.variables["t1"] == {
        "__a__": "10.0.0.1\nX", "__b__": "old", "__fixed__": "for ever", "__asset_known__": "true",
    }  # fmt: skip


def test_network_needs_one_other_person() -> None:
    run, due = started(made(ask("cut", own=NETWORK)))
    assert (run.waiting(), due) == (["approval"], ())
    assert refused(run, Answered("t1", "wang")) == "playbook_run_elsewhere"
    assert refused(run, Approved("t1", "li")) == "playbook_run_own"
    assert refused(run, Approved("t1", " ")) == "playbook_run_nobody"
    run = happens(run, Approved("t1", "wang"))
    assert run.waiting() == ["answer"]
    assert happens(run, Answered("t1", "li")).state == "successfully_executed"


def test_process_needs_two_different_people() -> None:
    run, _ = started(made(ask("load", own=PROCESS)))
    run = happens(run, Approved("t1", "wang"))
    assert run.waiting() == ["approval"]
    assert refused(run, Approved("t1", "wang")) == "playbook_run_twice"
    assert refused(run, Approved("t1", "li")) == "playbook_run_own"
    run = happens(run, Approved("t1", "zhao"))
    assert run.waiting() == ["answer"]
    assert [line.who for line in run.lines if line.what == "approved"] == ["wang", "zhao"]


def test_a_refusal_goes_the_way_of_failure() -> None:
    raw = made(ask("cut", own=NETWORK, on_success="end", on_failure="other"), ask("other"))
    run, _ = started(raw)
    run = happens(run, Refused("t1", "wang", "loop 7 runs"))
    assert (outcomes(run)["cut"], run.threads[0].step) == ("failed", sid("action", "other"))
    assert happens(run, Answered("t1", "li")).state == "successfully_executed"  # the failure was provided for
    run, _ = started(made(ask("cut", "after", own=NETWORK), ask("after")))
    run = happens(run, Refused("t1", "wang", "no"), Answered("t1", "li"))
    assert (run.state, outcomes(run)["after"]) == ("failed", "successfully_executed")  # gone on with, and told


def http(**fields: Any) -> dict[str, Any]:
    command = {"type": "http-api", "command": "POST /hosts/__a__:value HTTP/1.1", "content": '{"who": "__a__:value"}'}
    return made(
        step("action", "call", {"undo": TEXTS}, commands=[command], targets=[SERVER], on_completion="end", **fields)
    )


def test_what_was_approved_is_what_is_performed() -> None:
    run, due = started(http(), given={"__a__": '../x?"}'})
    assert due == ()
    shown = run.threads[0].arguments
    assert shown is not None
    assert shown["url"] == "https://tickets.example.org/api/hosts/..%2Fx%3F%22%7D"
    assert json.loads(shown["content"]) == {"who": '../x?"}'}
    run, (perform,) = advance(run, Approved("t1", "wang"), NOW)
    assert perform.arguments == shown
    changed = replace(run, variables={"t1": {**run.variables["t1"], "__a__": "else"}})
    _, left = advance(changed, Began("t1"), NOW)
    assert left == ()
    assert changed.threads[0].arguments == shown


def test_nothing_reaches_out_with_a_variable_that_is_not_known() -> None:
    run, due = started(http())
    assert due == ()
    assert run.lines[-1].code == "variable_unknown"
    assert (run.state, outcomes(run)["call"]) == ("failed", "exception_condition_error")


def test_interrupted_steps() -> None:
    run, (due,) = started(made(ask("say", own=COMMENT)), given={"__a__": "x"})
    run = happens(run, Began("t1"))
    run, (again,) = advance(run, Resumed(), NOW + 5)
    assert again.key == due.key
    assert again.since == NOW
    assert run.lines[-1].what == "interrupted"

    for _ in range(MOST_TRIES - 1):
        run = happens(run, Began("t1"), Resumed())
    assert run.waiting() == ["decision"], "what kills the program again and again is not begun for ever"

    run, _ = started(http(), given={"__a__": "x"})
    run = happens(run, Approved("t1", "wang"), Began("t1"))
    run, again_due = advance(run, Resumed(), NOW)
    assert (again_due, run.waiting()) == ((), ["decision"])
    assert refused(run, Decided("t1", "", "done")) == "playbook_run_nobody"
    assert happens(run, Decided("t1", "li", "done")).state == "successfully_executed"
    assert happens(run, Decided("t1", "li", "failed")).state == "failed"
    run = happens(run, Decided("t1", "li", "again"))
    assert (run.waiting(), run.threads[0].approvals) == (["approval"], ())


def test_parallel_waits_for_all_branches() -> None:
    raw = made(
        step("parallel", "p", next_steps=["a", "b"], on_completion="c"),
        ask("a"),
        ask("b"),
        ask("c"),
    )
    run, _ = started(raw)
    assert run.waiting() == ["answer"]
    run = happens(run, Answered(at(run, "b"), "li"))
    assert {thread.phase for thread in run.threads} == {"branches", "answer"}
    run = happens(run, Answered(at(run, "a"), "li"))
    assert [thread.step for thread in run.threads] == [sid("action", "c")]
    assert happens(run, Answered("t1", "li")).state == "successfully_executed"


def test_a_failed_branch_fails_what_opened_it() -> None:
    parallel = step("parallel", "p", next_steps=["a", "b"], on_success="c", on_failure="d")
    run, _ = started(made(parallel, ask("a"), ask("b"), ask("c"), ask("d")))
    run = happens(run, Answered(at(run, "a"), "li", able=False))
    run = happens(run, Answered(at(run, "b"), "li"))
    assert [thread.step for thread in run.threads] == [sid("action", "d")]
    assert outcomes(run)["p"] == "failed"
    assert happens(run, Answered("t1", "li")).state == "successfully_executed"


@pytest.mark.parametrize(("value", "taken"), [("1", "yes"), ("2", "no"), (None, "no")])
def test_if(value: str | None, taken: str) -> None:
    raw = made(
        step("if-condition", "i", condition="__a__:value = '1'", on_true="yes", on_false="no", on_completion="after"),
        ask("yes"),
        ask("no"),
        ask("after"),
    )
    run, _ = started(raw, given={"__a__": value})
    run = happens(run, Answered(at(run, taken), "li"))
    assert [thread.step for thread in run.threads] == [sid("action", "after")]


def test_if_without_the_other_branch_goes_on() -> None:
    raw = made(
        step("if-condition", "i", condition="__a__:value = '1'", on_true="yes", on_completion="after"),
        ask("yes"),
        ask("after"),
    )
    run, _ = started(raw)
    assert [thread.step for thread in run.threads] == [sid("action", "after")]


@pytest.mark.parametrize(("value", "taken"), [("x", "x"), ("y", "other"), (None, "other")])
def test_switch(value: str | None, taken: str) -> None:
    switch = step("switch-condition", "s", switch="__a__:value", cases={"x": "x", "default": "other"})
    run, _ = started(made(switch, ask("x"), ask("other")), given={"__a__": value})
    assert happens(run, Answered(at(run, taken), "li")).state == "successfully_executed"


def test_switch_without_a_case_goes_on() -> None:
    switch = step("switch-condition", "s", switch="__a__:value", cases={"x": "x"}, on_completion="after")
    run, _ = started(made(switch, ask("x"), ask("after")), given={"__a__": "y"})
    assert run.threads[0].step == sid("action", "after")


LOOP = (
    step("while-condition", "w", condition="__b__:value != 'stop'", on_true="again", on_completion="after"),
    ask("again", own=ANSWERS | {"answers": [{"value": "stop", "text": TEXTS}, {"value": "go", "text": TEXTS}]},
        out_args=["__b__"]),
    ask("after"),
)  # fmt: skip


def test_while_goes_round_until_its_condition_fails() -> None:
    run, _ = started(made(*LOOP))
    for answer in ("go", "go", "stop"):
        run = happens(run, Answered(at(run, "again"), "li", answer))
    assert run.threads[0].step == sid("action", "after")
    assert next(each for each in run.lines if each.code == "rounds").parameters == {"rounds": 3}


def test_while_without_end_is_stopped() -> None:
    look = ask("say", own={"action": "isolation-plan", "arguments": {"address": "10.0.0.1"}})
    loop = step("while-condition", "w", condition="NOT __a__:value = '1'", on_true="say", on_completion="after")
    run, due = started(made(loop, look, ask("after")))
    for _ in range(MOST_ROUNDS):
        key = due[0].key
        run = happens(run, Began(due[0].thread))
        run, due = advance(run, Performed(run.threads[-1].id, key, done("plan_made")), NOW)
    assert due == ()
    assert outcomes(run)["w"] == "exception_condition_error"


def test_playbook_action_has_variables_of_its_own() -> None:
    inner = document(
        ask("inner", own=ANSWERS, out_args=["__b__"]),
        slug="inner",
        playbook_variables={
            "__a__": {"type": "string", "external": True},
            "__b__": {"type": "string", "external": True},
        },
    )
    call = step(
        "playbook-action", "c", playbook_id=inner["id"], in_args=["__a__"], out_args=["__b__"], on_completion="after"
    )
    run, _ = started(made(call, ask("after")), inner, given={"__a__": "given"})
    thread = next(thread for thread in run.threads if thread.playbook == inner["id"])
    assert run.variables[thread.scope] == {"__a__": "given", "__b__": None}  # __b__ was not passed
    run = happens(run, Answered(thread.id, "li", "no"))
    assert run.variables == {"t1": {**run.variables["t1"], "__b__": "no"}}
    assert run.threads[0].step == sid("action", "after")


def test_delay_and_timeout() -> None:
    run, _ = started(made(ask("slow", own=None, delay=1000, timeout=500, on_success="end", on_failure="late"),
                          ask("late")))  # fmt: skip
    assert (run.waiting(), run.threads[0].phase) == (["time"], "delayed")
    assert later(run, 999).threads[0].phase == "delayed"
    run = later(run, 1000)
    assert run.waiting() == ["answer", "time"]
    assert later(run, 1499).threads[0].phase == "answer"
    run = later(run, 1500)
    assert (outcomes(run)["slow"], run.threads[0].step) == ("timeout_error", sid("action", "late"))


def test_no_approval_in_time_is_a_timeout_and_an_interrupted_step_has_none() -> None:
    run, _ = started(made(ask("cut", own=NETWORK, timeout=500)))
    assert later(run, 500).state == "failed"
    run, _ = started(http(timeout=500), given={"__a__": "x"})
    run = happens(run, Approved("t1", "wang"), Began("t1"), Resumed())
    assert later(run, 500_000).waiting() == ["decision", "time"]


def test_a_timeout_around_branches_ends_them() -> None:
    raw = made(
        step("parallel", "p", next_steps=["a", "b"], timeout=100, on_success="end", on_failure="late"),
        ask("a"),
        ask("b"),
        ask("late"),
    )
    run, _ = started(raw)
    assert len(run.threads) == 3
    run = later(run, 100)
    assert [thread.step for thread in run.threads] == [sid("action", "late")]


def test_no_timeout_forgets_a_step_of_which_nobody_knows_whether_it_was_done() -> None:
    command = {"type": "http-api", "command": "POST /x HTTP/1.1"}
    raw = made(
        step("parallel", "p", next_steps=["call", "b"], timeout=100, on_completion="end"),
        step("action", "call", {"undo": TEXTS}, commands=[command], targets=[SERVER], on_completion="end"),
        ask("b"),
    )
    run, _ = started(raw)
    run = happens(run, Approved(at(run, "call"), "wang"))
    run = happens(run, Began(at(run, "call")))
    assert len(later(run, 100).threads) == 3
    run = later(happens(run, Resumed()), 100)
    assert run.thread(at(run, "call")) is not None
    assert later(happens(run, Decided(at(run, "call"), "li", "done")), 100).state == "failed"


def test_an_exception_has_a_way_of_its_own() -> None:
    raw = made(ask("a", own=None, on_success="end"), ask("rescue"))
    raw["workflow_exception"] = sid("action", "rescue")
    run, _ = started(raw)
    run = happens(run, Answered("t1", "li", able=False))
    assert run.threads[0].step == sid("action", "rescue")
    run = happens(run, Answered("t1", "li", able=False))  # the rescue itself fails: that is the end
    assert run.state == "failed"


def test_steps_can_be_ticked_ahead() -> None:
    raw = made(ask("a", "b"), ask("b", "c"), ask("c", "d", own=NETWORK), ask("d", own=ANSWERS, out_args=["__b__"]))
    run, _ = started(raw)
    run = happens(run, Ticked(sid("action", "b"), "wang"))
    assert run.ticked == {sid("action", "b"): "wang"}
    assert happens(run, Ticked(sid("action", "b"), "wang", ticked=False)).ticked == {}
    assert refused(run, Ticked(sid("action", "c"), "wang")) == "playbook_run_no_tick"
    assert refused(run, Ticked(sid("action", "d"), "wang")) == "playbook_run_no_tick"
    assert refused(run, Ticked("action--x", "wang")) == "playbook_run_no_step"
    run = happens(run, Ticked(sid("action", "a"), "li"))  # the run stands there: that answers it
    assert run.threads[0].step == sid("action", "c")
    assert [(line.who, line.code) for line in run.lines if line.what == "ended"] == [("li", "did"), ("wang", "ticked")]
    assert refused(run, Ticked(sid("action", "b"), "wang", ticked=False)) == "playbook_run_passed"


def test_cancelling_ends_everything() -> None:
    run, _ = started(made(step("parallel", "p", next_steps=["a", "b"]), ask("a"), ask("b")))
    run = happens(run, Cancelled("li", "false alarm"))
    assert (run.state, run.threads, run.ended_at) == ("failed", (), NOW)
    assert run.lines[-1].parameters["reason"] == "false alarm"


def test_a_dry_run_goes_through_and_performs_nothing() -> None:
    raw = made(
        ask("say", "cut", own=COMMENT),
        ask("cut", "w", own=PROCESS),
        *[{**each, "on_completion": "end"} if each["name"] == "after" else each for each in LOOP],
    )
    run, due = started(raw, dry=True)
    assert (run.state, due, run.threads) == ("successfully_executed", (), ())
    rehearsed = [line.parameters for line in run.lines if line.code in ("rehearsed", "rehearsed_approval")]
    assert [(each["action"], each.get("needed", 0)) for each in rehearsed] == [
        ("comment", 0), ("ask", 2), ("ask", 0), ("ask", 0),
    ]  # fmt: skip


def test_a_run_is_its_record() -> None:
    run, _ = started(made(ask("cut", own=NETWORK, timeout=500, delay=1)), given={"__a__": "x"})
    run = happens(later(run, 1), Approved("t1", "wang"))
    body = json.loads(json.dumps(run_body(run)))
    assert run_of(run.id, body) == run
    assert (body["at"], body["waiting"], body["state"]) == (
        "2026-11-01T08:00:00.000000000Z", ["answer", "time"], "ongoing",
    )  # fmt: skip


def test_an_outcome_of_failure_is_the_steps_outcome() -> None:
    run, (due,) = started(made(ask("say", own=COMMENT)), given={"__a__": "x"})
    run = happens(run, Began("t1"), Performed("t1", due.key, Outcome("server_side_error", "port_absent")))
    assert (run.state, outcomes(run)["say"]) == ("failed", "server_side_error")
