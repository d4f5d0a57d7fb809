"""Moves the threads of a run from step to step until each of them waits for something or is at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from detection.sigma.wrong import WrongError
from response.playbooks.action import SUCCESS, Argument, Status
from response.playbooks.actions import BY_NAME
from response.playbooks.conditions import holds, read_condition
from response.playbooks.effects import REPEATABLE
from response.playbooks.model import Playbook, Step
from response.playbooks.run import PROGRAM, Line, Run, Thread
from response.playbooks.variables import QUOTES, USE, Values, filled, used

MOST_VISITS = 2_000
"""Steps that one run may take; more is a playbook that never ends."""
MOST_ROUNDS = 200
"""Rounds of one while-condition."""
DRY_ROUNDS = 1


class Walk:
    """A run being moved on at the time `now` (ns). `done` gives it back."""

    def __init__(self, run: Run, now: int, playbooks: Mapping[str, Playbook] | None = None) -> None:
        self.run = run
        self.now = now
        self._playbooks = playbooks or run.playbooks
        self._threads = {thread.id: thread for thread in run.threads}
        self._variables = {scope: dict(values) for scope, values in run.variables.items()}
        self._lines = list(run.lines)
        self._made, self._visits = run.made, run.visits
        self._state, self._ended_at = run.state, run.ended_at

    def done(self) -> Run:
        """The run as it is now."""
        return replace(
            self.run,
            threads=tuple(self._threads.values()),
            variables=self._variables,
            lines=tuple(self._lines),
            made=self._made,
            visits=self._visits,
            state=self._state,
            ended_at=self._ended_at,
        )

    def thread(self, thread_id: str) -> Thread:
        """A thread as it is now. Raises KeyError."""
        return self._threads[thread_id]

    def threads(self) -> list[Thread]:
        """All threads as they are now, the oldest first."""
        return list(self._threads.values())

    def step(self, thread: Thread) -> Step:
        """The step where a thread is."""
        return self._playbooks[thread.playbook].steps[thread.step]

    def values(self, thread: Thread) -> Values:
        """The variables that a thread sees."""
        own = {name: variable.value for name, variable in self.step(thread).variables.items()}
        return own | self._variables[thread.scope]

    def put(self, thread: Thread, **changes: Any) -> Thread:
        """Change a thread."""
        changed = replace(thread, **changes)
        self._threads[thread.id] = changed
        return changed

    def note(
        self,
        what: str,
        thread: Thread | None = None,
        who: str = PROGRAM,
        status: Status | None = None,
        code: str | None = None,
        **parameters: Any,
    ) -> None:
        """Add a line to the record."""
        step, playbook = (thread.step, thread.playbook) if thread else (None, None)
        self._lines.append(Line(self.now, who, what, step, playbook, status, code, parameters))

    def begin(self, playbook: Playbook, given: Values) -> None:
        """Set the first thread at the start of the run's playbook, with the values given from outside."""
        self._open(None, playbook, given)
        self.settle()

    def assign(self, thread: Thread, values: Values) -> None:
        """Set variables that the playbook declares; constants and those it does not know stay as they are."""
        declared = self._playbooks[thread.playbook].variables
        scope = self._variables[thread.scope]
        scope.update({n: v for n, v in values.items() if n in declared and not declared[n].constant})

    def settle(self) -> None:
        """Go on until no thread can."""
        while self._state == "ongoing":
            thread = next((each for each in self._threads.values() if each.phase == "arrived"), None)
            if thread is None:
                return
            self._take(thread)

    def follow(self, thread: Thread, status: Status, code: str, who: str = PROGRAM, /, **parameters: Any) -> None:
        """A thread's step has ended: go on to the step that follows, or end the thread."""
        step, playbook = self.step(thread), self._playbooks[thread.playbook]
        self._lines.append(Line(self.now, who, "ended", thread.step, thread.playbook, status, code, parameters))
        if status == SUCCESS:
            target = step.on_success or step.on_completion
        else:
            target = step.on_failure or step.on_completion
            thread = self.put(thread, failed=thread.failed or step.on_failure is None)
            if target is None and playbook.exception and not thread.exceptional:
                target, thread = playbook.exception, self.put(thread, exceptional=True)
        if target is None:
            self._close(thread)
        else:
            self._arrive(thread, target)

    def stop(self, status: Status) -> None:
        """End the run."""
        self._threads.clear()
        self._state, self._ended_at = status, self.now

    def drop_below(self, thread: Thread) -> None:
        """Remove every thread below one."""
        for each in [each for each in self._threads.values() if each.parent == thread.id]:
            self.drop_below(each)
            del self._threads[each.id]

    def _take(self, thread: Thread) -> None:
        step = self.step(thread)
        if thread.visit == 0:
            self._visits += 1
            if self._visits > MOST_VISITS:
                self.note("ended", thread, status="exception_condition_error", code="too_many_steps", most=MOST_VISITS)
                self.stop("exception_condition_error")
                return
            thread = self.put(thread, visit=self._visits)
        if step.timeout is not None and thread.deadline is None:
            thread = self.put(thread, deadline=self.now + step.delay + step.timeout)
        if step.delay and thread.until is None and not self.run.dry:
            self.put(thread, phase="delayed", until=self.now + step.delay)
            return
        HANDLERS[step.kind](self, thread, step)

    def _arrive(self, thread: Thread, target: str) -> None:
        self.put(
            thread,
            step=target,
            phase="arrived",
            visit=0,
            since=None,
            tries=0,
            until=None,
            deadline=None,
            approvals=(),
            arguments=None,
            rounds=0,
            branch_failed=False,
        )

    def _open(self, parent: Thread | None, playbook: Playbook, given: Values, step: str | None = None) -> None:
        """A thread in a scope of its own when it begins a playbook (no `step`), else in its parent's."""
        self._made += 1
        name = f"t{self._made}"
        scope = parent.scope if parent and step else name
        if scope == name:
            values = {
                v.name: given.get(v.name, v.value) if v.external else v.value for v in playbook.variables.values()
            }
            self._variables[name] = values
        self._threads[name] = Thread(name, parent.id if parent else None, scope, playbook.id, step or playbook.start)

    def _branch(self, thread: Thread, targets: tuple[str, ...]) -> None:
        playbook = self._playbooks[thread.playbook]
        for target in targets:
            self._open(thread, playbook, {}, target)
        self.put(thread, phase="branches")

    def _close(self, thread: Thread) -> None:
        """A thread is at its end; the last one below a step ends that step, the last of all ends the run."""
        del self._threads[thread.id]
        if thread.parent is None:
            self.stop("failed" if thread.failed else SUCCESS)
            return
        parent = self._threads[thread.parent]
        parent = self.put(parent, branch_failed=parent.branch_failed or thread.failed)
        if any(each.parent == parent.id for each in self._threads.values()):
            return
        step = self.step(parent)
        if step.kind == "while-condition" and not parent.branch_failed:
            self.put(parent, phase="arrived", rounds=parent.rounds + 1)
            return
        if step.kind == "playbook-action":
            self.assign(parent, {n: self._variables[thread.scope].get(n) for n in step.gives})
            del self._variables[thread.scope]
        self.follow(parent, "failed" if parent.branch_failed else SUCCESS, "branches_ended")

    def _start(self, thread: Thread, step: Step) -> None:
        target = step.on_completion or step.on_success
        if target is None:
            self._close(thread)
        else:
            self._arrive(thread, target)

    def _end(self, thread: Thread, _: Step) -> None:
        self._close(thread)

    def _parallel(self, thread: Thread, step: Step) -> None:
        self.note("branched", thread, branches=len(step.next_steps))
        self._branch(thread, step.next_steps)

    def _if(self, thread: Thread, step: Step) -> None:
        true = self._condition(thread, step)
        if true is None:
            return
        self.note("branched", thread, code="condition", true=true)
        target = step.on_true if true else step.on_false
        if target is None:
            self.follow(thread, SUCCESS, "condition")
        else:
            self._branch(thread, (target,))

    def _while(self, thread: Thread, step: Step) -> None:
        true = self._condition(thread, step)
        if true is None:
            return
        most = DRY_ROUNDS if self.run.dry else MOST_ROUNDS
        if not true or (self.run.dry and thread.rounds >= most) or step.on_true is None:
            self.follow(thread, SUCCESS, "rounds", rounds=thread.rounds)
        elif thread.rounds >= most:
            self.follow(thread, "exception_condition_error", "too_many_rounds", most=most)
        else:
            self._branch(thread, (step.on_true,))

    def _switch(self, thread: Thread, step: Step) -> None:
        found = USE.fullmatch(step.switch)
        value = self.values(thread).get(found[1]) if found else None
        target = step.cases.get(value or "", step.cases.get("default"))
        self.note("branched", thread, code="switch", value=value)
        if target is None:
            self.follow(thread, SUCCESS, "no_case")
        else:
            self._branch(thread, (target,))

    def _playbook(self, thread: Thread, step: Step) -> None:
        called, values = self._playbooks[step.playbook], self.values(thread)
        self.note("branched", thread, code="playbook", slug=called.slug)
        self._open(thread, called, {name: values.get(name) for name in step.takes})
        self.put(thread, phase="branches")

    def _action(self, thread: Thread, step: Step) -> None:
        if self.run.dry:
            self._rehearse(thread, step)
        elif step.id in self.run.ticked and step.manual:
            self.follow(thread, SUCCESS, "ticked", self.run.ticked[step.id])
        elif unknown := self._unknown(thread, step):
            self.follow(thread, "exception_condition_error", "variable_unknown", names=unknown)
        else:
            self._act(thread, step)

    def _act(self, thread: Thread, step: Step) -> None:
        if thread.arguments is None:
            thread = self.put(thread, arguments=self._arguments(thread, step))
        if len(thread.approvals) < step.approvals:
            self.note("asked", thread, code="approval", effect=step.effect, needed=step.approvals)
            self.put(thread, phase="approval")
        else:
            self.put(thread, phase="answer" if step.manual else "due")

    def _unknown(self, thread: Thread, step: Step) -> list[str]:
        """Variables without a value in what would reach out of the program: that is not done by guess."""
        if step.manual or step.effect in REPEATABLE:
            return []
        values = self.values(thread)
        return sorted(name for name in used(step.arguments) if values.get(name) is None)

    def _arguments(self, thread: Thread, step: Step) -> dict[str, Any]:
        declared, values = BY_NAME[step.action].arguments, self.values(thread)
        return {
            name: filled(value, values, QUOTES[declared.get(name, Argument()).quoted])
            for name, value in step.arguments.items()
            if value is not None
        }

    def _rehearse(self, thread: Thread, step: Step) -> None:
        """What a dry run does at an action: nothing but to say so. A question gets its first answer."""
        if step.manual and step.gives:
            known = self.values(thread).get(step.gives[0])
            self.assign(thread, {step.gives[0]: known or (step.answers[0].value if step.answers else None)})
        if step.approvals:
            facts = {"action": step.action, "effect": step.effect, "needed": step.approvals}
            self.follow(thread, SUCCESS, "rehearsed_approval", **facts)
        else:
            self.follow(thread, SUCCESS, "rehearsed", action=step.action, effect=step.effect)

    def _condition(self, thread: Thread, step: Step) -> bool | None:
        try:
            return holds(read_condition(step.condition), self.values(thread))
        except WrongError as error:
            self.follow(thread, "exception_condition_error", "condition_unreadable", why=str(error))
            return None


HANDLERS: Mapping[str, Callable[[Walk, Thread, Step], None]] = {
    "start": Walk._start,
    "end": Walk._end,
    "action": Walk._action,
    "parallel": Walk._parallel,
    "if-condition": Walk._if,
    "while-condition": Walk._while,
    "switch-condition": Walk._switch,
    "playbook-action": Walk._playbook,
}
